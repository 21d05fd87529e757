"""The hub's own topics and tables: which fact type each event string carries, where it folds, how a row is shown.

A visible table of names; it must not know any centre, nor who produces or reads a topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.domain.events import Stream
from hub.domain.field import (
    Alarm,
    Camera,
    Clue,
    Drone,
    Fixes,
    Handover,
    Incident,
    Operation,
    Road,
    Task,
    Undeclared,
    Unit,
)
from hub.domain.footprint import footprint
from hub.domain.kinds import kind
from hub.domain.model import Fact, Text
from hub.picture.fixes import Moved, Told
from hub.picture.fold import Fold, keep
from hub.picture.rows import JSON, Table, stamp
from hub.road.clocks import chased, clock_of
from hub.road.guard import guarded
from hub.road.states import CLUE, OPERATION, TASK

FIELD_TOPIC = "hub.field.events"
POSITIONS_TOPIC = "hub.field.positions"
ACTIONS_TOPIC = "hub.actions"

INCIDENT_VERBS = (
    "opened",
    "updated",
    "unit_assigned",
    "en_route",
    "on_scene",
    "unit_cleared",
    "closed",
    "reopened",
    "diverted",
    "signed",
    "chased",
)
CLUE_VERBS = (
    "reported",
    "triaged",
    "transferred",
    "recalled",
    "signed",
    "returned",
    "chased",
    "related",
    "linked",
    "fed_back",
    "closed",
)
TASK_VERBS = (
    "issued",
    "delivered",
    "seen",
    "accepted",
    "executing",
    "progressed",
    "chased",
    "done",
    "refused",
    "expired",
    "cancelled",
)
_FIELD_VERBS: Mapping[type[Fact], tuple[str, tuple[str, ...]]] = {
    Incident: ("incident", INCIDENT_VERBS),
    Drone: ("drone", ("health",)),
    Camera: ("camera", ("live", "lost")),
    Road: ("road", ("level_changed", "lanes_closed", "lanes_opened", "signal_plan_changed", "officers_sent")),
    Alarm: ("alarm", ("raised", "acknowledged", "shelved", "cleared")),
}
_POSITION_VERBS: Mapping[type[Fact], tuple[str, tuple[str, ...]]] = {
    Unit: ("unit", ("position",)),
    Fixes: ("unit", ("fixes",)),
    Drone: ("drone", ("telemetry",)),
}
_ACTION_VERBS: Mapping[type[Fact], tuple[str, tuple[str, ...]]] = {
    Clue: ("clue", CLUE_VERBS),
    Operation: ("operation", ("started", "updated", "closed")),
    Task: ("task", TASK_VERBS),
    # A duty officer acknowledges and shelves: these are the hub's own decisions, next to the raiser's facts.
    Alarm: ("alarm", ("acknowledged", "shelved", "cleared")),
    Handover: ("handover", ("offered", "signed")),
}
_TABLE_OF: Mapping[type[Fact], str] = {
    Incident: "incidents",
    Unit: "units",
    Drone: "drones",
    Camera: "cameras",
    Road: "roads",
    Alarm: "alarms",
    Clue: "clues",
    Operation: "operations",
    Task: "tasks",
    Handover: "handovers",
}
_UNDECLARED = "units_undeclared"
_FOLD_OF: Mapping[type[Fact], Fold] = {
    **{data: keep(table) for data, table in _TABLE_OF.items()},
    Unit: Told("units", _UNDECLARED),
    Fixes: Moved("units", _UNDECLARED),
    # What the hub owns walks its road, whoever writes to the topic.
    Clue: guarded(CLUE),
    Operation: guarded(OPERATION),
    Task: guarded(TASK),
}


def event_type(entity: str, verb: str) -> str:
    """``cn.hub.<entity>.<verb>.v1``."""
    return f"cn.hub.{entity}.{verb}.v1"


def _stream(topic: str, verbs: Mapping[type[Fact], tuple[str, tuple[str, ...]]], *, ephemeral: bool = False) -> Stream:
    events: dict[str, type[Fact]] = {}
    folds: dict[str, Any] = {}
    for data, (entity, names) in verbs.items():
        for verb in names:
            events[event_type(entity, verb)] = data
            folds[event_type(entity, verb)] = _FOLD_OF[data]
    return Stream(topic=topic, source="/hub/", events=events, folds=folds, ephemeral=ephemeral)


FIELD = _stream(FIELD_TOPIC, _FIELD_VERBS)
POSITIONS = _stream(POSITIONS_TOPIC, _POSITION_VERBS, ephemeral=True)
ACTIONS = _stream(ACTIONS_TOPIC, _ACTION_VERBS)
STREAMS: tuple[Stream, ...] = (FIELD, POSITIONS, ACTIONS)

EVENTS: Mapping[str, type[Fact]] = {**FIELD.events, **POSITIONS.events, **ACTIONS.events}
"""Every event type of the hub's own topics → its fact type."""


def _clock_fields(fact: Clue | Incident | Task) -> Mapping[str, JSON]:
    """``clock``: since when and until when the next step is waited for; ``chased``: how often it was. Neither where
    nothing is.
    """
    since, due = clock_of(_TABLE_OF[type(fact)], fact)
    out: dict[str, JSON] = {}
    if due is not None:
        out["clock"] = [None if since is None else stamp(since), stamp(due)]
    count = chased(fact)
    return out | {"chased": count} if count else out


def _incident_fields(fact: Incident) -> Mapping[str, JSON]:
    """``kind_title``, and ``title`` from kind and place when the incident has none of its own."""
    named = kind(fact.kind).title
    out: dict[str, JSON] = {"kind_title": msgspec.to_builtins(named)}
    out.update(_clock_fields(fact))
    if fact.title is None:
        out["title"] = msgspec.to_builtins(
            named if fact.place is None else Text(f"{named.zh} · {fact.place.zh}", f"{named.en}, {fact.place.en}")
        )
    return out


def _road_fields(fact: Road) -> Mapping[str, JSON]:
    """``position``: the vertex in the middle of the stretch, where its label stands."""
    middle = fact.path[len(fact.path) // 2] if fact.path else None
    if middle is None:
        return {"position": None}
    return {"position": {"lon": middle.lon, "lat": middle.lat, "frame": middle.frame, "ce_m": middle.ce_m}}


def _drone_fields(fact: Drone) -> Mapping[str, JSON]:
    """``footprint``: closed ring of [lon, lat] the camera sees on flat ground, ``footprint_clipped`` at its range."""
    p, height, yaw, pitch, hfov = (
        fact.position,
        fact.height_m,
        fact.gimbal_yaw_deg,
        fact.gimbal_pitch_deg,
        fact.hfov_deg,
    )
    seen = None
    if p is not None and height is not None and yaw is not None and pitch is not None and hfov is not None:
        seen = footprint(p, height, yaw, pitch, hfov)
    return {"footprint": seen and seen[0], "footprint_clipped": bool(seen and seen[1])}


def _incident_open(fact: Incident) -> bool:
    """A diverted call stays in sight until it is settled, when somebody supervises that."""
    return fact.state != "closed" and (fact.state != "diverted" or fact.closed_at is None)


def _never(fact: Undeclared) -> bool:
    return False


def _on_duty(fact: Unit) -> bool:
    return fact.status != "off_duty"


def _not_cleared(fact: Alarm) -> bool:
    return fact.state != "cleared"


def _clue_open(fact: Clue) -> bool:
    return fact.state != "closed"


TABLES: tuple[Table, ...] = (
    Table(
        name="incidents",
        title=Text("警情", "Incidents"),
        data=Incident,
        on_screen=_incident_open,
        derive=_incident_fields,
    ),
    Table(
        name="units",
        title=Text("警力单元", "Units"),
        data=Unit,
        expected_s=20,
        ephemeral=True,
        on_screen=_on_duty,
    ),
    Table(
        name=_UNDECLARED,
        title=Text("未登记定位对象", "Undeclared units"),
        data=Undeclared,
        ephemeral=True,
        on_screen=_never,  # who they are nobody has said: the API lists them, no wall shows them
        keep_s=None,  # bounded by number, not by age
    ),
    Table(
        name="drones",
        title=Text("无人机", "Drones"),
        data=Drone,
        expected_s=2,
        ephemeral=True,
        derive=_drone_fields,
    ),
    Table(name="cameras", title=Text("视频点位", "Cameras"), data=Camera, expected_s=60),
    Table(name="roads", title=Text("路况", "Roads"), data=Road, expected_s=120, derive=_road_fields),
    Table(name="alarms", title=Text("告警", "Alarms"), data=Alarm, on_screen=_not_cleared),
    Table(name="clues", title=Text("线索", "Clues"), data=Clue, on_screen=_clue_open, derive=_clock_fields),
    # Finished operations and tasks stay: their results and the "done" lane are what the commander looks at.
    Table(name="operations", title=Text("集群作战", "Cluster operations"), data=Operation),
    Table(name="tasks", title=Text("任务清单", "Task list"), data=Task, derive=_clock_fields),
    Table(name="handovers", title=Text("交接班", "Shift hand-overs"), data=Handover),
)
