"""Lanes measured in turn, ABAB, each round watched for other processes' load. Knows nothing of what is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.bench.machine import Watch

OTHERS_MAX = 0.15
"""Share of all cores that processes other than the benchmark's own may use in a round; above it the round is void."""
Step = Callable[[str], None]
"""Called before every piece of work with what comes now."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the value of every lane, and the largest share of the machine others used in any of them."""

    values: Mapping[str, float]
    others: float


def interleave(lanes: Mapping[str, Callable[[int], float]], rounds: int, watch: Watch, step: Step) -> list[Round]:
    """Every lane once per round, in the order given, so that a slow spell meets all of them alike."""
    out = []
    for number in range(rounds):
        values, others = {}, 0.0
        for name, lane in lanes.items():
            step(f"round {number + 1} of {rounds}: {name}")
            with watch:
                values[name] = lane(number)
            others = max(others, watch.others)
        out.append(Round(values, others))
    return out


def quiet(rounds: Sequence[Round]) -> tuple[Sequence[Round], bool]:
    """The rounds to judge by and whether the whole is void: half of them at least must have had the machine to itself.

    A void measurement is still shown, from all its rounds.
    """
    good = [r for r in rounds if r.others <= OTHERS_MAX]
    void = 2 * len(good) < len(rounds) or not good
    return (rounds if void else good), void
