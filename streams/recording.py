"""A day of records in one SQLite file, read as a log: the same facts again, as fast as asked for.

A recording is an ordinary log file (``streams.log_file``) that nobody writes any more; offsets, partitions and stamps
are those of the log it was taken from. Must not know what replays it or how fast.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from threading import Event

from sqlalchemy import URL, create_engine, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from hub.errors import HubError, LogDown
from hub.ports import Log, LogHealth, Outgoing, Partition, Positions, Record
from streams import database, log_file
from streams.log_file import PLACE, RECORD, SCHEMA, Place
from streams.records import in_turn

POLL_S = 0.010
_CHUNK = 5000


class Recording:
    """``hub.ports.Log`` over a finished file. ``append`` raises ``LogDown``: what has been recorded does not change."""

    def __init__(self, path: Path | str, now: Callable[[], float] | None = None) -> None:
        """``now``: when given, records stamped later than it are not there yet, so a clock that runs from ``span()[0]``
        at any rate replays the day. Raises ``HubError`` when the file is missing or is no recording.
        """
        self._name = str(path)
        self._now = now
        self._closed = Event()
        if not Path(path).is_file():
            raise HubError(f"recording {self._name}: there is no such file")
        self._engine = database.sealed(Path(path))
        try:
            with self._engine.connect() as connection:
                self._places = log_file.places(connection)
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise HubError(f"recording {self._name}: not a recording ({database.reason(error)})") from error

    def span(self) -> tuple[float, float] | None:
        """Stamps of the first and the last record, epoch seconds; ``None`` when it is empty."""
        with self._guard(), self._engine.connect() as connection:
            first, last = connection.execute(select(func.min(RECORD.c.at), func.max(RECORD.c.at))).one()
        return None if first is None else (first, last)

    def topics(self) -> list[str]:
        """The topics in it, sorted."""
        return sorted({topic for topic, _ in self._places})

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """Always ``LogDown``."""
        raise LogDown(f"recording {self._name}: cannot be written to")

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """The partitions of those topics that were recorded."""
        self._check_open()
        wanted = set(topics)
        return sorted(at for at in self._places if at[0] in wanted)

    def read(self, positions: Positions, limit: int, timeout_s: float) -> list[Record]:
        """See ``hub.ports.Log``. Waits only when a clock may still bring records."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._check_open()
            out = self._look(positions, limit)
            left = deadline - time.monotonic()
            if out or left <= 0:
                return out
            self._closed.wait(min(POLL_S, left) if self._now else left)

    def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        return {at: self._places[at].first for at in self.partitions(topics)}

    def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``; with a clock, of what is there by now."""
        at = self.partitions(topics)
        with self._guard(), self._engine.connect() as connection:
            return {
                place: log_file.seen(connection, self._places[place], self._now())
                if self._now
                else self._places[place].next
                for place in at
            }

    def health(self) -> LogHealth:
        """``ok`` until it is closed."""
        return LogHealth("down", f"recording {self._name}: closed") if self._closed.is_set() else LogHealth("ok")

    def close(self) -> None:
        """Wake who waits and close the file."""
        self._closed.set()
        self._engine.dispose()

    def _look(self, positions: Positions, limit: int) -> list[Record]:
        now = None if self._now is None else self._now()
        with self._guard(), self._engine.connect() as connection:

            def fetch(at: Partition, offset: int, many: int) -> list[Record]:
                place = self._places.get(at, Place(0, 0, 0))
                found = log_file.take(connection, self._name, place, at, offset, many)
                late = next((i for i, record in enumerate(found) if now is not None and record.timestamp > now), None)
                return found if late is None else found[:late]

            return in_turn(fetch, positions, limit)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise LogDown(f"recording {self._name}: closed")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise LogDown(f"recording {self._name}: {database.reason(error)}") from error


def record(log: Log, topics: Iterable[str], path: Path | str) -> int:
    """Write what a log holds of some topics now into a new file; gives the number of records.

    Stamps never run backwards within a partition of a recording: a later record gets at least its forerunner's. Raises
    ``HubError`` when the file exists (a recording is never overwritten) and ``LogDown`` when the log fails; the
    file then does not come into being.
    """
    target = Path(path)
    if target.exists():
        raise HubError(f"recording {target}: exists already")
    wanted = list(topics)
    ends, positions = log.ends(wanted), dict(log.beginnings(wanted))
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        count = _write(draft, _drain(log, positions, ends), positions, ends)
    except SQLAlchemyError as error:
        draft.unlink(missing_ok=True)
        raise HubError(f"recording {target}: {database.reason(error)}") from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    draft.rename(target)
    return count


def _drain(log: Log, beginnings: Positions, ends: Positions) -> Iterator[list[Record]]:
    positions = {at: offset for at, offset in beginnings.items() if offset < ends[at]}
    while positions:
        got = log.read(positions, _CHUNK, 10.0)
        if not got:
            raise LogDown(f"the log gave nothing more before its end: {positions}")
        for item in got:
            positions[item.topic, item.partition] = item.offset + 1
        yield [item for item in got if item.offset < ends[item.topic, item.partition]]
        positions = {at: offset for at, offset in positions.items() if offset < ends[at]}


def _write(path: Path, chunks: Iterable[list[Record]], beginnings: Positions, ends: Positions) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    count, newest = 0, dict.fromkeys(ends, 0.0)
    try:
        with engine.begin() as connection:
            SCHEMA.create_all(connection)
            ids = {at: number for number, at in enumerate(sorted(ends), 1)}
            for (topic, partition), number in ids.items():
                bounds = {"first": beginnings[topic, partition], "next": ends[topic, partition]}
                connection.execute(insert(PLACE).values(id=number, topic=topic, partition=partition, **bounds))
            for chunk in chunks:
                count += len(chunk)
                ordered = sorted(chunk, key=lambda r: (r.topic, r.partition, r.offset))
                for at, group in groupby(ordered, key=lambda r: (r.topic, r.partition)):
                    rows = []
                    for item in group:
                        newest[at] = max(newest[at], item.timestamp)
                        rows.append((item.offset, newest[at], Outgoing(item.key, item.value, item.headers)))
                    log_file.put(connection, ids[at], rows)
    finally:
        engine.dispose()
    return count
