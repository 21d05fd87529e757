"""How simulated things speak: when they say something again, where they stand, and how it is signed.

Shared by every simulator of things that belong to somebody else than the hub. Must not know what the facts are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import ceil
from typing import TypeVar

from hub.domain.events import Emission
from hub.domain.model import Fact, Position
from hub.field.ground import Area, Place, middle
from hub.field.world import World

S = TypeVar("S")


def spoken(
    times: Sequence[float], start: float, end: float, restate_s: float, tail_s: float = 0.0
) -> Iterator[tuple[float, int]]:
    """When a thing with a road speaks in start < t <= end, as (time, step): at each step of ``times`` and every
    ``restate_s`` after it until the next one; the last step is restated for ``tail_s``, by default not at all.

    ``times``: epoch seconds, ascending; durations in seconds, ``restate_s`` above 0. Restating lets a hub that starts
    now know the thing soon. Any window gives the same utterances, and they come in time order.
    """
    for step, began in enumerate(times):
        until = times[step + 1] if step + 1 < len(times) else began + tail_s
        k = max(0, ceil((start - began) / restate_s))
        while (t := began + k * restate_s) <= end and (k == 0 or t < until):
            if t > start:
                yield t, step
            k += 1


def told(
    steps: Sequence[tuple[S, float]], start: float, end: float, restate_s: float, tail_s: float = 0.0
) -> Iterator[tuple[float, S]]:
    """As ``spoken``, for steps given as (what is said, epoch seconds): (time, what is said)."""
    times = [t for _, t in steps]
    return ((t, steps[step][0]) for t, step in spoken(times, start, end, restate_s, tail_s))


def speaker(topic: str, source: str) -> Callable[[str, float, Fact], Emission]:
    """A function (name, epoch seconds, fact) → emission of that source, marked as simulated.

    ``name`` is ``<entity>.<verb>``; the emission's type is ``cn.hub.<entity>.<verb>.v1``.
    """

    def signed(name: str, t: float, fact: Fact) -> Emission:
        return Emission(topic=topic, source=source, type=f"cn.hub.{name}.v1", at=t, data=fact, exercise="s")

    return signed


@lru_cache(maxsize=4)
def lived_in(world: World) -> tuple[Place, ...]:
    """Places where people live or work: neighbourhoods and sites; all places where a district has nothing else."""
    places = tuple(place for place in world.district.places if place.kind in ("neighbourhood", "site"))
    return places or tuple(world.district.places)


def place_at(world: World, n: int) -> Place:
    """Number ``n`` (counted round) of the places where people live or work."""
    places = lived_in(world)
    return places[n % len(places)]


def beside(world: World, n: int, aside_deg: float, slope: float = 0.5) -> Position:
    """Beside place number ``n``, so that symbols do not cover it: ``aside_deg`` degrees east, ``slope`` times that
    north. WGS-84.
    """
    lon, lat = place_at(world, n).point
    return Position(lon + aside_deg, lat + aside_deg * slope, "WGS84")


def centre_of(area: Area) -> Position:
    """The mean of an area's corners (its ring is closed: the last point repeats the first), WGS-84."""
    lon, lat = middle(area.ring[:-1])
    return Position(lon, lat, "WGS84")
