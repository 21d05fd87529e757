"""Value types that facts are made of. Must not know where a fact came from or who will show it.

Every fact carries the *whole* state of its entity after the fact, plus ``rev``, the entity's revision set by
its owner. Folding is therefore "newest ``rev`` wins": any order, any repetition, any merge gives the same rows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Frame = Literal["WGS84", "GCJ02", "BD09"]
Instant = Annotated[datetime, Meta(tz=True)]
"""A point in time; RFC 3339 with offset on the wire."""
Key = Annotated[str, Meta(min_length=1, max_length=160)]
Rev = Annotated[int, Meta(ge=1, le=2**53)]
Epoch = Annotated[int, Meta(ge=0, le=2**31)]
Priority = Annotated[int, Meta(ge=1, le=4)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class Text(msgspec.Struct, frozen=True, gc=False):
    """A name or a sentence in both languages; the screen shows one or both."""

    zh: str
    en: str


class Position(msgspec.Struct, frozen=True, gc=False):
    """A place on the earth, degrees. It always says its frame; inside the hub the frame is ``WGS84``.

    ``ce_m``: circular error in metres where the source knows it.
    """

    lon: float
    lat: float
    frame: Frame
    ce_m: float | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of every fact: the entity's id and its revision.

    ``rev`` grows with every fact of the entity and is set by the entity's owner, never derived from arrival.
    ``epoch`` is bumped when an owner lost its counter and starts again at a low ``rev``.
    """

    id: Key
    rev: Rev
    epoch: Epoch = 0


def instant(seconds: float) -> datetime:
    """Epoch seconds (UTC) to an aware datetime, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), tz=UTC)


def seconds(moment: datetime | None) -> float | None:
    """An aware datetime to epoch seconds; ``None`` stays ``None``."""
    return None if moment is None else moment.timestamp()
