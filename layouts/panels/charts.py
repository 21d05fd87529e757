"""Charts of a centre's page: from the declared series to a plotly figure in the one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.show import Chart
from layouts import theme
from layouts.panels.filters import JSONRow
from layouts.texts import line

NOTHING = {"zh": "没有符合条件的数据", "en": "Nothing matches", "both": "没有符合条件的数据 Nothing matches"}


def figure(chart: Chart, rows: Sequence[JSONRow], now: float, lang: str) -> dict[str, Any]:
    """The figure of a chart over selected rows. ``now``: epoch seconds."""
    series = chart.series(rows, now)
    traces = [
        {
            "type": "bar" if chart.kind == "bar" else "scatter",
            "name": line(one.name, lang),
            "x": list(one.x),
            "y": list(one.y),
            **({} if chart.kind == "bar" else {"mode": "lines", "line": {"width": 2}}),
        }
        for one in series
    ]
    layout: dict[str, Any] = {
        "template": theme.plotly_template(),
        "uirevision": chart.id,
        "showlegend": len(series) > 1,
        "height": None,
        "yaxis": {"title": {"text": line(chart.unit, lang) if chart.unit else ""}, "rangemode": "tozero", "nticks": 5},
        "xaxis": {"nticks": 8},
    }
    if not any(len(one.y) for one in series):
        layout["annotations"] = [_note(NOTHING.get(lang, NOTHING["both"]))]
        layout["xaxis"] = layout["yaxis"] = {"visible": False}
    return {"data": traces, "layout": layout}


def _note(text: str) -> dict[str, Any]:
    """One sentence in the middle of an empty chart."""
    middle = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    return {"text": text, "showarrow": False, "font": {"color": theme.TOKENS["second"]}, **middle}
