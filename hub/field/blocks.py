"""Building footprints and grid cells (网格) of the district, in metres. Knows shapes only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp, hypot
from random import Random

from hub.field.ground import XY, inside, middle, nearer
from hub.field.layout import BOUNDARY, CORE, Lattice, Pond
from hub.field.streets import Nearby

_ROAD_MARGIN_M = 20.0


def buildings(
    rng: Random, grid: Lattice, open_ground: Sequence[Pond], roads: Nearby
) -> Iterator[tuple[list[XY], float]]:
    """(footprint, height in metres): two to four in each block of streets, none on water, in parks or on roads."""
    for row, nxt in pairwise(grid):
        for a, b, c, d in zip(row, nxt, nxt[1:], row[1:], strict=False):
            if a is None or b is None or c is None or d is None or not inside(middle((a, b, c, d)), BOUNDARY):
                continue
            for lot in _lots(rng, (a, b, c, d)):
                if rng.random() < 0.93 and _free(lot, open_ground, roads):
                    yield lot, _height(rng, middle(lot))


def _lots(rng: Random, quad: tuple[XY, XY, XY, XY]) -> Iterator[list[XY]]:
    columns, rows = rng.choice(((1, 2), (2, 1), (2, 2), (2, 2), (3, 1), (1, 3), (3, 2)))
    for i in range(columns):
        for j in range(rows):
            left, right = 0.12 + rng.random() * 0.08, 0.12 + rng.random() * 0.08
            low, high = 0.12 + rng.random() * 0.08, 0.12 + rng.random() * 0.08
            u0, u1 = (i + left) / columns, (i + 1 - right) / columns
            v0, v1 = (j + low) / rows, (j + 1 - high) / rows
            yield [_at(quad, u, v) for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))]


def _at(quad: tuple[XY, XY, XY, XY], u: float, v: float) -> XY:
    a, b, c, d = quad
    w = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
    return (
        w[0] * a[0] + w[1] * b[0] + w[2] * c[0] + w[3] * d[0],
        w[0] * a[1] + w[1] * b[1] + w[2] * c[1] + w[3] * d[1],
    )


def _free(lot: Sequence[XY], open_ground: Sequence[Pond], roads: Nearby) -> bool:
    spots = [*lot, middle(lot)]
    if any(pond.holds(spot) for pond in open_ground for spot in spots):
        return False
    for spot in spots:
        near = roads.nearest(spot)
        if near is not None and near[0] < _ROAD_MARGIN_M:
            return False
    return True


def _height(rng: Random, at: XY) -> float:
    """Metres: towers near the core, six storeys further out, some tall ones anywhere."""
    core = exp(-hypot(at[0] - CORE[0], (at[1] - CORE[1]) * 1.3) / 1500.0)
    if rng.random() < 0.05 + 0.25 * core:
        return round(rng.uniform(45, 70 + 90 * core))
    return round(rng.choice((9, 12, 18, 18, 21, 24, 33)) * (1 + 0.6 * core))


def cells(seeds: Sequence[XY]) -> list[list[XY]]:
    """The part of the district nearest to each seed: together they are the whole district, without overlap."""
    out = []
    for k, here in enumerate(seeds):
        ring: list[XY] = list(BOUNDARY)
        for j, there in enumerate(seeds):
            if j != k:
                ring = nearer(ring, here, there)
        out.append(ring)
    return out
