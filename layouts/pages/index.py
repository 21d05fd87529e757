"""The start page: every page there is, with its live state."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from hub.centre import Centre
from hub.domain.model import Text
from layouts import texts
from layouts.panels.top import top
from layouts.panels.words import data, words

INTERFACES = (
    ("/api/v1/spec", Text("接口与声明", "Interface and declarations")),
    ("/healthz", Text("运行状况", "Health")),
)


def page(district: Text, centres: Sequence[Centre], *, found: bool = True) -> html.Main:
    """``found`` false: the address asked for does not exist, and the page says so before it lists what does."""
    missing = None if found else html.P(words(texts.NOT_FOUND), className="missing", role="alert")
    return html.Main(
        [
            top(district, texts.PAGES),
            html.Div(
                [
                    missing,
                    html.A(
                        [words(texts.WALL), html.Div(className="wall-state", **data(wall="main"))],
                        href="/wall/main",
                        className="door wall-door",
                        **data(tile="wall"),
                    ),
                    *(_door(centre) for centre in centres),
                    html.Nav([html.A([words(text), html.Code(href)], href=href) for href, text in INTERFACES]),
                ],
                id="doors",
                className="doors",
            ),
        ],
        id="index",
        className="index",
    )


def _door(centre: Centre) -> html.A:
    """A centre's entry; its state and headline are filled in by the strip's script."""
    return html.A(
        [words(centre.title), html.Div(className="door-state", **data(door=centre.name))],
        href=f"/centre/{centre.name}",
        className="door",
        **data(tile=centre.name),
    )
