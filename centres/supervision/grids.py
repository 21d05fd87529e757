"""The tables that grand supervision lists, and every label in both languages. Data, no logic."""

from __future__ import annotations

from hub.domain.kinds import KINDS as CALL_KINDS
from hub.domain.model import Text
from hub.show import Column, Grid

from .catalogue import CATEGORIES, CHANNELS, OTHER_CHANNELS, RULE_TITLES

ORDER_STATES = {
    "received": Text("已受理", "Received"),
    "merged": Text("已并单", "Merged"),
    "assigned": Text("已派单", "Assigned"),
    "answered": Text("已答复", "Answered"),
    "revisited": Text("已回访", "Revisited"),
    "referred": Text("已转办", "Referred"),
    "closed": Text("办结", "Closed"),
    "cancelled": Text("已撤销", "Cancelled"),
}
DIVERSION_STATES = {
    "diverted": Text("已分流", "Diverted"),
    "signed": Text("已签收", "Signed for"),
    "settled": Text("已化解", "Settled"),
    "revisited": Text("已回访", "Revisited"),
    "closed": Text("办结", "Closed"),
    "returned": Text("已退回", "Returned"),
}
CHANNEL_KINDS = {
    "letters_visits": Text("信访", "Letters and visits"),
    "hotline": Text("热线", "Hotline"),
    "mailbox": Text("信箱", "Mailbox"),
    "oversight": Text("监督转办", "Oversight"),
    "online": Text("网络", "Online"),
    "police": Text("警务", "Police"),
}
CHANNEL_STATES = {"speaking": Text("有来件", "Speaking"), "quiet": Text("无来件", "Quiet")}
FINDING_STATES = {
    "found": Text("待复核", "To be reviewed"),
    "reviewed": Text("已复核", "Reviewed"),
    "noticed": Text("已发通知", "Notice issued"),
}
VERDICTS = {"accepted": Text("采纳", "Accepted"), "rejected": Text("不采纳", "Rejected")}
SCOPES = {
    "place": Text("地点", "Place"),
    "unit": Text("单位", "Unit"),
    "channel": Text("渠道", "Channel"),
    "kind": Text("类别", "Kind"),
}
NOTICE_STATES = {
    "issued": Text("已下发", "Issued"),
    "rectifying": Text("整改中", "Rectifying"),
    "rectified": Text("已整改", "Rectified"),
    "closed": Text("办结", "Closed"),
}
RULES: dict[str, Text] = dict(RULE_TITLES.items())
UNIT_KINDS = {
    "station": Text("派出所", "Station"),
    "squad": Text("机关大队", "Squad"),
    "district": Text("全区", "District"),
}
UNIT_STATES = {"good": Text("良好", "Good"), "fair": Text("一般", "Fair"), "poor": Text("较差", "Poor")}
REVISIT = {"satisfied": Text("满意", "Satisfied"), "dissatisfied": Text("不满意", "Dissatisfied")}
TIMING = {"on_time": Text("按时", "On time"), "late": Text("超期", "Late")}

ID = Column(field="id", title=Text("编号", "Number"))
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state")
PLACE = Column(field="place", title=Text("地点", "Place"), width=160)
DUE = Column(
    field="due_at",
    title=Text("时限", "Due"),
    kind="due",
    done=("answered_at", "settled_at", "rectified_at", "closed_at"),
    over=("merged", "cancelled", "referred", "returned"),
)
CLOSED = Column(field="closed_at", title=Text("办结时间", "Closed"), kind="time")
REVISITED = Column(field="revisit", title=Text("回访结果", "Revisit"), kind="label")
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=90)

GRIDS = (
    Grid(
        table="supervision_orders",
        title=Text("监督工单", "Work orders"),
        time="received_at",
        columns=(
            ID,
            Column(field="category", title=Text("诉求类别", "Category"), width=170),
            STATE,
            DUE,
            Column(field="channel", title=Text("来源渠道", "Channel"), kind="label", width=150),
            PLACE,
            Column(field="unit", title=Text("承办单位", "Unit"), width=160),
            Column(field="received_at", title=Text("受理时间", "Received"), kind="time"),
            Column(field="timing", title=Text("时效", "Timing"), kind="label", width=90),
            Column(field="answered_at", title=Text("答复时间", "Answered"), kind="time"),
            REVISITED,
            Column(field="merged_into", title=Text("并入", "Merged into")),
            AGE,
        ),
        labels={
            **{key: known.title for key, known in CATEGORIES.items()},
            **{key: way.title for key, way in CHANNELS.items()},
            **OTHER_CHANNELS,
            **ORDER_STATES,
            **REVISIT,
            **TIMING,
        },
    ),
    Grid(
        table="supervision_diversions",
        title=Text("110分流12345", "Diverted calls"),
        time="diverted_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            PLACE,
            Column(field="incident", title=Text("原警情", "Call")),
            Column(field="community", title=Text("社区", "Community"), width=150),
            Column(field="department", title=Text("承办部门", "Department"), width=150),
            Column(field="diverted_at", title=Text("分流时间", "Diverted"), kind="time"),
            Column(field="department_signed_at", title=Text("签收时间", "Signed for"), kind="time"),
            Column(field="settled_at", title=Text("化解时间", "Settled"), kind="time"),
            REVISITED,
            CLOSED,
            AGE,
        ),
        labels={**{key: known.title for key, known in CALL_KINDS.items()}, **DIVERSION_STATES, **REVISIT},
    ),
    Grid(
        table="supervision_findings",
        title=Text("监督模型预警", "Findings of the models"),
        place="about",
        time="found_at",
        columns=(
            ID,
            Column(field="kind", title=Text("模型", "Model"), kind="label", width=180),
            STATE,
            Column(field="scope", title=Text("对象", "About a"), kind="label", width=90),
            Column(field="about", title=Text("指向", "About"), width=200),
            Column(field="evidence", title=Text("证据数", "Evidence"), kind="number", width=90),
            Column(field="first_at", title=Text("首条证据", "First"), kind="time"),
            Column(field="found_at", title=Text("预警时间", "Found"), kind="time"),
            Column(field="verdict", title=Text("复核结论", "Verdict"), kind="label", width=100),
            Column(field="reviewed_by", title=Text("复核人(值班号)", "Reviewed by (duty no.)")),
            Column(field="notice", title=Text("督察通知", "Notice")),
            AGE,
        ),
        labels={**RULES, **FINDING_STATES, **VERDICTS, **SCOPES},
    ),
    Grid(
        table="supervision_notices",
        title=Text("督察通知", "Notices"),
        place="about",
        time="issued_at",
        columns=(
            ID,
            Column(field="kind", title=Text("模型", "Model"), kind="label", width=180),
            STATE,
            DUE,
            Column(field="about", title=Text("指向", "About"), width=200),
            Column(field="issued_by", title=Text("签发人(值班号)", "Issued by (duty no.)")),
            Column(field="issued_at", title=Text("下发时间", "Issued"), kind="time"),
            Column(field="rectified_at", title=Text("整改时间", "Rectified"), kind="time"),
            CLOSED,
            AGE,
        ),
        labels={**RULES, **NOTICE_STATES},
    ),
    Grid(
        table="supervision_channels",
        title=Text("受理渠道", "Channels"),
        place="title",
        time="last_at",
        columns=(
            Column(field="title", title=Text("渠道", "Channel"), width=180),
            KIND,
            STATE,
            Column(field="received_today", title=Text("今日来件", "Today"), kind="number"),
            Column(field="last_at", title=Text("最近来件", "Last seen"), kind="age"),
            AGE,
        ),
        labels={**CHANNEL_KINDS, **CHANNEL_STATES},
    ),
    Grid(
        table="supervision_units",
        title=Text("考评指数", "Evaluation index"),
        place="title",
        columns=(
            Column(field="rank", title=Text("排名", "Rank"), kind="number", width=80),
            Column(field="title", title=Text("单位", "Unit"), width=200),
            KIND,
            STATE,
            Column(field="score", title=Text("得分", "Score"), kind="number", width=90),
            Column(field="rank_before", title=Text("上期排名", "Before"), kind="number", width=90),
            *(
                Column(field=key, title=RULES[key], kind="number")
                for key in ("late_arrival", "recorder_off", "slow_feedback", "call_reopened", "wrong_divert")
            ),
            AGE,
        ),
        labels={**UNIT_KINDS, **UNIT_STATES},
    ),
)
