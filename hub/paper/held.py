"""What the picture holds of one case at one moment. Called under the engine's lock; what it gives is used without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from hub.domain.field import Clue, Drone, Incident, Operation, Task, Unit
from hub.domain.model import Fact
from hub.errors import HubError
from hub.picture.fold import Picture
from hub.picture.rows import Row

F = TypeVar("F", bound=Fact)


class NotHeld(HubError):
    """There is no such operation or incident in the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A case as the picture held it at one moment. Facts never change, so nothing is copied."""

    state_hash: str
    operation: Operation | None
    incident: Incident | None
    clue: Clue | None
    tasks: tuple[Task, ...]
    units: Mapping[str, Row]
    drones: Mapping[str, Row]

    def call_sign(self, key: str | None) -> str | None:
        """What a unit or drone is called; its id when the picture does not hold it."""
        row = None if key is None else self.units.get(key) or self.drones.get(key)
        return row.fact.call_sign if row is not None and isinstance(row.fact, Unit | Drone) else key


def take(picture: Picture, *, operation: str | None = None, incident: str | None = None) -> Taken:
    """The case of an operation, or of an incident (with its operation, if it has one). Call it under the lock.

    Raises ``NotHeld`` naming what there is not.
    """
    call = None if incident is None else _fact(picture, "incidents", incident, Incident)
    if call is not None and call.operation is not None and picture.get("operations", call.operation) is not None:
        operation = call.operation
    op = None if operation is None else _fact(picture, "operations", operation, Operation)
    if op is not None and op.incident is not None and call is None:
        call = _maybe(picture, "incidents", op.incident, Incident)
    clue = None if op is None or op.clue is None else _maybe(picture, "clues", op.clue, Clue)
    tasks = [
        row.fact
        for row in picture.rows("tasks").values()
        if isinstance(row.fact, Task)
        and (row.fact.operation == op.id if op is not None else call is not None and row.fact.incident == call.id)
    ]
    return Taken(
        state_hash=picture.state_hash(),
        operation=op,
        incident=call,
        clue=clue,
        tasks=tuple(sorted(tasks, key=lambda task: (task.issued_at, task.id))),
        units=dict(picture.rows("units")),
        drones=dict(picture.rows("drones")),
    )


def _fact(picture: Picture, table: str, key: str, kind_: type[F]) -> F:
    fact = _maybe(picture, table, key, kind_)
    if fact is None:
        raise NotHeld(f"there is no {key!r} among the {table}")
    return fact


def _maybe(picture: Picture, table: str, key: str, kind_: type[F]) -> F | None:
    row = picture.get(table, key)
    return row.fact if row is not None and isinstance(row.fact, kind_) else None
