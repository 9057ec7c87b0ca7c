"""The context polyglot.catalog: hears datecourse.schedule, keeps the title of every course, and says on a topic of its own when one
can be found for the first time. Run it as `catalog.py --broker HOST:PORT --keys FOLDER --data FILE`.
"""

import argparse
import asyncio
import signal
import sys

from maru.datecourse.schedule.v1 import events_pb2 as schedule
from maru.event.v1 import event_pb2

import catalog_pb2
import stream
from identity import Identity
from publisher import Publisher
from store import Store
from subscriber import Subscriber

DEPLOYMENT = "polyglot-catalog"
TOPIC = "polyglot.catalog"
SCHEMA = """
  CREATE TABLE IF NOT EXISTS course (schedule_id TEXT PRIMARY KEY, title TEXT NOT NULL, changes INTEGER NOT NULL) WITHOUT ROWID;
"""


class Catalog:
    """The policy: what an event does to the store. No I/O but the transaction that it is given."""

    def __init__(self, store):
        self._store = store

    def apply(self, execute, event):
        if event.type == schedule.ScheduleRegistered.DESCRIPTOR.full_name:
            course = schedule.ScheduleRegistered.FromString(event.data)
            execute("INSERT INTO course VALUES (?, ?, 0)", (course.schedule_id, course.title))
            self._emit(execute, event, catalog_pb2.CourseListed(schedule_id=course.schedule_id, title=course.title))
        elif event.type == schedule.ScheduleModified.DESCRIPTOR.full_name:
            course = schedule.ScheduleModified.FromString(event.data)
            execute("UPDATE course SET title = ?, changes = changes + 1 WHERE schedule_id = ?", (course.title, course.schedule_id))
        elif event.type == schedule.ScheduleDeleted.DESCRIPTOR.full_name:
            course = schedule.ScheduleDeleted.FromString(event.data)
            execute("DELETE FROM course WHERE schedule_id = ?", (course.schedule_id,))

    def _emit(self, execute, cause, message):
        """What is carried along whole flows comes from the cause."""
        self._store.emit(execute, event_pb2.Event(
            type=message.DESCRIPTOR.full_name, source=TOPIC, key=cause.correlation_id, correlation_id=cause.correlation_id,
            causation_id=cause.id, traceparent=cause.traceparent, actor=cause.actor, request_id=cause.request_id, producer=DEPLOYMENT,
            data=message.SerializeToString()))


async def serve(arguments):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    identity = Identity(DEPLOYMENT, arguments.keys)
    store = Store(arguments.data, SCHEMA)
    async with stream.connect(arguments.broker) as channel:
        publisher = Publisher(channel, identity, store, say)
        subscriber = Subscriber(channel, identity, "catalog", store, ["datecourse.schedule"], Catalog(store).apply, say,
                                committed=publisher.fill)
        # Whichever ends first does so with what has to be looked at.
        await asyncio.gather(publisher.run(), subscriber.run())


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", required=True, help="host:port")
    parser.add_argument("--keys", required=True, help="folder of the keys")
    parser.add_argument("--data", required=True, help="SQLite file")
    try:
        asyncio.run(serve(parser.parse_args()))
    except asyncio.CancelledError:
        return  # SIGTERM; nothing is only in memory


if __name__ == "__main__":
    main()
