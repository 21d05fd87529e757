"""Frames and coordinates: published pairs, there and back, and everything that cannot be a position."""

from __future__ import annotations

from math import cos, hypot, inf, nan, radians

import coordTransform
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.model import Frame, Position
from hub.errors import BadPayload
from streams.geo import Bounds, check, locator, to_wgs84

CHENGDU = (103.9, 30.6, 104.1, 30.75)
URUMQI = (87.3, 43.6, 87.9, 44.0)

# Pairs published with the reference implementation "eviltransform": WGS-84 and GCJ-02 as (lon, lat).
PUBLISHED = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot((a[0] - b[0]) * cos(radians(a[1])) * 111_320, (a[1] - b[1]) * 110_574)


@pytest.mark.parametrize(("wgs", "gcj"), PUBLISHED)
def test_published_pairs(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    got = to_wgs84(Position(gcj[0], gcj[1], "GCJ02", 5.0))
    assert metres((got.lon, got.lat), wgs) < 0.01
    assert got.frame == "WGS84"
    assert got.ce_m == 5.0
    lon, lat = coordTransform.gcj02_to_bd09(*gcj)
    got = to_wgs84(Position(lon, lat, "BD09"))
    assert metres((got.lon, got.lat), wgs) < 0.01


def test_baidu_is_not_where_amap_is() -> None:
    here = (104.0665, 30.6598)
    frames: tuple[Frame, ...] = ("WGS84", "GCJ02", "BD09")
    places = [to_wgs84(Position(here[0], here[1], frame)) for frame in frames]
    shifts = [metres((p.lon, p.lat), here) for p in places]
    assert shifts[0] == 0
    assert 300 < shifts[1] < 700
    assert 900 < shifts[2] < 1800


@given(st.floats(74, 135), st.floats(4, 53), st.sampled_from(["GCJ02", "BD09"]))
def test_there_and_back(lon: float, lat: float, frame: Frame) -> None:
    forward = coordTransform.wgs84_to_gcj02 if frame == "GCJ02" else coordTransform.wgs84_to_bd09
    x, y = forward(lon, lat)
    got = to_wgs84(Position(x, y, frame))
    assert metres((got.lon, got.lat), (lon, lat)) < 0.01


@given(st.floats(-179, 60), st.floats(-80, 80))
def test_outside_the_mainland_gcj_is_wgs(lon: float, lat: float) -> None:
    got = to_wgs84(Position(lon, lat, "GCJ02"))
    assert metres((got.lon, got.lat), (lon, lat)) < 0.01


@pytest.mark.parametrize(
    ("lon", "lat", "frame", "says"),
    [
        (nan, 30.0, "WGS84", "not a number"),
        (104.0, inf, "GCJ02", "not a number"),
        (0.0, 0.0, "WGS84", "zero"),
        (0.00001, -0.00001, "BD09", "zero"),
        (30.66, 104.07, "WGS84", "swapped"),
        (30.66, 104.07, "GCJ02", "swapped"),
        (43.8, 87.6, "BD09", "swapped"),
        (181.0, 30.0, "WGS84", "out of range"),
        (104.0, -91.0, "WGS84", "out of range"),
        (1e300, 30.0, "WGS84", "out of range"),
        (200.0, 100.0, "WGS84", "out of range"),
    ],
)
def test_no_position(lon: float, lat: float, frame: Frame, says: str) -> None:
    with pytest.raises(BadPayload, match=says) as caught:
        check(Position(lon, lat, frame))
    assert frame in str(caught.value)


def test_a_swap_is_seen_against_the_district_where_range_alone_cannot_tell() -> None:
    swapped = Position(43.8, 87.6, "WGS84")  # a valid place in the Arctic
    check(swapped)
    with pytest.raises(BadPayload, match="swapped"):
        check(swapped, URUMQI)
    check(Position(87.6, 43.8, "WGS84"), URUMQI)
    check(Position(80.0, 40.0, "WGS84"), URUMQI)


def test_near_the_diagonal_a_place_is_not_taken_for_its_swap() -> None:
    home = (40.0, 40.0, 42.0, 42.0)
    check(Position(40.5, 41.5, "WGS84"), home)
    check(Position(42.5, 41.0, "WGS84"), home)


def test_the_codec_gets_one_function() -> None:
    locate = locator(CHENGDU)
    here = Position(104.0, 30.65, "WGS84", 3.0)
    assert locate(here) == here
    assert locate(Position(104.0025, 30.6476, "GCJ02")).frame == "WGS84"
    with pytest.raises(BadPayload):
        locate(Position(0.0, 0.0, "GCJ02"))


@given(
    st.lists(
        st.tuples(st.integers(1030000000, 1050000000), st.integers(290000000, 320000000)), min_size=1, max_size=20
    ),
    st.sampled_from(["WGS84", "GCJ02", "BD09"]),
)
def test_columns_are_placed_as_single_positions_are(pairs: list[tuple[int, int]], frame: Frame) -> None:
    for home in (None, CHENGDU):
        locate = locator(home)
        lon, lat = locate.many(frame, tuple(x for x, _ in pairs), tuple(y for _, y in pairs))
        for (x, y), *got in zip(pairs, lon, lat, strict=True):
            one = locate(Position(x / 1e7, y / 1e7, frame))
            assert abs(one.lon * 1e7 - got[0]) <= 1
            assert abs(one.lat * 1e7 - got[1]) <= 1


@pytest.mark.parametrize("home", [None, CHENGDU])
@pytest.mark.parametrize(
    ("lon", "lat", "frame", "says"),
    [(0, 0, "WGS84", "zero"), (306600000, 1040700000, "GCJ02", "swapped"), (306600000, 1040700000, "WGS84", "swapped")],
)
def test_a_bad_pair_in_columns_is_named(home: Bounds | None, lon: int, lat: int, frame: Frame, says: str) -> None:
    locate = locator(home)
    with pytest.raises(BadPayload, match=rf"lon\[2\], lat\[2\]: .*{says}"):
        locate.many(frame, (1040500000, 1040500001, lon, 1040500002), (306600000, 306600001, lat, 306600002))
