"""What grand supervision shows, as data. Must not know any widget, and must not read a clock: ``now`` is passed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hub.domain.model import Text
from hub.picture.rows import JSON
from hub.show import Chart, Layer, Panels, Rows, Series, Tile

from .catalogue import RULE_TITLES, category
from .events import Diversion, Finding, Notice, Unit, WorkOrder, on_time, open_order
from .grids import GRIDS


def orders(rows: Rows) -> list[WorkOrder]:
    """Facts of the work orders, closed ones too."""
    return [row.fact for row in rows("supervision_orders").values() if isinstance(row.fact, WorkOrder)]


def diversions(rows: Rows) -> list[Diversion]:
    """Facts of the diverted calls."""
    return [row.fact for row in rows("supervision_diversions").values() if isinstance(row.fact, Diversion)]


def answered_on_time(rows: Rows, now: float) -> float | None:
    """Fraction of orders answered by their due time, out of those answered or overdue; ``None`` without any."""
    known = [kept for order in orders(rows) if (kept := on_time(order)) is not None]
    return sum(known) / len(known) if known else None


def open_orders(rows: Rows, now: float) -> float | None:
    """Orders that somebody still has to do something about."""
    return sum(open_order(order) for order in orders(rows))


def overdue(rows: Rows, now: float) -> float | None:
    """Open orders without an answer whose due time has passed."""
    return sum(
        open_order(order) and order.answered_at is None and order.due_at is not None and order.due_at.timestamp() < now
        for order in orders(rows)
    )


def satisfied(rows: Rows, now: float) -> float | None:
    """Fraction of the revisited (orders and diverted calls) who were satisfied; ``None`` before the first revisit."""
    said = [order.satisfied for order in orders(rows) if order.satisfied is not None]
    said += [call.satisfied for call in diversions(rows) if call.satisfied is not None]
    return sum(said) / len(said) if said else None


def diverted_open(rows: Rows, now: float) -> float | None:
    """Diverted calls that are not closed."""
    return sum(call.state != "closed" for call in diversions(rows))


def to_review(rows: Rows, now: float) -> float | None:
    """Findings of the models that wait for a person."""
    found = [row.fact for row in rows("supervision_findings").values() if isinstance(row.fact, Finding)]
    return sum(one.state == "found" for one in found)


def open_notices(rows: Rows, now: float) -> float | None:
    """Notices that are not closed."""
    issued = [row.fact for row in rows("supervision_notices").values() if isinstance(row.fact, Notice)]
    return sum(one.state != "closed" for one in issued)


def city_rank(rows: Rows, now: float) -> float | None:
    """Rank of the district in the city's evaluation index; ``None`` before its first report."""
    row = rows("supervision_units").get("district")
    return row.fact.rank if row is not None and isinstance(row.fact, Unit) else None


def by_channel(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """What each channel brought today, most first."""
    ways = sorted(rows, key=lambda row: (-row["received_today"], row["id"]))
    labels = [Text(row["title"]["zh"], row["title"]["en"]) for row in ways]
    return [Series(name=Text("今日来件", "Today"), x=labels, y=[row["received_today"] for row in ways])]


def by_category(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Orders of each category, most first."""
    counts = Counter(category(row["kind"]).title for row in rows).most_common()
    return [Series(name=Text("工单", "Orders"), x=[title for title, _ in counts], y=[count for _, count in counts])]


def by_rule(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Findings of each of the 21 models that found something, most first."""
    counts = Counter(row["kind"] for row in rows)
    keys = sorted((key for key in RULE_TITLES if counts[key]), key=lambda key: -counts[key])
    labels = [RULE_TITLES[key] for key in keys]
    return [Series(name=Text("预警", "Findings"), x=labels, y=[counts[key] for key in keys])]


PANELS = Panels(
    headline="on_time",
    tiles=(
        Tile(
            id="on_time",
            title=Text("按时答复率", "Answered on time"),
            value=answered_on_time,
            format="percent",
            target=0.9,
        ),
        Tile(id="open", title=Text("在办工单", "Open orders"), value=open_orders),
        Tile(id="overdue", title=Text("超期未答复", "Overdue"), value=overdue, target=0, target_is="at_most"),
        Tile(id="satisfied", title=Text("回访满意率", "Satisfied"), value=satisfied, format="percent", target=0.9),
        Tile(id="diverted", title=Text("分流在办", "Diverted, open"), value=diverted_open),
        Tile(
            id="to_review", title=Text("预警待复核", "To be reviewed"), value=to_review, target=5, target_is="at_most"
        ),
        Tile(id="notices", title=Text("整改未销号", "Open notices"), value=open_notices),
        Tile(id="rank", title=Text("全市考评排名", "Rank in the city"), value=city_rank, target=5, target_is="at_most"),
    ),
    grids=GRIDS,
    charts=(
        Chart(
            id="channels",
            title=Text("23个渠道今日来件", "Today by channel"),
            table="supervision_channels",
            kind="bar",
            series=by_channel,
        ),
        Chart(
            id="categories",
            title=Text("工单类别", "Orders by category"),
            table="supervision_orders",
            kind="bar",
            series=by_category,
        ),
        Chart(
            id="rules",
            title=Text("监督模型预警", "Findings by model"),
            table="supervision_findings",
            kind="bar",
            series=by_rule,
        ),
    ),
    layers=(
        Layer(table="supervision_orders", title=Text("监督工单", "Work orders"), symbol="square"),
        Layer(table="supervision_diversions", title=Text("110分流", "Diverted calls"), symbol="triangle"),
    ),
)
