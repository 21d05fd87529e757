"""The map sketch of a briefing: outline, streets, task areas, units around the place, north and a scale; no raster map.

Plane geometry only: degrees in, millimetres out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, dist, radians

from hub.domain.model import Text
from hub.paper.page import XY, Fill, Op, Ruler, Stroke, Style, Words, block
from hub.paper.views import Point, Sketch
from hub.paper.words import WORDS

_M_PER_DEGREE = 111_320.0
_LEAST_M = 1600.0
"""The frame shows at least that many metres from side to side."""
_SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_NAME, _SMALL = Style(size=7.5, bold=True), Style(size=7)
_SHAPES = (("incident", "call"), ("unit", "unit"), ("drone", "drone"), ("sector", "sector"))
_INSET = 4.0
_NAMED_MM = 32.0
_STREET = Style(size=6, ink=110)
_ROW_MM = 3.3
_Box = tuple[float, float, float, float]
"""Left, top, right, bottom; millimetres."""


@dataclass(frozen=True, slots=True)
class _Frame:
    x: float
    y: float
    wide: float
    high: float
    middle: Point
    mm_per_m: float

    def at(self, point: Point) -> XY:
        """Where a point is drawn, millimetres on the page."""
        east = (point[0] - self.middle[0]) * _M_PER_DEGREE * cos(radians(self.middle[1]))
        north = (point[1] - self.middle[1]) * _M_PER_DEGREE
        return self.x + self.wide / 2 + east * self.mm_per_m, self.y + self.high / 2 - north * self.mm_per_m

    def holds(self, at: XY) -> bool:
        """Whether it lies within the frame."""
        return self.x <= at[0] <= self.x + self.wide and self.y <= at[1] <= self.y + self.high


def sketch(what: Sketch, ruler: Ruler, x: float, y: float, wide: float, high: float) -> list[Op]:
    """The sketch in a frame; says so when nothing of the case has a position."""
    frame = _frame(what, x, y, wide, high)
    if frame is None:
        text = f"{WORDS['no_place'].zh} {WORDS['no_place'].en}"
        return [Words(x + 3, y + 6, text, _NAME)]
    out: list[Op] = []
    streets = [(way.name, list(_clipped(frame, way.line, 0.15, 170))) for way in what.ways]
    out += [stroke for _, strokes in streets for stroke in strokes]
    out += _clipped(frame, what.outline, 0.5, 60, 2.0)
    for area in what.areas:
        out += _clipped(frame, area, 0.35, 0, 0.8)
    taken: list[_Box] = []
    marks = list(_marks(frame, what, ruler, taken))
    out += [*_names(frame, streets, ruler, taken), *marks]
    return [*out, *_north(frame), *_scale(frame, ruler), *_legend(frame, ruler)]


def _frame(what: Sketch, x: float, y: float, wide: float, high: float) -> _Frame | None:
    """Around everything of the case; around the district when only that is known."""
    points = [mark.point for mark in what.marks] + [p for area in what.areas for p in area] or list(what.outline)
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    middle = ((west + east) / 2, (south + north) / 2)
    across = (east - west) * _M_PER_DEGREE * cos(radians(middle[1]))
    scale = min(
        (wide - 30) / max(across, _LEAST_M), (high - 24) / max((north - south) * _M_PER_DEGREE, _LEAST_M * high / wide)
    )
    return _Frame(x, y, wide, high, middle, scale)


def _clipped(frame: _Frame, line: Sequence[Point], width: float, ink: int, dash: float = 0.0) -> Iterator[Stroke]:
    """The parts of a line inside the frame, joined where they meet."""
    run: list[XY] = []
    for a, b in pairwise([frame.at(point) for point in line]):
        part = _part(frame, a, b)
        if part is None:
            continue
        if not run or run[-1] != part[0]:
            if len(run) > 1:
                yield Stroke(tuple(run), width, ink, dash)
            run = [part[0]]
        run.append(part[1])
    if len(run) > 1:
        yield Stroke(tuple(run), width, ink, dash)


def _part(frame: _Frame, a: XY, b: XY) -> tuple[XY, XY] | None:
    """The part of a segment inside the frame (Liang and Barsky), or ``None``."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    begin, end = 0.0, 1.0
    for step, room in (
        (-dx, a[0] - frame.x),
        (dx, frame.x + frame.wide - a[0]),
        (-dy, a[1] - frame.y),
        (dy, frame.y + frame.high - a[1]),
    ):
        if step == 0:
            if room < 0:
                return None
            continue
        t = room / step
        begin, end = (max(begin, t), end) if step < 0 else (begin, min(end, t))
    if begin >= end:
        return None
    first = a if begin == 0.0 else (a[0] + begin * dx, a[1] + begin * dy)
    last = b if end == 1.0 else (a[0] + end * dx, a[1] + end * dy)
    return first, last


def _names(
    frame: _Frame, streets: Sequence[tuple[Text, list[Stroke]]], ruler: Ruler, taken: list[_Box]
) -> Iterator[Op]:
    """Names of streets of which much is seen, once each, where nothing else stands."""
    done: set[str] = set()
    for name, strokes in streets:
        for run in strokes:
            if name.zh in done or sum(dist(a, b) for a, b in pairwise(run.points)) < _NAMED_MM:
                continue
            text = f"{name.zh} {name.en}"
            x, y = run.points[len(run.points) // 2]
            box = (x - 0.6, y - 2.6, x + ruler(text, _STREET) + 0.6, y + 0.8)
            within = all(frame.holds((at[0], at[1])) for at in ((box[0] - 3, box[1] - 3), (box[2] + 10, box[3] + 9)))
            if within and not any(_overlap(box, other) for other in taken):
                done.add(name.zh)
                taken.append(box)
                yield block(box[0], box[1], box[2] - box[0], box[3] - box[1], 255)
                yield Words(x, y, text, _STREET)


def _marks(frame: _Frame, what: Sketch, ruler: Ruler, taken: list[_Box]) -> Iterator[Op]:
    """Symbols, the incident's on top, and names that lie neither on one another nor on a symbol; adds to ``taken``."""
    shown = [(mark, frame.at(mark.point)) for mark in what.marks if frame.holds(frame.at(mark.point))]
    for mark, at in sorted(shown, key=lambda pair: pair[0].shape == "incident"):
        yield from _symbol(mark.shape, at)
    taken += [(x - 2.2, y - 2.4, x + 2.2, y + 2.0) for _, (x, y) in shown]
    for mark, at in shown:
        box = _free(frame, at, ruler(mark.label, _NAME), taken)
        taken.append(box)
        if abs(box[3] - 1 - at[1]) > _ROW_MM:
            yield Stroke((at, (box[0] if box[0] > at[0] else box[2], box[3] - 1.2)), 0.12, 90)
        yield block(box[0], box[1], box[2] - box[0], box[3] - box[1], 255)
        yield Words(box[0] + 0.4, box[3] - 0.7, mark.label, _NAME)


def _free(frame: _Frame, at: XY, wide: float, taken: Sequence[_Box]) -> _Box:
    """Where a name may stand: beside its symbol, else the nearest row above or below that is free."""
    found: _Box | None = None
    for row in range(24):
        for step in (row, -row) if row else (0,):
            for x in (at[0] + 2.6, at[0] - 3.4 - wide):
                y = at[1] - 1.6 + step * _ROW_MM
                found = (x, y, x + wide + 0.8, y + _ROW_MM - 0.1)
                inside = frame.holds((found[0], found[1])) and frame.holds((found[2], found[3]))
                if inside and not any(_overlap(found, other) for other in taken):
                    return found
    return found or (at[0], at[1], at[0] + wide, at[1] + _ROW_MM)


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _symbol(shape: str, at: XY) -> list[Op]:
    """Told apart by shape alone: a filled triangle, a square with a cross, an open diamond."""
    x, y = at
    if shape == "incident":
        return [Fill(((x, y - 2.4), (x + 2.2, y + 1.6), (x - 2.2, y + 1.6)), 0)]
    if shape == "drone":
        ring = ((x, y - 1.8), (x + 1.8, y), (x, y + 1.8), (x - 1.8, y))
        return [Fill(ring, 255), Stroke((*ring, ring[0]), 0.4)]
    ring = ((x - 1.3, y - 1.3), (x + 1.3, y - 1.3), (x + 1.3, y + 1.3), (x - 1.3, y + 1.3))
    return [Fill(ring, 255), Stroke((*ring, ring[0]), 0.4), Stroke((ring[0], ring[2]), 0.25)]


def _north(frame: _Frame) -> list[Op]:
    x, y = frame.x + frame.wide - 8, frame.y + 5
    arrow = ((x, y), (x + 1.6, y + 5), (x, y + 3.8), (x - 1.6, y + 5))
    return [
        block(x - 4, y - 2.5, 8, 13, 255),
        Fill(arrow, 0),
        Words(x - 2.6, y + 8.6, f"{WORDS['north'].zh} {WORDS['north'].en}", _NAME),
    ]


def _scale(frame: _Frame, ruler: Ruler) -> list[Op]:
    """A bar of a round number of metres, about a fifth of the width."""
    metres = max((m for m in _SCALES_M if m * frame.mm_per_m <= frame.wide / 4), default=_SCALES_M[0])
    text = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    x, y, wide = frame.x + _INSET, frame.y + frame.high - _INSET, metres * frame.mm_per_m
    return [
        block(x - 2, y - 3, wide + ruler(text, _NAME) + 6, 5, 255),
        Stroke(((x, y - 1.5), (x, y), (x + wide, y), (x + wide, y - 1.5)), 0.4),
        Words(x + wide + 2, y, text, _NAME),
    ]


def _legend(frame: _Frame, ruler: Ruler) -> Iterator[Op]:
    """What the shapes mean, at the lower right."""
    names = [(shape, f"{WORDS[key].zh} {WORDS[key].en}") for shape, key in _SHAPES]
    wide = sum(ruler(name, _SMALL) + 9 for _, name in names)
    x, y = frame.x + frame.wide - wide, frame.y + frame.high - _INSET
    yield block(x - 2, y - 4, wide + 2, 8, 255)
    for shape, name in names:
        if shape == "sector":
            yield Stroke(((x, y - 1), (x + 4, y - 1)), 0.35, 0, 0.8)
        else:
            yield from _symbol(shape, (x + 2, y - 1))
        yield Words(x + 5.2, y, name, _SMALL)
        x += ruler(name, _SMALL) + 9
