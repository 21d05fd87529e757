"""The template centre's life: lamps that report in turn, faults that are opened, assigned and fixed.

A pure function of the window: no clock, no state between calls, no chance but ``world.rng(name)``. Two patterns do
nearly everything: *standing* things report in turn on ``ticks``; things with a *road* come from ``arrivals`` over
the window plus their longest life, speak at each step, and are stated again between steps so that a hub that starts
now soon knows them. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.events import Emission
from hub.domain.model import Position, instant
from hub.field.district import Place
from hub.field.voice import speaker, spoken
from hub.field.world import World, arrivals, rev_at, ticks, within

from .events import SOURCE, TOPIC, Fault, FaultKind, FaultState, Lamp

signed = speaker(TOPIC, SOURCE)

LAMPS = 30
REPORT_S = 2.0  # one lamp speaks every two seconds, each lamp once a minute
BLOCK_S = 1200.0  # a lamp keeps its state for so long at least
LIFE_S = 5 * 3600.0  # no fault lives longer
RESTATE_S = 300.0
STEPS: tuple[FaultState, ...] = ("opened", "assigned", "fixed")
KINDS: tuple[FaultKind, ...] = ("dark", "flicker")


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    return within([*_lamps(world, start, end), *_faults(world, start, end)], start, end)


def _lamps(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, REPORT_S):
        number = round(t / REPORT_S) % LAMPS
        since = t // BLOCK_S * BLOCK_S
        lost = world.rng("template.lamp", number, since).random() < 0.04
        place = _place(world, number)
        lamp = Lamp(
            id=f"LP-{number:03d}",
            rev=rev_at(t),
            kind="park" if number % 3 == 0 else "street",
            state="lost" if lost else "ok",
            place=place.name,
            position=_at(place),
            power_w=None if lost else 60.0,
            since_at=instant(since),
        )
        yield signed("template_lamp.reported", t, lamp)


def _faults(world: World, start: float, end: float) -> Iterator[Emission]:
    # A lamp fails at any hour, so steady: without it arrivals follow the rhythm of the day, and the night has few.
    for opened, number, rng in arrivals(world, "template.faults", start - LIFE_S, end, 4.0, steady=True):
        lamp = rng.randrange(LAMPS)
        kind = rng.choice(KINDS)
        assigned = opened + rng.uniform(300, 1800)
        times = (opened, assigned, assigned + rng.uniform(1800, 4 * 3600 - 600))
        for t, step in spoken(times, start, end, RESTATE_S):
            fault = Fault(
                id=f"LF-{number}",
                rev=rev_at(t),
                kind=kind,
                state=STEPS[step],
                lamp=f"LP-{lamp:03d}",
                place=_place(world, lamp).name,
                position=_at(_place(world, lamp)),
                opened_at=instant(opened),
                due_at=instant(opened + 3 * 3600),
                fixed_at=instant(times[2]) if step == 2 else None,
            )
            yield signed(f"template_fault.{STEPS[step]}", t, fault)


def _place(world: World, number: int) -> Place:
    places = world.district.places
    return places[number % len(places)]


def _at(place: Place) -> Position:
    return Position(place.point[0], place.point[1], "WGS84")
