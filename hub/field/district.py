"""The demo district: the project's own street network, water, boundary, places and grids, made by code.

It stands where Qingyang, Chengdu is, but copies no map: the geometry is generated, deterministic for a seed.
All coordinates are WGS-84 degrees as (lon, lat) pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from random import Random
from typing import Any

from hub.domain.model import Position, Text
from hub.field import blocks, layout, names
from hub.field.ground import XY, Area, Place, Plane, Point, Street, inside, metres
from hub.field.layout import Drawn
from hub.field.streets import Nearby, Network, Path, network

__all__ = ["Area", "District", "Path", "Place", "Point", "Street", "build", "geojson"]

_CENTRE: Point = (104.05, 30.6725)
_RIM_M = 40.0  # the ends of the rivers reach a little beyond the streets
# (place, how many grid cells around it): fourteen cells.
_GRIDS = (
    ("caiqiao", 2), ("funan", 1), ("taisheng", 2), ("guanghua", 2), ("caotang", 1), ("huanhua", 1), ("renmin", 1),
    ("jinsha", 1), ("wenjia", 1), ("shaocheng", 1), ("supo", 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """Everything about the ground. ``bounds``: (west, south, east, north). ``edges``: street graph, node → (node, m).

    ``net``: the same graph with travel times, for routes; ``roads``: which street is nearest. Two districts are equal
    when their ``geojson`` is; as a value it is compared by identity, so that it can key a cache cheaply.
    """

    name: Text
    centre: Point
    bounds: tuple[float, float, float, float]
    boundary: tuple[Point, ...]
    streets: Sequence[Street]
    water: Sequence[Area]
    parks: Sequence[Area]
    blocks: Sequence[Area]
    places: Sequence[Place]
    grids: Sequence[Area]
    nodes: Sequence[Point]
    edges: Sequence[Sequence[tuple[int, float]]]
    net: Network
    roads: Nearby
    kerbs: Sequence[tuple[Point, Point]]

    def near(self, point: Point) -> Text:
        """Where a point is, in words: nearest street and place, never finer than a block."""
        found = self.roads.nearest(self.net.plane.xy(point))
        place = min((p for p in self.places if p.kind == "neighbourhood"), key=lambda p: metres(p.point, point))
        if found is None:
            return place.name
        street = self.streets[found[1]]
        if street.kind in ("ring", "trunk"):
            return street.name
        return Text(f"{place.name.zh}{street.name.zh}", f"{street.name.en}, {place.name.en}")

    def somewhere(self, rng: Random) -> Position:
        """A random point beside a street inside the boundary."""
        while True:
            a, b = self.kerbs[rng.randrange(len(self.kerbs))]
            t, off = rng.random(), rng.choice((-1, 1)) * rng.uniform(0.00010, 0.00022)
            dx, dy = b[0] - a[0], b[1] - a[1]
            size = hypot(dx, dy)
            lon, lat = a[0] + t * dx - off * dy / size, a[1] + t * dy + off * dx / size
            if inside((lon, lat), self.boundary):
                return Position(round(lon, 6), round(lat, 6), "WGS84")

    def place(self, key: str) -> Place:
        """The place with that id. ``KeyError`` when there is none."""
        for place in self.places:
            if place.id == key:
                return place
        raise KeyError(key)

    def route(self, a: Point, b: Point) -> Path:
        """The quickest way along streets, ends included (remembered)."""
        return self.net.route(a, b)

    def along(self, path: Path, metres_along: float) -> tuple[Point, float]:
        """The point so many metres along a path, and the heading there in degrees."""
        lon, lat, heading = path.at(metres_along)
        return (lon, lat), heading

    def distance(self, a: Point, b: Point) -> float:
        """Metres as the crow flies."""
        return metres(a, b)


def build(seed: int = 1) -> District:
    """The district for a seed; the same seed gives the same district on every machine."""
    plane = Plane(*_CENTRE)
    rng = Random(f"district {seed}")
    wet, green, grid = layout.rivers(), layout.parks(rng), layout.lattice(rng)
    drawn = [*layout.rings(rng), *layout.trunks(rng), *layout.fine_streets(rng, grid, wet, green)]
    net, used = network(plane, drawn)
    drawn = [street for k, street in enumerate(drawn) if k in used]
    big = Nearby([street for street in drawn if street.kind in ("ring", "trunk")])
    none = Text("", "")
    boundary = plane.ring(layout.BOUNDARY)
    west, south = plane.point((-layout.HALF_WIDTH_M - _RIM_M, -layout.HALF_HEIGHT_M - _RIM_M))
    east, north = plane.point((layout.HALF_WIDTH_M + _RIM_M, layout.HALF_HEIGHT_M + _RIM_M))
    return District(
        name=Text("青羊", "Qingyang"),
        centre=_CENTRE,
        bounds=(west, south, east, north),
        boundary=boundary,
        streets=[
            Street(f"S-{k:03d}", s.name, s.kind, tuple(plane.point(at) for at in s.line)) for k, s in enumerate(drawn)
        ],
        water=[Area(p.id, p.name, plane.ring(p.ring), p.kind) for p in wet],
        parks=[Area(p.id, p.name, plane.ring(p.ring), p.kind) for p in green],
        blocks=[
            Area(f"B-{k:04d}", none, plane.ring(ring), "building", height)
            for k, (ring, height) in enumerate(blocks.buildings(rng, grid, [*wet, *green], big))
        ],
        places=[
            Place(id, Text(zh, en), _junction(net, drawn, (x, y)) if kind == "junction" else plane.point((x, y)), kind)
            for id, zh, en, kind, x, y in names.PLACES
        ],
        grids=_grids(plane),
        nodes=net.nodes,
        edges=[[(other, far) for other, far, _ in links] for links in net.edges],
        net=net,
        roads=Nearby(drawn),
        kerbs=_kerbs(net),
    )


def _grids(plane: Plane) -> list[Area]:
    """网格 named after their neighbourhood and a number: a partition of the district."""
    spots = {id: (Text(zh, en), (x, y)) for id, zh, en, _, x, y in names.PLACES}
    titles: list[Text] = []
    seeds: list[XY] = []
    for key, count in _GRIDS:
        name, (x, y) = spots[key]
        for k in range(count):
            turn = 2 * pi * k / count + 0.6
            far = 620.0 if count > 1 else 0.0
            titles.append(Text(f"{name.zh}-{k + 1}", f"{name.en}-{k + 1}"))
            seeds.append((x + far * cos(turn), y + far * sin(turn)))
    return [
        Area(f"G-{k + 1:02d}", title, plane.ring(ring), "grid")
        for k, (title, ring) in enumerate(zip(titles, blocks.cells(seeds), strict=True))
    ]


def _junction(net: Network, drawn: Sequence[Drawn], near: XY) -> Point:
    """The crossing of an avenue and a ring road nearest to a place: its coordinates follow the streets."""
    avenues = Nearby([street for street in drawn if street.kind == "trunk"])
    rings = Nearby([street for street in drawn if street.kind == "ring"])

    def on(roads: Nearby, at: XY) -> bool:
        found = roads.nearest(at)
        return found is not None and found[0] < 3.0

    order = sorted(range(len(net.xy)), key=lambda n: hypot(net.xy[n][0] - near[0], net.xy[n][1] - near[1]))
    return next(net.nodes[n] for n in order if on(avenues, net.xy[n]) and on(rings, net.xy[n]))


def _kerbs(net: Network) -> list[tuple[Point, Point]]:
    """Street pieces long enough to stand beside whose both ends lie inside the boundary."""
    within = [inside(at, layout.BOUNDARY) for at in net.xy]
    return [
        (net.nodes[a], net.nodes[b])
        for a, links in enumerate(net.edges)
        for b, far, _ in links
        if a < b and far > 30.0 and within[a] and within[b]
    ]


def geojson(district: District) -> dict[str, dict[str, Any]]:
    """Layers for the basemap as RFC 7946 FeatureCollections.

    ``boundary``; ``streets`` (kind, zh, en); ``water``, ``parks`` (kind, zh, en); ``blocks`` (height, metres);
    ``places`` (zh, en, kind, rank: 1 is drawn from afar); ``grids`` (id, zh, en).
    """
    return {
        "boundary": _collection([_polygon(district.boundary, {"zh": district.name.zh, "en": district.name.en})]),
        "streets": _collection(
            [
                _feature("LineString", [list(p) for p in s.line], {"kind": s.kind, "zh": s.name.zh, "en": s.name.en})
                for s in district.streets
            ]
        ),
        "water": _collection([_named(area) for area in district.water]),
        "parks": _collection([_named(area) for area in district.parks]),
        "blocks": _collection([_polygon(area.ring, {"height": area.height_m}) for area in district.blocks]),
        "places": _collection(
            [
                _feature(
                    "Point",
                    list(p.point),
                    {"zh": p.name.zh, "en": p.name.en, "kind": p.kind, "rank": _rank(p)},
                )
                for p in district.places
            ]
        ),
        "grids": _collection(
            [_polygon(a.ring, {"id": a.id, "zh": a.name.zh, "en": a.name.en}) for a in district.grids]
        ),
    }


def _rank(place: Place) -> int:
    return {"neighbourhood": 1, "site": 3, "junction": 3}.get(place.kind, 2)


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def _polygon(ring: Sequence[Point], properties: dict[str, Any]) -> dict[str, Any]:
    return _feature("Polygon", [[list(p) for p in ring]], properties)


def _named(area: Area) -> dict[str, Any]:
    return _polygon(area.ring, {"kind": area.kind, "zh": area.name.zh, "en": area.name.en})
