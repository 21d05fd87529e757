"""What becomes of a call: each function one command, see ``hub.road.decide``."""

from __future__ import annotations

from hub.domain.field import Alarm, Incident, Unit
from hub.domain.kinds import KINDS, kind
from hub.domain.model import Fact, Text
from hub.road import commands as c
from hub.road.act import HUB, Act, plain
from hub.road.reasons import CLOSINGS, chosen, refused
from hub.road.states import ALARM, INCIDENT


def report(act: Act, data: c.IncidentReport) -> None:
    """Found at a scene; without a place it is where the unit is."""
    act.absent("incidents", data.id)
    if data.kind not in KINDS:
        raise refused(
            "no_kind", f"没有警情类别 {data.kind}", f"no kind of incident {data.kind}; there are {', '.join(KINDS)}"
        )
    position = data.position
    unit = act.seen.get("units", act.actor.unit) if act.actor.unit else None
    if position is None and unit is not None and isinstance(unit.fact, Unit):
        position = unit.fact.position
    fact = Incident(
        id=data.id,
        rev=1,
        kind=data.kind,
        priority=data.priority or kind(data.kind).priority,
        state="open",
        opened_at=act.at,
        position=position,
        place=c.said(data.place),
        title=c.said(data.words),
        channel=act.actor.role,
        hops=(act.hop("opened", HUB),),
    )
    act.say("incidents", "opened", fact)


def dispatch(act: Act, data: c.IncidentDispatch) -> None:
    """More units are sent."""
    incident = act.held("incidents", data.id, Incident)
    verb, state = act.step(INCIDENT, incident.state, incident.id)
    for key in data.units:
        if act.seen.get("units", key) is None and act.seen.get("drones", key) is None:
            raise refused("no_unit", f"没有单元 {key}", f"there is no unit {key}")
    units = (*incident.units, *(key for key in data.units if key not in incident.units))
    if units == incident.units:
        raise refused("sent", "这些单元已在该警情上", "those units are on it already")
    state = incident.state if incident.state == "on_scene" else state
    hop = act.hop(
        verb, data.units[0], c.said(data.words) or Text("派警 " + " ".join(data.units), "sent " + " ".join(data.units))
    )
    dispatched = incident.dispatched_at or act.at
    act.change("incidents", verb, incident, hop, state=state, units=units, dispatched_at=dispatched)


def arrive(act: Act, data: c.Said) -> None:
    """The first of them is there."""
    incident = act.held("incidents", data.id, Incident)
    verb, state = act.step(INCIDENT, incident.state, incident.id)
    if act.actor.unit is not None and act.actor.unit not in incident.units:
        raise refused("not_yours", "本单元未被派往该警情", "this unit was not sent there")
    act.change("incidents", verb, incident, act.hop(verb, HUB, c.said(data.words)), state=state, arrived_at=act.at)


def divert(act: Act, data: c.IncidentDivert) -> None:
    """Not police business: somebody else has to take it, and that is supervised."""
    incident = act.held("incidents", data.id, Incident)
    verb, state = act.step(INCIDENT, incident.state, incident.id)
    if act.actor.unit is not None and act.actor.unit not in incident.units:
        raise refused("not_yours", "本单元未被派往该警情", "this unit was not sent there")
    to, due = c.text(data.to), data.due_at or act.due(act.rules.targets.diverted_sign)
    reason = c.said(data.words) or Text("非警务事项", "not police business")
    hop = act.hop(verb, to.en[:160], reason, due)
    act.change("incidents", verb, incident, hop, state=state, units=(), diverted_to=to, reason=reason, due_at=due)
    _clear(act, incident)


def sign(act: Act, data: c.IncidentSign) -> None:
    """Somebody took it on; the clock of its settlement begins."""
    incident = act.held("incidents", data.id, Incident)
    verb, _ = act.step(INCIDENT, incident.state, incident.id)
    due = act.due(act.rules.targets.diverted)
    party = c.said(data.party) or incident.diverted_to
    hop = act.hop(verb, HUB, c.said(data.words), due, sender=(party.en[:160] if party else None))
    act.change(
        "incidents", verb, incident, hop, owner=act.actor.centre or incident.owner, diverted_to=party, due_at=due
    )


def chase(act: Act, data: c.Said) -> None:
    """Who has it is late and is told."""
    incident = act.held("incidents", data.id, Incident)
    verb, _ = act.step(INCIDENT, incident.state, incident.id)
    due = act.due(act.rules.targets.chased)
    reason = c.said(data.words) or Text("超时督办", "chased: overdue")
    act.change("incidents", verb, incident, act.hop(verb, incident.owner, reason, due), due_at=due)


def close(act: Act, data: c.Close) -> None:
    """Ended, with a listed reason."""
    incident = act.held("incidents", data.id, Incident)
    verb, state = act.step(INCIDENT, incident.state, incident.id)
    if act.actor.role == "lead" and (incident.state != "diverted" or incident.owner != act.actor.centre):
        raise refused(
            "not_yours",
            "只能办结本中心签收的分流事项",
            "a centre closes only what was diverted to it and it signed for",
        )
    reason = chosen(CLOSINGS, data.cause, plain(data.words))
    hop = act.hop(verb, HUB, reason)
    act.change(
        "incidents", verb, incident, hop, state=state, owner=HUB, units=(), closed_at=act.at, due_at=None, reason=reason
    )
    _clear(act, incident)


def reopen(act: Act, data: c.Said) -> None:
    """Open again, for a reason."""
    incident = act.held("incidents", data.id, Incident)
    verb, state = act.step(INCIDENT, incident.state, incident.id)
    reason = c.said(data.words)
    if reason is None:
        raise refused("no_reason", "重开须说明原因", "say why it is opened again")
    hop = act.hop(verb, HUB, reason)
    act.change(
        "incidents",
        verb,
        incident,
        hop,
        state=state,
        owner=HUB,
        closed_at=None,
        diverted_to=None,
        due_at=None,
        reason=reason,
    )


def _clear(act: Act, incident: Incident) -> None:
    """What the call raised demands nothing more: its alarms are cleared with it."""
    about = ("incidents", incident.id)
    for key in [key for key, row in act.seen.rows("alarms").items() if _subject(row.fact) == about]:
        alarm = act.held("alarms", key, Alarm)
        if alarm.state not in ALARM.ends:
            verb, state = act.step(ALARM, alarm.state, alarm.id)
            act.change("alarms", verb, alarm, state=state, shelved_until=None, cleared_at=act.at)


def _subject(fact: Fact) -> tuple[str, str] | None:
    return fact.subject if isinstance(fact, Alarm) else None
