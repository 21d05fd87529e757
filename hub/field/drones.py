"""Telemetry and health of the drones. ``None`` is unknown, never 0; the picture has a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import atan2, degrees

from hub.domain.events import Emission
from hub.domain.field import Drone
from hub.domain.model import Position, instant
from hub.field.flights import CRUISE_MPS, DOCKS, ORBIT_MPS, Aloft, Phase, aloft, dock, drone_id, on_orbit
from hub.field.ground import Point, bearing, metres
from hub.field.script import Script
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC, event_type
from hub.field.world import HOUR, World, rev_at, ticks

SOURCE = "/hub/drones"
TELEMETRY, HEALTH = event_type("drone", "telemetry"), event_type("drone", "health")
COUNT = len(DOCKS)
LOW_BATTERY_PCT = 25.0
_IN_AIR_S, _DOCKED_S, _HEALTH_S = 1.0, 10.0, 60.0
_FRAME_LAG_S = 0.3
_CHARGE_PCT_MIN = 4.5
_RESERVE_PCT = 12.0
_HFOV_DEG = 62.0


@lru_cache(maxsize=32)
def _near(world: World, script: Script, index: int, hour: int) -> tuple[Aloft, ...]:
    """Flights that touch an hour, or end in the one before (how far the battery is charged)."""
    return tuple(aloft(world, script, index, (hour - 1) * HOUR, (hour + 1) * HOUR))


def positions(world: World, script: Script, start: float, end: float) -> Iterator[Emission]:
    """Telemetry of every drone with start < time <= end: each second in the air, each ten seconds docked."""
    for index in range(COUNT):
        for t in ticks(start, end, _IN_AIR_S, 0.15 * index):
            t = round(t, 2)
            flights = _near(world, script, index, int(t // HOUR))
            flying = next((f for f in flights if f.start <= t < f.end), None)
            if flying is not None or int(t) % _DOCKED_S == index:
                fact = _flying(flying, t) if flying else _docked(world, index, flights, t)
                yield Emission(topic=POSITIONS_TOPIC, source=SOURCE, type=TELEMETRY, at=t, data=fact)


def health(world: World, script: Script, start: float, end: float) -> Iterator[Emission]:
    """The same state once a minute among the slow facts, so that it is in the history; start < time <= end."""
    for index in range(COUNT):
        for t in ticks(start, end, _HEALTH_S, 0.5 + 0.1 * index):
            t = round(t, 2)
            flights = _near(world, script, index, int(t // HOUR))
            flying = next((f for f in flights if f.start <= t < f.end), None)
            fact = _flying(flying, t) if flying else _docked(world, index, flights, t)
            yield Emission(topic=FIELD_TOPIC, source=SOURCE, type=HEALTH, at=t, data=fact)


def _docked(world: World, index: int, flights: tuple[Aloft, ...], t: float) -> Drone:
    last = max((f for f in flights if f.end <= t), key=lambda f: f.end, default=None)
    charge = 100.0 if last is None else min(100.0, battery(last, last.end) + (t - last.end) / 60 * _CHARGE_PCT_MIN)
    place = dock(world, index)
    return Drone(
        id=drone_id(index),
        rev=rev_at(t),
        call_sign=drone_id(index),
        mode="docked",
        position=Position(*place, "WGS84"),
        height_m=0.0,
        speed_mps=0.0,
        battery_pct=round(charge, 1),
        home_minutes=0.0,
        link=5,
    )


def battery(flight: Aloft, t: float) -> float:
    """Per cent left at ``t``."""
    return max(3.0, flight.full - flight.drain * (t - flight.start) / 60.0)


def low_at(flight: Aloft) -> float | None:
    """When the battery falls below the warning level, if it does before landing."""
    t = flight.start + (flight.full - LOW_BATTERY_PCT) / flight.drain * 60.0
    return t if t < flight.end - 60.0 else None


def _place(phase: Phase, t: float) -> tuple[Point, float, float]:
    """(place, course, speed) in a phase."""
    if phase.mode == "on_station":
        place, course = on_orbit(phase, t)
        return place, course, ORBIT_MPS
    share = (t - phase.start) / (phase.end - phase.start)
    lon = phase.a[0] + share * (phase.b[0] - phase.a[0])
    lat = phase.a[1] + share * (phase.b[1] - phase.a[1])
    far = metres(phase.a, phase.b)
    course = bearing(phase.a, phase.b) if far > 1.0 else bearing(phase.a, phase.aim.point)
    return (round(lon, 6), round(lat, 6)), course, far / (phase.end - phase.start)


def _flying(flight: Aloft, t: float) -> Drone:
    phase = next(p for p in flight.phases if t < p.end)
    place, course, speed = _place(phase, t)
    share = min(1.0, (t - phase.start) / min(25.0, phase.end - phase.start))
    height = phase.low + share * (phase.high - phase.low)
    looking = phase.mode in ("on_station", "transit")
    far = metres(place, phase.aim.point)
    left = battery(flight, t)
    home = metres(place, flight.dock) / CRUISE_MPS / 60.0
    frozen = flight.frozen[0] <= t < flight.frozen[1]
    talking = phase.aim.announcement is not None and phase.aim.announce[0] <= t < phase.aim.announce[1]
    over = phase.mode == "on_station"
    return Drone(
        id=drone_id(flight.drone),
        rev=rev_at(t),
        call_sign=drone_id(flight.drone),
        mode=phase.mode,
        position=Position(*place, "WGS84"),
        height_m=round(height, 1),
        heading_deg=round(course, 1),
        speed_mps=round(speed, 1),
        gimbal_pitch_deg=round(-degrees(atan2(height, max(far, 1.0))), 1) if looking else -30.0,
        gimbal_yaw_deg=round(bearing(place, phase.aim.point), 1) if looking else round(course, 1),
        hfov_deg=_HFOV_DEG,
        battery_pct=round(left, 1),
        minutes_left=round(max(0.0, left - _RESERVE_PCT) / flight.drain, 1),
        home_minutes=round(home, 1),
        link=1 if frozen else 5 if home < 1.5 else 4,
        incident=phase.aim.incident if looking else None,
        mission=phase.aim.mission if looking else None,
        announcement=phase.aim.announcement if talking and over else None,
        finding=phase.aim.finding if over else None,
        video="synthetic",
        frame_at=instant((flight.frozen[0] if frozen else t) - _FRAME_LAG_S),
    )


def troubles(world: World, script: Script, start: float, end: float) -> Iterator[tuple[Aloft, str, float, float]]:
    """(flight, "battery" or "picture", from, until) of what begins with start < time <= end."""
    for index in range(COUNT):
        for flight in aloft(world, script, index, start, end):
            low = low_at(flight)
            if low is not None and start < low <= end:
                yield flight, "battery", low, flight.end
            if start < flight.frozen[0] <= end:
                yield flight, "picture", flight.frozen[0] + 20.0, flight.frozen[1]
