"""Broker to store: every event of the topics takes effect once, in the order of its key."""

import uuid

from google.protobuf import duration_pb2
from maru.broker.v1 import broker_pb2
from maru.event.v1 import event_pb2

import stream
from store import Disagreement

# What may be on its way to us at any moment.
_WINDOW_RECORDS = 1000
_WINDOW_BYTES = 1024 * 1024


class Gap(Exception):
    """Records that were asked for cannot be served. An operator decides whether that loss is accepted; nothing is skipped."""


class Subscriber:
    """Reads topics as a member of the group `<deployment>/<name>`, whose positions and effects are in `store`.

    `apply(execute, event)` is called for each maru.event.v1.Event within the transaction that also moves the position; it skips
    types that it does not know. `committed()` is called after each transaction.
    """

    def __init__(self, channel, identity, name, store, topics, apply, say, committed=lambda: None, session_timeout_s=15):
        self._stub = stream.broker_stub(channel)
        self._identity = identity
        self._join = broker_pb2.Join(
            group=f"{identity.deployment}/{name}", member=f"{identity.deployment}/{uuid.uuid4().hex}", store_id=store.store_id,
            topics=topics, session_timeout=duration_pb2.Duration(seconds=session_timeout_s), credit=self._window(0, 0))
        self._store = store
        self._apply = apply
        self._committed = committed
        self._say = say
        self._stream = None
        self._generations = {}
        self._records = self._bytes = 0
        # For tests: what the broker has said, by kind.
        self.heard = {}

    async def run(self):
        """Until it is cancelled. AioRpcError, Gap, store.Disagreement: this will not pass by itself."""
        await stream.again_and_again(self._connection, self._say)

    async def _connection(self, connected):
        self._generations = {}
        self._records = self._bytes = 0
        heartbeat = broker_pb2.SubscribeRequest(heartbeat=broker_pb2.Heartbeat())
        self._stream = stream.Stream(self._stub.Subscribe(metadata=self._identity.metadata(stream.BROKER)), heartbeat)
        try:
            self._stream.send(broker_pb2.SubscribeRequest(join=self._join))
            while True:
                self._take(await self._stream.read(), connected)
        finally:
            await self._stream.close()

    def _take(self, response, connected):
        # Everything is committed before the next message is looked at, so there is never anything to wait for.
        what = response.WhichOneof("message")
        self.heard[what] = self.heard.get(what, 0) + 1
        if what == "joined":
            connected()
            self._stream.set_heartbeat_interval(response.joined.heartbeat_interval)
        elif what == "assigned":
            self._start(response.assigned)
        elif what == "batches":
            self._take_batches(response.batches.batches)
        elif what == "revoke":
            for partition in response.revoke.partitions:
                self._generations.pop((partition.topic, partition.partition))
            self._stream.send(broker_pb2.SubscribeRequest(
                released=broker_pb2.Released(generation=response.revoke.generation)))
        elif what == "gap":
            gap = response.gap
            raise Gap(f"{gap.topic}/{gap.partition}: {broker_pb2.GapReason.Name(gap.reason)}, asked for {gap.offset} of what is now "
                      f"{gap.log_id}/{gap.earliest}..{gap.end}")
        elif what == "drain":
            self._stream.send(broker_pb2.SubscribeRequest(leave=broker_pb2.Leave()))

    def _start(self, assigned):
        start = broker_pb2.Start(generation=assigned.generation)
        for partition in assigned.partitions:
            place = (partition.topic, partition.partition)
            self._generations[place] = assigned.generation
            begin = start.partitions.add(topic=partition.topic, partition=partition.partition)
            position = self._store.position(*place)
            if position is None:
                begin.earliest.SetInParent()
            else:
                begin.position.log_id, begin.position.offset = position
        self._stream.send(broker_pb2.SubscribeRequest(start=start))

    def _take_batches(self, batches):
        progress = broker_pb2.Progress()
        for batch in batches:
            self._take_batch(batch)
            self._records += batch.frame.count
            self._bytes += len(batch.frame.records)
            progress.partitions.add(topic=batch.topic, partition=batch.partition, next_offset=batch.base_offset + batch.frame.count)
        self._stream.send(broker_pb2.SubscribeRequest(progress=progress))
        self._stream.send(broker_pb2.SubscribeRequest(credit=self._window(self._records, self._bytes)))

    def _take_batch(self, batch):
        """One transaction: positions, effects, outbox."""
        frame = batch.frame
        if stream.crc32c(frame.records) != frame.crc32c:
            raise stream.Broken("a batch was damaged on its way")
        records = broker_pb2.RecordSet.FromString(frame.records).records
        if len(records) != frame.count:
            raise Disagreement(f"a batch of {batch.topic} says {frame.count} records and has {len(records)}")
        with self._store.transaction() as execute:
            applied = self._store.advance(execute, batch, self._generations[batch.topic, batch.partition])
            for record in records:
                if record.sequence > applied:
                    self._apply(execute, event_pb2.Event.FromString(record.value))
        self._committed()

    @staticmethod
    def _window(records, size):
        """Credit is a total from the start of the stream."""
        return broker_pb2.Credit(records=records + _WINDOW_RECORDS, bytes=size + _WINDOW_BYTES)
