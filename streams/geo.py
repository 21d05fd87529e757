"""Where a position really is: every frame to WGS-84, and what cannot be a position. Must not know any fact or topic.

Chinese maps are drawn in GCJ-02 (AMap, Tencent) or BD-09 (Baidu), some hundred metres off WGS-84 inside the mainland.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import msgspec

from hub.domain.model import Frame, Position
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


@dataclass(frozen=True, slots=True)
class Locator:
    """What the codec calls for every position: ``check``, then ``to_wgs84``; and the same for columns of them."""

    home: Bounds | None
    far_deg: float

    def __call__(self, position: Position) -> Position:
        """One position. Raises ``BadPayload``."""
        lon, lat, home = position.lon, position.lat, self.home
        known = abs(lat) <= 90 and abs(lon) <= 180 and (abs(lon) >= _ZERO_DEG or abs(lat) >= _ZERO_DEG)
        if known and position.frame == "WGS84" and (home is None or _inside(lon, lat, home)):
            return position  # the usual one: no check has anything against it
        check(position, self.home, self.far_deg)
        return to_wgs84(position)

    def many(self, frame: Frame, lon: tuple[int, ...], lat: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Columns in 1e-7 degrees; ``BadPayload`` says at which index. What is WGS-84 already is given back as it is.

        A column is looked at one by one only where its bounds leave a doubt.
        """
        if not lon:
            return lon, lat
        if not self._all_good(frame, min(lon) / 1e7, min(lat) / 1e7, max(lon) / 1e7, max(lat) / 1e7):
            for index, (x, y) in enumerate(zip(lon, lat, strict=True)):
                try:
                    check(Position(x / 1e7, y / 1e7, frame), self.home, self.far_deg)
                except BadPayload as error:
                    raise BadPayload(f"lon[{index}], lat[{index}]: {error}") from None
        return (lon, lat) if frame == "WGS84" else _columns_to_wgs84(frame, lon, lat)

    def _all_good(self, frame: Frame, west: float, south: float, east: float, north: float) -> bool:
        """Whether no position within these bounds can be wrong: near home, or a mainland place that is no swap."""
        known = MAINLAND if self.home is None else self.home
        margin = 0.0 if self.home is None else self.far_deg
        inside = _inside(west, south, known, margin) and _inside(east, north, known, margin)
        place = frame == "WGS84" or (_inside(west, south, MAINLAND) and _inside(east, north, MAINLAND))
        zero = west < _ZERO_DEG and east > -_ZERO_DEG and south < _ZERO_DEG and north > -_ZERO_DEG
        return inside and place and not zero and -180 <= west and east <= 180 and -90 <= south and north <= 90


def locator(home: Bounds | None = None, far_deg: float = FAR_DEG) -> Locator:
    """``home``: the district, against which swapped pairs are recognised."""
    return Locator(home, far_deg)


def to_wgs84(position: Position) -> Position:
    """The same place in WGS-84; there and back differs by less than a millimetre. ``ce_m`` is kept."""
    lon, lat = position.lon, position.lat
    if position.frame == "WGS84":
        return position
    import coordTransform  # it brings numpy: only who is told of other frames waits for it

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


def _columns_to_wgs84(frame: Frame, lon: Sequence[int], lat: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    import coordTransform

    x, y = [value / 1e7 for value in lon], [value / 1e7 for value in lat]
    if frame == "BD09":
        x, y = _undo_columns(coordTransform.gcj02_to_bd09, x, y)
    x, y = _undo_columns(coordTransform.wgs84_to_gcj02, x, y)
    return tuple(round(value * 1e7) for value in x), tuple(round(value * 1e7) for value in y)


def _undo_columns(
    forward: Callable[[list[float], list[float]], tuple[list[float], list[float]]], lon: list[float], lat: list[float]
) -> tuple[list[float], list[float]]:
    """As ``_undo``, in the library's own way for many points."""
    x, y = lon, lat
    for _ in range(_ROUNDS):
        there_lon, there_lat = forward(x, y)
        x = [at + wanted - there for at, wanted, there in zip(x, lon, there_lon, strict=True)]
        y = [at + wanted - there for at, wanted, there in zip(y, lat, there_lat, strict=True)]
    return x, y
