"""Charts of a centre's page: from the declared series to a plotly figure in the one look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hub.show import Chart, Series
from layouts import theme
from layouts.panels.filters import JSONRow
from layouts.texts import line

_TIME = re.compile(r"\d{4}-\d\d|\d\d:\d\d")
NOTHING = {"zh": "没有符合条件的数据", "en": "Nothing matches", "both": "没有符合条件的数据 Nothing matches"}


def figure(chart: Chart, rows: Sequence[JSONRow], now: float, lang: str) -> dict[str, Any]:
    """The figure of a chart over selected rows. ``now``: epoch seconds."""
    series = chart.series(rows, now)
    lying = chart.kind == "bar" and _wordy(series)
    traces = [_trace(one, chart.kind, lang, lying=lying) for one in series]
    values = {"title": {"text": line(chart.unit, lang) if chart.unit else ""}, "rangemode": "tozero", "nticks": 5}
    names = {"nticks": 8} if not lying else {"autorange": "reversed", "ticksuffix": "  "}
    layout: dict[str, Any] = {
        "template": theme.plotly_template(),
        "uirevision": chart.id,
        "showlegend": len(series) > 1,
        "height": None,
        "xaxis": values if lying else names,
        "yaxis": names if lying else values,
    }
    if not any(len(one.y) for one in series):
        layout["annotations"] = [_note(NOTHING.get(lang, NOTHING["both"]))]
        layout["xaxis"] = layout["yaxis"] = {"visible": False}
    return {"data": traces, "layout": layout}


def _wordy(series: Sequence[Series]) -> bool:
    """Whether the categories are words: bars then lie, so that their names can be read."""
    names = [name for one in series for name in one.x if isinstance(name, str)]
    return bool(names) and not any(_TIME.match(name) for name in names) and max(map(len, names)) > 3


def _trace(one: Series, kind: str, lang: str, *, lying: bool) -> dict[str, Any]:
    x, y = list(one.x), list(one.y)
    base: dict[str, Any] = {"name": line(one.name, lang), "x": x, "y": y}
    if kind == "line":
        return {**base, "type": "scatter", "mode": "lines", "line": {"width": 2}}
    return {**base, "type": "bar", **({"orientation": "h", "x": y, "y": x} if lying else {})}


def _note(text: str) -> dict[str, Any]:
    """One sentence in the middle of an empty chart."""
    middle = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    return {"text": text, "showarrow": False, "font": {"color": theme.TOKENS["second"]}, **middle}
