"""What the recommender looks at: rows of the picture taken out at one moment, and who is bound to what already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hub.domain.field import Drone, Incident, Operation, Task, Unit
from hub.domain.model import Fact, Position
from hub.picture.fixes import told
from hub.picture.fold import Picture
from hub.picture.rows import Row
from hub.recommend.model import Cell, Partner

T = TypeVar("T", bound=Fact)
OPEN_TASKS = ("issued", "delivered", "seen", "accepted", "executing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[T]):
    """A fact of the field. ``at``: when it was where it says it is; ``told``: when the rest of it was said, which is
    longer ago for things that report their place by itself. Epoch seconds.
    """

    fact: T
    at: float
    told: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Units and drones by id, and to what they are bound. ``expected_s``: rhythm of each table, seconds.

    ``incident_of``: unit → an open incident that names it (which it may learn of some seconds later). ``tasks_of``:
    unit, drone → its open tasks. ``numbers``: operation → its number.
    """

    units: Mapping[str, Seen[Unit]]
    drones: Mapping[str, Seen[Drone]]
    expected_s: Mapping[str, float | None]
    incident_of: Mapping[str, str]
    tasks_of: Mapping[str, tuple[Task, ...]]
    numbers: Mapping[str, str]
    cells: Sequence[Cell] = ()
    partners: Sequence[Partner] = ()


def board(picture: Picture, cells: Sequence[Cell] = (), partners: Sequence[Partner] = ()) -> Board:
    """Take out of a picture what is needed. Call it under the engine's lock; the board may be used without."""
    tasks: dict[str, tuple[Task, ...]] = {}
    for row in picture.rows("tasks").values():
        task = row.fact
        if isinstance(task, Task) and task.assignee_id is not None and task.state in OPEN_TASKS:
            tasks[task.assignee_id] = (*tasks.get(task.assignee_id, ()), task)
    return Board(
        units=_of(Unit, picture.rows("units").values()),
        drones=_of(Drone, picture.rows("drones").values()),
        expected_s={name: picture.tables[name].expected_s for name in ("units", "drones")},
        incident_of=_named(picture.rows("incidents").values()),
        tasks_of=tasks,
        numbers={
            key: row.fact.number for key, row in picture.rows("operations").items() if isinstance(row.fact, Operation)
        },
        cells=tuple(cells),
        partners=tuple(partners),
    )


def _of(kind: type[T], rows: Iterable[Row]) -> dict[str, Seen[T]]:
    return {row.fact.id: Seen(fact=row.fact, at=row.at, told=told(row)) for row in rows if isinstance(row.fact, kind)}


def _named(rows: Iterable[Row]) -> dict[str, str]:
    out: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.fact.id):
        incident = row.fact
        if isinstance(incident, Incident) and incident.state not in ("closed", "diverted"):
            out.update(dict.fromkeys(incident.units, incident.id))
    return out


def placed(position: Position | None) -> Position | None:
    """The position if it can be reckoned with: WGS84, on the earth."""
    if position is None or position.frame != "WGS84":
        return None
    return position if abs(position.lon) <= 180 and abs(position.lat) <= 90 else None
