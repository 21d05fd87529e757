"""The street graph: cut at crossings, connected, with nearest-node look-up and shortest paths by time.

It knows metres and seconds; not what drives on it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import ceil, hypot

from hub.field.ground import XY, Plane, Point, aside, bearing, crossing, metres
from hub.field.layout import Drawn

SPEED_MPS = {"ring": 15.0, "trunk": 13.0, "main": 11.0, "minor": 7.5}
"""How fast a street is driven, by kind."""
_CELL_M = 220.0
_ROUTES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A line on the ground measured along itself. ``starts``: metres from its beginning to each point."""

    points: tuple[Point, ...]
    starts: tuple[float, ...]
    headings: tuple[float, ...]

    @property
    def length(self) -> float:
        """Metres."""
        return self.starts[-1]

    def at(self, along_m: float) -> tuple[float, float, float]:
        """(lon, lat, heading in degrees) so many metres along; clamped to its ends."""
        if along_m >= self.starts[-1]:
            return (*self.points[-1], self.headings[-1])
        k = max(0, bisect_right(self.starts, along_m) - 1)
        a, b = self.points[k], self.points[k + 1]
        share = max(0.0, along_m - self.starts[k]) / (self.starts[k + 1] - self.starts[k])
        return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), self.headings[k]


def path(points: Iterable[Point]) -> Path:
    """A path through points (repeated points are dropped); a single point gives a path of length 0."""
    kept: list[Point] = []
    for point in points:
        if not kept or metres(kept[-1], point) > 0.05:
            kept.append(point)
    steps = [metres(a, b) for a, b in pairwise(kept)]
    headings = [round(bearing(a, b), 1) for a, b in pairwise(kept)] or [0.0]
    return Path(tuple(kept), tuple(accumulate(steps, initial=0.0)), tuple(headings))


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Nodes in degrees and metres; ``edges``: node → (node, metres, seconds); ``cells``: nodes by square of ground."""

    plane: Plane
    nodes: tuple[Point, ...]
    xy: tuple[XY, ...]
    edges: tuple[tuple[tuple[int, float, float], ...], ...]
    cells: dict[tuple[int, int], list[int]]
    routes: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict, repr=False)

    def nearest(self, point: Point) -> int:
        """The node nearest to a point."""
        at = self.plane.xy(point)
        cx, cy = int(at[0] // _CELL_M), int(at[1] // _CELL_M)
        reach = 1
        while True:
            near = [
                node
                for i in range(cx - reach, cx + reach + 1)
                for j in range(cy - reach, cy + reach + 1)
                for node in self.cells.get((i, j), ())
            ]
            if near:
                return min(near, key=lambda n: (hypot(self.xy[n][0] - at[0], self.xy[n][1] - at[1]), n))
            reach += 2

    def shortest(self, a: int, b: int) -> tuple[int, ...]:
        """Nodes of the quickest way from a to b (A*); remembered. Both are in the one connected part."""
        held = self.routes.get((a, b))
        if held is None:
            if len(self.routes) > _ROUTES:  # a bound on memory, not on correctness
                self.routes.clear()
            held = self.routes[a, b] = self._search(a, b)
        return held

    def _search(self, a: int, b: int) -> tuple[int, ...]:
        goal, top = self.xy[b], max(SPEED_MPS.values())
        best = {a: 0.0}
        came: dict[int, int] = {}
        queue = [(0.0, a)]
        done: set[int] = set()
        while queue:
            _, node = heapq.heappop(queue)
            if node == b:
                break
            if node in done:
                continue
            done.add(node)
            for other, _, seconds in self.edges[node]:
                cost = best[node] + seconds
                if cost < best.get(other, 1e18):
                    best[other], came[other] = cost, node
                    x, y = self.xy[other]
                    heapq.heappush(queue, (cost + hypot(goal[0] - x, goal[1] - y) / top, other))
        way = [b]
        while way[-1] != a:
            way.append(came[way[-1]])
        return tuple(reversed(way))

    def route(self, a: Point, b: Point) -> Path:
        """The quickest way along streets from point to point, ends included."""
        way = self.shortest(self.nearest(a), self.nearest(b))
        return path([a, *(self.nodes[n] for n in way), b])


Segment = tuple[int, XY, XY]
"""(index of the street, from, to)."""


def segments(drawn: Sequence[Drawn]) -> list[Segment]:
    """Every straight piece of every street."""
    return [(k, a, b) for k, street in enumerate(drawn) for a, b in pairwise(street.line)]


def squares(a: XY, b: XY) -> Iterator[tuple[int, int]]:
    """The squares of ground a segment passes (a superset is fine)."""
    steps = max(1, ceil(hypot(b[0] - a[0], b[1] - a[1]) / (_CELL_M / 2)))
    seen = set()
    for k in range(steps + 1):
        x, y = a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps
        seen.add((int(x // _CELL_M), int(y // _CELL_M)))
    yield from sorted(seen)


class Nearby:
    """Street pieces by square of ground: which street is nearest, how far the nearest one is."""

    def __init__(self, drawn: Sequence[Drawn]) -> None:
        """``drawn``: in metres."""
        self._cells: dict[tuple[int, int], list[Segment]] = {}
        for segment in segments(drawn):
            for square in squares(segment[1], segment[2]):
                self._cells.setdefault(square, []).append(segment)

    def nearest(self, at: XY) -> tuple[float, int] | None:
        """(metres, index of the street) within two squares, else ``None``."""
        cx, cy = int(at[0] // _CELL_M), int(at[1] // _CELL_M)
        for reach in (1, 3):
            found = [
                (aside(at, a, b), k)
                for i in range(cx - reach, cx + reach + 1)
                for j in range(cy - reach, cy + reach + 1)
                for k, a, b in self._cells.get((i, j), ())
            ]
            if found:
                return min(found)
        return None


def network(plane: Plane, drawn: Sequence[Drawn]) -> tuple[Network, set[int]]:
    """The graph of the largest connected part, and the indices of the streets that are in it."""
    pieces = segments(drawn)
    cuts = _cuts(drawn, pieces)
    numbers: dict[tuple[int, int], int] = {}
    xy: list[XY] = []
    links: dict[tuple[int, int], tuple[float, float, int]] = {}
    for index, (street, a, b) in enumerate(pieces):
        marks = sorted({0.0, 1.0, *cuts.get(index, ())})
        nodes = [_number(numbers, xy, (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)) for t in marks]
        for p, q in pairwise(nodes):
            if p != q:
                far = hypot(xy[p][0] - xy[q][0], xy[p][1] - xy[q][1])
                links[min(p, q), max(p, q)] = (far, far / SPEED_MPS[drawn[street].kind], street)
    return _largest(plane, xy, links)


def _number(numbers: dict[tuple[int, int], int], xy: list[XY], at: XY) -> int:
    """Points within the same two metres are one crossing."""
    key = (round(at[0] / 2), round(at[1] / 2))
    if key not in numbers:
        numbers[key] = len(xy)
        xy.append(at)
    return numbers[key]


def _cuts(drawn: Sequence[Drawn], pieces: Sequence[Segment]) -> dict[int, list[float]]:
    """Where pieces cross: fine streets meet each other only at their corners, rings and trunks anywhere."""
    cells: dict[tuple[int, int], list[int]] = {}
    for index, (_, a, b) in enumerate(pieces):
        for square in squares(a, b):
            cells.setdefault(square, []).append(index)
    pairs = {
        (min(i, j), max(i, j))
        for members in cells.values()
        for i in members
        if drawn[pieces[i][0]].kind in ("ring", "trunk")
        for j in members
        if i != j
    }
    cuts: dict[int, list[float]] = {}
    for i, j in sorted(pairs):
        (_, a, b), (_, c, d) = pieces[i], pieces[j]
        t, u = crossing(a, b, c, d), crossing(c, d, a, b)
        if t is not None and u is not None:
            cuts.setdefault(i, []).append(t)
            cuts.setdefault(j, []).append(u)
    return cuts


def _largest(
    plane: Plane, xy: Sequence[XY], links: dict[tuple[int, int], tuple[float, float, int]]
) -> tuple[Network, set[int]]:
    near: dict[int, list[tuple[int, float, float]]] = {}
    for (p, q), (far, seconds, _) in links.items():
        near.setdefault(p, []).append((q, far, seconds))
        near.setdefault(q, []).append((p, far, seconds))
    part: list[int] = []
    left = set(near)
    while left:
        found = _reach(near, min(left))
        left -= found
        if len(found) > len(part):
            part = sorted(found)
    new = {old: k for k, old in enumerate(part)}
    edges = tuple(tuple((new[q], far, s) for q, far, s in near[old]) for old in part)
    cells: dict[tuple[int, int], list[int]] = {}
    for old in part:
        cells.setdefault((int(xy[old][0] // _CELL_M), int(xy[old][1] // _CELL_M)), []).append(new[old])
    nodes = tuple(plane.point(xy[old]) for old in part)
    streets = {street for (p, _), (_, _, street) in links.items() if p in new}
    return Network(plane, nodes, tuple(xy[old] for old in part), edges, cells), streets


def _reach(near: dict[int, list[tuple[int, float, float]]], start: int) -> set[int]:
    found, queue = {start}, [start]
    while queue:
        for other, _, _ in near[queue.pop()]:
            if other not in found:
                found.add(other)
                queue.append(other)
    return found
