"""Law enforcement and case handling's day: the custody area told in facts. Cases and services: see ``services``.

A pure function of the window (see ``centres/_template/simulate.py``). Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from hub.domain.events import Emission
from hub.domain.model import Fact, Text, instant
from hub.field.voice import speaker
from hub.field.world import World, midnight, rev_at, ticks, within

from .custody import PLACES, Stay, Trouble, stay, turn_at
from .events import SOURCE, TOPIC, AlarmKind, Area, Box, Custody, CustodyAlarm, Zone, ZoneState
from .floor import LONGEST_CUSTODY, ROOMS, Room, ZoneKey, next_check
from .services import services

signed = speaker(TOPIC, SOURCE)

REPORT_S = 60.0
AREA_S = 10.0
RESTATE_S = 60.0
ACCIDENT_FREE_DAYS = 1386  # at the demo's anchor
CAPACITY = PLACES
PRIORITIES: dict[AlarmKind, int] = {"health": 1, "wrong_zone": 2, "overstay": 3, "check_missed": 3}

Stays = Callable[[int, int], Stay]
"""(place, turn) → the stay."""


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    stays: Stays = partial(stay, world)
    told = (
        *_custody(stays, start, end),
        *_alarms(stays, start, end),
        *_zones(stays, start, end),
        *_area(world, stays, start, end),
        *services(world, start, end),
    )
    return within((signed(*fact) for fact in told), start, end)


def _custody(stays: Stays, start: float, end: float) -> Iterator[tuple[str, float, Fact]]:
    for place in range(PLACES):
        for t in ticks(start, end, REPORT_S, place * REPORT_S / PLACES):
            yield "custody.stated", t, _row(stays, place, t)
        for turn in range(turn_at(place, start), turn_at(place, end) + 1):
            held = stays(place, turn)
            for verb, t in _steps(held):
                if start < t <= end:
                    yield f"custody.{verb}", t, _row(stays, place, t)


def _steps(held: Stay) -> Iterator[tuple[str, float]]:
    for index, leg in enumerate(held.legs):
        yield ("moved" if index else "entered"), leg.since
        for check in leg.checks:
            yield "checked", check
    yield "left", held.left


def _row(stays: Stays, place: int, t: float) -> Custody:
    held = stays(place, turn_at(place, t))
    leg = held.leg(t)
    if leg is None:
        return Custody(id=f"{place + 1:02d}", rev=rev_at(t), number=_number(place), state="free")
    looks = [check for check in leg.checks if check <= t]
    return Custody(
        id=f"{place + 1:02d}",
        rev=rev_at(t),
        number=_number(place),
        state="occupied",
        zone=leg.zone,
        since_at=instant(leg.since),
        entered_at=instant(held.entered),
        leave_by=instant(held.entered) + LONGEST_CUSTODY,
        checked_at=instant(looks[-1]) if looks else None,
        next_check_at=next_check(leg.zone, instant(looks[-1] if looks else leg.since)),
        medical=held.medical is not None and held.medical <= t,
    )


def _alarms(stays: Stays, start: float, end: float) -> Iterator[tuple[str, float, Fact]]:
    for place in range(PLACES):
        for turn in range(turn_at(place, start), turn_at(place, end) + 1):
            for index, trouble in enumerate(stays(place, turn).troubles):
                for t in _alarm_times(trouble, start, end):
                    fact = _alarm(f"CA-{place + 1:02d}-{turn}-{index}", place, trouble, t)
                    yield f"custody_alarm.{fact.state}", t, fact


def _alarm_times(trouble: Trouble, start: float, end: float) -> Iterator[float]:
    for t in (trouble.raised, trouble.acknowledged, trouble.cleared):
        if start < t <= end:
            yield t
    first = max(start, trouble.acknowledged)
    yield from (t for t in ticks(first, min(end, trouble.cleared), RESTATE_S, trouble.raised % RESTATE_S))


def _alarm(key: str, place: int, trouble: Trouble, t: float) -> CustodyAlarm:
    cleared, seen = t >= trouble.cleared, t >= trouble.acknowledged
    return CustodyAlarm(
        id=key,
        rev=rev_at(t),
        kind=trouble.kind,
        state="cleared" if cleared else "acknowledged" if seen else "raised",
        priority=PRIORITIES[trouble.kind],
        zone=trouble.zone,
        number=_number(place),
        raised_at=instant(trouble.raised),
        acknowledged_at=instant(trouble.acknowledged) if seen else None,
        cleared_at=instant(trouble.cleared) if cleared else None,
    )


def _zones(stays: Stays, start: float, end: float) -> Iterator[tuple[str, float, Fact]]:
    for index, (key, room) in enumerate(ROOMS.items()):
        for t in ticks(start, end, REPORT_S, 1.5 + index * REPORT_S / len(ROOMS)):
            yield "custody_zone.counted", t, _zone(stays, key, room, t)


def _zone(stays: Stays, key: ZoneKey, room: Room, t: float) -> Zone:
    now = [stays(place, turn_at(place, t)) for place in range(PLACES)]
    occupied = sum((leg := held.leg(t)) is not None and leg.zone == key for held in now)
    state: ZoneState = "empty" if occupied == 0 else "full" if occupied >= room.capacity else "in_use"
    return Zone(
        id=key,
        rev=rev_at(t),
        kind=room.kind,
        state=state,
        title=room.title,
        capacity=room.capacity,
        occupied=occupied,
        plan=Box(*room.box),
        alarms=sum(trouble.zone == key for held in now for trouble in _open(held, t)),
    )


def _area(world: World, stays: Stays, start: float, end: float) -> Iterator[tuple[str, float, Fact]]:
    since = instant(midnight(world.anchor)) - timedelta(days=ACCIDENT_FREE_DAYS)
    for t in ticks(start, end, AREA_S):
        now = [stays(place, turn_at(place, t)) for place in range(PLACES)]
        alarms = sum(len(list(_open(held, t))) for held in now)
        made, late = _checks_today(stays, t)
        area = Area(
            id="area",
            rev=rev_at(t),
            title=Text("执法办案管理中心", "Case-handling area"),
            state="alarm" if alarms else "safe",
            accident_free_since=since,
            occupied=sum(held.leg(t) is not None for held in now),
            capacity=CAPACITY,
            checks_today=made,
            checks_late_today=late,
            alarms=alarms,
        )
        yield "custody_area.stated", t, area


def _checks_today(stays: Stays, t: float) -> tuple[int, int]:
    """Looks taken since midnight, and those that were missed at their time."""
    since = midnight(t)
    made = late = 0
    for place in range(PLACES):
        for turn in range(turn_at(place, since), turn_at(place, t) + 1):
            held = stays(place, turn)
            made += sum(since <= check <= t for leg in held.legs for check in leg.checks)
            late += sum(x.kind == "check_missed" and since <= x.raised <= t for x in held.troubles)
    return made, late


def _open(held: Stay, t: float) -> Iterator[Trouble]:
    return (trouble for trouble in held.troubles if trouble.raised <= t < trouble.cleared)


def _number(place: int) -> str:
    return f"{place + 1:02d}号"
