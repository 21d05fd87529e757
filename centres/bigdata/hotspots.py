"""Hot spots of the demo: calls and complaints of the last hours per grid cell, with small counts suppressed.

A pure function of the window. It makes counts, never single calls, so there is nothing that could be traced back.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hub.domain.model import Position
from hub.field.district import Area
from hub.field.voice import centre_of
from hub.field.world import World, rev_at, rhythm, ticks

from .events import HotSpot, HotSpotKind
from .rules import SMALLEST_COUNT, cell_state, disclose

HOURS = 6
SLOT_S = 1800.0
REPORT_S = 60.0
MOST_CELLS = 96
BUSIEST = 4.0  # calls in half an hour that the busiest cell could have
DRAWS = 10
COMPLAINTS_PER_CALL = 1.6


def hot_spots(world: World, start: float, end: float) -> Iterator[tuple[float, HotSpot]]:
    """(time, cell): every cell in turn, all of them once in ``REPORT_S``."""
    cells = list(world.district.grids)[:MOST_CELLS]
    for index, area in enumerate(cells):
        for t in ticks(start, end, REPORT_S, index * REPORT_S / len(cells)):
            yield t, _cell(world, area, t)


def _cell(world: World, area: Area, t: float) -> HotSpot:
    weight = world.rng("bigdata.cell", area.id).betavariate(0.9, 3.5) * BUSIEST
    calls = disclose(_count(world, area, "calls", weight, t))
    complaints = disclose(_count(world, area, "complaints", weight * COMPLAINTS_PER_CALL, t))
    usual = weight * sum(rhythm(t - back * SLOT_S) for back in range(HOURS * 2))
    known = round(usual, 1) if calls is not None and usual >= SMALLEST_COUNT else None
    spot = centre_of(area)
    return HotSpot(
        id=area.id,
        rev=rev_at(t),
        kind=_leads(calls, complaints),
        state=cell_state(calls, complaints, known or 0.0),
        place=area.name,
        position=Position(round(spot.lon, 6), round(spot.lat, 6), "WGS84"),
        hours=HOURS,
        calls=calls,
        complaints=complaints,
        usual=known,
    )


def _count(world: World, area: Area, what: str, per_slot: float, t: float) -> int:
    """Calls (or complaints) in the last ``HOURS`` hours."""
    newest = int(t // SLOT_S)
    return sum(_in_slot(world, area.id, what, per_slot, slot) for slot in range(newest - HOURS * 2, newest))


@lru_cache(maxsize=MOST_CELLS * HOURS * 8)
def _in_slot(world: World, cell: str, what: str, per_slot: float, slot: int) -> int:
    """Those of one half hour: a binomial draw, as busy as the hour is."""
    chance = min(1.0, per_slot * rhythm(slot * SLOT_S) / DRAWS)
    rng = world.rng("bigdata.slot", cell, what, slot)
    return sum(rng.random() < chance for _ in range(DRAWS))


def _leads(calls: int | None, complaints: int | None) -> HotSpotKind:
    if calls is None and complaints is None:
        return "none"
    return "calls" if (calls or 0) >= (complaints or 0) else "complaints"
