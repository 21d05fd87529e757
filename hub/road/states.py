"""States and moves, as tables: what may become of a clue, a task, an operation, an incident and an alarm.

Everything else reads them: the decision about a command, the guard at the topics, the diagram in the README.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.model import Text

NEW = ""
"""Before there is one."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step. ``verb``: as the event's type and the hop call it. ``before``: states it leaves (``NEW``: it begins one);
    ``after``: the state it leads to, ``None`` when the state stays. ``command``: who may take it, see ``hub.access``.
    """

    verb: str
    command: str
    before: tuple[str, ...]
    after: str | None
    title: Text

    def to(self, state: str) -> str:
        """The state after the step."""
        return state if self.after is None else self.after


@dataclass(frozen=True, slots=True)
class Machine:
    """One kind of thing. ``states``: state → what the screen says; ``ends``: states that nothing leaves."""

    table: str
    title: Text
    states: Mapping[str, Text]
    moves: Sequence[Move]
    ends: frozenset[str]

    def move(self, command: str) -> Move:
        """The move of a command; ``KeyError`` when there is none."""
        for move in self.moves:
            if move.command == command:
                return move
        raise KeyError(command)

    def open_states(self) -> tuple[str, ...]:
        """The states that something can still leave."""
        return tuple(state for state in self.states if state not in self.ends)

    def reachable(self, state: str, later: str) -> bool:
        """Whether moves lead from one state to the other, in any number of steps (none, when they are the same)."""
        return later == state or later in _closure(self.moves)[state]

    def steps(self, state: str, verb: str) -> tuple[str, ...]:
        """States that a step of that verb leads to; empty when it is not allowed."""
        return tuple(move.to(state) for move in self.moves if move.verb == verb and state in move.before)


_CLUE_OPEN = ("reported", "triaged", "transferred", "returned", "signed", "operation", "feedback")

_JOINING = ("triaged", "returned", "transferred", "signed")

CLUE = Machine(
    table="clues",
    title=Text("线索", "Clue"),
    states={
        "reported": Text("已上报", "reported"),
        "triaged": Text("已研判", "triaged"),
        "transferred": Text("移交待签收", "transferred, not signed for"),
        "returned": Text("已退回", "returned"),
        "signed": Text("已签收", "signed for"),
        "operation": Text("作战中", "in an operation"),
        "feedback": Text("已反馈", "fed back"),
        "closed": Text("已办结", "closed"),
    },
    moves=(
        Move("reported", "clue.report", (NEW,), "reported", Text("上报", "Report")),
        Move("triaged", "clue.triage", ("reported",), "triaged", Text("研判", "Triage")),
        Move("transferred", "clue.transfer", ("triaged", "returned"), "transferred", Text("移交", "Transfer")),
        Move("recalled", "clue.recall", ("transferred",), "triaged", Text("撤回移交", "Recall")),
        Move("chased", "clue.chase", ("transferred", "signed"), None, Text("督办", "Chase")),
        Move("signed", "clue.sign", ("transferred",), "signed", Text("签收", "Sign for")),
        Move("returned", "clue.return", ("transferred",), "returned", Text("退回", "Return")),
        Move("related", "clue.link", _CLUE_OPEN, None, Text("关联", "Link")),
        Move(
            "linked",
            "operation.start",
            _JOINING,
            "operation",
            Text("发起作战", "Start an operation"),
        ),
        Move("linked", "operation.join", _JOINING, "operation", Text("并入作战", "Join an operation")),
        Move("fed_back", "clue.feedback", ("signed", "operation"), "feedback", Text("反馈", "Feed back")),
        Move("closed", "clue.merge", ("reported", "triaged", "returned"), "closed", Text("合并", "Merge")),
        Move(
            "closed",
            "clue.close",
            ("reported", "triaged", "returned", "signed", "operation", "feedback"),
            "closed",
            Text("办结", "Close"),
        ),
    ),
    ends=frozenset({"closed"}),
)

_TASK_OPEN = ("issued", "delivered", "seen", "accepted", "executing")

TASK = Machine(
    table="tasks",
    title=Text("任务", "Task"),
    states={
        "issued": Text("已下发", "issued"),
        "delivered": Text("已送达", "delivered"),
        "seen": Text("已查看", "seen"),
        "accepted": Text("已接受", "accepted"),
        "executing": Text("执行中", "executing"),
        "done": Text("已完成", "done"),
        "refused": Text("已拒绝", "refused"),
        "expired": Text("已过期", "expired"),
        "cancelled": Text("已取消", "cancelled"),
    },
    moves=(
        Move("issued", "list.issue", (NEW,), "issued", Text("下发", "Issue")),
        Move("delivered", "task.deliver", ("issued",), "delivered", Text("送达", "Delivered")),
        Move("seen", "task.see", ("issued", "delivered"), "seen", Text("查看", "Seen")),
        Move("accepted", "task.accept", ("issued", "delivered", "seen"), "accepted", Text("接受", "Accept")),
        Move("refused", "task.refuse", ("issued", "delivered", "seen", "accepted"), "refused", Text("拒绝", "Refuse")),
        Move("executing", "task.execute", ("accepted",), "executing", Text("开始执行", "Begin")),
        Move("progressed", "task.progress", ("accepted", "executing"), "executing", Text("进展", "Progress")),
        Move("done", "task.finish", ("accepted", "executing"), "done", Text("完成", "Finish")),
        Move("chased", "task.chase", _TASK_OPEN, None, Text("督办", "Chase")),
        Move("cancelled", "task.cancel", _TASK_OPEN, "cancelled", Text("取消", "Cancel")),
        Move("cancelled", "task.reassign", _TASK_OPEN, "cancelled", Text("改派", "Reassign")),
        # what has ended stays as it ended: only a new task takes its place
        Move("reassigned", "task.reassign", ("refused", "expired", "cancelled"), None, Text("改派", "Reassign")),
        Move("expired", "task.expire", _TASK_OPEN, "expired", Text("过期", "Expire")),
    ),
    ends=frozenset({"done", "refused", "expired", "cancelled"}),
)

OPERATION = Machine(
    table="operations",
    title=Text("集群作战", "Operation"),
    states={
        "planned": Text("筹划", "planned"),
        "running": Text("进行中", "running"),
        "closed": Text("已结束", "closed"),
    },
    moves=(
        Move("started", "operation.start", (NEW, "planned"), "running", Text("发起", "Start")),
        Move("updated", "operation.join", ("running",), None, Text("线索并入", "A clue joins")),
        Move("updated", "list.issue", ("running",), None, Text("下发任务清单", "Issue a task list")),
        Move("closed", "operation.close", ("running",), "closed", Text("结束", "Close")),
    ),
    ends=frozenset({"closed"}),
)

INCIDENT = Machine(
    table="incidents",
    title=Text("警情", "Incident"),
    states={
        "open": Text("待处警", "open"),
        "dispatched": Text("已派警", "dispatched"),
        "on_scene": Text("到场处置", "on scene"),
        "diverted": Text("已分流", "diverted"),
        "closed": Text("已办结", "closed"),
    },
    moves=(
        Move("opened", "incident.report", (NEW,), "open", Text("报告", "Report")),
        Move(
            "unit_assigned",
            "incident.dispatch",
            ("open", "dispatched", "on_scene"),
            "dispatched",
            Text("派警", "Dispatch"),
        ),
        Move("on_scene", "incident.arrive", ("dispatched",), "on_scene", Text("到场", "Arrive")),
        Move("updated", "operation.start", ("open", "dispatched", "on_scene"), None, Text("发起作战", "Operation")),
        Move("diverted", "incident.divert", ("open", "dispatched", "on_scene"), "diverted", Text("分流", "Divert")),
        Move("signed", "incident.sign", ("diverted",), None, Text("签收", "Sign for")),
        Move("chased", "incident.chase", ("diverted",), None, Text("督办", "Chase")),
        Move(
            "closed", "incident.close", ("open", "dispatched", "on_scene", "diverted"), "closed", Text("办结", "Close")
        ),
        Move("reopened", "incident.reopen", ("closed", "diverted"), "open", Text("重开", "Reopen")),
    ),
    ends=frozenset({"closed"}),
)

_ALARM_OPEN = ("raised", "acknowledged", "shelved")
ALARM = Machine(
    table="alarms",
    title=Text("告警", "Alarm"),
    states={
        "raised": Text("未确认", "raised"),
        "acknowledged": Text("已确认", "acknowledged"),
        "shelved": Text("已搁置", "shelved"),
        "cleared": Text("已解除", "cleared"),
    },
    moves=(
        Move("acknowledged", "alarm.acknowledge", ("raised", "shelved"), "acknowledged", Text("确认", "Acknowledge")),
        Move("shelved", "alarm.shelve", ("raised", "acknowledged"), "shelved", Text("搁置", "Shelve")),
        Move("cleared", "incident.divert", _ALARM_OPEN, "cleared", Text("随警情解除", "Clear with its call")),
        Move("cleared", "incident.close", _ALARM_OPEN, "cleared", Text("随警情解除", "Clear with its call")),
    ),
    ends=frozenset({"cleared"}),
)

HANDOVER = Machine(
    table="handovers",
    title=Text("交接班", "Handover"),
    states={"offered": Text("待接班签字", "offered"), "signed": Text("已交接", "signed")},
    moves=(
        Move("offered", "handover.offer", (NEW,), "offered", Text("交班签字", "Offer")),
        Move("signed", "handover.sign", ("offered",), "signed", Text("接班签字", "Sign")),
    ),
    ends=frozenset({"signed"}),
)

MACHINES: tuple[Machine, ...] = (CLUE, INCIDENT, OPERATION, TASK, ALARM, HANDOVER)


def _closure(moves: Iterable[Move]) -> dict[str, set[str]]:
    steps: dict[str, set[str]] = {}
    for move in moves:
        for state in move.before:
            steps.setdefault(state, set()).add(move.to(state))
            steps.setdefault(move.to(state), set())
    changed = True
    while changed:
        changed = False
        for state, out in steps.items():
            more = set().union(*(steps[each] for each in out)) - out if out else set()
            if more:
                steps[state] |= more
                changed = True
    return steps


def diagram(machine: Machine) -> str:
    """The machine as a Mermaid state diagram; moves between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        for state in move.before:
            arrows.setdefault((state or "[*]", move.to(state)), []).append(move.title.zh + " " + move.title.en)
    lines = ["stateDiagram-v2", *(f"    {state} : {text.zh} {text.en}" for state, text in machine.states.items())]
    lines += [f"    {a} --> {b} : {' / '.join(titles)}" for (a, b), titles in arrows.items() if a != b]
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.ends]
    return "\n".join(lines) + "\n"
