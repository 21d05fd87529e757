"""The 21 models of grand supervision as rules over work orders, diverted calls and marks of police conduct.

A rule says which items are evidence and since when, what they have in common, and how many make a finding. Findings
are about units, places, channels and kinds, never about an officer or a citizen. Must not know simulators or panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Generic, Protocol, TypeVar

from hub.domain.model import Text
from hub.field.world import UTC_OFFSET

from .catalogue import CHANNELS, MarkKind, RuleKey, Scope, category
from .events import Diversion, WorkOrder

LOCAL = timezone(timedelta(seconds=UTC_OFFSET))
ASSIGN_WITHIN = timedelta(minutes=40)
SIGN_WITHIN = timedelta(minutes=30)
NIGHT_FROM, NIGHT_TO = 22, 6


class Item(Protocol):
    """Anything that has an id can be evidence."""

    @property
    def id(self) -> str:
        """Key of the item."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConductMark:
    """Something of police conduct that was marked: the unit, what, when. No officer."""

    id: str
    unit: Text
    kind: MarkKind
    at: datetime


T = TypeVar("T", bound=Item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """``when``: since when an item is evidence, ``None`` when it is none. ``about``: what it shares with others."""

    scope: Scope
    at_least: int
    about: Callable[[T], Text | None]
    when: Callable[[T], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a rule found: its items with the time each became evidence, in order of time.

    ``found``: the time of the one that reached the threshold.
    """

    about: Text
    found: datetime
    items: tuple[str, ...]
    moments: tuple[datetime, ...]


def evaluate(rule: Rule[T], items: Iterable[T], since: datetime, now: datetime) -> list[Evidence]:
    """Findings of one rule over the items whose evidence lies in since <= time <= now, in order of discovery."""
    groups: dict[str, list[tuple[datetime, str]]] = {}
    names: dict[str, Text] = {}
    for item in items:
        moment, about = rule.when(item), rule.about(item)
        if about is not None and moment is not None and since <= moment <= now:
            groups.setdefault(about.zh, []).append((moment, item.id))
            names[about.zh] = about
    found = [
        Evidence(
            about=names[key],
            found=pieces[rule.at_least - 1][0],
            items=tuple(id for _, id in pieces),
            moments=tuple(moment for moment, _ in pieces),
        )
        for key, pieces in ((key, sorted(group)) for key, group in groups.items())
        if len(pieces) >= rule.at_least
    ]
    return sorted(found, key=lambda one: (one.found, one.about.zh))


def unanswered_at(order: WorkOrder) -> datetime | None:
    """Since when an order is late: its due time, when it was not answered by then."""
    if order.due_at is None or order.state in ("merged", "cancelled"):
        return None
    answered = order.answered_at or order.closed_at
    return None if answered is not None and answered <= order.due_at else order.due_at


def _received(order: WorkOrder) -> datetime | None:
    return order.received_at


def _merged(order: WorkOrder) -> datetime | None:
    return order.closed_at if order.state == "merged" else None


def _unassigned(order: WorkOrder) -> datetime | None:
    due = order.received_at + ASSIGN_WITHIN
    done = order.assigned_at or order.closed_at
    return None if done is not None and done <= due else due


def _disliked(item: WorkOrder | Diversion) -> datetime | None:
    return item.revisited_at if item.satisfied is False else None


def _night_noise(order: WorkOrder) -> datetime | None:
    hour = order.received_at.astimezone(LOCAL).hour
    return order.received_at if order.kind == "noise" and (hour >= NIGHT_FROM or hour < NIGHT_TO) else None


def _of_kind(kind: str) -> Callable[[WorkOrder], datetime | None]:
    return lambda order: order.received_at if order.kind == kind else None


def _unsigned(call: Diversion) -> datetime | None:
    due = call.diverted_at + SIGN_WITHIN
    return None if call.department_signed_at is not None and call.department_signed_at <= due else due


def _unsettled(call: Diversion) -> datetime | None:
    return None if call.settled_at is not None and call.settled_at <= call.due_at else call.due_at


def _marked(kind: MarkKind) -> Callable[[ConductMark], datetime | None]:
    return lambda mark: mark.at if mark.kind == kind else None


def _place(order: WorkOrder) -> Text | None:
    return order.place


def _unit(order: WorkOrder) -> Text | None:
    return order.unit


def _kind(order: WorkOrder) -> Text | None:
    return category(order.kind).title


def _channel(order: WorkOrder) -> Text | None:
    known = CHANNELS.get(order.channel)
    return Text(order.channel, order.channel) if known is None else known.title


def _place_and_kind(order: WorkOrder) -> Text | None:
    if order.place is None:
        return None
    title = category(order.kind).title
    return Text(f"{order.place.zh} · {title.zh}", f"{order.place.en}: {title.en}")


def _department(call: Diversion) -> Text | None:
    return call.department


def _marked_unit(mark: ConductMark) -> Text | None:
    return mark.unit


ORDER_RULES: dict[RuleKey, Rule[WorkOrder]] = {
    "repeat_complaint": Rule(scope="place", at_least=4, about=_place_and_kind, when=_received),
    "same_place": Rule(scope="place", at_least=20, about=_place, when=_received),
    "same_unit": Rule(scope="unit", at_least=35, about=_unit, when=_received),
    "same_kind": Rule(scope="kind", at_least=30, about=_kind, when=_received),
    "duplicates": Rule(scope="place", at_least=4, about=_place, when=_merged),
    "slow_assignment": Rule(scope="channel", at_least=4, about=_channel, when=_unassigned),
    "slow_answer": Rule(scope="unit", at_least=4, about=_unit, when=unanswered_at),
    "dissatisfied": Rule(scope="unit", at_least=4, about=_unit, when=_disliked),
    "night_noise": Rule(scope="place", at_least=3, about=_place, when=_night_noise),
    "attitude": Rule(scope="unit", at_least=3, about=_unit, when=_of_kind("attitude")),
    "slow_response": Rule(scope="unit", at_least=3, about=_unit, when=_of_kind("slow_response")),
    "case_progress": Rule(scope="unit", at_least=4, about=_unit, when=_of_kind("case_progress")),
    "window_service": Rule(scope="unit", at_least=4, about=_unit, when=_of_kind("window_service")),
}
DIVERSION_RULES: dict[RuleKey, Rule[Diversion]] = {
    "divert_unsigned": Rule(scope="unit", at_least=3, about=_department, when=_unsigned),
    "divert_unsettled": Rule(scope="unit", at_least=2, about=_department, when=_unsettled),
    "divert_dissatisfied": Rule(scope="unit", at_least=2, about=_department, when=_disliked),
}
CONDUCT_RULES: dict[RuleKey, Rule[ConductMark]] = {
    "late_arrival": Rule(scope="unit", at_least=3, about=_marked_unit, when=_marked("late_arrival")),
    "recorder_off": Rule(scope="unit", at_least=2, about=_marked_unit, when=_marked("recorder_off")),
    "slow_feedback": Rule(scope="unit", at_least=3, about=_marked_unit, when=_marked("slow_feedback")),
    "call_reopened": Rule(scope="unit", at_least=2, about=_marked_unit, when=_marked("call_reopened")),
    "wrong_divert": Rule(scope="unit", at_least=2, about=_marked_unit, when=_marked("wrong_divert")),
}
