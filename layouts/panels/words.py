"""Bilingual text as components: two spans, of which the page's style shows one or both."""

from __future__ import annotations

from typing import Any

from dash import html

from hub.domain.model import Text


def data(**names: str | None) -> Any:
    """``data-*`` attributes for a Dash html component, as keyword arguments; those that are ``None`` are left out."""
    return {f"data-{name.replace('_', '-')}": value for name, value in names.items() if value is not None}


def words(text: Text, cls: str = "") -> html.Span:
    """Both lines of a text; which is seen, and which is larger, is decided by the page's language alone."""
    return html.Span(
        [html.Span(text.zh, className="zh", lang="zh-CN"), html.Span(text.en, className="en", lang="en")],
        className=f"words {cls}".strip(),
    )


def panel(name: str, title: Text, body: list[Any], *, side: Any = None, cls: str = "") -> html.Section:
    """A panel's frame: title at the left, what counts at the right, a body. ``name``: its grid area and id."""
    head = html.Header([html.H2(words(title)), html.Div(side, id=f"{name}-side", className="side")])
    return html.Section([head, *body], id=name, className=f"panel {name} {cls}".strip(), **data(tile=name))


def filled(name: str, cls: str = "") -> html.Div:
    """An empty box that a script fills by id."""
    return html.Div(id=name, className=cls)


LANGUAGES = (("zh", "中"), ("both", "中+EN"), ("en", "EN"))


def language_switch() -> html.Div:
    """The switch kept in the address (``?lang=``) on every page."""
    return html.Div(
        [html.Button(shown, className="lang", type="button", **data(set_lang=key)) for key, shown in LANGUAGES],
        className="languages",
        role="group",
        title="语言 Language",
    )
