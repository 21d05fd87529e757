"""How this centre's simulated facts are placed, timed and signed. Must not know what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from hub.domain.events import Emission
from hub.domain.model import Fact, Position, Text
from hub.field.district import Place
from hub.field.world import World

from .events import SOURCE, TOPIC


def spoken(
    times: Sequence[float], start: float, end: float, restate_s: float, tail_s: float = 0.0
) -> Iterator[tuple[float, int]]:
    """When a thing with a road speaks in start < t <= end, as (time, step): at each step of ``times`` (ascending) and
    every ``restate_s`` after it until the next one, and for ``tail_s`` after the last one.
    """
    for step, began in enumerate(times):
        until = times[step + 1] if step + 1 < len(times) else began + tail_s
        k = max(0, ceil((start - began) / restate_s))
        while (t := began + k * restate_s) <= end and (k == 0 or t < until):
            if t > start:
                yield t, step
            k += 1


def named(world: World, n: int) -> Text:
    """The name of place number ``n`` (counted round) where people live or work."""
    return _place(world, n).name


def beside(world: World, n: int, aside_deg: float) -> Position:
    """Where place number ``n`` is, moved aside by some ten-thousandths of a degree so that symbols do not cover it."""
    lon, lat = _place(world, n).point
    return Position(lon + aside_deg, lat + aside_deg / 2, "WGS84")


def _place(world: World, n: int) -> Place:
    """Neighbourhoods and sites; stations and hospitals only where a district has nothing else."""
    places = [place for place in world.district.places if place.kind in ("neighbourhood", "site")]
    return (places or world.district.places)[n % len(places or world.district.places)]


def signed(type_: str, t: float, fact: Fact) -> Emission:
    """The fact on its way out, marked as simulated."""
    return Emission(topic=TOPIC, source=SOURCE, type=type_, at=t, data=fact, exercise="s")
