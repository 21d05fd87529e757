"""Refused records as a person looks at them: grouped, explained, and judged again after mending.

Whether a mended record would be taken is asked of the same codec and folds that the engine uses. Must not know where
letters are kept or how they are sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from hub.codec import CONTENT_TYPE, Codec, Envelope
from hub.domain.events import Stream
from hub.errors import BadPayload
from hub.picture.fold import Picture
from hub.ports import Outgoing, Record
from hub.schema import documents

KEPT = 64 * 1024
"""Bytes of a refused record that are kept; a longer one was cut."""
_NAMES = re.compile(r"[\w./:+-]*\d[\w./:+-]*")
_AT = re.compile(r" - at `\$([^`]*)`$")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a refused record stands in the log."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A refused record without its value. ``size``: bytes kept of it. ``at``: when it was refused, epoch seconds.

    ``replayed_at``, ``replayed_by``: when and by whom it was last fed back, ``None`` when it never was.
    """

    place: Place
    reason: str
    at: float
    size: int
    replayed_at: float | None = None
    replayed_by: str | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Letters refused for the same reason but for names and numbers in it; newest first."""

    letters: list[Letter]

    @property
    def topics(self) -> list[str]:
        """Where they came from."""
        return sorted({letter.place.topic for letter in self.letters})

    @property
    def replayed(self) -> int:
        """How many of them were fed back."""
        return sum(letter.replayed_at is not None for letter in self.letters)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """The field that does not fit: its path in the event, what stands there, and its JSON Schema."""

    path: str
    found: Any
    wanted: Any


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of a record now. ``record``: what to send, when it is ``good``.

    ``refused``: it would become a dead letter again. ``old``: the hub holds something at least as new of that entity.
    """

    state: Literal["good", "refused", "old"]
    why: str
    record: Outgoing | None = None


def place(text: str) -> Place | None:
    """``TOPIC/PARTITION/OFFSET`` as a place, ``None`` when it is none."""
    found = re.fullmatch(r"([^/\s]+)/(\d{1,9})/(\d{1,18})", text)
    return Place(found[1], int(found[2]), int(found[3])) if found else None


def grouped(letters: Iterable[Letter]) -> list[Group]:
    """By reason, the largest group first."""
    found: dict[str, list[Letter]] = {}
    for letter in sorted(letters, key=lambda each: each.at, reverse=True):
        found.setdefault(_NAMES.sub("…", letter.reason), []).append(letter)
    return [Group(letters=held) for held in sorted(found.values(), key=len, reverse=True)]


class Judge:
    """Says what the hub would do with a record now."""

    def __init__(self, streams: Sequence[Stream], codec: Codec, picture: Picture) -> None:
        """``picture``: what the hub holds; it is not changed."""
        self._streams = {stream.topic: stream for stream in streams}
        self._codec, self._picture = codec, picture

    def judge(self, at: Place, value: bytes, now: float) -> Verdict:
        """``value``: the record's value as it would be sent to the letter's topic."""
        try:
            event = self._codec.decode(Record(at.topic, at.partition, at.offset, None, value), now)
            delta = self._streams[at.topic].folds[event.type](self._picture, event)
        except BadPayload as error:
            return Verdict(state="refused", why=str(error))
        except Exception as error:  # a fold is a plug's code; in the engine its bug would refuse the record too
            return Verdict(state="refused", why=f"fold failed: {type(error).__name__}: {error}")
        if not delta:
            return Verdict(state="old", why=f"the hub holds {event.subject} at rev {event.data.rev} or newer")
        record = Outgoing(event.subject.encode(), value, (("content-type", CONTENT_TYPE),))
        return Verdict(state="good", why=f"{event.type} of {event.subject}, rev {event.data.rev}", record=record)

    def fault(self, at: Place, value: bytes) -> Fault | None:
        """The field at which it stops fitting its schema; ``None`` when that is not what is wrong with it."""
        stream = self._streams.get(at.topic)
        if stream is None:
            return None
        try:
            envelope = msgspec.json.decode(value, type=Envelope)
            fact = stream.events.get(envelope.type)
            if fact is None:
                return None
            msgspec.json.decode(envelope.data, type=fact)
        except msgspec.ValidationError as error:
            steps = _steps(str(error))
        except (msgspec.DecodeError, RecursionError):
            return None
        else:
            return None
        body = msgspec.json.decode(value)
        type_ = body.get("type") if isinstance(body, dict) else None
        schemas = documents([stream])
        inside = _fits(value)
        steps = ["data", *steps] if inside else steps
        schema = schemas[type_] if inside and isinstance(type_, str) else schemas["envelope"]
        path = "$" + "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in steps)
        return Fault(path=path, found=_found(body, steps), wanted=_wanted(schema, steps))


def _fits(value: bytes) -> bool:
    """Whether the envelope itself is good."""
    try:
        msgspec.json.decode(value, type=Envelope)
    except msgspec.ValidationError:
        return False
    return True


def _steps(said: str) -> list[str | int]:
    """The path in what msgspec says; a missing field is its last step."""
    at = _AT.search(said)
    steps: list[str | int] = list(_split(at[1])) if at else []
    missing = _MISSING.search(said)
    return [*steps, missing[1]] if missing else steps


def _split(path: str) -> Iterator[str | int]:
    for name, index in _STEP.findall(path):
        yield name or (int(index) if index.isdigit() else 0)


def _found(body: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return msgspec.UNSET
    return body


def _wanted(schema: Mapping[str, Any], steps: Sequence[str | int]) -> Any:
    """The schema of a field; as far down as schemas go."""
    defs = schema.get("$defs", {})
    held: Any = schema
    for step in steps:
        inner = _inner(_plain(held, defs), step)
        if inner is None:
            break
        held = inner
    return {key: part for key, part in _plain(held, defs).items() if key not in ("$defs", "$schema", "$id")}


def _plain(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema behind a reference, or the one that is not ``null``."""
    while True:
        if "$ref" in schema:
            schema = defs[str(schema["$ref"]).rpartition("/")[2]]
        elif "anyOf" in schema and len(parts := [p for p in schema["anyOf"] if p.get("type") != "null"]) == 1:
            schema = parts[0]
        else:
            return schema


def _inner(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any] | None:
    if isinstance(step, str):
        found = schema.get("properties", {}).get(step)
    else:
        each = schema.get("prefixItems", ())
        found = each[step] if step < len(each) else schema.get("items")
    return found if isinstance(found, Mapping) else None
