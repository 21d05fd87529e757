"""Charts of a centre's page: from the declared series to a plotly figure in the one look and the page's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import Any

from hub.domain.model import Text
from hub.field.world import UTC_OFFSET
from hub.show import Chart, Series
from layouts import theme
from layouts.panels.filters import JSONRow
from layouts.texts import line

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_LOCAL = timezone(timedelta(seconds=UTC_OFFSET))
NOTHING = {"zh": "没有符合条件的数据", "en": "Nothing matches", "both": "没有符合条件的数据 Nothing matches"}
BAR_PX, TWO_LINES_PX, THIN_PX = 15, 34, 7
"""Height one bar's name needs, on one line and on two; least height of a bar beside others."""
AXIS_PX, UNIT_PX, LEGEND_PX, MARGIN_PX, SIGN_PX = 26, 20, 20, 16, 6.8
LONGEST_EN = 17
_GAP = "\u00a0\u00a0"
"""Between a name and its bar; plotly drops plain spaces."""


@dataclass(frozen=True, slots=True)
class Box:
    """The room a chart has on the page, px."""

    width: float = 420.0
    height: float = 240.0


def boxes(sent: Any) -> dict[str, Box]:
    """What the page measured, ``{chart: [width, height]}``; what is no size is left out."""
    if not isinstance(sent, Mapping):
        return {}
    sizes = {str(name): size for name, size in sent.items() if isinstance(size, list) and len(size) == 2}
    return {
        name: Box(float(size[0]), float(size[1]))
        for name, size in sizes.items()
        if all(isinstance(px, int | float) and 40 <= px <= 8000 for px in size)
    }


def figure(chart: Chart, rows: Sequence[JSONRow], now: float, lang: str, box: Box | None = None) -> dict[str, Any]:
    """The figure of a chart over selected rows. ``now``: epoch seconds. ``box``: the room it has."""
    box = box or Box()
    series = chart.series(rows, now)
    timed, legend_px = _timed(series), _legend_px(series, lang, box.width)
    layout: dict[str, Any] = {
        "template": theme.plotly_template(),
        "uirevision": chart.id,
        "showlegend": len(series) > 1,
        "legend": {"x": 0, "y": 1, "yanchor": "top", "xref": "container", "yref": "container", "font": {"size": 13}},
        "margin": {"l": 8, "r": 8, "t": 8 + legend_px, "b": 8},
        "height": None,
    }
    if not any(len(one.y) for one in series):
        layout["annotations"] = [_note(NOTHING.get(lang, NOTHING["both"]))]
        layout["xaxis"] = layout["yaxis"] = {"visible": False}
        return {"data": [], "layout": layout}
    values = {"title": {"text": line(chart.unit, lang) if chart.unit else ""}, "rangemode": "tozero", "nticks": 5}
    if timed or chart.kind == "line":
        layout["yaxis"] = values
        layout["xaxis"] = {"tickformat": "%H:%M<br>%m-%d", "tickangle": 0, "nticks": max(2, round(box.width / 90))}
        return {"data": [_upright(one, chart.kind, lang) for one in series], "layout": layout}
    free = box.height - MARGIN_PX - AXIS_PX - (UNIT_PX if chart.unit else 0) - legend_px
    kept = fold(series, max(2, int(free // max(BAR_PX, THIN_PX * len(series)))), adds=chart.adds)
    every = dict.fromkeys(name for one in kept for name in one.x)
    names = [name if isinstance(name, Text) else Text(str(name), str(name)) for name in every]
    two = lang == "both" and free / max(1, len(names)) >= TWO_LINES_PX
    full = [line(name, lang) for name in names]
    layout["xaxis"] = values
    layout["yaxis"] = {
        "type": "category",
        "autorange": "reversed",
        "tickmode": "array",
        "tickvals": full,
        "ticktext": [_tick(name, lang, two=two) for name in names],
    }
    return {"data": [_lying(one, lang) for one in kept], "layout": layout}


def fold(series: Sequence[Series], most: int, *, adds: bool) -> list[Series]:
    """The series with at most ``most`` categories: the smallest become one that says how many they are.

    It holds their sum where values add up, else nothing: it then only says that they are not drawn.
    """
    names = list(dict.fromkeys(name for one in series for name in one.x))
    if len(names) <= most:
        return list(series)
    held = [dict(zip(one.x, one.y, strict=True)) for one in series]
    ranked = sorted(names, key=lambda name: -sum(values.get(name, 0) for values in held))
    shown, rest = set(ranked[: most - 1]), ranked[most - 1 :]
    left = [name for name in names if name in shown]
    more = Text(f"其余 {len(rest)} 项", f"+{len(rest)} more")
    if not adds:
        more = Text(f"{more.zh}未列", f"{more.en}, not drawn")
    return [
        Series(
            name=one.name,
            x=[*left, more],
            y=[*(values.get(name, 0) for name in left), sum(values.get(name, 0) for name in rest) if adds else 0],
        )
        for one, values in zip(series, held, strict=True)
    ]


def _timed(series: Sequence[Series]) -> bool:
    return any(isinstance(name, str) and _TIME.match(name) is not None for one in series for name in one.x)


def _legend_px(series: Sequence[Series], lang: str, width: float) -> float:
    """Height of the legend above the bars: entries that do not fit one line stand in columns of the widest."""
    if len(series) < 2:
        return 0.0
    entries = [50 + SIGN_PX * _width(line(one.name, lang)) for one in series]
    in_a_row = len(entries) if sum(entries) <= width else max(1, int(width // max(entries)))
    return LEGEND_PX * ceil(len(entries) / in_a_row)


def _width(text: str) -> int:
    """Width in Latin letters: a Chinese sign is two."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def _tick(name: Text, lang: str, *, two: bool) -> str:
    """The name beside a bar: whole in one language; with both, the second line or a short second half."""
    if lang != "both" or name.zh == name.en:
        return f"{line(name, lang)}{_GAP}"
    en = name.en.removeprefix(f"{name.zh.split()[0]} ") if " " in name.zh else name.en
    if two:
        return f"{name.zh}{_GAP}<br><span style='color:{theme.TOKENS['third']}'>{en}</span>{_GAP}"
    en = en if len(en) <= LONGEST_EN else f"{en[: LONGEST_EN - 1].rstrip()}…"
    return f"{name.zh} <span style='color:{theme.TOKENS['third']}'>{en}</span>{_GAP}"


def _upright(one: Series, kind: str, lang: str) -> dict[str, Any]:
    """A line or a standing bar over time, in the district's own time (plotly draws what it is told as it stands)."""
    base: dict[str, Any] = {"name": line(one.name, lang), "x": [_local(name) for name in one.x], "y": list(one.y)}
    if kind == "line":
        return {**base, "type": "scatter", "mode": "lines", "line": {"width": 2}}
    return {**base, "type": "bar"}


def _local(moment: Any) -> Any:
    if not isinstance(moment, str) or not _TIME.match(moment):
        return moment
    return datetime.fromisoformat(moment).astimezone(_LOCAL).replace(tzinfo=None).isoformat(timespec="seconds")


def _lying(one: Series, lang: str) -> dict[str, Any]:
    """Bars of categories always lie, so that their names can be read."""
    names = [line(name, lang) if isinstance(name, Text) else str(name) for name in one.x]
    return {"name": line(one.name, lang), "type": "bar", "orientation": "h", "x": list(one.y), "y": names}


def _note(text: str) -> dict[str, Any]:
    """One sentence in the middle of an empty chart."""
    middle = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    return {"text": text, "showarrow": False, "font": {"color": theme.TOKENS["second"]}, **middle}
