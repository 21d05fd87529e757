"""A small case to print: an operation with its call, clue, tasks, unit and drone, and what history holds of it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import justmytype_intl_cjk
import msgspec
from pypdf import PdfReader

from hub.domain.events import Event
from hub.domain.field import Clue, Drone, Hop, Incident, Operation, Tally, Task, Unit
from hub.domain.model import Fact, Position, Text, instant
from hub.field.topics import TABLES, event_type
from hub.paper import gather, views
from hub.paper.held import Taken, take
from hub.paper.known import Known
from hub.picture.fold import Picture, keep
from hub.ports import HistoryEntry
from layouts.texts import LABELS

FONT = Path(justmytype_intl_cjk.__file__).parent / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
NOW = 1_763_862_000.0
"""2025-11-23 09:40 at UTC+8."""
HERE = Position(104.05, 30.66, "WGS84")
KNOWN = Known(labels=LABELS, centres={"north": Text("北区中心", "North centre")})
FREE = Text("报警人自述的内容甲乙丙", "what the caller said in confidence")
TABLE_OF: Mapping[type[Fact], tuple[str, str]] = {
    Incident: ("incidents", "incident"),
    Unit: ("units", "unit"),
    Drone: ("drones", "drone"),
    Clue: ("clues", "clue"),
    Operation: ("operations", "operation"),
    Task: ("tasks", "task"),
}


def call(**more: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": "I-1", "rev": 1, "kind": "rescue", "priority": 1, "state": "on_scene", "opened_at": instant(NOW - 900),
        "dispatched_at": instant(NOW - 850), "position": HERE, "place": Text("东桥路口", "East Bridge crossing"),
        "title": FREE, "reason": FREE, "units": ("U-1",), "operation": "O-1",
    }  # fmt: skip
    return Incident(**(fields | more))


def clue() -> Clue:
    hop = Hop(
        at=instant(NOW - 1000), verb="transferred", sender="hub", receiver="north",
        reason=Text("属地管辖", "theirs by place"), actor="duty-2",
    )  # fmt: skip
    return Clue(
        id="K-1", rev=2, title=Text("异常聚集线索", "An odd gathering"), priority=2, state="operation", origin="north",
        owner="hub", reported_at=instant(NOW - 3000), hops=(hop,), operation="O-1",
    )  # fmt: skip


def operation(**more: Any) -> Operation:
    fields: dict[str, Any] = {
        "id": "O-1", "rev": 1, "number": "26-018", "title": Text("东桥联合行动", "East Bridge operation"),
        "state": "running", "started_at": instant(NOW - 800), "centres": ("north",), "clue": "K-1", "incident": "I-1",
        "results": (Tally(title=Text("救出", "Brought to safety"), value=2, unit=Text("人", "persons")),),
    }  # fmt: skip
    return Operation(**(fields | more))


def task(number: int, **more: Any) -> Task:
    fields: dict[str, Any] = {
        "id": f"T-{number:02d}", "rev": 1, "operation": "O-1",
        "title": Text(f"封控{number}号路口", f"Close crossing {number}"),
        "assignee": Text("交警一组", "Traffic team 1"), "state": "issued", "issued_at": instant(NOW - 700 + number),
        "due_at": instant(NOW + 600),
    }  # fmt: skip
    return Task(**(fields | more))


def field() -> list[Fact]:
    here = {"position": HERE}
    unit: dict[str, Any] = {"kind": "traffic", "team": Text("交警", "Traffic police"), "incident": "I-1", **here}
    return [
        Unit(id="U-1", rev=1, call_sign="TR-001", status="on_scene", since=instant(NOW - 300), **unit),
        Unit(id="U-2", rev=1, call_sign="PT-002", kind="patrol_car", status="available", position=HERE),
        Drone(id="D-1", rev=1, call_sign="D-01", mode="on_station", battery_pct=61, incident="I-1", **here),  # type: ignore[arg-type]
    ]


def picture(*facts: Fact) -> Picture:
    held = Picture(TABLES)
    for fact in facts:
        table, entity = TABLE_OF[type(fact)]
        put = Event(
            id=fact.id, source="/hub/desk", type=event_type(entity, "updated"), subject=fact.id, time=NOW - 20,
            seen=NOW - 20, data=fact,
        )  # fmt: skip
        held.apply(keep(table)(held, put))
    return held


def usual(tasks: Sequence[Task] = ()) -> list[Fact]:
    done = task(2, state="done", done_at=instant(NOW - 60), result=Text("路口已封控", "Crossing is closed"))
    late = task(
        3,
        assignee=Text("巡特警", "Patrol"),
        assignee_id="U-1",
        due_at=instant(NOW - 5),
        state="executing",
        progress=0.4,
    )
    return [call(), clue(), operation(), *field(), *(tasks or (task(1), done, late))]


def taken(facts: Sequence[Fact] | None = None, **which: str) -> Taken:
    return take(picture(*(usual() if facts is None else facts)), **(which or {"operation": "O-1"}))


def stamp(held: Taken, **more: Any) -> views.Stamp:
    fields: dict[str, Any] = {
        "state_hash": held.state_hash, "printed_at": NOW, "by": "duty-1", "by_name": Text("值班员一", "Duty officer 1"),
        "district": Text("东桥区", "East Bridge district"), "badge": LABELS["mode"]["demo"],
    }  # fmt: skip
    return views.Stamp(**(fields | more))


def entry(fact: Fact, verb: str, at: float) -> HistoryEntry:
    table, entity = TABLE_OF[type(fact)]
    return HistoryEntry(
        event=f"{fact.id}-{fact.rev}", source="/hub/desk", type=event_type(entity, verb), table=table, entity=fact.id,
        rev=fact.rev, at=at, seen=at, topic="t", partition=0, offset=0, data=msgspec.json.encode(fact),
    )  # fmt: skip


PAST = [
    entry(call(), "unit_assigned", NOW - 850),
    entry(clue(), "transferred", NOW - 1000),
    entry(operation(), "closed", NOW - 10),
    entry(task(1), "issued", NOW - 699),
    entry(task(1, rev=2, state="delivered"), "delivered", NOW - 650),
    entry(task(1, rev=3, state="refused", cause=Text("无可用警力", "nobody is free")), "refused", NOW - 600),
    entry(task(1, rev=4), "issued", NOW + 5),
]


def history(table: str, entity: str) -> list[HistoryEntry]:
    return [one for one in PAST if (one.table, one.entity) == (table, entity)]


def every(held: Taken, **more: Any) -> list[views.View]:
    """All four forms of a case."""
    top = stamp(held, **more)
    return [
        gather.task_list(held, top, KNOWN),
        gather.activity_log(held, top, KNOWN, history),
        gather.briefing(held, top, KNOWN, history),
        gather.planning_sheet(held, top, KNOWN),
    ]


def pages(body: bytes) -> list[str]:
    """The text of each page as a reader copies it, without white space: where a line ends says nothing."""
    return [bare(page.extract_text()) for page in PdfReader(io.BytesIO(body)).pages]


def bare(text: str) -> str:
    return "".join(text.split())
