"""The loop: read, decode, fold, publish, hand on to the recorder. One thread writes the Picture; everybody else reads
under its lock.

One error policy: a bad payload becomes a dead letter and the loop goes on; a log that is down is retried within a
bound, said once when it fails and once when it recovers, and shown; a bug in a fold is a dead letter in production and
raises in tests (``strict``).
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event as Flag
from threading import RLock

import msgspec

from hub.codec import FOLLOWUP, Codec
from hub.domain.events import Event, Stream
from hub.errors import BadPayload, LogDown, PositionLost, StoreDown
from hub.picture.delta import Delta, merge_into
from hub.picture.fold import Picture
from hub.picture.rows import Row, always, nothing
from hub.ports import Batch, Clock, DeadLetter, Gap, HistoryEntry, Loaded, Log, Partition, Record, Store
from hub.recorder import Recorder

say = logging.getLogger("hub.engine")
READ_LIMIT = 2000
READ_WAIT_S = 0.1
EPHEMERAL_S = 1.0
RETRY_S = 0.5
FORGET_S = 60.0
BEHIND_MAX = 20_000
"""History entries the recorder may be behind before reading waits for it; memory stays bounded."""
PENDING_MAX = 200_000
"""The same while nobody can record: the screens go on, above it reading pauses too (the log keeps the rest)."""
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
    simulated: bool = False
    log: str = "ok"
    log_error: str = ""
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
        recorder: Recorder,
        forgets: bool = True,
        strict: bool = False,
    ) -> None:
        """See the class. ``store`` is read at the start and after a lost position; ``recorder`` writes.
        ``forgets``: whether rows leave the picture some time after they ended. ``strict``: a bug in a fold raises
        instead of becoming a dead letter.
        """
        self.lock = RLock()
        self.picture = picture
        self.state = State()
        self.counters: Counter[str] = Counter()
        self._log, self._store, self._codec, self._clock = log, store, codec, clock
        self._publish, self._idle, self._strict = publish, idle, strict
        self._streams = {stream.topic: stream for stream in streams}
        self._fast_topics = frozenset(s.topic for s in self._streams.values() if s.ephemeral)
        self._read_at: dict[Partition, int] = {}
        self._goal: dict[Partition, int] | None = None
        self._recorder, self._forgets = recorder, forgets
        self._slow = Batch(rows={})
        self._fast = Batch(rows={})
        self._fast_due = 0.0
        self._forget_due = time.monotonic() + FORGET_S

    def load(self) -> None:
        """Take the stored rows, counters and positions; raises ``StoreDown`` or ``HubError``."""
        loaded = self._store.load(self.picture.tables)
        with self.lock:
            self.counters = Counter(loaded.counters)
            self._read_at = dict(loaded.positions)
            self._remember_heard(loaded.rows)
            self._take_stored(loaded)

    def _take_stored(self, loaded: Loaded) -> None:
        """Rows that are newer than those held; what is held and newer than the store stays."""
        delta: Delta = {}
        for table, rows in loaded.rows.items():
            held = self.picture.rows(table)
            newer = {key: row for key, row in rows.items() if key not in held or row.order > held[key].order}
            if newer:
                delta[table] = dict(newer)
        self.picture.apply(delta)
        self._publish(delta)

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
        """Until ``stop`` is set; hands on what is left before it returns."""
        while not stop.is_set():
            self._idle()
            if self._recorder.waiting >= (BEHIND_MAX if self._recorder.leading else PENDING_MAX):
                stop.wait(RETRY_S)
                continue
            try:
                self.step()
                self._forget_now_and_then()
            except LogDown as error:
                self._log_failed(error)
                self._idle()  # the pages hear of it before the next attempt
                stop.wait(RETRY_S)
        self._hand_on(force=True)

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
        self._hand_on(force=False)
        return len(records)

    def _reached_goal(self) -> bool:
        """Ready once everything is taken in that was in the log at the start (what comes meanwhile never ends)."""
        if self._goal is None:
            self._goal = self._log.ends(self._streams)
        return all(self._read_at.get(place, 0) >= end for place, end in self._goal.items())

    def take(self, records: Iterable[Record]) -> None:
        """Decode and fold records, publish the change, and queue what the next transaction writes."""
        now = self._clock.now()
        facts: Delta = {}
        moves: Delta = {}
        with self.lock:
            for place, run in groupby(records, key=_place):
                fast = place[0] in self._fast_topics
                self._take_run(place, run, now, moves if fast else facts, self._fast if fast else self._slow)
        merge_into(self._slow.rows, facts)
        merge_into(self._fast.rows, moves)
        if facts or moves:
            merge_into(facts, moves)
            self._publish(facts)

    def _take_run(self, place: Partition, run: Iterable[Record], now: float, changed: Delta, batch: Batch) -> None:
        """Records of one partition in a row; what they change goes into ``changed``, the rest into ``batch``."""
        stream = self._streams[place[0]]
        heard = self.state.heard.setdefault(stream.topic, Heard())
        heard.seen = now
        tally: Counter[str] = Counter()
        offset = 0
        for record in run:
            offset = record.offset
            try:
                event = self._codec.decode(record, now)
                delta = self._fold(stream, event)
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
                    merge_into(changed, delta)
                    if not stream.ephemeral:
                        batch.history.append(_entry(record, event, next(iter(delta))))
            if record.header(FOLLOWUP) is None:
                tally[outcome] += 1
        self._read_at[place] = batch.positions[place] = offset + 1
        for outcome, count in tally.items():
            self.counters[f"{stream.topic} {outcome}"] += count

    def _fold(self, stream: Stream, event: Event) -> Delta:
        try:
            delta: Delta = stream.folds[event.type](self.picture, event)
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
            if table.on_screen is always and table.derive is nothing:
                continue
            for row in rows.values():
                if row is not None:
                    table.on_screen(row.fact)
                    table.derive(row.fact)

    def _forget_now_and_then(self) -> None:
        if self._forgets and time.monotonic() >= self._forget_due:
            self._forget_due = time.monotonic() + FORGET_S
            self.forget()

    def forget(self) -> int:
        """Take rows out of the picture whose thing ended long enough ago; gives their number. Every server does it by
        its own clock; the recorder also takes them out of the stored rows.
        """
        now = self._clock.now()
        gone: Delta = {}
        with self.lock:
            for table in self.picture.tables.values():
                if table.keep_s is None:
                    continue
                for key, row in self.picture.rows(table.name).items():
                    ended = table.ended(row.fact)
                    if ended is not None and now - ended > table.keep_s:
                        gone.setdefault(table.name, {})[key] = None
            self.picture.apply(gone)
        if gone:
            merge_into(self._slow.rows, gone)
            self._publish(gone)
        return sum(map(len, gone.values()))

    def _hand_on(self, *, force: bool) -> None:
        """Give the recorder what was taken in: facts at once, high-rate rows at most once a second."""
        due = force or time.monotonic() >= self._fast_due
        if due and self._fast.positions:
            merge_into(self._slow.rows, self._fast.rows)
            self._slow.positions.update(self._fast.positions)
            self._slow.dead_letters += self._fast.dead_letters
            self._fast = Batch(rows={})
        if due:
            self._fast_due = time.monotonic() + EPHEMERAL_S
        if self._slow.positions or self._slow.rows:
            self._slow.counters = dict(self.counters)
            self._recorder.add(self._slow)
            self._slow = Batch(rows={})

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

    def _log_failed(self, error: LogDown) -> None:
        if isinstance(error, PositionLost):
            try:
                self._find_again()
                return
            except (LogDown, StoreDown) as other:
                error = LogDown(f"{error}; cannot go on yet: {other}")
        if self.state.log == "ok":
            say.error("log: %s", error)
        self.state.log, self.state.log_error = self._log.health().state, str(error)
        if self.state.log == "ok":
            self.state.log = "down"

    def _find_again(self) -> None:
        """Positions that are no longer in the log: take what the recorder has stored since, then what there still is,
        and keep the hole as a gap. Raises ``LogDown`` or ``StoreDown``.
        """
        loaded = self._store.load(self.picture.tables)
        first, end = self._log.beginnings(self._streams), self._log.ends(self._streams)
        now = self._clock.now()
        with self.lock:
            self._take_stored(loaded)
            for place in {*self._read_at, *loaded.positions}:
                wanted = max(self._read_at.get(place, 0), loaded.positions.get(place, 0))
                self._read_at[place] = wanted
                if place in first and not first[place] <= wanted <= end[place]:
                    self._read_at[place] = first[place]
                    self._slow.gaps.append(Gap(*place, wanted, first[place], now))
                    self._slow.positions[place] = first[place]
                    self.counters["gaps"] += 1
                    say.error("%s/%d: offsets %d to %d are gone; a gap is recorded", *place, wanted, first[place])


def _place(record: Record) -> Partition:
    return record.topic, record.partition


def _entry(record: Record, event: Event, table: str) -> HistoryEntry:
    return HistoryEntry(
        event=event.id,
        source=event.source,
        type=event.type,
        table=table,
        entity=event.data.id,
        rev=event.data.rev,
        epoch=event.data.epoch,
        at=event.time,
        seen=event.seen,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        data=_encode(event.data),
    )


def _dead(record: Record, reason: str, now: float) -> DeadLetter:
    raw = (record.value or b"")[:RAW_MAX]
    return DeadLetter(record.topic, record.partition, record.offset, reason[:2000], raw, now)
