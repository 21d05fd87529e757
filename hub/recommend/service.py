"""The recommender as one value for pages and programs: a question in, a proposal out. It reads the picture under its
lock, reckons without, and keeps the last proposals so that an answer can be held against what was proposed.

Must not know the web. It writes nothing and issues no command.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hub.domain.field import Clue, Incident, Operation, Task, UnitKind
from hub.domain.kinds import KINDS, OTHER
from hub.domain.model import Instant, Key, Position, Text
from hub.errors import HubError
from hub.picture.fold import Picture
from hub.ports import Clock
from hub.recommend.board import Board, board, placed
from hub.recommend.model import Ask, Cell, Many, Need, Partner, Proposal, Seconds
from hub.recommend.needs import CLUE, DEFAULT, Template, Templates
from hub.recommend.propose import propose
from hub.recommend.settings import Settings

KEPT = 256
"""Proposals kept for their answers: the desks of a shift ask some hundred times."""
_HUB = "hub"


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page or program asks. One of ``incident``, ``clue``, ``task`` (ids), or ``lon`` and ``lat`` (WGS-84).

    A place may be given beside an id: it is used instead of the one on record. ``kind``: kind of call or key of a
    template; default: that of the incident. ``units``: only these kinds, ``count`` of them, instead of the template's
    needs; without ``units``, ``count`` is that of the first need. ``within_s``, ``by``: seconds from now, or a time,
    until which everybody must be there. ``drones``: how many.
    """

    incident: Key | None = None
    clue: Key | None = None
    task: Key | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    kind: Key | None = None
    units: tuple[UnitKind, ...] = ()
    count: Many | None = None
    drones: Annotated[int, Meta(ge=0, le=10)] | None = None
    within_s: Seconds | None = None
    by: Instant | None = None


class Unanswerable(HubError):
    """A question that has no answer. ``code`` for programs; ``there``: it is well put, but speaks of nothing there."""

    def __init__(self, code: str, reason: Text, *, there: bool = True) -> None:
        super().__init__(reason.en)
        self.code, self.reason, self.there = code, reason, there


@dataclass(slots=True)
class Recommender:
    """Answers from any thread. ``lock``: the engine's. ``partners()``: the centres with how they are just now."""

    picture: Picture
    lock: AbstractContextManager[Any]
    clock: Clock
    templates: Templates
    cells: Sequence[Cell] = ()
    partners: Callable[[], Sequence[Partner]] = tuple
    settings: Settings = field(default_factory=Settings)
    _kept: OrderedDict[str, Proposal] = field(default_factory=OrderedDict)
    _keeping: Lock = field(default_factory=Lock)

    def recommend(self, question: Question) -> Proposal:
        """A proposal as of now. Raises ``Unanswerable``."""
        partners = self.partners()  # takes the lock itself, if it needs it
        now = self.clock.now()
        with self.lock:
            ask, template = asked(self.picture, question, self.templates, now)
            seen: Board = board(self.picture, self.cells, partners)
        settings = msgspec.structs.replace(self.settings, grace_s=self.clock.rate())
        proposal = propose(seen, ask, template.title, now, settings)
        self._keep(proposal)
        return proposal

    def recall(self, id: str) -> Proposal | None:
        """A proposal of before, while it is kept."""
        with self._keeping:
            return self._kept.get(id)

    def kinds(self) -> list[dict[str, Any]]:
        """The templates to choose from: ``key``, ``title``, ``kinds``, ``needs``, ``drones``."""
        return [msgspec.to_builtins(template) for template in self.templates.all]

    def _keep(self, proposal: Proposal) -> None:
        with self._keeping:
            self._kept[proposal.id] = proposal
            self._kept.move_to_end(proposal.id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What is on record about the subject of a question."""

    subject: tuple[str, str] | None = None
    where: Position | None = None
    kind: str | None = None
    priority: int | None = None
    by: Instant | None = None
    centres: tuple[str, ...] = ()


def asked(picture: Picture, question: Question, templates: Templates, now: float) -> tuple[Ask, Template]:
    """The question in full: place, priority and needs from what is on record; a deadline on record that has passed
    does not count any more. Raises ``Unanswerable``.
    """
    about = _about(picture, question)
    key = question.kind or about.kind or DEFAULT
    template = templates.named(key) if question.kind else templates.named(key) or templates.of_kind(key)
    if template is None:
        words = Text(f"没有“{key}”这一类型或模板", f"there is no kind of call or template {key!r}")
        raise Unanswerable("no_kind", words, there=False)
    priority = _priority(key, template) if about.priority is None else about.priority
    ask = Ask(
        needs=_needs(question, template),
        drones=template.drones if question.drones is None else question.drones,
        drones_within_s=question.within_s or template.drones_within_s,
        where=_place(question) or placed(about.where),
        priority=priority,
        template=template.key,
        subject=about.subject,
        by=question.by or (about.by if about.by is not None and about.by.timestamp() > now else None),
        known_centres=about.centres,
    )
    return ask, template


def _priority(key: str, template: Template) -> int:
    """That of the kind of call, or of the most urgent kind a template is for; routine when it is for none."""
    kinds = [key] if key in KINDS else template.kinds
    return min((KINDS[kind].priority for kind in kinds), default=OTHER.priority)


def _needs(question: Question, template: Template) -> tuple[Need, ...]:
    if question.units:
        title = Text("指定类型", "Kinds asked for")
        count = question.count or 1
        return (Need(title=title, count=count, units=question.units, within_s=question.within_s),)
    needs = template.needs
    if question.within_s is not None:
        needs = tuple(msgspec.structs.replace(need, within_s=question.within_s) for need in needs)
    if question.count is not None and needs:
        needs = (msgspec.structs.replace(needs[0], count=question.count), *needs[1:])
    return needs


def _place(question: Question) -> Position | None:
    if question.lon is None or question.lat is None:
        if question.lon is not None or question.lat is not None:
            words = Text("经度与纬度须同时给出", "lon and lat go together")
            raise Unanswerable("half_a_place", words, there=False)
        return None
    return Position(question.lon, question.lat, "WGS84")


def _about(picture: Picture, question: Question) -> _About:
    given = [name for name in ("incident", "clue", "task") if getattr(question, name) is not None]
    if len(given) > 1 or (not given and _place(question) is None):
        words = Text(
            "须给出一个：警情、线索、任务或经纬度", "name one thing: an incident, a clue, a task, or lon and lat"
        )
        raise Unanswerable("no_subject", words, there=False)
    return _READ[given[0]](picture, getattr(question, given[0])) if given else _About()


def _incident(picture: Picture, id: str) -> _About:
    fact = _fact(picture, "incidents", id, Incident, Text("警情", "incident"))
    return _About(subject=("incidents", id), where=fact.position, kind=fact.kind, priority=fact.priority)


def _clue(picture: Picture, id: str) -> _About:
    fact = _fact(picture, "clues", id, Clue, Text("线索", "clue"))
    incident = None if fact.incident is None else picture.get("incidents", fact.incident)
    call = incident.fact if incident is not None and isinstance(incident.fact, Incident) else None
    where = fact.position or (None if call is None else call.position)
    centres = tuple(dict.fromkeys(name for name in (fact.origin, fact.owner, fact.to) if name and name != _HUB))
    kind = CLUE if call is None else call.kind
    return _About(subject=("clues", id), where=where, kind=kind, priority=fact.priority, centres=centres)


def _task(picture: Picture, id: str) -> _About:
    fact = _fact(picture, "tasks", id, Task, Text("任务", "task"))
    held = picture.get("operations", fact.operation)
    operation = held.fact if held is not None and isinstance(held.fact, Operation) else None
    call_id = fact.incident or (None if operation is None else operation.incident)
    row = None if call_id is None else picture.get("incidents", call_id)
    call = row.fact if row is not None and isinstance(row.fact, Incident) else None
    where = _middle(fact.area)
    if where is None:
        where = (operation.position if operation is not None else None) or (call.position if call is not None else None)
    return _About(
        subject=("tasks", id),
        where=where,
        kind=None if call is None else call.kind,
        priority=None if call is None else call.priority,
        by=fact.due_at,
        centres=() if operation is None else operation.centres,
    )


_READ: Mapping[str, Callable[[Picture, str], _About]] = {"incident": _incident, "clue": _clue, "task": _task}


def _fact(picture: Picture, table: str, id: str, type_: type[Any], name: Text) -> Any:
    row = picture.get(table, id)
    if row is None or not isinstance(row.fact, type_):
        raise Unanswerable("not_there", Text(f"没有{name.zh} {id}", f"there is no {name.en} {id}"))
    return row.fact


def _middle(area: Sequence[Position]) -> Position | None:
    """The middle of a polygon's corners; ``None`` when there is none."""
    if not area:
        return None
    corners = area[:-1] if len(area) > 1 and area[0] == area[-1] else area
    lon, lat = (sum(p.lon for p in corners) / len(corners), sum(p.lat for p in corners) / len(corners))
    return Position(round(lon, 7), round(lat, 7), area[0].frame)
