"""Cells for cover from a district: its own grids, or a regular grid where it declares none."""

from __future__ import annotations

from collections.abc import Callable

from hub.domain.model import Position, Text
from hub.field.district import District
from hub.field.ground import Point
from hub.recommend.model import Cell


def cells(district: District) -> list[Cell]:
    """One cell a grid (网格) of the district, at the middle of its polygon."""
    return [Cell(name=area.name, position=_middle(area.ring)) for area in district.grids]


def over(
    bounds: tuple[float, float, float, float], rows: int, columns: int, near: Callable[[Point], Text]
) -> list[Cell]:
    """A regular grid of cells over (west, south, east, north); ``near`` says what a place is called."""
    west, south, east, north = bounds
    out = []
    for r in range(rows):
        for c in range(columns):
            lon, lat = west + (c + 0.5) * (east - west) / columns, south + (r + 0.5) * (north - south) / rows
            at = (round(lon, 6), round(lat, 6))
            out.append(Cell(name=near(at), position=Position(*at, "WGS84")))
    return out


def _middle(ring: tuple[Point, ...]) -> Position:
    """The centroid of a closed ring (the mean of its corners when it has no area)."""
    lon0, lat0 = ring[0]
    twice, x, y = 0.0, 0.0, 0.0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = (ax - lon0) * (by - lat0) - (bx - lon0) * (ay - lat0)
        twice += cross
        x += cross * (ax + bx - 2 * lon0)
        y += cross * (ay + by - 2 * lat0)
    if not twice:
        return Position(sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring), "WGS84")
    return Position(round(lon0 + x / (3 * twice), 6), round(lat0 + y / (3 * twice), 6), "WGS84")
