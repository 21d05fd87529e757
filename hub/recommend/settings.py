"""How fast, how far, how old: every number the recommender reckons with, in one value with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hub.domain.field import UnitKind
from hub.recommend.model import Service


class Pace(msgspec.Struct, frozen=True):
    """How a kind of unit moves. ``urgent_mps``: for priority 1 and 2; ``turnout_s``: from the order to its start."""

    routine_mps: float
    urgent_mps: float
    turnout_s: float

    def mps(self, priority: int) -> float:
        """Metres a second for a call of that priority."""
        return self.urgent_mps if priority <= 2 else self.routine_mps


PACES: Mapping[UnitKind, Pace] = MappingProxyType(
    {
        "patrol_car": Pace(9.0, 12.5, 10.0),
        "motorcycle": Pace(9.5, 13.0, 10.0),
        "foot": Pace(1.4, 2.6, 10.0),
        "traffic": Pace(9.0, 12.5, 10.0),
        "escort": Pace(8.5, 11.0, 60.0),
        "fire": Pace(9.0, 12.0, 60.0),
        "ambulance": Pace(9.0, 12.0, 60.0),
        "bus": Pace(6.0, 6.0, 60.0),
        "vehicle": Pace(8.5, 11.0, 30.0),
    }
)
"""Metres a second over the street, mean of a way with junctions (12.5 m/s is 45 km/h); walking 1.4, hurrying 2.6.
Stations turn out within a minute. They are settings: a hub that has measured its own ways should put those here.
"""

SERVICES: Mapping[UnitKind, Service] = MappingProxyType(
    {
        "patrol_car": "police",
        "motorcycle": "police",
        "foot": "police",
        "traffic": "police",
        "fire": "fire",
        "ambulance": "medical",
    }
)
"""Whose cover a unit gives. Escort teams, buses and other vehicles cover nothing."""

TARGETS: Mapping[Service, float] = MappingProxyType({"police": 300.0, "fire": 300.0, "medical": 600.0})
"""Seconds in which a service should reach any place of a town: settings too. Five minutes for the police and for fire
engines, ten for ambulances are what towns usually promise; put your own there.
"""


class Flying(msgspec.Struct, frozen=True, kw_only=True):
    """How drones fly. ``endurance_min``: from a full battery down to the reserve, used only when a drone does not say
    how long it can fly; ``reserve_pct``: what is never flown with. ``least_station_min``: a flight that leaves less
    time over the place is not worth it. ``least_link``: below it (0..5) a drone is not sent.
    """

    cruise_mps: float = 12.0
    takeoff_s: float = 45.0
    endurance_min: float = 38.0
    reserve_pct: float = 15.0
    least_station_min: float = 8.0
    least_link: int = 2


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``detour``: how much longer streets are than the line of sight. ``grace_s``: hub seconds in a real second, added
    to what a source may take. ``trade_s``: how much later another unit may come and still be named as the one that
    leaves less bare. ``expected_s``: for a table that does not declare its rhythm.

    Detour: Newell (Traffic Flow on Transportation Networks, 1980) gives about 1.2 for points of a town drawn at random;
    a rectangular grid crossed in random directions has 4/π = 1.27; the demo's own streets have 1.29 in the mean and
    1.51 in the worst tenth (measured in ``tests/unit/test_recommend_district.py``). 1.35 errs on the careful side.
    """

    paces: Mapping[UnitKind, Pace] = PACES
    services: Mapping[UnitKind, Service] = SERVICES
    targets: Mapping[Service, float] = TARGETS
    flying: Flying = Flying()
    detour: float = 1.35
    grace_s: float = 1.0
    expected_s: float = 20.0
    trade_s: float = 120.0
