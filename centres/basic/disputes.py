"""Simulated disputes from registration to follow-up; most are settled within three days. Must not know panels."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import beside, place_at, speaker, spoken
from hub.field.world import HOUR, World, arrivals, rev_at

from .events import SOURCE, TOPIC, Channel, Dispute, DisputeKind, DisputeState, Party

signed = speaker(TOPIC, SOURCE)

TARGET_S = 72 * HOUR
LIFE_S = 34 * HOUR
LATE_LIFE_S = 84 * HOUR
DAY_S = 24 * HOUR
RESTATE_S = 480.0
PER_HOUR = 1.0
KINDS: tuple[DisputeKind, ...] = ("neighbour", "wages", "tenancy", "estate", "consumer", "traffic", "family")
CHANNELS: tuple[Channel, ...] = ("110", "12345", "qr", "visit", "grid")
PARTIES: tuple[Party, ...] = ("community", "police", "justice", "department", "lawyer")
SETTLED: tuple[DisputeState, ...] = ("registered", "signed", "mediating", "settled", "followed_up")
REFERRED: tuple[DisputeState, ...] = ("registered", "signed", "mediating", "referred")


def disputes(world: World, start: float, end: float) -> Iterator[Emission]:
    """What disputes say in the window, unordered."""
    usual = arrivals(world, "basic.disputes", start - LIFE_S, end, PER_HOUR)
    for registered, number, rng, late in (*((*birth, False) for birth in usual), *_late(world, start, end)):
        times, steps = _road(registered, rng, late)
        kind = rng.choices(KINDS, (6, 2, 3, 4, 4, 2, 2))[0]
        party: Party = "department" if kind == "wages" else rng.choices(PARTIES, (6, 3, 2, 2, 1))[0]
        channel = rng.choice(CHANNELS)
        people = rng.randrange(8, 40) if kind == "wages" else rng.randrange(2, 6)
        amount = round(people * rng.uniform(2000, 9000), -2) if kind == "wages" else None
        satisfied = rng.random() < 0.92
        n = rng.randrange(len(world.district.places))
        for t, step in spoken(times, start, end, RESTATE_S, max(0.0, registered + LIFE_S - times[-1])):
            state = steps[step]
            dispute = Dispute(
                id=f"DS-{number}",
                rev=rev_at(t),
                kind=kind,
                state=state,
                channel=channel,
                place=place_at(world, n).name,
                position=beside(world, n, -0.0006),
                registered_at=instant(registered),
                due_at=instant(registered + TARGET_S),
                party=party if step >= 1 else None,
                people=people,
                amount_yuan=amount,
                signed_at=instant(times[1]) if step >= 1 else None,
                settled_at=instant(times[3]) if state in ("settled", "followed_up") else None,
                followed_up_at=instant(times[4]) if state == "followed_up" else None,
                satisfied=satisfied if state == "followed_up" else None,
            )
            yield signed(f"dispute.{state}", t, dispute)


def _late(world: World, start: float, end: float) -> Iterator[tuple[float, str, Random, bool]]:
    """None or one a day that runs past the target. Drawn by day: they live long, and hours would be many to look at."""
    for day in range(int((start - LATE_LIFE_S) // DAY_S), int(end // DAY_S) + 1):
        rng = world.rng("basic.disputes.late", day)
        chance, registered = rng.random(), day * DAY_S + rng.uniform(0, 9) * HOUR  # from 8 in the district's morning
        if chance < 0.5 and start - LATE_LIFE_S < registered <= end:
            yield registered, f"L{instant(registered):%m%d}-01", rng, True


def _road(registered: float, rng: Random, late: bool) -> tuple[tuple[float, ...], tuple[DisputeState, ...]]:
    """Times and states of its steps: signed for within the hour, settled the same day or the next, or too late."""
    taken = registered + rng.uniform(300, 3300)
    mediating = taken + rng.uniform(1200, 4 * HOUR)
    chance = rng.random()
    ended = registered + (rng.uniform(72.5, 75) if late else rng.uniform(6, 26)) * HOUR
    if chance < 0.04 and not late:
        return (registered, taken, mediating, ended), REFERRED
    return (registered, taken, mediating, ended, ended + rng.uniform(2, 7) * HOUR), SETTLED
