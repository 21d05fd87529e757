"""Charts of criminal intelligence over view rows. Must not know any widget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.domain.model import Text
from hub.picture.rows import JSON, stamp
from hub.show import Chart, Series

from .labels import SCAM

HOUR = 3600.0


def _slot(text: str, width_s: float) -> int:
    return int(datetime.fromisoformat(text).timestamp() // width_s)


def money_by_hour(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Thousand yuan stopped, frozen and recovered in each of the last 24 hours."""
    hours = [int(now // HOUR) - back for back in range(23, -1, -1)]
    x = [stamp(hour * HOUR) for hour in hours]
    out = []
    for step, name in (
        ("stopped", Text("止付", "Stopped")),
        ("frozen", Text("冻结", "Frozen")),
        ("recovered", Text("返还", "Recovered")),
    ):
        sums = dict.fromkeys(hours, 0.0)
        for row in rows:
            if row[f"{step}_at"] and (hour := _slot(row[f"{step}_at"], HOUR)) in sums:
                sums[hour] += row[f"{step}_yuan"] / 1000
        out.append(Series(name=name, x=x, y=[round(sums[hour], 1) for hour in hours]))
    return out


def warnings_by_kind(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Warnings open and closed without and with loss, for each kind of fraud."""
    sound, harmed, unended = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        group = unended if row["state"] != "closed" else sound if row["outcome"] == "prevented" else harmed
        group[row["kind"]] += 1
    x = list(SCAM.values())
    return [
        Series(name=Text("在办", "Open"), x=x, y=[unended[kind] for kind in SCAM]),
        Series(name=Text("未受损失", "Loss prevented"), x=x, y=[sound[kind] for kind in SCAM]),
        Series(name=Text("有损失", "With loss"), x=x, y=[harmed[kind] for kind in SCAM]),
    ]


def cases_flow(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Cases opened and solved in each six hours of the last two days."""
    slots = [int(now // (6 * HOUR)) - back for back in range(7, -1, -1)]
    x = [stamp(slot * 6 * HOUR) for slot in slots]
    out = []
    for field, name in (("opened_at", Text("立案", "Opened")), ("solved_at", Text("破案", "Solved"))):
        counts = Counter(_slot(row[field], 6 * HOUR) for row in rows if row[field])
        out.append(Series(name=name, x=x, y=[counts[slot] for slot in slots]))
    return out


CHARTS = (
    Chart(
        id="warnings",
        title=Text("预警类型", "Warnings by kind"),
        table="criminal_warnings",
        kind="bar",
        series=warnings_by_kind,
    ),
    Chart(
        id="money",
        title=Text("止付冻结返还", "Money stopped, frozen, recovered"),
        table="criminal_payments",
        kind="line",
        series=money_by_hour,
        unit=Text("千元", "k¥"),
    ),
    Chart(
        id="cases",
        title=Text("立案与破案", "Cases opened and solved"),
        table="criminal_cases",
        kind="line",
        series=cases_flow,
    ),
)
