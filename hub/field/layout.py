"""Draws the district in metres: ring roads, trunks, the fine grid of streets, rivers, boundary, parks.

It knows shapes and chance only; not the graph made of them, nor who drives there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random

from hub.domain.model import Text
from hub.field import names
from hub.field.ground import XY, StreetKind, band, crossing, inside, smooth

HALF_WIDTH_M = 4480.0
HALF_HEIGHT_M = 3080.0
CORE: XY = (380.0, -60.0)
_TILT = radians(11.0)

BOUNDARY: tuple[XY, ...] = (
    (-4050, 1720), (-4180, 560), (-3980, -560), (-3180, -1880), (-1000, -2320), (1050, -2480),
    (2600, -2160), (3520, -1420), (4080, -200), (3760, 1180), (2660, 2120), (800, 2520), (-1000, 2330), (-2600, 2460),
)  # fmt: skip
_RIVERS: tuple[tuple[str, Text, float, tuple[XY, ...]], ...] = (
    (
        "W-1",
        Text("清江", "Qing River"),
        92.0,
        ((-4470, -1560), (-3500, -1190), (-2500, -1010), (-1300, -1080), (-500, -1120), (300, -900), (960, -560),
         (1700, -330), (2700, -190), (3600, -130), (4470, -210)),
    ),
    (
        "W-2",
        Text("府河", "Fu River"),
        74.0,
        ((1380, 3060), (1420, 2300), (1250, 1500), (1330, 800), (1080, 120), (980, -560), (1130, -1250),
         (1020, -1900), (880, -2400), (900, -3060)),
    ),
)  # fmt: skip
_PARKS: tuple[tuple[str, Text, XY, float, float], ...] = (
    ("P-1", Text("人民公园", "People's Park"), (520, -250), 270, 190),
    ("P-2", Text("浣花溪公园", "Huanhuaxi Park"), (180, -1500), 420, 230),
    ("P-3", Text("草堂公园", "Caotang Park"), (2500, -640), 300, 240),
    ("P-4", Text("文化公园", "Culture Park"), (-900, -640), 240, 200),
    ("P-5", Text("金沙遗址公园", "Jinsha Site Park"), (-3050, 480), 340, 250),
    ("P-6", Text("府南绿洲", "Funan Green"), (-480, 1780), 260, 160),
    ("P-7", Text("东桥公园", "East Bridge Park"), (2950, 640), 210, 260),
    ("P-8", Text("蔡桥湿地", "Caiqiao Wetland"), (-2720, 1720), 360, 180),
)
_RINGS: tuple[tuple[float, float, XY], ...] = (
    (1240, 850, (400, -40)),
    (2330, 1680, (330, -70)),
    (3980, 2640, (130, 0)),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A street in metres. ``kind`` as in ``ground.Street``."""

    name: Text
    kind: StreetKind
    line: tuple[XY, ...]


@dataclass(frozen=True, slots=True)
class Pond:
    """A named polygon in metres, not closed. ``box``: west, south, east, north of it."""

    id: str
    name: Text
    ring: tuple[XY, ...]
    kind: str
    box: tuple[float, float, float, float]

    def holds(self, at: XY) -> bool:
        """Whether a point lies in it."""
        west, south, east, north = self.box
        return west <= at[0] <= east and south <= at[1] <= north and inside(at, self.ring)

    def touches(self, a: XY, b: XY) -> bool:
        """Whether a segment crosses its edge or begins in it."""
        west, south, east, north = self.box
        if max(a[0], b[0]) < west or min(a[0], b[0]) > east or max(a[1], b[1]) < south or min(a[1], b[1]) > north:
            return False
        edge = (*self.ring, self.ring[0])
        return inside(a, self.ring) or any(crossing(a, b, c, d) is not None for c, d in pairwise(edge))


def _pond(id: str, name: Text, ring: Sequence[XY], kind: str) -> Pond:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return Pond(id, name, tuple(ring), kind, (min(xs), min(ys), max(xs), max(ys)))


def rivers() -> list[Pond]:
    """Two rivers with width; they meet south-east of the middle."""
    return [_pond(id, name, band(smooth(line), width), "river") for id, name, width, line in _RIVERS]


def parks(rng: Random) -> list[Pond]:
    """Irregular green areas."""
    out = []
    for id, name, (x, y), rx, ry in _PARKS:
        turn = rng.uniform(0, pi)
        corners = []
        for k in range(11):
            a = 2 * pi * k / 11
            r = 1 + 0.16 * sin(2 * a + turn) + rng.uniform(-0.07, 0.07)
            corners.append((x + rx * r * cos(a), y + ry * r * sin(a)))
        out.append(_pond(id, name, corners, "park"))
    return out


def rings(rng: Random) -> Iterator[Drawn]:
    """Three irregular, slightly squared ring roads, each cut into eight named sections."""
    for (rx, ry, (cx, cy)), (zh, en) in zip(_RINGS, names.RING_NUMBERS, strict=True):
        waves = [(k, rng.uniform(0.008, 0.026), rng.uniform(0, 2 * pi)) for k in (2, 3, 5, 7)]
        steps = 96
        loop: list[XY] = []
        for i in range(steps + 1):
            a = 2 * pi * (i % steps) / steps - pi / 4
            square = 1.0 / (abs(cos(a)) ** 2.5 + abs(sin(a)) ** 2.5) ** 0.4
            r = square * (1 + sum(size * cos(k * a + turn) for k, size, turn in waves))
            loop.append((cx + rx * r * cos(a) * 0.99, cy + ry * r * sin(a) * 0.99))
        size = steps // 8
        for part in range(8):
            side_zh, side_en = names.RING_SIDES[part // 2]
            section = part % 2
            name = Text(f"{zh}环路{side_zh}{'一二'[section]}段", f"Ring {en} {side_en} {section + 1}")
            yield Drawn(name, "ring", tuple(loop[part * size : (part + 1) * size + 1]))


def trunks(rng: Random) -> Iterator[Drawn]:
    """Eight radial avenues from the core to the edge of the map; opposite ones meet near the core."""
    angles = (4, 38, 92, 147, 187, 222, 268, 318)
    for (zh, en), angle in zip(names.RADIALS, angles, strict=True):
        line: list[XY] = [(CORE[0], CORE[1])]
        x, y = CORE
        heading = radians(angle + rng.uniform(-3, 3))
        home = heading
        while True:
            heading += rng.uniform(-0.12, 0.12) + 0.35 * (home - heading)
            x, y = x + 420 * cos(heading), y + 420 * sin(heading)
            if abs(x) > HALF_WIDTH_M or abs(y) > HALF_HEIGHT_M:
                edge = _to_edge(line[-1], (x, y))
                if hypot(edge[0] - line[-1][0], edge[1] - line[-1][1]) > 1.0:
                    line.append(edge)
                break
            line.append((x, y))
        yield Drawn(Text(zh, en), "trunk", tuple(line))


def _to_edge(a: XY, b: XY) -> XY:
    t = 1.0
    for value, step, limit in ((a[0], b[0] - a[0], HALF_WIDTH_M), (a[1], b[1] - a[1], HALF_HEIGHT_M)):
        if abs(value + step) > limit:
            t = min(t, (limit - value if step > 0 else limit + value) / abs(step))
    return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])


def _lines(rng: Random, reach: float) -> list[float]:
    """Irregular spacing, finer near the middle."""
    out, at = [], -reach
    while at < reach:
        out.append(at)
        fine = 0.62 + 0.28 * min(1.0, abs(at) / 2600.0)
        at += fine * rng.choice((215.0, 250.0, 275.0, 300.0, 340.0))
    return out


Lattice = list[list[XY | None]]
"""Corner (i, j) of the tilted street grid in metres, ``None`` where it lies off the map."""


def lattice(rng: Random) -> Lattice:
    """The tilted, warped, jittered grid of corners on which the fine streets run."""
    us, vs = _lines(rng, 5300.0), _lines(rng, 4300.0)
    a, b, c = (rng.uniform(0, 2 * pi) for _ in range(3))
    out: Lattice = []
    for u in us:
        row: list[XY | None] = []
        for v in vs:
            wu = u + 70 * sin(v / 900 + a) + 34 * sin(v / 310 + u / 1400 + b)
            wv = v + 70 * sin(u / 1000 + c) + 34 * sin(u / 350 + v / 1200 + a)
            x = wu * cos(_TILT) - wv * sin(_TILT) + rng.uniform(-13, 13)
            y = wu * sin(_TILT) + wv * cos(_TILT) + rng.uniform(-13, 13)
            row.append((x, y) if abs(x) < HALF_WIDTH_M and abs(y) < HALF_HEIGHT_M else None)
        out.append(row)
    return out


def fine_streets(rng: Random, grid: Lattice, wet: Sequence[Pond], green: Sequence[Pond]) -> Iterator[Drawn]:
    """Named runs along the grid. Main streets (every fifth line) cross water on bridges; minor ones end there."""
    pool = iter(_shuffled(rng))
    columns = [list(column) for column in zip(*grid, strict=True)]
    for lines in (grid, columns):
        for number, line in enumerate(lines):
            main = number % 5 == 2
            for run in _runs(rng, line, main, wet, green):
                for part in _sections(rng, run):
                    yield Drawn(next(pool), "main" if main else "minor", part)


def _shuffled(rng: Random) -> Iterator[Text]:
    """Names without end: the list shuffled, then again with a numbered section."""
    batch = names.streets()
    rng.shuffle(batch)
    yield from batch
    section = 2
    while True:
        for name in batch:
            yield Text(f"{name.zh}{section}段", f"{name.en} {section}")
        section += 1


def _runs(
    rng: Random, line: Sequence[XY | None], main: bool, wet: Sequence[Pond], green: Sequence[Pond]
) -> Iterator[list[XY]]:
    run: list[XY] = []
    for a, b in pairwise(line):
        if a is None or b is None or _blocked(rng, a, b, main, wet, green):
            if len(run) > 1:
                yield run
            run = []
            continue
        run = [*(run or [a]), b]
    if len(run) > 1:
        yield run


def _blocked(rng: Random, a: XY, b: XY, main: bool, wet: Sequence[Pond], green: Sequence[Pond]) -> bool:
    gap = rng.random() < (0.0 if main else 0.09)
    half = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    if any(pond.holds(half) or pond.holds(b) for pond in green):
        return True
    return gap or (not main and any(pond.touches(a, b) for pond in wet))


def _sections(rng: Random, run: Sequence[XY]) -> Iterator[tuple[XY, ...]]:
    """A long run changes its name every few blocks."""
    start = 0
    while start < len(run) - 1:
        end = min(len(run) - 1, start + rng.randint(5, 9))
        if len(run) - 1 - end < 3:
            end = len(run) - 1
        yield tuple(run[start : end + 1])
        start = end
