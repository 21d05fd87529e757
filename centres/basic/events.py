"""Facts of basic control: patrols, devices and their alarms, disputes, QR reports; see ``industry`` for the rest.

Can never be stored: who patrols, who lives somewhere, who quarrels, who reports. A dispute has a kind, a count of
people and a block; a device stands for a building, not a flat. Must not know panels or folds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from hub.domain.model import Count, Fact, Fraction, Instant, Key, Position, Text
from hub.picture.rows import JSON, Table, nothing

from .industry import IndustryReading, Inspection, ServiceRequest
from .modules import MODULES

NAME = "basic"
TOPIC = "centre.basic.events"
SOURCE = "/centre/basic/demo"

Percent = Annotated[float, Meta(ge=0, le=100)]
Visits = Annotated[int, Meta(ge=0, le=200)]
Yuan = Annotated[float, Meta(ge=0, le=1e9)]
PatrolKind = Literal["foot", "vehicle", "joint"]
PatrolState = Literal["on_plan", "behind", "missed"]
DeviceKind = Literal["smoke", "gate", "fall", "panic"]
DeviceState = Literal["healthy", "weak", "lost"]
AlarmKind = Literal["fire", "gate", "fall", "panic"]
AlarmState = Literal["raised", "acknowledged", "cleared"]
AlarmOutcome = Literal["real", "false", "test"]
DisputeKind = Literal["neighbour", "wages", "tenancy", "estate", "consumer", "traffic", "family"]
DisputeState = Literal["registered", "signed", "mediating", "settled", "followed_up", "referred"]
Party = Literal["police", "justice", "community", "department", "lawyer"]
Channel = Literal["110", "12345", "qr", "visit", "grid"]
ReportKind = Literal["hazard", "fire_lane", "nuisance", "lighting", "facility", "other"]
ReportState = Literal["received", "assigned", "answered"]


class Patrol(Fact, frozen=True, kw_only=True):
    """How a grid is patrolled. ``visits``: in the last two hours, ``planned``: what the plan wants in that time.

    ``coverage``: fraction of the grid's streets passed in the last two hours.
    """

    kind: PatrolKind
    state: PatrolState
    grid: Key
    place: Text
    visits: Visits
    planned: Visits
    coverage: Fraction
    position: Position | None = None
    visited_at: Instant | None = None


class Device(Fact, frozen=True, kw_only=True):
    """A device of a smart community. ``heard_at``: when it last spoke for itself; ``None`` is not known."""

    kind: DeviceKind
    state: DeviceState
    place: Text
    position: Position | None = None
    battery_pct: Percent | None = None
    heard_at: Instant | None = None


class DeviceAlarm(Fact, frozen=True, kw_only=True):
    """An alarm of a device. ``outcome``: what it proved to be, ``None`` until it is cleared."""

    kind: AlarmKind
    state: AlarmState
    device: Key
    place: Text
    raised_at: Instant
    position: Position | None = None
    acknowledged_at: Instant | None = None
    cleared_at: Instant | None = None
    outcome: AlarmOutcome | None = None


class Dispute(Fact, frozen=True, kw_only=True):
    """A dispute on its road. ``party``: which of the five parties mediates. ``due_at``: three days after registration.

    ``people``: how many are concerned. ``amount_yuan``: what it is about, where it is money. ``incident``/``clue``: the
    call or clue it came from. ``satisfied``: answer at the follow-up, ``None`` when not asked.
    """

    kind: DisputeKind
    state: DisputeState
    channel: Channel
    place: Text
    registered_at: Instant
    due_at: Instant
    party: Party | None = None
    people: Count = 2
    amount_yuan: Yuan | None = None
    signed_at: Instant | None = None
    settled_at: Instant | None = None
    followed_up_at: Instant | None = None
    satisfied: bool | None = None
    incident: Key | None = None
    clue: Key | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        if self.state in ("signed", "mediating", "settled", "followed_up") and self.party is None:
            raise ValueError("a dispute that was signed for says which party has it")
        if self.state in ("settled", "followed_up") and self.settled_at is None:
            raise ValueError("a settled dispute says when it was settled")


class QrReport(Fact, frozen=True, kw_only=True):
    """What came in by a QR code on a building. ``code``: the code's number. No text, no reporter."""

    kind: ReportKind
    state: ReportState
    code: Key
    place: Text
    received_at: Instant
    due_at: Instant
    answered_at: Instant | None = None
    position: Position | None = None


EVENTS: dict[str, type[Fact]] = {
    "cn.hub.grid_patrol.reported.v1": Patrol,
    "cn.hub.community_device.reported.v1": Device,
    "cn.hub.device_alarm.raised.v1": DeviceAlarm,
    "cn.hub.device_alarm.acknowledged.v1": DeviceAlarm,
    "cn.hub.device_alarm.cleared.v1": DeviceAlarm,
    "cn.hub.dispute.registered.v1": Dispute,
    "cn.hub.dispute.signed.v1": Dispute,
    "cn.hub.dispute.mediating.v1": Dispute,
    "cn.hub.dispute.settled.v1": Dispute,
    "cn.hub.dispute.followed_up.v1": Dispute,
    "cn.hub.dispute.referred.v1": Dispute,
    "cn.hub.qr_report.received.v1": QrReport,
    "cn.hub.qr_report.assigned.v1": QrReport,
    "cn.hub.qr_report.answered.v1": QrReport,
    "cn.hub.industry_reading.reported.v1": IndustryReading,
    "cn.hub.industry_reading.exceeded.v1": IndustryReading,
    "cn.hub.inspection.planned.v1": Inspection,
    "cn.hub.inspection.started.v1": Inspection,
    "cn.hub.inspection.found.v1": Inspection,
    "cn.hub.inspection.closed.v1": Inspection,
    "cn.hub.service_request.received.v1": ServiceRequest,
    "cn.hub.service_request.accepted.v1": ServiceRequest,
    "cn.hub.service_request.answered.v1": ServiceRequest,
}


def _ended_off_map(*ended: str) -> Callable[[Any], Mapping[str, JSON]]:
    """Rows in these states stay in the list and leave the map."""

    def derive(fact: Any) -> Mapping[str, JSON]:
        return {"position": None} if fact.state in ended else {}

    return derive


def _band(fact: IndustryReading) -> Mapping[str, JSON]:
    """``measure``, ``unit``, ``low`` and ``high`` of the reading's module."""
    module = MODULES[fact.kind]
    return {
        "measure": {"zh": module.measure.zh, "en": module.measure.en},
        "unit": {"zh": module.unit.zh, "en": module.unit.en},
        "low": module.low,
        "high": module.high,
    }


def _table(
    thing: str,
    title: Text,
    data: type[Fact],
    expected_s: float | None = None,
    derive: Callable[[Any], Mapping[str, JSON]] = nothing,
) -> Table:
    return Table(name=f"basic_{thing}", title=title, data=data, owner=NAME, expected_s=expected_s, derive=derive)


TABLES = (
    _table(
        "disputes", Text("矛盾纠纷", "Disputes"), Dispute, derive=_ended_off_map("settled", "followed_up", "referred")
    ),
    _table("patrols", Text("网格巡逻", "Grid patrols"), Patrol, 150.0),
    _table("devices", Text("小区设备", "Community devices"), Device, 150.0),
    _table("alarms", Text("设备告警", "Device alarms"), DeviceAlarm, derive=_ended_off_map("cleared")),
    _table("reports", Text("扫码上报", "QR reports"), QrReport, derive=_ended_off_map("answered")),
    _table("readings", Text("行业监测", "Industry readings"), IndustryReading, 120.0, derive=_band),
    _table("inspections", Text("检查整改", "Inspections"), Inspection, derive=_ended_off_map("closed")),
    _table("requests", Text("企业诉求", "Enterprise requests"), ServiceRequest, derive=_ended_off_map("answered")),
)
