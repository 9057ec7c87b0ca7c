"""Outbox to broker: everything once, in order, whatever breaks on the way."""

from maru.broker.v1 import broker_pb2

import stream

# Of Frame.records; the protocol allows 512 KiB.
_FRAME_BYTES = 64 * 1024
_ROWS = 256


class Publisher:
    """Publishes the outbox of `store` to the topic of `identity`, and empties it as the broker makes it durable."""

    def __init__(self, channel, identity, store, say):
        self._stub = stream.broker_stub(channel)
        self._identity = identity
        self._store = store
        self._say = say
        self._stream = None
        self._forget()

    async def run(self):
        """Until it is cancelled. AioRpcError, store.Disagreement: this will not pass by itself."""
        await stream.again_and_again(self._connection, self._say)

    def fill(self):
        """Sends what is in the outbox as far as credit goes: to be called after every transaction that emitted."""
        while self._open and self._sent_records < self._credit.records and self._sent_bytes < self._credit.bytes:
            frame = self._next_frame()
            if frame is None:
                return
            self._sent = frame.last_sequence
            self._sent_records += frame.count
            self._sent_bytes += len(frame.records)
            self._stream.send(broker_pb2.PublishRequest(frame=frame))

    def _forget(self):
        """Totals and credit are counted from the start of a stream."""
        self._open = False
        self._sent = self._sent_records = self._sent_bytes = 0
        self._credit = broker_pb2.Credit()

    async def _connection(self, connected):
        self._forget()
        heartbeat = broker_pb2.PublishRequest(heartbeat=broker_pb2.Heartbeat())
        self._stream = stream.Stream(self._stub.Publish(metadata=self._identity.metadata(stream.BROKER)), heartbeat)
        try:
            topic = self._identity.deployment.replace("-", ".", 1)
            self._stream.send(broker_pb2.PublishRequest(open=broker_pb2.Open(topic=topic, epoch=self._store.epoch)))
            while True:
                self._take(await self._stream.read(), connected)
        finally:
            self._open = False
            await self._stream.close()

    def _take(self, response, connected):
        what = response.WhichOneof("message")
        if what == "opened":
            connected()
            self._stream.set_heartbeat_interval(response.opened.heartbeat_interval)
            # What the last stream sent and never heard of is durable up to here; the rest is sent once more.
            self._sent = response.opened.mark
            self._store.published(self._sent)
            self._credit = response.opened.credit
            self._open = True
        elif what == "ack":
            self._store.published(response.ack.sequence)
            self._credit = response.ack.credit
        elif what == "drain":
            # No more frames. The acks still to come need not be waited for: the next stream begins with the mark.
            raise stream.Broken("the broker is stopping")
        self.fill()

    def _next_frame(self):
        records = broker_pb2.RecordSet()
        size = 0
        for sequence, key, value in self._store.outbox_after(self._sent, _ROWS):
            size += len(value)
            if records.records and size > _FRAME_BYTES:
                break
            records.records.add(key=key, sequence=sequence, value=value)
        return frame_of(records) if records.records else None


def frame_of(records):
    """A RecordSet, not empty and contiguous, as it travels."""
    encoded = records.SerializeToString()
    return broker_pb2.Frame(first_sequence=records.records[0].sequence, last_sequence=records.records[-1].sequence,
                            count=len(records.records), crc32c=stream.crc32c(encoded), records=encoded)
