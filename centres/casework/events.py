"""Facts of law enforcement and case handling: custody places, zones, alarms, 48-hour cases, escorts and services.

Can never be stored: a name, a number of a person, a face, a coordinate. A custody row is the *place* 03号; when the
person leaves, the row forgets everything, so nothing links one stay with the next or with a case. Must not know panels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.model import Count, Fact, Instant, Key, Priority, Text
from hub.picture.rows import JSON, Table

from .floor import LONGEST_CUSTODY, MINOR_CASE_LIMIT, ROOMS, Stage, ZoneKey, ZoneKind, officers_needed, stage_due

NAME = "casework"
TOPIC = "centre.casework.events"
SOURCE = "/centre/casework/demo"

Number = Annotated[str, Meta(pattern=r"^\d{2}号$")]
"""Pseudonymous number of a custody place, ``03号``; handed out anew with every stay."""
Cells = Annotated[int, Meta(ge=0, le=12)]
Persons = Annotated[int, Meta(ge=1, le=20)]
People = Annotated[int, Meta(ge=0, le=500)]
Yuan = Annotated[float, Meta(ge=0, le=1e9)]

CustodyState = Literal["free", "occupied"]
ZoneState = Literal["empty", "in_use", "full"]
AlarmKind = Literal["overstay", "check_missed", "wrong_zone", "health"]
AlarmState = Literal["raised", "acknowledged", "cleared"]
AreaState = Literal["safe", "alarm"]
CaseKind = Literal["dangerous_driving", "theft", "minor_injury", "small_fraud", "public_order", "gambling"]
CaseState = Literal["investigation", "prosecution", "trial", "closed"]
EscortKind = Literal["to_court", "to_procuratorate", "to_detention", "to_hospital", "to_scene"]
EscortState = Literal["requested", "assigned", "under_way", "done", "cancelled"]
PropertyKind = Literal["phone", "e_bike", "vehicle", "jewellery", "goods", "equipment"]
AppraisalState = Literal["requested", "under_way", "done"]
TrainingKind = Literal["custody_safety", "procedure", "first_aid", "escort", "evidence", "equipment"]
TrainingState = Literal["planned", "running", "done"]


class Custody(Fact, frozen=True, kw_only=True):
    """A custody place and, while it is occupied, the stay in it.

    ``since_at``: in this zone since. ``leave_by``: end of the longest lawful stay (24 h). ``medical``: needs medical
    attention, nothing more is said. A free place holds none of these.
    """

    number: Number
    state: CustodyState
    zone: ZoneKey | None = None
    since_at: Instant | None = None
    entered_at: Instant | None = None
    leave_by: Instant | None = None
    checked_at: Instant | None = None
    next_check_at: Instant | None = None
    medical: bool | None = None

    def __post_init__(self) -> None:
        needed = (self.zone, self.since_at, self.entered_at, self.leave_by, self.next_check_at, self.medical)
        if self.state == "free" and any(value is not None for value in (*needed, self.checked_at)):
            raise ValueError("a free custody place keeps nothing of the stay before")
        if self.state == "occupied" and any(value is None for value in needed):
            raise ValueError("an occupied custody place has zone, times, next check and medical flag")
        if self.entered_at and self.leave_by and self.leave_by - self.entered_at > LONGEST_CUSTODY:
            raise ValueError("nobody is kept longer than 24 hours")


class Box(msgspec.Struct, frozen=True):
    """Where the plan draws a zone, in cells of a 12 by 8 grid."""

    left: Cells
    top: Cells
    wide: Cells
    high: Cells


class Zone(Fact, frozen=True, kw_only=True):
    """A zone of the floor plan and how many are in it. ``alarms``: alarms there that are not cleared."""

    kind: ZoneKind
    state: ZoneState
    title: Text
    capacity: Persons
    occupied: People
    plan: Box
    alarms: Count = 0

    def __post_init__(self) -> None:
        state = "empty" if self.occupied == 0 else "full" if self.occupied >= self.capacity else "in_use"
        if self.state != state:
            raise ValueError(f"{self.occupied} of {self.capacity} is {state!r}, not {self.state!r}")


class CustodyAlarm(Fact, frozen=True, kw_only=True):
    """Something in the area that needs a person now: overstayed, check missed, wrong zone, health."""

    kind: AlarmKind
    state: AlarmState
    priority: Priority
    zone: ZoneKey
    number: Number
    raised_at: Instant
    acknowledged_at: Instant | None = None
    cleared_at: Instant | None = None

    def __post_init__(self) -> None:
        if self.state == "acknowledged" and self.acknowledged_at is None:
            raise ValueError("an acknowledged alarm says when it was acknowledged")
        if (self.state == "cleared") != (self.cleared_at is not None):
            raise ValueError("an alarm has the time of its clearing when it is cleared, and only then")


class Area(Fact, frozen=True, kw_only=True):
    """The whole area. ``accident_free_since``: the day of the last accident; zero accidents are counted from it."""

    title: Text
    state: AreaState
    accident_free_since: Instant
    occupied: People
    capacity: Persons
    checks_today: Count
    checks_late_today: Count
    alarms: Count


class MinorCase(Fact, frozen=True, kw_only=True):
    """A minor case on its 48-hour clock. ``due_at`` is its opening plus 48 hours, always; the stages follow in order.

    ``investigated_at``, ``prosecuted_at``: end of that stage. ``closed_at``: judgment.
    """

    kind: CaseKind
    state: CaseState
    opened_at: Instant
    due_at: Instant
    investigated_at: Instant | None = None
    prosecuted_at: Instant | None = None
    closed_at: Instant | None = None

    def __post_init__(self) -> None:
        if self.due_at - self.opened_at != MINOR_CASE_LIMIT:
            raise ValueError("a minor case is due 48 hours after its opening")
        times = (self.opened_at, self.investigated_at, self.prosecuted_at, self.closed_at)
        reached = ("investigation", "prosecution", "trial", "closed").index(self.state) + 1
        known = [moment for moment in times[:reached] if moment is not None]
        if len(known) != reached or any(times[reached:]):
            raise ValueError(f"a case in {self.state!r} has the end of each stage before it, and of no other")
        if known != sorted(known):
            raise ValueError("the stages of a case follow one another")


class Escort(Fact, frozen=True, kw_only=True):
    """A run of the central escort team. ``team``: call sign. At least two officers go with each person."""

    kind: EscortKind
    state: EscortState
    persons: Persons
    officers: People
    requested_at: Instant
    due_at: Instant
    team: Key | None = None
    set_out_at: Instant | None = None
    done_at: Instant | None = None

    def __post_init__(self) -> None:
        if self.state in ("under_way", "done") and self.officers < officers_needed(self.persons):
            raise ValueError(f"{self.persons} persons need {officers_needed(self.persons)} officers")
        if self.state == "done" and self.done_at is None:
            raise ValueError("a finished run says when it ended")


class Appraisal(Fact, frozen=True, kw_only=True):
    """Price appraisal of property in a case. ``items``: pieces. ``value_yuan``: known when done."""

    kind: PropertyKind
    state: AppraisalState
    items: Annotated[int, Meta(ge=1, le=100_000)]
    requested_at: Instant
    due_at: Instant
    done_at: Instant | None = None
    value_yuan: Yuan | None = None

    def __post_init__(self) -> None:
        done = self.state == "done"
        if done != (self.done_at is not None) or done != (self.value_yuan is not None):
            raise ValueError("an appraisal has its time and value when it is done, and only then")


class Training(Fact, frozen=True, kw_only=True):
    """A session of the training base. ``present``: officers in the room, a count; ``None`` before it begins."""

    kind: TrainingKind
    state: TrainingState
    starts_at: Instant
    ends_at: Instant
    seats: People
    present: People | None = None


EVENTS: dict[str, type[Fact]] = {
    "cn.hub.custody.entered.v1": Custody,
    "cn.hub.custody.moved.v1": Custody,
    "cn.hub.custody.checked.v1": Custody,
    "cn.hub.custody.left.v1": Custody,
    "cn.hub.custody.stated.v1": Custody,
    "cn.hub.custody_zone.counted.v1": Zone,
    "cn.hub.custody_alarm.raised.v1": CustodyAlarm,
    "cn.hub.custody_alarm.acknowledged.v1": CustodyAlarm,
    "cn.hub.custody_alarm.cleared.v1": CustodyAlarm,
    "cn.hub.custody_area.stated.v1": Area,
    "cn.hub.minor_case.opened.v1": MinorCase,
    "cn.hub.minor_case.moved.v1": MinorCase,
    "cn.hub.minor_case.closed.v1": MinorCase,
    "cn.hub.escort.requested.v1": Escort,
    "cn.hub.escort.assigned.v1": Escort,
    "cn.hub.escort.set_out.v1": Escort,
    "cn.hub.escort.done.v1": Escort,
    "cn.hub.escort.cancelled.v1": Escort,
    "cn.hub.appraisal.requested.v1": Appraisal,
    "cn.hub.appraisal.started.v1": Appraisal,
    "cn.hub.appraisal.done.v1": Appraisal,
    "cn.hub.training.planned.v1": Training,
    "cn.hub.training.started.v1": Training,
    "cn.hub.training.ended.v1": Training,
}


def _zone_title(fact: Custody | CustodyAlarm) -> Mapping[str, JSON]:
    """``place``: the zone's title, what the page's place filter looks at."""
    if fact.zone is None:
        return {"place": None}
    title = ROOMS[fact.zone].title
    return {"place": {"zh": title.zh, "en": title.en}}


def _custody_fields(fact: Custody) -> Mapping[str, JSON]:
    """``place`` as for alarms; ``care``: ``attention`` when the person needs a doctor's eye, else ``None``."""
    return {**_zone_title(fact), "care": "attention" if fact.medical else None}


def _case_clock(fact: MinorCase) -> Mapping[str, JSON]:
    """``stage_due_at``: RFC 3339, ``None`` when closed; ``in_time``: whether a closed case kept the 48 hours."""
    if fact.state == "closed":
        return {"stage_due_at": None, "in_time": fact.closed_at is not None and fact.closed_at <= fact.due_at}
    stage: Stage = fact.state
    return {"stage_due_at": stage_due(fact.opened_at, stage).isoformat(), "in_time": None}


TABLES = (
    Table(
        name="casework_custody",
        title=Text("在区人员", "In custody"),
        data=Custody,
        owner=NAME,
        expected_s=60.0,
        derive=_custody_fields,
    ),
    Table(name="casework_zones", title=Text("办案区平面", "Floor plan"), data=Zone, owner=NAME, expected_s=60.0),
    Table(
        name="casework_alarms",
        title=Text("办案区告警", "Custody alarms"),
        data=CustodyAlarm,
        owner=NAME,
        derive=_zone_title,
    ),
    Table(name="casework_area", title=Text("办案区", "Case-handling area"), data=Area, owner=NAME, expected_s=10.0),
    Table(
        name="casework_cases",
        title=Text("48小时快办案件", "48-hour cases"),
        data=MinorCase,
        owner=NAME,
        derive=_case_clock,
    ),
    Table(name="casework_escorts", title=Text("集中押解", "Escorts"), data=Escort, owner=NAME),
    Table(
        name="casework_appraisals", title=Text("涉案财物价格认定", "Property appraisals"), data=Appraisal, owner=NAME
    ),
    Table(
        name="casework_training", title=Text("实训基地", "Training base"), data=Training, owner=NAME, expected_s=300.0
    ),
)
