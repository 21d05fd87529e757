"""The plug: what a centre declares. Frozen data and pure functions; a centre knows the hub, never another centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.events import Emission, Stream
from hub.domain.model import Fact, Text
from hub.field.world import World
from hub.picture.fold import Fold
from hub.picture.rows import Table
from hub.show import Panels

Simulate = Callable[[World, float, float], Iterable[Emission]]
"""(world, start, end) → the facts with start < time <= end, in time order. A pure function of its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Why a table exists and what may become of it (declared or not decoded).

    ``purpose``: the task it serves. ``level``: ``public``, ``internal``, ``restricted``. ``keep_days``: retention.
    """

    purpose: Text
    level: str
    keep_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A golden sample: ``data`` of an event of ``type`` as JSON text. ``bad``: why it must be refused, or ``None``."""

    type: str
    data: str
    bad: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a stranger's export may be played as (``hub replay --as NAME``).

    ``data``: the fact type a row becomes. ``opened``, ``changed``, ``closed``: event types for the first fact of an
    entity, a later one and its end. ``ended``: field → value set when the mapping says the thing has ended and the
    row itself does not give that field. ``closed_field``: the field that takes the time of the end.
    """

    name: str
    title: Text
    topic: str
    source: str
    data: type[Fact]
    opened: str
    changed: str
    closed: str
    ended: Mapping[str, object]
    closed_field: str | None
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A centre. ``name`` is its id in topics and addresses. ``expected_s``: how often its topic normally speaks.

    ``events``: type string → fact type; ``folds``: type string → fold, the same keys. Table names must start with the
    centre's name and a dot-free underscore (``name_table``) so that two centres cannot meet in one table.
    """

    name: str
    title: Text
    expected_s: float
    events: Mapping[str, type[Fact]]
    folds: Mapping[str, Fold]
    tables: Sequence[Table]
    panels: Panels
    protection: Mapping[str, Protection]
    simulate: Simulate
    samples: Sequence[Sample]
    intakes: Sequence[Intake] = ()
    order: int = 100

    @property
    def topic(self) -> str:
        """The Kafka topic of its facts."""
        return f"centre.{self.name}.events"

    @property
    def source(self) -> str:
        """What the CloudEvents ``source`` of its records starts with."""
        return f"/centre/{self.name}/"

    def stream(self) -> Stream:
        """Its topic with what may arrive on it (its own facts; clue reports are added by the hub)."""
        return Stream(topic=self.topic, source=self.source, events=self.events, folds=self.folds)
