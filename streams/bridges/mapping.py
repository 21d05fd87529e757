"""The mapping file: which column of a stranger's export becomes which field of a fact. Only its form lives here.

It must not know any fact type, centre or feed; ``shape`` holds it against a fact type, ``examples/`` explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import msgspec

from hub.domain.model import Frame
from hub.errors import HubError

EXAMPLES = Path(__file__).parent / "examples"
LON, LAT = "geometry.lon", "geometry.lat"
"""Columns a GeoJSON feature's point is read into."""
Format = Literal["csv", "jsonl", "geojson"]
When = dict[str, list[str]]
"""Column → values; true when every named column holds one of its values (``""`` for an empty one)."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; a key it does not know is an error."""


class Moment(_Part, frozen=True, kw_only=True):
    """How a time is written. ``format``: ``iso``, ``epoch_s``, ``epoch_ms``, strptime codes, or a list of these.

    ``zone``: IANA name for times without an offset, and for the clock on the wall. ``ambiguous``: which of the two
    when clocks go back.
    """

    format: str | list[str] | None = None
    zone: str | None = None
    ambiguous: Literal["earlier", "later", "refuse"] | None = None


class Time(Moment, frozen=True, kw_only=True):
    """When a row was so: the order of play and the time of its fact."""

    column: str


class Place(_Part, frozen=True, kw_only=True):
    """Where: two columns or the geometry. ``frame`` has no default. ``bounds``: west, south, east, north in it."""

    frame: Frame
    lon: str | None = None
    lat: str | None = None
    geometry: bool = False
    bounds: tuple[float, float, float, float] | None = None
    field: str = "position"


class Rule(Moment, frozen=True, kw_only=True):
    """Where one field comes from: exactly one of ``column``, ``value``, ``first_seen``, ``entered``."""

    column: str | None = None
    value: Any = None
    first_seen: bool = False
    entered: dict[str, list[str]] | None = None
    when: When = {}
    unless: When = {}
    empty: list[str] = []
    split: str | None = None
    extract: str | None = None
    street_only: bool = False
    unit: Literal["m/s", "km/h", "mph", "knots"] | None = None


class Like(_Part, frozen=True, kw_only=True):
    """Values that match a regular expression (anywhere in the value, case ignored)."""

    match: str
    set: dict[str, Any]


class Values(_Part, frozen=True, kw_only=True):
    """A value table: their words → our fields. ``exact`` first, then ``like`` in order, then ``default``.

    Without ``default`` a row with an unknown value is refused; without ``empty`` a row with an empty one is.
    """

    column: str
    when: When = {}
    unless: When = {}
    exact: dict[str, dict[str, Any]] = {}
    like: list[Like] = []
    default: dict[str, Any] | None = None
    empty: dict[str, Any] | None = None


class Life(_Part, frozen=True, kw_only=True):
    """``op``: the column that says what a row does to its thing. ``same_time``: what a second row of one time is."""

    op: str | None = None
    opens: list[str] = []
    changes: list[str] = []
    ends: list[str] = []
    same_time: Literal["newer", "repeat"] = "newer"


class Step(Time, frozen=True, kw_only=True):
    """A further fact of the same row at the time in ``column``; none when that is empty."""

    set: dict[str, Any] = {}
    stamp: str | None = None
    ends: bool = False
    when: When = {}
    unless: When = {}
    empty: list[str] = []


class FieldMap(_Part, frozen=True, kw_only=True, rename={"intake": "as"}):
    """The whole file."""

    intake: str
    id: str
    time: Time
    about: str = ""
    format: Format | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    empty: tuple[str, ...] = ("",)
    position: Place | None = None
    fields: dict[str, Rule | list[Rule]] = {}
    values: list[Values] = []
    life: Life = Life()
    steps: list[Step] = []


def load(path: Path | str) -> FieldMap:
    """Read a mapping file, or a shipped example by its name. Raises ``HubError`` naming the file and what is wrong."""
    path = _find(Path(path))
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=FieldMap)
    except OSError as error:
        raise HubError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HubError(f"{path.name}: {error}") from error
    for problem in _problems(found):
        raise HubError(f"{path.name}: {problem}")
    return found


def examples() -> dict[str, Path]:
    """The shipped mapping files by name."""
    return {path.stem: path for path in sorted(EXAMPLES.glob("*.toml"))}


def rules(mapping: FieldMap) -> list[tuple[str, Rule]]:
    """(field, rule) in order; a field with alternatives appears several times."""
    return [
        (name, rule)
        for name, given in mapping.fields.items()
        for rule in (given if isinstance(given, list) else [given])
    ]


def columns(mapping: FieldMap) -> list[str]:
    """Every column the mapping names, once, in order."""
    named: list[str | None] = [mapping.id, mapping.time.column, mapping.life.op]
    if mapping.position is not None:
        named += [LON, LAT] if mapping.position.geometry else [mapping.position.lon, mapping.position.lat]
    for _, rule in rules(mapping):
        named += [rule.column, *rule.when, *rule.unless]
    for table in mapping.values:
        named += [table.column, *table.when, *table.unless]
    for step in mapping.steps:
        named += [step.column, *step.when, *step.unless]
    return list(dict.fromkeys(name for name in named if name is not None))


def suggest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` and what there is."""
    names = list(known)
    near = get_close_matches(word, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ";"
    return f"{hint} there is: {', '.join(names)}"


def _find(path: Path) -> Path:
    if path.exists() or path.suffix:
        return path
    shipped = examples()
    if path.name in shipped:
        return shipped[path.name]
    raise HubError(f"{path} is no mapping file and no shipped example{suggest(path.name, shipped)}")


def _problems(found: FieldMap) -> Iterable[str]:
    place = found.position
    if place is not None and place.geometry == (place.lon is not None and place.lat is not None):
        yield "[position] needs either lon and lat (two columns) or geometry = true"
    for name, rule in rules(found):
        sources = [rule.column is not None, rule.value is not None, rule.first_seen, rule.entered is not None]
        if sum(sources) != 1:
            yield f"[fields.{name}] needs exactly one of column, value, first_seen, entered"
    patterns = [like.match for table in found.values for like in table.like]
    patterns += [rule.extract for _, rule in rules(found) if rule.extract is not None]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pattern!r} is no regular expression: {error}"
    if found.life.op is None and (found.life.opens or found.life.changes or found.life.ends):
        yield "[life] names values of op but no op column"
