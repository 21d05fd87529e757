"""What big-data investigation shows, as data. Must not know any widget, and must not read a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hub.domain.model import Text
from hub.field.world import HOUR, local_hour
from hub.picture.rows import JSON
from hub.show import Chart, Column, Grid, Layer, Panels, Rows, Series, Tile

from .events import Finding, HotSpot, Model, Source
from .rules import precision

KINDS = {
    "series": Text("串并", "Series"),
    "hotspot": Text("热点", "Hot spot"),
    "flow": Text("流向", "Flow"),
    "dispute": Text("矛盾纠纷", "Dispute"),
    "fraud": Text("涉诈", "Fraud"),
    "hazard": Text("安全隐患", "Hazard"),
}
FINDING_STATES = {
    "found": Text("待复核", "To be reviewed"),
    "reviewed": Text("已复核", "Reviewed"),
    "reported": Text("已上报", "Reported"),
}
VERDICTS = {"accepted": Text("采纳", "Accepted"), "rejected": Text("不采纳", "Rejected")}
MODEL_STATES = {
    "stable": Text("稳定", "Stable"),
    "watch": Text("关注", "Watch"),
    "drifting": Text("漂移", "Drifting"),
}
SOURCE_KINDS = {
    "calls": Text("警情", "Calls"),
    "complaints": Text("诉求", "Complaints"),
    "cases": Text("案件", "Cases"),
    "devices": Text("感知设备", "Devices"),
    "traffic": Text("交通", "Traffic"),
    "industry": Text("行业", "Industry"),
    "open": Text("公开数据", "Open data"),
}
SOURCE_STATES = {
    "fresh": Text("鲜活", "Fresh"),
    "late": Text("滞后", "Late"),
    "stopped": Text("中断", "Stopped"),
}
HOT_SPOT_KINDS = {
    "calls": Text("警情为主", "Mostly calls"),
    "complaints": Text("诉求为主", "Mostly complaints"),
    "none": Text("未披露", "Not disclosed"),
}
HOT_SPOT_STATES = {
    "suppressed": Text("少于5件不显示", "Fewer than 5: withheld"),
    "usual": Text("正常", "Usual"),
    "raised": Text("偏高", "Raised"),
    "hot": Text("热点", "Hot"),
}
ID = Column(field="id", title=Text("编号", "Number"))
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state")
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=90)


def models(rows: Rows) -> list[Model]:
    """Facts of the model table."""
    return [row.fact for row in rows("bigdata_models").values() if isinstance(row.fact, Model)]


def findings(rows: Rows) -> list[Finding]:
    """Facts of the findings table."""
    return [row.fact for row in rows("bigdata_findings").values() if isinstance(row.fact, Finding)]


def sources(rows: Rows) -> list[Source]:
    """Facts of the data pool."""
    return [row.fact for row in rows("bigdata_sources").values() if isinstance(row.fact, Source)]


def reviewed_today(rows: Rows, now: float) -> float | None:
    """Findings a person has reviewed since midnight of the district."""
    midnight = now - local_hour(now) * HOUR
    return sum(f.reviewed_at is not None and f.reviewed_at.timestamp() >= midnight for f in findings(rows))


def waiting(rows: Rows, now: float) -> float | None:
    """Findings that wait for a person."""
    return sum(f.state == "found" for f in findings(rows))


def fresh(rows: Rows, now: float) -> float | None:
    """Fraction of sources that were filled when they should be; ``None`` before the first report."""
    pool = sources(rows)
    return sum(s.state == "fresh" for s in pool) / len(pool) if pool else None


def precision_so_far(rows: Rows, now: float) -> float | None:
    """Confirmed findings of all models out of those that were fed back in the last 30 days."""
    known = models(rows)
    return precision(sum(m.confirmed for m in known), sum(m.returned for m in known))


def drifting(rows: Rows, now: float) -> float | None:
    """Models whose data have shifted; ``None`` before the first report."""
    known = models(rows)
    return sum(m.state == "drifting" for m in known) if known else None


def hot_cells(rows: Rows, now: float) -> float | None:
    """Cells well above their usual number of calls; ``None`` before the first report."""
    cells = [row.fact for row in rows("bigdata_hotspots").values() if isinstance(row.fact, HotSpot)]
    return sum(c.state == "hot" for c in cells) if cells else None


def precision_by_model(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """One bar a model, 0..100 %, the least precise first; models without a result yet are left out."""
    known = sorted((row for row in rows if row["precision"] is not None), key=lambda row: (row["precision"], row["id"]))
    labels = [Text(row["title"]["zh"], row["title"]["en"]) for row in known]
    return [Series(name=Text("准确率", "Precision"), x=labels, y=[round(100 * row["precision"], 1) for row in known])]


def findings_by_state(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """One bar a kind, one series a state."""
    counts = Counter((row["state"], row["kind"]) for row in rows)
    labels = list(KINDS.values())
    return [
        Series(name=text, x=labels, y=[counts[state, kind] for kind in KINDS]) for state, text in FINDING_STATES.items()
    ]


def rows_today(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """Rows that came into each source since midnight."""
    pool = sorted(rows, key=lambda row: -row["records_today"])
    labels = [Text(row["title"]["zh"], row["title"]["en"]) for row in pool]
    return [Series(name=Text("今日入池", "Rows today"), x=labels, y=[row["records_today"] for row in pool])]


PANELS = Panels(
    headline="reviewed",
    tiles=(
        Tile(id="reviewed", title=Text("今日人工复核", "Reviewed today"), value=reviewed_today),
        Tile(id="waiting", title=Text("待复核", "To be reviewed"), value=waiting, target=5, target_is="at_most"),
        Tile(id="fresh", title=Text("数据鲜活率", "Sources fresh"), value=fresh, format="percent", target=0.9),
        Tile(
            id="precision",
            title=Text("模型准确率(30天)", "Precision (30 days)"),
            value=precision_so_far,
            format="percent",
            target=0.6,
        ),
        Tile(id="drifting", title=Text("漂移模型", "Drifting models"), value=drifting, target=0, target_is="at_most"),
        Tile(id="hot", title=Text("热点网格", "Hot cells"), value=hot_cells),
    ),
    grids=(
        Grid(
            table="bigdata_findings",
            title=Text("模型线索", "Model findings"),
            time="found_at",
            columns=(
                ID,
                KIND,
                STATE,
                Column(field="model_title", title=Text("模型", "Model"), width=170),
                Column(field="version", title=Text("版本", "Version"), width=80),
                Column(field="records", title=Text("支撑记录", "Records"), kind="number", width=90),
                Column(field="explanation", title=Text("依据说明", "Explanation"), width=360),
                Column(field="place", title=Text("网格", "Cell"), width=160),
                Column(field="found_at", title=Text("发现时间", "Found"), kind="time"),
                Column(field="verdict", title=Text("复核结论", "Verdict"), kind="label", width=100),
                Column(field="reviewed_by", title=Text("复核人(值班号)", "Reviewed by (duty no.)")),
                Column(field="reviewed_at", title=Text("复核时间", "Reviewed"), kind="time"),
                Column(field="reported_at", title=Text("上报时间", "Reported"), kind="time"),
                AGE,
            ),
            labels={**KINDS, **FINDING_STATES, **VERDICTS},
        ),
        Grid(
            table="bigdata_models",
            title=Text("模型", "Models"),
            time="run_at",
            columns=(
                ID,
                Column(field="title", title=Text("模型", "Model"), width=170),
                KIND,
                STATE,
                Column(field="version", title=Text("版本", "Version"), width=80),
                Column(field="run_at", title=Text("最近运行", "Last run"), kind="time"),
                Column(field="read", title=Text("读取记录", "Records read"), kind="number"),
                Column(field="hits", title=Text("命中", "Hits"), kind="number", width=80),
                Column(field="duration_s", title=Text("用时(秒)", "Took (s)"), kind="number", width=90),
                Column(field="runs_today", title=Text("今日运行", "Runs today"), kind="number", width=90),
                Column(field="precision", title=Text("准确率", "Precision"), kind="percent", width=90),
                Column(field="returned", title=Text("已反馈", "Fed back"), kind="number", width=90),
                Column(field="drift", title=Text("漂移指数", "Drift (PSI)"), kind="number", width=90),
                AGE,
            ),
            labels={**KINDS, **MODEL_STATES},
        ),
        Grid(
            table="bigdata_sources",
            title=Text("数据池", "Data pool"),
            time="updated_at",
            columns=(
                Column(field="title", title=Text("数据源", "Source"), width=180),
                KIND,
                STATE,
                Column(field="records", title=Text("数据总量", "Rows"), kind="number"),
                Column(field="records_today", title=Text("今日入池", "Rows today"), kind="number"),
                Column(field="updated_at", title=Text("最新数据", "Newest row"), kind="age"),
                Column(field="every_min", title=Text("应更新周期(分)", "Due every (min)"), kind="number"),
                AGE,
            ),
            labels={**SOURCE_KINDS, **SOURCE_STATES},
        ),
        Grid(
            table="bigdata_hotspots",
            title=Text("热点网格", "Hot spots"),
            columns=(
                Column(field="place", title=Text("网格", "Cell"), width=180),
                KIND,
                STATE,
                Column(field="calls", title=Text("警情", "Calls"), kind="number"),
                Column(field="usual", title=Text("同期均值", "Usual"), kind="number"),
                Column(field="complaints", title=Text("诉求", "Complaints"), kind="number"),
                Column(field="hours", title=Text("统计时长(时)", "Over (h)"), kind="number"),
                AGE,
            ),
            labels={**HOT_SPOT_KINDS, **HOT_SPOT_STATES},
        ),
    ),
    charts=(
        Chart(
            id="precision",
            title=Text("各模型准确率", "Precision by model"),
            table="bigdata_models",
            kind="bar",
            series=precision_by_model,
            unit=Text("%", "%"),
            adds=False,
        ),
        Chart(
            id="findings",
            title=Text("线索复核进度", "Findings by state"),
            table="bigdata_findings",
            kind="bar",
            series=findings_by_state,
        ),
        Chart(
            id="pool",
            title=Text("今日入池数据量", "Rows into the pool today"),
            table="bigdata_sources",
            kind="bar",
            series=rows_today,
        ),
    ),
    layers=(Layer(table="bigdata_hotspots", title=Text("热点网格", "Hot spots"), symbol="hexagon", label="calls"),),
)
