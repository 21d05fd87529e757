"""What becomes of a task: each function one command, see ``hub.road.decide``."""

from __future__ import annotations

from typing import Any

from hub.domain.field import Operation, Task
from hub.domain.model import Text
from hub.road import commands as c
from hub.road.act import HUB, Act, checked, plain
from hub.road.operations import issue
from hub.road.reasons import REFUSALS, chosen, refused
from hub.road.states import TASK


def mine(act: Act, task: Task) -> None:
    """A unit answers for its own tasks, a lead for those of the centre."""
    unit, centre = act.actor.unit, act.actor.centre
    if (unit is not None and task.assignee_id != unit) or (centre is not None and task.assignee_id != centre):
        row = act.seen.get("operations", task.operation)
        if (
            centre is not None
            and task.assignee_id is None
            and row is not None
            and centre in getattr(row.fact, "centres", ())
        ):
            return  # a group in words alone: any centre of the operation may answer for it
        raise refused(
            "not_yours", f"任务 {task.id} 由{task.assignee.zh}负责", f"task {task.id} is {task.assignee.en}'s"
        )


def _step(act: Act, data: c.Data, reason: Text | None = None, **changes: Any) -> None:
    task = act.held("tasks", data.id, Task)
    mine(act, task)
    verb, state = act.step(TASK, task.state, task.id)
    act.change("tasks", verb, task, act.hop(verb, HUB, reason, sender=task.assignee_id), state=state, **changes)


def deliver(act: Act, data: c.Data) -> None:
    """It has reached the device."""
    _step(act, data, delivered_at=act.at)


def see(act: Act, data: c.Data) -> None:
    """A person has seen it."""
    task = act.held("tasks", data.id, Task)
    _step(act, data, delivered_at=task.delivered_at or act.at, seen_at=act.at)


def accept(act: Act, data: c.Said) -> None:
    """Taken on."""
    task = act.held("tasks", data.id, Task)
    shown = {"delivered_at": task.delivered_at or act.at, "seen_at": task.seen_at or act.at}
    _step(act, data, c.said(data.words), accepted_at=act.at, **shown)


def refuse(act: Act, data: c.TaskRefuse) -> None:
    """Not taken on, for a listed cause."""
    words = {code: each for code, (each, _) in REFUSALS.items()}
    cause = chosen(words, data.cause, plain(data.words))
    _step(act, data, cause, cause=cause, refusal=data.cause, ended_at=act.at)


def execute(act: Act, data: c.Data) -> None:
    """Begun."""
    task = act.held("tasks", data.id, Task)
    _step(act, data, started_at=act.at, progress=task.progress or 0.0)


def progress(act: Act, data: c.TaskProgress) -> None:
    """How much is done; it never falls."""
    task = act.held("tasks", data.id, Task)
    if data.progress < (task.progress or 0.0):
        raise refused(
            "backwards",
            f"进度不能从 {task.progress:.0%} 退回 {data.progress:.0%}",
            f"progress cannot fall from {task.progress:.0%} to {data.progress:.0%}",
        )
    words = c.said(data.words)
    _step(
        act,
        data,
        words,
        progress=data.progress,
        started_at=task.started_at or act.at,
        **({"result": words} if words else {}),
    )


def finish(act: Act, data: c.Results) -> None:
    """Done, with counted results."""
    words = c.said(data.words)
    _step(act, data, words, done_at=act.at, ended_at=act.at, progress=1.0, result=words, results=checked(data.results))


def cancel(act: Act, data: c.Said) -> None:
    """Called off by the hub."""
    cause = c.said(data.words) or Text("指挥中心取消", "cancelled by the hub")
    end(act, data.id, cause)


def end(act: Act, key: str, cause: Text) -> Task:
    """Ended before it was done."""
    task = act.held("tasks", key, Task)
    verb, state = act.step(TASK, task.state, task.id)
    return act.change(
        "tasks", verb, task, act.hop(verb, task.assignee_id or HUB, cause), state=state, cause=cause, ended_at=act.at
    )


def reassign(act: Act, data: c.TaskReassign) -> None:
    """Somebody else does it: a new line in its place."""
    task = act.held("tasks", data.id, Task)
    operation = act.held("operations", task.operation, Operation)
    if operation.state != "running":
        raise refused("not_now", f"集群作战 {operation.number} 已结束", f"operation {operation.number} is over")
    if task.state not in ("refused", "expired", "cancelled"):  # what has ended already stays as it ended
        to = c.text(data.task.assignee)
        end(act, data.id, c.said(data.words) or Text(f"改派{to.zh}", f"given to {to.en}"))
    issue(act, operation, data.task, instead_of=task.id)
    note = act.hop("updated", HUB, Text(f"{task.id} 改派为 {data.task.id}", f"{data.task.id} instead of {task.id}"))
    act.change("operations", "updated", operation, note, tasks=(*operation.tasks, data.task.id))


def chase(act: Act, data: c.Said) -> None:
    """Late, and told."""
    task = act.held("tasks", data.id, Task)
    verb, _ = act.step(TASK, task.state, task.id)
    reason = c.said(data.words) or Text("督办", "chased")
    act.change("tasks", verb, task, act.hop(verb, task.assignee_id or task.assignee.en[:160], reason))


def expire(act: Act, data: c.Data) -> None:
    """Past its time."""
    task = act.held("tasks", data.id, Task)
    if task.due_at is not None and task.due_at > act.at:
        raise refused("not_due", "任务尚未到时限", "the task is not due yet")
    end(act, data.id, Text("超过时限", "past its time"))
