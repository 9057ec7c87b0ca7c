"""The store of a context: its own tables, what it has read and what it has to publish, so that one transaction covers all three."""

import contextlib
import os
import sqlite3
import time
import uuid

_SCHEMA = """
  CREATE TABLE IF NOT EXISTS identity (store_id TEXT NOT NULL, epoch INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS position (
    topic TEXT, partition INTEGER, log_id TEXT NOT NULL, next_offset INTEGER NOT NULL, sequence INTEGER NOT NULL,
    generation INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value BLOB NOT NULL);
"""


class Disagreement(Exception):
    """This store and the broker disagree about history: an operator has to look, trying again does not help."""


class Store:
    """A SQLite file. For one thread; another process with the same file waits for a transaction to end.

    A transaction is durable when `transaction()` is left, and undone when it is left with an exception.
    """

    def __init__(self, path, schema=""):
        """Opens or makes it; `schema` makes the context's own tables where they are missing."""
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA + schema)
        with self.transaction():
            if self._db.execute("SELECT count(*) FROM identity").fetchone() == (0,):
                self._db.execute("INSERT INTO identity VALUES (?, 1)", (uuid.uuid4().hex,))
        # store_id binds a group to this store. Whoever restores a copy raises the epoch, which shuts out the store that was copied.
        self.store_id, self.epoch = self._db.execute("SELECT store_id, epoch FROM identity").fetchone()

    def close(self):
        self._db.close()

    def query(self, sql, *values):
        return self._db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def transaction(self):
        """Gives `execute(sql, values)`. IMMEDIATE: what it reads cannot change before it writes."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db.execute
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- What was read ---

    def position(self, topic, partition):
        """(log_id, next_offset) of the next record to read; None before the first."""
        rows = self.query("SELECT log_id, next_offset FROM position WHERE topic = ? AND partition = ?", topic, partition)
        return rows[0] if rows else None

    def advance(self, execute, batch, generation):
        """Moves the position behind `batch`, within the transaction of its effects, and returns the sequence that had been applied:
        what is not above it is a repeat. Disagreement: the batch does not begin where this store stands, or somebody with a newer
        assignment has written: nothing may take effect.
        """
        place = (batch.topic, batch.partition)
        row = execute("SELECT log_id, next_offset, sequence, generation FROM position WHERE topic = ? AND partition = ?", place).fetchone()
        log_id, next_offset, applied, newest = row or (batch.log_id, batch.base_offset, 0, 0)
        if (log_id, next_offset) != (batch.log_id, batch.base_offset) or generation < newest:
            raise Disagreement(f"{place}: at {log_id}/{next_offset} of generation {newest}, "
                               f"got {batch.log_id}/{batch.base_offset} of generation {generation}")
        execute("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?, ?, ?)",
                (*place, log_id, next_offset + batch.frame.count, max(applied, batch.frame.last_sequence), generation))
        return applied

    # --- What is to be published ---

    def emit(self, execute, event):
        """Puts an Event into the outbox within a transaction. Sequences are contiguous from 1: a transaction that is undone gives
        its number back, and AUTOINCREMENT never gives one twice."""
        sequence = execute("INSERT INTO outbox (key, value) VALUES (?, x'')", (event.key,)).lastrowid
        event.id, event.epoch, event.sequence = uuid7(), self.epoch, sequence
        event.time.GetCurrentTime()
        execute("UPDATE outbox SET value = ? WHERE sequence = ?", (event.SerializeToString(), sequence))

    def outbox_after(self, sequence, limit):
        """Up to `limit` rows (sequence, key, value) that are not known to be published."""
        return self.query("SELECT sequence, key, value FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", sequence, limit)

    def published(self, mark):
        """The broker has everything up to `mark`, durably. Disagreement: that cannot be."""
        rows = self.query("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
        last = rows[0][0] if rows else 0
        first_kept = self.query("SELECT coalesce(min(sequence), ?) FROM outbox", last + 1)[0][0]
        if not first_kept - 1 <= mark <= last:
            raise Disagreement(f"the broker has {mark} records, this store made {last} and has dropped those below {first_kept}")
        with self.transaction() as execute:
            execute("DELETE FROM outbox WHERE sequence <= ?", (mark,))


def uuid7():
    """RFC 9562: milliseconds, then chance."""
    number = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(uuid.UUID(int=number))
