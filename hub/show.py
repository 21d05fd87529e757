"""How a table is shown, as data with a ``value`` function: tiles, columns, charts, layers, plan. Names no widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hub.domain.model import Text
from hub.picture.rows import JSON, Row

Rows = Callable[[str], Mapping[str, Row]]
"""Table name → its rows by id."""
Format = Literal["count", "decimal", "percent", "money", "minutes", "days"]
"""``percent`` takes a fraction 0..1; ``money`` yuan; ``minutes`` minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A key figure. ``value(rows, now)`` gives a number or ``None`` (shown as a dash: not known).

    ``target``: what it is held against; ``target_is``: whether the value should be at least or at most that.
    """

    id: str
    title: Text
    value: Callable[[Rows, float], float | None]
    format: Format = "count"
    unit: Text | None = None
    target: float | None = None
    target_is: Literal["at_least", "at_most"] = "at_least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the centre's table over view rows. ``field`` may be dotted (``place.zh`` is chosen by language).

    ``due``: a time something must have happened by, shown as a clock. It began at ``since`` (else the grid's ``time``)
    and ended at the first of ``done`` that is known; in a state of ``over`` nobody waits any more.
    """

    field: str
    title: Text
    kind: Literal["text", "number", "percent", "money", "time", "age", "due", "state", "priority", "label"] = "text"
    width: int = 120
    since: str = ""
    done: Sequence[str] = ()
    over: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The table a centre's page lists, and which fields its filters look at. ``labels``: value → what is shown."""

    table: str
    title: Text
    columns: Sequence[Column]
    kind: str = "kind"
    status: str = "state"
    place: str = "place"
    time: str = "at"
    labels: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of a chart: ``x`` texts, codes or RFC 3339 times, ``y`` numbers, one name for the legend.

    A ``Text`` is shown in the page's language; two points of one series never have the same one.
    """

    name: Text
    x: Sequence[Text | JSON]
    y: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart over (filtered) view rows of one table. ``series(rows, now)``; ``now`` epoch seconds.

    ``adds``: whether the values of several categories may be summed (counts may, fractions may not), which is done
    with the smallest of them where there is no room for a bar each.
    """

    id: str
    title: Text
    table: str
    kind: Literal["bar", "line"]
    series: Callable[[Sequence[Mapping[str, JSON]], float], Sequence[Series]]
    unit: Text | None = None
    adds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A map layer of a table whose rows have ``position``. ``symbol`` is a shape the map knows."""

    table: str
    title: Text
    symbol: Literal["dot", "ring", "square", "diamond", "cross", "triangle", "hexagon"] = "dot"
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Who is in which zone of a plan: rows of ``table`` whose ``zone`` is the id of a zone, there since ``since``.

    ``number``: what they are called, which must be pseudonymous: it is drawn in the zone.
    """

    table: str
    zone: str = "zone"
    since: str = "since_at"
    number: str = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A floor plan where a map would be: rows of ``table`` are zones, drawn in a grid of ``wide`` by ``high`` cells.

    The other fields name the rows' fields: ``box`` (``left``, ``top``, ``wide``, ``high`` in cells), ``name`` (both
    languages), ``inside`` and ``capacity`` (people), ``alarms`` (how many are open there).
    """

    table: str
    title: Text
    wide: int
    high: int
    box: str = "plan"
    name: str = "title"
    inside: str = "occupied"
    capacity: str = "capacity"
    alarms: str = "alarms"
    stays: Stays | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """What a centre shows. ``headline``: id of the tile on the strip. The first grid is the page's main table.

    The first chart is given the most room. ``plan``: for what happens inside a building.
    """

    tiles: Sequence[Tile]
    headline: str
    grids: Sequence[Grid]
    charts: Sequence[Chart]
    layers: Sequence[Layer] = ()
    plan: Plan | None = None
