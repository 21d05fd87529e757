"""The wall: one scene on one screen of any size. Static; everything that moves comes through the feed."""

from __future__ import annotations

from dash import html

from hub.domain.model import Text
from layouts import texts
from layouts.panels import wall as panels
from layouts.panels.top import top


def page(district: Text, view: tuple[float, float, float]) -> html.Main:
    """The main scene. ``view``: (lon, lat, zoom) the map starts at."""
    return html.Main(
        [
            top(district, texts.SCENE),
            panels.the_map(view),
            panels.drones(),
            panels.alarms(),
            panels.incidents(),
            panels.board(),
            panels.clues(),
            panels.road(),
            panels.figures(),
            panels.strip(),
        ],
        id="wall",
        className="wall",
    )
