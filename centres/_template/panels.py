"""What the template centre shows, as data. Must not know any widget, and must not read a clock: ``now`` is passed in.

Tiles read facts (``row.fact``); charts read view rows (dicts with RFC 3339 times, the filters of the page applied).
A value that is not known is ``None``, never 0. Every enum value that a grid can hold has a label in both languages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.domain.model import Text
from hub.picture.rows import JSON, stamp
from hub.show import Chart, Column, Grid, Layer, Panels, Rows, Series, Tile

HOUR = 3600.0
PLACE = Column(field="place", title=Text("地点", "Place"), width=180)
LAMP_STATES = {
    "ok": Text("正常", "Working"),
    "dim": Text("变暗", "Dim"),
    "lost": Text("失联", "Lost"),
}


def facts(rows: Rows, table: str) -> list[Any]:
    """The facts of a table; what type they are is said by its declaration."""
    return [row.fact for row in rows(table).values()]


def working(rows: Rows, now: float) -> float | None:
    """Fraction of lamps that work; ``None`` before the first report."""
    lamps = facts(rows, "template_lamps")
    return len([lamp for lamp in lamps if lamp.state == "ok"]) / len(lamps) if lamps else None


def late(rows: Rows, now: float) -> float | None:
    """Open faults whose due time has passed."""
    faults = facts(rows, "template_faults")
    return len([fault for fault in faults if fault.state != "fixed" and fault.due_at.timestamp() < now])


def by_state(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Lamps in each state: one bar each, named in both languages; the page chooses."""
    counts = Counter(row["state"] for row in rows)
    names = list(LAMP_STATES.values())
    return [Series(name=Text("路灯", "Lamps"), x=names, y=[counts[state] for state in LAMP_STATES])]


def by_hour(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Faults opened in each of the last twelve hours; ``x`` are RFC 3339 times."""
    hours = [int(now // HOUR) - back for back in range(11, -1, -1)]
    counts = Counter(int(datetime.fromisoformat(row["opened_at"]).timestamp() // HOUR) for row in rows)
    points = [counts[hour] for hour in hours]
    return [Series(name=Text("故障", "Faults"), x=[stamp(hour * HOUR) for hour in hours], y=points)]


PANELS = Panels(
    headline="working",
    tiles=(
        Tile(id="working", title=Text("完好率", "Working"), value=working, format="percent", target=0.95),
        Tile(id="late", title=Text("超期故障", "Late faults"), value=late, target=0, target_is="at_most"),
    ),
    grids=(
        Grid(
            table="template_lamps",
            title=Text("路灯", "Lamps"),
            columns=(
                Column(field="id", title=Text("编号", "Number")),
                Column(field="kind", title=Text("类型", "Kind"), kind="label"),
                Column(field="state", title=Text("状态", "State"), kind="state"),
                PLACE,
                Column(field="power_w", title=Text("功率(瓦)", "Power (W)"), kind="number"),
                Column(field="since_at", title=Text("自", "Since"), kind="time"),
                Column(field="at", title=Text("更新", "Age"), kind="age"),
            ),
            labels={"street": Text("道路灯", "Street"), "park": Text("公园灯", "Park"), **LAMP_STATES},
        ),
        Grid(
            table="template_faults",
            title=Text("故障", "Faults"),
            time="opened_at",
            columns=(
                Column(field="id", title=Text("编号", "Number")),
                Column(field="kind", title=Text("类型", "Kind"), kind="label"),
                Column(field="state", title=Text("状态", "State"), kind="state"),
                PLACE,
                Column(field="opened_at", title=Text("发现时间", "Opened"), kind="time"),
                Column(field="due_at", title=Text("时限", "Due"), kind="due", over=("fixed",)),
                Column(field="at", title=Text("更新", "Age"), kind="age"),
            ),
            labels={
                "dark": Text("不亮", "Dark"),
                "flicker": Text("闪烁", "Flickers"),
                "opened": Text("已发现", "Opened"),
                "assigned": Text("已派工", "Assigned"),
                "fixed": Text("已修复", "Fixed"),
            },
        ),
    ),
    charts=(
        Chart(
            id="by_state", title=Text("路灯状态", "Lamps by state"), table="template_lamps", kind="bar", series=by_state
        ),
        Chart(
            id="by_hour", title=Text("故障趋势", "Faults by hour"), table="template_faults", kind="line", series=by_hour
        ),
    ),
    layers=(Layer(table="template_lamps", title=Text("路灯", "Lamps"), symbol="dot"),),
)
