"""When which drone flies where: an ordinary flight an hour each, to the busiest call; a story's flights come first.

A flight is a list of phases, each a line or an orbit; where the aircraft is follows from time alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, degrees, radians, sin
from random import Random

from hub.domain.field import DroneMode
from hub.domain.kinds import kind
from hub.domain.model import Text
from hub.field.dispatch import attended
from hub.field.ground import Point, bearing, metres, shifted
from hub.field.script import Script
from hub.field.stories import Flight, rounds
from hub.field.world import HOUR, World

DOCKS = ("station_west", "station_east", "station_river", "fire_north", "fire_west", "fire_south")
CRUISE_MPS = 14.0
ORBIT_MPS = 3.6
_TAKEOFF_S, _LANDING_S = 22.0, 28.0
_ALOFT_S = (2160.0, 2400.0)
_STAGGER_S = 600.0
_READY_S = 300.0
FROZEN_DRONE = 0
"""Index of the drone whose picture stops for some minutes in each of its ordinary flights."""


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """What a drone looks at. ``announce``: from, until."""

    point: Point
    mission: Text
    incident: str | None = None
    announcement: Text | None = None
    announce: tuple[float, float] = (0.0, 0.0)
    finding: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """A piece of a flight from ``start`` to ``end``: a line from ``a`` to ``b``, or an orbit around ``aim``.

    ``radius``, ``turn``: orbit's size in metres and bearing of its beginning, degrees; height goes ``low`` to ``high``.
    """

    start: float
    end: float
    mode: DroneMode
    a: Point
    b: Point
    low: float
    high: float
    aim: Aim
    radius: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Aloft:
    """A whole flight. ``drain``: per cent of battery a minute; ``frozen``: when its picture stands still."""

    drone: int
    start: float
    end: float
    dock: Point
    phases: tuple[Phase, ...]
    drain: float
    full: float
    frozen: tuple[float, float]


def drone_id(index: int) -> str:
    """``D-01`` for index 0."""
    return f"D-{index + 1:02d}"


def dock(world: World, index: int) -> Point:
    """Where a drone lives: a roof a few metres from its station."""
    return shifted(world.district.place(DOCKS[index]).point, 12.0, 9.0)


def aloft(world: World, script: Script, index: int, start: float, end: float) -> Iterator[Aloft]:
    """Flights of a drone that touch the window, in time order."""
    scripted = [flight for flight in _flights(world, script, start - 2 * HOUR, end) if flight.drone == drone_id(index)]
    out = [_scripted(world, index, flight) for flight in scripted if not flight.relay]
    for hour in range(int((start - 2 * HOUR) // HOUR), int(end // HOUR) + 1):
        found = _ordinary(world, script, index, hour)
        if found is not None:
            out.append(found)
    yield from sorted((f for f in out if f.start <= end and f.end > start), key=lambda f: f.start)


def _flights(world: World, script: Script, start: float, end: float) -> list[Flight]:
    return [f for r in rounds(world, script, start, end) for f in r.flights]


@lru_cache(maxsize=64)
def _scripted(world: World, index: int, flight: Flight) -> Aloft:
    aim = Aim(flight.point, flight.mission, flight.incident, flight.announcement, flight.announce, flight.finding)
    rng = world.rng("scripted", index, flight.leave)
    return _build(world, index, flight.leave, flight.until, [(aim, flight.until)], rng, (0.0, 0.0))


@lru_cache(maxsize=256)
def _ordinary(world: World, script: Script, index: int, hour: int) -> Aloft | None:
    """The flight that begins in an hour, unless a story needs the drone then."""
    rng = world.rng("flight", index, hour)
    start = hour * HOUR + index * _STAGGER_S + round(rng.uniform(0, 90), 1)
    end = start + rng.uniform(*_ALOFT_S)
    stories = [f for f in _flights(world, script, start - HOUR, end + HOUR) if f.drone == drone_id(index)]
    if any(not f.relay and f.leave < end + _READY_S and f.until > start - _READY_S for f in stories):
        return None
    relay = next((f for f in stories if f.relay and f.leave < start and f.until > end), None)
    half = start + (end - start) * rng.uniform(0.45, 0.6)
    if relay is not None:
        aims = [(Aim(relay.point, relay.mission, relay.incident, finding=relay.finding), end)]
    else:
        aims = [(_busiest(world, script, index, start, rng), half), (_busiest(world, script, index, half, rng), end)]
        if aims[0][0].incident is not None and aims[0][0].incident == aims[1][0].incident:
            aims = [(aims[0][0], end)]
    stops = start + 700.0 + rng.uniform(0, 300)
    frozen = (stops, stops + rng.uniform(170, 290)) if index == FROZEN_DRONE else (0.0, 0.0)
    return _build(world, index, start, end, aims, rng, frozen)


def _busiest(world: World, script: Script, index: int, t: float, rng: Random) -> Aim:
    """The most urgent attended call that lasts some minutes more; one each, so that six drones do not meet."""
    calls = [
        one for one in attended(world, script, t, t) if one.duties and one.call.dispatched <= t and one.closed > t + 600
    ]
    calls.sort(key=lambda one: (one.call.priority, -len(one.duties), one.call.opened))
    if not calls:
        spot = world.district.somewhere(rng)
        return Aim((spot.lon, spot.lat), Text("例行巡查", "Routine patrol"))
    call = calls[0 if calls[0].call.priority == 1 and index < 3 else index % len(calls)].call
    title = kind(call.kind).title
    return Aim(call.point, Text(f"{title.zh}现场", f"Over {title.en.lower()}"), call.id)


def _build(
    world: World,
    index: int,
    start: float,
    end: float,
    aims: Sequence[tuple[Aim, float]],
    rng: Random,
    frozen: tuple[float, float],
) -> Aloft:
    """Phases: up, over to each aim and around it, home, down. ``end`` is when it has landed."""
    home = dock(world, index)
    height = round(rng.uniform(80, 120))
    first = aims[0][0]
    phases = [Phase(start, start + _TAKEOFF_S, "takeoff", home, home, 0.0, height * 0.6, first)]
    at, t, low = home, start + _TAKEOFF_S, height * 0.6
    for aim, until in aims:
        radius = rng.uniform(55, 95)
        turn = bearing(aim.point, at)
        entry = shifted(aim.point, radius * sin(radians(turn)), radius * cos(radians(turn)))
        there = t + max(8.0, metres(at, entry) / CRUISE_MPS)
        phases.append(Phase(t, there, "transit", at, entry, low, height, aim))
        leave = until
        if until == end:
            leave = end - _LANDING_S - metres(aim.point, home) / CRUISE_MPS - radius / CRUISE_MPS
        leave = max(leave, there + 20.0)
        orbit = Phase(there, leave, "on_station", entry, entry, height, height, aim, radius, turn)
        phases.append(orbit)
        at, t, low = on_orbit(orbit, leave)[0], leave, height
    back = t + max(8.0, metres(at, home) / CRUISE_MPS)
    phases.append(Phase(t, back, "returning", at, home, height, height * 0.6, aims[-1][0]))
    phases.append(Phase(back, back + _LANDING_S, "landing", home, home, height * 0.6, 0.0, aims[-1][0]))
    drain = rng.uniform(1.45, 1.75) if rng.random() < 0.88 else rng.uniform(2.0, 2.2)
    return Aloft(index, start, back + _LANDING_S, home, tuple(phases), drain, rng.uniform(96, 100), frozen)


def on_orbit(phase: Phase, t: float) -> tuple[Point, float]:
    """(place, course in degrees) on an orbit flown clockwise."""
    turn = phase.turn + degrees(ORBIT_MPS * (t - phase.start) / phase.radius)
    a = radians(turn % 360.0)
    return shifted(phase.aim.point, phase.radius * sin(a), phase.radius * cos(a)), (turn + 90.0) % 360.0
