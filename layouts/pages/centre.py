"""A centre's page: figures, filters that live in the address, table, charts, map or plan. All from its declaration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from hub.centre import Centre
from hub.domain.model import Text
from hub.show import Chart, Grid
from layouts import texts
from layouts.acting_switch import acting_switch
from layouts.panels import charts, filters, grid
from layouts.panels import wall as panels
from layouts.panels.filters import ROWS_MAX, Filters, JSONRow
from layouts.panels.plan import plan
from layouts.panels.top import top
from layouts.panels.words import data, filled, panel, words

Rows = Callable[[str], list[dict[str, Any]]]
_CONTROLS = ("f-text", "f-place", "f-period", "f-status", "f-kind", "f-tab")


def page(centre: Centre, district: Text, view: tuple[float, float, float], search: str, rows: Rows) -> html.Main:
    """The page with its controls set as the address says."""
    wanted = filters.from_query(search)
    lang = language(search)
    chosen = _grid(centre, wanted.tab)
    return html.Main(
        [
            top(district, centre.title, counts=False, acts=acting_switch()),
            _work(),
            panels.figures(centre.name),
            _tabs(centre, chosen, lang),
            filters.controls(wanted, _choices(rows(chosen.table), chosen, lang), lang),
            html.Section(grid.table(chosen, lang), className="panel grid-panel", **data(tile="grid")),
            html.Div(
                [
                    html.Div([_chart(chart) for chart in centre.panels.charts], id="charts", className="charts"),
                    panels.the_map(view, centre=centre.name) if centre.panels.layers else None,
                    plan(centre.panels.plan) if centre.panels.plan else None,
                ],
                className="beside",
            ),
            *_state(centre, search, lang),
        ],
        id="centre",
        className="centre",
        **data(centre=centre.name),
    )


def _work() -> html.Section:
    """What is asked of this centre and what it may do about it: filled by its script, from the rows and the rules."""
    body = [filled(f"work-{part}", f"work-{part}") for part in ("lead", "list", "report")]
    return panel("work", texts.WORK, body)


def _state(centre: Centre, search: str, lang: str) -> list[dcc.Store]:
    """What the callbacks start from: all of it is on this page, so no other page wakes them."""
    return [
        dcc.Store(id="tick"),
        dcc.Store(id="chart-boxes"),
        dcc.Store(id="search", data=search),
        dcc.Store(id="centre-lang", data=lang),
        dcc.Store(id="centre-name", data=centre.name),
    ]


def language(search: str) -> str:
    """The language an address asks for."""
    lang = parse_qs(search.lstrip("?")).get("lang", ["both"])[0]
    return lang if lang in ("zh", "en", "both") else "both"


def _grid(centre: Centre, tab: str | None) -> Grid:
    return next((one for one in centre.panels.grids if one.table == tab), centre.panels.grids[0])


def _tabs(centre: Centre, chosen: Grid, lang: str) -> html.Nav:
    """One tab per table; a single table is still named."""
    choices = [{"value": one.table, "label": words(one.title)} for one in centre.panels.grids]
    radio = dcc.RadioItems(choices, chosen.table, id="f-tab", inline=True)
    return html.Nav([radio, filled("hidden-columns", "hidden-columns")], className="tabs")


def _chart(chart: Chart) -> html.Section:
    graph = dcc.Graph(
        id={"type": "chart", "index": chart.id},
        config={"displayModeBar": False, "responsive": True},
        responsive=True,
        className="chart",
    )
    head = html.Header(html.H2(words(chart.title)))
    return html.Section([head, graph], className="panel", **data(tile=chart.id, chart=chart.id))


def _choices(rows: Sequence[JSONRow], one: Grid, lang: str) -> dict[str, list[dict[str, str]]]:
    fields = {"place": one.place, "status": one.status, "kind": one.kind}
    return {name: filters.options(rows, field, one.labels, lang) for name, field in fields.items()}


def register(dash: Dash, *, centres: Sequence[Centre], rows: Rows, now: Callable[[], float]) -> None:
    """The callbacks of all centres' pages; which centre is meant stands on the page."""
    by_name = {centre.name: centre for centre in centres}

    dash.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("hub", "sync"),
        *(Output(control, "value") for control in _CONTROLS),
        Input("search", "data"),
        *(Input(control, "value") for control in _CONTROLS),
        Input("f-reset", "n_clicks"),
        prevent_initial_call=True,
    )

    @dash.callback(
        Output("grid", "columnDefs"),
        *(Output(f"f-{name}", "options") for name in ("place", "status", "kind")),
        Output("f-period", "options"),
        Input("f-tab", "value"),
        Input("centre-lang", "data"),
        State("centre-name", "data"),
    )
    async def shape(tab: str, lang: str | None, name: str) -> tuple[Any, ...]:
        chosen = _grid(by_name[name], tab)
        lang = lang or "both"
        choices = await asyncio.to_thread(lambda: _choices(rows(chosen.table), chosen, lang))
        return (
            grid.columns(chosen, lang),
            choices["place"],
            choices["status"],
            choices["kind"],
            filters.period_options(lang),
        )

    @dash.callback(
        Output("grid", "rowData"),
        Output("f-count", "children"),
        Output({"type": "chart", "index": ALL}, "figure"),
        *(Input(control, "value") for control in _CONTROLS),
        Input("centre-lang", "data"),
        Input("tick", "data"),
        Input("chart-boxes", "data"),
        State("centre-name", "data"),
    )
    async def content(
        text: str | None,
        place: list[str] | None,
        period: str | None,
        status: list[str] | None,
        kind: list[str] | None,
        tab: str,
        lang: str | None,
        _: int | None,
        sizes: dict[str, list[float]] | None,
        name: str,
    ) -> tuple[Any, ...]:
        wanted = Filters(
            text=text or "",
            place=tuple(place or ()),
            period=period if period in texts.PERIODS else "all",
            status=tuple(status or ()),
            kind=tuple(kind or ()),
            tab=tab,
        )
        room = charts.boxes(sizes)
        return await asyncio.to_thread(answer, by_name[name], wanted, lang or "both", rows, now(), room)


def answer(
    centre: Centre, wanted: Filters, lang: str, rows: Rows, now: float, room: Mapping[str, charts.Box] | None = None
) -> tuple[Any, ...]:
    """Grid rows, the sentence that counts them, and the figures. Pure but for reading ``rows``.

    ``room``: how large each chart is on the page, where that is known.
    """
    chosen = _grid(centre, wanted.tab)
    held = rows(chosen.table)
    passed = filters.select(held, chosen, wanted, now)
    figures = []
    for chart in centre.panels.charts:
        base = passed if chart.table == chosen.table else _elsewhere(centre, chart, wanted, rows, now)
        figures.append(charts.figure(chart, base, now, lang, (room or {}).get(chart.id)))
    return grid.records(passed[:ROWS_MAX], chosen, lang), _counted(len(passed), len(held)), figures


def _elsewhere(centre: Centre, chart: Chart, wanted: Filters, rows: Rows, now: float) -> Sequence[JSONRow]:
    """Rows of a chart over another table than the one listed: place and time hold there too, its own fields do not."""
    other = next((one for one in centre.panels.grids if one.table == chart.table), None)
    held = rows(chart.table)
    if other is None:
        return held
    return filters.select(held, other, Filters(place=wanted.place, period=wanted.period), now)


def _counted(passed: int, held: int) -> list[Any]:
    said = Text(f"{passed:,} / {held:,} 条", f"{passed:,} of {held:,}")
    out: list[Any] = [words(said)]
    if passed > ROWS_MAX:
        out.append(words(Text(f"仅列最新 {ROWS_MAX:,} 条", f"newest {ROWS_MAX:,} listed"), "more"))
    return out
