"""Charts of basic control over view rows. Must not know any widget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.domain.model import Text
from hub.picture.rows import JSON, stamp
from hub.show import Chart, Series

from .labels import MODULE, PATROL

HOUR = 3600.0
BLOCK_S = 6 * HOUR


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def disputes_flow(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Disputes registered and settled in each six hours of the last three days."""
    blocks = [int(now // BLOCK_S) - back for back in range(11, -1, -1)]
    x = [stamp(block * BLOCK_S) for block in blocks]
    out = []
    for name, field in (
        (Text("登记", "Registered"), "registered_at"),
        (Text("化解", "Settled"), "settled_at"),
    ):
        counts = Counter(int(_moment(row[field]) // BLOCK_S) for row in rows if row[field])
        out.append(Series(name=name, x=x, y=[counts[block] for block in blocks]))
    return out


def patrols_by_kind(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Grids on plan, behind and missed, for each kind of patrol."""
    kinds = ("foot", "vehicle", "joint")
    counts = Counter((row["kind"], row["state"]) for row in rows)
    x = [PATROL[kind] for kind in kinds]
    return [
        Series(name=PATROL[state], x=x, y=[counts[kind, state] for kind in kinds])
        for state in ("on_plan", "behind", "missed")
    ]


def modules(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Readings inside and outside the normal band, for each industry module."""
    x = list(MODULE.values())
    sound = Counter(row["kind"] for row in rows if row["state"] == "normal")
    odd = Counter(row["kind"] for row in rows if row["state"] != "normal")
    return [
        Series(name=Text("正常", "Normal"), x=x, y=[sound[key] for key in MODULE]),
        Series(name=Text("异常", "Outside the band"), x=x, y=[odd[key] for key in MODULE]),
    ]


CHARTS = (
    Chart(
        id="modules", title=Text("行业监管模块", "Industry modules"), table="basic_readings", kind="bar", series=modules
    ),
    Chart(
        id="disputes",
        title=Text("纠纷登记与化解", "Disputes registered and settled"),
        table="basic_disputes",
        kind="line",
        series=disputes_flow,
    ),
    Chart(
        id="patrols",
        title=Text("网格巡逻达标", "Grids against plan"),
        table="basic_patrols",
        kind="bar",
        series=patrols_by_kind,
    ),
)
