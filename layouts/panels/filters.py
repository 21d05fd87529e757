"""The filters of a centre's page: their place in the address, their controls, and the selection itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from dash import dcc, html

from hub.domain.model import Text
from hub.show import Grid
from layouts import texts
from layouts.panels.words import words

JSONRow = Mapping[str, Any]
ROWS_MAX = 1000
"""Rows a page is sent; how many there are is said beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked for. ``period``: a key of ``texts.PERIODS``. Empty tuples select everything."""

    text: str = ""
    place: tuple[str, ...] = ()
    period: str = "all"
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    tab: str = ""


def from_query(search: str) -> Filters:
    """The filters an address asks for; what it does not know is left out."""
    query = parse_qs(search.lstrip("?"))

    def many(key: str) -> tuple[str, ...]:
        return tuple(part for value in query.get(key, []) for part in value.split(",") if part)

    period = query.get("period", ["all"])[0]
    return Filters(
        text=query.get("q", [""])[0],
        place=many("place"),
        period=period if period in texts.PERIODS else "all",
        status=many("status"),
        kind=many("kind"),
        tab=query.get("tab", [""])[0],
    )


def lookup(row: JSONRow, field: str) -> Any:
    """A dotted field of a view row; ``None`` when it is not there. A trailing language is left to the caller."""
    value: Any = row
    for part in field.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def key(value: Any) -> str:
    """What a value is filtered by: the Chinese line of a text, else its string; unknown is ``""``."""
    if isinstance(value, Mapping):
        return str(value.get("zh", ""))
    return "" if value is None else str(value)


def shown(value: Any, labels: Mapping[str, Text], lang: str) -> str:
    """A value as people read it: its label, or the text itself, in the language(s) asked for; two lines for both."""
    if isinstance(value, list | tuple):
        said = [labels.get(str(one), Text(str(one), str(one))) for one in value]
        value = Text("、".join(one.zh for one in said), ", ".join(one.en for one in said)) if said else None
    if isinstance(value, Mapping) and "zh" in value:
        value = Text(str(value["zh"]), str(value.get("en", value["zh"])))
    elif (known := labels.get(_plain(value))) is not None:
        value = known
    if not isinstance(value, Text):
        return "" if value is None else _plain(value)
    if lang == "both" and value.zh != value.en:
        return f"{value.zh}\n{value.en}"
    return value.en if lang == "en" else value.zh


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def select(rows: Sequence[JSONRow], grid: Grid, filters: Filters, now: float) -> list[JSONRow]:
    """The rows that pass, newest first. ``now``: epoch seconds of the hub."""
    if not rows:
        return []
    import pandas as pd  # a wall has no filters: its start does not wait for this

    frame = pd.DataFrame(
        {
            "place": [key(lookup(row, grid.place)) for row in rows],
            "status": [key(lookup(row, grid.status)) for row in rows],
            "kind": [key(lookup(row, grid.kind)) for row in rows],
            "time": pd.to_datetime(
                pd.Series([key(lookup(row, grid.time)) or None for row in rows]), utc=True, format="ISO8601"
            ),
        }
    )
    keep = pd.Series(True, index=frame.index)
    for column, wanted in (("place", filters.place), ("status", filters.status), ("kind", filters.kind)):
        if wanted:
            keep &= frame[column].isin(wanted)
    length = texts.PERIODS[filters.period][1]
    if length is not None:
        keep &= frame["time"] >= pd.Timestamp(now - length, unit="s", tz="UTC")
    if filters.text.strip():
        blobs = pd.Series([_blob(row, grid) for row in rows], index=frame.index)
        for word in filters.text.casefold().split():
            keep &= blobs.str.contains(word, regex=False)
    order = frame[keep].sort_values("time", ascending=False, kind="stable").index
    return [rows[index] for index in order]


def _blob(row: JSONRow, grid: Grid) -> str:
    """Everything of a row that can be read on the page, in both languages, for the free-text filter."""
    parts = [str(row.get("id", ""))]
    for column in grid.columns:
        value = lookup(row, column.field.removesuffix(".zh").removesuffix(".en"))
        parts.append(shown(value, grid.labels, "both"))
    return "\n".join(parts).casefold()


def options(rows: Iterable[JSONRow], field: str, labels: Mapping[str, Text], lang: str) -> list[dict[str, str]]:
    """The values a field has now, as choices."""
    values = {key(value): value for row in rows if (value := lookup(row, field)) is not None}
    return [
        {"value": name, "label": shown(value, labels, lang).replace("\n", " ")}
        for name, value in sorted(values.items())
        if name
    ]


def controls(filters: Filters, choices: Mapping[str, list[dict[str, str]]], lang: str) -> html.Form:
    """The row of controls with their values from the address."""
    periods = dcc.Dropdown(period_options(lang), filters.period, id="f-period", clearable=False, searchable=False)
    return html.Form(
        [
            _labelled(
                texts.SEARCH, dcc.Input(id="f-text", value=filters.text, type="search", debounce=0.3, maxLength=80)
            ),
            _labelled(texts.PERIOD, periods),
            *(
                _labelled(title, dcc.Dropdown(choices[name], list(value), id=f"f-{name}", multi=True, placeholder="—"))
                for name, title, value in (
                    ("place", texts.PLACE, filters.place),
                    ("status", texts.STATUS, filters.status),
                    ("kind", texts.KIND, filters.kind),
                )
            ),
            html.Button(words(texts.RESET), id="f-reset", type="button", className="reset"),
            html.Div(id="f-count", className="count", role="status"),
        ],
        className="filters",
    )


def period_options(lang: str) -> list[dict[str, str]]:
    """The choices of the time filter."""
    return [{"value": name, "label": texts.line(text, lang)} for name, (text, _) in texts.PERIODS.items()]


def _labelled(title: Text, control: Any) -> html.Div:
    return html.Div([html.Label(words(title), htmlFor=control.id), control], className="filter")
