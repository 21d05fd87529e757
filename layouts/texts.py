"""What the screen calls things: the hub's own enumerations and the words of the pages, in both languages.

Must not know a centre: a centre's words come with its declaration.
"""

from __future__ import annotations

from hub.domain.model import Text

LABELS: dict[str, dict[str, Text]] = {
    "mode": {
        "live": Text("实况", "LIVE"),
        "demo": Text("演示", "DEMO"),
        "replay": Text("回放", "REPLAY"),
        "exercise": Text("演练", "EXERCISE"),
    },
    "look": {
        "fresh": Text("正常", "Fresh"),
        "late": Text("滞后", "Late"),
        "stale": Text("停滞", "Stale"),
        "lost": Text("失联", "Lost"),
    },
    "incident_state": {
        "open": Text("待派警", "Open"),
        "dispatched": Text("已派警", "Dispatched"),
        "on_scene": Text("处置中", "On scene"),
        "closed": Text("已办结", "Closed"),
        "diverted": Text("已分流", "Diverted"),
    },
    "unit_kind": {
        "patrol_car": Text("巡逻车", "Patrol car"),
        "foot": Text("步巡", "Foot patrol"),
        "motorcycle": Text("铁骑", "Motorcycle"),
        "traffic": Text("交警", "Traffic"),
        "escort": Text("押解", "Escort"),
        "fire": Text("消防", "Fire"),
        "ambulance": Text("急救", "Ambulance"),
        "bus": Text("公交", "Bus"),
        "vehicle": Text("车辆", "Vehicle"),
    },
    "unit_status": {
        "available": Text("待命", "Available"),
        "en_route": Text("赶赴", "En route"),
        "on_scene": Text("到场", "On scene"),
        "busy": Text("忙碌", "Busy"),
        "off_duty": Text("下勤", "Off duty"),
    },
    "drone_mode": {
        "docked": Text("在库", "Docked"),
        "takeoff": Text("起飞", "Taking off"),
        "transit": Text("飞赴", "In transit"),
        "on_station": Text("驻空", "On station"),
        "returning": Text("返航", "Returning"),
        "landing": Text("降落", "Landing"),
        "lost_link": Text("链路中断", "Link lost"),
    },
    "alarm_state": {
        "raised": Text("未确认", "Unacknowledged"),
        "acknowledged": Text("已确认", "Acknowledged"),
        "shelved": Text("已搁置", "Shelved"),
        "cleared": Text("已解除", "Cleared"),
    },
    "clue_state": {
        "reported": Text("上报", "Reported"),
        "triaged": Text("研判", "Triaged"),
        "transferred": Text("移交", "Transferred"),
        "signed": Text("签收", "Signed for"),
        "returned": Text("退回", "Returned"),
        "operation": Text("作战", "Operation"),
        "feedback": Text("反馈", "Fed back"),
        "closed": Text("办结", "Closed"),
    },
    "operation_state": {
        "planned": Text("筹划", "Planned"),
        "running": Text("进行中", "Running"),
        "closed": Text("已结束", "Closed"),
    },
    "task_state": {
        "issued": Text("已下发", "Issued"),
        "delivered": Text("已送达", "Delivered"),
        "seen": Text("已查看", "Seen"),
        "accepted": Text("已接受", "Accepted"),
        "executing": Text("执行中", "Doing"),
        "done": Text("已完成", "Done"),
        "refused": Text("已拒绝", "Refused"),
        "expired": Text("已过期", "Expired"),
        "cancelled": Text("已取消", "Cancelled"),
    },
    "camera_state": {"live": Text("在线", "Live"), "lost": Text("离线", "Lost")},
    "road_level": {
        "0": Text("畅通", "Free"),
        "1": Text("缓行", "Slow"),
        "2": Text("拥堵", "Heavy"),
        "3": Text("阻断", "Blocked"),
    },
    "log_state": {
        "ok": Text("日志正常", "Log up"),
        "down": Text("日志不可达", "Log down"),
        "stalled": Text("日志停滞", "Log stalled"),
    },
}
"""Group → value → words; the groups are named after table and field."""

HUB = Text("情指行中心", "Command hub")
SCENE = Text("日常值守", "Daily watch")
ALARMS = Text("告警", "Alarms")
INCIDENTS = Text("警情", "Incidents")
OPERATIONS = Text("集群作战", "Cluster operation")
CLUES = Text("在办线索", "Open clues")
ROAD = Text("线索链", "Clue road")
FIGURES = Text("关键指标", "Key figures")
DRONES = Text("无人机", "Drones")
MAP = Text("态势", "Situation")
CENTRES = Text("六中心", "Six centres")
WALL = Text("指挥大屏", "The wall")
WORK = Text("移交与任务", "Transfers and tasks")
DESK = Text("值班席", "Duty desk")
FIELD = Text("一线终端（手机）", "Field page (phone)")
PAGES = Text("页面", "Pages")
RECORDS = Text("记录", "Records")
CHARTS = Text("图表", "Charts")
SEARCH = Text("检索", "Search")
PLACE = Text("地点", "Place")
PERIOD = Text("时段", "Time")
STATUS = Text("状态", "Status")
KIND = Text("类别", "Kind")
RESET = Text("清除筛选", "Clear filters")
NOT_FOUND = Text("没有这个页面", "There is no such page")
AGE = Text("更新", "Age")

PERIODS: dict[str, tuple[Text, float | None]] = {
    "1h": (Text("近1小时", "Last hour"), 3600.0),
    "8h": (Text("近8小时", "Last 8 hours"), 8 * 3600.0),
    "24h": (Text("近24小时", "Last 24 hours"), 24 * 3600.0),
    "7d": (Text("近7天", "Last 7 days"), 7 * 86400.0),
    "all": (Text("全部", "All"), None),
}
"""Choices of a page's time filter: words and length in seconds (``None``: no limit)."""


def labels() -> dict[str, dict[str, Text]]:
    """The words of every enumeration: group → value → text."""
    return {group: dict(words) for group, words in LABELS.items()}


def line(text: Text, lang: str) -> str:
    """A text as one line in the language(s) asked for: ``zh``, ``en`` or ``both``."""
    if lang == "zh":
        return text.zh
    if lang == "en":
        return text.en
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"
