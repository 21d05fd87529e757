"""Positions of the units: on their beats, on the way to calls, standing there, silent now and then.

A pure function of time. What a unit does in an hour is worked out once and kept; a position is then a look-up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hub.domain import field as facts
from hub.domain.events import Emission
from hub.domain.model import Position, instant
from hub.field.dispatch import SLOT_S, Duty, plan, trip
from hub.field.roster import TICK_S, Leg, Unit, roster
from hub.field.script import Script
from hub.field.stories import Sent, rounds
from hub.field.streets import Path
from hub.field.topics import POSITIONS_TOPIC, event_type
from hub.field.world import HOUR, World, rev_at

SOURCE = "/hub/fleet"
TYPE = event_type("unit", "position")
_MOVING, _STANDING, _OFF = 2, 5, 75
"""Every how many ticks a unit speaks: 8 s, 20 s, and 5 min between shifts."""
_STEP_S = 60.0
_SILENT_SHARE = 0.34
"""Chance of a radio silence in an hour; with 2 to 7 minutes each that is 2.5 % of the units at any time."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """What a unit does from ``start`` on: its status, and a path driven at a speed from ``origin``."""

    start: float
    origin: float
    path: Path
    speed: float
    status: facts.UnitStatus
    incident: str | None
    since: float
    silent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """An hour of a unit: spans in order, with their starts for the look-up."""

    starts: tuple[float, ...]
    spans: tuple[Span, ...]


@lru_cache(maxsize=4)
def hours(world: World, script: Script, hour: int) -> tuple[Hour, ...]:
    """What every unit of the roster does in an hour (number of hours since 1970)."""
    begin, end = hour * HOUR, (hour + 1) * HOUR
    duties = _duties(world, script, begin, end)
    out = []
    for unit in roster(world, script):
        spans = list(_spans(unit, duties.get(unit.id, ()), begin, end))
        spans = _silenced(spans, _silence(world, unit, hour))
        out.append(Hour(tuple(span.start for span in spans), tuple(spans)))
    return tuple(out)


def _duties(world: World, script: Script, begin: float, end: float) -> dict[str, list[Duty]]:
    """Trips by unit, old ones too: the last one says since when a unit is free."""
    out: dict[str, list[Duty]] = {}
    for slot in range(int(begin // SLOT_S) - 2, int(end // SLOT_S) + 1):
        for attended in plan(world, script, slot):
            for duty in attended.duties:
                out.setdefault(duty.unit, []).append(duty)
    by_id = {unit.id: unit for unit in roster(world, script)}
    for played in rounds(world, script, begin - 12 * HOUR, end):
        for sent in played.sent:
            for key in sent.units:
                duty = story_trip(world, by_id[key], sent)
                out.setdefault(key, []).append(duty)
    return {unit: sorted(trips, key=lambda d: d.leave) for unit, trips in out.items()}


@lru_cache(maxsize=256)
def story_trip(world: World, unit: Unit, sent: Sent) -> Duty:
    """A story's sending as a trip: it arrives and leaves when the story says."""
    usual = 12.0
    return trip(world, unit, sent.incident, sent.point, sent.leave, usual, sent.until - sent.arrive, sent.arrive)


def _spans(unit: Unit, duties: Sequence[Duty], begin: float, end: float) -> Iterator[Span]:
    """Trips, and the beat or rest between them, from ``begin`` to ``end``."""
    at, since = begin, unit.on_since(begin)
    for duty in duties:
        if duty.free <= begin:
            since = max(since, duty.free)
            continue
        if duty.leave >= end:
            break
        yield from _beat(unit, at, duty.leave, since)
        yield from _away(duty, begin)
        at = since = duty.free
    yield from _beat(unit, at, end, since)


def _away(duty: Duty, begin: float) -> Iterator[Span]:
    there = duty.there.length / (duty.arrive - duty.leave)
    back = duty.back.length / (duty.free - duty.clear)
    stand = Path((duty.there.points[-1],), (0.0,), (duty.there.headings[-1],))
    for span, stop in (
        (Span(duty.leave, duty.leave, duty.there, there, "en_route", duty.incident, duty.leave), duty.arrive),
        (Span(duty.arrive, duty.arrive, stand, 0.0, "on_scene", duty.incident, duty.arrive), duty.clear),
        (Span(duty.clear, duty.clear, duty.back, back, "available", None, duty.clear), duty.free),
    ):
        if stop > begin:
            yield span


def _beat(unit: Unit, at: float, end: float, since: float) -> Iterator[Span]:
    """The beat from ``at`` to ``end``, with rests where the unit is off duty (seen at the begin of each leg)."""
    while at < end:
        if unit.off_duty(at):
            stop = at
            while unit.off_duty(stop) and stop < end:
                stop += _STEP_S
            yield Span(at, at, _AT_HOME, 0.0, "off_duty", None, at)
            at, since = stop, stop
            continue
        leg, began, until = unit.leg_at(at)
        if until <= at:  # a boundary met exactly, within rounding
            until = at + 0.001
        since = max(since, unit.on_since(at))
        yield _leg_span(leg, at, began, since)
        at = until


def _leg_span(leg: Leg, at: float, began: float, since: float) -> Span:
    return Span(at, began, leg.path, leg.speed, leg.status, None, since)


_AT_HOME = Path(((0.0, 0.0),), (0.0,), (0.0,))


def _silence(world: World, unit: Unit, hour: int) -> tuple[float, float] | None:
    rng = world.rng("silence", unit.index, hour)
    if rng.random() > _SILENT_SHARE:
        return None
    length = rng.uniform(120, 420)
    start = hour * HOUR + rng.uniform(0, HOUR - length)
    return start, start + length


def _silenced(spans: Sequence[Span], window: tuple[float, float] | None) -> list[Span]:
    """The spans cut at the ends of the silence; those within are marked."""
    if window is None:
        return list(spans)
    a, b = window
    out: list[Span] = []
    for span, stop in zip(spans, [*(s.start for s in spans[1:]), float("inf")], strict=True):
        marks = [span.start, *(m for m in (a, b) if span.start < m < stop)]
        for mark in marks:
            quiet = a <= mark < b
            out.append(Span(mark, span.origin, span.path, span.speed, span.status, span.incident, span.since, quiet))
    return out


@lru_cache(maxsize=4)
def _by_tick(world: World, script: Script) -> tuple[tuple[float, ...], tuple[Unit, ...]]:
    order = sorted(roster(world, script), key=lambda unit: (unit.tick, unit.index))
    return tuple(unit.tick for unit in order), tuple(order)


def positions(world: World, script: Script, start: float, end: float) -> Iterator[Emission]:
    """Every unit's reports with start < time <= end, in time order."""
    offsets, order = _by_tick(world, script)
    cycle = int(start // TICK_S) - 1
    while cycle * TICK_S <= end:
        base = cycle * TICK_S
        for k in range(bisect_right(offsets, start - base), bisect_right(offsets, end - base)):
            unit = order[k]
            turn = cycle + unit.index
            if turn % _MOVING == 0 or turn % _STANDING == 0:
                told = _report(world, script, unit, turn, round(base + unit.tick, 2))
                if told is not None:
                    yield told
        cycle += 1


def _report(world: World, script: Script, unit: Unit, turn: int, t: float) -> Emission | None:
    hour = hours(world, script, int(t // HOUR))[unit.index]
    span = hour.spans[bisect_right(hour.starts, t) - 1]
    off = span.status == "off_duty"
    if span.silent or turn % (_MOVING if span.speed else _OFF if off else _STANDING):
        return None
    lon, lat, heading = span.path.at(span.speed * (t - span.origin))
    fact = facts.Unit(
        id=unit.id,
        rev=rev_at(t),
        call_sign=unit.call_sign,
        kind=unit.kind,
        status=span.status,
        position=None if off else Position(round(lon, 6), round(lat, 6), "WGS84"),
        heading_deg=None if off else heading,
        speed_mps=None if off else round(span.speed, 1),
        team=unit.team,
        incident=span.incident,
        since=instant(span.since),
    )
    return Emission(topic=POSITIONS_TOPIC, source=SOURCE, type=TYPE, at=t, data=fact)
