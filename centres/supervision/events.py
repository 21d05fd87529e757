"""Facts of grand supervision: channels, work orders, diverted calls, units, findings of its models, notices.

Can never be stored: what a complaint says, who wrote it, which officer it is about. A work order has a kind, a place
and clocks; a finding counts evidence about a unit or a place. Must not know panels or folds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from hub.domain.model import Count, Fact, Instant, Key, Position, Text
from hub.picture.rows import JSON, Table

from .catalogue import ChannelKind, MarkKind, RuleKey, Scope, category

NAME = "supervision"
TOPIC = "centre.supervision.events"
SOURCE = "/centre/supervision/demo"

Duty = Annotated[str, Meta(pattern=r"^\d{4}$")]
"""Duty number of the officer who reviewed."""
Score = Annotated[float, Meta(ge=0, le=100)]
Rank = Annotated[int, Meta(ge=1, le=1000)]

ChannelState = Literal["speaking", "quiet"]
OrderState = Literal["received", "merged", "assigned", "answered", "revisited", "referred", "closed", "cancelled"]
DiversionState = Literal["diverted", "signed", "settled", "revisited", "closed", "returned"]
UnitKind = Literal["station", "squad", "district"]
UnitState = Literal["good", "fair", "poor"]
FindingState = Literal["found", "reviewed", "noticed"]
Verdict = Literal["accepted", "rejected"]
NoticeState = Literal["issued", "rectifying", "rectified", "closed"]


class Channel(Fact, frozen=True, kw_only=True):
    """One of the 23 intake channels. ``last_at``: when it last brought something; ``quiet``: nothing for six hours."""

    kind: ChannelKind
    state: ChannelState
    title: Text
    received_today: Count
    last_at: Instant | None = None


class WorkOrder(Fact, frozen=True, kw_only=True):
    """A complaint or request as a work order. ``kind``: a key of the catalogue, or any other; there is no text in it.

    ``merged_into``: the order it duplicates. ``incident``: the 110 call it came from. ``overdue``: it was not answered
    by ``due_at``. Where only the end of an order is known (a stranger's export), ``closed_at`` counts as its answer.
    """

    kind: Key
    channel: Key
    state: OrderState
    received_at: Instant
    category: Text | None = None
    due_at: Instant | None = None
    assigned_at: Instant | None = None
    answered_at: Instant | None = None
    revisited_at: Instant | None = None
    satisfied: bool | None = None
    closed_at: Instant | None = None
    overdue: bool = False
    merged_into: Key | None = None
    incident: Key | None = None
    unit: Text | None = None
    place: Text | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        if self.merged_into == self.id:
            raise ValueError("an order is not a duplicate of itself")
        if self.satisfied is not None and self.revisited_at is None:
            raise ValueError("satisfied or not is known from a revisit: revisited_at is missing")
        if self.overdue and self.due_at is None:
            raise ValueError("an order without a due time cannot be overdue")


class Diversion(Fact, frozen=True, kw_only=True):
    """A 110 call that is no police matter, given to 12345 and supervised to its close.

    ``kind``: kind of the call. Community and department each sign for it; it is settled only after a signature and
    closed only after a revisit.
    """

    kind: Key
    state: DiversionState
    incident: Key
    diverted_at: Instant
    due_at: Instant
    community: Text
    department: Text
    community_signed_at: Instant | None = None
    department_signed_at: Instant | None = None
    settled_at: Instant | None = None
    revisited_at: Instant | None = None
    satisfied: bool | None = None
    closed_at: Instant | None = None
    place: Text | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        signed = self.community_signed_at or self.department_signed_at
        if self.state in ("signed", "settled", "revisited", "closed") and not signed:
            raise ValueError(f"a call is {self.state!r} only after somebody signed for it")
        if self.state in ("settled", "revisited", "closed") and self.settled_at is None:
            raise ValueError(f"a call is {self.state!r} only after it was settled")
        if self.state in ("revisited", "closed") and (self.revisited_at is None or self.satisfied is None):
            raise ValueError(f"a call is {self.state!r} only after a revisit with an answer")
        if (self.state == "closed") != (self.closed_at is not None):
            raise ValueError("a call has the time of its close when it is closed, and only then")


class Mark(msgspec.Struct, frozen=True):
    """How often something of police conduct was marked today: a count of a unit, never of an officer."""

    kind: MarkKind
    count: Count


class Unit(Fact, frozen=True, kw_only=True):
    """A unit in the evaluation index. ``rank`` of ``out_of``; the row ``district`` ranks the district in the city."""

    kind: UnitKind
    state: UnitState
    title: Text
    score: Score
    rank: Rank
    out_of: Rank
    rank_before: Rank | None = None
    marks: Annotated[tuple[Mark, ...], Meta(max_length=10)] = ()

    def __post_init__(self) -> None:
        if self.rank > self.out_of or (self.rank_before or 1) > self.out_of:
            raise ValueError(f"there is no rank below {self.out_of}")


class Finding(Fact, frozen=True, kw_only=True):
    """What one of the 21 models found. ``about``: what the evidence has in common, in the sense of ``scope``.

    ``evidence``: how many orders, calls or marks; ``orders``: ids of the first of them. A person reviews it: without
    ``reviewed_by`` it is refused in any state but ``found``; only an accepted one leads to a notice.
    """

    kind: RuleKey
    state: FindingState
    scope: Scope
    about: Text
    evidence: Annotated[int, Meta(ge=1, le=100_000)]
    threshold: Annotated[int, Meta(ge=1, le=1000)]
    found_at: Instant
    first_at: Instant
    last_at: Instant
    orders: Annotated[tuple[Key, ...], Meta(max_length=20)] = ()
    verdict: Verdict | None = None
    reviewed_by: Duty | None = None
    reviewed_at: Instant | None = None
    notice: Key | None = None

    def __post_init__(self) -> None:
        if self.evidence < self.threshold:
            raise ValueError(f"{self.evidence} pieces of evidence are below the threshold of {self.threshold}")
        review = (self.reviewed_by, self.reviewed_at, self.verdict)
        if self.state == "found" and any(review):
            raise ValueError("a finding that carries a review is not in state 'found'")
        if self.state != "found" and not all(review):
            raise ValueError(f"a finding is {self.state!r} only with reviewed_by, reviewed_at and verdict")
        if self.state == "noticed" and (self.verdict != "accepted" or self.notice is None):
            raise ValueError("only an accepted finding leads to a notice")


class Notice(Fact, frozen=True, kw_only=True):
    """A supervision notice to a unit or about a place: issued → rectifying → rectified → closed."""

    kind: RuleKey
    state: NoticeState
    finding: Key
    about: Text
    issued_by: Duty
    issued_at: Instant
    due_at: Instant
    rectified_at: Instant | None = None
    closed_at: Instant | None = None

    def __post_init__(self) -> None:
        if self.state in ("rectified", "closed") and self.rectified_at is None:
            raise ValueError(f"a notice is {self.state!r} only after the rectification")
        if (self.state == "closed") != (self.closed_at is not None):
            raise ValueError("a notice has the time of its close when it is closed, and only then")


ORDER_VERBS = ("received", "updated", "merged", "assigned", "overdue", "answered", "revisited", "closed", "cancelled")
DIVERSION_VERBS = ("sent", "signed", "settled", "revisited", "closed", "returned")
EVENTS: dict[str, type[Fact]] = {
    "cn.hub.intake_channel.counted.v1": Channel,
    **{f"cn.hub.work_order.{verb}.v1": WorkOrder for verb in ORDER_VERBS},
    **{f"cn.hub.diverted_call.{verb}.v1": Diversion for verb in DIVERSION_VERBS},
    "cn.hub.unit_index.ranked.v1": Unit,
    **{f"cn.hub.supervision_finding.{verb}.v1": Finding for verb in ("found", "reviewed", "noticed")},
    **{f"cn.hub.supervision_notice.{verb}.v1": Notice for verb in ("issued", "rectifying", "rectified", "closed")},
}


def on_time(order: WorkOrder) -> bool | None:
    """Whether the order was answered (or, where that is not known, closed) by its due time; ``None`` while it is
    neither, or without a due time. A duplicate is answered by the order it was merged into.
    """
    answered = order.answered_at or order.closed_at
    if order.due_at is None or order.state in ("merged", "cancelled"):
        return None
    if answered is None:
        return False if order.overdue else None
    return answered <= order.due_at


def open_order(order: WorkOrder) -> bool:
    """Whether somebody still has to do something about it."""
    return order.state not in ("merged", "referred", "closed", "cancelled")


def _order_fields(order: WorkOrder) -> Mapping[str, JSON]:
    """``category`` from the catalogue where the fact has none; ``timing`` (``on_time``, ``late``); ``revisit``."""
    title = order.category or category(order.kind).title
    timing = {True: "on_time", False: "late", None: None}[on_time(order)]
    return {"category": {"zh": title.zh, "en": title.en}, "timing": timing, **_revisit_field(order)}


def _revisit_field(fact: WorkOrder | Diversion) -> Mapping[str, JSON]:
    """``revisit``: ``satisfied``, ``dissatisfied`` or ``None`` before it."""
    return {"revisit": {True: "satisfied", False: "dissatisfied", None: None}[fact.satisfied]}


def _mark_fields(unit: Unit) -> Mapping[str, JSON]:
    """One field a kind of mark, with its count; ``None`` where the unit is not marked for it (the district)."""
    counted: dict[str, int] = {mark.kind: mark.count for mark in unit.marks}
    return {kind: counted.get(kind) for kind in get_args(MarkKind)}


TABLES = (
    Table(
        name="supervision_orders",
        title=Text("监督工单", "Work orders"),
        data=WorkOrder,
        owner=NAME,
        on_screen=open_order,  # a day's closed orders stay in the store, not on every wall
        derive=_order_fields,
    ),
    Table(
        name="supervision_diversions",
        title=Text("110分流12345", "Diverted calls"),
        data=Diversion,
        owner=NAME,
        derive=_revisit_field,
    ),
    Table(name="supervision_channels", title=Text("受理渠道", "Channels"), data=Channel, owner=NAME, expected_s=60.0),
    Table(name="supervision_findings", title=Text("监督模型预警", "Findings"), data=Finding, owner=NAME),
    Table(name="supervision_notices", title=Text("督察通知", "Notices"), data=Notice, owner=NAME),
    Table(
        name="supervision_units",
        title=Text("考评指数", "Evaluation index"),
        data=Unit,
        owner=NAME,
        expected_s=60.0,
        derive=_mark_fields,
    ),
)
