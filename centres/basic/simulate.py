"""A day of basic control: grids patrolled, devices heard, alarms answered, reports by QR code; see also ``disputes``
and ``firms`` for what has a longer road.

A pure function of the window: no clock, no state, no chance but ``world.rng(name)``. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sin

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import beside, centre_of, place_at, speaker, spoken
from hub.field.world import HOUR, World, arrivals, rev_at, rhythm, ticks, within

from .disputes import disputes
from .events import (
    SOURCE,
    TOPIC,
    AlarmKind,
    AlarmOutcome,
    AlarmState,
    Device,
    DeviceAlarm,
    DeviceKind,
    DeviceState,
    Patrol,
    PatrolKind,
    PatrolState,
    QrReport,
    ReportKind,
    ReportState,
)
from .firms import inspections, readings, requests

signed = speaker(TOPIC, SOURCE)

PATROL_S, DEVICE_S = 4.0, 2.5  # one grid and one device speak this often, in turn
DEVICES = 48
SHIFT_S = 2 * HOUR
OUTAGE_S = 2400.0
PATROL_KINDS: tuple[PatrolKind, ...] = ("foot", "vehicle", "joint")
DEVICE_KINDS: tuple[DeviceKind, ...] = ("smoke", "gate", "fall", "panic")
ALARM_KINDS: tuple[AlarmKind, ...] = ("fire", "gate", "fall", "panic")
ALARM_STEPS: tuple[AlarmState, ...] = ("raised", "acknowledged", "cleared")
OUTCOMES: tuple[AlarmOutcome, ...] = ("real", "false", "test")
REPORT_KINDS: tuple[ReportKind, ...] = ("hazard", "fire_lane", "nuisance", "lighting", "facility", "other")
REPORT_STEPS: tuple[ReportState, ...] = ("received", "assigned", "answered")


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    said = (
        *_patrols(world, start, end),
        *_devices(world, start, end),
        *_alarms(world, start, end),
        *_reports(world, start, end),
        *disputes(world, start, end),
        *readings(world, start, end),
        *inspections(world, start, end),
        *requests(world, start, end),
    )
    return within(said, start, end)


def _patrols(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, PATROL_S):
        n = round(t / PATROL_S) % len(world.district.grids)
        grid = world.district.grids[n]
        planned = (4, 6, 3)[n % 3]
        share = _coverage(world, n, t)
        patrol = Patrol(
            id=f"PT-{n + 1:03d}",
            rev=rev_at(t),
            kind=PATROL_KINDS[n % 3],
            state=patrol_state(share),
            grid=grid.id,
            place=grid.name,
            position=centre_of(grid),
            visits=round(planned * min(1.2, share * 1.1)),
            planned=planned,
            coverage=round(share, 3),
            visited_at=instant(t - 60 - (1 - share) * 5400 * world.rng("basic.visit", n, t // 900).random()),
        )
        yield signed("grid_patrol.reported", t, patrol)


def _coverage(world: World, n: int, t: float) -> float:
    """Fraction of a grid passed: a level for the shift, a slow wave, a little less in the small hours."""
    level = world.rng("basic.shift", n, t // SHIFT_S).betavariate(14, 1.6)
    return min(1.0, max(0.0, level + 0.04 * sin(t / 1500 + n) + 0.05 * (min(1.0, rhythm(t)) - 1)))


def patrol_state(coverage: float) -> PatrolState:
    """What a coverage means: on plan from 75 %, missed below 40 %."""
    return "on_plan" if coverage >= 0.75 else "behind" if coverage >= 0.4 else "missed"


def _devices(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, DEVICE_S):
        n = round(t / DEVICE_S) % DEVICES
        block = t // OUTAGE_S
        chance = world.rng("basic.device", n, block).random()
        state: DeviceState = "lost" if chance < 0.02 else "weak" if n % 13 == 5 else "healthy"
        device = Device(
            id=f"DV-{n + 1:03d}",
            rev=rev_at(t),
            kind=DEVICE_KINDS[n % 4],
            state=state,
            place=place_at(world, n).name,
            position=beside(world, n, 0.0004 * (1 + n % 4)),
            battery_pct=None if state == "lost" else 12.0 if state == "weak" else 60.0 + n % 40,
            heard_at=instant(block * OUTAGE_S if state == "lost" else t),
        )
        yield signed("community_device.reported", t, device)


def _alarms(world: World, start: float, end: float) -> Iterator[Emission]:
    for raised, number, rng in arrivals(world, "basic.alarms", start - HOUR, end, 5.0):
        n = rng.randrange(DEVICES)
        outcome = rng.choices(OUTCOMES, (3, 5, 2))[0]
        seen = raised + rng.uniform(10, 120)
        times = (raised, seen, seen + rng.uniform(180, 2400))
        for t, step in spoken(times, start, end, 120.0):
            alarm = DeviceAlarm(
                id=f"DA-{number}",
                rev=rev_at(t),
                kind=ALARM_KINDS[n % 4],
                state=ALARM_STEPS[step],
                device=f"DV-{n + 1:03d}",
                place=place_at(world, n).name,
                position=beside(world, n, 0.0004 * (1 + n % 4)),
                raised_at=instant(raised),
                acknowledged_at=instant(seen) if step >= 1 else None,
                cleared_at=instant(times[2]) if step == 2 else None,
                outcome=outcome if step == 2 else None,
            )
            yield signed(f"device_alarm.{ALARM_STEPS[step]}", t, alarm)


def _reports(world: World, start: float, end: float) -> Iterator[Emission]:
    for received, number, rng in arrivals(world, "basic.reports", start - 7 * HOUR, end, 5.0):
        n = rng.randrange(len(world.district.places))
        kind = rng.choice(REPORT_KINDS)
        assigned = received + rng.uniform(60, 1500)
        times = (received, assigned, assigned + rng.uniform(1800, 6 * HOUR))
        for t, step in spoken(times, start, end, 300.0):
            report = QrReport(
                id=f"QR-{number}",
                rev=rev_at(t),
                kind=kind,
                state=REPORT_STEPS[step],
                code=f"QC-{n + 1:04d}",
                place=place_at(world, n).name,
                position=beside(world, n, -0.0003),
                received_at=instant(received),
                due_at=instant(received + 24 * HOUR),
                answered_at=instant(times[2]) if step == 2 else None,
            )
            yield signed(f"qr_report.{REPORT_STEPS[step]}", t, report)
