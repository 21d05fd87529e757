"""The log in memory: for tests and for a demo that need not survive. Must not know any file or broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Condition

from hub.errors import LogDown
from hub.ports import LogHealth, Outgoing, Partition, Positions, Record
from streams.records import check, check_position, in_turn

_NAME = "memory log"


@dataclass(slots=True)
class _Topic:
    first: int = 0
    records: list[Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + len(self.records)


class MemoryLog:
    """``hub.ports.Log`` in memory. A topic is there as soon as it is named, with partition 0. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """``now``: stamps records, epoch seconds."""
        self._now = now
        self._changed = Condition()
        self._topics: dict[str, _Topic] = {}
        self._closed = False

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """See ``hub.ports.Log``. Raises ``HubError`` for a record no log could store."""
        check(topic, records)
        with self._changed:
            self._check_open()
            held = self._topics.setdefault(topic, _Topic())
            start, at = held.end, self._now()
            held.records.extend(
                Record(topic, 0, start + i, r.key, r.value, tuple(r.headers), at) for i, r in enumerate(records)
            )
            self._changed.notify_all()
        return [(0, start + i) for i in range(len(records))]

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """Partition 0 of every topic."""
        self._check_open()
        return [(topic, 0) for topic in topics]

    def read(self, positions: Positions, limit: int, timeout_s: float) -> list[Record]:
        """See ``hub.ports.Log``."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                self._check_open()
                out = in_turn(self._take, positions, limit)
                left = deadline - time.monotonic()
                if out or left <= 0:
                    return out
                self._changed.wait(left)

    def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        with self._changed:
            self._check_open()
            return {(topic, 0): self._topics.get(topic, _Topic()).first for topic in topics}

    def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        with self._changed:
            self._check_open()
            return {(topic, 0): self._topics.get(topic, _Topic()).end for topic in topics}

    def trim(self, topic: str, before: int) -> None:
        """Drop the records below that offset (retention)."""
        with self._changed:
            held = self._topics.setdefault(topic, _Topic())
            drop = max(0, min(before, held.end) - held.first)
            del held.records[:drop]
            held.first += drop

    def health(self) -> LogHealth:
        """``ok`` until it is closed."""
        return LogHealth("down", f"{_NAME}: closed") if self._closed else LogHealth("ok")

    def close(self) -> None:
        """Wake everyone who waits; they get ``LogDown``."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, place: Partition, offset: int, limit: int) -> Sequence[Record]:
        held = self._topics.get(place[0], _Topic()) if place[1] == 0 else _Topic()
        check_position(_NAME, place, offset, held.first, held.end)
        start = offset - held.first
        return held.records[start : start + limit]

    def _check_open(self) -> None:
        if self._closed:
            raise LogDown(f"{_NAME}: closed")
