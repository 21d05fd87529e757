"""What a stranger's export may be played as on the hub's own topics. Must not know any export or bridge."""

from __future__ import annotations

from hub.centre import Intake
from hub.domain.field import Incident, Unit
from hub.domain.model import Text
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC, event_type

INTAKES: tuple[Intake, ...] = (
    Intake(
        name="incidents",
        title=Text("警情", "Incidents"),
        topic=FIELD_TOPIC,
        source="/hub/",
        data=Incident,
        opened=event_type("incident", "opened"),
        changed=event_type("incident", "updated"),
        closed=event_type("incident", "closed"),
        ended={"state": "closed"},
        closed_field="closed_at",
        table="incidents",
    ),
    Intake(
        name="units",
        title=Text("警力单元", "Units"),
        topic=POSITIONS_TOPIC,
        source="/hub/",
        data=Unit,
        opened=event_type("unit", "position"),
        changed=event_type("unit", "position"),
        closed=event_type("unit", "position"),
        ended={"status": "off_duty"},
        closed_field=None,
        table="units",
    ),
)
