"""Events as the engine sees them, and the stream they arrive on. Must not know any single centre or fact type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from hub.domain.model import Fact

Exercise = Literal["o", "e", "s"]
"""Operation, exercise or simulation, as in Cursor on Target's ``opex``."""


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A decoded fact with what its envelope says.

    ``time``: source time, epoch seconds. ``seen``: when the hub read it, epoch seconds of the hub's clock.
    """

    id: str
    source: str
    type: str
    subject: str
    time: float
    seen: float
    data: Fact
    exercise: Exercise = "o"
    correlation: str | None = None
    causation: str | None = None


class Emission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact on its way out: what a simulator, a bridge or a command gives to a producer.

    ``at``: epoch seconds. The producer turns it into a CloudEvent on ``topic`` (see ``hub.codec.encode``).
    """

    topic: str
    source: str
    type: str
    at: float
    data: Fact
    exercise: Exercise = "o"
    correlation: str | None = None
    causation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One topic and what may arrive on it.

    ``source``: every record's CloudEvents ``source`` must start with it, or the record is refused. ``events``: type
    string → fact type. ``folds``: type string → fold (``hub.picture.fold.Fold``); the same keys as ``events``.
    """

    topic: str
    source: str
    events: Mapping[str, type[Fact]]
    folds: Mapping[str, Any]
    ephemeral: bool = False
