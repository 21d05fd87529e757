"""Alarms of the hub's own watch: urgent calls, drones, cameras, closed lanes, calls that wait. Raised, seen, cleared.

A modest rate, so that one is looked at: an alarm demands a response, a status does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.events import Emission
from hub.domain.field import Alarm, AlarmState
from hub.domain.kinds import kind
from hub.domain.model import Position, Text, instant
from hub.field import cameras, drones, roads
from hub.field.dispatch import attended
from hub.field.flights import drone_id
from hub.field.script import DESK, Script
from hub.field.topics import FIELD_TOPIC, event_type
from hub.field.world import HOUR, World, rev_at

SOURCE = "/hub/watch"
LONGEST_S = 10 * HOUR
_LATE_S = 90.0
"""A call that waits longer than this between answer and dispatch is an alarm."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an alarm is raised, from when until when (epoch seconds)."""

    id: str
    priority: int
    title: Text
    start: float
    until: float
    subject: tuple[str, str]
    position: Position | None


def facts(world: World, script: Script, start: float, end: float) -> Iterator[Emission]:
    """Alarm facts with start < time <= end."""
    for cause in causes(world, script, start - LONGEST_S, end):
        if cause.until > start:
            for emission in _life(world, cause):
                if start < emission.at <= end:
                    yield emission


def causes(world: World, script: Script, start: float, end: float) -> Iterator[Cause]:
    """Every cause that begins with start < time <= end."""
    for cause in (
        *_calls(world, script, start, end),
        *_drones(world, script, start, end),
        *_cameras(world, start, end),
        *_roads(world, start, end),
    ):
        if start < cause.start <= end:
            yield cause


def _life(world: World, cause: Cause) -> Iterator[Emission]:
    rng = world.rng("alarm", cause.id)
    seen = cause.start + rng.uniform(8, 45 if cause.priority == 1 else 240)
    shelved = seen + rng.uniform(20, 90) if cause.priority >= 3 and rng.random() < 0.12 else None
    again = min(cause.until - 5.0, (shelved or 0.0) + 1200.0)
    steps: list[tuple[float, str, AlarmState]] = [(cause.start, "raised", "raised")]
    if seen < cause.until - 10.0:
        steps.append((seen, "acknowledged", "acknowledged"))
        if shelved is not None and shelved < again - 60.0:
            steps.append((shelved, "shelved", "shelved"))
    steps.append((cause.until, "cleared", "cleared"))
    acknowledged = None
    for at, verb, state in steps:
        acknowledged = at if verb == "acknowledged" else acknowledged
        yield Emission(
            topic=FIELD_TOPIC,
            source=DESK if state in ("acknowledged", "shelved") else SOURCE,
            type=event_type("alarm", verb),
            at=at,
            data=Alarm(
                id=cause.id,
                rev=rev_at(at),
                priority=cause.priority,
                state=state,
                title=cause.title,
                raised_at=instant(cause.start),
                subject=cause.subject,
                position=cause.position,
                acknowledged_at=None if acknowledged is None else instant(acknowledged),
                shelved_until=instant(again) if state == "shelved" else None,
                cleared_at=instant(at) if state == "cleared" else None,
            ),
        )


def _calls(world: World, script: Script, start: float, end: float) -> Iterator[Cause]:
    for one in attended(world, script, start, end):
        call = one.call
        what, where = kind(call.kind).title, call.place
        if call.priority <= 2:
            title = Text(f"{what.zh} · {where.zh}", f"{what.en}, {where.en}")
            last = max((duty.clear for duty in one.duties), default=one.closed)
            raised = call.answered + 2.0
            yield Cause(f"A-{call.id}", call.priority, title, raised, last, ("incidents", call.id), call.position)
        elif call.phone is None and call.dispatched - call.answered > _LATE_S:
            title = Text(f"派警超时 · {where.zh}", f"Dispatch late, {where.en}")
            raised, over = call.answered + _LATE_S, call.dispatched + 20.0
            yield Cause(f"A-{call.id}-L", 3, title, raised, over, ("incidents", call.id), call.position)


def _drones(world: World, script: Script, start: float, end: float) -> Iterator[Cause]:
    for flight, what, raised, over in drones.troubles(world, script, start, end):
        key = drone_id(flight.drone)
        lost = what == "picture"
        title = (
            Text(f"{key} 画面停滞", f"{key} picture frozen") if lost else Text(f"{key} 电量低", f"{key} battery low")
        )
        yield Cause(f"A-{key}-{int(flight.start)}-{what[0].upper()}", 3, title, raised, over, ("drones", key), None)


def _cameras(world: World, start: float, end: float) -> Iterator[Cause]:
    for site, lost, back in cameras.outages(world, start, end):
        title = Text(f"视频中断 · {site.name.zh}", f"Camera lost, {site.name.en}")
        raised = lost + 30.0
        yield Cause(
            f"A-{site.id}-{int(lost)}", 4, title, raised, max(back, raised + 60), ("cameras", site.id), site.position
        )


def _roads(world: World, start: float, end: float) -> Iterator[Cause]:
    for stretch, shut, opened in roads.blocked(world, start, end):
        title = Text(f"车道封闭 · {stretch.name.zh}", f"Lane closed, {stretch.name.en}")
        middle = stretch.line[len(stretch.line) // 2]
        yield Cause(f"A-{stretch.id}-{int(shut)}", 3, title, shut + 60.0, opened, ("roads", stretch.id), middle)
