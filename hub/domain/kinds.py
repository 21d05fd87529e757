"""Catalogue of incident kinds with both names and the priority a call of that kind starts with.

Kinds follow the categories of 110 calls (crime, public order, traffic, dispute, urgent help, fire and rescue).
A kind that is not listed is shown as "other": the list is open on the wire, closed on the screen.
"""

from __future__ import annotations

import msgspec

from hub.domain.model import Priority, Text


class Kind(msgspec.Struct, frozen=True):
    """``title``: what the screen says. ``priority``: 1 (life at risk) to 4 (routine), before triage."""

    title: Text
    priority: Priority


OTHER = Kind(Text("其他警情", "Other"), 4)

KINDS: dict[str, Kind] = {
    "rescue": Kind(Text("高处救援", "Rescue at height"), 1),
    "fire": Kind(Text("火灾", "Fire"), 1),
    "violence": Kind(Text("暴力伤害", "Violence"), 1),
    "robbery": Kind(Text("抢劫", "Robbery"), 1),
    "hazmat": Kind(Text("危险品", "Hazardous material"), 1),
    "medical": Kind(Text("医疗急救", "Medical emergency"), 2),
    "missing": Kind(Text("走失人员", "Missing person"), 2),
    "collision_injury": Kind(Text("伤人事故", "Collision with injury"), 2),
    "road_blocked": Kind(Text("道路阻断", "Road blocked"), 2),
    "burglary": Kind(Text("入室盗窃", "Burglary"), 2),
    "fraud": Kind(Text("电信诈骗", "Telecom fraud"), 2),
    "alarm_call": Kind(Text("技防报警", "Alarm call"), 3),
    "theft": Kind(Text("盗窃", "Theft"), 3),
    "fight": Kind(Text("打架斗殴", "Fight"), 3),
    "collision": Kind(Text("交通事故", "Collision"), 3),
    "traffic_hazard": Kind(Text("道路隐患", "Traffic hazard"), 3),
    "rubbish_fire": Kind(Text("垃圾起火", "Rubbish fire"), 3),
    "grass_fire": Kind(Text("草木火情", "Grass or bush fire"), 2),
    "storm": Kind(Text("风雨灾情", "Storm damage"), 3),
    "utility": Kind(Text("水电气故障", "Gas, power or water"), 3),
    "dispute": Kind(Text("纠纷", "Dispute"), 4),
    "wages": Kind(Text("欠薪纠纷", "Unpaid wages"), 4),
    "noise": Kind(Text("噪声扰民", "Noise"), 4),
    "parking": Kind(Text("违停挪车", "Parking"), 4),
    "lost_found": Kind(Text("失物招领", "Lost and found"), 4),
    "help": Kind(Text("群众求助", "Request for help"), 4),
    "animal": Kind(Text("动物救助", "Animal"), 4),
    "standby": Kind(Text("执勤备勤", "Stand-by duty"), 4),
    "burn_off": Kind(Text("计划烧除", "Planned burn"), 4),
    "traffic_stop": Kind(Text("路面盘查", "Traffic stop"), 4),
    "other": OTHER,
}


def kind(key: str) -> Kind:
    """The catalogue entry of a kind, ``OTHER`` when it is not listed."""
    return KINDS.get(key, OTHER)
