"""What every simulator is given: the district, a seed, and chance that depends on nothing but its name.

Simulators are pure functions ``(world, start, end) → facts``. All randomness comes from ``World.rng(*name)``, so the
same window gives the same facts in any process, in any order, after any restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import exp
from random import Random

from hub.domain.events import Emission
from hub.field.district import District

HOUR = 3600.0
UTC_OFFSET = 8 * HOUR
"""The district keeps UTC+8."""

# Calls per hour of the day relative to the daily mean: a trough before dawn, a morning peak, a long evening.
_RHYTHM = (
    0.62, 0.48, 0.38, 0.30, 0.28, 0.36, 0.62, 0.98, 1.22, 1.20, 1.14, 1.12,
    1.10, 1.06, 1.10, 1.14, 1.20, 1.36, 1.42, 1.44, 1.40, 1.30, 1.10, 0.84,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """``anchor``: epoch seconds at which the demo's stories begin their first round."""

    district: District
    seed: int
    anchor: float

    def rng(self, *name: object) -> Random:
        """A generator that depends on the seed and the name alone."""
        return Random(repr((self.seed, *name)))  # a district's life, not a secret


def local_hour(t: float) -> float:
    """Hour of the district's day, 0 ≤ h < 24."""
    return ((t + UTC_OFFSET) % 86400.0) / HOUR


def midnight(t: float) -> float:
    """When the district's day began, epoch seconds."""
    return t - local_hour(t) * HOUR


def rhythm(t: float) -> float:
    """How busy the district is at ``t`` relative to the daily mean (mean of the 24 values is 1)."""
    return _RHYTHM[int(local_hour(t))]


def rev_at(t: float) -> int:
    """A revision that grows with time: milliseconds since 1970. Owners without another counter use it."""
    return round(t * 1000)


def ticks(start: float, end: float, period_s: float, phase_s: float = 0.0) -> Iterator[float]:
    """Times ``k * period + phase`` with start < time <= end."""
    k = int((start - phase_s) // period_s) + 1
    while (t := k * period_s + phase_s) <= end:
        yield t
        k += 1


def arrivals(
    world: World, name: str, start: float, end: float, per_hour: float, *, steady: bool = False
) -> Iterator[tuple[float, str, Random]]:
    """Poisson arrivals with start < time <= end as (time, number, generator).

    ``per_hour`` is the daily mean, shaped by the rhythm of the day unless ``steady``. ``number`` is unique within
    ``name`` and reads like a log number (``1123-0412``: local month-day and count of that day). Give
    ``start - longest life`` to see everything that may still be alive.
    """
    for hour in range(int(start // HOUR), int(end // HOUR) + 1):
        mean = per_hour * (1.0 if steady else rhythm(hour * HOUR))
        for index, (t, number) in enumerate(_of_hour(world, name, hour, mean)):
            if start < t <= end:
                yield t, number, world.rng("life", name, hour, index)


def arrivals_of_hour(world: World, name: str, hour: int, per_hour: float) -> Iterator[tuple[float, str, Random]]:
    """``arrivals`` of that one hour since 1970 but for its last millisecond, so that no other hour is drawn."""
    return arrivals(world, name, hour * HOUR, (hour + 1) * HOUR - 0.001, per_hour)


def within(emissions: Iterable[Emission], start: float, end: float) -> list[Emission]:
    """Those with start < at <= end, in time order."""
    return sorted((e for e in emissions if start < e.at <= end), key=lambda e: e.at)


@lru_cache(maxsize=4096)  # a window is played many times a second, and looks back over the same hours
def _of_hour(world: World, name: str, hour: int, mean: float) -> tuple[tuple[float, str], ...]:
    """(time, number) of all that arrive in that hour since 1970, in time order."""
    rng = world.rng("arrivals", name, hour)
    times = sorted(hour * HOUR + rng.random() * HOUR for _ in range(_poisson(rng, mean)))
    day, of_day = divmod(int((hour * HOUR + UTC_OFFSET) // HOUR), 24)
    prefix = f"{_month_day(day)}-{of_day:02d}"
    return tuple((t, f"{prefix}{index:02d}") for index, t in enumerate(times))


def _poisson(rng: Random, mean: float) -> int:
    """Knuth's method; fine for means below some hundreds."""
    if mean > 500:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    limit, k, p = exp(-mean), 0, 1.0
    while p > limit:
        k += 1
        p *= rng.random()
    return k - 1


def _month_day(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).strftime("%m%d")
