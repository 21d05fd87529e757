"""110 calls of an ordinary day: what, where, how urgent, how long each step takes. Who is sent is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from hub.domain.kinds import KINDS
from hub.domain.model import Position, Text
from hub.field.ground import Point, inside, shifted
from hub.field.world import World, local_hour

PER_HOUR = 13.5
"""Mean calls an hour that need the hub: 324 a day."""
_SHARES = ((1, 0.03), (2, 0.10), (3, 0.27), (4, 0.60))

# How often a kind is called within its priority; what is not listed is never called at random.
_WEIGHTS: Mapping[str, float] = {
    "rescue": 1, "fire": 3, "violence": 2, "robbery": 1, "hazmat": 0.5,
    "medical": 3, "missing": 2, "collision_injury": 3, "road_blocked": 1, "burglary": 1, "fraud": 3,
    "alarm_call": 2, "theft": 4, "fight": 3, "collision": 6, "traffic_hazard": 2, "rubbish_fire": 1, "utility": 2,
    "dispute": 8, "wages": 1.5, "noise": 6, "parking": 7, "lost_found": 4, "help": 6, "animal": 1.5, "other": 2,
}  # fmt: skip

# Kinds that often turn out not to be police work: how often they go to the 12345 hotline, by phone or from the scene.
_NOT_POLICE: Mapping[str, float] = {
    "wages": 0.8, "noise": 0.55, "utility": 0.65, "dispute": 0.35, "help": 0.4, "animal": 0.4, "other": 0.3,
}  # fmt: skip

# Which kinds of unit a call needs, one of each entry, in the order they are sent.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "rescue": ("patrol_car", "fire", "ambulance", "patrol_car"),
    "fire": ("fire", "fire", "patrol_car", "ambulance", "traffic"),
    "violence": ("patrol_car", "patrol_car", "motorcycle", "ambulance"),
    "robbery": ("patrol_car", "motorcycle", "patrol_car"),
    "hazmat": ("fire", "patrol_car", "traffic", "fire"),
    "medical": ("ambulance", "motorcycle"),
    "missing": ("patrol_car", "foot", "motorcycle"),
    "collision_injury": ("traffic", "ambulance", "patrol_car"),
    "road_blocked": ("traffic", "motorcycle"),
    "rubbish_fire": ("fire",),
    "collision": ("traffic",),
    "traffic_hazard": ("traffic",),
    "parking": ("traffic",),
    "burglary": ("patrol_car", "patrol_car"),
    "fight": ("patrol_car", "foot"),
    "lost_found": ("foot",),
    "help": ("foot",),
    "noise": ("foot",),
}

# Seconds: on scene, and from the last unit's leaving to the close (report, follow-up).
_SCENE_S: Mapping[int, tuple[float, float]] = {1: (1800, 4200), 2: (1500, 4500), 3: (1200, 4200), 4: (900, 3600)}
_AFTER_S: Mapping[int, tuple[float, float]] = {1: (600, 2400), 2: (1500, 6600), 3: (2700, 12600), 4: (2100, 13200)}

_ENDINGS: tuple[Text, ...] = (
    Text("处置完毕", "Dealt with"),
    Text("现场调解", "Settled on the spot"),
    Text("移交办案单位", "Handed to the case unit"),
    Text("当事人已离开", "Nobody found at the scene"),
    Text("简易程序处理", "Simple procedure"),
)
_AGAIN: tuple[Text, ...] = (
    Text("报警人再次来电", "The caller rang again"),
    Text("矛盾反复", "The dispute flared up again"),
    Text("现场情况变化", "The situation at the scene changed"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call as it will go if units come. Times in epoch seconds; ``phone``: diverted without sending anybody."""

    id: str
    kind: str
    priority: int
    opened: float
    answered: float
    dispatched: float
    phone: float | None
    divert: bool
    scene_s: float
    after_s: float
    reopen_s: float | None
    needs: tuple[str, ...]
    point: Point
    position: Position
    place: Text
    ending: Text
    again: Text


def draw(world: World, t: float, number: str, rng: Random) -> Call:
    """The call that comes in at ``t``; everything about it depends on its own generator."""
    priority = rng.choices([p for p, _ in _SHARES], [share for _, share in _SHARES])[0]
    kind = _kind(rng, priority, t)
    spot = _spot(world, rng)
    answered = t + (rng.uniform(2.5, 8.5) if rng.random() < 0.93 else rng.uniform(10, 22))
    slow = rng.random() < (0.14 if priority == 4 else 0.05)
    dispatched = answered + (rng.uniform(70, 260) if slow else rng.uniform(14, 55))
    elsewhere = rng.random() < _NOT_POLICE.get(kind, 0.0)
    by_phone = elsewhere and rng.random() < 0.45
    return Call(
        id=f"I-{number}",
        kind=kind,
        priority=priority,
        opened=t,
        answered=answered,
        dispatched=dispatched,
        phone=answered + rng.uniform(70, 260) if by_phone else None,
        divert=elsewhere,
        scene_s=rng.uniform(*_SCENE_S[priority]),
        after_s=rng.uniform(*_AFTER_S[priority]),
        reopen_s=rng.uniform(600, 3600) if rng.random() < 0.03 else None,
        needs=_NEEDS.get(kind, ("patrol_car",)),
        point=(spot.lon, spot.lat),
        position=spot,
        place=world.district.near((spot.lon, spot.lat)),
        ending=rng.choice(_ENDINGS),
        again=rng.choice(_AGAIN),
    )


def _kind(rng: Random, priority: int, t: float) -> str:
    hour = local_hour(t)
    night = hour < 6 or hour >= 21
    shift = {
        "noise": 2.6 if night else 0.5,
        "wages": 0.0 if night else 1.2,
        "parking": 0.5 if night else 1.2,
        "fight": 2.0 if night else 0.8,
        "fraud": 0.3 if night else 1.3,
        "lost_found": 0.3 if night else 1.2,
    }
    names = [name for name in _WEIGHTS if KINDS[name].priority == priority]
    return rng.choices(names, [_WEIGHTS[name] * shift.get(name, 1.0) for name in names])[0]


def _spot(world: World, rng: Random) -> Position:
    """Half of the calls come from around the neighbourhoods' middles, the rest from anywhere."""
    district = world.district
    if rng.random() < 0.5:
        near = rng.choice([p for p in district.places if p.kind == "neighbourhood"])
        at = shifted(near.point, rng.gauss(0, 420), rng.gauss(0, 420))
        corner = district.nodes[district.net.nearest(at)]
        lon, lat = shifted(corner, rng.uniform(-14, 14), rng.uniform(-14, 14))
        if inside((lon, lat), district.boundary):
            return Position(lon, lat, "WGS84")
    return district.somewhere(rng)
