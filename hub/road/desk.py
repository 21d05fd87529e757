"""What becomes of alarms, proposals and shifts: each function one command, see ``hub.road.decide``."""

from __future__ import annotations

from hub.domain.field import Alarm, Handover
from hub.road import commands as c
from hub.road.act import Act
from hub.road.reasons import refused
from hub.road.states import ALARM, HANDOVER

SHELVE_MAX_S = 12 * 3600.0


def alarm_acknowledge(act: Act, data: c.Data) -> None:
    """Somebody has taken notice."""
    alarm = act.held("alarms", data.id, Alarm)
    verb, state = act.step(ALARM, alarm.state, alarm.id)
    act.change("alarms", verb, alarm, state=state, acknowledged_at=act.at, shelved_until=None)


def alarm_shelve(act: Act, data: c.AlarmShelve) -> None:
    """Put aside for a while; never one of priority 1."""
    alarm = act.held("alarms", data.id, Alarm)
    verb, state = act.step(ALARM, alarm.state, alarm.id)
    left = data.until.timestamp() - act.now
    if alarm.priority == 1:
        raise refused("urgent", "一级告警不得搁置", "an alarm of priority 1 cannot be shelved")
    if not 0 < left <= SHELVE_MAX_S:
        raise refused(
            "too_long", "搁置时限须在一个班次（12 小时）内", "shelve it until later, within a shift (12 hours)"
        )
    act.change("alarms", verb, alarm, state=state, shelved_until=data.until)


def proposal_answer(act: Act, data: c.ProposalAnswer) -> None:
    """Nothing changes by it: who accepted or overrode what stands in the audit."""
    if not data.accepted and data.words is None:
        raise refused("no_reason", "不采纳建议须说明原因", "say why the proposal is not taken")
    c.said(data.words)


def handover_offer(act: Act, data: c.HandoverOffer) -> None:
    """The one who goes signs."""
    act.absent("handovers", data.id)
    if not data.since < data.until <= act.due(60):
        raise refused("no_time", "交接时段有误", "the time the hand-over covers is wrong")
    c.said(data.words)
    fact = Handover(
        id=data.id, rev=1, since=data.since, until=data.until, digest=data.digest, lines=data.lines, state="offered",
        out_by=act.actor.id, out_at=act.at,
    )  # fmt: skip
    act.say("handovers", "offered", fact)


def handover_sign(act: Act, data: c.HandoverSign) -> None:
    """The one who comes signs the same list."""
    shift = act.held("handovers", data.id, Handover)
    verb, state = act.step(HANDOVER, shift.state, shift.id)
    if shift.out_by == act.actor.id:
        raise refused("same", "交班人与接班人须为两人", "the one who comes must be another than the one who goes")
    if shift.digest != data.digest:
        raise refused(
            "differs", "所签清单与交班清单不一致，请重新核对", "this is not the list the other one signed; look again"
        )
    act.change("handovers", verb, shift, state=state, in_by=act.actor.id, in_at=act.at)
