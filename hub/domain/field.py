"""Facts of the hub's own feed (incidents, units, drones, cameras, roads, alarms) and of its actions (clues,
operations, tasks). Each fact is the whole state of its entity; the verb is in the event's type.

No field here can hold a name, a face, an identity number, a telephone number or an opinion of a person.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.model import Count, Fact, Fraction, Instant, Key, Position, Priority, Text

Degrees = Annotated[float, Meta(ge=-360, le=360)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Speed = Annotated[float, Meta(ge=0, le=400)]
Line = Annotated[tuple[Position, ...], Meta(max_length=2000)]

IncidentState = Literal["open", "dispatched", "on_scene", "closed", "diverted"]
UnitKind = Literal["patrol_car", "foot", "motorcycle", "traffic", "escort", "fire", "ambulance", "bus", "vehicle"]
UnitStatus = Literal["available", "en_route", "on_scene", "busy", "off_duty"]
DroneMode = Literal["docked", "takeoff", "transit", "on_station", "returning", "landing", "lost_link"]
AlarmState = Literal["raised", "acknowledged", "shelved", "cleared"]
ClueState = Literal["reported", "triaged", "transferred", "signed", "returned", "operation", "feedback", "closed"]
OperationState = Literal["planned", "running", "closed"]
TaskState = Literal["issued", "delivered", "seen", "accepted", "executing", "done", "refused", "expired", "cancelled"]


class Incident(Fact, frozen=True, kw_only=True):
    """A 110 call or a found incident. ``closed_at`` is ``None`` while it is open."""

    kind: Key
    priority: Priority
    state: IncidentState
    opened_at: Instant
    position: Position | None = None
    place: Text | None = None
    title: Text | None = None
    channel: str = "110"
    units: tuple[Key, ...] = ()
    answered_at: Instant | None = None
    dispatched_at: Instant | None = None
    arrived_at: Instant | None = None
    closed_at: Instant | None = None
    reason: Text | None = None
    diverted_to: Text | None = None
    operation: Key | None = None


class Unit(Fact, frozen=True, kw_only=True):
    """A patrol car, foot patrol, escort team, engine: something on duty, never a private person."""

    call_sign: Key
    kind: UnitKind
    status: UnitStatus
    position: Position | None = None
    heading_deg: Degrees | None = None
    speed_mps: Speed | None = None
    team: Text | None = None
    incident: Key | None = None
    since: Instant | None = None


class Drone(Fact, frozen=True, kw_only=True):
    """Telemetry of an aircraft; ``None`` is unknown, never 0.

    ``height_m``: above take-off. ``gimbal_yaw_deg``: true bearing. ``gimbal_pitch_deg``: 0 horizon, -90 down.
    ``home_minutes``: flying time home. ``link``: 0 (none) to 5. ``frame_at``: time of the newest picture frame, a clock
    of its own: pictures may stop while telemetry goes on.
    """

    call_sign: Key
    mode: DroneMode
    position: Position | None = None
    height_m: Annotated[float, Meta(ge=-100, le=9000)] | None = None
    heading_deg: Degrees | None = None
    speed_mps: Speed | None = None
    gimbal_pitch_deg: Annotated[float, Meta(ge=-120, le=60)] | None = None
    gimbal_yaw_deg: Degrees | None = None
    hfov_deg: Annotated[float, Meta(gt=0, lt=180)] | None = None
    battery_pct: Percent | None = None
    minutes_left: Annotated[float, Meta(ge=0, le=600)] | None = None
    home_minutes: Annotated[float, Meta(ge=0, le=600)] | None = None
    link: Annotated[int, Meta(ge=0, le=5)] | None = None
    incident: Key | None = None
    mission: Text | None = None
    announcement: Text | None = None
    finding: Text | None = None
    video: Literal["synthetic", "none"] = "none"
    frame_at: Instant | None = None


class Camera(Fact, frozen=True, kw_only=True):
    """A fixed camera: where it is and whether it gives a picture. Nothing is recognised in it."""

    name: Text
    position: Position
    state: Literal["live", "lost"]
    bearing_deg: Degrees | None = None
    since: Instant | None = None


class Road(Fact, frozen=True, kw_only=True):
    """A stretch of road. ``level``: 0 free, 1 slow, 2 heavy, 3 blocked."""

    name: Text
    path: Line
    level: Annotated[int, Meta(ge=0, le=3)]
    lanes: Annotated[int, Meta(ge=0, le=20)] = 0
    lanes_closed: Annotated[int, Meta(ge=0, le=20)] = 0
    cause: Text | None = None
    signal_plan: str | None = None
    officers: Count = 0
    since: Instant | None = None


class Alarm(Fact, frozen=True, kw_only=True):
    """Something that demands a response. ``root``: the alarm it is grouped under. ``subject``: (table, id)."""

    priority: Priority
    state: AlarmState
    title: Text
    raised_at: Instant
    root: Key | None = None
    subject: tuple[Key, Key] | None = None
    position: Position | None = None
    acknowledged_at: Instant | None = None
    shelved_until: Instant | None = None
    cleared_at: Instant | None = None


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a clue's road: who gave it to whom, when, why and until when an answer is due."""

    at: Instant
    verb: str
    sender: Key
    receiver: Key
    reason: Text | None = None
    due_at: Instant | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A counted result (suspects controlled, records recovered, money frozen): a number, never names."""

    title: Text
    value: float
    unit: Text | None = None


class Clue(Fact, frozen=True, kw_only=True):
    """A clue on its road. ``owner``: ``hub`` or a centre's name, exactly one; a transfer changes it when signed for.

    ``due_at``: when the step it is in must have happened. ``reviewed_by``: duty number of the person who reviewed a
    model's finding before it was reported.
    """

    title: Text
    priority: Priority
    state: ClueState
    origin: Key
    owner: Key
    reported_at: Instant
    to: Key | None = None
    due_at: Instant | None = None
    model: str | None = None
    reviewed_by: str | None = None
    records: Count | None = None
    hops: Annotated[tuple[Hop, ...], Meta(max_length=200)] = ()
    operation: Key | None = None
    incident: Key | None = None
    position: Position | None = None
    place: Text | None = None
    results: tuple[Tally, ...] = ()
    closed_at: Instant | None = None
    reason: Text | None = None


class Operation(Fact, frozen=True, kw_only=True):
    """A cluster operation. ``number``: as it is called, for example ``26-018``."""

    number: Key
    title: Text
    state: OperationState
    started_at: Instant
    centres: tuple[Key, ...] = ()
    clue: Key | None = None
    incident: Key | None = None
    position: Position | None = None
    closed_at: Instant | None = None
    results: tuple[Tally, ...] = ()


class Task(Fact, frozen=True, kw_only=True):
    """One line of a task list. ``area``: the polygon to cover, ``progress``: how much of it or of the work is done."""

    operation: Key
    title: Text
    assignee: Text
    state: TaskState
    issued_at: Instant
    due_at: Instant | None = None
    assignee_id: Key | None = None
    accepted_at: Instant | None = None
    started_at: Instant | None = None
    done_at: Instant | None = None
    cause: Text | None = None
    result: Text | None = None
    progress: Fraction | None = None
    area: Line = ()
    incident: Key | None = None
