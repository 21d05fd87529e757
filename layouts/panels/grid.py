"""The table of a centre's page: columns from its declaration, cells as plain values that the page formats."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import dash_ag_grid

from hub.show import Column, Grid
from layouts import texts, theme
from layouts.panels.filters import JSONRow, lookup, shown

_NUMERIC = {"number": "count", "percent": "percent", "money": "money"}
_RIGHT = {"headerClass": "right", "cellClass": "right"}


def table(grid: Grid, lang: str) -> dash_ag_grid.AgGrid:
    """An empty grid with the columns of ``grid``."""
    return dash_ag_grid.AgGrid(
        id="grid",
        columnDefs=columns(grid, lang),
        rowData=[],
        getRowId="params.data.id",
        defaultColDef={"resizable": True, "sortable": True, "suppressMovable": True, "minWidth": 48},
        dashGridOptions={
            "theme": theme.grid_theme(),
            "animateRows": False,
            "suppressCellFocus": False,
            "tooltipShowDelay": 300,
            "rowBuffer": 6,
            "noRowsOverlayComponent": "HubNone",
        },
        className="grid",
        style={"height": "100%", "width": "100%"},
    )


def columns(grid: Grid, lang: str) -> list[dict[str, Any]]:
    """Column definitions in the order of the declaration; every row ends with its age.

    The widths here are a first guess: the page measures what the cells hold and fits the columns to the table.
    """
    defs = [_column(index, column, lang) for index, column in enumerate(grid.columns)]
    if not grid.columns or grid.columns[-1].kind != "age":
        defs.append(_age("seen_at", shown(texts.AGE, {}, lang)))
    # said of every column: the grid keeps a column's pin when the next table's columns say nothing of it
    return [{**one, "pinned": "right" if one is defs[-1] else None} for one in defs]


def _column(index: int, column: Column, lang: str) -> dict[str, Any]:
    field, title = f"c{index}", shown(column.title, {}, lang)
    if column.kind == "age":
        return _age(field, title)
    base: dict[str, Any] = {
        "field": field,
        "headerName": title,
        "headerTooltip": title,
        "width": column.width,
    }
    if column.kind in _NUMERIC:
        return {**base, **_RIGHT, "valueFormatter": {"function": f"hubNumber(params, '{_NUMERIC[column.kind]}')"}}
    if column.kind == "time":
        return {**base, **_RIGHT, "valueFormatter": {"function": "hubTime(params)"}}
    if column.kind == "due":
        said = {"function": "hubDue(params)"}
        return {**base, "cellRenderer": "HubDue", "cellClass": "due-col", "valueFormatter": said}
    if column.kind == "priority":
        return {**base, "cellRenderer": "HubMark"}
    return {**base, "cellRenderer": "HubLines", "tooltipField": field}


def _age(field: str, title: str) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": title,
        "width": 104,
        **_RIGHT,
        "cellClass": "right age-cell",
        "valueFormatter": {"function": "hubAge(params)"},
    }


def records(rows: Iterable[JSONRow], grid: Grid, lang: str) -> list[dict[str, Any]]:
    """Rows as the grid takes them: ``c0``…, instants as epoch milliseconds, enumerations as words; of a due time also
    ``cN_since``, ``cN_done``, ``cN_over``.
    """
    return [_record(row, grid, lang) for row in rows]


def _record(row: JSONRow, grid: Grid, lang: str) -> dict[str, Any]:
    out: dict[str, Any] = {"id": row["id"], "seen_at": _ms(row.get("at"))}
    for index, column in enumerate(grid.columns):
        value = lookup(row, column.field.removesuffix(".zh").removesuffix(".en"))
        if column.kind in ("time", "age"):
            value = _ms(value)
        elif column.kind == "due":
            value = _ms(value)
            out |= {f"c{index}_{name}": each for name, each in _clock(row, grid, column).items()}
        elif column.kind not in _NUMERIC and column.kind != "priority":
            value = shown(value, grid.labels, lang)
        out[f"c{index}"] = value
    return out


def _clock(row: JSONRow, grid: Grid, column: Column) -> dict[str, Any]:
    """What the page needs of a due time besides itself: ``since`` and ``done`` in epoch ms, ``over``."""
    done = (_ms(lookup(row, field)) for field in column.done)
    return {
        "since": _ms(lookup(row, column.since or grid.time)),
        "done": next((each for each in done if each is not None), None),
        "over": lookup(row, grid.status) in column.over,
    }


def _ms(stamp: Any) -> float | None:
    """RFC 3339 to epoch milliseconds; ``None`` for what is no time."""
    if not isinstance(stamp, str):
        return None
    return datetime.fromisoformat(stamp).timestamp() * 1000
