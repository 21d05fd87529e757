"""What is wrong with a plug, said in words its author can act on. Must not know any single centre.

Only what can be seen without running the plug is checked here; the contract suite runs its functions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from hub.centre import Centre
from hub.domain.model import Fact
from hub.errors import HubError
from hub.field.topics import EVENTS as HUB_EVENTS
from hub.show import Grid, Plan

NAME = re.compile(r"[a-z][a-z0-9]*")
TYPE = re.compile(r"cn\.hub\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.v[1-9][0-9]*")
LEVELS = ("public", "internal", "restricted")


def check(centre: Centre, where: str) -> None:
    """``HubError`` with every problem of one plug. ``where``: its folder, to name it."""
    found = list(problems(centre))
    if found:
        raise HubError(f"centre {where}: {'; '.join(found)}")


def check_together(plugs: Sequence[tuple[str, Centre]]) -> None:
    """``HubError`` when two plugs claim one name (and so one topic) or one event type. ``plugs``: (folder, centre)."""
    topics: dict[str, str] = {}
    types: dict[str, str] = {}
    for where, centre in plugs:
        if centre.topic in topics:
            raise HubError(f"centre {where}: topic {centre.topic} is already that of {topics[centre.topic]}")
        topics[centre.topic] = where
        for type_ in centre.events:
            if type_ in types:
                raise HubError(f"centre {where}: event type {type_} is already declared by {types[type_]}")
            types[type_] = where


def problems(centre: Centre) -> Iterator[str]:
    """Each problem as one phrase."""
    if not NAME.fullmatch(centre.name):
        yield f"name {centre.name!r} must be lower-case letters and digits"
    if centre.expected_s <= 0:
        yield "expected_s must be above 0"
    yield from _events(centre)
    yield from _tables(centre)
    yield from _panels(centre)
    yield from _references(centre)


def _events(centre: Centre) -> Iterator[str]:
    if not centre.events:
        yield "it declares no events"
    declared: Mapping[str, object] = centre.events  # a stranger's table may hold anything
    for type_, data in declared.items():
        if not TYPE.fullmatch(type_):
            yield f"event type {type_!r} must read cn.hub.<entity>.<verb>.v1"
        if type_ in HUB_EVENTS:
            yield f"event type {type_} is the hub's own"
        if not (isinstance(data, type) and issubclass(data, Fact)):
            yield f"event type {type_} must map to a subclass of Fact"
    if missing := sorted(centre.events.keys() - centre.folds.keys()):
        yield f"no fold for {', '.join(missing)}"
    if unknown := sorted(centre.folds.keys() - centre.events.keys()):
        yield f"folds for types that are not in events: {', '.join(unknown)}"


def _tables(centre: Centre) -> Iterator[str]:
    names = [table.name for table in centre.tables]
    yield from _twice("table", names)
    for table in centre.tables:
        if not table.name.startswith(f"{centre.name}_"):
            yield f"table {table.name} must be named {centre.name}_<thing>"
        if table.owner != centre.name:
            yield f"table {table.name} must have owner {centre.name!r}, not {table.owner!r}"
        if table.data not in centre.events.values():
            yield f"table {table.name}: no event carries its fact {table.data.__name__}"
        if table.name not in centre.protection:
            yield f"table {table.name} has no protection (purpose, level, retention)"
    for name, protection in centre.protection.items():
        if name not in names:
            yield f"protection for {name}, which is no table"
        if protection.level not in LEVELS:
            yield f"protection of {name}: level {protection.level!r} is none of {', '.join(LEVELS)}"
        if protection.keep_days < 1:
            yield f"protection of {name}: keep_days must be at least 1"


def _panels(centre: Centre) -> Iterator[str]:
    panels = centre.panels
    tables = {table.name: table for table in centre.tables}
    tiles = [tile.id for tile in panels.tiles]
    yield from _twice("tile", tiles)
    yield from _twice("chart", [chart.id for chart in panels.charts])
    if panels.headline not in tiles:
        yield f"headline {panels.headline!r} is none of its tiles ({', '.join(tiles)})"
    if not panels.grids:
        yield "it needs at least one grid: the first is its page's main table"
    shown = [("grid", g.table) for g in panels.grids] + [("chart", c.table) for c in panels.charts]
    shown += [("layer", layer.table) for layer in panels.layers]
    if panels.plan is not None:
        shown.append(("plan", panels.plan.table))
        shown += [("stays", panels.plan.stays.table)] if panels.plan.stays else []
    for what, name in shown:
        if name not in tables:
            yield f"{what} of table {name}, which it does not declare"
    for layer in panels.layers:
        if layer.table in tables and "position" not in _fields(tables[layer.table].data):
            yield f"layer of table {layer.table}: its rows have no field position"
    if panels.plan is not None:
        yield from _plan(panels.plan, {name: _fields(table.data) for name, table in tables.items()})
    for grid in panels.grids:
        if grid.table in tables:
            yield from _unlabelled(grid, tables[grid.table].data)


def _plan(plan: Plan, fields: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Fields that a floor plan would look for in vain."""
    wanted: dict[str, tuple[str, ...]] = {plan.table: (plan.box, plan.name, plan.inside, plan.capacity, plan.alarms)}
    if plan.stays is not None:
        wanted[plan.stays.table] = (plan.stays.zone, plan.stays.since, plan.stays.number)
    for table, names in wanted.items():
        for name in names:
            if table in fields and name not in fields[table]:
                yield f"plan: rows of {table} have no field {name}"
    if plan.wide < 1 or plan.high < 1:
        yield "plan: it has no cells"


def _references(centre: Centre) -> Iterator[str]:
    for sample in centre.samples:
        if sample.type not in centre.events:
            yield f"sample of type {sample.type}, which is not in events"
    for intake in centre.intakes:
        for type_ in (intake.opened, intake.changed, intake.closed):
            if type_ not in centre.events:
                yield f"intake {intake.name}: type {type_} is not in events"
        if intake.topic != centre.topic:
            yield f"intake {intake.name}: topic must be {centre.topic}"
        if intake.table not in {table.name for table in centre.tables}:
            yield f"intake {intake.name}: table {intake.table} is not declared"


def _unlabelled(grid: Grid, data: type[Fact]) -> Iterator[str]:
    """Enum values that a screen would have to show raw."""
    looked_at = {grid.kind, grid.status} | {c.field for c in grid.columns if c.kind in ("label", "state")}
    for name in sorted(looked_at):
        for value in choices(data, name):
            if value not in grid.labels:
                yield f"grid {grid.table}: no label for {name} {value!r}"


def choices(data: type[Fact], name: str) -> tuple[str, ...]:
    """The values a field declared as ``Literal`` (or a tuple of it, or optional) can have; ``()`` for other fields."""
    return tuple(_choices(_fields(data)[name])) if name in _fields(data) else ()


def _choices(kind: Any) -> Iterator[str]:
    if isinstance(kind, inspect.LiteralType):
        yield from (value for value in kind.values if isinstance(value, str))
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _choices(part)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _choices(kind.item_type)


@cache
def _fields(data: type[msgspec.Struct]) -> dict[str, Any]:
    info = inspect.type_info(data)
    return {f.name: f.type for f in info.fields} if isinstance(info, inspect.StructType) else {}


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{what} {name} is declared {times} times"
