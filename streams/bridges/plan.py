"""A stranger's export as the records of a replay, in order of time: the same file and mapping give the same records.

One record per source row carries the row's outcome; further facts of a row (its end) follow as records with the
header ``followup``. A row that cannot become a fact is a record too, refused with its reason, so that it is kept where
every other bad record is. Must not know any fact type or centre: an ``Intake`` says what rows may become.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
import pandas as pd

from hub.centre import Intake
from hub.codec import FOLLOWUP, REFUSED, encode
from hub.domain.events import Emission
from hub.errors import BadPayload
from hub.ports import Outgoing
from streams.bridges import export
from streams.bridges.export import Export, Unread
from streams.bridges.lives import BEFORE, Lives
from streams.bridges.mapping import FieldMap, Step, load, rules
from streams.bridges.places import street
from streams.bridges.shape import Cells, Shaper, applies
from streams.bridges.times import reader

SEQUENCE = "replay"
"""Header with the record's number in the replay, from 0, so that a restart finds out where it was."""
_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Planned:
    """One record of the replay. ``at``: epoch seconds of the recording. ``row``: 1-based number in the source."""

    at: float
    outgoing: Outgoing
    row: int
    followup: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """A step of a row that is still to come. ``at``: as the source says, which may be before the row itself."""

    step: Step
    at: float
    id: str
    row: int
    part: int


class Plan:
    """The records of one replay. Iterating starts from the beginning; ``warnings`` is filled on the way.

    ``rows``: number of source rows. ``warnings``: (column, value) → how often no value table knew it.
    """

    def __init__(self, source: Export, mapping: FieldMap, intake: Intake, name: str) -> None:
        """``name``: how errors call the mapping. Raises ``HubError`` when it does not fit the intake."""
        self.intake, self.rows = intake, len(source.rows)
        self._export, self._mapping = source, mapping
        self._shaper = Shaper(mapping, intake, name)
        self._time = reader(mapping.time, mapping.time, f"{name}: [time]")
        self._steps = [(step, reader(step, mapping.time, f"{name}: [[steps]] {step.column}")) for step in mapping.steps]
        self._streets = {rule.column for _, rule in rules(mapping) if rule.street_only}

    @property
    def zone(self) -> str | None:
        """The recording's time zone (IANA), where the mapping names one."""
        return self._mapping.time.zone

    @property
    def warnings(self) -> Counter[tuple[str, str]]:
        """Counts of the newest run over the plan."""
        return self._shaper.warnings

    def summary(self, most: int = 20) -> list[str]:
        """The warnings as lines for a person, the most frequent first."""
        return [
            f"{column}: {value} ({count}×)"
            if value == BEFORE
            else f"{column}: {value!r} is in no value table ({count}×)"
            for (column, value), count in self.warnings.most_common(most)
        ]

    def __iter__(self) -> Iterator[Planned]:
        """All records in order."""
        self._shaper.warnings.clear()
        lives = Lives(self._mapping, self.intake, self._shaper)
        # Heap of the steps that are due: (when, order of arrival, step). Steps come after rows of an earlier time.
        waiting: list[tuple[float, int, _Due]] = []
        number, arrived = 0, 0
        for index, at in self._order():
            while waiting and waiting[0][0] <= at:
                yield self._step(lives, *_next(waiting), number)
                number += 1
            planned, steps = self._row(lives, index, at, number)
            yield planned
            number += 1
            for due in steps:
                arrived += 1
                heapq.heappush(waiting, (max(at, due.at), arrived, due))
        while waiting:
            yield self._step(lives, *_next(waiting), number)
            number += 1

    def after(self, done: int) -> Iterator[Planned]:
        """The records after the first ``done`` (those are gone through: later ones build on them)."""
        return islice(iter(self), done, None)

    def _order(self) -> Iterator[tuple[int, float]]:
        """(row index, time): sorted by time, rows of one time in file order. A row without time stays where it is."""
        place = self._export.columns.index(self._mapping.time.column)
        times = pd.Series([self._when(row, place) for row in self._export.rows], dtype="float64")
        times = times.ffill().bfill().fillna(0.0)
        ordered = times.sort_values(kind="stable")
        yield from zip(ordered.index.tolist(), ordered.tolist(), strict=True)

    def _when(self, row: tuple[str, ...] | Unread, place: int) -> float | None:
        try:
            return None if isinstance(row, Unread) else self._time(row[place])
        except BadPayload:
            return None  # said again, with its reason, when the row's turn comes

    def _row(self, lives: Lives, index: int, at: float, number: int) -> tuple[Planned, list[_Due]]:
        row = self._export.rows[index]
        if isinstance(row, Unread):
            return self._refused(index, {}, row.reason, at, number), []
        cells = dict(zip(self._export.columns, row, strict=True))
        try:
            self._time(cells[self._mapping.time.column])
            steps = self._due(cells, index)
            emission = lives.row(cells, at)
        except BadPayload as error:
            return self._refused(index, cells, str(error), at, number), []
        outgoing = self._encoded(emission, index + 1, 0, number)
        return Planned(at, outgoing, index + 1), steps

    def _due(self, cells: Cells, index: int) -> list[_Due]:
        """The row's steps, in order of time; at one time in the mapping's order."""
        found = []
        for part, (step, read) in enumerate(self._steps, start=1):
            text = cells[step.column]
            if text and text not in self._mapping.empty and text not in step.empty and applies(step, cells):
                found.append(_Due(step, read(text), cells[self._mapping.id], index + 1, part))
        return sorted(found, key=lambda due: due.at)

    def _step(self, lives: Lives, played: float, due: _Due, number: int) -> Planned:
        try:
            emission = lives.step(due.id, due.step, due.at, played)
        except BadPayload as error:
            return self._refused(due.row - 1, {}, f"{due.step.column}: {error}", played, number, followup=True)
        outgoing = self._encoded(emission, due.row, due.part, number)
        return Planned(played, outgoing, due.row, followup=True)

    def _encoded(self, emission: Emission, row: int, part: int, number: int) -> Outgoing:
        id = f"{self._export.name}:{row}:{part}"
        return encode(emission, id=id, headers=_headers(number, part > 0))

    def _refused(
        self, index: int, cells: Cells, reason: str, at: float, number: int, *, followup: bool = False
    ) -> Planned:
        """The row as it came, as far as the mapping names its columns; streets without their numbers here too."""
        kept = {name: street(text) if name in self._streets else text for name, text in cells.items()}
        raw = _json({"file": self._export.name, "row": index + 1, "cells": kept})
        headers = ((REFUSED, reason.encode()), *_headers(number, followup))
        key = f"{self._export.name}:{index + 1}".encode()
        return Planned(at, Outgoing(key, raw, headers), index + 1, followup=followup, refused=True)


def plan(path: Path, mapping: FieldMap | Path | str, intake: Intake) -> Plan:
    """Read the export and hold the mapping against it. Raises ``HubError`` naming what is at fault."""
    name = "the mapping" if isinstance(mapping, FieldMap) else Path(mapping).name
    found = mapping if isinstance(mapping, FieldMap) else load(mapping)
    return Plan(export.read(path, found), found, intake, name)


def _next(waiting: list[tuple[float, int, _Due]]) -> tuple[float, _Due]:
    played, _, due = heapq.heappop(waiting)
    return played, due


def _headers(number: int, followup: bool) -> tuple[tuple[str, bytes], ...]:
    sequence = (SEQUENCE, b"%d" % number)
    return (sequence, (FOLLOWUP, b"1")) if followup else (sequence,)
