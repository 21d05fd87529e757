"""The duty desk: queue, open item, task list. Frames only: the page's scripts fill them from the feed, and every rule
they show comes from the hub. Must not know what may follow what.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid
import msgspec
from dash import html
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.domain.model import Text
from hub.road.templates import Template
from layouts import texts, theme
from layouts.acting_switch import acting_switch
from layouts.panels.top import top
from layouts.panels.words import data, filled, words

QUEUE = Text("待办", "Queue")
ITEM = Text("当前事项", "Open item")
LIST = Text("任务清单", "Task list")
_LINES = {"cellRenderer": "HubDeskLines"}


def routes(templates: Sequence[Template]) -> list[BaseRoute]:
    """``GET /api/v1/templates``: the task lists to begin with."""
    told = msgspec.json.encode(templates)

    async def listed(_: Request) -> Response:
        return Response(told, media_type="application/json")

    return [Route("/api/v1/templates", listed)]


def page(district: Text) -> html.Main:
    """The desk's frame."""
    acts = html.Div([filled("desk-late", "desk-late"), acting_switch()], className="desk-acts")
    return html.Main(
        [
            top(district, texts.DESK, acts=acts),
            _pane("desk-queue", QUEUE, [_queue_head(), _body(_queue())]),
            _pane("desk-item", ITEM, [filled("desk-open", "desk-open"), filled("desk-act", "desk-act")]),
            _pane("desk-list", LIST, [filled("desk-list-head"), _body(_list()), _list_foot()]),
            html.Footer([filled("desk-keys", "desk-keys"), filled("desk-link", "desk-link")], className="desk-foot"),
        ],
        id="desk",
        className="desk",
    )


def _pane(name: str, title: Text, body: list[Any]) -> html.Section:
    head = html.Header([html.H2(words(title)), html.Div(id=f"{name}-side", className="side")])
    return html.Section([head, *body], id=name, className=f"panel {name}", tabIndex=-1, **data(tile=name))


def _queue_head() -> html.Div:
    boxes = [filled("desk-chips", "desk-chips"), filled("desk-find", "desk-find")]
    return html.Div(boxes, className="desk-queue-head")


def _list_foot() -> html.Div:
    boxes = [filled("desk-short", "desk-short"), filled("desk-list-act", "desk-act")]
    return html.Div(boxes, className="desk-list-foot")


def _body(grid: dash_ag_grid.AgGrid) -> html.Div:
    return html.Div(grid, className="desk-grid")


def _grid(name: str, columns: list[dict[str, Any]], options: dict[str, Any]) -> dash_ag_grid.AgGrid:
    base = {"resizable": True, "sortable": False, "suppressMovable": True, "minWidth": 36, "cellDataType": False}
    return dash_ag_grid.AgGrid(
        id=name,
        columnDefs=columns,
        rowData=[],
        getRowId="params.data.id",
        defaultColDef=base,
        dashGridOptions={
            "theme": theme.grid_theme(),
            "animateRows": False,
            "tooltipShowDelay": 400,
            "rowBuffer": 6,
            "suppressScrollOnNewData": True,
            "noRowsOverlayComponent": "HubDeskNone",
            **options,
        },
        className="grid-of-desk",
        style={"height": "100%", "width": "100%"},
    )


def _queue() -> dash_ag_grid.AgGrid:
    """Virtual rows: some hundred calls may be open. The order is the page's, so that no row moves under a cursor."""
    columns = [
        {"field": "priority", "width": 48, "cellRenderer": "HubMark"},
        {"field": "what", "width": 116, **_LINES},
        {"field": "title", "flex": 1, "minWidth": 150, **_LINES, "cellClass": "strong-cell"},
        {"field": "holder", "width": 106, **_LINES},
        {"field": "clock", "width": 152, **_LINES, "cellClass": "right clock-cell"},
    ]
    rules = {
        "is-open": "params.data.open",
        "is-late": "params.data.look === 'late'",
        "is-warn": "params.data.look === 'warn'",
        "is-gone": "params.data.gone",
        "is-over": "params.data.over",
    }
    return _grid("desk-queue-grid", columns, {"headerHeight": 0, "rowHeight": 56, "rowClassRules": rules})


def _list() -> dash_ag_grid.AgGrid:
    """Draft lines are typed into; lines that were issued show how far they are."""
    editor = {
        "editable": {"function": "params.data.draft"},
        "cellEditor": {"function": "HubDeskEditor"},
        "valueSetter": {"function": "hubDeskSet(params)"},
        **_LINES,
    }
    columns = [
        {"field": "n", "width": 48, "cellClass": "n-cell"},
        {"field": "title", "flex": 1, "minWidth": 132, **editor, "cellClass": "strong-cell"},
        {"field": "group", "width": 104, **editor},
        {"field": "who", "width": 118, **editor},
        {"field": "due", "width": 76, **editor, "cellClass": "due-cell"},
        {"field": "said", "width": 160, **_LINES, "cellClass": "said-cell"},
        {"field": "age", "width": 70, "headerClass": "right", "cellClass": "right age-cell-desk"},
    ]
    named = [{**column, "headerValueGetter": {"function": "hubDeskHead(params)"}} for column in columns]
    rules = {
        "is-draft": "params.data.draft",
        "is-late": "params.data.look === 'late'",
        "is-bad": "params.data.bad",
        "is-ended": "params.data.ended",
        "is-blank": "params.data.blank",
    }
    options = {
        "headerHeight": 44,
        "rowHeight": 52,
        "rowClassRules": rules,
        "enterNavigatesVerticallyAfterEdit": True,
        "stopEditingWhenCellsLoseFocus": True,
    }
    return _grid("desk-list-grid", named, options)
