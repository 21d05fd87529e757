"""Facts of criminal intelligence: cases, fraud warnings, payment stops, joint analyses, referrals, linked desks.

Can never be stored: a suspect, a victim, an account, a telephone number or what was said. People are counted, money
is summed, places are blocks. Must not know panels or folds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from hub.domain.model import Count, Fact, Instant, Key, Position, Priority, Text
from hub.picture.rows import JSON, Table

NAME = "criminal"
TOPIC = "centre.criminal.events"
SOURCE = "/centre/criminal/demo"

Yuan = Annotated[float, Meta(ge=0, le=1e10)]
Calls = Annotated[int, Meta(ge=0, le=50)]
Minutes = Annotated[float, Meta(ge=0, le=100_000)]
CaseKind = Literal["theft", "burglary", "robbery", "assault", "fraud", "vehicle", "data", "other"]
CaseState = Literal["opened", "investigating", "solved", "suspended"]
Level = Literal["district", "city", "province"]
Scam = Literal["rebate", "investment", "officer", "loan", "refund", "acquaintance"]
WarningState = Literal["issued", "called", "unanswered", "officer_sent", "dissuaded", "closed"]
CallResult = Literal["answered", "no_answer", "declined", "line_busy"]
Outcome = Literal["prevented", "partly", "lost"]
PaymentState = Literal["requested", "stopped", "frozen", "recovered", "refused"]
PaymentChannel = Literal["bank", "platform", "cash"]
AnalysisKind = Literal["funds", "series", "goods", "scene", "data"]
AnalysisState = Literal["requested", "working", "answered"]
Finding = Literal["confirmed", "partly_confirmed", "unfounded"]
ReferralKind = Literal["report", "assist", "notice"]
ReferralState = Literal["sent", "received", "answered"]
Desk = Literal["antifraud", "banks", "telecom", "forensics"]
DeskState = Literal["linked", "slow", "lost"]


class Case(Fact, frozen=True, kw_only=True):
    """A case. ``level``: who leads it. ``suspects``: people controlled, a count. ``clue``/``operation``: its origin."""

    kind: CaseKind
    state: CaseState
    level: Level
    place: Text
    opened_at: Instant
    loss_yuan: Yuan | None = None
    recovered_yuan: Yuan = 0.0
    suspects: Count = 0
    solved_at: Instant | None = None
    clue: Key | None = None
    operation: Key | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        if self.state == "solved" and self.solved_at is None:
            raise ValueError("a solved case says when it was solved")


class FraudWarning(Fact, frozen=True, kw_only=True):
    """A warning that a block's resident may be being defrauded. ``risk_yuan``: what is at stake, where known.

    ``calls``: dissuasion calls made so far, ``call_result``: of the last one. ``due_at``: when somebody must have
    been reached. ``outcome``: at the close. ``incident``: the 110 call about it, ``payment``: the stop it led to.
    """

    kind: Scam
    state: WarningState
    priority: Priority
    place: Text
    issued_at: Instant
    due_at: Instant
    calls: Calls = 0
    call_result: CallResult | None = None
    risk_yuan: Yuan | None = None
    officer_sent_at: Instant | None = None
    dissuaded_at: Instant | None = None
    closed_at: Instant | None = None
    outcome: Outcome | None = None
    incident: Key | None = None
    payment: Key | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        if self.state == "called" and self.call_result is None:
            raise ValueError("a dissuasion call has a result")
        if self.state == "unanswered" and self.call_result == "answered":
            raise ValueError("a call that was answered is not unanswered")
        if self.state == "officer_sent" and self.officer_sent_at is None:
            raise ValueError("an officer was sent at some time")


class PaymentStop(Fact, frozen=True, kw_only=True):
    """Money on its way: asked to be stopped, stopped, frozen, recovered. ``accounts``: how many, never which.

    Each sum is what has reached that step, so ``amount_yuan >= stopped_yuan >= frozen_yuan >= recovered_yuan``.
    """

    kind: Scam
    state: PaymentState
    channel: PaymentChannel
    level: Level
    amount_yuan: Yuan
    requested_at: Instant
    stopped_yuan: Yuan = 0.0
    frozen_yuan: Yuan = 0.0
    recovered_yuan: Yuan = 0.0
    accounts: Count = 1
    stopped_at: Instant | None = None
    frozen_at: Instant | None = None
    recovered_at: Instant | None = None
    warning: Key | None = None
    place: Text | None = None

    def __post_init__(self) -> None:
        if not self.amount_yuan >= self.stopped_yuan >= self.frozen_yuan >= self.recovered_yuan:
            raise ValueError("no more can be stopped than was asked, frozen than stopped, recovered than frozen")
        if self.stopped_yuan and self.stopped_at is None:
            raise ValueError("money that was stopped was stopped at some time")


class Analysis(Fact, frozen=True, kw_only=True):
    """A joint analysis of a transferred clue (or of a case): asked for, worked on, answered.

    ``agencies`` counts the police branches that take part; ``records`` what was read; ``suspects`` a count.
    """

    kind: AnalysisKind
    state: AnalysisState
    level: Level
    requested_at: Instant
    due_at: Instant
    clue: Key | None = None
    case: Key | None = None
    operation: Key | None = None
    agencies: Count = 1
    records: Count | None = None
    suspects: Count | None = None
    finding: Finding | None = None
    answered_at: Instant | None = None
    place: Text | None = None

    def __post_init__(self) -> None:
        if self.clue is None and self.case is None:
            raise ValueError("an analysis is about a clue or a case")
        if self.state == "answered" and (self.finding is None or self.answered_at is None):
            raise ValueError("an answer has a finding and a time")


class Referral(Fact, frozen=True, kw_only=True):
    """Something handed to another level. ``subject``: id of the payment, case or warning it is about."""

    kind: ReferralKind
    state: ReferralState
    level: Level
    subject: Key
    sent_at: Instant
    due_at: Instant
    amount_yuan: Yuan | None = None
    received_at: Instant | None = None
    answered_at: Instant | None = None


class LinkedDesk(Fact, frozen=True, kw_only=True):
    """A desk of one level as it answers now. ``open``: requests waiting; ``answer_min``: median answer, minutes."""

    kind: Desk
    state: DeskState
    level: Level
    open: Count
    answered_today: Count
    answer_min: Minutes | None = None
    heard_at: Instant | None = None


EVENTS: dict[str, type[Fact]] = {
    "cn.hub.case.opened.v1": Case,
    "cn.hub.case.updated.v1": Case,
    "cn.hub.case.solved.v1": Case,
    "cn.hub.fraud_warning.issued.v1": FraudWarning,
    "cn.hub.fraud_warning.called.v1": FraudWarning,
    "cn.hub.fraud_warning.unanswered.v1": FraudWarning,
    "cn.hub.fraud_warning.officer_sent.v1": FraudWarning,
    "cn.hub.fraud_warning.dissuaded.v1": FraudWarning,
    "cn.hub.fraud_warning.closed.v1": FraudWarning,
    "cn.hub.payment_stop.requested.v1": PaymentStop,
    "cn.hub.payment_stop.stopped.v1": PaymentStop,
    "cn.hub.payment_stop.frozen.v1": PaymentStop,
    "cn.hub.payment_stop.recovered.v1": PaymentStop,
    "cn.hub.payment_stop.refused.v1": PaymentStop,
    "cn.hub.joint_analysis.requested.v1": Analysis,
    "cn.hub.joint_analysis.started.v1": Analysis,
    "cn.hub.joint_analysis.answered.v1": Analysis,
    "cn.hub.referral.sent.v1": Referral,
    "cn.hub.referral.received.v1": Referral,
    "cn.hub.referral.answered.v1": Referral,
    "cn.hub.linked_desk.reported.v1": LinkedDesk,
}


def _ended_off_map(*ended: str) -> Callable[[Any], Mapping[str, JSON]]:
    """Rows in these states stay in the list and leave the map."""

    def derive(fact: Any) -> Mapping[str, JSON]:
        return {"position": None} if fact.state in ended else {}

    return derive


TABLES = (
    Table(
        name="criminal_warnings",
        title=Text("反诈预警", "Fraud warnings"),
        data=FraudWarning,
        owner=NAME,
        derive=_ended_off_map("closed"),
    ),
    Table(name="criminal_payments", title=Text("止付冻结", "Payment stops"), data=PaymentStop, owner=NAME),
    Table(
        name="criminal_cases",
        title=Text("案件", "Cases"),
        data=Case,
        owner=NAME,
        derive=_ended_off_map("solved", "suspended"),
    ),
    Table(name="criminal_analyses", title=Text("联合研判", "Joint analysis"), data=Analysis, owner=NAME),
    Table(name="criminal_referrals", title=Text("上报联动", "Referrals"), data=Referral, owner=NAME),
    Table(
        name="criminal_levels", title=Text("三级联动", "Linkage by level"), data=LinkedDesk, owner=NAME, expected_s=90.0
    ),
)
