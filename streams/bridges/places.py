"""Positions and addresses as strangers write them: checked, and cut to the street. Must not know any fact type."""

from __future__ import annotations

import math
import re

from hub.errors import BadPayload
from streams.bridges.mapping import Place

_ZERO_DEG = 1e-4
_NUMBER = re.compile(r"(?:[A-Z]+/)?\d+(?:BLK|[A-Z])?(?:[-/&]\w+)*", re.IGNORECASE)
_POSTCODE = re.compile(r"\d{4,6}")
_ORDINARY = re.compile(r"[^\W\d_]{2,}|\bI-?\d+")
_ROOM = re.compile(r"(?:\b(?:APT|APARTMENT|UNIT|STE|SUITE|FLAT|RM|ROOM|LOT|LEVEL)\b\.?|#)\s*#?\s*[\w-]*\d[\w/-]*", re.I)
# A number after one of these names the road ("IH 10", "LOOP 70", "EXIT 8A"), not a house.
_ROAD_WORDS = {"IH", "I", "US", "SH", "FM", "HWY", "HIGHWAY", "EXIT", "LOOP", "ROUTE", "RTE", "RT", "ROAD", "BELTWAY"}


def position(place: Place, lon: str, lat: str) -> dict[str, object] | None:
    """The position as a dict, ``None`` when both cells are empty. Raises ``BadPayload`` for an impossible one."""
    if not lon and not lat:
        return None
    x, y = _degrees(lon, "longitude"), _degrees(lat, "latitude")
    if abs(x) < _ZERO_DEG and abs(y) < _ZERO_DEG:
        raise BadPayload("position 0, 0: the source had no fix")
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        swapped = -180 <= y <= 180 and -90 <= x <= 90
        raise BadPayload(f"position {lon}, {lat} is outside the earth" + (": swapped?" if swapped else ""))
    if place.bounds is not None and not _inside(place.bounds, x, y):
        swapped = _inside(place.bounds, y, x)
        raise BadPayload(f"position {lon}, {lat} is outside the mapping's bounds" + (": swapped?" if swapped else ""))
    return {"lon": x, "lat": y, "frame": place.frame}


def street(address: str) -> str:
    """The address without house number, block number, unit, property name and postcode; ``""`` when nothing is left.

    ``6999 TIDWELL RD`` → ``TIDWELL RD``; ``HILLTOP 877 CHAKOLA RD, CHAKOLA 2630`` → ``CHAKOLA RD, CHAKOLA``.
    """
    # "0" stands for the room, so that what comes before it goes too: LODGE UNIT 52/5189 RIVERINA HWY.
    parts = [_street_part(_ROOM.sub(" 0 ", part)) for part in address.split(",")]
    return ", ".join(part for part in parts if _ORDINARY.search(part))


def _street_part(part: str) -> str:
    words = part.split()
    while len(words) > 1 and words[-1] == "0":
        words.pop()
    if len(words) > 1 and _POSTCODE.fullmatch(words[-1]) and words[-2].upper() not in _ROAD_WORDS:
        words.pop()
    for index in range(len(words) - 2, -1, -1):
        if _NUMBER.fullmatch(words[index]) and (index == 0 or words[index - 1].upper() not in _ROAD_WORDS):
            words = words[index + 1 :]
            break
    if words and words[0].upper() in ("BLOCK", "BLK"):
        words = words[1:]
    return " ".join(words)


def _degrees(text: str, name: str) -> float:
    if not text:
        raise BadPayload(f"position without {name}")
    try:
        value = float(text)
    except ValueError:
        raise BadPayload(f"{name} {text!r} is not a number") from None
    if not math.isfinite(value):
        raise BadPayload(f"{name} {text!r} is not finite")
    return value


def _inside(bounds: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north
