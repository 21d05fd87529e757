"""The top bar: mode badge, hub, scene, counts by priority, what is wrong with the hub itself, clock."""

from __future__ import annotations

from typing import Any

from dash import html

from hub.domain.model import Text
from layouts import texts
from layouts.panels.words import filled, language_switch, words


def top(district: Text, scene: Text, *, counts: bool = True, acts: Any = None) -> html.Header:
    """The fixed bar of every page. ``scene``: what it is called. ``acts``: the switch of a page on which one acts."""
    name = Text(f"{district.zh} · {texts.HUB.zh}", f"{district.en} {texts.HUB.en.lower()}")
    return html.Header(
        [
            html.Span(id="mode", className="badge"),
            html.Span(id="simulated", className="badge simulated", hidden=True),
            html.A(words(name, "hub-name"), href="/", title=f"{name.zh}\n{name.en}"),
            html.H1(words(scene, "scene")),
            filled("counts", "counts") if counts else None,
            filled("faults", "faults"),
            acts,
            language_switch(),
            html.Div([html.Time(id="clock-time"), html.Span(id="clock-day")], id="clock", className="clock"),
        ],
        id="top",
        className="top",
    )
