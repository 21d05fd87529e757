"""Prints sheets on demand: takes the case out of the picture under its lock, reads history and prints without it.

Must not know the web, nor who may print what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hub.access import Actor
from hub.domain.model import Text
from hub.paper import gather
from hub.paper.held import Taken, take
from hub.paper.known import Asked, Known, Labels
from hub.paper.views import Sketch, Stamp, View
from hub.paper.words import FORMS
from hub.picture.fold import Picture
from hub.ports import Clock, HistoryEntry
from hub.recommend.needs import CLUE, Templates

HISTORY_MAX = 1000
"""Facts of one entity that are read for a log."""


class Past(Protocol):
    """What tells the past of one thing (``hub.ports.Store``)."""

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A printed PDF. ``form``: its name; ``number``: of the case; ``state_hash``: of the picture it was taken from."""

    form: str
    title: Text
    number: str
    state_hash: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Prints from any thread. ``lock``: the engine's. ``badge()``: words of a mode that is not the real thing.

    ``labels``, ``centres``, ``ground``: see ``hub.paper.known.Known``. ``font``: the variable font of the screens.
    """

    picture: Picture
    lock: AbstractContextManager[Any]
    past: Past
    clock: Clock
    templates: Templates
    labels: Labels
    centres: Mapping[str, Text]
    ground: Sketch
    district: Text
    badge: Callable[[], Text | None]
    font: Path
    utc_offset_min: int = 480

    def sheet(self, form: str, by: Actor, *, operation: str | None = None, incident: str | None = None) -> Sheet:
        """A form of an operation or incident as it is now. Raises ``KeyError`` for a form there is not,
        ``NotHeld`` for a case there is not, ``StoreDown`` when history cannot be read.
        """
        title = FORMS[form].title
        with self.lock:
            taken = take(self.picture, operation=operation, incident=incident)
            now = self.clock.now()
        stamp = Stamp(
            state_hash=taken.state_hash,
            printed_at=now,
            by=by.id,
            by_name=by.title,
            district=self.district,
            badge=self.badge(),
            utc_offset_min=self.utc_offset_min,
        )
        from hub.paper.out import print_out  # the first sheet waits half a second for the libraries, a start does not

        view = self._view(form, taken, stamp)
        return Sheet(
            form=form,
            title=title,
            number=view.case.number,
            state_hash=taken.state_hash,
            body=print_out(view, self.font),
        )

    def _view(self, form: str, taken: Taken, stamp: Stamp) -> View:
        known = Known(labels=self.labels, centres=self.centres, ground=self.ground, asked=asked(taken, self.templates))
        if form == "task_list":
            return gather.task_list(taken, stamp, known)
        if form == "activity_log":
            return gather.activity_log(taken, stamp, known, self._history)
        if form == "briefing":
            return gather.briefing(taken, stamp, known, self._history)
        return gather.planning_sheet(taken, stamp, known)

    def _history(self, table: str, entity: str) -> list[HistoryEntry]:
        return self.past.history(table, entity, HISTORY_MAX)


def asked(taken: Taken, templates: Templates) -> tuple[Asked, ...]:
    """What the recommender's template says a case of that kind needs."""
    call = taken.incident
    template = templates.named(CLUE) if call is None else templates.of_kind(call.kind)
    if template is None:
        return ()
    needs = [Asked(title=need.title, kinds=need.units, count=need.count) for need in template.needs]
    if template.drones:
        needs.append(Asked(title=Text("空中支援", "Support from the air"), kinds=("drone",), count=template.drones))
    return tuple(needs)
