"""Who goes to which call, and the facts of the calls: one plan for every two hours, each worked out by itself.

Units with an even number serve plans with an even number, the others the odd ones, and nobody is away for longer than
a plan lasts: so no plan needs to know the one before, and every process works out the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from hub.domain.events import Emission
from hub.domain.field import Incident, IncidentState
from hub.domain.model import Text, instant
from hub.field.calls import PER_HOUR, Call, draw
from hub.field.ground import Point, metres
from hub.field.roster import Unit, nearest, roster
from hub.field.script import Script
from hub.field.streets import Path
from hub.field.topics import FIELD_TOPIC, event_type
from hub.field.world import HOUR, World, arrivals, rev_at

SLOT_S = 2 * HOUR
LONGEST_S = 10 * HOUR
"""No call lives longer, reopening included."""
SOURCE = "/hub/calls"
_AWAY_S = 0.95 * SLOT_S
_MOST_SCENE_S = 4800.0
_SPEED_MPS = {1: 14.0, 2: 12.5, 3: 10.0, 4: 8.5}
_FOOT_MPS, _FOOT_REACH_M = 2.6, 900.0
_TURNOUT_S = {"fire": 45.0, "ambulance": 40.0}
HOTLINE = Text("12345 政务热线", "12345 hotline")


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """A unit's trip: leaves its beat, drives ``there``, stands, drives ``back``; on its beat again at ``free``."""

    unit: str
    incident: str
    leave: float
    arrive: float
    clear: float
    free: float
    there: Path
    back: Path


@dataclass(frozen=True, slots=True, eq=False)
class Attended:
    """A call with who came. ``closed``: when it ended the first time; ``ended``: for good."""

    call: Call
    duties: tuple[Duty, ...]
    closed: float
    ended: float
    facts: tuple[Emission, ...]


@lru_cache(maxsize=24)
def plan(world: World, script: Script, slot: int) -> tuple[Attended, ...]:
    """The calls that come in during a slot of two hours (number of slots since 1970), in order of arrival."""
    free: dict[int, float] = {}
    crew = [unit for unit in roster(world, script) if unit.index % 2 == slot % 2 and not unit.story]
    out = []
    for t, number, rng in arrivals(world, "calls", slot * SLOT_S, (slot + 1) * SLOT_S, PER_HOUR):
        call = draw(world, t, number, rng)
        duties = [] if call.phone is not None else list(_send(world, call, crew, free))
        out.append(_attended(call, duties))
    return tuple(out)


def _send(world: World, call: Call, crew: Sequence[Unit], free: dict[int, float]) -> Iterator[Duty]:
    for order, need in enumerate(call.needs):
        told = call.dispatched + 6.0 * order
        unit = _choose(call, need, told, crew, free) or (
            _choose(call, "patrol_car", told, crew, free) if order == 0 else None
        )
        if unit is None:
            continue
        leave = told + _TURNOUT_S.get(unit.kind, 8.0) + unit.index % 17
        speed = _FOOT_MPS if unit.kind == "foot" else _SPEED_MPS[call.priority]
        stay = min(_MOST_SCENE_S, call.scene_s) * (1.0 - 0.18 * (order % 3))
        duty = trip(world, unit, call.id, call.point, leave, speed, stay)
        free[unit.index] = duty.free
        yield duty


def _choose(call: Call, kind: str, t: float, crew: Sequence[Unit], free: dict[int, float]) -> Unit | None:
    """The nearest unit of the kind that is free and stays on duty for a while."""
    able = [
        unit
        for unit in crew
        if unit.kind == kind and free.get(unit.index, 0.0) < t and not unit.off_duty(t) and not unit.off_duty(t + 1800)
    ]
    found = nearest(able, call.point, t)[:1]
    if kind == "foot" and (not found or metres(found[0].where(t), call.point) > _FOOT_REACH_M):
        return _choose(call, "motorcycle", t, crew, free)
    return found[0] if found else None


def trip(
    world: World,
    unit: Unit,
    incident: str,
    point: Point,
    leave: float,
    speed: float,
    stay: float,
    arrive: float | None = None,
) -> Duty:
    """A unit's way there and back. With ``arrive`` given it drives as fast as that takes.

    It returns to where its beat has got to by then: the time is put off until that can be driven.
    """
    there = world.district.route(unit.where(leave), point)
    reached = leave + max(5.0, there.length / speed) if arrive is None else arrive
    clear = min(reached + stay, max(reached + 60.0, leave + 0.75 * _AWAY_S)) if arrive is None else reached + stay
    slow = 1.6 if unit.kind == "foot" else 8.0
    free = clear + max(20.0, there.length / slow)
    while True:
        back = world.district.route(point, unit.where(free))
        if free - clear >= 0.6 * back.length / slow:
            break
        free = clear + back.length / slow
    return Duty(unit.id, incident, leave, reached, clear, free, there, back)


def _attended(call: Call, duties: Sequence[Duty]) -> Attended:
    facts = list(_facts(call, sorted(duties, key=lambda d: d.arrive)))
    closes = [e.at for e in facts if isinstance(e.data, Incident) and e.data.state in ("closed", "diverted")]
    return Attended(call, tuple(duties), closes[0], closes[-1], tuple(facts))


class _Life:
    """Says the facts of one call, each with the whole state, at times that always grow."""

    def __init__(self, call: Call) -> None:
        self._call, self._at = call, 0.0
        self.state: IncidentState = "open"
        self.units: tuple[str, ...] = ()
        self.times: dict[str, float] = {}
        self.reason: Text | None = None
        self.diverted_to: Text | None = None

    def say(self, verb: str, at: float) -> Emission:
        self._at = at = max(at, self._at + 0.5)
        call = self._call
        fact = Incident(
            id=call.id,
            rev=rev_at(at),
            kind=call.kind,
            priority=call.priority,
            state=self.state,
            opened_at=instant(call.opened),
            position=call.position,
            place=call.place,
            units=self.units,
            reason=self.reason,
            diverted_to=self.diverted_to,
            answered_at=self._time("answered"),
            dispatched_at=self._time("dispatched"),
            arrived_at=self._time("arrived"),
            closed_at=self._time("closed"),
        )
        return Emission(topic=FIELD_TOPIC, source=SOURCE, type=event_type("incident", verb), at=at, data=fact)

    def _time(self, name: str) -> datetime | None:
        return instant(self.times[name]) if name in self.times else None

    def end(self, verb: str, at: float, reason: Text) -> Emission:
        at = max(at, self._at + 0.5)
        self.state = "diverted" if verb == "diverted" else "closed"
        self.units, self.reason = (), reason
        self.diverted_to = HOTLINE if verb == "diverted" else None
        self.times["closed"] = at
        return self.say(verb, at)


def _facts(call: Call, duties: Sequence[Duty]) -> Iterator[Emission]:
    """The whole life of a call. After the last unit has left it stays open until its follow-up is done."""
    life = _Life(call)
    yield life.say("opened", call.opened)
    life.times["answered"] = call.answered
    yield life.say("updated", call.answered)
    if call.phone is not None:
        yield life.end("diverted", call.phone, Text("非警务事项，电话分流", "Not police work, diverted by phone"))
        return
    if not duties:
        yield life.end("closed", call.dispatched + call.after_s, Text("电话处置", "Dealt with by phone"))
        return
    life.state, life.units = "dispatched", tuple(duty.unit for duty in duties)
    life.times["dispatched"] = call.dispatched
    yield life.say("unit_assigned", call.dispatched)
    yield life.say("en_route", min(duty.leave for duty in duties))
    life.state = "on_scene"
    life.times["arrived"] = duties[0].arrive
    yield life.say("on_scene", duties[0].arrive)
    for duty in sorted(duties, key=lambda d: d.clear):
        life.units = tuple(unit for unit in life.units if unit != duty.unit)
        yield life.say("unit_cleared", duty.clear)
    last = max(duty.clear for duty in duties)
    if call.divert:
        yield life.end("diverted", last + 90.0, Text("非警务纠纷，现场分流", "Not police work, diverted at the scene"))
        return
    closed = last + call.after_s
    yield life.end("closed", closed, call.ending)
    if call.reopen_s is not None:
        life.state, life.reason = "open", call.again
        del life.times["closed"]
        yield life.say("reopened", closed + call.reopen_s)
        yield life.end("closed", closed + call.reopen_s + call.after_s / 2, call.ending)


def attended(world: World, script: Script, start: float, end: float) -> Iterator[Attended]:
    """Calls that may be alive between start and end."""
    for slot in range(int((start - LONGEST_S) // SLOT_S), int(end // SLOT_S) + 1):
        for one in plan(world, script, slot):
            if one.call.opened <= end and one.ended >= start:
                yield one


def facts(world: World, script: Script, start: float, end: float) -> list[Emission]:
    """Facts of the calls with start < time <= end."""
    return [e for one in attended(world, script, start, end) for e in one.facts if start < e.at <= end]
