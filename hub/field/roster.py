"""The units of the district and the beats they patrol: closed loops through the streets with stops, for ever.

Where a unit is on its beat is a smooth function of time alone; dispatch and silence are decided elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin
from random import Random

from hub.domain.field import UnitKind, UnitStatus
from hub.domain.model import Text
from hub.field.ground import Point, inside, metres, shifted
from hub.field.script import Script
from hub.field.stories import rounds
from hub.field.streets import Path, path
from hub.field.world import HOUR, UTC_OFFSET, World

DAY_S = 24 * HOUR
TICK_S = 4.0
"""Units speak on a beat of four seconds: every second one when moving, every fifth when standing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit. ``reach_m``: size of a beat; ``speed``, ``stop_s``: ranges; ``base``: kind of place."""

    kind: UnitKind
    count: int
    sign: str
    team: Text
    reach_m: float
    speed: tuple[float, float]
    stop_s: tuple[float, float]
    base: str | None = None


_DETOUR = 1.35  # how much longer streets are than the line of sight
_PATROL, _TRAFFIC = Text("巡特警", "Patrol"), Text("交警", "Traffic police")
KINDS: tuple[Kind, ...] = (
    Kind("patrol_car", 136, "PT", _PATROL, 900.0, (6.0, 10.5), (30, 260)),
    Kind("motorcycle", 46, "MC", _PATROL, 800.0, (6.5, 11.0), (20, 200)),
    Kind("foot", 84, "FT", Text("社区民警", "Community police"), 330.0, (0.9, 1.5), (40, 300)),
    Kind("traffic", 52, "TR", _TRAFFIC, 420.0, (5.0, 9.0), (420, 1500)),
    Kind("escort", 12, "ES", Text("押运组", "Escort"), 2200.0, (7.0, 10.0), (500, 1500)),
    Kind("fire", 14, "FD", Text("消防救援", "Fire and rescue"), 0.0, (9.0, 12.0), (1200, 2400), "fire"),
    Kind("ambulance", 16, "AM", Text("医疗急救", "Ambulance"), 0.0, (9.0, 12.0), (1200, 2400), "hospital"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A piece of a beat: driving a path at a speed, or standing on it (speed 0)."""

    path: Path
    speed: float
    status: UnitStatus


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A unit of the roster. ``starts``: seconds into the beat when each leg begins; ``off``: daily off-duty spans."""

    index: int
    id: str
    call_sign: str
    kind: UnitKind
    team: Text
    legs: tuple[Leg, ...]
    starts: tuple[float, ...]
    period: float
    shift: float
    tick: float
    off: tuple[tuple[float, float], ...]
    story: bool

    def leg_at(self, t: float) -> tuple[Leg, float, float]:
        """(leg, when it began, when it ends) at ``t``, epoch seconds."""
        turn, u = divmod(t + self.shift, self.period)
        k = bisect_right(self.starts, u) - 1
        begin = turn * self.period - self.shift
        end = self.starts[k + 1] if k + 1 < len(self.starts) else self.period
        return self.legs[k], begin + self.starts[k], begin + end

    def where(self, t: float) -> Point:
        """Its place on the beat at ``t``."""
        leg, begin, _ = self.leg_at(t)
        lon, lat, _ = leg.path.at(leg.speed * (t - begin))
        return lon, lat

    def off_duty(self, t: float) -> bool:
        """Whether it is between shifts at ``t``."""
        u = (t + UTC_OFFSET) % DAY_S
        return any(a <= u < b or a <= u + DAY_S < b for a, b in self.off)

    def on_since(self, t: float) -> float:
        """When its present shift began: the last end of an off-duty span before ``t``."""
        day = (t + UTC_OFFSET) // DAY_S * DAY_S - UTC_OFFSET
        return max(day + b - back * DAY_S for _, b in self.off for back in (0, 1, 2) if day + b - back * DAY_S <= t)


@lru_cache(maxsize=4)
def roster(world: World, script: Script) -> tuple[Unit, ...]:
    """Every unit. Units a story sends keep their beat where they can be in time."""
    homes = _story_homes(world, script)
    spots = {kind: [p.point for p in world.district.places if p.kind == kind] for kind in ("fire", "hospital")}
    out: list[Unit] = []
    for kind in KINDS:
        for number in range(1, kind.count + 1):
            index = len(out)
            key = f"U-{index + 1:03d}"
            rng = world.rng("unit", index)
            trip = homes.get(key)
            base = None if kind.base is None else _base(spots[kind.base], number, trip)
            home = base or (_home(world, rng) if trip is None else _within_reach(world, kind, rng, *trip))
            legs = _standing(rng, home) if base else _beat(world, kind, rng, home)
            starts, period = _times(kind, rng, legs)
            out.append(
                Unit(
                    index,
                    key,
                    f"{kind.sign}-{number:03d}",
                    kind.kind,
                    kind.team,
                    legs,
                    starts,
                    period,
                    rng.uniform(0, period),
                    round(rng.uniform(0, TICK_S), 2),
                    _off(rng, index, key in homes),
                    key in homes,
                )
            )
    return tuple(out)


def _story_homes(world: World, script: Script) -> dict[str, tuple[Point, float]]:
    """Unit → (the point a story sends it to first, seconds it has for the way)."""
    homes: dict[str, tuple[Point, float]] = {}
    for played in rounds(world, script, world.anchor, world.anchor + DAY_S):
        for sent in played.sent:
            for unit in sent.units:
                homes.setdefault(unit, (sent.point, sent.arrive - sent.leave))
    return homes


def _base(spots: Sequence[Point], number: int, trip: tuple[Point, float] | None) -> Point:
    """Where a unit waits: the stations in turn, or the one nearest to where a story needs it."""
    if trip is None:
        return spots[number % len(spots)]
    there = trip[0]
    return min(spots, key=lambda spot: metres(spot, there))


def _within_reach(world: World, kind: Kind, rng: Random, point: Point, way_s: float) -> Point:
    """A home from which the point can be reached in that time at the unit's usual speed."""
    far = way_s * sum(kind.speed) / 2 / _DETOUR
    for _ in range(12):
        a = rng.uniform(0, 2 * pi)
        home = shifted(point, far * cos(a), far * sin(a))
        if inside(home, world.district.boundary):
            return home
    return point


def _home(world: World, rng: Random) -> Point:
    """Where a beat lies: denser in the middle of the district, thinner outside."""
    district = world.district
    if rng.random() < 0.5:
        for _ in range(20):
            point = shifted(district.centre, rng.gauss(350, 1250), rng.gauss(-60, 850))
            if inside(point, district.boundary):
                return point
    spot = district.somewhere(rng)
    return spot.lon, spot.lat


def _beat(world: World, kind: Kind, rng: Random, home: Point) -> tuple[Leg, ...]:
    district = world.district
    count = rng.randint(3, 5)
    nodes: list[int] = []
    for k in range(count):
        a = 2 * pi * (k + rng.uniform(-0.3, 0.3)) / count
        far = kind.reach_m * rng.uniform(0.55, 1.0)
        nodes.append(district.net.nearest(_within(district.boundary, home, far * cos(a), far * sin(a))))
    legs: list[Leg] = []
    speed = rng.uniform(*kind.speed)
    for a_node, b_node in pairwise([*nodes, nodes[0]]):
        if a_node != b_node:
            way = path(district.nodes[n] for n in district.net.shortest(a_node, b_node))
            legs.append(Leg(way, round(speed * rng.uniform(0.9, 1.1), 2), "available"))
            busy = kind.kind == "escort" or rng.random() < 0.12
            legs.append(Leg(_stand(way), 0.0, "busy" if busy else "available"))
    return tuple(legs) if legs else _standing(rng, district.nodes[nodes[0]])


def _within(boundary: Sequence[Point], home: Point, east_m: float, north_m: float) -> Point:
    """The point, drawn back towards home until it lies inside the district."""
    for share in (1.0, 0.6, 0.3):
        point = shifted(home, east_m * share, north_m * share)
        if inside(point, boundary):
            return point
    return home


def _stand(way: Path) -> Path:
    """The end of a path as a path to stand on, looking the way it came."""
    return Path((way.points[-1],), (0.0,), (way.headings[-1],))


def _standing(rng: Random, home: Point) -> tuple[Leg, ...]:
    spot = shifted(home, rng.uniform(-35, 35), rng.uniform(-35, 35))
    return (Leg(Path((spot,), (0.0,), (float(rng.randrange(360)),)), 0.0, "available"),)


def _times(kind: Kind, rng: Random, legs: Sequence[Leg]) -> tuple[tuple[float, ...], float]:
    starts, at = [], 0.0
    for leg in legs:
        starts.append(at)
        at += leg.path.length / leg.speed if leg.speed else rng.uniform(*kind.stop_s)
    return tuple(starts), at


def _off(rng: Random, index: int, story: bool) -> tuple[tuple[float, float], ...]:
    """Off-duty spans in seconds of the local day: three hand-overs of some minutes; some units rest by night or day."""
    gap = rng.uniform(600, 1300)
    if story:  # its crew is relieved in place, so that a story never waits for a hand-over
        return ((6 * HOUR, 6 * HOUR + 1.0),)
    spans = [(h * HOUR + late, h * HOUR + late + gap) for h in (7.6, 15.6, 23.4) for late in (rng.uniform(0, 4000),)]
    if index % 9 == 4:
        spans.append((23.3 * HOUR + 4000, 30.5 * HOUR))
    if index % 11 == 7:
        spans.append((9.7 * HOUR, 15.8 * HOUR))
    return tuple(spans)


def nearest(units: Sequence[Unit], point: Point, t: float) -> list[Unit]:
    """Units by their distance from a point at ``t``."""
    return sorted(units, key=lambda unit: (metres(unit.where(t), point), unit.index))
