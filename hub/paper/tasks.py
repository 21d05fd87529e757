"""The task list of a case, by the groups that get it."""

from __future__ import annotations

from hub.domain.field import Task
from hub.domain.model import Text, seconds
from hub.paper import views
from hub.paper.force import AWAY, resources
from hub.paper.held import Taken
from hub.paper.known import Known, counted

OVER = ("done", "refused", "cancelled")
"""States in which a task is not late any more; an expired one is."""


def groups(taken: Taken, stamp: views.Stamp, known: Known) -> tuple[views.Group, ...]:
    """Whoever tasks name as their group, else their assignees, in the order of their first tasks."""
    by_name: dict[tuple[str, str], list[views.Line]] = {}
    for number, task in enumerate(taken.tasks, start=1):
        key = _group(task)
        by_name.setdefault(key, []).append(_line(number, task, taken, stamp, known))
    sent = {key: {task.assignee_id for task in taken.tasks if _group(task) == key} for key in by_name}
    force = resources(taken, stamp, known)
    return tuple(
        views.Group(name=Text(*key), lines=tuple(lines), resources=tuple(r for r in force if r.id in sent[key]))
        for key, lines in by_name.items()
    )


def _group(task: Task) -> tuple[str, str]:
    name = task.group or task.assignee
    return name.zh, name.en


def _line(number: int, task: Task, taken: Taken, stamp: views.Stamp, known: Known) -> views.Line:
    ended = seconds(task.ended_at or task.done_at)
    over = task.state in OVER
    return views.Line(
        id=task.id,
        number=number,
        title=task.title,
        assignee=task.assignee,
        state=known.word("task_state", task.state),
        issued_at=task.issued_at.timestamp(),
        unit=taken.call_sign(task.assignee_id),
        accept_by=seconds(task.accept_by),
        due_at=seconds(task.due_at),
        ended_at=ended,
        late=task.due_at is not None and not over and task.due_at.timestamp() < stamp.printed_at,
        dropped=task.state in AWAY,
        progress=task.progress,
        cause=task.cause,
        result=task.result,
        results=tuple(counted(tally) for tally in task.results),
    )
