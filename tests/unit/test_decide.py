"""The decision about each command: what becomes of it, and the words of a refusal."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.access import MAY, Actor, accounts, unit
from hub.domain.events import Event
from hub.domain.field import Alarm, Clue, Incident, Operation, Task, Unit
from hub.domain.model import Position, Text, instant
from hub.field.topics import STREAMS, TABLES
from hub.picture.fold import Picture
from hub.picture.rows import Row
from hub.road.act import Decision, Rules
from hub.road.clocks import HOUR, Targets, state
from hub.road.commands import DATA, Command, decode
from hub.road.decide import decide
from hub.road.reasons import CLOSINGS, REFUSALS, RETURNS, Refused
from hub.road.states import MACHINES

NOW = 1_763_870_400.0
CENTRES = {"alpha": Text("甲中心", "Centre A"), "beta": Text("乙中心", "Centre B")}
RULES = Rules(centres=CENTRES, source="/hub/t")
PEOPLE = {**accounts(CENTRES.items()), "unit-U-1": unit("U-1", "101"), "unit-U-2": unit("U-2", "102")}
DUTY, BOSS = PEOPLE["duty-1"], PEOPLE["commander"]
ALPHA, BETA, CAR, OTHER = (PEOPLE[name] for name in ("lead-alpha", "lead-beta", "unit-U-1", "unit-U-2"))
FOLDS = {type_: fold for stream in STREAMS for type_, fold in stream.folds.items()}
HERE = Position(104.06, 30.67, "WGS84")


class Desk:
    """A picture, and commands given to it; what is accepted is folded as it would come back from the log."""

    def __init__(self) -> None:
        self.picture = Picture(TABLES)
        self.now = NOW
        for key in ("U-1", "U-2"):
            fact = Unit(id=key, rev=1, call_sign=key, kind="patrol_car", status="available", position=HERE)
            self.picture.apply({"units": {key: Row(fact, NOW, NOW, "cn.hub.unit.position.v1")}})
        alarm = Alarm(id="A-1", rev=3, priority=2, state="raised", title=Text("断流", "Lost"), raised_at=instant(NOW))
        urgent = msgspec.structs.replace(alarm, id="A-2", priority=1)
        for each in (alarm, urgent):
            self.picture.apply({"alarms": {each.id: Row(each, NOW, NOW, "cn.hub.alarm.raised.v1")}})

    def give(self, actor: Actor, type_: str, key: str, rev: int | None = None, **data: Any) -> Decision:
        self.now += 60.0
        command = Command(type=type_, data=msgspec.convert({"id": key, **data}, DATA[type_]), expected_rev=rev)
        decision = decide(self.picture, command, actor, self.now, RULES)
        for e in decision.emissions:
            event = Event(
                id="e", source=e.source, type=e.type, subject=e.data.id, time=e.at, seen=e.at, data=e.data, exercise="o"
            )
            self.picture.apply(FOLDS[e.type](self.picture, event))
        return decision

    def refused(self, actor: Actor, type_: str, key: str, **data: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.give(actor, type_, key, **data)
        assert caught.value.reason.zh
        assert caught.value.reason.zh != caught.value.reason.en
        return caught.value.code

    def fact(self, table: str, key: str) -> Any:
        row = self.picture.get(table, key)
        assert row is not None
        return row.fact

    def clue(self, key: str = "K-1") -> Clue:
        fact = self.fact("clues", key)
        assert isinstance(fact, Clue)
        return fact


@pytest.fixture
def desk() -> Desk:
    return Desk()


def line(desk: Desk, key: str, **more: Any) -> dict[str, Any]:
    due = instant(desk.now + 2 * HOUR).isoformat()
    return {"id": key, "words": "外围布控", "assignee": "101 车", "assignee_id": "U-1", "due_at": due, **more}


def signed(desk: Desk) -> None:
    desk.give(ALPHA, "clue.report", "K-1", words="账户异常", priority=2, model="M-07", records=12)
    desk.give(DUTY, "clue.triage", "K-1", priority=1)
    desk.give(DUTY, "clue.transfer", "K-1", to="beta")
    desk.give(BETA, "clue.sign", "K-1")


def test_a_clue_goes_its_whole_road(desk: Desk) -> None:
    desk.give(ALPHA, "clue.report", "K-1", words="账户异常", priority=2, model="M-07", records=12)
    assert (desk.clue().owner, desk.clue().reviewed_by, desk.clue().due_at) == (
        "alpha", "lead-alpha", instant(desk.now + HOUR),
    )  # fmt: skip
    desk.give(DUTY, "clue.triage", "K-1", priority=1)
    assert (desk.clue().owner, desk.clue().priority) == ("hub", 1)
    desk.give(DUTY, "clue.transfer", "K-1", to="beta", words={"zh": "请核查", "en": "please check"})
    assert (desk.clue().owner, desk.clue().to) == ("hub", "beta"), "not signed for yet"
    assert desk.refused(ALPHA, "clue.sign", "K-1") == "not_yours"
    desk.give(DUTY, "clue.chase", "K-1")
    desk.give(BETA, "clue.return", "K-1", cause="incomplete", words="缺照片")
    assert desk.clue().reason == Text("材料不全，退回补充：缺照片", "material incomplete: 缺照片")
    desk.give(DUTY, "clue.transfer", "K-1", to="alpha")
    desk.give(DUTY, "clue.recall", "K-1")
    desk.give(DUTY, "clue.transfer", "K-1", to="beta")
    desk.give(BETA, "clue.sign", "K-1")
    assert (desk.clue().owner, desk.clue().to) == ("beta", None)
    tally = {"title": {"zh": "抓获", "en": "controlled"}, "value": 7}
    assert desk.refused(ALPHA, "clue.feedback", "K-1", results=[tally]) == "not_yours"
    desk.give(BETA, "clue.feedback", "K-1", results=[tally])
    desk.give(DUTY, "clue.close", "K-1", cause="done")
    clue = desk.clue()
    assert [hop.verb for hop in clue.hops] == [
        "reported", "triaged", "transferred", "chased", "returned", "transferred", "recalled", "transferred", "signed",
        "fed_back", "closed",
    ]  # fmt: skip
    assert all(hop.actor and hop.purpose == "crime" for hop in clue.hops)
    assert clue.results[0].value == 7
    assert desk.refused(DUTY, "clue.triage", "K-1", priority=1) == "not_now"


def test_duplicates_are_merged_and_linked(desk: Desk) -> None:
    for key in ("K-1", "K-2"):
        desk.give(ALPHA, "clue.report", key, words="同一地点", priority=3)
    assert desk.refused(DUTY, "clue.merge", "K-1", into="K-1") == "cannot_merge"
    desk.give(DUTY, "clue.merge", "K-2", into="K-1")
    assert (desk.clue("K-2").state, desk.clue("K-2").merged_into) == ("closed", "K-1")
    assert desk.clue().linked == ("K-2",)
    assert desk.refused(DUTY, "clue.merge", "K-1", into="K-2") == "cannot_merge"
    desk.give(CAR, "incident.report", "I-1", kind="fraud")
    desk.give(DUTY, "clue.link", "K-1", to="I-1")
    assert desk.clue().incident == "I-1"
    assert desk.refused(DUTY, "clue.link", "K-1", to="I-1") == "linked"
    assert desk.refused(DUTY, "clue.link", "K-1", to="I-9") == "not_there"


def test_an_operation_brings_its_results_back(desk: Desk) -> None:
    signed(desk)
    desk.give(DUTY, "operation.start", "O-1", words="净网", centres=["beta"], clue="K-1")
    assert (desk.clue().state, desk.clue().operation, desk.clue().owner) == ("operation", "O-1", "beta")
    lines = [line(desk, "T-1"), line(desk, "T-2", assignee_id="beta"), line(desk, "T-3", assignee_id=None)]
    desk.give(DUTY, "list.issue", "O-1", tasks=lines)
    assert desk.fact("operations", "O-1").tasks == ("T-1", "T-2", "T-3")
    desk.give(CAR, "task.deliver", "T-1")
    desk.give(CAR, "task.see", "T-1")
    assert desk.refused(OTHER, "task.accept", "T-1") == "not_yours"
    assert desk.refused(ALPHA, "task.accept", "T-2") == "not_yours"
    assert desk.refused(ALPHA, "task.accept", "T-3") == "not_yours"
    desk.give(BETA, "task.accept", "T-3")
    desk.give(CAR, "task.accept", "T-1")
    desk.give(CAR, "task.execute", "T-1")
    desk.give(CAR, "task.progress", "T-1", progress=0.5)
    assert desk.refused(CAR, "task.progress", "T-1", progress=0.4) == "backwards"
    tally = {"title": {"zh": "控制", "en": "controlled"}, "value": 3}
    desk.give(CAR, "task.finish", "T-1", results=[tally])
    assert desk.refused(CAR, "task.accept", "T-1") == "not_now"
    desk.give(BETA, "task.accept", "T-2")
    desk.give(BETA, "task.finish", "T-2", results=[tally])
    assert desk.refused(DUTY, "clue.close", "K-1", cause="done") == "running"
    desk.give(DUTY, "operation.close", "O-1")
    operation, task = desk.fact("operations", "O-1"), desk.fact("tasks", "T-3")
    assert isinstance(operation, Operation)
    assert [(each.title.en, each.value) for each in operation.results] == [("controlled", 6.0)]
    assert (task.state, task.cause) == ("expired", Text("作战结束", "the operation ended"))
    assert (desk.clue().state, desk.clue().results) == ("feedback", operation.results)


def test_another_clue_joins_and_gets_the_results_too(desk: Desk) -> None:
    signed(desk)
    desk.give(DUTY, "operation.start", "O-1", words="寻人", centres=["beta"])
    desk.give(ALPHA, "clue.report", "K-2", words="有人目击", priority=2)
    desk.give(DUTY, "clue.triage", "K-2", priority=2)
    desk.give(DUTY, "operation.join", "O-1", clue="K-1")
    desk.give(DUTY, "operation.join", "O-1", clue="K-2")
    assert desk.refused(DUTY, "operation.join", "O-1", clue="K-2") == "not_now"
    tally = {"title": {"zh": "找到", "en": "found"}, "value": 1}
    desk.give(DUTY, "operation.close", "O-1", results=[tally])
    assert (desk.clue().state, desk.clue("K-2").state) == ("feedback", "feedback")
    assert desk.clue().results == desk.clue("K-2").results == desk.fact("operations", "O-1").results


def test_tasks_are_refused_reassigned_chased_cancelled(desk: Desk) -> None:
    desk.give(BOSS, "operation.start", "O-1", words="搜寻")
    desk.give(DUTY, "list.issue", "O-1", tasks=[line(desk, f"T-{n}") for n in range(1, 6)])
    assert desk.refused(DUTY, "list.issue", "O-1", tasks=[line(desk, "T-1")]) == "exists"
    assert desk.refused(DUTY, "list.issue", "O-1", tasks=[line(desk, "T-8"), line(desk, "T-8")]) == "twice"
    assert desk.refused(DUTY, "list.issue", "O-1", tasks=[line(desk, "T-8", assignee_id="U-9")]) == "no_assignee"
    late = line(desk, "T-8", due_at=instant(NOW).isoformat())
    assert desk.refused(DUTY, "list.issue", "O-1", tasks=[late]) == "too_early"
    for n, code in enumerate(REFUSALS, 1):
        if n < 4:
            desk.give(CAR, "task.refuse", f"T-{n}", cause=code)
            assert desk.fact("tasks", f"T-{n}").refusal == code
    assert desk.refused(CAR, "task.refuse", "T-4", cause="weather") == "no_reason"
    desk.give(DUTY, "task.reassign", "T-1", task=line(desk, "T-11", assignee_id="U-2"))
    assert (desk.fact("tasks", "T-1").state, desk.fact("tasks", "T-11").instead_of) == ("refused", "T-1")
    desk.give(DUTY, "task.reassign", "T-4", task=line(desk, "T-14", assignee_id="U-2"))
    assert desk.fact("tasks", "T-4").state == "cancelled"
    desk.give(DUTY, "task.chase", "T-5")
    assert desk.refused(DUTY, "task.expire", "T-5") == "not_due"
    desk.now += 3 * HOUR
    desk.give(DUTY, "task.expire", "T-5")
    desk.give(DUTY, "task.cancel", "T-14")
    assert desk.fact("operations", "O-1").tasks[-2:] == ("T-11", "T-14")


def test_a_call_is_diverted_supervised_and_settled(desk: Desk) -> None:
    desk.give(CAR, "incident.report", "I-1", kind="wages", place="工地")
    incident = desk.fact("incidents", "I-1")
    assert isinstance(incident, Incident)
    assert (incident.position, incident.priority, incident.channel) == (HERE, 4, "unit")
    assert desk.refused(CAR, "incident.report", "I-2", kind="magic") == "no_kind"
    assert desk.refused(DUTY, "incident.dispatch", "I-1", units=["U-9"]) == "no_unit"
    desk.give(DUTY, "incident.dispatch", "I-1", units=["U-1"])
    assert desk.refused(DUTY, "incident.dispatch", "I-1", units=["U-1"]) == "sent"
    assert desk.refused(OTHER, "incident.arrive", "I-1") == "not_yours"
    desk.give(CAR, "incident.arrive", "I-1")
    desk.give(CAR, "incident.divert", "I-1", words="欠薪纠纷")
    incident = desk.fact("incidents", "I-1")
    assert (incident.state, incident.units, incident.closed_at) == ("diverted", (), None)
    assert incident.due_at == instant(desk.now + Targets().diverted_sign)
    assert desk.refused(ALPHA, "incident.close", "I-1", cause="settled") == "not_yours"
    desk.give(ALPHA, "incident.sign", "I-1", party={"zh": "社区与人社局", "en": "community and labour department"})
    assert desk.fact("incidents", "I-1").owner == "alpha"
    desk.give(DUTY, "incident.chase", "I-1")
    assert desk.refused(BETA, "incident.close", "I-1", cause="settled") == "not_yours"
    desk.give(ALPHA, "incident.close", "I-1", cause="settled")
    assert desk.fact("incidents", "I-1").closed_at is not None
    assert desk.refused(DUTY, "incident.reopen", "I-1") == "no_reason"
    desk.give(DUTY, "incident.reopen", "I-1", words="当事人反悔")
    assert desk.fact("incidents", "I-1").state == "open"


def test_alarms_proposals_and_shifts(desk: Desk) -> None:
    desk.give(DUTY, "alarm.shelve", "A-1", until=instant(desk.now + HOUR).isoformat())
    assert desk.refused(DUTY, "alarm.shelve", "A-1", until=instant(desk.now + HOUR).isoformat()) == "not_now"
    desk.give(DUTY, "alarm.acknowledge", "A-1")
    assert desk.refused(DUTY, "alarm.shelve", "A-1", until=instant(desk.now + 99 * HOUR).isoformat()) == "too_long"
    assert desk.refused(DUTY, "alarm.shelve", "A-2", until=instant(desk.now + HOUR).isoformat()) == "urgent"
    assert desk.give(DUTY, "recommendation.answer", "P-1", accepted=True, subject="I-1").emissions == ()
    assert desk.refused(DUTY, "recommendation.answer", "P-1", accepted=False, subject="I-1") == "no_reason"
    period: dict[str, Any] = {
        "since": instant(NOW).isoformat(),
        "until": instant(NOW + 30).isoformat(),
        "digest": "abc",
        "lines": 9,
    }
    desk.give(DUTY, "handover.offer", "H-1", **period)
    assert desk.refused(DUTY, "handover.sign", "H-1", digest="abc") == "same"
    assert desk.refused(PEOPLE["duty-2"], "handover.sign", "H-1", digest="abd") == "differs"
    desk.give(PEOPLE["duty-2"], "handover.sign", "H-1", digest="abc")
    assert desk.fact("handovers", "H-1").in_by == "duty-2"


@pytest.mark.parametrize(("command", "data"), [("close", {"cause": "settled"}), ("divert", {"to": "12345"})])
def test_what_a_call_raised_is_cleared_with_it(desk: Desk, command: str, data: dict[str, Any]) -> None:
    desk.give(DUTY, "incident.report", "I-1", kind="wages", words="讨薪")
    for key, about in (("A-1", "I-1"), ("A-2", "I-2")):
        alarm = msgspec.structs.replace(desk.fact("alarms", key), subject=("incidents", about))
        desk.picture.apply({"alarms": {key: Row(alarm, NOW, NOW, "cn.hub.alarm.raised.v1")}})
    desk.give(DUTY, "alarm.acknowledge", "A-1")
    desk.give(DUTY, "incident.dispatch", "I-1", units=("U-1",))
    said = desk.give(DUTY, f"incident.{command}", "I-1", **data).emissions
    assert [(e.type, e.data.id) for e in said[1:]] == [("cn.hub.alarm.cleared.v1", "A-1")]
    assert (desk.fact("alarms", "A-1").state, desk.fact("alarms", "A-1").cleared_at) == ("cleared", instant(desk.now))
    assert desk.fact("alarms", "A-2").state == "raised", "of another call"
    desk.give(DUTY, "incident.reopen", "I-1", words="当事人反悔")
    assert len(desk.give(DUTY, f"incident.{command}", "I-1", **data).emissions) == 1, "cleared once"


def test_what_somebody_else_changed_is_said(desk: Desk) -> None:
    desk.give(ALPHA, "clue.report", "K-1", words="线索", priority=2)
    desk.give(DUTY, "clue.triage", "K-1", rev=1, priority=1)
    assert desk.refused(DUTY, "clue.transfer", "K-1", rev=1, to="beta") == "changed"
    assert desk.refused(DUTY, "clue.transfer", "K-9", to="beta") == "not_there"
    assert desk.refused(DUTY, "clue.transfer", "K-1", to="gamma") == "no_centre"


def test_nothing_about_persons_is_written(desk: Desk) -> None:
    for words in ("身份证 510104199001011234", "电话13800138000", {"zh": "好", "en": "call 13900139000"}):
        assert desk.refused(ALPHA, "clue.report", "K-1", words=words, priority=2) == "personal"
    desk.give(ALPHA, "clue.report", "K-1", words="警情 20251123 第 1380013 号", priority=2)


def test_who_may_do_what() -> None:
    assert set().union(*MAY.values()) == set(DATA), "every command is somebody's"
    assert not MAY["unit"] & {"clue.triage", "operation.start", "list.issue", "task.cancel"}
    assert "clue.sign" not in MAY["duty"], "a centre signs for itself"


@pytest.mark.parametrize("name", sorted(DATA))
def test_every_command_has_a_body_that_is_checked(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"missing required field|at `\$"):
        decode(msgspec.json.encode({"type": name, "data": {}}))


def test_every_move_is_a_command() -> None:
    assert {move.command for machine in MACHINES for move in machine.moves} | {"recommendation.answer"} == set(DATA)


def test_lists_of_reasons_are_in_both_languages() -> None:
    for text in (*RETURNS.values(), *CLOSINGS.values(), *(words for words, _ in REFUSALS.values())):
        assert text.zh
        assert text.en


@pytest.mark.parametrize(
    ("now", "wanted"), [(0, "on_time"), (79, "on_time"), (80, "warn"), (100, "warn"), (101, "late")]
)
def test_a_clock_warns_before_it_is_late(now: float, wanted: str) -> None:
    assert state(0.0, 100.0, now)[0] == wanted
    assert state(0.0, None, now) == ("none", 0.0)


def test_a_task_of_nobody_s_centre(desk: Desk) -> None:
    desk.give(DUTY, "operation.start", "O-1", words="巡逻", centres=["alpha"])
    desk.give(DUTY, "list.issue", "O-1", tasks=[line(desk, "T-1", assignee_id="alpha")])
    task = desk.fact("tasks", "T-1")
    assert isinstance(task, Task)
    assert (task.centre, task.accept_by) == ("alpha", instant(desk.now + Targets().accept))
