"""Anybody gives any command at any time: the rules of the road hold in every picture that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.access import MAY, Actor, accounts, unit
from hub.codec import Codec, encode
from hub.domain.events import Emission
from hub.domain.field import Clue, Incident, Operation, Task, Unit
from hub.domain.model import Position, Text, instant
from hub.errors import BadPayload
from hub.field.topics import POSITIONS_TOPIC, STREAMS, TABLES
from hub.picture.fold import Picture
from hub.ports import Outgoing, Record
from hub.road.act import Rules
from hub.road.commands import DATA, Command
from hub.road.decide import decide
from hub.road.reasons import CLOSINGS, REFUSALS, RETURNS, Refused
from hub.road.states import CLUE, INCIDENT, OPERATION, TASK

START = 1_763_870_400.0
CENTRES = {"alpha": Text("甲中心", "Centre A"), "beta": Text("乙中心", "Centre B")}
RULES = Rules(centres=CENTRES, source="/hub/t")
PEOPLE = [*accounts(CENTRES.items()).values(), unit("U-1", "101"), unit("U-2", "102")]
CODEC = Codec(STREAMS, lambda position: position)
FOLDS = {(s.topic, type_): fold for s in STREAMS for type_, fold in s.folds.items()}
MACHINE = {"tasks": TASK, "clues": CLUE, "incidents": INCIDENT, "operations": OPERATION}
WORD = {machine: machine.removesuffix("s") for machine in MACHINE}
_BACK = {state: n for n, state in enumerate(("issued", "delivered", "seen", "accepted", "executing"))}

ids = st.sampled_from(("1", "2", "3"))
words = st.sampled_from(("现场控制", "Hold the post", "请补充材料"))


def record(out: Outgoing, topic: str) -> Record:
    return Record(topic, 0, 0, out.key, out.value, out.headers)


class Walks(RuleBasedStateMachine):
    """Commands of all kinds by all people; some of their facts come again later, in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture(TABLES)
        self.now = START
        self.past: list[Emission] = []
        self.refusals: list[Refused] = []
        self.before: dict[tuple[str, str], Any] = {}
        for key in ("U-1", "U-2"):
            fact = Unit(
                id=key, rev=1, call_sign=key, kind="patrol_car", status="available",
                position=Position(104.0, 30.6, "WGS84"),
            )  # fmt: skip
            kind = "cn.hub.unit.position.v1"
            self.take(Emission(topic=POSITIONS_TOPIC, source="/hub/t", type=kind, at=self.now, data=fact))

    def take(self, emission: Emission) -> None:
        event = CODEC.decode(record(encode(emission), emission.topic), self.now)
        self.picture.apply(FOLDS[emission.topic, emission.type](self.picture, event))

    def give(self, type_: str, actor: Actor, **data: Any) -> bool:
        self.now += 1.0
        command = Command(type=type_, data=msgspec.convert(data, DATA[type_]))
        held = list(self.rows())
        try:
            decision = decide(self.picture, command, actor, self.now, RULES)
        except Refused as no:
            self.refusals.append(no)
            return False
        assert list(self.rows()) == held, "deciding changes nothing by itself"
        for emission in decision.emissions:
            self.take(emission)
            self.past.append(emission)
        return True

    @rule(actor=st.sampled_from(PEOPLE), key=ids, priority=st.integers(1, 4), words=words)
    def begin(self, actor: Actor, key: str, priority: int, words: str) -> None:
        self.give("clue.report", actor, id=f"K-{key}", words=words, priority=priority)
        self.give("incident.report", actor, id=f"I-{key}", kind="dispute")

    @rule(actor=st.sampled_from(PEOPLE), key=ids, clue=ids, call=ids)
    def start(self, actor: Actor, key: str, clue: str, call: str) -> None:
        about = {"clue": f"K-{clue}", "incident": f"I-{call}"}
        self.give("operation.start", actor, id=f"O-{key}", words="集中行动", centres=["alpha"], **about)

    @rule(actor=st.sampled_from(PEOPLE), type_=st.sampled_from([*DATA]), key=ids, n=ids, data=st.data())
    def anything(self, actor: Actor, type_: str, key: str, n: str, data: st.DataObject) -> None:
        """Mostly refused."""
        made = {"clue": f"K-{key}", "incident": f"I-{key}", "task": f"T-{key}-{n}", "alarm": "A-1", "handover": "H-1"}
        self.give(type_, actor, id=made.get(type_.split(".")[0], f"O-{key}"), **self.filled(type_, data))

    @rule(key=ids, clue=ids)
    def operation(self, key: str, clue: str) -> None:
        duty = PEOPLE[1]
        self.give("clue.report", duty, id=f"K-{clue}", words="线索", priority=2)
        self.give("clue.triage", duty, id=f"K-{clue}", priority=1)
        self.give("operation.start", duty, id=f"O-{key}", words="集中行动", centres=["alpha"], clue=f"K-{clue}")
        self.give("list.issue", duty, id=f"O-{key}", tasks=[self.line(f"T-{key}-{n}") for n in (1, 2, 3)])

    @precondition(lambda self: any(True for _ in self.rows()))
    @rule(data=st.data())
    def next_step(self, data: st.DataObject) -> None:
        self.step(data, ("clues", "incidents", "operations"))

    @precondition(lambda self: self.picture.rows("tasks"))
    @rule(data=st.data(), steps=st.integers(1, 5))
    def next_tasks(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            self.step(data, ("tasks",))

    def step(self, data: st.DataObject, tables: tuple[str, ...]) -> None:
        """A step that may be taken, by somebody who may take it."""
        some = [each for each in self.rows() if each[0] in tables]
        if not some:
            return
        table, key, row = data.draw(st.sampled_from(some))
        machine = MACHINE[table]
        moves = [move.command for move in machine.moves if row.fact.state in move.before and move.command in DATA]
        moves = [name for name in moves if WORD[table] == name.split(".")[0] or name == "list.issue"]
        if not moves:
            return
        type_ = data.draw(st.sampled_from(moves))
        fact: Any = row.fact
        mine = {fact.id, getattr(fact, "to", None), getattr(fact, "owner", None), getattr(fact, "assignee_id", None)}
        may = [actor for actor in PEOPLE if type_ in MAY[actor.role]]
        suited = [actor for actor in may if actor.role in ("commander", "duty") or {actor.centre, actor.unit} & mine]
        self.give(type_, data.draw(st.sampled_from(suited or may)), id=key, **self.filled(type_, data))

    def filled(self, type_: str, data: st.DataObject) -> dict[str, Any]:
        """What a command carries besides its id."""
        n = data.draw(st.integers(1, 9))
        drawn: dict[str, Any] = {
            "words": "说明",
            "priority": n % 4 + 1,
            "to": f"K-{n % 3 + 1}" if type_ == "clue.link" else data.draw(st.sampled_from(("alpha", "beta", "gamma"))),
            "into": f"K-{n % 3 + 1}",
            "clue": f"K-{n % 3 + 1}",
            "cause": data.draw(st.sampled_from((*RETURNS, *CLOSINGS, *REFUSALS))),
            "results": [{"title": {"zh": "人", "en": "people"}, "value": float(n)}],
            "units": data.draw(st.sampled_from((["U-1"], ["U-2", "U-1"], ["U-9"]))),
            "kind": "dispute",
            "tasks": [self.line(f"T-{data.draw(ids)}-{n}")],
            "task": self.line(f"T-9-{n}"),
            "progress": n / 10,
            "until": instant(self.now + n * 7200).isoformat(),
            "since": instant(self.now - 9).isoformat(),
            "digest": "d",
            "lines": 1,
            "accepted": n > 4,
            "subject": "I-1",
        }
        wanted = {field.encode_name for field in msgspec.structs.fields(DATA[type_])}
        return {name: value for name, value in drawn.items() if name in wanted}

    def line(self, key: str) -> dict[str, Any]:
        due = instant(self.now + 3600).isoformat()
        return {"id": key, "words": "布控", "assignee": "一组", "assignee_id": "U-1", "due_at": due}

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        """Late and repeated facts change nothing."""
        emission = data.draw(st.sampled_from(self.past))
        before = self.picture.state_hash()
        self.take(emission)
        assert self.picture.state_hash() == before

    @precondition(lambda self: self.past)
    @rule(data=st.data(), jump=st.sampled_from((*CLUE.states, *TASK.states)))
    def forged(self, data: st.DataObject, jump: str) -> None:
        """Somebody writes a newer revision with another state straight to the topic."""
        emission = data.draw(st.sampled_from(self.past))
        held: Any = next((row for t in ("clues", "tasks") if (row := self.picture.get(t, emission.data.id))), None)
        machine = None if held is None else CLUE if isinstance(held.fact, Clue) else TASK
        if machine is None or jump not in machine.states or jump == held.fact.state:
            return
        forged = msgspec.structs.replace(held.fact, rev=held.fact.rev + 1, state=jump)
        try:
            self.take(msgspec.structs.replace(emission, data=forged))
        except BadPayload:
            return
        assert machine.reachable(held.fact.state, jump)
        assert machine is TASK, "a clue's road says where it is"
        self.picture.apply({machine.table: {held.fact.id: held}})

    @invariant()
    def nothing_vanishes_and_nothing_goes_back(self) -> None:
        for (table, key), old in self.before.items():
            row = self.picture.get(table, key)
            assert row is not None, f"{table} {key} is gone"
            new: Any = row.fact
            if isinstance(new, Task) and new.state != old.state:
                assert old.state not in TASK.ends, f"{old.state} became {new.state}"
                assert _BACK.get(new.state, 9) > _BACK.get(old.state, -1), f"{old.state} became {new.state}"
                assert (new.progress or 0) >= (old.progress or 0)
        self.before = {(t, k): row.fact for t, k, row in self.rows()}

    @invariant()
    def a_refusal_says_why(self) -> None:
        assert all(no.code and no.reason.zh and no.reason.en for no in self.refusals[-20:])

    @invariant()
    def one_owner(self) -> None:
        for table, _, row in self.rows():
            fact: Any = row.fact
            if isinstance(fact, Clue):
                assert fact.owner in ("hub", *CENTRES)
                last = [hop for hop in fact.hops if hop.verb in ("transferred", "signed", "returned", "recalled")]
                if fact.state == "transferred":
                    assert fact.to in CENTRES
                    assert fact.owner != fact.to or any(hop.verb == "signed" for hop in fact.hops)
                elif fact.owner in CENTRES and fact.state != "reported" and last:
                    assert last[-1].verb == "signed", "only who signed for it has it"
                assert fact.state == "closed" or fact.due_at is not None, "an open clue has a clock"
                assert (fact.state == "closed") == (fact.closed_at is not None and fact.reason is not None)
            if isinstance(fact, Clue | Incident | Operation | Task):
                assert fact.hops, table
                assert all(hop.actor and hop.sender and hop.receiver and hop.purpose for hop in fact.hops)

    @invariant()
    def tasks_of_an_ended_operation_have_ended(self) -> None:
        for _, _, row in self.rows():
            if isinstance(row.fact, Operation) and row.fact.state == "closed":
                for key in row.fact.tasks:
                    task: Any = self.picture.get("tasks", key)
                    assert task.fact.state in TASK.ends

    def rows(self) -> Iterator[tuple[str, str, Any]]:
        for table in ("clues", "incidents", "operations", "tasks"):
            for key, row in self.picture.rows(table).items():
                yield table, key, row


Walks.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestWalks = Walks.TestCase
