"""Facts about industries and enterprises: readings, inspections, requests for service.

Can never be stored: a person, a customer, a guest, a passenger or a transaction; a reading is one number of a site.
Must not know panels or folds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from hub.domain.model import Count, Fact, Instant, Key, Position, Text

from .modules import MODULES, LegalBasis, ReadingState, reading_state

Reading = Annotated[float, Meta(ge=-10_000, le=1_000_000)]
InspectionKind = Literal["single", "joint"]
InspectionState = Literal["planned", "running", "rectifying", "closed"]
InspectionResult = Literal["passed", "minor", "serious"]
Agency = Literal["police", "fire_service", "emergency", "market", "transport_bureau", "finance_bureau", "postal_bureau"]
RequestKind = Literal["licence", "seal", "traffic", "security", "consultation"]
RequestState = Literal["received", "accepted", "answered"]


def _known(module: str) -> None:
    if module not in MODULES:
        raise ValueError(f"no module {module!r}; there are {', '.join(MODULES)}")


class IndustryReading(Fact, frozen=True, kw_only=True):
    """The newest reading of a site. ``kind``: its module, a key of ``modules.MODULES``, which gives band and unit."""

    kind: Key
    state: ReadingState
    place: Text
    value: Reading
    position: Position | None = None
    since_at: Instant | None = None

    def __post_init__(self) -> None:
        _known(self.kind)
        if self.state != reading_state(self.kind, self.value):
            raise ValueError(f"{self.value} is {reading_state(self.kind, self.value)!r} for {self.kind}")


class Inspection(Fact, frozen=True, kw_only=True):
    """An inspection of a site on a legal basis. ``kind``: of one agency or joint (隐患共排).

    ``hazards``/``fixed``: hidden dangers found and rectified; ``due_at``: when rectification must be complete.
    """

    kind: InspectionKind
    state: InspectionState
    module: Key
    basis: LegalBasis
    agencies: Annotated[tuple[Agency, ...], Meta(min_length=1, max_length=7)]
    place: Text
    planned_at: Instant
    hazards: Count = 0
    fixed: Count = 0
    result: InspectionResult | None = None
    due_at: Instant | None = None
    closed_at: Instant | None = None
    position: Position | None = None

    def __post_init__(self) -> None:
        _known(self.module)
        if self.fixed > self.hazards:
            raise ValueError("no more hazards can be fixed than were found")
        if self.kind == "joint" and len(self.agencies) < 2:
            raise ValueError("a joint inspection has at least two agencies")
        if self.state == "rectifying" and self.due_at is None:
            raise ValueError("rectification needs the time it is due")


class ServiceRequest(Fact, frozen=True, kw_only=True):
    """A request of an enterprise for service. ``due_at``: promised answer."""

    kind: RequestKind
    state: RequestState
    place: Text
    received_at: Instant
    due_at: Instant
    answered_at: Instant | None = None
    position: Position | None = None
