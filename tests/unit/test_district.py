"""The ground: the same everywhere, connected, closed, inside its bounds."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from random import Random

import pytest

from hub.field.district import District, build, geojson
from hub.field.ground import area, inside, metres

SEEDS = (1, 7)


@pytest.fixture(scope="module", params=SEEDS)
def district(request: pytest.FixtureRequest) -> District:
    return build(request.param)


def test_the_same_seed_gives_the_same_district_and_another_seed_another() -> None:
    one = geojson(build(1))
    assert one == geojson(build(1))
    assert one["streets"] != geojson(build(2))["streets"]


def test_building_takes_less_than_a_second_of_work() -> None:
    begin = time.process_time()
    build(1)
    assert time.process_time() - begin < 1.0


def test_every_node_can_be_reached_from_every_other(district: District) -> None:
    found, queue = {0}, [0]
    while queue:
        for other, far in district.edges[queue.pop()]:
            assert far > 0
            if other not in found:
                found.add(other)
                queue.append(other)
    assert len(found) == len(district.nodes) > 1000


def test_edges_lead_both_ways_and_are_as_long_as_they_look(district: District) -> None:
    for a, links in enumerate(district.edges):
        for b, far in links:
            assert (a, far) in district.edges[b]
            assert far == pytest.approx(metres(district.nodes[a], district.nodes[b]), abs=0.5)


def test_everything_lies_inside_the_bounds(district: District) -> None:
    west, south, east, north = district.bounds
    points = [p for street in district.streets for p in street.line]
    areas = [*district.water, *district.parks, *district.blocks, *district.grids]
    points += [p for area_ in areas for p in area_.ring]
    points += [*district.nodes, *district.boundary, *(place.point for place in district.places)]
    for lon, lat in points:
        assert west <= lon <= east
        assert south <= lat <= north
    assert 8_500 < metres((west, south), (east, south)) < 9_500
    assert 5_800 < metres((west, south), (west, north)) < 6_500


def test_rings_are_closed_and_counter_clockwise(district: District) -> None:
    rings = [district.boundary]
    rings += [a.ring for layer in (district.water, district.parks, district.blocks, district.grids) for a in layer]
    for ring in rings:
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
        assert area(ring) > 0


def test_the_grid_cells_are_a_partition_of_the_district(district: District) -> None:
    assert len(district.grids) == 14
    assert len({cell.name for cell in district.grids}) == 14
    assert sum(area(cell.ring) for cell in district.grids) == pytest.approx(area(district.boundary), rel=1e-4)
    rng = Random(5)
    for _ in range(200):
        spot = district.somewhere(rng)
        assert sum(inside((spot.lon, spot.lat), cell.ring) for cell in district.grids) == 1


def test_blocks_stand_neither_in_the_water_nor_in_a_park_and_have_a_height(district: District) -> None:
    assert 1400 <= len(district.blocks) <= 3000
    for block in district.blocks:
        assert 6 <= block.height_m <= 200
        for corner in block.ring:
            assert not any(inside(corner, wet.ring) for wet in (*district.water, *district.parks))


def test_minor_streets_end_at_the_river_and_big_ones_cross_it(district: District) -> None:
    wading = [s.kind for s in district.streets if any(inside(p, w.ring) for p in s.line for w in district.water)]
    assert "minor" not in wading
    crossed = 0
    for street in district.streets:
        if street.kind in ("ring", "trunk"):
            middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(street.line)]
            crossed += any(inside(p, wet.ring) for p in (*middle, *street.line) for wet in district.water)
    assert crossed >= 6


def test_a_route_follows_the_streets_from_end_to_end(district: District) -> None:
    rng = Random(3)
    for _ in range(20):
        a, b = district.somewhere(rng), district.somewhere(rng)
        start, end = (a.lon, a.lat), (b.lon, b.lat)
        path = district.route(start, end)
        assert path.points[0] == start
        assert path.points[-1] == end
        assert path.length >= district.distance(start, end) * 0.999
        assert path.length < 3 * district.distance(start, end) + 1500
        assert set(path.points[1:-1]) <= set(district.nodes)
        for point in path.points:
            assert district.distance(district.along(path, 0.0)[0], start) < 0.5
            assert point[0] > 100
        assert district.distance(district.along(path, path.length)[0], end) < 0.5
        half, heading = district.along(path, path.length / 2)
        assert 0 <= heading < 360
        assert district.distance(half, start) <= path.length / 2 + 1


def test_somewhere_is_beside_a_street_within_the_boundary_and_near_has_words_for_it(district: District) -> None:
    rng = Random(11)
    for _ in range(100):
        spot = district.somewhere(rng)
        point = (spot.lon, spot.lat)
        assert spot.frame == "WGS84"
        assert metres(point, district.nodes[district.net.nearest(point)]) < 400
        words = district.near(point)
        assert words.zh
        assert words.en.isascii() or "'" in words.en


def test_the_junction_of_the_stories_is_where_an_avenue_meets_a_ring(district: District) -> None:
    assert district.place("junction").point in district.nodes
    with pytest.raises(KeyError):
        district.place("nowhere")


def test_the_basemap_is_small_and_names_every_layer_in_both_languages(district: District) -> None:
    layers = geojson(district)
    assert set(layers) == {"boundary", "streets", "water", "parks", "blocks", "places", "grids"}
    assert sum(len(json.dumps(layer, separators=(",", ":"))) for layer in layers.values()) < 1_500_000
    for name in ("streets", "water", "parks", "places", "grids"):
        for feature in layers[name]["features"]:
            assert feature["properties"]["zh"]
            assert feature["properties"]["en"]
    assert {f["properties"]["kind"] for f in layers["streets"]["features"]} == {"ring", "trunk", "main", "minor"}
    assert sum(f["properties"]["rank"] == 1 for f in layers["places"]["features"]) == 12
