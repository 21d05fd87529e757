"""Work orders and diverted calls of the demo: whole lives by the hour they begin in, and what is known at a time.

Pure: an hour's lives depend on the hour alone. Must not know how often they are told, nor folds or panels.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import TypeVar

import msgspec

from hub.domain.model import Text, instant
from hub.field.district import Place
from hub.field.voice import lived_in
from hub.field.world import HOUR, UTC_OFFSET, World, arrivals_of_hour

from .catalogue import CHANNELS, DEPARTMENTS, DIVERTED_TO, category
from .events import Diversion, DiversionState, OrderState, WorkOrder

S = TypeVar("S")

ORDERS_PER_HOUR = 11.0
DIVERSIONS_PER_HOUR = 1.6
ORDER_LIFE_S = 16 * HOUR
DIVERSION_LIFE_S = 8 * HOUR
ANSWER_WITHIN_S = 8 * HOUR
SETTLE_WITHIN_S = 4 * HOUR
MINUTE = 60.0
KEPT_HOURS = 256  # hours remembered: a window is played many times a second, its past does not change
KINDS = {
    "noise": 16, "parking": 12, "housing": 11, "market_order": 8, "urban_rural": 6, "labour": 7, "environment": 5,
    "transport": 5, "street_light": 4, "illegal_dumping": 4, "bulky_items": 3, "road_damage": 4, "graffiti": 2,
    "education": 3, "health": 3, "commerce": 3, "civil_affairs": 2, "trees": 2, "enquiry": 4, "suggestion": 2,
    "traffic_fine": 4, "case_progress": 5, "window_service": 4, "slow_response": 3, "attitude": 3,
}  # fmt: skip
"""Kind → share of the orders."""
_KINDS, _KIND_SHARES = tuple(KINDS), tuple(accumulate(KINDS.values()))
_CHANNELS, _CHANNEL_SHARES = tuple(CHANNELS), tuple(accumulate(way.share for way in CHANNELS.values()))
_ORDER_STEPS: tuple[tuple[str, OrderState], ...] = (
    ("received_at", "received"),
    ("assigned_at", "assigned"),
    ("answered_at", "answered"),
    ("revisited_at", "revisited"),
    ("closed_at", "closed"),
)
_DIVERSION_STEPS: tuple[tuple[str, DiversionState], ...] = (
    ("diverted_at", "diverted"),
    ("community_signed_at", "signed"),
    ("department_signed_at", "signed"),
    ("settled_at", "settled"),
    ("revisited_at", "revisited"),
    ("closed_at", "closed"),
)


@lru_cache(maxsize=KEPT_HOURS)
def orders_of(world: World, hour: int) -> tuple[WorkOrder, ...]:
    """The orders received in that hour since 1970, each with its whole life (no ``rev`` yet: 1, and no position)."""
    found: list[WorkOrder] = []
    for t, number, rng in arrivals_of_hour(world, "supervision.orders", hour, ORDERS_PER_HOUR):
        if found and rng.random() < 0.12:  # somebody else says the same: a duplicate of the order before
            found.append(_duplicate(found[-1], t, number, rng))
        else:
            found.append(_order(world, t, number, rng))
    return tuple(found)


@lru_cache(maxsize=KEPT_HOURS)
def diversions_of(world: World, hour: int) -> tuple[Diversion, ...]:
    """The calls diverted in that hour, each with its whole life."""
    name = "supervision.diversions"
    return tuple(_diversion(world, t, n, rng) for t, n, rng in arrivals_of_hour(world, name, hour, DIVERSIONS_PER_HOUR))


def order_steps(order: WorkOrder) -> list[tuple[str, float]]:
    """(verb, epoch seconds) of a whole life, in time order."""
    if order.state == "merged":
        merged = order.closed_at or order.received_at
        return [("received", order.received_at.timestamp()), ("merged", merged.timestamp())]
    steps: list[tuple[str, float]] = [(state, _at(order, field).timestamp()) for field, state in _ORDER_STEPS]
    if order.overdue and order.due_at is not None:
        steps.append(("overdue", order.due_at.timestamp()))
    return sorted(steps, key=lambda step: step[1])


def order_at(order: WorkOrder, t: float, rev: int) -> WorkOrder:
    """What is known of the order at ``t`` (epoch seconds, not before it was received)."""
    now = instant(t)
    known, state = _reached(order, _ORDER_STEPS, now)
    if order.state == "merged" and state == "closed":
        state = "merged"
    return msgspec.structs.replace(
        order,
        rev=rev,
        state=state,
        satisfied=order.satisfied if known["revisited_at"] else None,
        overdue=order.overdue and order.due_at is not None and order.due_at <= now,
        merged_into=order.merged_into if state == "merged" else None,
        **known,
    )


def diversion_steps(call: Diversion) -> list[tuple[str, float]]:
    """(verb, epoch seconds) of a whole life, in time order."""
    return [("sent" if s == "diverted" else s, _at(call, field).timestamp()) for field, s in _DIVERSION_STEPS]


def diversion_at(call: Diversion, t: float, rev: int) -> Diversion:
    """What is known of the diverted call at ``t``."""
    known, state = _reached(call, _DIVERSION_STEPS, instant(t))
    satisfied = call.satisfied if known["revisited_at"] else None
    return msgspec.structs.replace(call, rev=rev, state=state, satisfied=satisfied, **known)


def stations(world: World) -> list[Place]:
    """Police stations."""
    return [place for place in world.district.places if place.kind == "police"]


def _order(world: World, t: float, number: str, rng: Random) -> WorkOrder:
    kind, place = _what_and_where(world, t, rng)
    assigned = t + (rng.uniform(45, 90) if rng.random() < 0.04 else rng.uniform(3, 35)) * MINUTE
    late = rng.random() < 0.09
    due = t + ANSWER_WITHIN_S
    answered = due + rng.uniform(0.2, 4) * HOUR if late else assigned + rng.uniform(0.3, 6.8) * HOUR
    revisited = answered + rng.uniform(10, 90) * MINUTE
    return WorkOrder(
        id=f"GD-{number}",
        rev=1,
        kind=kind,
        channel=rng.choices(_CHANNELS, cum_weights=_CHANNEL_SHARES)[0],
        state="closed",
        received_at=instant(t),
        category=category(kind).title,
        due_at=instant(due),
        assigned_at=instant(assigned),
        answered_at=instant(answered),
        revisited_at=instant(revisited),
        satisfied=rng.random() < (0.7 if late else 0.93),
        closed_at=instant(revisited + rng.uniform(5, 30) * MINUTE),
        overdue=late,
        unit=_answers(world, kind, place),
        place=place.name,
    )


def _duplicate(of: WorkOrder, t: float, number: str, rng: Random) -> WorkOrder:
    return WorkOrder(
        id=f"GD-{number}",
        rev=1,
        kind=of.kind,
        channel=rng.choice(_CHANNELS),
        state="merged",
        received_at=instant(t),
        category=of.category,
        due_at=instant(t + ANSWER_WITHIN_S),
        closed_at=instant(t + rng.uniform(2, 12) * MINUTE),
        merged_into=of.merged_into or of.id,
        unit=of.unit,
        place=of.place,
    )


def _what_and_where(world: World, t: float, rng: Random) -> tuple[str, Place]:
    """A kind and a place; each day one kind is a trouble at one place."""
    places = lived_in(world)
    day = int((t + UTC_OFFSET) // (24 * HOUR))
    if rng.random() < 0.06:
        today = world.rng("supervision.trouble", day)
        return today.choice(("noise", "parking", "market_order", "labour")), today.choice(places)
    return rng.choices(_KINDS, cum_weights=_KIND_SHARES)[0], rng.choice(places)


def _answers(world: World, kind: str, place: Place) -> Text:
    """The department of the kind, or the police station of the place."""
    department = category(kind).department
    if department != "station":
        return DEPARTMENTS[department]
    police = stations(world)
    return police[sum(map(ord, place.id)) % len(police)].name


def _diversion(world: World, t: float, number: str, rng: Random) -> Diversion:
    kind = rng.choice(list(DIVERTED_TO))
    place = rng.choice([place for place in lived_in(world) if place.kind == "neighbourhood"])
    community = t + rng.uniform(2, 14) * MINUTE
    department = community + (rng.uniform(20, 50) if rng.random() < 0.12 else rng.uniform(1, 15)) * MINUTE
    late = rng.random() < 0.08
    settled = t + SETTLE_WITHIN_S + rng.uniform(5, 60) * MINUTE if late else department + rng.uniform(0.4, 2.6) * HOUR
    revisited = settled + rng.uniform(10, 60) * MINUTE
    return Diversion(
        id=f"FL-{number}",
        rev=1,
        kind=kind,
        state="closed",
        incident=f"110-{number}",
        diverted_at=instant(t),
        due_at=instant(t + SETTLE_WITHIN_S),
        community=Text(f"{place.name.zh}社区", f"{place.name.en} community"),
        department=DEPARTMENTS[DIVERTED_TO[kind]],
        community_signed_at=instant(community),
        department_signed_at=instant(department),
        settled_at=instant(settled),
        revisited_at=instant(revisited),
        satisfied=rng.random() < (0.6 if late else 0.93),
        closed_at=instant(revisited + rng.uniform(3, 20) * MINUTE),
        place=place.name,
    )


def _at(thing: WorkOrder | Diversion, field: str) -> datetime:
    moment = getattr(thing, field)
    assert isinstance(moment, datetime)  # noqa: S101  # whole lives have every step
    return moment


def _reached(
    thing: WorkOrder | Diversion, steps: Sequence[tuple[str, S]], now: datetime
) -> tuple[dict[str, datetime | None], S]:
    """The times of a whole life that have come by now (field → time or ``None``), and the state of the last of them."""
    known: dict[str, datetime | None] = {}
    state = steps[0][1]
    for field, reached in steps:
        moment: datetime | None = getattr(thing, field)
        known[field] = moment if moment is not None and moment <= now else None
        state = reached if known[field] is not None else state
    return known, state
