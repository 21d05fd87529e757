"""The fixed words of the sheets, Chinese and English. Field names follow the ICS forms of the same number."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.model import Text
from hub.paper.flow import Bit
from hub.paper.page import Style

PLAIN, SMALL, BOLD = Style(size=9), Style(size=7.4, ink=60), Style(size=9, bold=True)
LABEL = Style(size=6.6, ink=70)
LARGE = Style(size=12, bold=True)
NONE = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: its name in addresses, the number of its ICS counterpart, its title."""

    name: str
    ics: str
    title: Text


FORMS = {
    form.name: form
    for form in (
        Form(name="task_list", ics="ICS 204", title=Text("任务清单", "Assignment list")),
        Form(name="activity_log", ics="ICS 214", title=Text("工作日志", "Activity log")),
        Form(name="briefing", ics="ICS 201", title=Text("警情简报", "Incident briefing")),
        Form(name="planning_sheet", ics="ICS 215", title=Text("力量筹划表", "Operational planning worksheet")),
    )
}

WORDS: dict[str, Text] = {
    "incident": Text("事件名称", "Incident name"),
    "period": Text("行动时段", "Operational period"),
    "number": Text("编号", "Incident number"),
    "initiated": Text("启动时间", "Date and time initiated"),
    "group": Text("组别", "Branch, division or group"),
    "centres": Text("参战中心", "Centres taking part"),
    "chief": Text("行动指挥", "Operations chief"),
    "leader": Text("带队", "Leader"),
    "supervisor": Text("分组负责", "Group supervisor"),
    "contact": Text("联络方式", "Contact"),
    "resources": Text("投入力量", "Resources assigned"),
    "resource": Text("单位呼号", "Identifier"),
    "kind": Text("类别", "Kind"),
    "team": Text("所属", "Home agency and unit"),
    "persons": Text("人数", "Persons"),
    "status": Text("状态 · 数据时效", "Status · age of data"),
    "remarks": Text("集结点、装备、备注", "Reporting place, equipment, remarks"),
    "assignments": Text("任务分工", "Work assignments"),
    "no": Text("序", "No."),
    "task": Text("任务", "Task"),
    "assigned": Text("执行单位", "Assigned to"),
    "due": Text("时限", "Clocks"),
    "issued": Text("下发", "Issued"),
    "accept": Text("签收限", "Accept by"),
    "until": Text("时限", "Due"),
    "state": Text("状态", "State"),
    "feedback": Text("反馈（手填）", "Result (by hand)"),
    "special": Text("特别要求", "Special instructions"),
    "radio": Text("通信联络", "Communications"),
    "channel": Text("频道 / 通话组", "Channel or talk group"),
    "prepared": Text("制表", "Prepared by"),
    "approved": Text("批准", "Approved by"),
    "received": Text("签收", "Received by"),
    "signature": Text("签字", "Signature"),
    "date": Text("日期时间", "Date and time"),
    "name": Text("姓名", "Name"),
    "position": Text("岗位", "Position"),
    "agency": Text("单位", "Home agency and unit"),
    "log": Text("工作记录", "Activity log"),
    "time": Text("时间", "Time"),
    "about": Text("事项", "About"),
    "activity": Text("记录", "Notable activity"),
    "by_whom": Text("经手", "By"),
    "map": Text("示意图", "Map sketch"),
    "situation": Text("情况概要", "Situation summary"),
    "safety": Text("安全提示（手填）", "Health and safety briefing (by hand)"),
    "objectives": Text("当前与计划目标", "Current and planned objectives"),
    "actions": Text(
        "当前与计划行动（送达、进展见工作日志）", "Current and planned actions (deliveries and progress: see the log)"
    ),
    "organisation": Text("当前编成", "Current organisation"),
    "tasks": Text("任务数", "Tasks"),
    "summary": Text("力量汇总", "Resource summary"),
    "ordered": Text("调派", "Ordered"),
    "eta": Text("预计到达", "ETA"),
    "arrived": Text("到场", "Arrived"),
    "notes": Text("备注", "Notes"),
    "place": Text("地点", "Place"),
    "priority": Text("等级", "Priority"),
    "clue": Text("线索", "Clue"),
    "results": Text("战果", "Results"),
    "need": Text("用途", "Needed for"),
    "kinds": Text("力量需求合计", "Resources in all"),
    "required": Text("需要", "Required"),
    "have": Text("已有", "Have"),
    "more": Text("尚需", "Need"),
    "free": Text("全区可调", "Free in the district"),
    "overhead": Text("指挥岗位", "Overhead positions"),
    "equipment": Text("特种装备与物资", "Special equipment and supplies"),
    "reporting": Text("集结点", "Reporting place"),
    "arrival": Text("要求到位", "Requested arrival"),
    "late": Text("超时", "LATE"),
    "since": Text("至今", "to date"),
    "no_tasks": Text("暂无任务", "No task so far"),
    "no_resources": Text("暂无登记力量", "No resource on record so far"),
    "no_entries": Text("暂无记录", "Nothing on record so far"),
    "no_place": Text("没有位置数据", "No position is known"),
    "by_hand": Text("手填", "by hand"),
    "printed": Text("打印", "printed"),
    "by": Text("打印人", "by"),
    "hash": Text("状态校验", "state"),
    "sector": Text("责任区", "Sector"),
    "call": Text("警情", "Incident"),
    "unit": Text("警力", "Unit"),
    "drone": Text("无人机", "Drone"),
    "north": Text("北", "N"),
}
PAGE_OF = Text("第 {0} 页 共 {1} 页", "page {0} of {1}")
PRIVACY = Text("本表不印警情自由文本和个人信息", "Incidents' free text and persons' data are not printed")
CUT = Text("另有更早记录 {0} 条未印", "{0} older entries are not printed")


def label(key: str, number: str = "") -> list[Bit]:
    """A field's name as small print: ``6 任务分工 Work assignments``."""
    text = WORDS[key]
    return [Bit(f"{number} {text.zh} {text.en}".strip(), LABEL)]


def section(key: str, number: str) -> list[Bit]:
    """The name of a whole table."""
    return [Bit(f"{number} {WORDS[key].zh} {WORDS[key].en}", Style(size=8, bold=True))]


def head(key: str) -> list[Bit]:
    """A column's name, Chinese over English."""
    return [Bit(WORDS[key].zh, Style(size=8, bold=True)), Bit(WORDS[key].en, LABEL)]


def both(text: Text | None, first: Style = PLAIN) -> list[Bit]:
    """A text in both languages, the English below and smaller; a dash when there is none."""
    if text is None:
        return [Bit(NONE, first)]
    return [Bit(text.zh, first)] if text.zh == text.en or not text.en else [Bit(text.zh, first), Bit(text.en, SMALL)]


def pair(text: Text, style: Style = PLAIN) -> list[Bit]:
    """Both languages on one line, for words that are short."""
    return [Bit(text.zh if text.zh == text.en else f"{text.zh} {text.en}", style)]


def said(text: str | None, style: Style = PLAIN) -> list[Bit]:
    """A word that is the same in both languages; a dash when there is none."""
    return [Bit(text or NONE, style)]
