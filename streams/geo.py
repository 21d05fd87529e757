"""Where a position really is: every frame to WGS-84, and what cannot be a position. Must not know any fact or topic.

Chinese maps are drawn in GCJ-02 (AMap, Tencent) or BD-09 (Baidu), some hundred metres off WGS-84 inside the mainland.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import coordTransform
import msgspec

from hub.domain.model import Position
from hub.errors import BadPayload

Bounds = tuple[float, float, float, float]
"""(west, south, east, north), degrees."""

MAINLAND: Bounds = (73.66, 3.86, 135.05, 53.55)
"""The box in which GCJ-02 and BD-09 differ from WGS-84, as the conversion library has it."""
FAR_DEG = 5.0
"""Further than this from home a pair is held against its swap."""
_ZERO_DEG = 1e-4
_ROUNDS = 6
_DIGITS = 8  # a millimetre


def locator(home: Bounds | None = None, far_deg: float = FAR_DEG) -> Callable[[Position], Position]:
    """The function the codec calls for every position: ``check``, then ``to_wgs84``."""

    def locate(position: Position) -> Position:
        check(position, home, far_deg)
        return to_wgs84(position)

    return locate


def to_wgs84(position: Position) -> Position:
    """The same place in WGS-84; there and back differs by less than a millimetre. ``ce_m`` is kept."""
    lon, lat = position.lon, position.lat
    if position.frame == "WGS84":
        return position
    if position.frame == "BD09":
        lon, lat = _undo(coordTransform.gcj02_to_bd09, lon, lat)
    lon, lat = _undo(coordTransform.wgs84_to_gcj02, lon, lat)
    return msgspec.structs.replace(position, lon=round(lon, _DIGITS), lat=round(lat, _DIGITS), frame="WGS84")


def check(position: Position, home: Bounds | None = None, far_deg: float = FAR_DEG) -> None:
    """Raise ``BadPayload`` for a pair that is no place on earth, is empty, or has longitude and latitude swapped.

    ``home``: the district. A pair more than ``far_deg`` away from it whose swap lies inside is taken as swapped.
    """
    lon, lat = position.lon, position.lat
    if not (isfinite(lon) and isfinite(lat)):
        raise BadPayload(f"position is not a number: {_pair(position)}")
    if abs(lon) < _ZERO_DEG and abs(lat) < _ZERO_DEG:
        raise BadPayload(f"position is zero, which means it was not known: {_pair(position)}")
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        raise BadPayload(f"longitude and latitude are swapped: {_pair(position)}")
    if abs(lat) > 90 or abs(lon) > 180:
        raise BadPayload(f"position is out of range: {_pair(position)}")
    if _swapped(position, home, far_deg):
        raise BadPayload(f"longitude and latitude are swapped: {_pair(position)}")


def _pair(position: Position) -> str:
    return f"lon {position.lon}, lat {position.lat} ({position.frame})"


def _swapped(position: Position, home: Bounds | None, far_deg: float) -> bool:
    lon, lat = position.lon, position.lat
    if position.frame != "WGS84" and not _inside(lon, lat, MAINLAND) and _inside(lat, lon, MAINLAND):
        return True
    return home is not None and _inside(lat, lon, home) and not _inside(lon, lat, home, far_deg)


def _inside(lon: float, lat: float, box: Bounds, margin: float = 0.0) -> bool:
    west, south, east, north = box
    return west - margin <= lon <= east + margin and south - margin <= lat <= north + margin


def _undo(forward: Callable[[float, float], list[float]], lon: float, lat: float) -> tuple[float, float]:
    """The point that ``forward`` takes to (lon, lat), by fixed-point steps: the library's own inverses stop after one
    and are up to some metres off.
    """
    x, y = lon, lat
    for _ in range(_ROUNDS):
        there_lon, there_lat = forward(x, y)
        x, y = x + lon - there_lon, y + lat - there_lat
    return x, y
