"""A made-up city with OpenStreetMap's tags, as GeoJSON and as an OSM extract: what ``hub basemap`` is tried on.

Deterministic, of any size; ``half_km=11`` gives some 62,000 streets and 20 MB. Names are invented from common words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from pathlib import Path
from random import Random
from typing import Any, Literal

Point = tuple[float, float]
Shape = Literal["Point", "LineString", "Polygon"]
CENTRE: Point = (104.05, 30.6725)
SPACING_M = 120.0
PIECES = 7  # vertices of a street between two crossings, less one
_STEMS = (
    "清波 Qingbo,云岭 Yunling,松风 Songfeng,石桥 Shiqiao,月湖 Yuehu,金桂 Jingui,长林 Changlin,白鹭 Bailu,"
    "望江 Wangjiang,青禾 Qinghe,古渡 Gudu,星光 Xingguang,槐安 Huai'an,柳溪 Liuxi,枫林 Fenglin,紫藤 Ziteng,"
    "海棠 Haitang,双桥 Shuangqiao,凤鸣 Fengming,玉泉 Yuquan"
)
STEMS = tuple(tuple(pair.split(" ")) for pair in _STEMS.split(","))
# every so many lattice lines → (highway, zh ending, en ending)
RANKS = (
    (64, "motorway", "高速", "Expressway"),
    (32, "trunk", "大道", "Avenue"),
    (16, "primary", "大街", "Boulevard"),
    (8, "secondary", "路", "Road"),
    (4, "tertiary", "街", "Street"),
)
LESSER = (
    "residential",
    "residential",
    "residential",
    "service",
    "footway",
    "unclassified",
    "cycleway",
    "living_street",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """A feature: its tags as OpenStreetMap has them, and its coordinates (a ring is closed)."""

    shape: Shape
    points: Sequence[Point]
    tags: Mapping[str, str]


def city(half_km: float = 11.0, seed: int = 1, centre: Point = CENTRE) -> Iterator[Thing]:
    """Everything in it: streets by the lattice, rivers, lakes, parks, houses in the middle, places, the outline."""
    rng = Random(f"city {seed}")
    half = half_km * 1000.0
    ground = _Ground(centre, half)
    yield from _streets(ground, rng)
    yield from _water(ground, rng)
    yield from _areas(ground, rng)
    yield from _places(ground, rng)
    ring = [ground.at(half * 0.97 * cos(a), half * 0.97 * sin(a)) for a in (k * pi / 60 for k in range(120))]
    names = {"name": "示例区", "name:zh": "示例区", "name:en": "Sample District"}
    yield Thing("Polygon", [*ring, ring[0]], {"boundary": "administrative", "admin_level": "6", **names})


class _Ground:
    """Metres east and north of the middle, bent a little so that no street is straight, to degrees."""

    def __init__(self, centre: Point, half: float) -> None:
        self.lon, self.lat, self.half = *centre, half
        self.kx, self.ky = 111_320.0 * cos(radians(centre[1])), 110_574.0

    def at(self, x: float, y: float) -> Point:
        x, y = x + 60 * sin(y / 700) + 9 * sin(y / 90), y + 60 * sin(x / 800) + 9 * sin(x / 100)
        return round(self.lon + x / self.kx, 7), round(self.lat + y / self.ky, 7)

    def ring(self, x: float, y: float, radius: float, corners: int, rng: Random) -> list[Point]:
        sizes = [radius * rng.uniform(0.7, 1.2) for _ in range(corners)]
        turns = [2 * pi * k / corners for k in range(corners)]
        ring = [self.at(x + r * cos(a), y + r * sin(a)) for r, a in zip(sizes, turns, strict=True)]
        return [*ring, ring[0]]


def _named(stem: int, zh: str, en: str) -> dict[str, str]:
    first, latin = STEMS[stem % len(STEMS)]
    return {"name": first + zh, "name:zh": first + zh, "name:en": f"{latin} {en}"}


def _streets(ground: _Ground, rng: Random) -> Iterator[Thing]:
    lines = int(2 * ground.half / SPACING_M)
    for line in range(lines + 1):
        rank = next((each for each in RANKS if line % each[0] == each[0] // 2), None)
        for across in (False, True):
            for k in range(lines):
                if rank is None and rng.random() < 0.12:
                    continue  # no street runs through everywhere
                fixed, begin = -ground.half + line * SPACING_M, -ground.half + k * SPACING_M
                points = [
                    ground.at(
                        *(
                            (begin + SPACING_M * j / PIECES, fixed)
                            if across
                            else (fixed, begin + SPACING_M * j / PIECES)
                        )
                    )
                    for j in range(PIECES + 1)
                ]
                if rank is not None:
                    yield Thing("LineString", points, {"highway": rank[1], **_named(line + k // 40, *rank[2:])})
                    continue
                kind = rng.choice(LESSER)
                named = kind in ("residential", "unclassified", "living_street")
                yield Thing(
                    "LineString",
                    points,
                    {"highway": kind, **(_named(line * 3 + k // 8, "巷", "Lane") if named else {})},
                )


def _water(ground: _Ground, rng: Random) -> Iterator[Thing]:
    half = ground.half
    for k, (wide, bend) in enumerate(((70.0, 900.0), (35.0, 1400.0))):
        steps = [-half + half * 2 * j / 200 for j in range(201)]
        middle = [(x, bend * sin(x / (2600 + 900 * k)) + (k - 0.5) * half * 0.7) for x in steps]
        banks = [(x, y + wide) for x, y in middle] + [(x, y - wide) for x, y in reversed(middle)]
        ring = [ground.at(*at) for at in banks]
        names = _named(k, "江", "River")
        yield Thing("Polygon", [*ring, ring[0]], {"natural": "water", "water": "river", **names})
        yield Thing("LineString", [ground.at(*at) for at in middle], {"waterway": "river", **names})
    for k in range(int(half / 200)):
        x, y = (rng.uniform(-half, half) for _ in range(2))
        yield Thing(
            "Polygon", ground.ring(x, y, rng.uniform(15, 160), 18, rng), {"natural": "water", **_named(k, "湖", "Lake")}
        )


def _areas(ground: _Ground, rng: Random) -> Iterator[Thing]:
    half = ground.half
    for k in range(int(half / 25)):
        x, y = (rng.uniform(-half, half) for _ in range(2))
        tag = rng.choice((("leisure", "park"), ("landuse", "grass"), ("natural", "wood"), ("leisure", "garden")))
        yield Thing(
            "Polygon", ground.ring(x, y, rng.uniform(15, 220), 14, rng), dict([tag]) | _named(k, "公园", "Park")
        )
    for _ in range(int(half / 4)):
        x, y, wide, deep = (*(rng.gauss(0, half / 8) for _ in range(2)), rng.uniform(8, 25), rng.uniform(6, 12))
        corners = [
            (x - wide, y - deep),
            (x + wide, y - deep),
            (x + wide, y + deep),
            (x - wide, y + deep),
            (x - wide, y - deep),
        ]
        yield Thing(
            "Polygon",
            [ground.at(*at) for at in corners],
            {"building": "yes", "building:levels": str(rng.randint(2, 30))},
        )


def _places(ground: _Ground, rng: Random) -> Iterator[Thing]:
    for k in range(max(6, int(ground.half / 80))):
        kind = "suburb" if k % 6 == 0 else "neighbourhood"
        at = ground.at(*(rng.uniform(-ground.half, ground.half) * 0.9 for _ in range(2)))
        first, second = STEMS[k % len(STEMS)], STEMS[(k * 7 + k // len(STEMS) + 3) % len(STEMS)]
        zh, en = first[0][:1] + second[0][1:], first[1] + second[1].lower()
        yield Thing("Point", [at], {"place": kind, "name": zh, "name:zh": zh, "name:en": en})


def write_geojson(path: Path, things: Iterator[Thing]) -> int:
    """The things as one FeatureCollection; gives how many."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for count, thing in enumerate(things, 1):
            out.write(",\n" if count > 1 else "")
            json.dump(_feature(thing), out, ensure_ascii=False, separators=(",", ":"))
        out.write("\n]}\n")
    return count


def _feature(thing: Thing) -> dict[str, Any]:
    coordinates: Any = {"Point": thing.points[0], "LineString": thing.points, "Polygon": [thing.points]}[thing.shape]
    geometry = {"type": thing.shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": dict(thing.tags), "geometry": geometry}


def write_pbf(path: Path, things: Iterator[Thing]) -> int:
    """The things as an OSM extract: nodes first, then ways, a boundary as a relation, as real extracts have them."""
    from osmium import SimpleWriter
    from osmium.osm.mutable import Node, Relation, Way

    held, nodes = list(things), dict[Point, int]()
    for thing in held:
        for point in thing.points:
            nodes.setdefault(point, len(nodes) + 1)
    spots = {thing.points[0]: thing for thing in held if thing.shape == "Point"}
    path.unlink(missing_ok=True)
    with SimpleWriter(str(path)) as out:
        for point, node in nodes.items():
            out.add_node(Node(id=node, location=point, tags=spots[point].tags if point in spots else {}, version=1))
        lines = [thing for thing in held if thing.shape != "Point"]
        for way, thing in enumerate(lines, 1):
            whole = "boundary" not in thing.tags
            refs = [nodes[point] for point in thing.points]
            out.add_way(Way(id=way, nodes=refs, tags=thing.tags if whole else {}, version=1))
        for way, thing in enumerate(lines, 1):
            if "boundary" in thing.tags:
                tags = {"type": "boundary", **thing.tags}
                out.add_relation(Relation(id=way, members=[("w", way, "outer")], tags=tags, version=1))
    return len(held)


def length_m(points: Sequence[Point]) -> float:
    """Length of a line in metres."""
    kx, ky = 111_320.0 * cos(radians(points[0][1])), 110_574.0
    return sum(hypot((b[0] - a[0]) * kx, (b[1] - a[1]) * ky) for a, b in pairwise(points))
