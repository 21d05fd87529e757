"""What becomes of an operation and its task list: each function one command, see ``hub.road.decide``."""

from __future__ import annotations

from hub.domain.field import Clue, Incident, Operation, Tally, Task
from hub.domain.model import Position, Text, instant
from hub.road import commands as c
from hub.road.act import HUB, Act, added, checked
from hub.road.reasons import refused
from hub.road.states import CLUE, INCIDENT, NEW, OPERATION, TASK


def start(act: Act, data: c.OperationStart) -> None:
    """An operation begins; the clue and the call it is about say so."""
    act.absent("operations", data.id)
    clue = None if data.clue is None else act.held("clues", data.clue, Clue)
    incident = None if data.incident is None else act.held("incidents", data.incident, Incident)
    centres = tuple(dict.fromkeys(act.centre(name) for name in data.centres))
    position = data.position or (clue and clue.position) or (incident and incident.position)
    place: Position | None = position or None
    verb, state = act.step(OPERATION, NEW, data.id)
    fact = Operation(
        id=data.id,
        rev=1,
        number=number(data.id, act),
        title=c.text(data.words),
        state=state,  # type: ignore[arg-type]
        started_at=act.at,
        centres=centres,
        clue=data.clue,
        incident=data.incident,
        position=place,
        hops=(act.hop(verb, ",".join(centres)[:160] or HUB),),
    )
    act.say("operations", verb, fact)
    note = Text(f"发起集群作战 {fact.number}", f"operation {fact.number} started")
    if clue is not None:
        _link(act, clue, fact.id, note)
    if incident is not None:
        step, _ = act.step(INCIDENT, incident.state, incident.id)
        act.change("incidents", step, incident, act.hop(step, HUB, note), operation=fact.id)


def join(act: Act, data: c.OperationJoin) -> None:
    """Another clue belongs to an operation that runs already; its results go back to that one too."""
    operation, clue = act.held("operations", data.id, Operation), act.held("clues", data.clue, Clue)
    verb, _ = act.step(OPERATION, operation.state, operation.id)
    _link(act, clue, operation.id, Text(f"并入集群作战 {operation.number}", f"joins operation {operation.number}"))
    hop = act.hop(verb, HUB, Text(f"线索 {clue.id} 并入", f"clue {clue.id} joins"))
    act.change("operations", verb, operation, hop, clue=operation.clue or clue.id)


def _link(act: Act, clue: Clue, operation: str, note: Text) -> None:
    step, after = act.step(CLUE, clue.state, clue.id)
    due = act.due(act.rules.targets.feedback)
    act.change(
        "clues", step, clue, act.hop(step, clue.owner, note), state=after, operation=operation, to=None, due_at=due
    )


def number(key: str, act: Act) -> str:
    """How the operation is called: the year and what its id ends with."""
    return f"{act.at:%y}-{key.removeprefix('O-')[-12:]}"


def list_issue(act: Act, data: c.ListIssue) -> None:
    """A whole task list at once: all of it or nothing."""
    operation = act.held("operations", data.id, Operation)
    verb, _ = act.step(OPERATION, operation.state, operation.id)
    keys = [entry.id for entry in data.tasks]
    if len(set(keys)) != len(keys):
        raise refused("twice", "任务编号重复", "two lines of the list have the same id")
    for entry in data.tasks:
        issue(act, operation, entry)
    hop = act.hop(verb, HUB, Text(f"下发任务 {len(keys)} 项", f"{len(keys)} tasks issued"))
    act.change("operations", verb, operation, hop, tasks=(*operation.tasks, *keys))


def issue(act: Act, operation: Operation, entry: c.Entry, instead_of: str | None = None) -> None:
    """One line of a list."""
    act.absent("tasks", entry.id)
    if entry.due_at <= act.at:
        raise refused(
            "too_early", f"任务 {entry.id} 的时限须晚于现在", f"the time of task {entry.id} must be later than now"
        )
    to = entry.assignee_id
    if (
        to is not None
        and not any(act.seen.get(table, to) for table in ("units", "drones"))
        and to not in act.rules.centres
    ):
        raise refused("no_assignee", f"没有单元、无人机或中心 {to}", f"there is no unit, drone or centre {to}")
    accept = instant(min(act.now + act.rules.targets.accept, entry.due_at.timestamp()))
    assignee = c.text(entry.assignee)
    hop = act.hop("issued", to or assignee.en[:160] or HUB, due=accept)
    task = Task(
        id=entry.id,
        rev=1,
        operation=operation.id,
        title=c.text(entry.words),
        assignee=assignee,
        state="issued",
        issued_at=act.at,
        due_at=entry.due_at,
        accept_by=accept,
        assignee_id=to,
        centre=to if to in act.rules.centres else None,
        group=c.said(entry.group) or assignee,
        area=entry.area,
        incident=operation.incident,
        instead_of=instead_of,
        hops=(hop,),
    )
    act.say("tasks", "issued", task)


def close(act: Act, data: c.OperationClose) -> None:
    """Ended: open tasks expire, results go back to the clue."""
    operation = act.held("operations", data.id, Operation)
    verb, state = act.step(OPERATION, operation.state, operation.id)
    results = list(checked(data.results))
    left = 0
    for key in act.of("tasks", operation.id, operation.tasks):
        row = act.seen.get("tasks", key)
        if row is None or not isinstance(row.fact, Task):
            continue
        task = row.fact
        if not data.results:
            results += task.results
        if task.state in TASK.open_states():
            left += 1
            note = Text("作战结束", "the operation ended")
            act.change(
                "tasks",
                "expired",
                task,
                act.hop("expired", task.assignee_id or HUB, note),
                state="expired",
                ended_at=act.at,
                cause=note,
            )
    total = added(results)
    reason = c.said(data.words) or (Text(f"{left} 项任务未完成", f"{left} tasks not finished") if left else None)
    hop = act.hop(verb, HUB, reason)
    act.change("operations", verb, operation, hop, state=state, closed_at=act.at, results=total, reason=reason)
    if data.feedback:
        for key in act.of("clues", operation.id, [operation.clue] if operation.clue else []):
            _feed_back(act, operation, key, total)


def _feed_back(act: Act, operation: Operation, key: str, results: tuple[Tally, ...]) -> None:
    row = act.seen.get("clues", key)
    if row is None or not isinstance(row.fact, Clue) or row.fact.state != "operation":
        return
    clue, due = row.fact, act.due(act.rules.targets.close)
    note = Text(f"集群作战 {operation.number} 结果", f"results of operation {operation.number}")
    back = act.hop("fed_back", HUB, note, due, sender=clue.owner)
    act.change("clues", "fed_back", clue, back, state="feedback", results=results, due_at=due)
