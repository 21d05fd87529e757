"""The tables that case handling lists, and every label in both languages. Data, no logic."""

from __future__ import annotations

from hub.domain.model import Text
from hub.show import Column, Grid

from .floor import ROOMS

ZONES: dict[str, Text] = {key: room.title for key, room in ROOMS.items()}
ZONE_KINDS = {
    "entry": Text("登记", "Entry"),
    "search": Text("安检", "Search"),
    "medical": Text("健康检查", "Medical"),
    "waiting": Text("候问", "Waiting"),
    "interview": Text("讯问", "Interview"),
    "meeting": Text("会见", "Meeting"),
    "rest": Text("休息", "Rest"),
    "exit": Text("离区", "Exit"),
}
CASE_KINDS = {
    "dangerous_driving": Text("危险驾驶", "Dangerous driving"),
    "theft": Text("盗窃", "Theft"),
    "minor_injury": Text("轻伤害", "Minor injury"),
    "small_fraud": Text("小额诈骗", "Small fraud"),
    "public_order": Text("寻衅滋事", "Public order"),
    "gambling": Text("赌博", "Gambling"),
}
CASE_STATES = {
    "investigation": Text("侦查", "Investigation"),
    "prosecution": Text("审查起诉", "Prosecution"),
    "trial": Text("审判", "Trial"),
    "closed": Text("办结", "Closed"),
}
ALARM_KINDS = {
    "overstay": Text("超时滞留", "Zone overstayed"),
    "check_missed": Text("漏巡查", "Check missed"),
    "wrong_zone": Text("越区", "Wrong zone"),
    "health": Text("健康异常", "Health"),
}
ALARM_STATES = {
    "raised": Text("未确认", "Raised"),
    "acknowledged": Text("处置中", "Acknowledged"),
    "cleared": Text("已解除", "Cleared"),
}
ESCORT_KINDS = {
    "to_court": Text("押送法院", "To court"),
    "to_procuratorate": Text("押送检察院", "To the procuratorate"),
    "to_detention": Text("送看守所", "To detention"),
    "to_hospital": Text("送医就诊", "To hospital"),
    "to_scene": Text("指认现场", "To the scene"),
}
ESCORT_STATES = {
    "requested": Text("已申请", "Requested"),
    "assigned": Text("已派组", "Assigned"),
    "under_way": Text("押解途中", "Under way"),
    "done": Text("已完成", "Done"),
    "cancelled": Text("已取消", "Cancelled"),
}
PROPERTY_KINDS = {
    "phone": Text("手机", "Phone"),
    "e_bike": Text("电动自行车", "E-bike"),
    "vehicle": Text("机动车", "Vehicle"),
    "jewellery": Text("首饰", "Jewellery"),
    "goods": Text("一般物品", "Goods"),
    "equipment": Text("器材设备", "Equipment"),
}
APPRAISAL_STATES = {
    "requested": Text("已申请", "Requested"),
    "under_way": Text("认定中", "Under way"),
    "done": Text("已出具", "Done"),
}
TRAINING_KINDS = {
    "custody_safety": Text("办案安全", "Custody safety"),
    "procedure": Text("执法规范", "Procedure"),
    "first_aid": Text("急救", "First aid"),
    "escort": Text("押解", "Escort"),
    "evidence": Text("取证", "Evidence"),
    "equipment": Text("装备使用", "Equipment"),
}
TRAINING_STATES = {
    "planned": Text("待开班", "Planned"),
    "running": Text("进行中", "Running"),
    "done": Text("已结束", "Ended"),
}
ID = Column(field="id", title=Text("编号", "Number"))
NUMBER = Column(field="number", title=Text("编号", "Place"), width=80)
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state")
ZONE = Column(field="zone", title=Text("所在区域", "Zone"), kind="label")
DUE = Column(
    field="due_at",
    title=Text("时限", "Due"),
    kind="due",
    done=("done_at", "closed_at"),
    over=("cancelled",),
)
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=90)

GRIDS = (
    Grid(
        table="casework_custody",
        title=Text("在区人员", "In custody"),
        kind="zone",
        time="entered_at",
        columns=(
            NUMBER,
            STATE,
            ZONE,
            Column(field="since_at", title=Text("在本区时长", "Time in zone"), kind="age"),
            Column(field="checked_at", title=Text("上次巡查", "Last check"), kind="age"),
            Column(field="next_check_at", title=Text("下次巡查", "Next check"), kind="time"),
            Column(field="care", title=Text("医疗关注", "Medical"), kind="label", width=90),
            Column(field="entered_at", title=Text("入区时间", "Entered"), kind="time"),
            Column(field="leave_by", title=Text("最迟离区", "Leave by"), kind="time"),
            AGE,
        ),
        labels={
            **ZONES,
            "free": Text("空闲", "Free"),
            "occupied": Text("在区", "Occupied"),
            "attention": Text("需关注", "Attention"),
        },
    ),
    Grid(
        table="casework_alarms",
        title=Text("办案区告警", "Custody alarms"),
        time="raised_at",
        columns=(
            Column(field="priority", title=Text("级别", "Priority"), kind="priority", width=80),
            KIND,
            STATE,
            ZONE,
            NUMBER,
            Column(field="raised_at", title=Text("发生时间", "Raised"), kind="time"),
            Column(field="acknowledged_at", title=Text("确认时间", "Acknowledged"), kind="time"),
            Column(field="cleared_at", title=Text("解除时间", "Cleared"), kind="time"),
        ),
        labels={**ZONES, **ALARM_KINDS, **ALARM_STATES},
    ),
    Grid(
        table="casework_cases",
        title=Text("48小时快办案件", "48-hour cases"),
        time="opened_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            Column(field="stage_due_at", title=Text("本阶段时限", "Stage due"), kind="due", done=("closed_at",)),
            Column(field="opened_at", title=Text("受案时间", "Opened"), kind="time"),
            Column(field="closed_at", title=Text("办结时间", "Closed"), kind="time"),
            AGE,
        ),
        labels={**CASE_KINDS, **CASE_STATES},
    ),
    Grid(
        table="casework_zones",
        title=Text("办案区平面", "Floor plan"),
        place="title",
        columns=(
            Column(field="title", title=Text("区域", "Zone"), width=160),
            KIND,
            STATE,
            Column(field="occupied", title=Text("在区人数", "In it"), kind="number"),
            Column(field="capacity", title=Text("容量", "Capacity"), kind="number"),
            Column(field="alarms", title=Text("告警", "Alarms"), kind="number"),
            AGE,
        ),
        labels={
            **ZONE_KINDS,
            "empty": Text("空闲", "Empty"),
            "in_use": Text("使用中", "In use"),
            "full": Text("已满", "Full"),
        },
    ),
    Grid(
        table="casework_escorts",
        title=Text("集中押解", "Escorts"),
        time="requested_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            Column(field="team", title=Text("押解组", "Team")),
            Column(field="persons", title=Text("人数", "Persons"), kind="number", width=80),
            Column(field="officers", title=Text("警力", "Officers"), kind="number", width=80),
            Column(field="requested_at", title=Text("申请时间", "Requested"), kind="time"),
            Column(field="set_out_at", title=Text("出发时间", "Set out"), kind="time"),
            Column(field="done_at", title=Text("完成时间", "Done"), kind="time"),
            AGE,
        ),
        labels={**ESCORT_KINDS, **ESCORT_STATES},
    ),
    Grid(
        table="casework_appraisals",
        title=Text("涉案财物价格认定", "Property appraisals"),
        time="requested_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            Column(field="items", title=Text("件数", "Pieces"), kind="number", width=80),
            Column(field="value_yuan", title=Text("认定价值", "Value"), kind="money"),
            Column(field="requested_at", title=Text("申请时间", "Requested"), kind="time"),
            Column(field="done_at", title=Text("出具时间", "Done"), kind="time"),
            AGE,
        ),
        labels={**PROPERTY_KINDS, **APPRAISAL_STATES},
    ),
    Grid(
        table="casework_training",
        title=Text("实训基地", "Training base"),
        time="starts_at",
        columns=(
            ID,
            KIND,
            STATE,
            Column(field="starts_at", title=Text("开始", "Starts"), kind="time"),
            Column(field="ends_at", title=Text("结束", "Ends"), kind="time"),
            Column(field="present", title=Text("参训人数", "Present"), kind="number"),
            Column(field="seats", title=Text("名额", "Seats"), kind="number"),
            AGE,
        ),
        labels={**TRAINING_KINDS, **TRAINING_STATES},
    ),
    Grid(
        table="casework_area",
        title=Text("办案区总体", "The area as a whole"),
        kind="state",
        place="title",
        columns=(
            Column(field="title", title=Text("场所", "Place"), width=160),
            STATE,
            Column(field="occupied", title=Text("在区人数", "In custody"), kind="number"),
            Column(field="capacity", title=Text("容量", "Capacity"), kind="number"),
            Column(field="checks_today", title=Text("今日巡查", "Checks today"), kind="number"),
            Column(field="checks_late_today", title=Text("逾期巡查", "Late checks"), kind="number"),
            Column(field="accident_free_since", title=Text("无事故起始", "No accident since"), kind="time"),
            AGE,
        ),
        labels={"safe": Text("安全", "Safe"), "alarm": Text("有告警", "Alarm")},
    ),
)
