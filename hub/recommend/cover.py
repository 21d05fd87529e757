"""Cover: which parts of the district the free units of a service reach in time, now and after somebody has left.

A cell is covered when a free unit reaches its middle within the service's target: the maximal covering location
problem (Church and ReVelle, Papers of the Regional Science Association 32, 1974). ``sure_*`` is the expected cover of
Daskin (A maximum expected covering location model, Transportation Science 17(1), 1983): with each unit busy with
chance q, a cell reached by n units finds one free with 1 - q^n; q is measured from the picture. Cells weigh the same:
weights from where calls came in would be a forecast about neighbourhoods, which this project does not make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hub.domain.field import UnitKind
from hub.domain.model import Position, Text
from hub.recommend.model import Cell, Cover, Service, Thin
from hub.recommend.settings import Settings
from hub.recommend.ways import distances, reach_m

Cells = frozenset[int]
"""Indices of cells."""
THIN_MOST = 5
BUSIEST = 0.95
"""A service of which everybody is busy still has units that will be free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A free unit as cover: ``fresh`` is false when its position is too old to promise anything."""

    id: str
    kind: UnitKind
    position: Position
    fresh: bool


@dataclass(slots=True)
class Standing:
    """How many free units of one service reach each cell. ``reach``: unit → the cells it reaches."""

    service: Service
    reach: dict[str, Cells]
    counts: list[int]
    left_out: int

    def bares(self, leaving: str, gone: Iterable[str] = ()) -> list[int]:
        """The cells nobody reaches any more when ``leaving`` goes after ``gone`` have."""
        held = self.reach.get(leaving, frozenset())
        away = [self.reach[id] for id in gone if id in self.reach]
        return sorted(cell for cell in held if self.counts[cell] - sum(cell in other for other in away) == 1)


def standing(posts: Iterable[Post], service: Service, cells: Sequence[Cell], settings: Settings) -> Standing:
    """The cover of one service by its free units. Units with too old a position are not counted, but said."""
    mine = [post for post in posts if settings.services.get(post.kind) == service]
    to = [distances(cell.position) for cell in cells]
    reach = {post.id: _reached(post, to, settings.targets[service], settings) for post in mine if post.fresh}
    counts = [0] * len(cells)
    for held in reach.values():
        for cell in held:
            counts[cell] += 1
    return Standing(service, reach, counts, sum(not post.fresh for post in mine))


def _reached(post: Post, to: Sequence[Callable[[Position], float]], target_s: float, settings: Settings) -> Cells:
    far = reach_m(post.kind, target_s, settings)
    return frozenset(k for k, metres in enumerate(to) if metres(post.position) <= far)


def cover(held: Standing, leaving: Iterable[str], busy: float, cells: Sequence[Cell], settings: Settings) -> Cover:
    """Before and after ``leaving`` go. ``busy``: share of the service's units on duty that are not free, 0..1."""
    q = min(BUSIEST, max(0.0, busy))
    after = list(held.counts)
    for id in leaving:
        for cell in held.reach.get(id, ()):
            after[cell] -= 1
    return Cover(
        service=held.service,
        target_s=settings.targets[held.service],
        cells=len(cells),
        free=len(held.reach),
        left_out=held.left_out,
        busy=round(q, 3),
        before=_share([n > 0 for n in held.counts]),
        after=_share([n > 0 for n in after]),
        sure_before=_share([1.0 - q**n for n in held.counts]),
        sure_after=_share([1.0 - q**n for n in after]),
        bare=named([k for k, n in enumerate(after) if n == 0 and held.counts[k] > 0], cells),
        bare_before=named([k for k, n in enumerate(held.counts) if n == 0], cells),
        thin=_thinnest(held.counts, after, cells),
    )


def _thinnest(before: Sequence[int], after: Sequence[int], cells: Sequence[Cell]) -> tuple[Thin, ...]:
    """In a district with many units no cell falls bare; where it gets thin is still worth a look."""
    losing = sorted((n, k) for k, n in enumerate(after) if n < before[k])
    return tuple(Thin(name=cells[k].name, before=before[k], after=n) for n, k in losing[:THIN_MOST])


def named(which: Iterable[int], cells: Sequence[Cell]) -> tuple[Text, ...]:
    """The names of cells."""
    return tuple(cells[k].name for k in which)


def _share(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
