"""The start page: every page there is with its live state, what each holds, and the addresses for programs."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from hub.centre import Centre
from hub.domain.model import Text
from layouts import texts
from layouts.panels.top import top
from layouts.panels.words import data, words

INTERFACES = (
    ("/healthz", Text("运行状况", "Health"), True),
    ("/api/v1/spec", Text("页面声明：中心、图层、用语", "What pages read once: centres, layers, words"), True),
    ("/api/v1/tables", Text("有哪些表", "Which tables there are"), True),
    ("/api/v1/rows/{table}", Text("一张表的现有各行", "The rows of a table now"), False),
    ("/api/v1/rows/incidents", Text("例：警情", "Example: incidents"), True),
    ("/api/v1/dead-letters", Text("拒收记录及原因", "Refused records and why"), True),
    ("/feed", Text("实时推送 (WebSocket)", "Live feed (WebSocket)"), False),
)
"""Address, what it says, and whether it can be opened as it stands."""
ADDRESSES = Text("供程序使用的接口", "Addresses for programs")
ENTER = Text("进入", "Enter")
TABLES = Text("可查", "Tables")
OTHERS = Text("另有", "Also")
OWNER_OF_ALL = "hub"
"""What the figures table calls the hub itself."""


def page(district: Text, centres: Sequence[Centre], *, found: bool = True) -> html.Main:
    """``found`` false: the address asked for does not exist, and the page says so before it lists what does."""
    missing = None if found else html.P(words(texts.NOT_FOUND), className="missing", role="alert")
    return html.Main(
        [
            top(district, texts.PAGES),
            html.Div(
                [missing, _wall(), *(_door(centre) for centre in centres), _interfaces()], id="doors", className="doors"
            ),
        ],
        id="index",
        className="index",
    )


def _wall() -> html.Section:
    """The wall's entry with what it shows now and the hub's own figures."""
    return html.Section(
        [
            html.A([words(texts.WALL), words(ENTER, "go")], href="/wall/main", className="door-name"),
            html.Div(className="wall-state", **data(wall="main")),
            html.Div(className="door-figures", **data(figures=OWNER_OF_ALL)),
            html.Nav(
                [
                    html.Span(words(OTHERS)),
                    html.A(words(texts.DESK), href="/desk"),
                    html.A(words(texts.FIELD), href="/field"),
                ],
                className="door-tables",
            ),
        ],
        className="door wall-door",
        **data(tile="wall"),
    )


def _door(centre: Centre) -> html.Section:
    """A centre's entry: state and headline from the strip's script, figures and alarms, and its tables as links."""
    address = f"/centre/{centre.name}"
    tables = [html.A(words(one.title), href=f"{address}?tab={one.table}") for one in centre.panels.grids]
    return html.Section(
        [
            html.A([words(centre.title), words(ENTER, "go")], href=address, className="door-name"),
            html.Div(className="door-state", **data(door=centre.name)),
            html.Div(className="door-figures", **data(figures=centre.name, headline=centre.panels.headline)),
            html.Div(className="door-alarms", **data(alarms=centre.name)),
            html.Nav([html.Span(words(TABLES)), *tables], className="door-tables"),
        ],
        className="door",
        **data(tile=centre.name),
    )


def _interfaces() -> html.Section:
    """The addresses a program reads; a pattern is text, the others are links."""
    rows = [
        html.Div(
            [html.A(html.Code(address), href=address, target="_blank") if whole else html.Code(address), words(text)],
            className="address",
        )
        for address, text, whole in INTERFACES
    ]
    return html.Section([html.H2(words(ADDRESSES)), html.Div(rows, className="addresses")], className="door interfaces")
