"""Units and drones of a case, and how what it needs compares with what it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.domain.field import Drone, Unit
from hub.domain.model import Text, seconds
from hub.paper import views
from hub.paper.held import Taken
from hub.paper.known import Known
from hub.picture.fixes import told
from hub.picture.rows import Row

DRONE = Text("无人机", "Drone")
EXTRA = Text("其他已投入", "Assigned besides")
AWAY = ("refused", "cancelled", "expired")
"""States of a task that nobody does."""


def resources(taken: Taken, stamp: views.Stamp, known: Known) -> tuple[views.Resource, ...]:
    """Those of the case that the picture holds, by id."""
    out = []
    for key, at in sorted(ordered_of(taken).items()):
        row = taken.units.get(key) or taken.drones.get(key)
        if row is not None:
            out.append(_resource(row, at, stamp, known))
    return tuple(out)


def ordered_of(taken: Taken) -> dict[str, float | None]:
    """Units and drones of the case, with when they were ordered: sent to the incident, given a task, or saying
    themselves that they work on it.
    """
    call = taken.incident
    out: dict[str, float | None] = {}
    if call is not None:
        out = dict.fromkeys(call.units, seconds(call.dispatched_at))
    for task in taken.tasks:
        if task.assignee_id is not None and task.state not in AWAY:
            out.setdefault(task.assignee_id, task.issued_at.timestamp())
    for key, row in (*taken.units.items(), *taken.drones.items()):
        if call is not None and getattr(row.fact, "incident", None) == call.id:
            out.setdefault(key, None)
    return out


def _resource(row: Row, ordered: float | None, stamp: views.Stamp, known: Known) -> views.Resource:
    fact = row.fact
    age = max(0.0, stamp.printed_at - told(row))
    if isinstance(fact, Drone):
        battery = None if fact.battery_pct is None else f"{fact.battery_pct:.0f} %"
        return views.Resource(
            id=fact.id,
            call_sign=fact.call_sign,
            kind=DRONE,
            status=known.word("drone_mode", fact.mode),
            age_s=age,
            ordered_at=ordered,
            point=point_of(fact),
            drone=True,
            notes=None if battery is None else Text(f"电量 {battery}", f"battery {battery}"),
        )
    if not isinstance(fact, Unit):
        raise TypeError(f"a row of {type(fact).__name__} is no resource")
    return views.Resource(
        id=fact.id,
        call_sign=fact.call_sign,
        kind=known.word("unit_kind", fact.kind),
        status=known.word("unit_status", fact.status),
        age_s=age,
        team=fact.team,
        ordered_at=ordered,
        arrived_at=seconds(fact.since) if fact.status == "on_scene" else None,
        point=point_of(fact),
    )


def point_of(fact: Any) -> views.Point | None:
    """Where a fact with a position is."""
    return None if fact.position is None else (fact.position.lon, fact.position.lat)


def needs(taken: Taken, known: Known) -> tuple[views.Need, ...]:
    """What was asked for, filled in its order; then kinds nobody asked for of which the case has some."""
    have, free = _counts(taken)
    out = []
    for asked in known.asked:
        got, want = 0, asked.count
        for name in asked.kinds:
            used = min(have.get(name, 0), want - got)
            have[name] = have.get(name, 0) - used
            got += used
        spare = sum(free.get(name, 0) for name in asked.kinds)
        out.append(_need(asked.title, asked.kinds, got, spare, known, asked.count))
    for name, left in sorted(have.items()):
        if left:
            out.append(_need(EXTRA, (name,), left, free.get(name, 0), known))
    return tuple(out)


def _need(
    title: Text, kinds: Sequence[str], have: int, free: int, known: Known, count: int | None = None
) -> views.Need:
    words = tuple(DRONE if name == "drone" else known.word("unit_kind", name) for name in kinds)
    return views.Need(title=title, kinds=words, required=count, have=have, free=free)


def _counts(taken: Taken) -> tuple[dict[str, int], dict[str, int]]:
    """Kind → assigned to the case, and kind → free in the district."""
    have: dict[str, int] = {}
    free: dict[str, int] = {}
    ours = ordered_of(taken)
    for key, row in (*taken.units.items(), *taken.drones.items()):
        fact = row.fact
        if isinstance(fact, Unit | Drone):
            name = fact.kind if isinstance(fact, Unit) else "drone"
            idle = fact.status == "available" if isinstance(fact, Unit) else fact.mode == "docked"
            have[name] = have.get(name, 0) + (key in ours)
            free[name] = free.get(name, 0) + (idle and key not in ours)
    return have, free
