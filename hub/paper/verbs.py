"""What a fact's type says in an activity log, in both languages. Must not know how a log is drawn."""

from __future__ import annotations

from hub.domain.model import Text

ENTITIES: dict[str, Text] = {
    "incident": Text("警情", "Incident"),
    "clue": Text("线索", "Clue"),
    "operation": Text("行动", "Operation"),
    "task": Text("任务", "Task"),
}
VERBS: dict[str, dict[str, Text]] = {
    "incident": {
        "opened": Text("接警", "Call taken"),
        "updated": Text("更新", "Updated"),
        "unit_assigned": Text("派警", "Units sent"),
        "en_route": Text("赶赴现场", "En route"),
        "on_scene": Text("到达现场", "On scene"),
        "unit_cleared": Text("警力撤离", "Units cleared"),
        "closed": Text("处警办结", "Closed"),
        "reopened": Text("重新受理", "Reopened"),
        "diverted": Text("分流", "Diverted"),
        "signed": Text("承接单位签收", "Signed for by the one it was diverted to"),
        "chased": Text("督办", "Chased"),
    },
    "clue": {
        "reported": Text("上报", "Reported"),
        "triaged": Text("研判", "Triaged"),
        "transferred": Text("移交", "Transferred"),
        "recalled": Text("撤回移交", "Recalled"),
        "signed": Text("签收", "Signed for"),
        "returned": Text("退回", "Returned"),
        "chased": Text("督办", "Chased"),
        "merged": Text("合并", "Merged"),
        "linked": Text("关联行动", "Linked"),
        "fed_back": Text("反馈", "Fed back"),
        "closed": Text("办结", "Closed"),
    },
    "operation": {
        "started": Text("启动", "Started"),
        "updated": Text("更新", "Updated"),
        "closed": Text("结束", "Closed"),
    },
    "task": {
        "issued": Text("下发", "Issued"),
        "delivered": Text("送达", "Delivered"),
        "seen": Text("已查看", "Seen"),
        "accepted": Text("签收", "Accepted"),
        "executing": Text("开始执行", "Started"),
        "progressed": Text("进展", "Progress"),
        "done": Text("完成", "Done"),
        "refused": Text("拒绝", "Refused"),
        "expired": Text("过期", "Expired"),
        "cancelled": Text("取消", "Cancelled"),
        "reassigned": Text("改派", "Reassigned"),
        "chased": Text("督办", "Chased"),
    },
}


def said(type_: str) -> tuple[Text, Text]:
    """What it is about and what happened: ``cn.hub.task.done.v1`` → (任务, 完成). An unlisted verb stays as it is."""
    entity, verb = type_.split(".")[2:4]
    plain = verb.replace("_", " ")
    return ENTITIES.get(entity, Text(entity, entity)), VERBS.get(entity, {}).get(verb, Text(plain, plain))
