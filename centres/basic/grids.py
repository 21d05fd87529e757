"""Tables of basic control's page: columns and what their words are called. Must not know any widget."""

from hub.domain.model import Text
from hub.show import Column, Grid

from .labels import ALARM, DEVICE, DISPUTE, INSPECTION, PATROL, READING, REPORT, REQUEST

ID = Column(field="id", title=Text("编号", "Number"), width=110)
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state", width=100)
PLACE = Column(field="place", title=Text("地点", "Place"), width=180)
DUE = Column(
    field="due_at",
    title=Text("时限", "Due"),
    kind="due",
    done=("settled_at", "answered_at", "closed_at"),
    over=("referred",),
)
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=80)

GRIDS = (
    Grid(
        table="basic_disputes",
        title=Text("矛盾纠纷", "Disputes"),
        time="registered_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            Column(field="party", title=Text("调解方", "Party"), kind="label"),
            Column(field="channel", title=Text("来源", "Channel"), kind="label", width=100),
            PLACE,
            Column(field="registered_at", title=Text("登记时间", "Registered"), kind="time"),
            Column(field="people", title=Text("涉及人数", "People"), kind="number", width=90),
            Column(field="amount_yuan", title=Text("涉及金额", "Amount"), kind="money", width=110),
            AGE,
        ),
        labels=DISPUTE,
    ),
    Grid(
        table="basic_patrols",
        title=Text("网格巡逻", "Grid patrols"),
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="coverage", title=Text("覆盖率", "Coverage"), kind="percent", width=90),
            Column(field="visits", title=Text("已巡次数", "Visits"), kind="number", width=90),
            Column(field="planned", title=Text("计划次数", "Planned"), kind="number", width=90),
            Column(field="visited_at", title=Text("最近巡到", "Last visit"), kind="time"),
            AGE,
        ),
        labels=PATROL,
    ),
    Grid(
        table="basic_devices",
        title=Text("小区设备", "Community devices"),
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="battery_pct", title=Text("电量%", "Battery %"), kind="number", width=90),
            Column(field="heard_at", title=Text("最近心跳", "Last heard"), kind="time"),
            AGE,
        ),
        labels=DEVICE,
    ),
    Grid(
        table="basic_alarms",
        title=Text("设备告警", "Device alarms"),
        time="raised_at",
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="raised_at", title=Text("告警时间", "Raised"), kind="time"),
            Column(field="cleared_at", title=Text("解除时间", "Cleared"), kind="time"),
            Column(field="outcome", title=Text("核实结果", "Outcome"), kind="label"),
            AGE,
        ),
        labels=ALARM,
    ),
    Grid(
        table="basic_reports",
        title=Text("扫码上报", "QR reports"),
        time="received_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            PLACE,
            Column(field="received_at", title=Text("上报时间", "Received"), kind="time"),
            Column(field="answered_at", title=Text("答复时间", "Answered"), kind="time"),
            AGE,
        ),
        labels=REPORT,
    ),
    Grid(
        table="basic_readings",
        title=Text("行业监测", "Industry readings"),
        columns=(
            ID,
            KIND,
            STATE,
            PLACE,
            Column(field="measure", title=Text("指标", "Measure"), width=160),
            Column(field="value", title=Text("读数", "Reading"), kind="number", width=90),
            Column(field="unit", title=Text("单位", "Unit"), width=90),
            Column(field="low", title=Text("下限", "Low"), kind="number", width=80),
            Column(field="high", title=Text("上限", "High"), kind="number", width=80),
            AGE,
        ),
        labels=READING,
    ),
    Grid(
        table="basic_inspections",
        title=Text("检查整改", "Inspections"),
        time="planned_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            Column(field="module", title=Text("行业", "Module"), kind="label"),
            PLACE,
            Column(field="basis", title=Text("法律依据", "Legal basis"), kind="label", width=220),
            Column(field="agencies", title=Text("单位", "Agencies"), kind="label", width=160),
            Column(field="result", title=Text("结果", "Result"), kind="label"),
            Column(field="hazards", title=Text("隐患", "Hazards"), kind="number", width=80),
            Column(field="fixed", title=Text("已整改", "Fixed"), kind="number", width=80),
            AGE,
        ),
        labels=INSPECTION,
    ),
    Grid(
        table="basic_requests",
        title=Text("企业诉求", "Enterprise requests"),
        time="received_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            PLACE,
            Column(field="received_at", title=Text("收到时间", "Received"), kind="time"),
            Column(field="answered_at", title=Text("办结时间", "Answered"), kind="time"),
            AGE,
        ),
        labels=REQUEST,
    ),
)
