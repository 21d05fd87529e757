"""One decision being made: what it looks at, what it says, and the words of its refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from hub.access import Actor
from hub.domain.events import Emission
from hub.domain.field import Hop, Tally
from hub.domain.model import Fact, Text, instant
from hub.field.topics import ACTIONS_TOPIC, FIELD_TOPIC, event_type
from hub.picture.rows import Row
from hub.road import commands as c
from hub.road.clocks import Targets
from hub.road.reasons import refused
from hub.road.states import MACHINES, Machine

HUB = "hub"
ENTITIES: Mapping[str, str] = {
    "clues": "clue",
    "incidents": "incident",
    "operations": "operation",
    "tasks": "task",
    "alarms": "alarm",
    "handovers": "handover",
}
"""Table → the word its event types begin with."""
_MACHINES = {machine.table: machine for machine in MACHINES}
F = TypeVar("F", bound=Fact)
_TOPICS: Mapping[str, str] = {"incidents": FIELD_TOPIC, "alarms": FIELD_TOPIC}


class Seen(Protocol):
    """What a decision looks at (``hub.picture.fold.Picture`` is one)."""

    def get(self, table: str, key: str) -> Row | None:
        """The row, or ``None``."""
        ...

    def rows(self, table: str) -> Mapping[str, Row]:
        """All rows of a table by id, as they have come back from the log."""
        ...


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the decision is held against besides the picture. ``centres``: name → title. ``source``: of its facts."""

    centres: Mapping[str, Text]
    source: str
    targets: Targets = Targets()
    exercise: str = "o"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a command comes to. ``table``, ``id``: what it was about; ``rev``: its revision before (0: it is new)."""

    table: str
    id: str
    rev: int
    emissions: tuple[Emission, ...]


class Act:
    """One decision being made: what it looks at and what it has said so far."""

    def __init__(self, seen: Seen, command: c.Command, actor: Actor, now: float, rules: Rules) -> None:
        self.seen, self.command, self.actor, self.now, self.rules = seen, command, actor, now, rules
        self.said: list[Emission] = []
        self.at = instant(now)

    def of(self, table: str, operation: str, known: Iterable[str] = ()) -> list[str]:
        """Ids of the rows that belong to an operation, with those ``known`` first."""
        rows = self.seen.rows(table).items()
        return [*dict.fromkeys((*known, *(key for key, row in rows if _operation(row) == operation)))]

    def due(self, target: float) -> Any:
        """The time a target ends."""
        return instant(self.now + target)

    def held(self, table: str, key: str, cls: type[F]) -> F:
        """The fact of a row. Raises ``Refused`` when there is none."""
        row = self.seen.get(table, key)
        if row is None or not isinstance(row.fact, cls):
            title = _MACHINES[table].title if table in _MACHINES else Text(table, table)
            raise refused("not_there", f"没有{title.zh} {key}", f"there is no {title.en.lower()} {key}")
        return row.fact

    def absent(self, table: str, key: str) -> None:
        """Raise ``Refused`` when there is one already."""
        if self.seen.get(table, key) is not None:
            title = _MACHINES[table].title
            raise refused("exists", f"{title.zh} {key} 已存在", f"there is a {title.en.lower()} {key} already")

    def step(self, machine: Machine, state: str, key: str, command: str | None = None) -> tuple[str, str]:
        """(verb, state after) of this command on a thing in that state. Raises ``Refused``."""
        move = machine.move(command or self.command.type)
        if state not in move.before:
            now, was = machine.states.get(state, Text(state, state)), move.title
            raise refused(
                "not_now",
                f"{machine.title.zh} {key} 当前为“{now.zh}”，不能{was.zh}",
                f"{machine.title.en.lower()} {key} is {now.en}: {was.en.lower()} is not possible now",
            )
        return move.verb, move.to(state)

    def hop(
        self, verb: str, receiver: str, reason: Text | None = None, due: Any = None, sender: str | None = None
    ) -> Hop:
        """A step of this actor."""
        return Hop(
            at=self.at,
            verb=verb,
            sender=sender or self.actor.place,
            receiver=receiver,
            reason=reason,
            due_at=due,
            actor=self.actor.id,
            purpose=self.command.purpose,
        )

    def say(self, table: str, verb: str, fact: Fact) -> None:
        """One more fact. What is ``now`` for one of them is for all."""
        self.said.append(
            Emission(
                topic=_TOPICS.get(table, ACTIONS_TOPIC),
                source=self.rules.source,
                type=event_type(ENTITIES[table], verb),
                at=self.now,
                data=fact,
                exercise=self.rules.exercise,  # type: ignore[arg-type]
                correlation=getattr(fact, "clue", None) or fact.id,
            )
        )

    def change(self, table: str, verb: str, fact: F, hop: Hop | None = None, **changes: Any) -> F:
        """The next revision of a fact, said."""
        if hop is not None:
            changes["hops"] = (*fact.hops, hop)[-200:]  # type: ignore[attr-defined]
        after = msgspec.structs.replace(fact, rev=fact.rev + 1, **changes)
        self.say(table, verb, after)
        return after

    def centre(self, name: str) -> str:
        """A centre's name. Raises ``Refused`` for one that is not there."""
        if name not in self.rules.centres:
            known = "、".join(title.zh for title in self.rules.centres.values())
            raise refused(
                "no_centre",
                f"没有中心 {name}；可选：{known}",
                f"no centre {name}; there are {', '.join(self.rules.centres)}",
            )
        return name


def own(act: Act, owner: str | None, what: Text) -> None:
    """A lead acts for its own centre; the commander for anyone."""
    if act.actor.role == "lead" and act.actor.centre != owner:
        zh = act.rules.centres.get(owner or "", Text(owner or "", owner or ""))
        raise refused("not_yours", f"{what.zh}归{zh.zh}办理", f"{what.en} is with {zh.en}")


def plain(words: c.Words | None) -> str | None:
    """Typed words to be put after a listed reason."""
    found = c.said(words)
    return None if found is None else found.zh


def checked(results: Sequence[Tally]) -> tuple[Tally, ...]:
    """Counted results as they may be written. Raises ``Refused``."""
    for tally in results:
        c.text(tally.title)
        if tally.value < 0:
            raise refused("negative", f"“{tally.title.zh}”不能为负数", f"{tally.title.en} cannot be less than 0")
    return tuple(results)


def added(results: Sequence[Tally]) -> tuple[Tally, ...]:
    """Results of the same name and unit as one."""
    out: dict[tuple[str, str], Tally] = {}
    for tally in results:
        key = (tally.title.zh, tally.unit.zh if tally.unit else "")
        held = out.get(key)
        out[key] = tally if held is None else msgspec.structs.replace(held, value=held.value + tally.value)
    return tuple(out.values())


def _operation(row: Row) -> str | None:
    fact: Any = row.fact
    operation: str | None = fact.operation
    return operation
