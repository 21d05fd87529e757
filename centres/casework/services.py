"""The services of case handling in the demo: 48-hour cases, escort runs, property appraisals, training sessions.

Pure functions of the window that give (type without its frame, time, fact). Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import get_args

from hub.domain.model import Fact, instant
from hub.field.voice import spoken
from hub.field.world import HOUR, UTC_OFFSET, World, arrivals_of_hour, rev_at

from .events import (
    Appraisal,
    AppraisalState,
    CaseKind,
    CaseState,
    Escort,
    EscortKind,
    EscortState,
    MinorCase,
    PropertyKind,
    Training,
    TrainingKind,
    TrainingState,
)
from .floor import MINOR_CASE_LIMIT, officers_needed

Told = tuple[str, float, Fact]
RESTATE_S = 300.0
CASES_PER_HOUR, CASE_LIFE_S = 0.3, 64 * HOUR
ESCORTS_PER_HOUR, ESCORT_LIFE_S = 1.4, 6 * HOUR
APPRAISALS_PER_HOUR, APPRAISAL_LIFE_S = 0.7, 40 * HOUR
AFTER_CASE_S, AFTER_ESCORT_S, AFTER_APPRAISAL_S = 12 * HOUR, 2 * HOUR, 8 * HOUR
"""How long something that has ended is stated on, so that a board that starts now shows it."""
KEPT_HOURS = 256  # hours remembered: a window is played many times a second, its past does not change
SESSIONS = ((9.0, 1.5), (10.75, 1.25), (14.0, 1.5), (16.0, 1.5), (19.0, 1.5))
"""(hour of the district's day, hours it takes)."""
SEATS = 36
CASE_STATES: tuple[CaseState, ...] = ("investigation", "prosecution", "trial", "closed")
CASE_VERBS = ("opened", "moved", "moved", "closed")
ESCORT_STATES: tuple[EscortState, ...] = ("requested", "assigned", "under_way", "done")
ESCORT_VERBS = ("requested", "assigned", "set_out", "done")
APPRAISAL_STATES: tuple[AppraisalState, ...] = ("requested", "under_way", "done")
APPRAISAL_VERBS = ("requested", "started", "done")
TRAINING_KINDS: tuple[TrainingKind, ...] = get_args(TrainingKind)
TRAINING_STATES: tuple[TrainingState, ...] = ("planned", "running", "done")
TRAINING_VERBS = ("planned", "started", "ended")
ITEM_YUAN: dict[PropertyKind, tuple[float, float]] = {
    "phone": (600, 5_500),
    "e_bike": (800, 3_600),
    "vehicle": (28_000, 190_000),
    "jewellery": (1_200, 26_000),
    "goods": (80, 900),
    "equipment": (400, 9_000),
}


@dataclass(frozen=True, slots=True)
class Life:
    """A thing with a road: when its steps happen, how long the last is stated, and what it says at (time, step)."""

    times: tuple[float, ...]
    tail_s: float
    tell: Callable[[float, int], Told]


def services(world: World, start: float, end: float) -> Iterator[Told]:
    """Everything but the custody area, as (type without its frame, time, fact)."""
    longest = max(CASE_LIFE_S, ESCORT_LIFE_S, APPRAISAL_LIFE_S)
    for hour in range(int((start - longest) // HOUR), int(end // HOUR) + 1):
        for life in _lives(world, hour):
            if life.times[-1] + life.tail_s > start:
                said = spoken(life.times, start, end, RESTATE_S, life.tail_s)
                yield from (life.tell(t, step) for t, step in said)
    yield from _training(world, start, end)


@lru_cache(maxsize=KEPT_HOURS)
def _lives(world: World, hour: int) -> tuple[Life, ...]:
    """Everything that begins in that hour since 1970."""
    cases = (_case(*one) for one in arrivals_of_hour(world, "casework.cases", hour, CASES_PER_HOUR))
    escorts = (_escort(*one) for one in arrivals_of_hour(world, "casework.escorts", hour, ESCORTS_PER_HOUR))
    asked = arrivals_of_hour(world, "casework.appraisals", hour, APPRAISALS_PER_HOUR)
    return (*cases, *escorts, *(_appraisal(*one) for one in asked))


def _case(opened: float, number: str, rng: Random) -> Life:
    late = rng.random() < 0.04
    investigated = opened + rng.uniform(6, 22) * HOUR
    prosecuted = investigated + rng.uniform(3, 10) * HOUR
    closed = opened + rng.uniform(48.2, 51) * HOUR if late else prosecuted + rng.uniform(4, 14) * HOUR
    kind: CaseKind = rng.choices(get_args(CaseKind), (40, 22, 14, 8, 10, 6))[0]

    def tell(t: float, step: int) -> Told:
        fact = MinorCase(
            id=f"MC-{number}",
            rev=rev_at(t),
            kind=kind,
            state=CASE_STATES[step],
            opened_at=instant(opened),
            due_at=instant(opened) + MINOR_CASE_LIMIT,
            investigated_at=instant(investigated) if step >= 1 else None,
            prosecuted_at=instant(prosecuted) if step >= 2 else None,
            closed_at=instant(closed) if step >= 3 else None,
        )
        return f"minor_case.{CASE_VERBS[step]}", t, fact

    return Life((opened, investigated, prosecuted, closed), AFTER_CASE_S, tell)


def _escort(asked: float, number: str, rng: Random) -> Life:
    persons = rng.choices((1, 2, 3), (70, 22, 8))[0]
    kind: EscortKind = rng.choices(get_args(EscortKind), (22, 24, 30, 14, 10))[0]
    assigned = asked + rng.uniform(2, 12) * 60
    set_out = assigned + rng.uniform(4, 25) * 60
    done = set_out + rng.uniform(25, 120) * 60
    team = f"押解{rng.randrange(1, 7)}组"
    officers = officers_needed(persons) + rng.randrange(0, 2)

    def tell(t: float, step: int) -> Told:
        fact = Escort(
            id=f"ES-{number}",
            rev=rev_at(t),
            kind=kind,
            state=ESCORT_STATES[step],
            persons=persons,
            officers=officers if step else 0,
            requested_at=instant(asked),
            due_at=instant(asked) + timedelta(hours=3),
            team=team if step else None,
            set_out_at=instant(set_out) if step >= 2 else None,
            done_at=instant(done) if step >= 3 else None,
        )
        return f"escort.{ESCORT_VERBS[step]}", t, fact

    return Life((asked, assigned, set_out, done), AFTER_ESCORT_S, tell)


def _appraisal(asked: float, number: str, rng: Random) -> Life:
    kind: PropertyKind = rng.choices(get_args(PropertyKind), (34, 26, 8, 12, 14, 6))[0]
    items = rng.randrange(5, 60) if kind == "goods" else rng.randrange(1, 4)
    started = asked + rng.uniform(0.5, 6) * HOUR
    done = started + rng.uniform(2, 22) * HOUR
    value = round(items * rng.uniform(*ITEM_YUAN[kind]), -1)

    def tell(t: float, step: int) -> Told:
        fact = Appraisal(
            id=f"PA-{number}",
            rev=rev_at(t),
            kind=kind,
            state=APPRAISAL_STATES[step],
            items=items,
            requested_at=instant(asked),
            due_at=instant(asked) + timedelta(hours=24),
            done_at=instant(done) if step == 2 else None,
            value_yuan=value if step == 2 else None,
        )
        return f"appraisal.{APPRAISAL_VERBS[step]}", t, fact

    return Life((asked, started, done), AFTER_APPRAISAL_S, tell)


def _training(world: World, start: float, end: float) -> Iterator[Told]:
    """Sessions of the day; each is announced at midnight and stated until the day is over."""
    for day in range(int((start + UTC_OFFSET) // (24 * HOUR)), int((end + UTC_OFFSET) // (24 * HOUR)) + 1):
        midnight = day * 24 * HOUR - UTC_OFFSET
        for index, (hour, hours) in enumerate(SESSIONS):
            rng = world.rng("casework.training", day, index)
            kind = TRAINING_KINDS[(day + index) % len(TRAINING_KINDS)]
            begins, ends = midnight + hour * HOUR, midnight + (hour + hours) * HOUR
            announced = midnight + 31.0 + 17 * index
            present = rng.randrange(SEATS // 2, SEATS + 1)
            tail_s = midnight + 24 * HOUR - ends
            for t, step in spoken((announced, begins, ends), start, end, RESTATE_S, tail_s):
                fact = Training(
                    id=f"TR-{datetime.fromtimestamp(midnight + UTC_OFFSET, tz=UTC):%m%d}-{index + 1}",
                    rev=rev_at(t),
                    kind=kind,
                    state=TRAINING_STATES[step],
                    starts_at=instant(begins),
                    ends_at=instant(ends),
                    seats=SEATS,
                    present=present if step else None,
                )
                yield f"training.{TRAINING_VERBS[step]}", t, fact
