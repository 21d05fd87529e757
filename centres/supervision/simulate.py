"""Grand supervision's day: orders and diverted calls on their road, channels, index, findings and notices.

A pure function of the window (see ``centres/_template/simulate.py``). Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import TypeVar

from msgspec import structs

from hub.domain.events import Emission
from hub.domain.model import Fact, Position, instant
from hub.field.voice import speaker, told
from hub.field.world import HOUR, World, midnight, rev_at, ticks, within

from .catalogue import CHANNELS
from .events import SOURCE, TOPIC, Channel, Diversion, WorkOrder
from .orders import (
    DIVERSION_LIFE_S,
    ORDER_LIFE_S,
    diversion_at,
    diversion_steps,
    diversions_of,
    order_at,
    order_steps,
    orders_of,
)
from .oversight import FINISHED_S, Found, finding_at, findings, index, notice_at

signed = speaker(TOPIC, SOURCE)

DAY = 24 * HOUR
REPORT_S = 60.0
RESTATE_S = 300.0
FINDINGS_S = 30.0  # findings are told in steps of this, so that the rules are evaluated seldom
SPREAD_DEG, SPREAD_M = 0.003, 300.0
QUIET_S = 6 * HOUR
SHOWN_S = 6 * HOUR  # a diverted call, a finding or a notice that has ended is stated on for so long

T = TypeVar("T", WorkOrder, Diversion)
Told = tuple[str, float, Fact]
Orders = Callable[[int], tuple[WorkOrder, ...]]
Calls = Callable[[int], tuple[Diversion, ...]]


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    orders: Orders = partial(orders_of, world)
    calls: Calls = partial(diversions_of, world)
    said = (
        *_orders(world, orders, start, end),
        *_calls(world, calls, start, end),
        *_channels(orders, start, end),
        *_units(world, start, end),
        *_findings(world, orders, calls, start, end),
    )
    return within((signed(*fact) for fact in said), start, end)


def _orders(world: World, orders: Orders, start: float, end: float) -> Iterator[Told]:
    for order in _between(orders, start - ORDER_LIFE_S, end):
        if (order.closed_at or order.received_at).timestamp() <= start:
            continue  # said its last
        steps = order_steps(order)
        for t, verb in told(steps, start, end, RESTATE_S):
            fact = order_at(order, t, rev_at(t))
            yield f"work_order.{verb}", t, _placed(world, fact)


def _calls(world: World, calls: Calls, start: float, end: float) -> Iterator[Told]:
    for call in _between(calls, start - DIVERSION_LIFE_S - SHOWN_S, end):
        steps = diversion_steps(call)
        for t, verb in told(steps, start, end, RESTATE_S, SHOWN_S):
            yield f"diverted_call.{verb}", t, _placed(world, diversion_at(call, t, rev_at(t)))


def _channels(orders: Orders, start: float, end: float) -> Iterator[Told]:
    for number, (key, way) in enumerate(CHANNELS.items()):
        for t in ticks(start, end, REPORT_S, number * REPORT_S / len(CHANNELS)):
            times = [
                moment
                for order in _between(orders, t - DAY, t)
                if order.channel == key and (moment := order.received_at.timestamp()) <= t
            ]
            last = max(times, default=None)
            fact = Channel(
                id=key,
                rev=rev_at(t),
                kind=way.kind,
                state="speaking" if last is not None and t - last < QUIET_S else "quiet",
                title=way.title,
                received_today=sum(moment >= midnight(t) for moment in times),
                last_at=None if last is None else instant(last),
            )
            yield "intake_channel.counted", t, fact


def _units(world: World, start: float, end: float) -> Iterator[Told]:
    for t in ticks(start, end, REPORT_S, 7.0):
        for unit in index(world, t):
            yield "unit_index.ranked", t, unit


def _findings(world: World, orders: Orders, calls: Calls, start: float, end: float) -> Iterator[Told]:
    first = next(ticks(start, end, FINDINGS_S, 3.0), None)
    if first is None:
        return
    day = midnight(first - FINDINGS_S - FINISHED_S - SHOWN_S)
    while day <= end:
        last = min(day + DAY, end)  # what begins later is no evidence of anything found by then
        held = list(_between(orders, day - ORDER_LIFE_S, last))
        settled = list(_between(calls, day - DIVERSION_LIFE_S, last))
        for found in findings(world, day, held, settled):
            yield from _told(found, start, end)
        day += DAY


def _told(found: Found, start: float, end: float) -> Iterator[Told]:
    """A finding and its notice, each step told at the next tick."""
    steps = [(verb, _tick(t)) for verb, t in found.steps()]
    for t, verb in told(steps, start, end, RESTATE_S, SHOWN_S):
        yield f"supervision_finding.{verb}", t, finding_at(found, t)
    stages = [(verb, _tick(t)) for verb, t in found.notice_steps()]
    for t, stage in told(stages, start, end, RESTATE_S, SHOWN_S):
        yield f"supervision_notice.{stage}", t, notice_at(found, t)


def _between(hourly: Callable[[int], tuple[T, ...]], start: float, end: float) -> Iterator[T]:
    """Everything that began in an hour of start..end."""
    for hour in range(int(start // HOUR), int(end // HOUR) + 1):
        yield from hourly(hour)


def _placed(world: World, fact: T) -> T:
    """The fact with a position near its place, so that symbols of one neighbourhood do not hide each other."""
    for place in world.district.places:
        if fact.place == place.name:
            rng = world.rng("supervision.spot", fact.id)
            lon, lat = (c + rng.uniform(-SPREAD_DEG, SPREAD_DEG) for c in place.point)
            return structs.replace(fact, position=Position(round(lon, 5), round(lat, 5), "WGS84", SPREAD_M))
    return fact


def _tick(t: float) -> float:
    return ceil((t - 3.0) / FINDINGS_S) * FINDINGS_S + 3.0
