"""Clocks of the road: until when each step must have happened, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from hub.domain.field import Hop
from hub.domain.model import seconds
from hub.road.states import CLUE, INCIDENT, TASK

HOUR = 3600.0
Seconds = Annotated[float, Meta(gt=0, le=90 * 24 * HOUR)]


class Targets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds a step may take; ``warn``: share of it after which the clock warns. Settings may change each.

    Limits that the law sets (a minor case's 48 hours, a dispute's three days) stand with the centres' facts.
    """

    triage: Seconds = HOUR
    transfer: Seconds = HOUR
    sign: Seconds = 2 * HOUR
    feedback: Seconds = 12 * HOUR
    accept: Seconds = 600.0
    chased: Seconds = HOUR
    close: Seconds = HOUR
    diverted_sign: Seconds = 24 * HOUR
    diverted: Seconds = 72 * HOUR
    warn: Annotated[float, Meta(gt=0, lt=1)] = 0.8


State = Literal["none", "on_time", "warn", "late"]


def state(since: float | None, due: float | None, now: float, warn: float = 0.8) -> tuple[State, float]:
    """How a clock stands, and the seconds left (below 0: late by). ``since``: when it began, epoch seconds; without it
    the clock does not warn. ``none`` when nothing is due.
    """
    if due is None:
        return "none", 0.0
    left = due - now
    if left < 0:
        return "late", left
    if since is not None and due > since and now - since >= warn * (due - since):
        return "warn", left
    return "on_time", left


class Clocked(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact's clock is read from: fields of a clue, a call, a task; others have none of them."""

    state: str = ""
    hops: tuple[Hop, ...] = ()
    due_at: datetime | None = None
    accept_by: datetime | None = None
    issued_at: datetime | None = None
    reported_at: datetime | None = None
    opened_at: datetime | None = None


class Clock(NamedTuple):
    """What is waited for: since when and until when, epoch seconds; ``None`` when nothing is."""

    since: float | None
    due: float | None


NO_CLOCK = Clock(None, None)
CHASED = "chased"
BESIDE = frozenset({CHASED, "related", "progressed", "updated"})
"""Hops that leave a thing in the step it is in."""
NOT_ACCEPTED = frozenset({"issued", "delivered", "seen"})
OVER: Mapping[str, frozenset[str]] = {machine.table: machine.ends for machine in (CLUE, INCIDENT, TASK)}
"""Table → states in which nothing is waited for any more; a table that is missing has no clock."""


def chased(fact: Any) -> int:
    """How often somebody was chased in the step a thing is in: chases since its newest other hop."""
    count = 0
    for hop in reversed(fact.hops):
        if hop.verb not in BESIDE:
            break
        count += hop.verb == CHASED
    return count


def clock_of(table: str, fact: Any) -> Clock:
    """The clock of a clue, a call or a task as it stands. ``fact``: one of those, or a ``Clocked``.

    A task must be accepted first and finished then. Of the others the step that set the time began it.
    """
    over = OVER.get(table)
    if over is None or fact.state in over:
        return NO_CLOCK
    if table == "tasks":
        due = fact.accept_by if fact.state in NOT_ACCEPTED and fact.accept_by is not None else fact.due_at
        return Clock(seconds(fact.issued_at), seconds(due))
    if fact.due_at is None:
        return NO_CLOCK
    began = next((hop.at for hop in reversed(fact.hops) if hop.due_at == fact.due_at), None)
    if began is None:
        began = (
            fact.hops[-1].at if fact.hops else getattr(fact, "reported_at", None) or getattr(fact, "opened_at", None)
        )
    return Clock(seconds(began), seconds(fact.due_at))
