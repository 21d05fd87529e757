"""Plays planned records into the log, paced by their time or as fast as it goes. Must not know files or mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import Event as Flag
from typing import Literal, Protocol

import msgspec

from hub.errors import LogDown
from hub.ports import Clock, Log, Record
from streams.bridges.plan import SEQUENCE, Planned

BATCH = 500
LOOK_S = 0.25
"""How often a paced replay looks at the clock, seconds."""
GAP_S, LEAD_S = 20.0, 2.0
"""Real seconds without a record above which a paced replay goes on at once, that long before the next record."""
RETRIES = 12
RETRY_S, RETRY_MAX_S = 0.2, 5.0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a replay is. ``rows``: source rows played, ``records``: with further facts of rows, ``refused``: rows
    that could not be mapped. ``at``: time of the newest record, epoch seconds.
    """

    state: Literal["playing", "log down", "ended", "stopped"]
    rows: int = 0
    records: int = 0
    refused: int = 0
    at: float | None = None


class SettableClock(Clock, Protocol):
    """The hub's clock of a replay (``hub.clock.RunningClock``): the player sets it."""

    def set(self, now: float, rate: float) -> None:
        """Go on from ``now`` (epoch seconds) at ``rate``."""
        ...


def done(log: Log, topic: str) -> int:
    """How many records of a replay the topic already has: pass it to ``Plan.after``. Raises ``LogDown``.

    Looks at the numbers in the records, not at the topic's length: operators' own facts may stand between them. Only
    the last batch can have arrived in part, and then the rest of it is played again.
    """
    ends, begins = log.ends([topic]), log.beginnings([topic])
    window = 4 * BATCH
    while True:
        starts = {place: max(begins.get(place, 0), end - window) for place, end in ends.items()}
        numbers = set(_numbers(log, starts, ends))
        if len(numbers) >= BATCH or all(start <= begins.get(place, 0) for place, start in starts.items()):
            break
        window *= 8
    newest = max(numbers, default=-1)
    missing = set(range(max(0, newest - BATCH + 1), newest + 1)) - numbers
    return min(missing, default=newest + 1)


def play(
    plan: Iterable[Planned],
    log: Log,
    topic: str,
    *,
    clock: SettableClock,
    speed: float | None,
    stop: Flag,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Append the records in order until the plan ends or ``stop`` is set; gives the last progress.

    ``speed``: hub seconds per real second; ``None`` as fast as it goes. ``clock`` then runs with the recording and
    stands still at its last record afterwards. ``progress`` is called after every batch and from this thread. Raises
    ``LogDown`` when the log stayed down for about a minute.
    """
    state = Progress(state="playing")
    batches = _fast(plan) if speed is None else _paced(plan, clock, speed, stop)
    for batch in batches:
        if stop.is_set():
            break
        if speed is None:
            # The clock goes first: the engine must not take a fact of the recording for one from the future.
            clock.set(batch[-1].at, 0.0)
        if not _append(log, topic, batch, stop, partial(progress, _with(state, "log down"))):
            break
        state = _after(state, batch)
        progress(state)
    state = _with(state, "stopped" if stop.is_set() else "ended")
    clock.set(state.at if state.at is not None else clock.now(), 0.0)
    progress(state)
    return state


def _fast(plan: Iterable[Planned]) -> Iterator[list[Planned]]:
    batch: list[Planned] = []
    for planned in plan:
        batch.append(planned)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _paced(plan: Iterable[Planned], clock: SettableClock, speed: float, stop: Flag) -> Iterator[list[Planned]]:
    """What is due together, never more than a batch; waits for what is not due yet."""
    batch: list[Planned] = []
    for number, planned in enumerate(plan):
        if number == 0:
            clock.set(planned.at, speed)
        if batch and (len(batch) == BATCH or planned.at > clock.now()):
            yield batch
            batch = []
        if (planned.at - clock.now()) / speed > GAP_S:
            clock.set(planned.at - LEAD_S * speed, speed)
        while (wait := (planned.at - clock.now()) / speed) > 0:
            if stop.wait(min(wait, LOOK_S)):
                return
        batch.append(planned)
    if batch:
        yield batch


def _append(log: Log, topic: str, batch: list[Planned], stop: Flag, down: Callable[[], None]) -> bool:
    """Append with bounded retry, without what arrived before the log failed. ``False`` when stopped meanwhile."""
    wait, left = RETRY_S, batch
    first = _number(left[0])
    for attempt in range(RETRIES + 1):
        try:
            if attempt:
                left = batch[max(0, min(len(batch), done(log, topic) - first)) :]
            if left:
                log.append(topic, [planned.outgoing for planned in left])
            return True
        except LogDown:
            if attempt == RETRIES:
                raise
            down()
            if stop.wait(wait):
                return False
            wait = min(wait * 2, RETRY_MAX_S)
    return True


def _after(state: Progress, batch: list[Planned]) -> Progress:
    rows = [planned for planned in batch if not planned.followup]
    return Progress(
        state="playing",
        rows=state.rows + len(rows),
        records=state.records + len(batch),
        refused=state.refused + sum(planned.refused for planned in rows),
        at=batch[-1].at,
    )


def _with(state: Progress, name: Literal["log down", "ended", "stopped"]) -> Progress:
    return msgspec.structs.replace(state, state=name)


def _numbers(log: Log, starts: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]) -> Iterator[int]:
    positions = {place: start for place, start in starts.items() if start < ends[place]}
    while positions:
        records = log.read(positions, 4 * BATCH, 1.0)
        if not records:
            return
        for record in records:
            place = (record.topic, record.partition)
            if place in positions:
                positions[place] = record.offset + 1
            yield from _own(record)
        positions = {place: start for place, start in positions.items() if start < ends[place]}


def _own(record: Record) -> Iterator[int]:
    """The record's number when it is one of a replay."""
    header = record.header(SEQUENCE)
    if header is not None and header.isdigit():
        yield int(header)


def _number(planned: Planned) -> int:
    """The record's number in the replay."""
    return next(int(value) for name, value in planned.outgoing.headers if name == SEQUENCE)
