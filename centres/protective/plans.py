"""Three protected events a day in the simulated district, from plan to close. Must not know folds or panels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import spoken
from hub.field.world import HOUR, UTC_OFFSET, World, rev_at

from .events import EventKind, EventState, Level, ProtectedEvent
from .voice import RESTATE_S, beside, named, signed

DAY_S = 86400.0
READY_S = 3600.0  # posts are taken in the hour before
STEPS: tuple[tuple[EventState, str], ...] = (
    ("planned", "planned"),
    ("ready", "readied"),
    ("running", "started"),
    ("closed", "closed"),
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the day's calendar: ``hour`` local, ``hours`` long."""

    hour: float
    hours: float
    kinds: tuple[EventKind, ...]
    posts: int
    capacity: int


CALENDAR = (
    _Slot(9.0, 3.0, ("conference", "exam"), 6, 900),
    _Slot(13.5, 4.0, ("fair", "festival"), 10, 8000),
    _Slot(19.0, 2.5, ("match", "concert"), 18, 20000),
)


def plans(world: World, start: float, end: float) -> Iterator[Emission]:
    """What the plans of the days that touch the window say, unordered; some of it may lie outside the window."""
    first = int((start + UTC_OFFSET) // DAY_S)
    last = int((end + UTC_OFFSET) // DAY_S)
    for day in range(first, last + 1):
        for number, slot in enumerate(CALENDAR):
            yield from _plan(world, day, number, slot, start, end)


def _plan(world: World, day: int, number: int, slot: _Slot, start: float, end: float) -> Iterator[Emission]:
    rng = world.rng("protective.plan", day, number)
    midnight = day * DAY_S - UTC_OFFSET
    begins = midnight + slot.hour * HOUR
    ends = begins + slot.hours * HOUR
    kind, level = rng.choice(slot.kinds), _level(rng.random())
    expected = round(slot.capacity * rng.uniform(0.5, 0.95))
    venue = rng.randrange(len(world.district.places))
    for t, step in spoken((midnight + 60.0 * (number + 1), begins - READY_S, begins, ends), start, end, RESTATE_S):
        state, verb = STEPS[step]
        share = _share(world, day, number, state, t, begins)
        checkpoints = max(2, slot.posts // 4)
        event = ProtectedEvent(
            id=f"EV-{instant(begins + UTC_OFFSET):%m%d}-{number + 1}",
            rev=rev_at(t),
            kind=kind,
            state=state,
            level=level,
            place=named(world, venue),
            position=beside(world, venue, 0.0),
            starts_at=instant(begins),
            ends_at=instant(ends),
            posts=slot.posts,
            posts_manned=round(slot.posts * share),
            checkpoints=checkpoints,
            checkpoints_manned=round(checkpoints * share),
            expected=expected,
            capacity=slot.capacity,
        )
        yield signed(f"protected_event.{verb}", t, event)


def _share(world: World, day: int, number: int, state: EventState, t: float, begins: float) -> float:
    """Share of the plan that is manned: filled in the hour before, complete or one relief short while it runs."""
    if state == "ready":
        return min(1.0, 0.25 + (t - begins + READY_S) / READY_S)
    if state == "running":
        short = world.rng("protective.relief", day, number, t // 600).random() < 0.15
        return 0.9 if short else 1.0
    return 0.0


def _level(chance: float) -> Level:
    return "orange" if chance < 0.1 else "yellow" if chance < 0.5 else "blue"
