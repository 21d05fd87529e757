"""The life of the case-handling area: stays that move through the zones, checks that are made or missed, alarms.

Pure: a stay depends on its place and its turn alone. Must not know facts; ``simulate`` makes facts of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from hub.field.world import HOUR, World

from .events import AlarmKind
from .floor import ROOMS, ZoneKey

PLACES = 16
TURN_S = 10 * HOUR  # a place is given out about once in so long
STAGGER_S = TURN_S * 7 / PLACES  # 7 has no common divisor with 16: neighbours are not in step
MISSED = 0.015
OVERSTAYED = 0.03
WRONG_ZONE = 0.05
HEALTH = 0.04
MINUTE = 60.0
_INTERVIEWS: tuple[ZoneKey, ...] = ("interview_east", "interview_west")


@dataclass(frozen=True, slots=True)
class Leg:
    """Time in one zone, and the looks taken meanwhile. Epoch seconds."""

    zone: ZoneKey
    since: float
    until: float
    checks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """An alarm of a stay: raised, acknowledged, cleared. Epoch seconds."""

    kind: AlarmKind
    zone: ZoneKey
    raised: float
    acknowledged: float
    cleared: float


@dataclass(frozen=True, slots=True)
class Stay:
    """One turn of a place, from coming in to leaving. ``medical``: from then on medical attention is needed."""

    place: int
    turn: int
    legs: tuple[Leg, ...]
    troubles: tuple[Trouble, ...]
    medical: float | None

    @property
    def entered(self) -> float:
        """Epoch seconds."""
        return self.legs[0].since

    @property
    def left(self) -> float:
        """Epoch seconds."""
        return self.legs[-1].until

    def leg(self, t: float) -> Leg | None:
        """The leg at ``t``, ``None`` when nobody is in."""
        return next((leg for leg in self.legs if leg.since <= t < leg.until), None)


def turn_at(place: int, t: float) -> int:
    """Which turn of the place ``t`` falls in."""
    return int((t - place * STAGGER_S) // TURN_S)


@lru_cache(maxsize=PLACES * 8)
def stay(world: World, place: int, turn: int) -> Stay:
    """The stay of a turn; it lies within the turn with its ends free."""
    rng = world.rng("casework.stay", place, turn)
    t = turn * TURN_S + place * STAGGER_S + rng.uniform(0.02, 0.2) * TURN_S
    legs: list[Leg] = []
    for zone, minutes in _route(rng):
        longest = ROOMS[zone].longest_min
        if zone == "waiting" and rng.random() < OVERSTAYED:
            minutes = longest + rng.uniform(2, 8)
        until = t + minutes * MINUTE
        legs.append(Leg(zone, t, until, tuple(_checks(rng, zone, t, until))))
        t = until
    troubles = [trouble for leg in legs for trouble in _of_leg(rng, leg)]
    troubles += _of_stay(rng, legs)
    medical = next((trouble.raised for trouble in troubles if trouble.kind == "health"), None)
    return Stay(place, turn, tuple(legs), tuple(troubles), medical)


def _route(rng: Random) -> Iterator[tuple[ZoneKey, float]]:
    """(zone, minutes) of a stay: about 3 to 7 hours."""
    yield "entry", rng.uniform(6, 14)
    yield "search", rng.uniform(5, 12)
    yield "medical", rng.uniform(8, 20)
    yield "waiting", rng.uniform(15, 60)
    room = rng.choice(_INTERVIEWS)
    yield room, rng.uniform(40, 110)
    if rng.random() < 0.3:
        yield "meeting", rng.uniform(20, 50)
    yield ("rest" if rng.random() < 0.5 else "waiting"), rng.uniform(30, 90)
    if rng.random() < 0.4:
        yield room, rng.uniform(20, 60)
    yield "exit", rng.uniform(6, 18)


def _checks(rng: Random, zone: ZoneKey, since: float, until: float) -> Iterator[float]:
    every = ROOMS[zone].check_min * MINUTE
    t = since
    while True:
        late = rng.random() < MISSED
        t += every * (rng.uniform(1.08, 1.3) if late else rng.uniform(0.72, 0.97))
        if t >= until:
            return
        yield t


def _of_leg(rng: Random, leg: Leg) -> Iterator[Trouble]:
    every = ROOMS[leg.zone].check_min * MINUTE
    last = leg.since
    for check in leg.checks:
        if check > last + every:
            yield _trouble(rng, "check_missed", leg.zone, last + every, check)
        last = check
    longest = leg.since + ROOMS[leg.zone].longest_min * MINUTE
    if leg.until > longest:
        yield _trouble(rng, "overstay", leg.zone, longest, leg.until)


def _of_stay(rng: Random, legs: list[Leg]) -> Iterator[Trouble]:
    if rng.random() < WRONG_ZONE:
        leg = rng.choice(legs[3:])
        other = rng.choice([zone for zone in _INTERVIEWS if zone != leg.zone])
        yield _trouble(rng, "wrong_zone", other, leg.since + 12.0, leg.since + rng.uniform(60, 200))
    if rng.random() < HEALTH:
        leg = rng.choice(legs[3:-1])
        began = leg.since + rng.uniform(0.1, 0.4) * (leg.until - leg.since)
        yield _trouble(rng, "health", leg.zone, began, began + rng.uniform(0.2, 0.5) * (leg.until - began))


def _trouble(rng: Random, kind: AlarmKind, zone: ZoneKey, raised: float, cleared: float) -> Trouble:
    answer = min(rng.uniform(15, 90), (cleared - raised) * 0.6)
    return Trouble(kind, zone, raised, raised + answer, cleared)
