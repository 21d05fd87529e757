"""What protective security shows, as data. Must not know any widget, and must not read a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.domain.model import Text
from hub.picture.rows import JSON, stamp
from hub.show import Chart, Column, Grid, Layer, Panels, Rows, Series, Tile

from .labels import ALARM, EVENT, POST, STANDING, ZONE

HOUR = 3600.0
ID = Column(field="id", title=Text("编号", "Number"), width=100)
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state", width=100)
PLACE = Column(field="place", title=Text("地点", "Place"), width=180)
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=80)


def facts(rows: Rows, table: str) -> list[Any]:
    """The facts of a table."""
    return [row.fact for row in rows(table).values()]


def manned(*kinds: str) -> Callable[[Rows, float], float | None]:
    """Fraction of posts of these kinds that are manned; a post in relief is not. ``None`` when there is none."""

    def value(rows: Rows, now: float) -> float | None:
        posts = [post for post in facts(rows, "protective_posts") if post.kind in kinds]
        return len([post for post in posts if post.state == "manned"]) / len(posts) if posts else None

    return value


def running(rows: Rows, now: float) -> float | None:
    """Protected events that are running."""
    return len([event for event in facts(rows, "protective_events") if event.state == "running"])


def fullest(rows: Rows, now: float) -> float | None:
    """Load of the fullest zone as a fraction of its capacity."""
    return max((zone.count / zone.capacity for zone in facts(rows, "protective_zones")), default=None)


def open_alarms(rows: Rows, now: float) -> float | None:
    """Alarms of key sites that are not cleared."""
    return len([alarm for alarm in facts(rows, "protective_alarms") if alarm.state != "cleared"])


def raised_sites(rows: Rows, now: float) -> float | None:
    """Key sites at orange or red; ``None`` before any level is known."""
    sites = [level for level in facts(rows, "protective_levels") if level.kind == "site"]
    return len([site for site in sites if site.state in ("orange", "red")]) if sites else None


def zone_load(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Load of each zone in percent of its capacity, fullest first."""
    ranked = sorted(rows, key=lambda row: row["count"] / row["capacity"], reverse=True)
    labels = [Text(f"{row['id']} {(kind := ZONE[row['kind']]).zh}", f"{row['id']} {kind.en}") for row in ranked]
    loads = [round(100 * row["count"] / row["capacity"], 1) for row in ranked]
    return [Series(name=Text("占容量", "Of capacity"), x=labels, y=loads)]


def staff_by_kind(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """People on post against the plan, for each kind of post."""
    kinds = ("post", "checkpoint", "joint")
    there, planned = Counter[str](), Counter[str]()
    for row in rows:
        there[row["kind"]] += row["staff"]
        planned[row["kind"]] += row["staff_planned"]
    labels = [POST[kind] for kind in kinds]
    return [
        Series(name=Text("在岗", "On post"), x=labels, y=[there[kind] for kind in kinds]),
        Series(name=Text("方案", "Planned"), x=labels, y=[planned[kind] for kind in kinds]),
    ]


def alarms_by_hour(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Alarms raised in each of the last twelve hours."""
    hours = [int(now // HOUR) - back for back in range(11, -1, -1)]
    counts = Counter(int(datetime.fromisoformat(row["raised_at"]).timestamp() // HOUR) for row in rows)
    points = [counts[hour] for hour in hours]
    return [Series(name=Text("告警", "Alarms"), x=[stamp(hour * HOUR) for hour in hours], y=points)]


TILES = (
    Tile(
        id="posts",
        title=Text("岗位到岗率", "Posts manned"),
        value=manned("post", "checkpoint", "joint"),
        format="percent",
        target=1.0,
    ),
    Tile(
        id="checkpoints",
        title=Text("检查点到岗率", "Checkpoints manned"),
        value=manned("checkpoint"),
        format="percent",
        target=1.0,
    ),
    Tile(
        id="fullest",
        title=Text("最满区域", "Fullest zone"),
        value=fullest,
        format="percent",
        target=0.9,
        target_is="at_most",
    ),
    Tile(id="running", title=Text("进行中活动", "Events running"), value=running),
    Tile(id="alarms", title=Text("未解除告警", "Open alarms"), value=open_alarms, target=3, target_is="at_most"),
    Tile(id="raised", title=Text("橙红级部位", "Sites orange or red"), value=raised_sites),
)

GRIDS = (
    Grid(
        table="protective_posts",
        title=Text("岗位", "Posts"),
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="staff", title=Text("在岗人数", "Staff"), kind="number", width=90),
            Column(field="staff_planned", title=Text("方案人数", "Planned"), kind="number", width=90),
            Column(field="agencies", title=Text("单位", "Agencies"), kind="label", width=160),
            Column(field="since_at", title=Text("自", "Since"), kind="time"),
            AGE,
        ),
        labels=POST,
    ),
    Grid(
        table="protective_events",
        title=Text("安保活动", "Protected events"),
        time="starts_at",
        columns=(
            ID,
            KIND,
            STATE,
            Column(field="level", title=Text("等级", "Level"), kind="label"),
            PLACE,
            Column(field="starts_at", title=Text("开始", "Starts"), kind="time"),
            Column(field="ends_at", title=Text("结束", "Ends"), kind="time"),
            Column(field="posts_manned", title=Text("到岗", "Manned"), kind="number", width=80),
            Column(field="posts", title=Text("岗位", "Posts"), kind="number", width=80),
            Column(field="expected", title=Text("预计人数", "Expected"), kind="number", width=90),
            AGE,
        ),
        labels=EVENT,
    ),
    Grid(
        table="protective_zones",
        title=Text("人流区域", "Crowd zones"),
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="count", title=Text("现有人数", "Count"), kind="number"),
            Column(field="capacity", title=Text("容量", "Capacity"), kind="number"),
            Column(field="net_per_min", title=Text("每分钟净增", "Net per min"), kind="number"),
            AGE,
        ),
        labels=ZONE,
    ),
    Grid(
        table="protective_alarms",
        title=Text("重点部位告警", "Site alarms"),
        time="raised_at",
        columns=(
            ID,
            KIND,
            STATE,
            Column(field="site", title=Text("部位", "Site"), width=90),
            PLACE,
            Column(field="raised_at", title=Text("告警时间", "Raised"), kind="time"),
            Column(field="cleared_at", title=Text("解除时间", "Cleared"), kind="time"),
            Column(field="cause", title=Text("原因", "Cause"), kind="label"),
            AGE,
        ),
        labels=ALARM,
    ),
    Grid(
        table="protective_levels",
        title=Text("防护等级", "Levels"),
        time="since_at",
        columns=(
            ID,
            KIND,
            STATE,
            Column(field="previous", title=Text("原等级", "Before"), kind="label"),
            PLACE,
            Column(field="reason", title=Text("原因", "Reason"), kind="label"),
            Column(field="since_at", title=Text("自", "Since"), kind="time"),
            AGE,
        ),
        labels=STANDING,
    ),
)

PANELS = Panels(
    tiles=TILES,
    headline="posts",
    grids=GRIDS,
    charts=(
        Chart(
            id="zone_load",
            title=Text("区域负荷", "Zone load"),
            table="protective_zones",
            kind="bar",
            series=zone_load,
            unit=Text("%", "%"),
            adds=False,
        ),
        Chart(
            id="staff",
            title=Text("岗位人数", "Staff on post"),
            table="protective_posts",
            kind="bar",
            series=staff_by_kind,
        ),
        Chart(
            id="alarms",
            title=Text("告警趋势", "Alarms by hour"),
            table="protective_alarms",
            kind="line",
            series=alarms_by_hour,
        ),
    ),
    layers=(
        Layer(table="protective_posts", title=Text("岗位", "Posts"), symbol="square"),
        Layer(table="protective_zones", title=Text("人流区域", "Crowd zones"), symbol="ring", label="count"),
        Layer(table="protective_alarms", title=Text("重点部位告警", "Site alarms"), symbol="triangle"),
    ),
)
