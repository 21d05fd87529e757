"""The clue road of an ordinary day: reported, triaged, transferred, signed for or returned, worked on, closed.

Which centre reports what to whom comes from templates (``script.Background``); this module only knows the road and its
clocks. Every clue ends closed with a reason; a transfer changes the owner only when it is signed for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any

import msgspec

from hub.domain.events import Emission
from hub.domain.field import Clue, Hop, Operation, Tally, Task
from hub.domain.model import Fact, Position, Text, instant
from hub.field.script import DESK, Lead, Script
from hub.field.topics import ACTIONS_TOPIC, event_type
from hub.field.world import HOUR, World, arrivals, rev_at

LONGEST_S = 30 * HOUR
_SIGN_S, _TRIAGE_S, _FEEDBACK_S = 2 * HOUR, HOUR, 12 * HOUR
_HUB = "hub"
_AGAIN = Text("材料补充后再次移交", "Transferred again with more material")
_RETURNED = Text("材料不全，退回补充", "Returned: material incomplete")
_CHASED = Text("签收超时，督办", "Not signed for in time")
_REFUSED = Text("警力在处置其他任务", "Crew tied up elsewhere")


@dataclass(slots=True)
class _Road:
    """A clue on its way: its fields so far, and the facts said."""

    key: str
    fields: dict[str, Any]
    hops: list[Hop] = field(default_factory=list)
    said: list[Emission] = field(default_factory=list)

    def say(self, verb: str, at: float, topic: str = ACTIONS_TOPIC, source: str = DESK, **changed: Any) -> None:
        self.fields |= changed
        fact = Clue(id=self.key, rev=rev_at(at), hops=tuple(self.hops), **self.fields)
        self.said.append(_emission(event_type("clue", verb), at, fact, self.key, topic, source))

    def hop(self, at: float, verb: str, sender: str, receiver: str, reason: Text | None, due: float | None) -> None:
        due_at = None if due is None else instant(due)
        self.hops.append(Hop(at=instant(at), verb=verb, sender=sender, receiver=receiver, reason=reason, due_at=due_at))


def _emission(
    type_: str, at: float, fact: Fact, correlation: str, topic: str = ACTIONS_TOPIC, source: str = DESK
) -> Emission:
    return Emission(topic=topic, source=source, type=type_, at=at, data=fact, correlation=correlation)


def facts(world: World, script: Script, start: float, end: float) -> list[Emission]:
    """Facts of clues, their operations and tasks with start < time <= end."""
    if script.background is None:
        return []
    hours = range(int((start - LONGEST_S) // HOUR), int(end // HOUR) + 1)
    return [e for hour in hours for e in _born(world, script, hour) if start < e.at <= end]


@lru_cache(maxsize=96)
def _born(world: World, script: Script, hour: int) -> tuple[Emission, ...]:
    """All facts of the clues that are reported within an hour."""
    background = script.background
    if background is None:
        return ()
    out: list[Emission] = []
    for t, number, rng in arrivals(world, "clues", hour * HOUR, (hour + 1) * HOUR, background.per_hour):
        lead = rng.choices(background.lead, [lead.weight for lead in background.lead])[0]
        out += _life(world, lead, t, number, rng)
    return tuple(out)


def _life(world: World, lead: Lead, t: float, number: str, rng: Random) -> list[Emission]:
    spot = world.district.somewhere(rng)
    road = _Road(f"K-{number}", _first(world, lead, t, spot, rng))
    road.hop(t, "reported", lead.origin, _HUB, None, t + _TRIAGE_S)
    road.say("reported", t, f"centre.{lead.origin}.events", f"/centre/{lead.origin}/desk")
    t += rng.uniform(300, 2400) if rng.random() < 0.9 else rng.uniform(3900, 6000)
    road.hop(t, "triaged", _HUB, _HUB, None, t + HOUR)
    road.say("triaged", t, state="triaged", owner=_HUB, due_at=instant(t + HOUR))
    if rng.random() < 0.12:
        t += rng.uniform(300, 1500)
        road.hop(t, "closed", _HUB, lead.origin, Text("重复线索，并案", "Duplicate, merged"), None)
        closed = instant(t)
        road.say(
            "closed",
            t,
            state="closed",
            due_at=None,
            closed_at=closed,
            reason=Text("重复线索，并案", "Duplicate, merged"),
        )
        return road.said
    t = _transfer(road, lead, t + rng.uniform(300, 2400), rng, None)
    if rng.random() < 0.08:
        t += rng.uniform(600, 4800)
        road.hop(t, "returned", lead.to, _HUB, _RETURNED, t + HOUR)
        road.say("returned", t, state="returned", owner=_HUB, to=None, due_at=instant(t + HOUR), reason=_RETURNED)
        t = _transfer(road, lead, t + rng.uniform(900, 2700), rng, _AGAIN)
    t = _sign(road, lead, t, rng)
    results = tuple(Tally(title=o.title, value=float(rng.randint(o.low, o.high)), unit=o.unit) for o in lead.outcome)
    if rng.random() < lead.operation:
        t = _operation(road, lead, t + rng.uniform(600, 3000), number, spot, results, rng)
    else:
        t += rng.uniform(1.0, 7.5) * HOUR
    road.hop(t, "fed_back", lead.to, _HUB, None, t + _TRIAGE_S)
    road.say("fed_back", t, state="feedback", results=results, due_at=instant(t + _TRIAGE_S))
    t += rng.uniform(600, 5400)
    road.hop(t, "closed", _HUB, lead.origin, lead.closing, None)
    road.say("closed", t, state="closed", owner=_HUB, due_at=None, closed_at=instant(t), reason=lead.closing)
    return road.said


def _first(world: World, lead: Lead, t: float, spot: Position, rng: Random) -> dict[str, Any]:
    return {
        "title": lead.title,
        "priority": lead.priority,
        "state": "reported",
        "origin": lead.origin,
        "owner": lead.origin,
        "reported_at": instant(t),
        "due_at": instant(t + _TRIAGE_S),
        "model": lead.model,
        # A model's finding never comes without the person who reviewed it.
        "reviewed_by": None if lead.model is None else f"{rng.randrange(1001, 1060)}",
        "records": None if lead.records is None else rng.randint(*lead.records),
        "position": spot,
        "place": world.district.near((spot.lon, spot.lat)),
    }


def _transfer(road: _Road, lead: Lead, t: float, rng: Random, reason: Text | None) -> float:
    road.hop(t, "transferred", _HUB, lead.to, reason, t + _SIGN_S)
    road.say("transferred", t, state="transferred", to=lead.to, due_at=instant(t + _SIGN_S), reason=reason)
    return t


def _sign(road: _Road, lead: Lead, t: float, rng: Random) -> float:
    """Signed for within the two hours mostly; one in eight is late and chased first."""
    if rng.random() < 0.125:
        chased = t + _SIGN_S + rng.uniform(120, 900)
        road.hop(chased, "chased", _HUB, lead.to, _CHASED, chased + HOUR)
        road.say("chased", chased, reason=_CHASED)
        t = chased + rng.uniform(600, 4200)
    else:
        t += rng.uniform(500, 6300)
    road.hop(t, "signed", lead.to, _HUB, None, t + _FEEDBACK_S)
    road.say("signed", t, state="signed", owner=lead.to, to=None, due_at=instant(t + _FEEDBACK_S), reason=None)
    return t


def _operation(
    road: _Road, lead: Lead, t: float, number: str, spot: Position, results: tuple[Tally, ...], rng: Random
) -> float:
    """A small cluster operation with its task list; gives the time at which it ended."""
    key = f"O-{number}"
    road.hop(t, "linked", _HUB, lead.to, None, None)
    road.say("linked", t, state="operation", operation=key)
    operation: dict[str, Any] = {
        "number": f"{instant(t):%y}-{number[-4:]}",
        "title": lead.operation_title or lead.title,
        "started_at": instant(t),
        "centres": tuple(sorted({lead.origin, lead.to})),
        "clue": road.key,
        "position": spot,
    }
    started = Operation(id=key, rev=rev_at(t), state="running", **operation)
    road.said.append(_emission(event_type("operation", "started"), t, started, road.key))
    ends = [_task(road, key, k, t + 60.0 + 20.0 * k, rng, lead) for k in range(len(lead.tasks))]
    end = max(ends, default=t + HOUR) + rng.uniform(300, 1200)
    closed = Operation(id=key, rev=rev_at(end), state="closed", closed_at=instant(end), results=results, **operation)
    road.said.append(_emission(event_type("operation", "closed"), end, closed, road.key))
    return end + 30.0


def _task(road: _Road, operation: str, k: int, t: float, rng: Random, lead: Lead) -> float:
    """One line of the list from issued to done, or refused with a cause; gives the time of its end."""
    line = lead.tasks[k]
    fields: dict[str, Any] = {
        "id": f"T-{operation[2:]}-{k + 1}",
        "operation": operation,
        "title": line.title,
        "assignee": line.assignee,
        "issued_at": instant(t),
        "due_at": instant(t + rng.choice((1.5, 2.0, 3.0)) * HOUR),
    }

    def say(verb: str, state: str, at: float, **changed: Any) -> None:
        fields.update(changed, state=state, rev=rev_at(at))
        fact = msgspec.convert(fields, Task)
        road.said.append(_emission(event_type("task", verb), at, fact, road.key))

    say("issued", "issued", t)
    say("delivered", "delivered", t := t + rng.uniform(2, 8))
    say("seen", "seen", t := t + rng.uniform(20, 400))
    if rng.random() < 0.06:
        say("refused", "refused", t := t + rng.uniform(30, 300), cause=_REFUSED)
        return t
    say("accepted", "accepted", t := t + rng.uniform(15, 500), accepted_at=instant(t))
    say("executing", "executing", t := t + rng.uniform(120, 1500), started_at=instant(t), progress=0.0)
    for share in (0.3, 0.7):
        say("progressed", "executing", t := t + rng.uniform(300, 1800), progress=share)
    say("done", "done", t := t + rng.uniform(300, 1500), done_at=instant(t), progress=1.0)
    return t
