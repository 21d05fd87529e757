"""Tables of criminal intelligence's page: columns and what their words are called. Must not know any widget."""

from hub.domain.model import Text
from hub.show import Column, Grid

from .labels import ANALYSIS, CASE, DESK, PAYMENT, REFERRAL, WARNING

ID = Column(field="id", title=Text("编号", "Number"), width=110)
KIND = Column(field="kind", title=Text("类型", "Kind"), kind="label")
STATE = Column(field="state", title=Text("状态", "State"), kind="state", width=100)
LEVEL = Column(field="level", title=Text("层级", "Level"), kind="label", width=90)
PLACE = Column(field="place", title=Text("地点", "Place"), width=160)
DUE = Column(
    field="due_at",
    title=Text("时限", "Due"),
    kind="due",
    done=("answered_at",),
    over=("called", "dissuaded", "closed"),
)
AGE = Column(field="at", title=Text("更新", "Age"), kind="age", width=80)

GRIDS = (
    Grid(
        table="criminal_warnings",
        title=Text("反诈预警", "Fraud warnings"),
        time="issued_at",
        columns=(
            ID,
            Column(field="priority", title=Text("等级", "Priority"), kind="priority", width=80),
            KIND,
            STATE,
            DUE,
            PLACE,
            Column(field="calls", title=Text("劝阻次数", "Calls"), kind="number", width=90),
            Column(field="call_result", title=Text("劝阻结果", "Call result"), kind="label", width=110),
            Column(field="risk_yuan", title=Text("涉险金额", "At risk"), kind="money", width=110),
            Column(field="issued_at", title=Text("预警时间", "Issued"), kind="time"),
            Column(field="outcome", title=Text("结果", "Outcome"), kind="label", width=110),
            AGE,
        ),
        labels=WARNING,
    ),
    Grid(
        table="criminal_payments",
        title=Text("止付冻结", "Payment stops"),
        time="requested_at",
        columns=(
            ID,
            KIND,
            STATE,
            Column(field="channel", title=Text("渠道", "Channel"), kind="label", width=110),
            LEVEL,
            PLACE,
            Column(field="amount_yuan", title=Text("涉案金额", "Amount"), kind="money", width=110),
            Column(field="stopped_yuan", title=Text("止付", "Stopped"), kind="money", width=110),
            Column(field="frozen_yuan", title=Text("冻结", "Frozen"), kind="money", width=110),
            Column(field="recovered_yuan", title=Text("返还", "Recovered"), kind="money", width=110),
            Column(field="requested_at", title=Text("申请时间", "Requested"), kind="time"),
            AGE,
        ),
        labels=PAYMENT,
    ),
    Grid(
        table="criminal_cases",
        title=Text("案件", "Cases"),
        time="opened_at",
        columns=(
            ID,
            KIND,
            STATE,
            LEVEL,
            PLACE,
            Column(field="opened_at", title=Text("立案时间", "Opened"), kind="time"),
            Column(field="solved_at", title=Text("破案时间", "Solved"), kind="time"),
            Column(field="suspects", title=Text("控制人数", "Controlled"), kind="number", width=90),
            Column(field="loss_yuan", title=Text("涉案金额", "Loss"), kind="money", width=110),
            AGE,
        ),
        labels=CASE,
    ),
    Grid(
        table="criminal_analyses",
        title=Text("联合研判", "Joint analysis"),
        time="requested_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            LEVEL,
            PLACE,
            Column(field="clue", title=Text("线索", "Clue"), width=120),
            Column(field="case", title=Text("案件", "Case"), width=120),
            Column(field="requested_at", title=Text("提请时间", "Requested"), kind="time"),
            Column(field="finding", title=Text("结论", "Finding"), kind="label"),
            Column(field="records", title=Text("查阅记录数", "Records"), kind="number", width=100),
            AGE,
        ),
        labels=ANALYSIS,
    ),
    Grid(
        table="criminal_referrals",
        title=Text("上报联动", "Referrals"),
        time="sent_at",
        columns=(
            ID,
            KIND,
            STATE,
            DUE,
            LEVEL,
            Column(field="subject", title=Text("事项", "Subject")),
            Column(field="amount_yuan", title=Text("金额", "Amount"), kind="money", width=110),
            Column(field="sent_at", title=Text("发出时间", "Sent"), kind="time"),
            Column(field="answered_at", title=Text("反馈时间", "Answered"), kind="time"),
            AGE,
        ),
        labels=REFERRAL,
    ),
    Grid(
        table="criminal_levels",
        title=Text("三级联动", "Linkage by level"),
        columns=(
            ID,
            KIND,
            STATE,
            LEVEL,
            Column(field="open", title=Text("待办", "Open"), kind="number", width=80),
            Column(field="answered_today", title=Text("今日已答", "Answered today"), kind="number", width=100),
            Column(field="answer_min", title=Text("中位答复(分)", "Median answer (min)"), kind="number", width=120),
            Column(field="heard_at", title=Text("最近应答", "Last heard"), kind="time"),
            AGE,
        ),
        labels=DESK,
    ),
)
