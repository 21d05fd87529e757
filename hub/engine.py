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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event as Flag
from threading import RLock

import msgspec

from hub.codec import FOLLOWUP, Codec
from hub.domain.events import Event, Stream
from hub.domain.model import Fact
from hub.errors import BadPayload, LogDown, PositionLost, StoreDown
from hub.picture.delta import Delta, merge_into
from hub.picture.fixes import Moved, Told, crowd, merged
from hub.picture.fold import Picture
from hub.picture.pending import Pending
from hub.picture.rows import Row, always, nothing
from hub.ports import Batch, Clock, DeadLetter, Gap, HistoryEntry, Loaded, Log, Outgoing, Partition, Record, Store
from hub.recorder import Recorder

say = logging.getLogger("hub.engine")
READ_LIMIT = 2000
READ_WAIT_S = 0.1
EPHEMERAL_S = 1.0
EPHEMERAL_RATE = 4000
"""High-rate rows stored in a second, on average: of 20,000 things each is stored every five seconds. To read the few
seconds of the log before a restart again costs next to nothing; to write every row every second costs half a core."""
PART_BYTES = 1_000_000
"""Of a long backlog so much is taken in at a time (20,000 fixes), and the screens hear of it in between."""
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
        self._fast_due = self._fast_at = 0.0
        self._pending = Pending()
        folds = (fold for stream in self._streams.values() for fold in stream.folds.values())
        self._moving = tuple(dict.fromkeys(fold for fold in folds if isinstance(fold, Moved)))
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
            newer: dict[str, Row | None] = {}
            for key, row in rows.items():
                known = held.get(key)
                best = row if known is None else merged(known, row)
                if best is not known:
                    newer[key] = best
            if newer:
                delta[table] = newer
        self.picture.apply(delta)
        for fold in self._moving:  # what waited in one place may have been described in the other
            described = fold.described(self.picture)
            self.picture.apply(described)
            merge_into(self._fast.rows, described)
            merge_into(delta, described)
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
        for number, part in enumerate(_parts(records)):
            if number:
                self._idle()
            self.take(part)
        ready = self.state.ready or self._reached_goal()
        self._show_moves(everything=not records or ready != self.state.ready)
        self.state.ready = ready
        self._hand_on(force=False, quiet=not records)
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
        self._show_moves(everything=False)

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
                new = self._take_event(stream, record, event, changed, batch)
            except BadPayload as error:
                outcome = "dead"
                self.counters["dead_letters"] += 1
                batch.dead_letters.append(_dead(record, str(error), now))
            else:
                outcome = "applied" if new else "superseded"
                self.state.simulated = self.state.simulated or event.exercise == "s"
                heard.ahead_s = event.time - now
                heard.at = max(heard.at or 0.0, min(event.time, now))
            if record.header(FOLLOWUP) is None:
                tally[outcome] += 1
        self._read_at[place] = offset + 1
        if stream.ephemeral:
            self._pending.mark(place, offset + 1)
        else:
            batch.positions[place] = offset + 1
        for outcome, count in tally.items():
            self.counters[f"{stream.topic} {outcome}"] += count

    def _take_event(self, stream: Stream, record: Record, event: Event, changed: Delta, batch: Batch) -> bool:
        """Whether it was newer than what is there."""
        fold = stream.folds[event.type]
        if isinstance(fold, Moved):
            return self._pending.take(fold, event, self.picture)
        if isinstance(fold, Told):
            return self._pending.tell(fold, event, self.picture)
        delta = self._fold(stream, event)
        if delta:
            self.picture.apply(delta)
            merge_into(changed, delta)
            if not stream.ephemeral:
                batch.history.append(_entry(record, event, next(iter(delta))))
        return bool(delta)

    def _show_moves(self, *, everything: bool) -> None:
        """Make rows of what moves and waits: as many as a second can bear, or ``everything``, which is done as soon as
        the log is quiet, so that pictures of the same log can be compared.
        """
        if not len(self._pending):
            return
        with self.lock:
            most = None if everything else self._pending.allowed(time.monotonic())
            delta = self._pending.facts(self.picture, most)
            self.picture.apply(delta)
            most = None if everything else self._pending.allowed(time.monotonic())
            moved = self._pending.rows(self.picture, self._clock.now(), most)
            self.picture.apply(moved)
            merge_into(delta, moved)
            for fold in self._moving:
                gone = crowd(self.picture, fold.waiting)
                self.counters["fixes_dropped"] += sum(map(len, gone.values()))
                self.picture.apply(gone)
                merge_into(delta, gone)
            merge_into(self._fast.rows, delta)
        if delta:
            self._publish(delta)

    def fixes(self) -> dict[str, int]:
        """For /healthz: things of which the newest place is no row yet, things that no fact has described, and how many
        of these had to be dropped since the first start.
        """
        undeclared = sum(len(self.picture.rows(fold.waiting)) for fold in self._moving)
        return {"waiting": len(self._pending), "undeclared": undeclared, "dropped": self.counters["fixes_dropped"]}

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

    def tried(self, topic: str, record: Outgoing) -> Fact:
        """What this record's fact would be on the picture; nothing changes. Raises ``BadPayload`` as reading it would:
        who appends a record can know before that every server will take it.
        """
        with self.lock:
            event = self._codec.decode(Record(topic, 0, 0, record.key, record.value, record.headers), self._clock.now())
            self._fold(self._streams[topic], event)
        return event.data

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

    def _hand_on(self, *, force: bool, quiet: bool = False) -> None:
        """Give the recorder what was taken in: facts at once, high-rate rows once a second, many of them less often,
        unless the log has become ``quiet``.
        """
        if force:
            self._show_moves(everything=True)
        now = time.monotonic()
        if force or now >= self._fast_due or (quiet and now >= self._fast_at + EPHEMERAL_S):
            merge_into(self._slow.rows, self._fast.rows)
            self._slow.positions.update(self._pending.done())
            self._slow.dead_letters += self._fast.dead_letters
            self._fast_at = now
            self._fast_due = now + max(EPHEMERAL_S, _count(self._fast.rows) / EPHEMERAL_RATE)
            self._fast = Batch(rows={})
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
        return not len(self._pending) and all(self._read_at.get(place, 0) >= end for place, end in ends.items())

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
            self._hand_on(force=True)  # what was read before the hole is handed on before its position
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


def _parts(records: list[Record]) -> Iterator[list[Record]]:
    """The records in their order, in parts of about ``PART_BYTES``."""
    begin = size = 0
    for index, record in enumerate(records):
        size += len(record.value or b"")
        if size >= PART_BYTES:
            yield records[begin : index + 1]
            begin, size = index + 1, 0
    if begin < len(records):
        yield records[begin:]


def _count(delta: Delta) -> int:
    return sum(map(len, delta.values()))


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
