"""What criminal intelligence shows, as data: tiles, map layers and, from ``grids`` and ``charts``, tables and charts.

Must not know any widget, and must not read a clock: ``now`` is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.domain.model import Text
from hub.field.world import UTC_OFFSET
from hub.show import Layer, Panels, Rows, Tile

from .charts import CHARTS
from .grids import GRIDS

DAY_S = 86400.0


def facts(rows: Rows, table: str) -> list[Any]:
    """The facts of a table."""
    return [row.fact for row in rows(table).values()]


def midnight(now: float) -> float:
    """Epoch seconds at which the district's day began."""
    return (now + UTC_OFFSET) // DAY_S * DAY_S - UTC_OFFSET


def money_today(step: str) -> Callable[[Rows, float], float | None]:
    """Yuan that reached a step (``stopped``, ``frozen``, ``recovered``) since midnight; ``None`` before any payment."""

    def value(rows: Rows, now: float) -> float | None:
        payments = facts(rows, "criminal_payments")
        total, since = 0.0, midnight(now)
        for payment in payments:
            moment = getattr(payment, f"{step}_at")
            if moment is not None and since <= moment.timestamp() <= now:
                total += getattr(payment, f"{step}_yuan")
        return total if payments else None

    return value


def prevented(rows: Rows, now: float) -> float | None:
    """Of the warnings closed: fraction without loss. ``None`` when none is closed."""
    closed = [warning for warning in facts(rows, "criminal_warnings") if warning.state == "closed"]
    return len([warning for warning in closed if warning.outcome == "prevented"]) / len(closed) if closed else None


def not_in(table: str, *ended: str) -> Callable[[Rows, float], float | None]:
    """How many rows have not come to their end."""

    def value(rows: Rows, now: float) -> float | None:
        return len([fact for fact in facts(rows, table) if fact.state not in ended])

    return value


def unreached(rows: Rows, now: float) -> float | None:
    """Open warnings past the time by which somebody must have been reached."""
    warnings = [w for w in facts(rows, "criminal_warnings") if w.state in ("issued", "unanswered", "officer_sent")]
    return len([warning for warning in warnings if warning.due_at.timestamp() < now])


def solved(rows: Rows, now: float) -> float | None:
    """Cases solved in the last 24 hours."""
    cases = facts(rows, "criminal_cases")
    return len([case for case in cases if case.solved_at and now - case.solved_at.timestamp() < DAY_S])


def linked(rows: Rows, now: float) -> float | None:
    """Fraction of desks of the three levels that are linked; ``None`` before any reported."""
    desks = facts(rows, "criminal_levels")
    return len([desk for desk in desks if desk.state != "lost"]) / len(desks) if desks else None


TILES = (
    Tile(id="stopped", title=Text("今日止付", "Stopped today"), value=money_today("stopped"), format="money"),
    Tile(id="frozen", title=Text("今日冻结", "Frozen today"), value=money_today("frozen"), format="money"),
    Tile(id="recovered", title=Text("今日返还", "Recovered today"), value=money_today("recovered"), format="money"),
    Tile(
        id="prevented",
        title=Text("劝阻成功率", "Loss prevented"),
        value=prevented,
        format="percent",
        target=0.85,
    ),
    Tile(id="warnings", title=Text("在办预警", "Open warnings"), value=not_in("criminal_warnings", "closed")),
    Tile(
        id="unreached",
        title=Text("超时未触达", "Not reached in time"),
        value=unreached,
        target=0,
        target_is="at_most",
    ),
    Tile(
        id="cases",
        title=Text("在侦案件", "Open cases"),
        value=not_in("criminal_cases", "solved", "suspended"),
    ),
    Tile(id="solved", title=Text("24 小时破案", "Solved in 24 h"), value=solved),
    Tile(id="analyses", title=Text("在研线索", "Analyses open"), value=not_in("criminal_analyses", "answered")),
    Tile(id="linked", title=Text("联动席位在线", "Desks linked"), value=linked, format="percent", target=1.0),
)

PANELS = Panels(
    tiles=TILES,
    headline="stopped",
    grids=GRIDS,
    charts=CHARTS,
    layers=(
        Layer(table="criminal_warnings", title=Text("反诈预警", "Fraud warnings"), symbol="diamond"),
        Layer(table="criminal_cases", title=Text("案件", "Cases"), symbol="cross"),
    ),
)
