"""What a folder of story files says: steps of facts, who goes where, and templates of the clues of an ordinary day.

Data only, read once. It names no place on the map and no centre by itself: the files do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.domain.model import Fact, Fraction, Key, Priority, Text
from hub.errors import HubError
from hub.field.topics import ACTIONS_TOPIC, EVENTS, event_type

Offset = Annotated[str, Meta(pattern=r"^\+\d\d:\d\d:\d\d$")]
"""Time after the beginning of a story's round: ``+HH:MM:SS``."""
BACKGROUND = "background.toml"
DESK = "/hub/desk"
"""Source of what the hub's own desk decides."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact. ``set``: fields merged over what the story said before about that id (``"name+"`` appends to a list).

    ``every``: say it again at this interval (a source that reports in a rhythm) until the id's next step or ``until``.
    """

    at: Offset
    topic: str
    source: str
    type: str
    id: str
    set: dict[str, Any]
    every: Offset | None = None
    until: Offset | None = None


class Chore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a story's task list with the times of its states; a time that is not given is not said.

    ``progress``: (time, share done). ``end``: how it ends, at ``ended``.
    """

    id: str
    operation: str
    title: Text
    assignee: Text
    issued: Offset
    due: Offset
    delivered: Offset
    seen: Offset
    ended: Offset
    accepted: Offset | None = None
    executing: Offset | None = None
    progress: tuple[tuple[Offset, Fraction], ...] = ()
    end: Literal["done", "refused", "expired", "cancelled"] = "done"
    result: Text | None = None
    cause: Text | None = None
    area: str | None = None
    incident: str | None = None
    assignee_id: str | None = None

    def steps(self) -> Iterator[Step]:
        """The facts of the line, one each state."""
        known = {name: getattr(self, name) for name in ("operation", "incident", "assignee_id", "area")}
        first = {name: value for name, value in known.items() if value is not None}
        first |= {"title": msgspec.to_builtins(self.title), "assignee": msgspec.to_builtins(self.assignee)}
        first |= {"issued_at": self.issued, "due_at": self.due}
        yield self._step(self.issued, "issued", "issued", first)
        yield self._step(self.delivered, "delivered", "delivered", {})
        yield self._step(self.seen, "seen", "seen", {})
        if self.accepted is not None:
            yield self._step(self.accepted, "accepted", "accepted", {"accepted_at": self.accepted})
        if self.executing is not None:
            started = {"started_at": self.executing, "progress": 0.0}
            yield self._step(self.executing, "executing", "executing", started)
        for at, share in self.progress:
            yield self._step(at, "progressed", "executing", {"progress": share})
        said: dict[str, Any] = {"done_at": self.ended, "progress": 1.0} if self.end == "done" else {}
        for name, text in (("result", self.result), ("cause", self.cause)):
            if text is not None:
                said[name] = msgspec.to_builtins(text)
        yield self._step(self.ended, self.end, self.end, said)

    def _step(self, at: str, verb: str, state: str, fields: dict[str, Any]) -> Step:
        type_ = event_type("task", verb)
        return Step(at=at, topic=ACTIONS_TOPIC, source=DESK, type=type_, id=self.id, set={**fields, "state": state})


class Sending(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"leave": "from"}):
    """Units that drive to a story's incident: from, arrival, end (units patrol near ``place`` before and after)."""

    units: tuple[Key, ...]
    incident: str
    place: str
    leave: Offset
    arrive: Offset
    until: Offset


class Flying(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"leave": "from"}):
    """A drone over a story's place. ``relay``: only while its ordinary flights last, one battery after the other."""

    drone: Key
    place: str
    leave: Offset
    until: Offset
    mission: Text
    incident: str | None = None
    relay: bool = False
    announcement: Text | None = None
    announce_from: Offset | None = None
    announce_until: Offset | None = None
    finding: Text | None = None


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scripted scenario. ``offset``: when its first round begins after the anchor; it repeats each ``period_h``."""

    id: Key
    title: Text
    offset: Offset
    step: tuple[Step, ...]
    period_h: Annotated[float, Meta(gt=0)] = 12.0
    sending: tuple[Sending, ...] = ()
    flying: tuple[Flying, ...] = ()
    task: tuple[Chore, ...] = ()

    def steps(self) -> list[Step]:
        """All facts in order of time, the task list's among them."""
        return sorted((*self.step, *(s for task in self.task for s in task.steps())), key=lambda s: offset_s(s.at))


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counted result: a number between ``low`` and ``high``."""

    title: Text
    low: int
    high: int
    unit: Text | None = None


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a task list: what, and who does it."""

    title: Text
    assignee: Text


class Lead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template of clues. ``operation``: how often one becomes a cluster operation with ``tasks``."""

    weight: float
    origin: Key
    to: Key
    title: Text
    priority: Priority
    outcome: tuple[Outcome, ...]
    closing: Text
    model: str | None = None
    records: tuple[int, int] | None = None
    operation: Fraction = 0.0
    operation_title: Text | None = None
    tasks: tuple[Line, ...] = ()


class Background(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Clues of an ordinary day: how many an hour on average, and of which kinds."""

    per_hour: float
    lead: tuple[Lead, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """Everything a folder of stories says. ``types``: event type → fact type the steps may use."""

    stories: tuple[Story, ...] = ()
    background: Background | None = None
    types: Mapping[str, type[Fact]] = field(default_factory=lambda: EVENTS)


SILENT = Script()
"""No stories and no clues: the streets alone."""


def load(folder: Path, types: Mapping[str, type[Fact]] = EVENTS) -> Script:
    """Read every ``*.toml`` of a folder, stories in the order in which they begin.

    Raises ``HubError`` naming the file that is missing, broken or wrong.

    ``types``: event types the steps may use; give the hub's together with the centres'.
    """
    stories: list[Story] = []
    background: Background | None = None
    for file in sorted(folder.glob("*.toml")):
        try:
            if file.name == BACKGROUND:
                background = msgspec.toml.decode(file.read_bytes(), type=Background)
            else:
                stories.append(msgspec.toml.decode(file.read_bytes(), type=Story))
        except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
            raise HubError(f"{file}: {error}; correct the story file") from error
        if file.name != BACKGROUND:
            unknown = sorted({step.type for step in stories[-1].step} - types.keys())
            if unknown:
                raise HubError(f"{file}: no centre declares {', '.join(unknown)}; correct the type or add the centre")
    if not stories:
        raise HubError(f"{folder}: no story files there; give the folder that holds them")
    stories.sort(key=lambda story: (offset_s(story.offset), story.id))
    return Script(tuple(stories), background, types)


def offset_s(text: str) -> float:
    """``+HH:MM:SS`` in seconds."""
    hours, minutes, seconds = text[1:].split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0 + int(seconds)
