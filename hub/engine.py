"""The loop: read, decode, fold, publish, commit. One thread writes the Picture; everybody else reads under its lock.

One error policy: a bad payload becomes a dead letter and the loop goes on; a log or store that is down is retried
within a bound, said once when it fails and once when it recovers, and shown; a bug in a fold is a dead letter in
production and raises in tests (``strict``).
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import RLock

import msgspec

from hub.codec import FOLLOWUP, Codec
from hub.domain.events import Event, Stream
from hub.errors import BadPayload, HubError, LogDown, PositionLost, StoreDown
from hub.picture.delta import Delta, merge_into
from hub.picture.fold import Fold, Picture
from hub.picture.rows import Row
from hub.ports import Batch, Clock, DeadLetter, HistoryEntry, Log, Partition, Record, Store

say = logging.getLogger("hub.engine")
READ_LIMIT = 2000
READ_WAIT_S = 0.1
SNAPSHOT_S = 300.0
EPHEMERAL_S = 1.0
RETRY_S = 0.5
PENDING_MAX = 200_000
"""History entries held in memory while the store is down; above it reading pauses (the log keeps the rest)."""
RAW_MAX = 64 * 1024

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Heard:
    """What one topic has said. ``at``: newest source time, ``seen``: when the hub last read from it (epoch seconds)."""

    at: float | None = None
    seen: float | None = None
    ahead_s: float = 0.0


@dataclass(slots=True)
class State:
    """How the engine does, for /healthz and the wall. ``simulated``: some of what came says that it is simulation."""

    ready: bool = False
    recording: bool = True
    simulated: bool = False
    log: str = "ok"
    store_error: str = ""
    log_error: str = ""
    gaps: int = 0
    heard: dict[str, Heard] = field(default_factory=dict)


class Engine:
    """Reads the streams' topics into the picture.

    ``publish(delta)`` is called after every folded batch, ``idle()`` at least ten times a second.
    """

    def __init__(
        self,
        *,
        log: Log,
        store: Store,
        picture: Picture,
        codec: Codec,
        streams: Iterable[Stream],
        clock: Clock,
        publish: Callable[[Delta], None],
        idle: Callable[[], None],
        strict: bool = False,
    ) -> None:
        """See the class. ``strict``: a bug in a fold raises instead of becoming a dead letter."""
        self.lock = RLock()
        self.picture = picture
        self.state = State()
        self.counters: Counter[str] = Counter()
        self._log, self._store, self._codec, self._clock = log, store, codec, clock
        self._publish, self._idle, self._strict = publish, idle, strict
        self._streams = {stream.topic: stream for stream in streams}
        self._fast_topics = frozenset(s.topic for s in self._streams.values() if s.ephemeral)
        self._folds: dict[str, Mapping[str, Fold]] = {s.topic: s.folds for s in self._streams.values()}
        self._read_at: dict[Partition, int] = {}
        self._goal: dict[Partition, int] | None = None
        self.committed: dict[Partition, int] = {}
        self._slow = Batch(rows={})
        self._fast = Batch(rows={})
        self._fast_due = 0.0
        self._retry_due = 0.0
        self._snapshot_due = time.monotonic() + SNAPSHOT_S

    def load(self) -> None:
        """Take the stored rows, counters and positions; raises ``StoreDown`` or ``HubError``."""
        loaded = self._store.load(self.picture.tables)
        with self.lock:
            for table, rows in loaded.rows.items():
                self.picture.apply({table: dict(rows)})
            self.counters = Counter(loaded.counters)
            self._read_at = dict(loaded.positions)
            self.committed = dict(loaded.positions)
            self._remember_heard(loaded.rows)
        self._publish({table: dict(rows) for table, rows in loaded.rows.items()})

    def _remember_heard(self, rows: Mapping[str, Mapping[str, Row]]) -> None:
        """After a restart a centre is as silent as its newest stored row says, not lost."""
        newest: dict[str, float] = {}
        for held in rows.values():
            for row in held.values():
                newest[row.source] = max(newest.get(row.source, 0.0), row.at)
        for topic, stream in self._streams.items():
            times = [at for source, at in newest.items() if source.startswith(stream.source)]
            if times:
                self.state.heard[topic] = Heard(at=max(times))

    def run(self, stop: Flag) -> None:
        """Until ``stop`` is set; commits what is pending before it returns."""
        while not stop.is_set():
            self._idle()
            if len(self._slow.history) >= PENDING_MAX:
                self._commit(force=True)
                stop.wait(RETRY_S)
                continue
            try:
                self.step()
            except LogDown as error:
                self._log_failed(error)
                stop.wait(RETRY_S)
        self._commit(force=True)
        self._snapshot_due = 0.0
        self._snapshot()

    def step(self, wait_s: float = READ_WAIT_S) -> int:
        """Read and take in one batch; gives the number of records. Raises ``LogDown``."""
        self._find_partitions()
        records = self._log.read(self._read_at, READ_LIMIT, wait_s) if self._read_at else []
        if self.state.log != "ok" and self._log.health().state == "ok":
            say.info("log is back")
            self.state.log, self.state.log_error = "ok", ""
        if records:
            self.take(records)
        if not self.state.ready:
            self.state.ready = self._reached_goal()
        self._commit(force=False)
        return len(records)

    def _reached_goal(self) -> bool:
        """Ready once everything is taken in that was in the log at the start (what comes meanwhile never ends)."""
        if self._goal is None:
            self._goal = self._log.ends(self._streams)
        return all(self._read_at.get(place, 0) >= end for place, end in self._goal.items())

    def take(self, records: Iterable[Record]) -> None:
        """Decode and fold records, publish the change, and queue what the next transaction writes."""
        now = self._clock.now()
        changed: Delta = {}
        with self.lock:
            for record in records:
                self._take_one(record, now, changed)
        if changed:
            self._publish(changed)

    def _take_one(self, record: Record, now: float, changed: Delta) -> None:
        stream = self._streams[record.topic]
        counted = record.header(FOLLOWUP) is None
        heard = self.state.heard.setdefault(record.topic, Heard())
        heard.seen = now
        self._read_at[(record.topic, record.partition)] = record.offset + 1
        fast = record.topic in self._fast_topics
        batch = self._fast if fast else self._slow
        try:
            event = self._codec.decode(record, now)
            delta = self._fold(stream.topic, event)
        except BadPayload as error:
            outcome = "dead"
            self.counters["dead_letters"] += 1
            batch.dead_letters.append(_dead(record, str(error), now))
        else:
            outcome = "applied" if delta else "superseded"
            self.state.simulated = self.state.simulated or event.exercise == "s"
            heard.ahead_s = event.time - now
            heard.at = max(heard.at or 0.0, min(event.time, now))
            if delta:
                self.picture.apply(delta)
                merge_into(batch.rows, delta)
                if not fast:
                    self._remember(record, event, next(iter(delta)))
                merge_into(changed, delta)
        batch.positions[(record.topic, record.partition)] = record.offset + 1
        if counted:
            self.counters[f"{record.topic} {outcome}"] += 1

    def _fold(self, topic: str, event: Event) -> Delta:
        try:
            delta = self._folds[topic][event.type](self.picture, event)
            self._try_screens(delta)
            return delta
        except BadPayload:
            raise
        except Exception as error:
            if self._strict:
                raise
            say.exception("fold of %s failed", event.type)
            raise BadPayload(f"fold of {event.type} failed: {error}") from error

    def _try_screens(self, delta: Delta) -> None:
        """What a table declares for the screens is a plug's code: tried here, a bug in it hurts one record."""
        for name, rows in delta.items():
            table = self.picture.tables[name]
            for row in rows.values():
                if row is not None:
                    table.on_screen(row.fact)
                    table.derive(row.fact)

    def _remember(self, record: Record, event: Event, table: str) -> None:
        self._slow.inbox.append((event.source, event.id))
        self._slow.history.append(
            HistoryEntry(
                event=event.id,
                source=event.source,
                type=event.type,
                table=table,
                entity=event.data.id,
                rev=event.data.rev,
                at=event.time,
                seen=event.seen,
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                data=_encode(event.data),
            )
        )

    def _commit(self, *, force: bool) -> None:
        """Write what is pending: facts at once, high-rate rows at most once a second. A failure keeps it pending."""
        due = force or time.monotonic() >= self._fast_due
        if due and self._fast.positions:
            merge_into(self._slow.rows, self._fast.rows)
            self._slow.positions.update(self._fast.positions)
            self._slow.dead_letters += self._fast.dead_letters
            self._fast = Batch(rows={})
        if due:
            self._fast_due = time.monotonic() + EPHEMERAL_S
        if not self._slow.positions or (not force and time.monotonic() < self._retry_due):
            return
        self._slow.counters = dict(self.counters)
        try:
            self._store.commit(self._slow)
        except StoreDown as error:
            if self.state.recording:
                say.error("not recording: %s", error)
            self.state.recording, self.state.store_error = False, str(error)
            self._retry_due = time.monotonic() + RETRY_S
            return
        if not self.state.recording:
            say.info("recording again")
        self.state.recording, self.state.store_error = True, ""
        self.committed.update(self._slow.positions)
        self._slow = Batch(rows={})
        self._snapshot()

    def _snapshot(self) -> None:
        if time.monotonic() < self._snapshot_due:
            return
        self._snapshot_due = time.monotonic() + SNAPSHOT_S
        try:
            self._store.snapshot()
        except StoreDown as error:  # the rows themselves are stored: a start takes longer, nothing is lost
            say.warning("no snapshot: %s", error)

    def _find_partitions(self) -> None:
        """Begin partitions that have no stored position at their oldest record."""
        if all(any(topic == t for topic, _ in self._read_at) for t in self._streams):
            return
        for place, offset in self._log.beginnings(self._streams).items():
            self._read_at.setdefault(place, offset)

    def caught_up(self) -> bool:
        """Whether everything in the log now has been taken in. Raises ``LogDown``."""
        ends = self._log.ends(self._streams)
        return all(self._read_at.get(place, 0) >= end for place, end in ends.items())

    def _log_failed(self, error: HubError) -> None:
        if isinstance(error, PositionLost):
            # Retention overtook us: go on from what there is, and say that history has a hole.
            for place, offset in self._log.beginnings(self._streams).items():
                self._read_at[place] = max(offset, self._read_at.get(place, offset))
            self.state.gaps += 1
            self.counters["gaps"] += 1
        if self.state.log == "ok":
            say.error("log: %s", error)
        self.state.log, self.state.log_error = self._log.health().state, str(error)
        if self.state.log == "ok":
            self.state.log = "down"


def _dead(record: Record, reason: str, now: float) -> DeadLetter:
    raw = (record.value or b"")[:RAW_MAX]
    return DeadLetter(record.topic, record.partition, record.offset, reason[:2000], raw, now)
