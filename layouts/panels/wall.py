"""The panels of the wall as empty frames with ids; ``assets/4*.js`` fills them."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts import texts, theme
from layouts.panels.words import data, filled, panel, words


def map_figure(view: tuple[float, float, float]) -> dict[str, Any]:
    """An empty map at (lon, lat, zoom): things are drawn on it by the map's own layer, never as traces."""
    lon, lat, zoom = view
    return {
        "data": [
            {
                "type": "scattermap",
                "lon": [lon],
                "lat": [lat],
                "mode": "markers",
                "marker": {"opacity": 0},
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "map": {"style": "/basemap/style.json?lang=both", "center": {"lon": lon, "lat": lat}, "zoom": zoom},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "uirevision": "constant",
            "showlegend": False,
            "paper_bgcolor": theme.TOKENS["land"],
            "font": {"family": theme.FAMILY},
        },
    }


def the_map(view: tuple[float, float, float], *, centre: str | None = None) -> html.Section:
    """The map. ``centre``: only that centre's layers, else everything."""
    graph = dcc.Graph(
        figure=map_figure(view),
        config={"displayModeBar": False, "scrollZoom": True, "responsive": True},
        className="map-graph",
        responsive=True,
    )
    box = html.Div(graph, id="map", className="map-box", **data(centre=centre))
    return html.Section(
        [html.H2(words(texts.MAP), className="visually-hidden"), box],
        id="map-panel",
        className="panel map-panel",
        **data(tile="map"),
    )


def drones() -> html.Section:
    """Canvas tiles of the drones in the air."""
    return html.Section(
        [filled("drones", "drone-grid"), filled("drones-side", "corner")],
        id="drones-panel",
        className="panel drones-panel",
    )


def alarms() -> html.Section:
    """The alarm list, always at the same place."""
    return panel("alarms", texts.ALARMS, [filled("alarms-list", "rows")])


def incidents() -> html.Section:
    """Open incidents by priority, where there is room for them."""
    return panel("incidents", texts.INCIDENTS, [filled("incidents-list", "rows")])


def clues() -> html.Section:
    """Open clues and who holds them, where no operation needs the room."""
    return panel("clues", texts.CLUES, [filled("clues-list", "rows")])


def board() -> html.Section:
    """The task board of the running operations."""
    return panel("board", texts.OPERATIONS, [filled("board-list", "operations")])


def road() -> html.Section:
    """The clue road: six steps with counts and what is late."""
    return panel("road", texts.ROAD, [filled("road-steps", "steps")])


def figures(centre: str = "hub") -> html.Section:
    """Key figures of the hub or of one centre."""
    box = html.Div(id="figures-list", className="figures", **data(centre=centre))
    return panel("figures", texts.FIGURES, [box])


def strip() -> html.Footer:
    """The freshness strip of the centres."""
    return html.Footer(filled("strip-list", "strip-list"), id="strip", className="strip")
