"""The template centre's life: lamps that report in turn, faults that are opened, assigned and fixed.

A pure function of the window: no clock, no state between calls, no chance but ``world.rng(name)``. Two patterns do
nearly everything: *standing* things report in turn on ``ticks``; things with a *road* come from ``arrivals`` over
the window plus their longest life, speak at each step, and are stated again between steps so that a hub that starts
now soon knows them. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from hub.domain.events import Emission
from hub.domain.model import Position, instant
from hub.field.district import Place
from hub.field.world import World, arrivals, rev_at, ticks, within

from .events import SOURCE, TOPIC, Fault, FaultKind, FaultState, Lamp

LAMPS = 10
REPORT_S = 6.0  # one lamp speaks every six seconds, each lamp once a minute
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
        yield _emit("cn.hub.template_lamp.reported.v1", t, lamp)


def _faults(world: World, start: float, end: float) -> Iterator[Emission]:
    for opened, number, rng in arrivals(world, "template.faults", start - LIFE_S, end, 2.0):
        lamp = rng.randrange(LAMPS)
        kind = rng.choice(KINDS)
        assigned = opened + rng.uniform(300, 1800)
        times = (opened, assigned, assigned + rng.uniform(1800, 4 * 3600 - 600))
        for t, step in spoken(times, start, end):
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
            yield _emit(f"cn.hub.template_fault.{STEPS[step]}.v1", t, fault)


def spoken(times: Sequence[float], start: float, end: float) -> Iterator[tuple[float, int]]:
    """When a thing with a road speaks in start < t <= end, as (time, step): at each step of ``times`` (ascending) and
    every ``RESTATE_S`` after it until the next one. After the last step it is silent.
    """
    for step, began in enumerate(times):
        until = times[step + 1] if step + 1 < len(times) else began
        k = max(0, ceil((start - began) / RESTATE_S))
        while (t := began + k * RESTATE_S) <= end and (k == 0 or t < until):
            if t > start:
                yield t, step
            k += 1


def _place(world: World, number: int) -> Place:
    places = world.district.places
    return places[number % len(places)]


def _at(place: Place) -> Position:
    return Position(place.point[0], place.point[1], "WGS84")


def _emit(type_: str, t: float, fact: Lamp | Fault) -> Emission:
    return Emission(topic=TOPIC, source=SOURCE, type=type_, at=t, data=fact, exercise="s")
