"""Who may do what, in one table. Must not know how a person proved who they are: passwords and sessions come later and
end in an ``Actor``, as the switch of the demo does now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from hub.domain.model import Text
from hub.road.commands import DATA
from hub.road.reasons import refused

Role = Literal["commander", "duty", "lead", "unit"]
ROLES: Mapping[Role, Text] = {
    "commander": Text("指挥长", "Commander"),
    "duty": Text("值班员", "Duty officer"),
    "lead": Text("中心负责人", "Centre lead"),
    "unit": Text("一线单元", "Field unit"),
}


class Actor(msgspec.Struct, frozen=True):
    """Who acts. ``id``: of the account, a duty number or a unit's; never a person's name. ``centre``: of a lead,
    ``unit``: of a field unit.
    """

    id: str
    role: Role
    title: Text
    centre: str | None = None
    unit: str | None = None

    @property
    def place(self) -> str:
        """Who it stands for on a hop: a centre, a unit, or the hub."""
        return self.centre or self.unit or "hub"


_FIELD = ("task.deliver", "task.see", "task.accept", "task.refuse", "task.execute", "task.progress", "task.finish")
_DUTY = (
    *(name for name in DATA if name.startswith(("clue.", "incident.", "operation.", "alarm.", "handover."))),
    "list.issue",
    "task.cancel",
    "task.reassign",
    "task.chase",
    "task.expire",
    "recommendation.answer",
)
MAY: Mapping[Role, frozenset[str]] = {
    "commander": frozenset(_DUTY),
    "duty": frozenset(_DUTY) - {"clue.sign", "clue.return"},
    "lead": frozenset(
        {
            "clue.report",
            "clue.sign",
            "clue.return",
            "clue.feedback",
            "incident.sign",
            "incident.close",
            "alarm.acknowledge",
            "alarm.shelve",
            *_FIELD,
        }
    ),
    "unit": frozenset({"clue.report", "incident.report", "incident.arrive", "incident.divert", *_FIELD}),
}
"""Role → the commands it may give. What it may give them for (its own centre, its own task) is the decision's."""

DUTY = "duty-1"
"""Who acts on loopback where nobody has said otherwise."""


def accounts(centres: Iterable[tuple[str, Text]]) -> dict[str, Actor]:
    """The accounts of the demo, by id: a commander, two duty officers, a lead of each centre (name, title)."""
    out = [
        Actor("commander", "commander", Text("指挥长", "Commander")),
        Actor(DUTY, "duty", Text("值班员一", "Duty officer 1")),
        Actor("duty-2", "duty", Text("值班员二", "Duty officer 2")),
    ]
    out += [
        Actor(f"lead-{name}", "lead", Text(f"{title.zh}负责人", f"Lead, {title.en}"), centre=name)
        for name, title in centres
    ]
    return {actor.id: actor for actor in out}


def unit(key: str, call_sign: str) -> Actor:
    """The account of a field unit (or a drone's crew)."""
    return Actor(f"unit-{key}", "unit", Text(call_sign, call_sign), unit=key)


def allow(actor: Actor, command: str) -> None:
    """Raise ``Refused`` when the actor's role may not give that command."""
    if command not in MAY[actor.role]:
        role = ROLES[actor.role]
        raise refused(
            "not_allowed", f"{role.zh}无权执行此操作（{command}）", f"a {role.en.lower()} may not give {command}"
        )
