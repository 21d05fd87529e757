"""Facts of the hub's own feed (incidents, units, drones, cameras, roads, alarms) and of its actions (clues,
operations, tasks). Each fact is the whole state of its entity; the verb is in the event's type.

No field here can hold a name, a face, an identity number, a telephone number or an opinion of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.model import Count, Fact, Fraction, Frame, Instant, Key, Position, Priority, Text

Degrees = Annotated[float, Meta(ge=-360, le=360)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Speed = Annotated[float, Meta(ge=0, le=400)]
Line = Annotated[tuple[Position, ...], Meta(max_length=2000)]
FIXES_MAX = 5000
"""Fixes in one record: about 230 kB, well below what every log takes."""
_RANGES: Mapping[str, tuple[int, int]] = {
    "lon": (-1_800_000_000, 1_800_000_000),
    "lat": (-900_000_000, 900_000_000),
    "ms": (0, 3_600_000),
    "heading": (-36_000, 36_000),
    "speed": (0, 4_000),
}


def _column(name: str) -> Meta:
    """Said in the schema; refused by ``Fixes`` itself, which can say at which index."""
    low, high = _RANGES[name]
    return Meta(extra_json_schema={"minimum": low, "maximum": high})


IncidentState = Literal["open", "dispatched", "on_scene", "closed", "diverted"]
UnitKind = Literal["patrol_car", "foot", "motorcycle", "traffic", "escort", "fire", "ambulance", "bus", "vehicle"]
UnitStatus = Literal["available", "en_route", "on_scene", "busy", "off_duty"]
DroneMode = Literal["docked", "takeoff", "transit", "on_station", "returning", "landing", "lost_link"]
AlarmState = Literal["raised", "acknowledged", "shelved", "cleared"]
ClueState = Literal["reported", "triaged", "transferred", "signed", "returned", "operation", "feedback", "closed"]
OperationState = Literal["planned", "running", "closed"]
TaskState = Literal["issued", "delivered", "seen", "accepted", "executing", "done", "refused", "expired", "cancelled"]


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a road: who gave it to whom, when, why and until when an answer is due.

    ``sender``, ``receiver``: ``hub``, a centre, a unit. ``actor``: the account that did it; ``None`` where the step
    came from another system. ``purpose``: a code of ``hub.road.commands.PURPOSES``.
    """

    at: Instant
    verb: str
    sender: Key
    receiver: Key
    reason: Text | None = None
    due_at: Instant | None = None
    actor: Key | None = None
    purpose: Key | None = None


Hops = Annotated[tuple[Hop, ...], Meta(max_length=200)]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A counted result (suspects controlled, records recovered, money frozen): a number, never names."""

    title: Text
    value: float
    unit: Text | None = None


class Incident(Fact, frozen=True, kw_only=True):
    """A 110 call or a found incident. ``closed_at`` is ``None`` while it is open.

    ``owner``: who has it, exactly one. ``due_at``: when the step it is in must have happened (a diverted one is
    supervised until it is closed).
    """

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
    owner: Key = "hub"
    due_at: Instant | None = None
    hops: Hops = ()
    results: tuple[Tally, ...] = ()


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


class Fixes(Fact, frozen=True, kw_only=True):
    """Where many things are, in columns, as a positioning platform says it: a sixteenth of the work of a fact each.

    ``id``, ``rev``: the gateway's own. The event's type says of which table the things are. Columns are of one length:
    ``things`` ids; ``lon``, ``lat`` 1e-7 degrees in ``frame``; ``ms`` after ``base``; ``heading`` 0.01 degrees and
    ``speed`` 0.1 m/s, ``None`` where not known. One thing may stand there more than once: its newest fix counts.
    """

    frame: Frame
    base: Instant
    things: Annotated[tuple[Key, ...], Meta(max_length=FIXES_MAX)]
    lon: tuple[Annotated[int, _column("lon")], ...]
    lat: tuple[Annotated[int, _column("lat")], ...]
    ms: tuple[Annotated[int, _column("ms")], ...]
    heading: tuple[Annotated[int, _column("heading")] | None, ...] | None = None
    speed: tuple[Annotated[int, _column("speed")] | None, ...] | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` naming the column, and the index of what does not fit."""
        count = len(self.things)
        for name, (low, high) in _RANGES.items():
            column: tuple[int | None, ...] | None = getattr(self, name)
            if column is None:
                continue
            if len(column) != count:
                raise ValueError(f"{name} has {len(column)} entries, things has {count}")
            known = [value for value in column if value is not None] if None in column else column
            if known and not low <= min(known) <= max(known) <= high:  # type: ignore[type-var,operator]
                index = next(i for i, value in enumerate(column) if value is not None and not low <= value <= high)
                raise ValueError(f"{name}[{index}] is {column[index]}, not within {low}..{high}")


class Undeclared(Fact, frozen=True, kw_only=True):
    """A thing that reports where it is and that no fact has described yet; nothing else is known of it."""

    position: Position | None = None
    heading_deg: Degrees | None = None
    speed_mps: Speed | None = None


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


class Clue(Fact, frozen=True, kw_only=True):
    """A clue on its road. ``owner``: ``hub`` or a centre's name, exactly one; a transfer changes it when signed for.

    ``due_at``: when the step it is in must have happened. ``reviewed_by``: duty number of the person who reviewed a
    model's finding before it was reported. ``cause``: why it was closed, a code of ``hub.road.reasons.CLOSINGS``.
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
    hops: Hops = ()
    operation: Key | None = None
    incident: Key | None = None
    linked: tuple[Key, ...] = ()
    merged_into: Key | None = None
    cause: Key | None = None
    position: Position | None = None
    place: Text | None = None
    results: tuple[Tally, ...] = ()
    closed_at: Instant | None = None
    reason: Text | None = None


class Operation(Fact, frozen=True, kw_only=True):
    """A cluster operation. ``number``: as it is called, for example ``26-018``. ``tasks``: the lines of its task
    list.
    """

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
    tasks: Annotated[tuple[Key, ...], Meta(max_length=500)] = ()
    hops: Hops = ()
    reason: Text | None = None


class Task(Fact, frozen=True, kw_only=True):
    """One line of a task list. ``area``: the polygon to cover, ``progress``: how much of it or of the work is done.

    ``group``: the team, police type or centre whose list it stands on. ``accept_by``, ``due_at``: when it must be
    accepted
    and finished. ``refusal``: a code of ``hub.road.reasons.REFUSALS``. ``instead_of``: the task it took the place of.
    """

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
    group: Text | None = None
    centre: Key | None = None
    accept_by: Instant | None = None
    delivered_at: Instant | None = None
    seen_at: Instant | None = None
    ended_at: Instant | None = None
    refusal: Key | None = None
    instead_of: Key | None = None
    results: tuple[Tally, ...] = ()
    hops: Hops = ()


class Handover(Fact, frozen=True, kw_only=True):
    """A shift handed over: what changed between ``since`` and ``until``, signed by the one who goes and the one who
    comes.

    ``digest``: of the list both of them signed; ``lines``: how many lines it had.
    """

    since: Instant
    until: Instant
    digest: Key
    lines: Count
    state: Literal["offered", "signed"]
    out_by: Key
    out_at: Instant
    in_by: Key | None = None
    in_at: Instant | None = None
