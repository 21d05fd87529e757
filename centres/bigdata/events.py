"""Facts of big-data investigation: a model, a finding, a source of the data pool, a cell of the hot-spot map.

Can never be stored: a person in any form. A finding counts records and names data items; a cell whose count is
below five carries no count at all. Every fact is the whole state of its entity. Must not know panels or folds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from hub.domain.model import Count, Fact, Instant, Key, Position, Text
from hub.picture.rows import JSON, Table

from .rules import SMALLEST_COUNT, HotSpotState, ModelState, cell_state, check_about_data, drift_state, precision

NAME = "bigdata"
TOPIC = "centre.bigdata.events"
SOURCE = "/centre/bigdata/demo"

Duty = Annotated[str, Meta(pattern=r"^\d{4}$")]
"""Duty number of the officer who reviewed, as on the roster of the day."""
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+(\.\d+)?$", max_length=20)]
Psi = Annotated[float, Meta(ge=0, le=10)]
Disclosed = Annotated[int, Meta(ge=SMALLEST_COUNT, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Minutes = Annotated[int, Meta(ge=1, le=10_080)]
Hours = Annotated[int, Meta(ge=1, le=168)]

ModelKind = Literal["series", "hotspot", "flow", "dispute", "fraud", "hazard"]
FindingState = Literal["found", "reviewed", "reported"]
Verdict = Literal["accepted", "rejected"]
SourceKind = Literal["calls", "complaints", "cases", "devices", "traffic", "industry", "open"]
SourceState = Literal["fresh", "late", "stopped"]
HotSpotKind = Literal["calls", "complaints", "none"]


class Model(Fact, frozen=True, kw_only=True):
    """A model and its last run.

    ``read``: records read by that run; ``hits``: records that matched. ``returned``: findings of the last 30 days
    whose result was fed back, ``confirmed``: those that proved right. ``drift``: population stability index.
    """

    kind: ModelKind
    title: Text
    version: Version
    state: ModelState
    run_at: Instant
    read: Count
    hits: Count
    drift: Psi
    returned: Count = 0
    confirmed: Count = 0
    runs_today: Count = 0
    duration_s: Seconds | None = None

    def __post_init__(self) -> None:
        if self.hits > self.read:
            raise ValueError("a run cannot hit more records than it read")
        if self.confirmed > self.returned:
            raise ValueError("no more findings can be confirmed than came back")
        if self.state != drift_state(self.drift):
            raise ValueError(f"drift {self.drift} means {drift_state(self.drift)!r}, not {self.state!r}")


class Finding(Fact, frozen=True, kw_only=True):
    """What a model found, on its road found → reviewed → reported.

    ``kind``, ``model``, ``version``: which model said it. ``items``: the data items it used. ``records``: how many
    records support it. ``reviewed_by``: duty number of the person who accepted or rejected it; without one a finding
    is refused in any state but ``found``, and only an accepted one can be reported. ``clue``: the hub's clue.
    """

    kind: ModelKind
    state: FindingState
    model: Key
    model_title: Text
    version: Version
    items: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=20)]
    records: Count
    explanation: Text
    found_at: Instant
    place: Text | None = None
    verdict: Verdict | None = None
    reviewed_by: Duty | None = None
    reviewed_at: Instant | None = None
    reported_at: Instant | None = None
    clue: Key | None = None

    def __post_init__(self) -> None:
        check_about_data(self.explanation)
        review = (self.reviewed_by, self.reviewed_at, self.verdict)
        if self.state == "found":
            if any(review):
                raise ValueError("a finding that carries a review is not in state 'found'")
        elif not all(review):
            raise ValueError(f"a finding is {self.state!r} only with reviewed_by, reviewed_at and verdict")
        if self.state == "reported" and (self.verdict != "accepted" or self.reported_at is None):
            raise ValueError("only an accepted finding is reported, and with the time of it")
        if self.state != "reported" and (self.reported_at is not None or self.clue is not None):
            raise ValueError("a finding that was not reported has no report time and no clue")


class Source(Fact, frozen=True, kw_only=True):
    """A source of the data pool. ``updated_at``: newest row in it; ``every_min``: how often it should be filled."""

    kind: SourceKind
    title: Text
    state: SourceState
    records: Count
    records_today: Count
    updated_at: Instant
    every_min: Minutes


class HotSpot(Fact, frozen=True, kw_only=True):
    """One grid cell over the last ``hours`` hours. A count below five is ``None``: suppressed, not zero.

    ``position``: middle of the cell. ``usual``: calls the cell has at this hour, a mean over four weeks; withheld
    with the count. ``kind``: which of the two leads.
    """

    kind: HotSpotKind
    state: HotSpotState
    place: Text
    position: Position
    hours: Hours
    calls: Disclosed | None = None
    complaints: Disclosed | None = None
    usual: Annotated[float, Meta(ge=SMALLEST_COUNT, le=100_000)] | None = None

    def __post_init__(self) -> None:
        for count in (self.calls, self.complaints):
            if count is not None and count < SMALLEST_COUNT:
                raise ValueError(f"a count below {SMALLEST_COUNT} is suppressed")
        if self.state != cell_state(self.calls, self.complaints, self.usual or 0.0):
            raise ValueError(f"these counts do not make a cell {self.state!r}")


EVENTS: dict[str, type[Fact]] = {
    "cn.hub.model.ran.v1": Model,
    "cn.hub.model.stated.v1": Model,
    "cn.hub.finding.found.v1": Finding,
    "cn.hub.finding.reviewed.v1": Finding,
    "cn.hub.finding.reported.v1": Finding,
    "cn.hub.data_source.counted.v1": Source,
    "cn.hub.hot_spot.counted.v1": HotSpot,
}


def _model_fields(fact: Model) -> Mapping[str, JSON]:
    """``precision``: 0..1 or ``None``."""
    return {"precision": precision(fact.confirmed, fact.returned)}


TABLES = (
    Table(name="bigdata_findings", title=Text("模型线索", "Model findings"), data=Finding, owner=NAME),
    Table(
        name="bigdata_models",
        title=Text("模型", "Models"),
        data=Model,
        owner=NAME,
        expected_s=60.0,
        derive=_model_fields,
    ),
    Table(name="bigdata_sources", title=Text("数据池", "Data pool"), data=Source, owner=NAME, expected_s=60.0),
    Table(name="bigdata_hotspots", title=Text("热点网格", "Hot spots"), data=HotSpot, owner=NAME, expected_s=60.0),
)
