"""From the picture to what a sheet says, one function for each form: pure, and without the engine's lock.

Incidents' titles and reasons are free text and are left behind here: kind and place stand for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.domain.kinds import kind
from hub.domain.model import seconds
from hub.field.district import District
from hub.paper import views
from hub.paper.force import needs, point_of, resources
from hub.paper.held import NotHeld, Taken
from hub.paper.known import Known, counted
from hub.paper.past import History, entries
from hub.paper.tasks import groups

LOG_MAX, ACTIONS_MAX = 600, 120
"""Entries that are printed, of a log (some thirty pages) and of a briefing; of more of them the newest."""
_STREETS = ("ring", "trunk", "main")


def ground_of(district: District) -> views.Sketch:
    """The ground of a sketch: outline, larger streets and rivers of a district."""
    streets = [views.Way(street.line, street.name) for street in district.streets if street.kind in _STREETS]
    rivers = [views.Way(area.ring, area.name) for area in district.water]
    return views.Sketch(outline=tuple(district.boundary), ways=(*streets, *rivers))


def task_list(taken: Taken, stamp: views.Stamp, known: Known) -> views.TaskList:
    """A group for each that tasks name (else for each assignee), in the order of their first tasks."""
    return views.TaskList(stamp=stamp, case=_case(taken, known), groups=groups(taken, stamp, known))


def activity_log(taken: Taken, stamp: views.Stamp, known: Known, history: History) -> views.ActivityLog:
    """What history holds of the operation, its clue, its incident and its tasks, up to the time of printing."""
    said = entries(taken, stamp, known, history)
    return views.ActivityLog(
        stamp=stamp,
        case=_case(taken, known),
        resources=resources(taken, stamp, known),
        entries=said[-LOG_MAX:],
        cut=max(0, len(said) - LOG_MAX),
    )


def briefing(taken: Taken, stamp: views.Stamp, known: Known, history: History) -> views.Briefing:
    """Situation, objectives, actions (no deliveries and the like), organisation, resources, geometry of a sketch."""
    force = resources(taken, stamp, known)
    said = [entry for entry in entries(taken, stamp, known, history) if not entry.routine]
    return views.Briefing(
        stamp=stamp,
        case=_case(taken, known),
        sketch=_sketch(taken, known, force),
        groups=groups(taken, stamp, known),
        actions=tuple(said[-ACTIONS_MAX:]),
        resources=force,
        cut=max(0, len(said) - ACTIONS_MAX),
    )


def planning_sheet(taken: Taken, stamp: views.Stamp, known: Known) -> views.PlanningSheet:
    """Kinds that are required, assigned or free, and every task with what was sent for it."""
    return views.PlanningSheet(
        stamp=stamp, case=_case(taken, known), groups=groups(taken, stamp, known), needs=needs(taken, known)
    )


def _case(taken: Taken, known: Known) -> views.Case:
    op, call, clue = taken.operation, taken.incident, taken.clue
    named = None if call is None else kind(call.kind).title
    common: dict[str, Any] = {
        "incident": None if call is None else call.id,
        "kind": named,
        "place": (call.place if call is not None else None) or (clue.place if clue is not None else None),
        "priority": clue.priority if call is None and clue is not None else None if call is None else call.priority,
        "clue": None if clue is None else clue.id,
        "clue_title": None if clue is None else clue.title,
    }
    if op is not None:
        return views.Case(
            id=op.id,
            number=op.number,
            title=op.title,
            state=known.word("operation_state", op.state),
            started_at=op.started_at.timestamp(),
            closed_at=seconds(op.closed_at),
            centres=tuple(known.owner(name) for name in op.centres),
            results=tuple(counted(tally) for tally in op.results),
            **common,
        )
    if call is None:
        raise NotHeld("a sheet is about an operation or an incident")
    return views.Case(
        id=call.id,
        number=call.id,
        title=named or kind(call.kind).title,
        state=known.word("incident_state", call.state),
        started_at=call.opened_at.timestamp(),
        closed_at=seconds(call.closed_at),
        results=tuple(counted(tally) for tally in call.results),
        **common,
    )


def _sketch(taken: Taken, known: Known, force: Sequence[views.Resource]) -> views.Sketch:
    marks = [views.Mark("drone" if r.drone else "unit", r.call_sign, r.point) for r in force if r.point is not None]
    about = next((f for f in (taken.incident, taken.operation, taken.clue) if f is not None and f.position), None)
    if about is not None and (point := point_of(about)) is not None:
        number = taken.operation.number if taken.operation is not None else about.id
        marks.insert(0, views.Mark("incident", number, point))
    areas = tuple(tuple((p.lon, p.lat) for p in task.area) for task in taken.tasks if task.area)
    return views.Sketch(outline=known.ground.outline, ways=known.ground.ways, areas=areas, marks=tuple(marks))
