"""Simulated industries and enterprises: readings near their band, inspections by daylight, requests for service.

Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sin

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import beside, place_at, speaker, spoken
from hub.field.world import HOUR, World, arrivals, local_hour, rev_at, ticks

from .events import SOURCE, TOPIC
from .industry import (
    Agency,
    IndustryReading,
    Inspection,
    InspectionResult,
    InspectionState,
    RequestKind,
    RequestState,
    ServiceRequest,
)
from .modules import MODULES, reading_state

signed = speaker(TOPIC, SOURCE)

SITES = 4
READING_S = 4.0  # one site speaks this often, in turn
BLOCK_S = 900.0
RESULTS: tuple[InspectionResult, ...] = ("passed", "minor", "serious")
CLEAN: tuple[InspectionState, ...] = ("planned", "running", "closed")
DEFECTS: tuple[InspectionState, ...] = ("planned", "running", "rectifying", "closed")
VERBS = {"planned": "planned", "running": "started", "rectifying": "found", "closed": "closed"}
AGENCIES: dict[str, tuple[Agency, ...]] = {
    "hazardous": ("police", "emergency", "fire_service"),
    "transport": ("police", "transport_bureau"),
    "finance": ("police", "finance_bureau", "market"),
    "lodging": ("police", "fire_service"),
    "logistics": ("police", "postal_bureau"),
}
REQUEST_KINDS: tuple[RequestKind, ...] = ("licence", "seal", "traffic", "security", "consultation")
REQUEST_STEPS: tuple[RequestState, ...] = ("received", "accepted", "answered")


def readings(world: World, start: float, end: float) -> Iterator[Emission]:
    """Sites of every module report in turn; about one in forty stands outside its band for a quarter of an hour."""
    names = tuple(MODULES)
    for t in ticks(start, end, READING_S):
        n = round(t / READING_S) % (SITES * len(names))
        kind = names[n % len(names)]
        block = t // BLOCK_S * BLOCK_S
        value = _value(world, kind, n, t)
        state = reading_state(kind, value)
        reading = IndustryReading(
            id=f"RD-{n + 1:03d}",
            rev=rev_at(t),
            kind=kind,
            state=state,
            place=place_at(world, 3 * n + 1).name,
            position=beside(world, 3 * n + 1, 0.0009),
            value=value,
            since_at=instant(block) if state != "normal" else None,
        )
        verb = "reported" if state == "normal" else "exceeded"
        yield signed(f"industry_reading.{verb}", t, reading)


def _value(world: World, kind: str, n: int, t: float) -> float:
    """A slow wave in the middle of the band; outside it while the block's chance says so."""
    module = MODULES[kind]
    width = module.high - module.low
    if world.rng("basic.reading", n, t // BLOCK_S).random() < 0.025:
        # Where the band ends at a natural limit (nothing above 100 %), the fault is on the other side.
        outside = module.low - 0.6 * width if module.low > 0 else module.high + 0.15 * width
        return round(outside, 1)
    return round(module.low + width * (0.55 + 0.3 * sin(t / 1100 + n)), 1)


def _by_day(t: float) -> bool:
    return 8.5 <= local_hour(t) < 17.5


def inspections(world: World, start: float, end: float) -> Iterator[Emission]:
    """Inspections planned by day, four in ten joint, a third with something to rectify."""
    for planned, number, rng in arrivals(world, "basic.inspections", start - 15 * HOUR, end, 3.0, steady=True):
        if not _by_day(planned):
            continue
        kind = rng.choice(tuple(MODULES))
        joint = rng.random() < 0.4
        result = rng.choices(RESULTS, (13, 6, 1))[0]
        hazards = 0 if result == "passed" else rng.randrange(1, 4 if result == "minor" else 7)
        started = planned + rng.uniform(1200, 5400)
        found = started + rng.uniform(1200, 4000)
        steps = CLEAN if result == "passed" else DEFECTS
        times = (planned, started, found, found + rng.uniform(3, 11) * HOUR)[: len(steps)]
        n = rng.randrange(len(world.district.places))
        for t, step in spoken(times, start, end, 400.0):
            state = steps[step]
            inspection = Inspection(
                id=f"IN-{number}",
                rev=rev_at(t),
                kind="joint" if joint else "single",
                state=state,
                module=kind,
                basis=MODULES[kind].basis,
                agencies=AGENCIES[kind] if joint else ("police",),
                place=place_at(world, n).name,
                position=beside(world, n, 0.0012),
                planned_at=instant(planned),
                hazards=hazards if step >= 2 else 0,
                fixed=hazards if state == "closed" else 0,
                result=result if step >= 2 else None,
                due_at=instant(found + 10 * HOUR) if steps is DEFECTS and step >= 2 else None,
                closed_at=instant(times[-1]) if state == "closed" else None,
            )
            yield signed(f"inspection.{VERBS[state]}", t, inspection)


def requests(world: World, start: float, end: float) -> Iterator[Emission]:
    """Requests of enterprises in office hours, answered the same day."""
    for received, number, rng in arrivals(world, "basic.requests", start - 9 * HOUR, end, 4.0, steady=True):
        if not _by_day(received):
            continue
        kind = rng.choice(REQUEST_KINDS)
        accepted = received + rng.uniform(300, 3600)
        times = (received, accepted, accepted + rng.uniform(0.5, 7.5) * HOUR)
        n = rng.randrange(len(world.district.places))
        for t, step in spoken(times, start, end, 500.0):
            request = ServiceRequest(
                id=f"RQ-{number}",
                rev=rev_at(t),
                kind=kind,
                state=REQUEST_STEPS[step],
                place=place_at(world, n).name,
                position=beside(world, n, -0.0009),
                received_at=instant(received),
                due_at=instant(received + 8 * HOUR),
                answered_at=instant(times[2]) if step == 2 else None,
            )
            yield signed(f"service_request.{REQUEST_STEPS[step]}", t, request)
