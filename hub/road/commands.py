"""What may be asked for: one struct for each command's data, by type. The JSON of a command is
``{"type": …, "data": {…}, "expected_rev": …}``.

Words an officer types (``Words``) are of one language or both. They are refused when they look like a person's number
(identity card, telephone): nothing here may hold a person's data before roles and masking exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.domain.field import Line, Tally
from hub.domain.model import Fraction, Instant, Key, Position, Priority, Text
from hub.road.reasons import refused

WORDS_MAX = 200
Typed = Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]
Words = Text | Typed
Purpose = Literal["rescue", "order", "crime", "service", "oversight", "exercise", "duty"]
PURPOSES: Mapping[str, Text] = {
    "rescue": Text("救助", "rescue"),
    "order": Text("治安", "public order"),
    "crime": Text("办案", "crime"),
    "service": Text("服务群众", "service"),
    "oversight": Text("监督", "oversight"),
    "exercise": Text("演练", "exercise"),
    "duty": Text("值班", "duty"),
}
"""Why somebody acts, as every hop and every audit entry says it."""


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every command says: which thing. ``purpose``: why, where it is not the usual reason."""

    id: Key
    purpose: Purpose | None = None


class Said(Data, frozen=True, kw_only=True):
    """With words, where there is something to say."""

    words: Words | None = None


class ClueReport(Said, frozen=True, kw_only=True):
    """``id``: chosen by the one who reports, so that a repeated report is recognised. ``words``: its title."""

    words: Words
    priority: Priority = 3
    position: Position | None = None
    place: Words | None = None
    incident: Key | None = None
    records: Annotated[int, Meta(ge=0)] | None = None
    model: Key | None = None


class ClueTriage(Said, frozen=True, kw_only=True):
    """``priority``: the grade."""

    priority: Priority


class ClueTransfer(Said, frozen=True, kw_only=True):
    """``to``: a centre. ``due_at``: until when it must be signed for; by default the target of the clock."""

    to: Key
    due_at: Instant | None = None


class ClueReturn(Said, frozen=True, kw_only=True):
    """``cause``: of ``hub.road.reasons.RETURNS``."""

    cause: Key


class ClueMerge(Data, frozen=True, kw_only=True):
    """``into``: the clue this one is a duplicate of."""

    into: Key


class ClueLink(Data, frozen=True, kw_only=True):
    """``to``: another clue or an incident."""

    to: Key


class Results(Said, frozen=True, kw_only=True):
    """Counted results."""

    results: Annotated[tuple[Tally, ...], Meta(max_length=20)] = ()


class Close(Said, frozen=True, kw_only=True):
    """``cause``: of ``hub.road.reasons.CLOSINGS``."""

    cause: Key


class IncidentReport(Said, frozen=True, kw_only=True):
    """Something found at a scene. ``kind``: of ``hub.domain.kinds``."""

    kind: Key
    priority: Priority | None = None
    position: Position | None = None
    place: Words | None = None


class IncidentDispatch(Said, frozen=True, kw_only=True):
    """``units``: who goes there besides those that are on it."""

    units: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=50)]
    proposal: Key | None = None


class IncidentDivert(Said, frozen=True, kw_only=True):
    """Not police business. ``to``: who takes it. ``due_at``: until when it is to be settled."""

    to: Words = Text("12345 政务热线", "12345 hotline")
    due_at: Instant | None = None


class IncidentSign(Said, frozen=True, kw_only=True):
    """``party``: who took it on (a community, a department)."""

    party: Words | None = None


class OperationStart(Data, frozen=True, kw_only=True):
    """``id``: of the new operation. ``clue``, ``incident``: what it is about."""

    words: Words
    centres: Annotated[tuple[Key, ...], Meta(max_length=20)] = ()
    clue: Key | None = None
    incident: Key | None = None
    position: Position | None = None


class OperationJoin(Data, frozen=True, kw_only=True):
    """``clue``: another clue that belongs to the operation ``id``."""

    clue: Key


class OperationClose(Results, frozen=True, kw_only=True):
    """Results flow back to the clue; tasks that are still open expire, and it says how many."""

    feedback: bool = True


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a task list. ``assignee_id``: a unit, a drone or a centre; without one it is a group in words alone."""

    id: Key
    words: Words
    assignee: Words
    due_at: Instant
    assignee_id: Key | None = None
    group: Words | None = None
    area: Line = ()
    proposal: Key | None = None


class ListIssue(Data, frozen=True, kw_only=True):
    """``id``: of the operation."""

    tasks: Annotated[tuple[Entry, ...], Meta(min_length=1, max_length=100)]


class TaskRefuse(Said, frozen=True, kw_only=True):
    """``cause``: of ``hub.road.reasons.REFUSALS``."""

    cause: Key


class TaskProgress(Said, frozen=True, kw_only=True):
    """``progress``: share done, 0 to 1; it never falls."""

    progress: Fraction


class TaskReassign(Said, frozen=True, kw_only=True):
    """``task``: the line that takes its place."""

    task: Entry


class AlarmShelve(Said, frozen=True, kw_only=True):
    """``until``: when it comes back by itself, at most a shift later."""

    until: Instant


class ProposalAnswer(Said, frozen=True, kw_only=True):
    """``id``: of the proposal. ``accepted``: as it was proposed; otherwise ``chosen`` was taken instead, for a
    reason.
    """

    accepted: bool
    subject: Key
    chosen: Annotated[tuple[Key, ...], Meta(max_length=50)] = ()


class HandoverOffer(Said, frozen=True, kw_only=True):
    """The one who goes signs for the list of what changed. ``digest``: of that list, as it was shown."""

    since: Instant
    until: Instant
    digest: Key
    lines: Annotated[int, Meta(ge=0)]


class HandoverSign(Data, frozen=True, kw_only=True):
    """The one who comes signs the same list."""

    digest: Key


DATA: Mapping[str, type[Data]] = {
    "clue.report": ClueReport,
    "clue.triage": ClueTriage,
    "clue.transfer": ClueTransfer,
    "clue.recall": Said,
    "clue.sign": Said,
    "clue.return": ClueReturn,
    "clue.chase": Said,
    "clue.merge": ClueMerge,
    "clue.link": ClueLink,
    "clue.feedback": Results,
    "clue.close": Close,
    "incident.report": IncidentReport,
    "incident.dispatch": IncidentDispatch,
    "incident.arrive": Said,
    "incident.divert": IncidentDivert,
    "incident.sign": IncidentSign,
    "incident.chase": Said,
    "incident.close": Close,
    "incident.reopen": Said,
    "operation.start": OperationStart,
    "operation.join": OperationJoin,
    "operation.close": OperationClose,
    "list.issue": ListIssue,
    "task.deliver": Data,
    "task.see": Data,
    "task.accept": Said,
    "task.refuse": TaskRefuse,
    "task.execute": Data,
    "task.progress": TaskProgress,
    "task.finish": Results,
    "task.cancel": Said,
    "task.reassign": TaskReassign,
    "task.chase": Said,
    "task.expire": Data,
    "alarm.acknowledge": Data,
    "alarm.shelve": AlarmShelve,
    "recommendation.answer": ProposalAnswer,
    "handover.offer": HandoverOffer,
    "handover.sign": HandoverSign,
}
"""Every command there is, and what it carries."""

USUAL: Mapping[str, Purpose] = {"clue": "crime", "incident": "order", "alarm": "order", "handover": "duty"}
"""The purpose of a command that gives none, by the first word of its type; of all others ``order``."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command as the rules see it. ``expected_rev``: the revision the person saw; any other is refused."""

    type: str
    data: Any
    expected_rev: int | None = None

    @property
    def purpose(self) -> str:
        """Why."""
        return self.data.purpose or USUAL.get(self.type.split(".")[0], "order")


class _Type(msgspec.Struct, frozen=True):
    type: str


def _whole(name: str, data: type[Data]) -> type[msgspec.Struct]:
    fields: list[Any] = [("type", Literal[name]), ("data", data), ("expected_rev", int | None, None)]
    made = msgspec.defstruct(
        "".join(part.title() for part in name.split(".")) + "Command", fields, frozen=True, forbid_unknown_fields=True
    )
    made.__doc__ = data.__doc__
    return made


BODIES: Mapping[str, type[msgspec.Struct]] = {name: _whole(name, data) for name, data in DATA.items()}
"""Command type → the whole JSON body."""
_first = msgspec.json.Decoder(_Type).decode
_decoders = {name: msgspec.json.Decoder(body).decode for name, body in BODIES.items()}


def decode(raw: bytes) -> Command:
    """A command from its JSON. Raises ``msgspec.MsgspecError`` with the path of what is wrong."""
    name = _first(raw).type
    decoder = _decoders.get(name)
    if decoder is None:
        raise msgspec.ValidationError(f"Unknown command {name!r}; there are {', '.join(DATA)} - at `$.type`")
    body: Any = decoder(raw)
    return Command(type=name, data=body.data, expected_rev=body.expected_rev)


_PERSONAL = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?!\d)")


def text(words: Words) -> Text:
    """What was typed, in both languages. Raises ``Refused`` for half of it, too much, or a person's number."""
    out = words if isinstance(words, Text) else Text(words, words)
    if not (0 < len(out.zh) <= WORDS_MAX and 0 < len(out.en) <= WORDS_MAX):
        raise refused(
            "words",
            f"文字须中英文各 1 至 {WORDS_MAX} 字",
            f"words are of 1 to {WORDS_MAX} characters in each language",
        )
    if _PERSONAL.search(out.zh) or _PERSONAL.search(out.en):
        raise refused(
            "personal",
            "文字中似有身份证号或电话号码，此处不得填写个人信息",
            "this looks like an identity or telephone number; personal data may not be written here",
        )
    return out


def said(words: Words | None) -> Text | None:
    """The same; nothing stays nothing."""
    return None if words is None else text(words)
