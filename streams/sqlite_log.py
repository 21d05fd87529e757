"""The log in one SQLite file: the default when there is no Kafka. Several processes may append, others read.

Nothing acknowledged is lost when a process is killed or the machine stops (WAL, ``synchronous=FULL``). A reader is
woken at once by its own process and within about 10 ms by another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Lock
from typing import Any

from sqlalchemy import URL, Connection, delete, update

from hub.errors import LogDown
from hub.ports import LogHealth, Outgoing, Partition, Positions, Record
from streams import database, log_file
from streams.log_file import PLACE, RECORD, SCHEMA, Place
from streams.records import check, in_turn

POLL_S = 0.010
"""How often a waiting reader asks whether another process has written (about 10 µs each)."""
_EMPTY = Place(0, 0, 0)
_COMMIT_BYTES, _RECORD_BYTES = 16_384, 100  # in the WAL, about: pages touched by a commit, a record besides its value


class SqliteLog:
    """``hub.ports.Log`` in a file. A topic is there as soon as it is named, with partition 0. Thread-safe."""

    def __init__(self, path: Path | str, now: Callable[[], float] = time.time) -> None:
        """Open or make the file and its folder. ``now``: stamps records, epoch seconds. Raises ``LogDown``."""
        self._name = str(path)
        self._now = now
        self._closed = False
        self._fault = ""
        self._writing, self._reading, self._changed = Lock(), Lock(), Condition()
        parts = URL.create("sqlite", database=self._name)
        with self._guard():
            self._writer = database.writer(parts)
            self._checkpoints = database.Checkpoints(self._writer)
            self._reader = database.reader(parts)
            try:
                self._tail = self._open()
            except BaseException:
                self._release()
                raise
        self._raw: Any = self._tail.connection.driver_connection

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """See ``hub.ports.Log``: all or nothing here. Raises ``HubError`` for a record no log could store."""
        check(topic, records)
        with self._writing, self._guard():
            self._check_open()
            with self._writer.begin() as connection:
                place = log_file.reserve(connection, topic, 0, len(records))
                at, start = self._now(), place.next
                log_file.put(connection, place.id, [(start + i, at, record) for i, record in enumerate(records)])
            self._checkpoints.wrote(_COMMIT_BYTES + sum(len(r.value or b"") + _RECORD_BYTES for r in records))
        with self._changed:
            self._changed.notify_all()
        return [(0, start + i) for i in range(len(records))]

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """Partition 0 of every topic."""
        self._check_open()
        return [(topic, 0) for topic in topics]

    def read(self, positions: Positions, limit: int, timeout_s: float) -> list[Record]:
        """See ``hub.ports.Log``."""
        deadline = time.monotonic() + timeout_s
        while True:
            version, out = self._look(positions, limit)
            if out or not self._wait(version, deadline):
                return out

    def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        wanted = list(topics)
        held = self._places(wanted)
        return {(topic, 0): held.get((topic, 0), _EMPTY).first for topic in wanted}

    def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        wanted = list(topics)
        held = self._places(wanted)
        return {(topic, 0): held.get((topic, 0), _EMPTY).next for topic in wanted}

    def trim(self, topic: str, before: int) -> None:
        """Drop the records below that offset (retention). Raises ``LogDown``."""
        with self._writing, self._guard():
            self._check_open()
            with self._writer.begin() as connection:
                place = log_file.places(connection, [topic]).get((topic, 0), _EMPTY)
                first = max(place.first, min(before, place.next))
                connection.execute(update(PLACE).where(PLACE.c.id == place.id).values(first=first))
                connection.execute(delete(RECORD).where(RECORD.c.place == place.id, RECORD.c.offset < first))

    def health(self) -> LogHealth:
        """``down`` after the last access failed, with what it said."""
        if self._closed:
            return LogHealth("down", f"{self._name}: closed")
        return LogHealth("down", self._fault) if self._fault else LogHealth("ok")

    def close(self) -> None:
        """Wake who waits (they get ``LogDown``) and close all connections."""
        with self._changed:
            already, self._closed = self._closed, True
            self._changed.notify_all()
        if not already:
            with self._writing, self._reading:
                self._tail.close()
                self._release()

    def _open(self) -> Connection:
        with self._writer.begin() as connection:
            SCHEMA.create_all(connection)
        return self._reader.connect()

    def _release(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def _places(self, topics: list[str]) -> dict[Partition, Place]:
        with self._guard():
            self._check_open()
            with self._reader.connect() as connection:
                return log_file.places(connection, topics)

    def _look(self, positions: Positions, limit: int) -> tuple[int, list[Record]]:
        """What there is now, and the file's version from before, so that nothing that comes between is missed."""
        with self._reading, self._guard():
            self._check_open()
            version = self._version()
            with self._tail.begin():
                held = log_file.places(self._tail, {topic for topic, _ in positions})

                def fetch(at: Partition, offset: int, many: int) -> list[Record]:
                    return log_file.take(self._tail, self._name, held.get(at, _EMPTY), at, offset, many)

                return version, in_turn(fetch, positions, limit)

    def _wait(self, version: int, deadline: float) -> bool:
        """Whether the file changed before the deadline."""
        while (left := deadline - time.monotonic()) > 0:
            with self._changed:
                if not self._closed:
                    self._changed.wait(min(POLL_S, left))
            with self._reading, self._guard():
                self._check_open()
                if self._version() != version:
                    return True
        return False

    def _version(self) -> int:
        # changes whenever another connection has committed; the writer of this process is another connection too
        return int(self._raw.execute("PRAGMA data_version").fetchone()[0])

    def _check_open(self) -> None:
        if self._closed:
            raise LogDown(f"{self._name}: closed")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except database.FAULTS as error:
            self._fault = f"{self._name}: {database.reason(error)}"
            raise LogDown(self._fault) from error
        self._fault = ""
