"""Many fixes in one record: how a thing's newest fix and its newest fact become one row. Pure.

A row is the newest full fact by (epoch, rev) and the newest fix by time, and shows the fix where that is newer than the
fact. Both are taken by themselves, so any order, any repetition and any merge give the same rows. Fixes of things that
no fact has described wait in a table of their own, the newest ``WAITING_MAX`` of them; among those, too, the order in
which they came does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import repeat
from typing import Any

import msgspec

from hub.domain.events import Event
from hub.domain.field import Fixes, Undeclared
from hub.domain.model import Fact, Position
from hub.picture.delta import Delta
from hub.picture.fold import Picture
from hub.picture.rows import UNKNOWN, Fix, Row

WAITING_MAX = 20_000
"""Things nobody has described of which a fix is kept; above it those silent for longest are dropped, and counted."""
_replace = msgspec.structs.replace


@dataclass(frozen=True, slots=True)
class Told:
    """The fold of a full fact whose thing may also be told of by fixes."""

    table: str
    waiting: str

    def __call__(self, picture: Picture, event: Event) -> Delta:
        """See ``hub.picture.fold.Fold``."""
        return self.rows(picture, (event,))

    def rows(self, picture: Picture, events: Iterable[Event]) -> Delta:
        """What newer facts, one a thing, change."""
        told, alone = picture.rows(self.table), picture.rows(self.waiting)
        new: dict[str, Row | None] = {}
        gone: dict[str, Row | None] = {}
        for event in events:
            data = event.data
            held, waits = told.get(data.id), alone.get(data.id)
            if held is not None and held.order >= (data.epoch, data.rev):
                continue
            if waits is not None:
                gone[data.id] = None
            new[data.id] = row(data, event.time, event.seen, event.type, event.source, newest(_fix(held), _fix(waits)))
        out: Delta = {self.table: new} if new else {}
        if gone:
            out[self.waiting] = gone
        return out


@dataclass(frozen=True, slots=True)
class Moved:
    """The fold of many fixes of things of ``table``; ``waiting``: the table of those that no fact has described."""

    table: str
    waiting: str

    def __call__(self, picture: Picture, event: Event) -> Delta:
        """See ``hub.picture.fold.Fold``."""
        fixes: dict[str, Fix] = {}
        if isinstance(event.data, Fixes):
            for key, fix in each(event.data):
                fixes[key] = newest(fixes.get(key), fix) or fix
        return self.rows(picture, event.type, fixes, event.seen)

    def held(self, picture: Picture, key: str) -> Fix | None:
        """The newest fix the picture has of a thing."""
        return _fix(picture.get(self.table, key) or picture.get(self.waiting, key))

    def described(self, picture: Picture) -> Delta:
        """What waits although a fact has described it goes to that fact's row."""
        told, alone = picture.rows(self.table), picture.rows(self.waiting)
        both = [key for key in alone if key in told]
        if not both:
            return {}
        fixes = {key: fix for key in both if (fix := alone[key].fix) is not None}
        return {
            **self.rows(picture, "", fixes, max(alone[key].seen for key in both)),
            self.waiting: dict.fromkeys(both),
        }

    def rows(self, picture: Picture, type_: str, fixes: Mapping[str, Fix], seen: float) -> Delta:
        """What newer fixes, one a thing, change. ``type_``: of the events that brought them."""
        told, alone = picture.rows(self.table), picture.rows(self.waiting)
        moved: dict[str, Row | None] = {}
        new: dict[str, Row | None] = {}
        for key, fix in fixes.items():
            known = told.get(key)
            if known is not None:
                if known.fix is None or fix > known.fix:
                    moved[key] = _moved(known, fix, seen)
            elif (waits := alone.get(key)) is None or waits.fix is None or fix > waits.fix:
                new[key] = row(Undeclared(id=key, rev=1), 0.0, seen, type_, "", fix)
        out: Delta = {self.table: moved} if moved else {}
        if new:
            out[self.waiting] = new
        return out


def each(data: Fixes) -> Iterator[tuple[str, Fix]]:
    """(thing, fix) of every entry; positions are in WGS-84 by now."""
    base = round(data.base.timestamp() * 1000)
    times = [base + ms for ms in data.ms]
    return zip(data.things, map(Fix, times, data.lon, data.lat, _known(data.heading), _known(data.speed)), strict=True)


def newest(one: Fix | None, other: Fix | None) -> Fix | None:
    """The newer of two."""
    if one is None or other is None:
        return one or other
    return max(one, other)


def row(fact: Fact, at: float, seen: float, type_: str, source: str, fix: Fix | None) -> Row:
    """The row of a full fact of ``at`` and a fix."""
    if fix is None or fix.ms <= at * 1000:
        return Row(fact, at, seen, type_, source, fix)
    return Row(_at(fact, fix), fix.ms / 1000, seen, type_, source, fix, at)


def merged(one: Row, other: Row) -> Row:
    """The newest full fact and the newest fix of both; ``one`` itself when ``other`` adds nothing."""
    fix = newest(one.fix, other.fix)
    full = other if other.order > one.order else one
    if full is one and fix == one.fix:
        return one
    if fix == full.fix:
        return full
    return row(full.fact, told(full), other.seen, full.type, full.source, fix)


def told(held: Row) -> float:
    """When the row's full fact happened, epoch seconds."""
    return held.at if held.told is None else held.told


def crowd(picture: Picture, waiting: str, most: int | None = None) -> Delta:
    """What must go so that no more than ``most`` (``WAITING_MAX``) wait: those whose newest fix is oldest."""
    most = WAITING_MAX if most is None else most
    held = picture.rows(waiting)
    if len(held) <= most:
        return {}
    oldest = nsmallest(len(held) - most, held.items(), key=lambda item: (item[1].fix, item[0]))
    return {waiting: {key: None for key, _ in oldest}}


def _moved(held: Row, fix: Fix, seen: float) -> Row:
    """A row with a newer fix."""
    at = held.at if held.told is None else held.told
    if fix.ms <= at * 1000:
        return Row(held.fact, held.at, held.seen, held.type, held.source, fix, held.told)
    return Row(_at(held.fact, fix), fix.ms / 1000, seen, held.type, held.source, fix, at)


def _at(fact: Any, fix: Fix) -> Fact:
    """The fact with the fix's place in it; what a fix does not know is not known."""
    moved: Fact = _replace(
        fact,
        position=Position(fix.lon / 1e7, fix.lat / 1e7, "WGS84"),
        heading_deg=None if fix.heading == UNKNOWN else fix.heading / 100,
        speed_mps=None if fix.speed == UNKNOWN else fix.speed / 10,
    )
    return moved


def _fix(held: Row | None) -> Fix | None:
    return None if held is None else held.fix


def _known(column: tuple[int | None, ...] | None) -> Iterator[int]:
    if column is None:
        return repeat(UNKNOWN)
    return (UNKNOWN if value is None else value for value in column) if None in column else iter(column)  # type: ignore[arg-type]
