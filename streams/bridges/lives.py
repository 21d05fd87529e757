"""What rows do to things: open, change, end. Remembers the last state of every id, because a row may carry only the id.

Must not know any fact type: the ``Intake`` says which fields mean "ended" and which event types there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.centre import Intake
from hub.domain.events import Emission
from hub.domain.model import instant
from hub.errors import BadPayload
from streams.bridges.mapping import FieldMap, Step
from streams.bridges.shape import Cells, Known, Shaper

BEFORE = "ends before it began"


class Lives:
    """One pass over an export: rows and steps in order of time become emissions.

    ``rev`` is the time of the fact in ms, or one more than the last when that is not newer; with ``same_time =
    "repeat"`` it is the time alone, so that a position that is reported twice is superseded. Either way it depends on
    the file alone, not on where a replay was interrupted.
    """

    def __init__(self, mapping: FieldMap, intake: Intake, shaper: Shaper) -> None:
        """Nothing is known of any id yet."""
        self._mapping, self._intake, self._shaper = mapping, intake, shaper
        self._known: dict[str, Known] = {}
        fixed = {mapping.id, mapping.time.column, mapping.life.op}
        self._content = [name for name in shaper.columns if name not in fixed]

    def row(self, cells: Cells, at: float) -> Emission:
        """The fact of a row at ``at`` (epoch seconds). Raises ``BadPayload`` with the reason; then nothing changed."""
        id = cells[self._mapping.id]
        if not id:
            raise BadPayload(f"column {self._mapping.id!r} (the id) is empty")
        known = self._known.get(id)
        ends = self._ends(cells)
        if ends and all(not cells[name] for name in self._content):
            if known is None:
                raise BadPayload(f"{id} ends here but was never described")
            fields = dict(known.fields)
        else:
            fields = self._shaper.fields(cells, at, known)
        if ends:
            fields |= self._intake.ended
        return self._emit(id, fields, at, at)

    def step(self, id: str, step: Step, at: float, played: float) -> Emission:
        """The fact of a step of an earlier row. ``at``: as the source says; ``played``: not before the row's time."""
        fields = self._known[id].fields | self._shaper.coerce(step.set)
        if step.stamp is not None:
            fields[step.stamp] = instant(at)
        if step.ends:
            fields |= {name: value for name, value in self._intake.ended.items() if name not in step.set}
            if at < played:
                self._shaper.warnings[(step.column, BEFORE)] += 1
        return self._emit(id, fields, at, played, ends=step.ends)

    def _ends(self, cells: Cells) -> bool:
        life = self._mapping.life
        if life.op is None:
            return False
        op = cells[life.op]
        if op not in life.opens and op not in life.changes and op not in life.ends:
            self._shaper.warnings[(life.op, op)] += 1
            raise BadPayload(f"column {life.op!r}: unknown value {op!r}")
        return op in life.ends

    def _emit(self, id: str, fields: dict[str, Any], at: float, played: float, *, ends: bool = False) -> Emission:
        intake, known = self._intake, self._known.get(id)
        ended = ends or _has(fields, intake.ended)
        closed_field = intake.closed_field
        if ended and closed_field is not None and fields.get(closed_field) is None:
            # It ended once: a later "gone" of something already finished does not move the time.
            before = known.fields.get(closed_field) if known is not None and known.ended else None
            fields[closed_field] = before or instant(at)
        rev = round(played * 1000)
        if self._mapping.life.same_time == "newer" and known is not None:
            rev = max(rev, known.rev + 1)
        try:
            data = msgspec.convert({**fields, "id": id, "rev": rev}, intake.data)
        except msgspec.ValidationError as error:
            raise BadPayload(str(error)) from None
        if known is None or rev > known.rev:
            self._remember(id, fields, played, rev, ended)
        opened = intake.opened if known is None else intake.changed
        return Emission(
            topic=intake.topic,
            source=f"{intake.source}replay",
            type=intake.closed if ended else opened,
            at=played,
            data=data,
            exercise="e",
        )

    def _remember(self, id: str, fields: dict[str, Any], at: float, rev: int, ended: bool) -> None:
        known = self._known.get(id)
        if known is None:
            known = self._known[id] = Known(first_at=at)
        known.rev, known.ended, known.fields = rev, ended, fields


def _has(fields: Mapping[str, Any], wanted: Mapping[str, object]) -> bool:
    return all(fields.get(name) == value for name, value in wanted.items())
