"""What a measurement says: figures with their goals, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from hub.bench.lanes import Round, quiet

JSON = Any


class Figure(msgspec.Struct, frozen=True, kw_only=True, rename={"passed": "pass"}):
    """One row. ``ours``, ``limit``, ``peer`` in ``unit``; ``ratio`` with ``min`` and ``max`` is what ``goal`` bounds.

    ``goal_is``: ``at_most`` or ``at_least`` (of ``ratio``), or ``contains`` (the goal lies between min and max).
    ``void``: the machine was busy with other things, so nothing is judged. ``passed``: ``None`` when void or without a
    goal. ``detail``: what else was seen.
    """

    title: str
    unit: str
    ours: float | None
    limit: float | None
    peer: float | None
    ratio: float
    min: float
    max: float
    goal: float | None
    goal_is: str
    passed: bool | None
    void: bool
    note: str = ""
    detail: dict[str, JSON] = {}


def judged(
    *,
    title: str,
    unit: str,
    rounds: Sequence[Round],
    ours: str = "ours",
    limit: str = "limit",
    peer: str = "peer",
    goal: float | None,
    goal_is: str = "at_most",
    note: str = "",
    detail: Mapping[str, JSON] | None = None,
    quiet_needed: bool = True,
) -> Figure:
    """The median over the quiet rounds of ``ours / limit`` against a goal. Lanes are named; the peer may be missing.

    ``quiet_needed``: false for counts, which do not depend on who else uses the machine.
    """
    used, void = quiet(rounds) if quiet_needed else (rounds, False)
    ratios = [r.values[ours] / r.values[limit] for r in used]
    peers = [r.values[peer] for r in used if peer in r.values]
    return Figure(
        title=title,
        unit=unit,
        ours=median(r.values[ours] for r in used),
        limit=median(r.values[limit] for r in used),
        peer=median(peers) if peers else None,
        ratio=median(ratios),
        min=min(ratios),
        max=max(ratios),
        goal=goal,
        goal_is=goal_is,
        passed=None if void else verdict(median(ratios), min(ratios), max(ratios), goal, goal_is),
        void=void,
        note=note,
        detail={**(detail or {}), "rounds": len(rounds), "others": [round(r.others, 3) for r in rounds]},
    )


def verdict(ratio: float, low: float, high: float, goal: float | None, goal_is: str) -> bool | None:
    """Whether a goal is met; ``None`` without one. ``ValueError`` for an unknown ``goal_is``."""
    if goal is None:
        return None
    if goal_is == "at_most":
        return ratio <= goal
    if goal_is == "at_least":
        return ratio >= goal
    if goal_is == "contains":
        return low <= goal <= high
    raise ValueError(goal_is)


def as_json(figures: Mapping[str, Figure], machine: Mapping[str, JSON]) -> bytes:
    """One object: a key per figure, and ``machine``."""
    everything: dict[str, JSON] = {**figures, "machine": dict(machine)}
    return msgspec.json.format(msgspec.json.encode(everything), indent=2)


_GOAL = {"at_most": "≤", "at_least": "≥", "contains": "∋"}


def show(figures: Mapping[str, Figure], machine: Mapping[str, JSON], console: Console) -> None:
    """Print the table, the notes below it and the machine."""
    table = Table(title="hub bench", title_justify="left")
    for name in ("", "what", "ours", "limit", "peer", "unit", "ratio (min–max)", "goal", ""):
        table.add_column(name, justify="left" if name in ("", "what", "unit") else "right")
    for key, f in figures.items():
        goal = "" if f.goal is None else f"{_GOAL[f.goal_is]} {f.goal:g}"
        state = "void" if f.void else "" if f.passed is None else "ok" if f.passed else "missed"
        spread = f"{f.ratio:.3g} ({f.min:.3g}–{f.max:.3g})"
        row = (key, f.title, _number(f.ours), _number(f.limit), _number(f.peer), f.unit, spread, goal, state)
        table.add_row(*row, style={"missed": "bold", "void": "dim"}.get(state))
    console.print(table)
    for key, f in figures.items():
        if f.void:
            console.print(f"{key}: void, other processes used more than the bound while it was measured")
        if f.note:
            console.print(f"{key}: {f.note}")
    console.print("  ".join(f"{name} {value}" for name, value in machine.items()), soft_wrap=True)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
