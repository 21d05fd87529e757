"""The hub's own feed, simulated: ``simulate(world, start, end)`` gives facts with start < time <= end in time order.

A pure function: cutting a window anywhere gives the same facts. Slow facts are worked out ten minutes at a time and
kept; positions are look-ups. Stories and the clues of the day come in a ``Script``, read from files.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from hub.domain.events import Emission
from hub.field import alarms, cameras, clues, dispatch, drones, patrol, roads, stories
from hub.field.script import SILENT, Script
from hub.field.world import World

PAGE_S = 600.0
_at = attrgetter("at")


def simulate(world: World, start: float, end: float, script: Script = SILENT) -> Iterator[Emission]:
    """Slow facts and positions together."""
    for a, b in _pages(start, end):
        both = [*_slow(world, script, a, b), *_fast(world, script, a, b)]
        both.sort(key=_at)
        yield from both


def events(world: World, start: float, end: float, script: Script = SILENT) -> Iterator[Emission]:
    """Everything but positions: what a board needs of the hours before."""
    for a, b in _pages(start, end):
        yield from _slow(world, script, a, b)


def positions(world: World, start: float, end: float, script: Script = SILENT) -> Iterator[Emission]:
    """Units and drones only: of the past a map needs no more than the last minutes."""
    for a, b in _pages(start, end):
        yield from sorted(_fast(world, script, a, b), key=_at)


def _pages(start: float, end: float) -> Iterator[tuple[float, float]]:
    """The window cut at every ten minutes, so that memory stays bounded."""
    while start < end:
        stop = min(end, (start // PAGE_S + 1) * PAGE_S)
        yield start, stop
        start = stop


def _fast(world: World, script: Script, start: float, end: float) -> list[Emission]:
    return [*patrol.positions(world, script, start, end), *drones.positions(world, script, start, end)]


def _slow(world: World, script: Script, start: float, end: float) -> Sequence[Emission]:
    """The part of a page that lies in start < time <= end (a window within one page)."""
    page = _page(world, script, int(start // PAGE_S))
    return page[bisect_right(page, start, key=_at) : bisect_right(page, end, key=_at)]


@lru_cache(maxsize=12)
def _page(world: World, script: Script, number: int) -> tuple[Emission, ...]:
    a, b = number * PAGE_S, (number + 1) * PAGE_S
    held = stories.held(world, script, a, b)
    slow = [
        *dispatch.facts(world, script, a, b),
        *alarms.facts(world, script, a, b),
        *drones.health(world, script, a, b),
        *cameras.facts(world, a, b),
        *(e for e in roads.facts(world, a, b) if not _spoken_for(held, e)),
        *clues.facts(world, script, a, b),
        *stories.facts(world, script, a, b),
    ]
    return tuple(sorted(slow, key=_at))


def _spoken_for(held: Mapping[str, Sequence[tuple[float, float]]], emission: Emission) -> bool:
    return any(a <= emission.at <= b for a, b in held.get(emission.data.id, ()))
