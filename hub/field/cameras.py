"""Fixed cameras: where they stand and whether they give a picture. Nothing is recognised in any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.events import Emission
from hub.domain.field import Camera
from hub.domain.model import Position, Text, instant
from hub.field.ground import Point, inside, metres
from hub.field.topics import FIELD_TOPIC, event_type
from hub.field.world import HOUR, World, rev_at, ticks

COUNT = 44
PERIOD_S = 60.0
SOURCE = "/hub/video"
_SLOT_S = 6 * HOUR
_BACK = 8  # slots looked back for the last outage: two days


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A camera on its mast."""

    id: str
    name: Text
    position: Position
    bearing: float
    phase: float


@lru_cache(maxsize=4)
def sites(world: World) -> Sequence[Site]:
    """Cameras at crossings, spread so that each new one stands farthest from all the others."""
    district = world.district
    rng = world.rng("cameras")
    crossings = [
        node
        for node, links in zip(district.nodes, district.edges, strict=True)
        if len(links) >= 3 and inside(node, district.boundary)
    ]
    pool = sorted(rng.sample(crossings, min(400, len(crossings))))
    spots: list[Point] = [min(pool, key=lambda p: metres(p, district.centre))]
    room = {p: metres(p, spots[0]) for p in pool}
    while len(spots) < COUNT:
        spots.append(max(pool, key=lambda p: room[p]))
        room = {p: min(far, metres(p, spots[-1])) for p, far in room.items()}
    out = []
    for k, spot in enumerate(spots):
        near = district.near(spot)
        out.append(
            Site(
                f"C-{k + 1:02d}",
                Text(f"{near.zh}路口", f"{near.en} crossing"),
                Position(*spot, "WGS84"),
                float(rng.randrange(0, 360, 15)),
                round(PERIOD_S * k / COUNT, 1),
            )
        )
    return out


@lru_cache(maxsize=512)
def outage(world: World, camera: str, slot: int) -> tuple[float, float] | None:
    """(from, until) of the loss of a picture in a slot of six hours, if there is one; never across slots."""
    rng = world.rng("outage", camera, slot)
    if rng.random() > 0.22:
        return None
    length = rng.uniform(240, 4200)
    start = slot * _SLOT_S + 2.0 + rng.uniform(0, _SLOT_S - length - 4.0)
    return round(start, 1), round(start + length, 1)


def facts(world: World, start: float, end: float) -> Iterator[Emission]:
    """Every camera every minute, and at once when its picture is lost or back; start < time <= end."""
    for site in sites(world):
        times = set(ticks(start, end, PERIOD_S, site.phase))
        for slot in range(int(start // _SLOT_S), int(end // _SLOT_S) + 1):
            times |= {t for t in outage(world, site.id, slot) or () if start < t <= end}
        for t in sorted(times):
            yield _report(world, site, t)


def _report(world: World, site: Site, t: float) -> Emission:
    slot = int(t // _SLOT_S)
    window = outage(world, site.id, slot)
    lost = window is not None and window[0] <= t < window[1]
    since = (slot - _BACK) * _SLOT_S
    for back in range(_BACK):
        past = outage(world, site.id, slot - back)
        if past is not None and past[0] <= t:
            since = past[0] if lost else past[1]
            break
    return Emission(
        topic=FIELD_TOPIC,
        source=SOURCE,
        type=event_type("camera", "lost" if lost else "live"),
        at=t,
        data=Camera(
            id=site.id,
            rev=rev_at(t),
            name=site.name,
            position=site.position,
            state="lost" if lost else "live",
            bearing_deg=site.bearing,
            since=instant(since),
        ),
    )


def outages(world: World, start: float, end: float) -> Iterator[tuple[Site, float, float]]:
    """(camera, from, until) of outages that begin with start < time <= end."""
    for site in sites(world):
        for slot in range(int(start // _SLOT_S), int(end // _SLOT_S) + 1):
            window = outage(world, site.id, slot)
            if window is not None and start < window[0] <= end:
                yield site, window[0], window[1]
