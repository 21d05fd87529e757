"""The wall's own key figures, as tiles over the hub's tables. 90th percentiles, not means (NFPA 1225 style clocks)."""

from __future__ import annotations

from collections.abc import Callable

from hub.domain.field import Incident, Unit
from hub.domain.model import Text
from hub.health import percentile
from hub.show import Rows, Tile

DAY_S = 86400.0


def _incidents(rows: Rows) -> list[Incident]:
    return [row.fact for row in rows("incidents").values() if isinstance(row.fact, Incident)]


def _p90(start: str, end: str) -> Callable[[Rows, float], float | None]:
    """Minutes from one clock of an incident to another, 90th percentile over those that ended in the last 24 h."""

    def value(rows: Rows, now: float) -> float | None:
        spans = []
        for incident in _incidents(rows):
            a, b = getattr(incident, start), getattr(incident, end)
            if a is not None and b is not None and now - b.timestamp() < DAY_S:
                spans.append((b - a).total_seconds() / 60)
        return percentile(spans, 0.9)

    return value


def _open(rows: Rows, now: float) -> float:
    return sum(i.closed_at is None and i.state not in ("closed", "diverted") for i in _incidents(rows))


def _closed_today(rows: Rows, now: float) -> float:
    return sum(i.closed_at is not None and now - i.closed_at.timestamp() < DAY_S for i in _incidents(rows))


def _available(rows: Rows, now: float) -> float | None:
    units = [row.fact for row in rows("units").values() if isinstance(row.fact, Unit)]
    on_duty = [u for u in units if u.status != "off_duty"]
    return sum(u.status == "available" for u in on_duty) / len(on_duty) if on_duty else None


HUB_TILES: tuple[Tile, ...] = (
    Tile(id="open", title=Text("在办警情", "Open incidents"), value=_open),
    Tile(id="closed", title=Text("24 小时办结", "Closed in 24 h"), value=_closed_today),
    Tile(
        id="answer",
        title=Text("接听 P90", "Answer P90"),
        value=_p90("opened_at", "answered_at"),
        format="minutes",
        target=10 / 60,
        target_is="at_most",
    ),
    Tile(
        id="dispatch",
        title=Text("派警 P90", "Dispatch P90"),
        value=_p90("answered_at", "dispatched_at"),
        format="minutes",
        target=1.0,
        target_is="at_most",
    ),
    Tile(
        id="arrive",
        title=Text("到场 P90", "Arrive P90"),
        value=_p90("dispatched_at", "arrived_at"),
        format="minutes",
        target=8.0,
        target_is="at_most",
    ),
    Tile(
        id="available",
        title=Text("可派警力", "Units available"),
        value=_available,
        format="percent",
        target=0.5,
    ),
)
