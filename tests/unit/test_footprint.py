"""Closed forms of the camera geometry."""

from math import cos, isclose, radians, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.footprint import RANGE_M, footprint, vertical_fov_deg
from hub.domain.model import Position

HERE = Position(lon=104.05, lat=30.66, frame="WGS84")
M = 111_320.0


def metres(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [((lon - HERE.lon) * M * cos(radians(HERE.lat)), (lat - HERE.lat) * M) for lon, lat in ring]


def test_straight_down_is_a_rectangle_of_known_width() -> None:
    seen = footprint(HERE, 100.0, 0.0, -90.0, 84.0)
    assert seen is not None
    ring, clipped = seen
    east = [x for x, _ in metres(ring)]
    assert isclose(max(east) - min(east), 2 * 100 * tan(radians(42)), rel_tol=1e-4)
    assert not clipped


def test_near_and_far_edges_when_looking_north() -> None:
    seen = footprint(HERE, 80.0, 0.0, -40.0, 60.0)
    assert seen is not None
    north = [y for _, y in metres(seen[0])]
    half = vertical_fov_deg(60.0) / 2
    assert isclose(max(north), 80 / tan(radians(40 - half)), rel_tol=1e-3)
    assert isclose(min(north), 80 / tan(radians(40 + half)), rel_tol=1e-3)


def test_looking_east_lies_in_the_east() -> None:
    seen = footprint(HERE, 80.0, 90.0, -30.0, 60.0)
    assert seen is not None
    assert min(x for x, _ in metres(seen[0])) > 0


def test_horizon_is_clipped_and_sky_is_nothing() -> None:
    seen = footprint(HERE, 80.0, 0.0, -10.0, 84.0)
    assert seen is not None
    assert seen[1]
    assert max(y for _, y in metres(seen[0])) <= RANGE_M * 1.001
    assert footprint(HERE, 80.0, 0.0, 60.0, 60.0) is None


@pytest.mark.parametrize("bad", [(0.0, 60.0), (float("nan"), 60.0), (80.0, 0.0), (80.0, 180.0)])
def test_senseless_input_gives_nothing(bad: tuple[float, float]) -> None:
    assert footprint(HERE, bad[0], 0.0, -45.0, bad[1]) is None


@given(st.floats(5, 500), st.floats(-180, 360), st.floats(-90, 20), st.floats(5, 120))
def test_every_corner_is_within_range(height: float, yaw: float, pitch: float, hfov: float) -> None:
    seen = footprint(HERE, height, yaw, pitch, hfov)
    if seen is not None:
        assert len(seen[0]) == 5
        # A corner is wider than the middle of its row by at most 1 / cos of half the field of view.
        limit = RANGE_M / cos(radians(min(hfov, 119.9) / 2)) * 1.6
        assert all((x * x + y * y) ** 0.5 <= limit for x, y in metres(seen[0]))
