"""The switch "acting as" in a page's head: filled by the page itself from the accounts there are."""

from __future__ import annotations

from dash import html

from hub.domain.model import Text
from layouts.panels.words import words

ACTING = Text("代行身份", "Acting as")


def acting_switch() -> html.Label:
    """For the head of a page on which somebody acts; ``assets/55-acting.js`` knows what is chosen."""
    return html.Label([words(ACTING), html.Span(id="acting", className="acting-choice")], className="acting")
