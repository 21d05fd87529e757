"""A small field to ask about: units, drones, cells placed in metres around a point, put into a real picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians
from typing import Any

import msgspec

from hub.domain.events import Event
from hub.domain.field import Drone, Incident, Unit
from hub.domain.model import Fact, Position, Text, instant
from hub.field import topics
from hub.picture.fold import Picture, keep
from hub.recommend.board import board
from hub.recommend.model import Ask, Cell, Choice, Need, Partner, Proposal, Rejected
from hub.recommend.needs import shipped
from hub.recommend.propose import propose
from hub.recommend.settings import Settings
from hub.recommend.ways import METRES_PER_DEGREE

NOW = 1_763_870_400.0
LON, LAT = 104.05, 30.67
ANY = Need(title=Text("出警", "Go"), count=1, units=("patrol_car",))


def at(east_m: float, north_m: float = 0.0) -> Position:
    """So many metres from the middle."""
    east = METRES_PER_DEGREE * cos(radians(LAT))
    return Position(LON + east_m / east, LAT + north_m / METRES_PER_DEGREE, "WGS84")


HERE = at(0)


def unit(id: str, east_m: float = 0.0, north_m: float = 0.0, **more: Any) -> Unit:
    given: dict[str, Any] = {"kind": "patrol_car", "status": "available", "position": at(east_m, north_m), **more}
    return Unit(id=id, rev=1, call_sign=f"C-{id}", **given)


def drone(id: str, east_m: float = 0.0, **more: Any) -> Drone:
    given: dict[str, Any] = {
        "mode": "docked",
        "position": at(east_m),
        "battery_pct": 95.0,
        "home_minutes": 0.0,
        "link": 5,
        **more,
    }
    return Drone(id=id, rev=1, call_sign=f"C-{id}", **given)


def call(id: str = "I-1", kind: str = "dispute", **more: Any) -> Incident:
    given: dict[str, Any] = {"priority": 4, "state": "open", "opened_at": instant(NOW - 60), "position": HERE, **more}
    return Incident(id=id, rev=1, kind=kind, **given)


_TABLE = {Unit: "units", Drone: "drones", Incident: "incidents"}


def picture(*facts: Fact, ages: dict[str, float] | None = None) -> Picture:
    """A picture with these rows, each said three seconds ago (drones one) unless ``ages`` says otherwise."""
    made = Picture(topics.TABLES)
    for fact in facts:
        age = (ages or {}).get(fact.id, 1.0 if isinstance(fact, Drone) else 3.0)
        put(made, fact, NOW - age)
    return made


def put(made: Picture, fact: Fact, when: float) -> None:
    table = next((name for type_, name in _TABLE.items() if isinstance(fact, type_)), None)
    table = table or {"Clue": "clues", "Task": "tasks", "Operation": "operations"}[type(fact).__name__]
    event = Event(id=fact.id, source="/hub/t", type="t", subject=fact.id, time=when, seen=when, data=fact)
    made.apply(keep(table)(made, event))


def cell(name: str, east_m: float, north_m: float = 0.0) -> Cell:
    return Cell(name=Text(f"{name}片区", name), position=at(east_m, north_m))


def ask(*needs: Need, **more: Any) -> Ask:
    return Ask(needs=needs, **{"where": HERE, "priority": 2, **more})


def by_template(key: str, **more: Any) -> Ask:
    """The shipped needs of a template, asked at the middle."""
    template = shipped().named(key)
    assert template is not None
    return ask(
        *template.needs,
        **{"drones": template.drones, "drones_within_s": template.drones_within_s, "template": key, **more},
    )


def answer(
    held: Picture,
    question: Ask,
    cells: Sequence[Cell] = (),
    partners: Sequence[Partner] = (),
    settings: Settings | None = None,
) -> Proposal:
    return propose(board(held, cells, partners), question, Text("测试", "Test"), NOW, settings or Settings())


def chosen(proposal: Proposal, line: int | None = None, of: str = "units") -> list[str]:
    return [c.id for c in proposal.choices if c.of == of and (line is None or c.line == line)]


def choice(proposal: Proposal, id: str) -> Choice:
    return next(c for c in proposal.choices if c.id == id)


def rejected(proposal: Proposal, id: str) -> Rejected:
    return next(r for r in proposal.rejected if r.id == id)


def codes(proposal: Proposal) -> dict[str, str]:
    return {r.id: r.code for r in proposal.rejected}


def need(**changes: Any) -> Need:
    return msgspec.structs.replace(ANY, **changes)
