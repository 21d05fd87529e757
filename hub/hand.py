"""What a person has taken in hand the demo's script leaves alone.

The script plays everybody: crews, centres and the duty desk. Where a person acts on a clue, a call or a task of it, the
script's own later facts about that thing, and what it would have started from it, are not said any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from hub.domain.events import Emission
from hub.domain.field import Alarm, Clue, Incident, Operation, Task
from hub.engine import Engine
from hub.field.script import DESK

Decisions = Literal["script", "people"]
_DIVERTED = ".incident.diverted.v1"
_ENDINGS = (".incident.unit_cleared.v1", ".incident.closed.v1", ".alarm.cleared.v1")
_TABLES: dict[type[Any], str] = {
    Clue: "clues",
    Incident: "incidents",
    Operation: "operations",
    Task: "tasks",
    Alarm: "alarms",
}


@dataclass(slots=True)
class Hand:
    """``decisions``: ``people`` leaves every decision to them, the end of a story's call too; the script then says only
    what sensors, callers, dispatchers and centres would report. ``engine``: known once the hub runs.
    """

    decisions: Decisions = "script"
    engine: Engine | None = None
    _begun: set[str] = field(default_factory=set)

    def says(self, emission: Emission) -> bool:
        """Whether the script says this fact."""
        fact: Any = emission.data
        table = _TABLES.get(type(fact))
        if table is None:
            return True
        if self.decisions == "people" and _decided(emission):
            return False
        if isinstance(fact, Alarm) and fact.state == "cleared":
            # Its cause is over, whoever has seen it; only of a call in somebody's hand nobody else says so.
            return fact.subject is None or not self._touched(*fact.subject)
        if self._touched(table, fact.id):
            return False
        if isinstance(fact, Operation):
            if fact.clue is not None and self._touched("clues", fact.clue) and not self._known("operations", fact.id):
                return False
            self._begun.add(fact.id)
        return not isinstance(fact, Task) or fact.operation in self._begun or self._known("operations", fact.operation)

    def _known(self, table: str, key: str) -> bool:
        if self.engine is None:
            return False
        with self.engine.lock:
            return self.engine.picture.get(table, key) is not None

    def _touched(self, table: str, key: str) -> bool:
        """Whether a person has acted on it."""
        if self.engine is None:
            return False
        with self.engine.lock:
            row = self.engine.picture.get(table, key)
        if row is None:
            return False
        fact: Any = row.fact
        return any(hop.actor for hop in getattr(fact, "hops", ())) or (
            isinstance(fact, Alarm) and row.type.endswith((".acknowledged.v1", ".shelved.v1")) and row.source != DESK
        )


def _decided(emission: Emission) -> bool:
    """Whether a person of the hub would have decided it. An ordinary call (it belongs to no matter) ends by itself, or
    the queue would grow all day.
    """
    ended = emission.type.endswith(_ENDINGS) and emission.correlation is not None
    # Alarms are seen by the script until somebody has (alarm.acknowledge): there is no page to do it on yet.
    desk = emission.source == DESK and not isinstance(emission.data, Alarm)
    return ended or desk or emission.type.endswith(_DIVERTED)
