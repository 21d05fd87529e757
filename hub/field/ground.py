"""Values that make up the ground: streets, areas, places; and plane geometry in metres. Must not know any district."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians
from typing import Literal

from hub.domain.model import Text

Point = tuple[float, float]
"""(lon, lat), WGS-84 degrees."""
XY = tuple[float, float]
"""Metres east and north of a plane's origin."""
StreetKind = Literal["ring", "trunk", "main", "minor"]
_M_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Street:
    """A named street. ``kind`` decides how wide it is drawn and how fast it is driven."""

    id: str
    name: Text
    kind: StreetKind
    line: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A named polygon (outer ring, closed): water, a park, a grid cell (网格), a building block."""

    id: str
    name: Text
    ring: tuple[Point, ...]
    kind: str = ""
    height_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """A named point: a neighbourhood, a station, a square, a building site."""

    id: str
    name: Text
    point: Point
    kind: str


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map around (lon, lat): good to some centimetres over ten kilometres."""

    lon: float
    lat: float

    def xy(self, point: Point) -> XY:
        """Degrees to metres."""
        return (point[0] - self.lon) * _M_PER_DEGREE * cos(radians(self.lat)), (point[1] - self.lat) * _M_PER_DEGREE

    def point(self, at: XY) -> Point:
        """Metres to degrees, to a tenth of a metre (6 decimals)."""
        lon = self.lon + at[0] / (_M_PER_DEGREE * cos(radians(self.lat)))
        return round(lon, 6), round(self.lat + at[1] / _M_PER_DEGREE, 6)

    def ring(self, corners: Sequence[XY]) -> tuple[Point, ...]:
        """A closed, counter-clockwise ring in degrees from corners in metres (RFC 7946)."""
        ordered = list(corners) if area(corners) > 0 else list(reversed(corners))
        points = [self.point(corner) for corner in ordered]
        return (*points, points[0])


def metres(a: Point, b: Point) -> float:
    """Distance between two points in degrees, metres (flat earth: for distances within a city)."""
    return hypot((b[0] - a[0]) * cos(radians((a[1] + b[1]) / 2)), b[1] - a[1]) * _M_PER_DEGREE


def shifted(point: Point, east_m: float, north_m: float) -> Point:
    """The point that lies so many metres east and north, to 6 decimals."""
    lon = point[0] + east_m / (_M_PER_DEGREE * cos(radians(point[1])))
    return round(lon, 6), round(point[1] + north_m / _M_PER_DEGREE, 6)


def bearing(a: Point, b: Point) -> float:
    """Compass bearing from a to b, degrees 0..360."""
    return degrees(atan2((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1])) % 360.0


def area(ring: Sequence[XY]) -> float:
    """Signed area of an open or closed ring; positive when counter-clockwise."""
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def middle(corners: Sequence[XY]) -> XY:
    """Mean of the corners."""
    return sum(c[0] for c in corners) / len(corners), sum(c[1] for c in corners) / len(corners)


def inside(at: XY, ring: Sequence[XY]) -> bool:
    """Even-odd rule; works in metres and in degrees."""
    x, y = at
    hit = False
    bx, by = ring[-1]
    for ax, ay in ring:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            hit = not hit
        bx, by = ax, ay
    return hit


def crossing(a: XY, b: XY, c: XY, d: XY) -> float | None:
    """Where on a→b (0..1) the segment c→d crosses it, or ``None``."""
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    det = rx * sy - ry * sx
    if det == 0.0:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / det
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / det
    return t if 0.0 <= t <= 1.0 and 0.0 <= u <= 1.0 else None


def aside(at: XY, a: XY, b: XY) -> float:
    """Distance from a point to the segment a→b, metres."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy or 1.0)
    along = min(1.0, max(0.0, along))
    return hypot(at[0] - a[0] - along * dx, at[1] - a[1] - along * dy)


def nearer(ring: Sequence[XY], here: XY, there: XY) -> list[XY]:
    """The part of a polygon that is nearer to ``here`` than to ``there`` (Sutherland and Hodgman's half-plane clip)."""
    nx, ny = there[0] - here[0], there[1] - here[1]
    limit = (there[0] ** 2 + there[1] ** 2 - here[0] ** 2 - here[1] ** 2) / 2
    out: list[XY] = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        da, db = nx * a[0] + ny * a[1] - limit, nx * b[0] + ny * b[1] - limit
        if da <= 0:
            out.append(a)
        if (da < 0 < db) or (db < 0 < da):
            t = da / (da - db)
            out.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return out


def band(line: Sequence[XY], width_m: float) -> list[XY]:
    """The polygon of a line with a width (mitred by the mean normal: for gently bending lines)."""
    left: list[XY] = []
    right: list[XY] = []
    for i, (x, y) in enumerate(line):
        ax, ay = line[max(0, i - 1)]
        bx, by = line[min(len(line) - 1, i + 1)]
        size = hypot(bx - ax, by - ay) or 1.0
        nx, ny = -(by - ay) / size * width_m / 2, (bx - ax) / size * width_m / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return [*left, *reversed(right)]


def smooth(line: Iterable[XY], times: int = 2) -> list[XY]:
    """Chaikin's corner cutting; the ends stay."""
    points = list(line)
    for _ in range(times):
        cut = [points[0]]
        for a, b in pairwise(points):
            cut += [(a[0] * 0.75 + b[0] * 0.25, a[1] * 0.75 + b[1] * 0.25)]
            cut += [(a[0] * 0.25 + b[0] * 0.75, a[1] * 0.25 + b[1] * 0.75)]
        points = [*cut, points[-1]]
    return points
