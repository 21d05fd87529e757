"""Age and what it means. Pure: a state is a function of age and of the interval at which something normally speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Look = Literal["fresh", "late", "stale", "lost"]
LATE, STALE, LOST = 1.0, 3.0, 10.0
"""Age over expected interval at which a thing becomes late, stale, lost."""
AHEAD_S = 5.0
"""A source whose clock is more than this ahead of the hub's is flagged, not shown as fresh."""


def look(age_s: float | None, expected_s: float | None, grace_s: float = 0.0) -> Look:
    """How something last heard ``age_s`` ago looks; ``None`` age: never heard, lost; ``None`` interval: always fresh.

    ``grace_s`` is added to the interval for transport (one real second, in hub seconds).
    """
    if expected_s is None:
        return "fresh"
    if age_s is None:
        return "lost"
    ratio = age_s / (expected_s + grace_s)
    if ratio <= LATE:
        return "fresh"
    if ratio <= STALE:
        return "late"
    return "stale" if ratio <= LOST else "lost"


def ahead(ahead_s: float, rate: float) -> float | None:
    """By how many seconds a source's clock is ahead, when that is worth saying; ``rate``: hub seconds per second."""
    return round(ahead_s, 1) if ahead_s > AHEAD_S * max(1.0, rate) else None


def look_of(at: float | None, ahead_s: float, expected_s: float | None, now: float, rate: float) -> Look:
    """How a source last heard at ``at`` (epoch seconds) looks. One whose clock is ahead never looks fresh: nobody
    knows how old what it says is.
    """
    seen = look(None if at is None else now - at, expected_s, grace_s=rate)
    return "late" if seen == "fresh" and ahead(ahead_s, rate) is not None else seen


def taken(counters: Mapping[str, int], topic: str) -> int:
    """How many records of a topic the hub has read, whatever became of them."""
    return sum(counters.get(f"{topic} {outcome}", 0) for outcome in ("applied", "superseded", "dead"))


def percentile(values: list[float], fraction: float) -> float | None:
    """Nearest-rank percentile (``fraction`` 0..1); ``None`` of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(fraction * len(ordered) + 0.999999) - 1))]
