"""Road stretches and how full they are: two peaks a day, noise, roadworks now and then, signal plans by the clock.

Reported every two minutes, so that silence can be seen. It must not know stories; they speak for a stretch instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from hub.domain.events import Emission
from hub.domain.field import Road
from hub.domain.model import Position, Text, instant
from hub.field.ground import inside
from hub.field.streets import Path, path
from hub.field.topics import FIELD_TOPIC, event_type
from hub.field.world import HOUR, World, local_hour, rev_at, ticks

PERIOD_S = 120.0
SOURCE = "/hub/traffic"
_WORKS_SLOT_S = 8 * HOUR
_BACK = 60  # ticks looked back for the beginning of a level: two hours
_NO_WORKS = (0.0, 0.0)
_ROADWORKS = Text("占道施工", "Roadworks")
_CRASH = Text("事故占道", "Collision in lane")
_PLANS = ((6.5, "P1"), (9.5, "P2"), (16.5, "P3"), (19.5, "P2"), (22.5, "P4"), (24.0, "P4"))
_TRUNKS, _INNER, _MIDDLE, _MAINS = 8, 4, 8, 4


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A piece of road with a report of its own. ``base``: how full it is without a peak; ``peak``: what a peak adds."""

    id: str
    name: Text
    path: Path
    line: tuple[Position, ...]
    lanes: int
    base: float
    peak: float
    phase: float


@dataclass(frozen=True, slots=True)
class State:
    """What a stretch reports at a moment."""

    level: int
    closed: int
    cause: Text | None
    plan: str
    officers: int


@lru_cache(maxsize=4)
def stretches(world: World) -> Mapping[str, Stretch]:
    """The reported stretches by id: every avenue, the second ring, parts of the first, some main streets."""
    streets = world.district.streets
    rings = [s for s in streets if s.kind == "ring"]
    picked = [(s, 1350.0, 1150.0, 6) for s in streets if s.kind == "trunk"][:_TRUNKS]
    picked += [(s, 0.0, 700.0, 3) for s in rings[: 2 * _INNER : 2]]
    picked += [(s, 150.0, 1000.0, 4) for s in rings[8 : 8 + _MIDDLE]]
    edge = world.district.boundary
    mains = [
        s for s in streets if s.kind == "main" and path(s.line).length > 1200 and all(inside(p, edge) for p in s.line)
    ]
    picked += [(s, 200.0, 800.0, 2) for s in mains[:: max(1, len(mains) // _MAINS)][:_MAINS]]
    out = {}
    for k, (street, skip, length, lanes) in enumerate(picked):
        rng = world.rng("road", k)
        piece = _piece(path(street.line), skip, length)
        out[f"R-{k + 1:02d}"] = Stretch(
            f"R-{k + 1:02d}",
            street.name,
            piece,
            tuple(Position(lon, lat, "WGS84") for lon, lat in piece.points),
            lanes,
            rng.uniform(0.05, 0.45),
            rng.uniform(0.45, 1.15),
            round(rng.uniform(0, PERIOD_S), 1),
        )
    return out


def _piece(whole: Path, skip_m: float, length_m: float) -> Path:
    skip = min(skip_m, max(0.0, whole.length - length_m))
    end = min(whole.length, skip + length_m)
    inner = [p for p, at in zip(whole.points, whole.starts, strict=True) if skip < at < end]
    ends = [whole.at(skip)[:2], whole.at(end)[:2]]
    return path((round(lon, 6), round(lat, 6)) for lon, lat in (ends[0], *inner, ends[1]))


def _fullness(world: World, stretch: Stretch, t: float) -> float:
    """0 empty .. about 2 jammed: base, two peaks and a midday hump, and noise that is smooth over a quarter hour."""
    h = local_hour(t)
    peaks = exp(-(((h - 8.3) / 0.9) ** 2)) + exp(-(((h - 18.0) / 1.2) ** 2)) + 0.45 * exp(-(((h - 13.0) / 3.6) ** 2))
    k, share = divmod(t / 900.0, 1.0)
    a, b = _noise(world, stretch.id, int(k)), _noise(world, stretch.id, int(k) + 1)
    return stretch.base + stretch.peak * peaks + a + (b - a) * share


@lru_cache(maxsize=2048)
def _noise(world: World, road: str, quarter: int) -> float:
    return world.rng("fullness", road, quarter).uniform(-0.22, 0.22)


@lru_cache(maxsize=512)
def _works(world: World, road: str, slot: int) -> tuple[tuple[float, float], int, Text]:
    """((from, until), lanes, cause): at most one closure in a slot, and none that outlives it."""
    rng = world.rng("works", road, slot)
    if rng.random() > 0.16:
        return _NO_WORKS, 0, _ROADWORKS
    crash = rng.random() < 0.4
    length = rng.uniform(900, 2700) if crash else rng.uniform(3000, 9000)
    start = slot * _WORKS_SLOT_S + rng.uniform(0, _WORKS_SLOT_S - length)
    return (start, start + length), 1, _CRASH if crash else _ROADWORKS


@lru_cache(maxsize=8192)
def state(world: World, stretch: Stretch, t: float) -> State:
    """How the stretch is at ``t``."""
    (start, until), lanes, cause = _works(world, stretch.id, int(t // _WORKS_SLOT_S))
    shut = lanes if start < t <= until else 0
    full = _fullness(world, stretch, t) + (0.4 if shut else 0.0)
    level = 0 if full < 0.6 else 1 if full < 1.05 else 2 if full < 1.6 else 3
    officers = 2 if shut and t - start > 600 and level >= 1 else 1 if level == 3 else 0
    plan = next(name for until_h, name in _PLANS if local_hour(t) < until_h)
    if local_hour(t) < _PLANS[0][0]:
        plan = "P4"
    return State(level, shut, cause if shut else None, plan, officers)


def facts(world: World, start: float, end: float) -> Iterator[Emission]:
    """Reports of all stretches with start < time <= end, stretch by stretch."""
    for stretch in stretches(world).values():
        for t in ticks(start, end, PERIOD_S, stretch.phase):
            now, before = state(world, stretch, t), state(world, stretch, t - PERIOD_S)
            yield Emission(
                topic=FIELD_TOPIC,
                source=SOURCE,
                type=event_type("road", _verb(before, now)),
                at=t,
                data=Road(
                    id=stretch.id,
                    rev=rev_at(t),
                    name=stretch.name,
                    path=stretch.line,
                    level=now.level,
                    lanes=stretch.lanes,
                    lanes_closed=now.closed,
                    cause=now.cause,
                    signal_plan=now.plan,
                    officers=now.officers,
                    since=instant(_since(world, stretch, t, now.level)),
                ),
            )


def _since(world: World, stretch: Stretch, t: float, level: int) -> float:
    for back in range(1, _BACK):
        if state(world, stretch, t - back * PERIOD_S).level != level:
            return t - (back - 1) * PERIOD_S
    return t - _BACK * PERIOD_S


def _verb(before: State, now: State) -> str:
    if now.closed != before.closed:
        return "lanes_closed" if now.closed > before.closed else "lanes_opened"
    if now.officers > before.officers:
        return "officers_sent"
    if now.plan != before.plan:
        return "signal_plan_changed"
    return "level_changed"


def blocked(world: World, start: float, end: float) -> Iterator[tuple[Stretch, float, float]]:
    """(stretch, from, until) of closures that begin with start < time <= end: what the watch is alarmed of."""
    for stretch in stretches(world).values():
        for slot in range(int(start // _WORKS_SLOT_S), int(end // _WORKS_SLOT_S) + 1):
            (begin, until), _, _ = _works(world, stretch.id, slot)
            if start < begin <= end:
                yield stretch, begin, until
