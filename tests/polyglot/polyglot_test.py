"""Goal: a context in another language is a member of the mesh like any other: it calls, hears and publishes by the contracts alone, and
every event takes effect once although the broker and the context itself are killed in the middle. Method: `catalog.py` as a process of
its own beside the real ones of datecourse; a second context reads what it published; clients of this test send what no honest one would.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

BINARIES = pathlib.Path(os.environ["MARU_BINARY_DIR"]) / "bin"
STUBS = pathlib.Path(os.environ["TEST_TMPDIR"]) / "stubs"
HERE = pathlib.Path(__file__).resolve().parent

import stubs  # noqa: E402

shutil.rmtree(STUBS, ignore_errors=True)
stubs.generate(STUBS)
sys.path.insert(0, str(STUBS))

# Processes are forked while channels are open; they exec at once.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"
import grpc  # noqa: E402
from maru.broker.v1 import admin_pb2, admin_pb2_grpc, broker_pb2  # noqa: E402
from maru.datecourse.schedule.v1 import schedule_pb2, schedule_pb2_grpc  # noqa: E402
from maru.event.v1 import event_pb2  # noqa: E402

import catalog  # noqa: E402
import catalog_pb2  # noqa: E402
import publisher  # noqa: E402
import stream  # noqa: E402
import store  # noqa: E402
from identity import Identity  # noqa: E402
from subscriber import Gap, Subscriber  # noqa: E402

PR_SET_PDEATHSIG = 1
PATIENCE_S = 60.0
# Registered before anybody listens, and heard between two faults.
COURSES = 150
STEP = 20
DEPLOYMENTS = ["polyglot-catalog", "polyglot-reader", "polyglot-sender"]
READER_SCHEMA = "CREATE TABLE IF NOT EXISTS heard (sequence INTEGER, schedule_id TEXT, title TEXT, causation_id TEXT)"


def free_ports(count):
    """Below those that the kernel gives to outgoing connections: a port stays free while its process is down."""
    ports = []
    while len(ports) < count:
        port = random.randrange(10000, 31000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            if port not in ports:
                ports.append(port)
    return ports


def eventually(look):
    """Waits until `look()` returns None; what it says is wrong otherwise, the last time."""
    until = time.monotonic() + PATIENCE_S
    while (problem := look()) is not None:
        if time.monotonic() > until:
            raise AssertionError(problem)
        time.sleep(0.02)


class Process:
    """One process, which dies with this one however that ends."""

    def __init__(self, log, *command):
        self._log = log
        self._command = [str(word) for word in command]
        self._process = None

    def start(self):
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(self._command, env={**os.environ, "PYTHONPATH": str(STUBS)}, stdout=log, stderr=log,
                                             preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def end(self, number):
        """Its exit code after the signal."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE_S)

    def kill_and_start(self):
        self.end(signal.SIGKILL)
        self.start()

    def log(self):
        return self._log.read_text()[-2000:]


class Mesh:
    """The broker and datecourse's schedule, and the keys of contexts that are not of Maru's own making."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]))
        self.keys = self.folder / "keys"
        self.cli("keys", "broker", "datecourse-schedule", *DEPLOYMENTS)
        addresses = [f"127.0.0.1:{port}" for port in free_ports(4)]
        self.broker_address, self.schedule_address = addresses[:2]
        self.broker = self.process("maru-broker", "broker", addresses[0], addresses[2])
        self.schedule = self.process("maru-datecourse-schedule", "datecourse-schedule", addresses[1], addresses[3],
                                     "--system=datecourse", f"--broker={addresses[0]}")
        self.cli("wait", *addresses[:2])
        # What is registered, by all tests: schedule_id -> title.
        self.courses = {}
        self.host = self.bearer("host", "mina")
        self.admin = self.bearer("admin", "root")

    def process(self, program, deployment, address, metrics, *flags):
        process = Process(self.folder / f"{deployment}.log", BINARIES / program, f"--listen={address}", f"--metrics={metrics}",
                          f"--data={self.folder / deployment}", f"--keys={self.keys}", *flags)
        process.start()
        return process

    def cli(self, *arguments):
        return subprocess.run([str(BINARIES / "maru-cli"), *arguments, f"--keys={self.keys}"], text=True, check=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def bearer(self, role, subject):
        return (("authorization", "Bearer " + self.cli("token", f"--roles={role}", f"--sub={subject}")),)

    def end(self):
        codes = [process.end(signal.SIGTERM) for process in (self.schedule, self.broker)]
        if codes != [0, 0]:
            raise AssertionError(f"exit codes {codes}: see {self.folder}")
        shutil.rmtree(self.folder)


mesh = None


def setUpModule():
    global mesh
    mesh = Mesh()
    unittest.addModuleCleanup(mesh.end)


class Case(unittest.TestCase):
    def setUp(self):
        self.schedule_channel = grpc.insecure_channel(mesh.schedule_address)
        self.addCleanup(self.schedule_channel.close)
        self.broker_channel = grpc.insecure_channel(mesh.broker_address)
        self.addCleanup(self.broker_channel.close)
        self.schedules = schedule_pb2_grpc.ScheduleServiceStub(self.schedule_channel)
        self.topics = admin_pb2_grpc.BrokerAdminServiceStub(self.broker_channel)
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=mesh.folder))

    def register(self, title):
        request = schedule_pb2.RegisterScheduleRequest(title=title, uploader="미나", request_id=str(uuid.uuid4()))
        course = self.schedules.RegisterSchedule(request, metadata=mesh.host, timeout=10).id
        mesh.courses[course] = title
        return course

    def topic(self, name):
        return self.topics.GetTopic(admin_pb2.GetTopicRequest(name=name), metadata=mesh.admin, timeout=10, wait_for_ready=True)

    def records_in(self, name):
        return sum(partition.end for partition in self.topic(name).partitions)

    def logged(self, text):
        print(text, file=sys.stderr)


class CallTest(Case):
    def test_a_generated_client_calls_with_a_token(self):
        course = self.register("한강 산책")
        seen = self.schedules.GetSchedule(schedule_pb2.GetScheduleRequest(id=course), metadata=mesh.host, timeout=10)
        self.assertEqual((seen.id, seen.title, seen.uploader_id), (course, "한강 산책", "mina"))

    def test_refusals_carry_code_and_reason(self):
        with self.assertRaises(grpc.RpcError) as nobody:
            self.schedules.RegisterSchedule(schedule_pb2.RegisterScheduleRequest(title="한강"), timeout=10)
        self.assertEqual(nobody.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        with self.assertRaises(grpc.RpcError) as untitled:
            self.schedules.RegisterSchedule(schedule_pb2.RegisterScheduleRequest(), metadata=mesh.host, timeout=10)
        self.assertEqual((untitled.exception.code(), stream.reason(untitled.exception)),
                         (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"))


class CatalogTest(Case):
    def test_every_event_takes_effect_once_while_broker_and_context_are_killed(self):
        for i in range(COURSES):
            self.register(f"먼저 {i}")
        heard = self.read_along()
        context = self.catalog()
        context.start()
        with self.hosts_at_work():
            for _ in range(3):
                self.await_progress(context)
                mesh.broker.kill_and_start()
                self.await_progress(context)
                context.kill_and_start()
                self.await_progress(context)
                self.assertEqual(mesh.broker.end(signal.SIGTERM), 0)  # it asks everybody to leave first
                mesh.broker.start()
        courses = mesh.courses
        eventually(lambda: self.missing("catalog", self.rows_of_catalog(), courses, context))
        self.assertEqual(dict(self.rows_of_catalog()), courses)
        eventually(lambda: self.missing("reader", heard(), courses, context))
        rows = heard()
        self.assertEqual(sorted(sequence for sequence, *_ in rows), list(range(1, len(courses) + 1)))
        self.assertEqual({course: title for _, course, title, _ in rows}, courses)
        self.assertTrue(all(cause for *_, cause in rows))
        self.check_topic(len(courses))
        self.assertEqual(context.end(signal.SIGTERM), 0)

    @contextlib.contextmanager
    def hosts_at_work(self):
        """Courses are registered all the time."""
        ended = threading.Event()

        def work():
            while not ended.wait(0.005):  # so that everybody else gets a turn
                self.register(f"나중 {len(mesh.courses)}")

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def await_progress(self, context):
        """Until more has taken effect: the next fault strikes in the middle of it."""
        wanted = len(self.rows_of_catalog()) + STEP
        eventually(lambda: None if len(self.rows_of_catalog()) >= wanted else f"the catalog stands still\n{context.log()}")

    def catalog(self):
        return Process(self.folder / "log", sys.executable, HERE / "catalog.py", "--broker", mesh.broker_address, "--keys", mesh.keys,
                       "--data", self.folder / "catalog")

    def read_along(self):
        """A second context subscribes to the catalog's topic, which does not exist yet; returns what looks at what it has stored."""
        data = self.folder / "reader"
        file = store.Store(data, READER_SCHEMA)
        self.addCleanup(file.close)

        def apply(execute, event):
            self.assertEqual(event.type, "maru.polyglot.catalog.v1.CourseListed")
            course = catalog_pb2.CourseListed.FromString(event.data)
            execute("INSERT INTO heard VALUES (?, ?, ?, ?)", (event.sequence, course.schedule_id, course.title, event.causation_id))

        async def read():
            own = store.Store(data)
            async with stream.connect(mesh.broker_address) as channel:
                reader = Subscriber(channel, Identity("polyglot-reader", mesh.keys), "reader", own, [catalog.TOPIC], apply, self.logged)
                await until_set(ended, reader)
            own.close()

        ended = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=(read(),))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(ended.set)
        return lambda: file.query("SELECT * FROM heard")

    def rows_of_catalog(self):
        own = store.Store(self.folder / "catalog", catalog.SCHEMA)
        try:
            return own.query("SELECT schedule_id, title FROM course")
        finally:
            own.close()

    def missing(self, where, rows, wanted, context):
        return None if len(rows) >= len(wanted) else f"{where}: {len(rows)} of {len(wanted)}\n{context.log()}"

    def check_topic(self, records):
        topic = self.topic(catalog.TOPIC)
        self.assertEqual((topic.owner, topic.mark, self.records_in(catalog.TOPIC)), (catalog.DEPLOYMENT, records, records))
        checked = list(self.topics.VerifyTopic(admin_pb2.VerifyTopicRequest(name=catalog.TOPIC), metadata=mesh.admin, timeout=10))
        self.assertEqual((sum(c.records for c in checked), [d.what for c in checked for d in c.damages]), (records, []))
        told = mesh.cli("call", "--deployment=broker", f"--address={mesh.broker_address}", "--as=admin:root", "TailTopic",
                        json.dumps({"name": catalog.TOPIC, "offset": "0", "limit": str(records)}))
        self.assertEqual(told.count("maru.polyglot.catalog.v1.CourseListed"), records)


class SenderTest(Case):
    """The sender's own topic, polyglot.sender."""

    def send(self, *records, topic="polyglot.sender"):
        """Opens the topic, publishes one frame of (sequence, value), and returns the mark of its ack."""
        call = stream.broker_stub(self.broker_channel).Publish(iter_of(
            broker_pb2.PublishRequest(open=broker_pb2.Open(topic=topic, epoch=1)),
            broker_pb2.PublishRequest(frame=publisher.frame_of(broker_pb2.RecordSet(
                records=[broker_pb2.Record(key="김", sequence=sequence, value=value) for sequence, value in records])))),
            metadata=Identity("polyglot-sender", mesh.keys).metadata(stream.BROKER), timeout=PATIENCE_S)
        try:
            return next(response.ack.sequence for response in call if response.WhichOneof("message") == "ack")
        finally:
            call.cancel()

    def refusal(self, *records, **options):
        with self.assertRaises(grpc.RpcError) as refused:
            self.send(*records, **options)
        return refused.exception.code(), stream.reason(refused.exception)

    def test_what_is_sent_again_is_stored_once_and_other_content_is_refused(self):
        self.assertEqual(self.send((1, b"a"), (2, b"b")), 2)
        mesh.broker.kill_and_start()
        eventually(lambda: None if self.topic("polyglot.sender").mark == 2 else "not back")
        self.assertEqual(self.send((1, b"a"), (2, b"b"), (3, b"c")), 3)
        self.assertEqual(self.records_in("polyglot.sender"), 3)
        self.assertEqual(self.refusal((3, b"other")), (grpc.StatusCode.FAILED_PRECONDITION, "SEQUENCE_REUSED"))
        self.assertEqual(self.refusal((5, b"e")), (grpc.StatusCode.FAILED_PRECONDITION, "SEQUENCE_HOLE"))
        self.assertEqual(self.records_in("polyglot.sender"), 3)

    def test_nobody_publishes_to_the_topic_of_another(self):
        self.assertEqual(self.refusal((1, b"a"), topic="datecourse.schedule"),
                         (grpc.StatusCode.PERMISSION_DENIED, "NOT_TOPIC_OWNER"))


class MemberTest(Case):
    """How a context that has lost its way, or has nothing to do, behaves."""

    def run_with(self, body):
        async def main():
            own = store.Store(self.folder / "store", READER_SCHEMA)
            try:
                async with stream.connect(mesh.broker_address) as channel:
                    return await asyncio.wait_for(body(channel, own), PATIENCE_S)
            finally:
                own.close()

        return asyncio.run(main())

    def subscriber(self, channel, own, name, **options):
        return Subscriber(channel, Identity("polyglot-reader", mesh.keys), name, own, ["datecourse.schedule"],
                          lambda execute, event: execute("INSERT INTO heard VALUES (?, '', '', '')", (event.sequence,)), self.logged,
                          **options)

    def test_an_idle_member_stays_a_member(self):
        async def body(channel, own):
            member = self.subscriber(channel, own, "idle", session_timeout_s=3)
            task = asyncio.ensure_future(member.run())
            # The broker wants a heartbeat a second and would expel it after three.
            while member.heard.get("heartbeat", 0) < 6 and not task.done():
                await asyncio.wait({task}, timeout=0.05)
            self.register("아직 여기")
            while len(own.query("SELECT * FROM heard")) < len(mesh.courses) and not task.done():
                await asyncio.wait({task}, timeout=0.05)
            task.cancel()
            return member.heard

        self.assertEqual(self.run_with(body)["joined"], 1)

    def test_a_position_of_another_log_stops_the_member(self):
        async def body(channel, own):
            with own.transaction() as execute:
                for partition in range(8):
                    execute("INSERT INTO position VALUES ('datecourse.schedule', ?, ?, 0, 0, 0)", (partition, "0" * 32))
            await self.subscriber(channel, own, "lost").run()

        self.register("기록")
        with self.assertRaisesRegex(Gap, "GAP_REASON_LOG_REPLACED"):
            self.run_with(body)

    def test_a_store_that_has_forgotten_what_it_published_stops_the_publisher(self):
        async def body(channel, own):
            identity = Identity("polyglot-reader", mesh.keys)
            sender = publisher.Publisher(channel, identity, own, self.logged)
            with own.transaction() as execute:
                own.emit(execute, event_pb2.Event(key="김"))
            task = asyncio.ensure_future(sender.run())
            while own.outbox_after(0, 1) and not task.done():
                await asyncio.wait({task}, timeout=0.05)
            task.cancel()
            empty = store.Store(self.folder / "empty")
            try:
                await publisher.Publisher(channel, identity, empty, self.logged).run()
            finally:
                empty.close()

        with self.assertRaisesRegex(store.Disagreement, "the broker has 1 records, this store made 0"):
            self.run_with(body)


def iter_of(*messages):
    """What a stream sends; it stays open until the call is cancelled."""
    never = threading.Event()
    yield from messages
    never.wait(PATIENCE_S)


async def until_set(event, reader):
    """Reads on another thread; what stops it before is shown."""
    task = asyncio.ensure_future(reader.run())
    while not event.is_set() and not task.done():
        await asyncio.wait({task}, timeout=0.05)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    unittest.main()
