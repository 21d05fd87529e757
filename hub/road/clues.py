"""What becomes of a clue: each function one command, see ``hub.road.decide``."""

from __future__ import annotations

from typing import Any

from hub.domain.field import Clue, Incident, Operation
from hub.domain.model import Text
from hub.road import commands as c
from hub.road.act import HUB, Act, checked, own, plain
from hub.road.reasons import CLOSINGS, RETURNS, chosen, refused
from hub.road.states import CLUE


def report(act: Act, data: c.ClueReport) -> None:
    """A clue is new: its reporter has it until the hub has looked at it."""
    act.absent("clues", data.id)
    origin = act.actor.centre or HUB
    due = act.due(act.rules.targets.triage)
    if data.model is not None and act.actor.role not in ("lead", "duty"):
        raise refused(
            "not_reviewed", "模型线索须由人工复核后上报", "a model's finding is reported by the person who reviewed it"
        )
    fact = Clue(
        id=data.id,
        rev=1,
        title=c.text(data.words),
        priority=data.priority,
        state="reported",
        origin=origin,
        owner=origin,
        reported_at=act.at,
        due_at=due,
        model=data.model,
        reviewed_by=act.actor.id if data.model else None,
        records=data.records,
        position=data.position,
        place=c.said(data.place),
        incident=data.incident,
        hops=(act.hop("reported", HUB, due=due, sender=origin),),
    )
    act.say("clues", "reported", fact)


def triage(act: Act, data: c.ClueTriage) -> None:
    """Graded, and the hub's from now on."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    due = act.due(act.rules.targets.transfer)
    hop = act.hop(verb, HUB, c.said(data.words), due)
    act.change("clues", verb, clue, hop, state=state, owner=HUB, priority=data.priority, due_at=due)


def transfer(act: Act, data: c.ClueTransfer) -> None:
    """Offered to a centre; the owner stays until it is signed for."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    to = act.centre(data.to)
    due = data.due_at or act.due(act.rules.targets.sign)
    if due <= act.at:
        raise refused("too_early", "签收时限须晚于现在", "the time to sign for it must be later than now")
    reason = c.said(data.words)
    act.change("clues", verb, clue, act.hop(verb, to, reason, due), state=state, to=to, due_at=due, reason=reason)


def recall(act: Act, data: c.Said) -> None:
    """Taken back before it was signed for."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    due = act.due(act.rules.targets.transfer)
    hop = act.hop(verb, clue.to or HUB, c.said(data.words), due)
    act.change("clues", verb, clue, hop, state=state, to=None, due_at=due, reason=c.said(data.words))


def sign(act: Act, data: c.Said) -> None:
    """The centre it was offered to has it now."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    own(act, clue.to, Text(f"线索 {clue.id}", f"clue {clue.id}"))
    due = act.due(act.rules.targets.feedback)
    hop = act.hop(verb, HUB, c.said(data.words), due, sender=clue.to)
    act.change("clues", verb, clue, hop, state=state, owner=clue.to or HUB, to=None, due_at=due, reason=None)


def give_back(act: Act, data: c.ClueReturn) -> None:
    """Returned to the hub, with a listed reason."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    own(act, clue.to, Text(f"线索 {clue.id}", f"clue {clue.id}"))
    reason = chosen(RETURNS, data.cause, plain(data.words))
    due = act.due(act.rules.targets.transfer)
    hop = act.hop(verb, HUB, reason, due, sender=clue.to)
    act.change("clues", verb, clue, hop, state=state, owner=HUB, to=None, due_at=due, reason=reason)


def chase(act: Act, data: c.Said) -> None:
    """Somebody is late and is told; the clock begins anew."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    due = act.due(act.rules.targets.chased)
    reason = c.said(data.words) or Text("超时督办", "chased: overdue")
    act.change(
        "clues", verb, clue, act.hop(verb, clue.to or clue.owner, reason, due), state=state, due_at=due, reason=reason
    )


def merge(act: Act, data: c.ClueMerge) -> None:
    """A duplicate: closed, and the other one says so."""
    clue, into = act.held("clues", data.id, Clue), act.held("clues", data.into, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    if clue.id == into.id or into.merged_into is not None or into.state == "closed":
        raise refused(
            "cannot_merge",
            f"不能并入 {into.id}：该线索已办结或即为本线索",
            f"cannot merge into {into.id}: it is closed or the same",
        )
    reason = Text(f"重复线索，并入 {into.id}", f"duplicate, merged into {into.id}")
    hop = act.hop(verb, HUB, reason)
    act.change(
        "clues",
        verb,
        clue,
        hop,
        state=state,
        owner=HUB,
        due_at=None,
        closed_at=act.at,
        reason=reason,
        merged_into=into.id,
        cause="duplicate",
    )
    if clue.id not in into.linked:
        note = act.hop("related", into.owner, Text(f"并入 {clue.id}", f"{clue.id} merged into it"))
        act.change("clues", "related", into, note, linked=(*into.linked, clue.id))


def link(act: Act, data: c.ClueLink) -> None:
    """Belongs together with another clue or a call."""
    clue = act.held("clues", data.id, Clue)
    verb, _ = act.step(CLUE, clue.state, clue.id)
    if data.to == clue.id or data.to in clue.linked:
        raise refused("linked", f"{data.to} 已关联", f"{data.to} is linked already")
    other = act.seen.get("clues", data.to) or act.seen.get("incidents", data.to)
    if other is None:
        raise refused("not_there", f"没有线索或警情 {data.to}", f"there is no clue or incident {data.to}")
    hop = act.hop(verb, clue.owner, Text(f"关联 {data.to}", f"linked to {data.to}"))
    changes: dict[str, Any] = {"linked": (*clue.linked, data.to)}
    if isinstance(other.fact, Incident) and clue.incident is None:
        changes["incident"] = data.to
    act.change("clues", verb, clue, hop, **changes)


def feedback(act: Act, data: c.Results) -> None:
    """What came of it, counted."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    own(act, clue.owner, Text(f"线索 {clue.id}", f"clue {clue.id}"))
    due = act.due(act.rules.targets.close)
    hop = act.hop(verb, HUB, c.said(data.words), due, sender=clue.owner)
    act.change("clues", verb, clue, hop, state=state, results=checked(data.results) or clue.results, due_at=due)


def close(act: Act, data: c.Close) -> None:
    """Ended, with a listed reason; not while its operation runs."""
    clue = act.held("clues", data.id, Clue)
    verb, state = act.step(CLUE, clue.state, clue.id)
    if clue.operation is not None and clue.state == "operation":
        operation = act.held("operations", clue.operation, Operation)
        if operation.state != "closed":
            raise refused(
                "running", f"集群作战 {operation.number} 尚未结束", f"operation {operation.number} is still running"
            )
    reason = chosen(CLOSINGS, data.cause, plain(data.words))
    hop = act.hop(verb, clue.origin, reason)
    act.change(
        "clues", verb, clue, hop, state=state, owner=HUB, due_at=None, closed_at=act.at, reason=reason, cause=data.cause
    )
