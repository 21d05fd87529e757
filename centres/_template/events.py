"""Facts of the template centre: a lamp, and a fault from opening to repair.

Can never be stored: a person in any form (no name, number, face, message or free text). A fact is about a lamp.
Every fact is the whole state of its entity; the verb in the type says why it was sent.
Must not know panels, folds or other centres.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from hub.domain.model import Fact, Instant, Key, Position, Text
from hub.picture.rows import Table

NAME = "template"
TOPIC = "centre.template.events"
SOURCE = "/centre/template/demo"  # what simulate.py signs with: always "/centre/<name>/<node>"

Watts = Annotated[float, Meta(ge=0, le=2000)]
"""Every number has bounds: what is outside is refused when decoded and becomes a dead letter."""
LampKind = Literal["street", "park"]
LampState = Literal["ok", "dim", "lost"]
FaultKind = Literal["dark", "flicker"]
FaultState = Literal["opened", "assigned", "fixed"]


class Lamp(Fact, frozen=True, kw_only=True):
    """A lamp that reports about once a minute. ``power_w``: watts, ``None`` when it is lost (unknown, never 0)."""

    kind: LampKind
    state: LampState
    place: Text
    position: Position | None = None
    power_w: Watts | None = None
    since_at: Instant | None = None


class Fault(Fact, frozen=True, kw_only=True):
    """A fault on its road. ``lamp``: id of the lamp. ``due_at``: when it must be fixed."""

    kind: FaultKind
    state: FaultState
    lamp: Key
    place: Text
    opened_at: Instant
    due_at: Instant
    position: Position | None = None
    fixed_at: Instant | None = None


# Type strings are "cn.hub.<entity>.<verb>.v1"; no two centres may declare the same one.
# Clue reports (cn.hub.clue.reported.v1) are added by the hub.
EVENTS: dict[str, type[Fact]] = {
    "cn.hub.template_lamp.reported.v1": Lamp,
    "cn.hub.template_fault.opened.v1": Fault,
    "cn.hub.template_fault.assigned.v1": Fault,
    "cn.hub.template_fault.fixed.v1": Fault,
}

# expected_s: how often a live row is reported again; leave it out where silence says nothing (a fixed fault).
TABLES = (
    Table(name="template_lamps", title=Text("路灯", "Lamps"), data=Lamp, owner=NAME, expected_s=90.0),
    Table(name="template_faults", title=Text("故障", "Faults"), data=Fault, owner=NAME),
)
