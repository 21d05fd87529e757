"""Holds a mapping against a fact type and turns a row's cells into the fact's fields.

Generic: it learns the fields and their types from the fact type it is given; it must not know any of them by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

from hub.centre import Intake
from hub.domain.model import Fact, Position, Text, instant
from hub.errors import BadPayload, HubError
from streams.bridges.cells import Read, chain, list_of, number, truth
from streams.bridges.mapping import LAT, LON, FieldMap, Rule, Step, Values, When, columns, rules, suggest
from streams.bridges.places import position
from streams.bridges.times import reader

Cells = Mapping[str, str]
_TO_MPS = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "knots": 1852 / 3600}


@dataclass(slots=True)
class Known:
    """What the bridge remembers of one id: its last fields, when it was first seen, its last revision."""

    first_at: float
    rev: int = 0
    ended: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    entered: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Field:
    """A rule ready to use. ``read``: cell → value of the field's type. ``value``: the rule's constant."""

    name: str
    rule: Rule
    read: Read
    value: Any


class Shaper:
    """Rows → fields of one fact type. ``warnings`` counts (column, value) that no value table knows."""

    def __init__(self, mapping: FieldMap, intake: Intake, name: str) -> None:
        """``name``: how errors call the mapping. Raises ``HubError`` when it does not fit what the intake takes."""
        if mapping.intake != intake.name:
            raise HubError(f'{name} is for {mapping.intake} (as = "{mapping.intake}"), not for {intake.name}')
        data = intake.data
        self.warnings: Counter[tuple[str, str]] = Counter()
        self.columns = columns(mapping)
        self._mapping, self._name = mapping, name
        self._types = {info.name: info.type for info in msgspec.structs.fields(data)}
        self._fields = [self._ready(each, rule) for each, rule in rules(mapping)]
        self._tables = [(table, self._lookup(table)) for table in mapping.values]
        self._nothing = frozenset(mapping.empty) | {""}
        for step in mapping.steps:
            self._check(f"[[steps]] {step.column}", {**step.set, **({step.stamp: None} if step.stamp else {})})
        self._demand(data)

    def fields(self, cells: Cells, at: float, known: Known | None) -> dict[str, Any]:
        """The fact's fields as builtins. ``at``: the row's time. Raises ``BadPayload`` with the reason."""
        out: dict[str, Any] = {}
        for table, find in self._tables:
            if applies(table, cells):
                out.update(find(self._clean(cells[table.column])))
        place = self._mapping.position
        if place is not None:
            lon, lat = (LON, LAT) if place.geometry else (place.lon or "", place.lat or "")
            out[place.field] = position(place, self._clean(cells[lon]), self._clean(cells[lat]))
        for each in self._fields:
            # A value table wins over a rule, and of several rules the first that gives something.
            if out.get(each.name) is None and applies(each.rule, cells):
                self._fill(out, each, cells, at, known)
        return out

    def coerce(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of a mapping's ``set`` as they go into a fact: a plain string becomes both languages."""
        return {
            name: {"zh": value, "en": value} if isinstance(value, str) and self._is(name, Text) else value
            for name, value in values.items()
        }

    def _fill(self, out: dict[str, Any], each: _Field, cells: Cells, at: float, known: Known | None) -> None:
        rule, name = each.rule, each.name
        if each.value is not None:
            out[name] = each.value
        elif rule.first_seen:
            out[name] = instant(at if known is None else known.first_at)
        elif rule.entered is not None:
            self._entered(out, name, rule.entered, at, known)
        elif rule.column is not None:
            text = self._clean(cells[rule.column])
            if text and text not in rule.empty:
                try:
                    out[name] = each.read(text)
                except BadPayload as error:
                    raise BadPayload(f"column {rule.column!r}: {error}") from None

    def _entered(
        self, out: dict[str, Any], name: str, wanted: dict[str, list[str]], at: float, known: Known | None
    ) -> None:
        """When the thing was first seen in such a state, provided it had been seen in another one before."""
        if known is None:
            return
        there = all(out.get(each) in values for each, values in wanted.items())
        before = all(known.fields.get(each) in values for each, values in wanted.items())
        if there and not before and not known.ended:
            known.entered.setdefault(name, at)
        if name in known.entered:
            out[name] = instant(known.entered[name])

    def _clean(self, text: str) -> str:
        if "\ufffd" in text:
            raise BadPayload(f"{text!r} is not {self._mapping.encoding}")
        return "" if text in self._nothing else text

    def _lookup(self, table: Values) -> Callable[[str], dict[str, Any]]:
        where = f"[[values]] {table.column}"
        sets = [*table.exact.values(), *(like.set for like in table.like), table.default or {}, table.empty or {}]
        for given in sets:
            self._check(where, given)
        exact = {value: self.coerce(given) for value, given in table.exact.items()}
        like = [(re.compile(each.match, re.IGNORECASE), self.coerce(each.set)) for each in table.like]
        default = None if table.default is None else self.coerce(table.default)
        empty = None if table.empty is None else self.coerce(table.empty)

        def find(text: str) -> dict[str, Any]:
            if text in exact:
                return exact[text]
            if not text:
                if empty is None:
                    raise BadPayload(f"column {table.column!r} is empty")
                return empty
            for pattern, given in like:
                if pattern.search(text):
                    return given
            self.warnings[(table.column, text)] += 1
            if default is None:
                raise BadPayload(f"column {table.column!r}: unknown value {text!r}")
            return default

        return find

    def _ready(self, name: str, rule: Rule) -> _Field:
        where = f"[fields.{name}]"
        self._check(where, {name: rule.value})
        self._check(where, dict.fromkeys(rule.entered or {}))
        read = chain(rule, self._reader(name, rule, f"{self._name}: {where}"))
        return _Field(name, rule, read, self.coerce({name: rule.value})[name])

    def _reader(self, name: str, rule: Rule, where: str) -> Read:
        found = _inner(self._types[name])
        if isinstance(found, inspect.DateTimeType):
            seconds = reader(rule, self._mapping.time, where)
            return lambda text: instant(seconds(text))
        if isinstance(found, (inspect.FloatType, inspect.IntType)):
            factor = _TO_MPS[rule.unit] if rule.unit else 1.0
            whole = isinstance(found, inspect.IntType)
            return lambda text: number(text, factor, whole=whole)
        if isinstance(found, (inspect.VarTupleType, inspect.ListType)):
            return list_of(rule.split or ",")
        if self._is(name, Text):
            return lambda text: {"zh": text, "en": text}
        if isinstance(found, inspect.BoolType):
            return truth
        if isinstance(found, inspect.StructType):
            raise HubError(f"{where}: {found.cls.__name__} cannot be read from one column")
        return lambda text: text

    def _is(self, name: str, cls: type) -> bool:
        found = _inner(self._types[name])
        return isinstance(found, inspect.StructType) and found.cls is cls

    def _check(self, where: str, given: Mapping[str, Any]) -> None:
        """Every named field exists and every constant fits it."""
        for name, value in given.items():
            if name not in self._types or name in ("id", "rev", "epoch"):
                free = [each for each in self._types if each not in ("id", "rev", "epoch")]
                raise HubError(f"{self._name}: {where}: no field {name!r}{suggest(name, free)}")
            if value is None:
                continue
            try:
                msgspec.convert(self.coerce({name: value})[name], self._types[name])
            except msgspec.ValidationError as error:
                raise HubError(f"{self._name}: {where}: {name} = {value!r}: {error}") from None

    def _demand(self, data: type[Fact]) -> None:
        """A field without default must come from somewhere."""
        given = {name for name, _ in rules(self._mapping)}
        given |= {name for table in self._mapping.values for name in _set_by(table)}
        if self._mapping.position is not None:
            given.add(self._mapping.position.field)
            self._check("[position]", {self._mapping.position.field: None})
            if not self._is(self._mapping.position.field, Position):
                raise HubError(f"{self._name}: [position] field {self._mapping.position.field!r} is no position")
        for info in msgspec.structs.fields(data):
            if info.required and info.name not in ("id", "rev") and info.name not in given:
                raise HubError(f"{self._name}: nothing gives {info.name!r}, which every {data.__name__} has")


def applies(part: Rule | Values | Step, cells: Cells) -> bool:
    """Whether a part is for this row: its ``when`` holds (if it has one) and its ``unless`` does not."""
    return _holds(part.when, cells) and not (part.unless and _holds(part.unless, cells))


def _holds(when: When, cells: Cells) -> bool:
    """Whether every named column holds one of its values."""
    return all(cells[column] in values for column, values in when.items())


def _set_by(table: Values) -> Iterator[str]:
    for given in (*table.exact.values(), *(like.set for like in table.like), table.default or {}, table.empty or {}):
        yield from given


def _inner(hint: Any) -> inspect.Type:
    """The type without ``None`` and without its limits."""
    found = inspect.type_info(hint)
    if isinstance(found, inspect.UnionType):
        found = next(each for each in found.types if not isinstance(each, inspect.NoneType))
    return found.type if isinstance(found, inspect.Metadata) else found
