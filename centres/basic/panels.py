"""What basic control shows, as data: tiles, map layers and, from ``grids`` and ``charts``, tables and charts.

Must not know any widget, and must not read a clock: ``now`` is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.domain.model import Text
from hub.show import Layer, Panels, Rows, Tile

from .charts import CHARTS
from .grids import GRIDS

SETTLED = ("settled", "followed_up")
ENDED = (*SETTLED, "referred")


def facts(rows: Rows, table: str) -> list[Any]:
    """The facts of a table."""
    return [row.fact for row in rows(table).values()]


def coverage(rows: Rows, now: float) -> float | None:
    """Mean coverage of all grids in the last two hours; ``None`` before any grid reported."""
    patrols = facts(rows, "basic_patrols")
    return sum(float(patrol.coverage) for patrol in patrols) / len(patrols) if patrols else None


def share(table: str, *states: str) -> Callable[[Rows, float], float | None]:
    """Fraction of a table's rows that are in one of the states; ``None`` when it is empty."""

    def value(rows: Rows, now: float) -> float | None:
        held = facts(rows, table)
        return len([fact for fact in held if fact.state in states]) / len(held) if held else None

    return value


def open_in(table: str, *ended: str) -> Callable[[Rows, float], float | None]:
    """How many rows have not come to their end."""

    def value(rows: Rows, now: float) -> float | None:
        return len([fact for fact in facts(rows, table) if fact.state not in ended])

    return value


def resolution(rows: Rows, now: float) -> float | None:
    """Of the disputes that ended or ran past three days: fraction settled in time. ``None`` when there is none."""
    due = [d for d in facts(rows, "basic_disputes") if d.state in ENDED or d.due_at.timestamp() < now]
    settled = [d for d in due if d.state in SETTLED and d.settled_at <= d.due_at]
    return len(settled) / len(due) if due else None


def late_disputes(rows: Rows, now: float) -> float | None:
    """Open disputes past their third day."""
    disputes = facts(rows, "basic_disputes")
    return len([d for d in disputes if d.state not in ENDED and d.due_at.timestamp() < now])


def anomalies(rows: Rows, now: float) -> float | None:
    """Readings outside their normal band."""
    return len([reading for reading in facts(rows, "basic_readings") if reading.state != "normal"])


def late_rectification(rows: Rows, now: float) -> float | None:
    """Rectifications past the time they were due."""
    held = facts(rows, "basic_inspections")
    return len([i for i in held if i.state == "rectifying" and i.due_at and i.due_at.timestamp() < now])


TILES = (
    Tile(id="coverage", title=Text("网格覆盖率", "Grid coverage"), value=coverage, format="percent", target=0.85),
    Tile(
        id="devices",
        title=Text("设备在线率", "Devices healthy"),
        value=share("basic_devices", "healthy", "weak"),
        format="percent",
        target=0.95,
    ),
    Tile(
        id="alarms",
        title=Text("未解除告警", "Open alarms"),
        value=open_in("basic_alarms", "cleared"),
        target=5,
        target_is="at_most",
    ),
    Tile(
        id="resolution",
        title=Text("三日化解率", "Settled in 3 days"),
        value=resolution,
        format="percent",
        target=0.9,
    ),
    Tile(
        id="late_disputes",
        title=Text("超期纠纷", "Late disputes"),
        value=late_disputes,
        target=0,
        target_is="at_most",
    ),
    Tile(id="disputes", title=Text("在办纠纷", "Open disputes"), value=open_in("basic_disputes", *ENDED)),
    Tile(id="anomalies", title=Text("行业异常", "Anomalies"), value=anomalies, target=2, target_is="at_most"),
    Tile(id="reports", title=Text("待答复扫码", "QR reports open"), value=open_in("basic_reports", "answered")),
    Tile(
        id="late_rectification",
        title=Text("超期整改", "Late rectification"),
        value=late_rectification,
        target=0,
        target_is="at_most",
    ),
)

PANELS = Panels(
    tiles=TILES,
    headline="coverage",
    grids=GRIDS,
    charts=CHARTS,
    layers=(
        Layer(table="basic_patrols", title=Text("网格巡逻", "Grid patrols"), symbol="hexagon"),
        Layer(table="basic_devices", title=Text("小区设备", "Community devices"), symbol="dot"),
        Layer(table="basic_alarms", title=Text("设备告警", "Device alarms"), symbol="triangle"),
        Layer(table="basic_disputes", title=Text("矛盾纠纷", "Disputes"), symbol="ring"),
        Layer(table="basic_readings", title=Text("行业监测", "Industry readings"), symbol="square"),
    ),
)
