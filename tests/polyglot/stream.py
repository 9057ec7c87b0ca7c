"""What publishing and subscribing have in common: one stream to the broker, opened again whenever it breaks."""

import asyncio
import random

import grpc
import google_crc32c

from google.rpc import error_details_pb2, status_pb2
from maru.broker.v1 import broker_pb2_grpc

# The broker's deployment name: the audience of tokens for it.
BROKER = "broker"
# Until the broker says what it wants (Opened, Joined).
_HEARTBEAT_S = 5.0
_SILENT_HEARTBEATS = 3
_SHORTEST_BACKOFF_S = 0.05
_LONGEST_BACKOFF_S = 2.0
# These do not pass by themselves: somebody has to look. Everything else is tried again.
_FINAL = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT,
          grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.DATA_LOSS}


class Broken(Exception):
    """The stream is of no use any more; the next one may be."""


class Stream:
    """Sends in order, says that it is still there when there is nothing else to say, and notices when the broker does not.

    `heartbeat` is the message that says nothing.
    """

    def __init__(self, call, heartbeat):
        self._call = call
        self._heartbeat = heartbeat
        self._interval_s = _HEARTBEAT_S
        self._outgoing = asyncio.Queue()
        self._sender = asyncio.create_task(self._send())

    def send(self, message):
        self._outgoing.put_nowait(message)

    def set_heartbeat_interval(self, duration):
        """As the broker wants it, a google.protobuf.Duration."""
        self._interval_s = duration.ToMilliseconds() / 1000

    async def read(self):
        """The next message. AioRpcError: the broker has ended the stream, or is gone. Broken: it is silent, or at its end."""
        try:
            message = await asyncio.wait_for(self._call.read(), self._interval_s * _SILENT_HEARTBEATS)
        except asyncio.TimeoutError as error:
            raise Broken("the broker has fallen silent") from error
        if message is grpc.aio.EOF:
            raise Broken("the broker has ended the stream")
        return message

    async def close(self):
        self._sender.cancel()
        self._call.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)

    async def _send(self):
        while True:
            try:
                message = await asyncio.wait_for(self._outgoing.get(), self._interval_s)
            except asyncio.TimeoutError:
                message = self._heartbeat
            await self._call.write(message)  # read() says why it failed


async def again_and_again(connection, say):
    """Awaits `connection(connected)` whenever it breaks; it calls `connected()` once the broker has taken it. What does not pass by
    itself is raised."""
    backoff_s = _SHORTEST_BACKOFF_S

    def connected():
        nonlocal backoff_s
        backoff_s = _SHORTEST_BACKOFF_S

    while True:
        try:
            await connection(connected)
        except Broken as error:
            say(str(error))
        except grpc.aio.AioRpcError as error:
            if error.code() in _FINAL:
                raise
            say(f"{error.code().name}: {error.details()}")
        await asyncio.sleep(random.uniform(0.5, 1) * backoff_s)
        backoff_s = min(2 * backoff_s, _LONGEST_BACKOFF_S)


def broker_stub(channel):
    return broker_pb2_grpc.BrokerServiceStub(channel)


def connect(address):
    """A channel that tries again soon after the broker has come back, rather than after gRPC's two minutes."""
    return grpc.aio.insecure_channel(address, options=[("grpc.max_reconnect_backoff_ms", 1000),
                                                       ("grpc.initial_reconnect_backoff_ms", 100)])


def crc32c(data):
    return google_crc32c.value(data)


def reason(error):
    """ErrorInfo.reason of a refusal, the name of a contract's ErrorReason without its prefix; "" when it has none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
    return ""
