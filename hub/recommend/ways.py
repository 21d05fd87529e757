"""Distances, travel times and ages. Plain arithmetic: a few thousand distances of a district cost milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, cos, hypot, radians

from hub.domain.field import UnitKind
from hub.domain.model import Position
from hub.health import AHEAD_S, Look, look
from hub.recommend.settings import Settings

METRES_PER_DEGREE = 111_195.0
"""Of a sphere of 6,371 km."""


def distances(to: Position) -> Callable[[Position], float]:
    """Metres as the crow flies from any position to that one, on a plane that touches the earth there.

    Within 0.1 % of the great circle over the 30 km of a district. Raises ``ValueError`` for a place that is not WGS84.
    """
    if to.frame != "WGS84":
        raise ValueError(f"positions inside the hub are WGS84, not {to.frame}")
    lon, lat = to.lon, to.lat
    east = METRES_PER_DEGREE * cos(radians(lat))

    def metres(at: Position) -> float:
        return hypot((at.lon - lon) * east, (at.lat - lat) * METRES_PER_DEGREE)

    return metres


def eta_s(metres: float, kind: UnitKind, priority: int, settings: Settings) -> int:
    """Seconds from the order to the arrival, rounded up: turning out, then the street at the kind's pace.

    A millisecond more or less is the noise of the arithmetic and does not make a second.
    """
    pace = settings.paces[kind]
    return ceil(round(pace.turnout_s + metres * settings.detour / pace.mps(priority), 3))


def reach_m(kind: UnitKind, within_s: float, settings: Settings) -> float:
    """How far, as the crow flies, a unit of that kind gets in that time when it hurries; never below 0."""
    pace = settings.paces[kind]
    return max(0.0, within_s - pace.turnout_s) * pace.urgent_mps / settings.detour


def aged(at: float, now: float, expected_s: float | None, settings: Settings) -> tuple[float, Look]:
    """(age in seconds, what it means) of a position said at ``at``, as the wall would show it.

    One whose source's clock is ahead has a negative age and counts as stale: nobody knows how old it is.
    """
    age = now - at
    if age < -AHEAD_S * max(1.0, settings.grace_s):
        return round(age, 1), "stale"
    age = max(0.0, age)
    return round(age, 1), look(age, settings.expected_s if expected_s is None else expected_s, settings.grace_s)
