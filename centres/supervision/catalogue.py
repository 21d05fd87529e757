"""Channels, categories, departments and the names of the 21 models, in both languages. Data, no logic.

Categories are open on the wire: a stranger's complaint of a kind that is not listed is shown as "other".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hub.domain.model import Text

ChannelKind = Literal["letters_visits", "hotline", "mailbox", "oversight", "online", "police"]
Scope = Literal["place", "unit", "channel", "kind"]
"""What the evidence of a finding has in common."""
RuleKey = Literal[
    "repeat_complaint", "same_place", "same_unit", "same_kind", "duplicates", "slow_assignment", "slow_answer",
    "dissatisfied", "night_noise", "attitude", "slow_response", "case_progress", "window_service",
    "divert_unsigned", "divert_unsettled", "divert_dissatisfied",
    "late_arrival", "recorder_off", "slow_feedback", "call_reopened", "wrong_divert",
]  # fmt: skip
MarkKind = Literal["late_arrival", "recorder_off", "slow_feedback", "call_reopened", "wrong_divert"]


@dataclass(frozen=True, slots=True)
class Category:
    """``department``: who answers it, a key of ``DEPARTMENTS``; ``station``: the police station of the place."""

    title: Text
    department: str


OTHER = Category(Text("其他诉求", "Other"), "street")

CATEGORIES: dict[str, Category] = {
    # the fifteen first-level categories of a government message board
    "urban_rural": Category(Text("城乡建设", "Urban and rural construction"), "housing"),
    "rural": Category(Text("农村农业", "Rural affairs and agriculture"), "street"),
    "justice": Category(Text("政法", "Political-legal and justice"), "justice"),
    "education": Category(Text("教育文体", "Education, culture and sport"), "education"),
    "labour": Category(Text("劳动和社会保障", "Labour and social security"), "labour"),
    "civil_affairs": Category(Text("民政", "Civil affairs"), "civil"),
    "government": Category(Text("党务政务", "Party and government affairs"), "street"),
    "economy": Category(Text("经济管理", "Economic management"), "market"),
    "health": Category(Text("卫生计生", "Health and family planning"), "health"),
    "commerce": Category(Text("商贸旅游", "Commerce and tourism"), "market"),
    "environment": Category(Text("环境保护", "Environmental protection"), "environment"),
    "transport": Category(Text("交通运输", "Transport"), "transport"),
    "discipline": Category(Text("纪检监察", "Discipline inspection"), "discipline"),
    "land": Category(Text("国土资源", "Land and resources"), "housing"),
    "science_it": Category(Text("科技与信息产业", "Science and IT industry"), "market"),
    # service requests of a city hotline
    "graffiti": Category(Text("涂鸦清理", "Graffiti"), "city"),
    "bulky_items": Category(Text("大件垃圾", "Bulky items"), "city"),
    "illegal_dumping": Category(Text("违规倾倒", "Illegal dumping"), "city"),
    "appliances": Category(Text("废旧家电金属", "Metal and appliances"), "city"),
    "electronic_waste": Category(Text("电子废弃物", "Electronic waste"), "city"),
    "animal_remains": Category(Text("动物尸体清运", "Dead animal removal"), "city"),
    "street_light": Category(Text("路灯故障", "Street light"), "housing"),
    "street_lights": Category(Text("多处路灯故障", "Several street lights"), "housing"),
    "public_space": Category(Text("公共空间清理", "Public space"), "city"),
    "noise": Category(Text("噪声扰民", "Noise"), "environment"),
    "water": Category(Text("供水与用水", "Water"), "housing"),
    "road_damage": Category(Text("道路破损", "Road damage"), "transport"),
    "trees": Category(Text("绿化树木", "Trees and greenery"), "city"),
    "rodents": Category(Text("鼠虫害", "Rodents and pests"), "health"),
    "parking": Category(Text("违规停车", "Illegal parking"), "traffic"),
    "blocked_driveway": Category(Text("堵塞通道", "Blocked driveway"), "traffic"),
    "market_order": Category(Text("占道经营", "Street vending"), "city"),
    "housing": Category(Text("房屋物业", "Housing and property"), "housing"),
    "enquiry": Category(Text("咨询", "Enquiry"), "street"),
    "suggestion": Category(Text("建议", "Suggestion"), "street"),
    "feedback": Category(Text("办理反馈", "Feedback"), "street"),
    # police service
    "slow_response": Category(Text("出警缓慢", "Slow response"), "station"),
    "attitude": Category(Text("服务态度", "Attitude"), "station"),
    "case_progress": Category(Text("案件进展", "Progress of a case"), "station"),
    "window_service": Category(Text("窗口服务", "Service at the counter"), "station"),
    "traffic_fine": Category(Text("交通处罚", "Traffic fine"), "traffic"),
    "other": OTHER,
}

DEPARTMENTS: dict[str, Text] = {
    "housing": Text("住建交局", "Housing and construction"),
    "city": Text("综合执法局", "City management"),
    "environment": Text("生态环境局", "Environment"),
    "labour": Text("人社局", "Labour and social security"),
    "market": Text("市场监管局", "Market supervision"),
    "transport": Text("交通运输局", "Transport"),
    "traffic": Text("交警大队", "Traffic police"),
    "education": Text("教育局", "Education"),
    "health": Text("卫健局", "Health"),
    "civil": Text("民政局", "Civil affairs"),
    "justice": Text("司法局", "Justice"),
    "discipline": Text("纪委监委", "Discipline inspection"),
    "street": Text("街道办事处", "Subdistrict office"),
}
DIVERTED_TO: dict[str, str] = {
    "wages": "labour",
    "dispute": "street",
    "noise": "environment",
    "parking": "traffic",
    "utility": "housing",
    "help": "street",
}
"""Kind of a 110 call that is no police matter → the department that signs for it."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """An intake channel and its share of all orders."""

    kind: ChannelKind
    title: Text
    share: float


CHANNELS: dict[str, WayIn] = {
    "letters": WayIn("letters_visits", Text("群众来信", "Letters"), 3),
    "visits": WayIn("letters_visits", Text("群众来访", "Visits"), 4),
    "petition_online": WayIn("letters_visits", Text("网上信访", "Online petitions"), 6),
    "station_visits": WayIn("letters_visits", Text("派出所接访", "Visits at stations"), 4),
    "hotline_12345": WayIn("hotline", Text("12345热线", "12345 hotline"), 30),
    "hotline_12389": WayIn("hotline", Text("12389举报平台", "12389 complaints line"), 4),
    "hotline_12337": WayIn("hotline", Text("12337举报平台", "12337 reporting line"), 1),
    "hotline_122": WayIn("hotline", Text("122交通诉求", "122 traffic line"), 5),
    "mayor": WayIn("mailbox", Text("市长信箱", "Mayor's mailbox"), 5),
    "district_head": WayIn("mailbox", Text("区长信箱", "District head's mailbox"), 4),
    "bureau_head": WayIn("mailbox", Text("局长信箱", "Bureau head's mailbox"), 3),
    "deputies": WayIn("oversight", Text("人大代表建议", "Deputies' proposals"), 1),
    "advisers": WayIn("oversight", Text("政协委员提案", "Advisers' proposals"), 1),
    "procuratorate": WayIn("oversight", Text("检察建议", "Procuratorate's advice"), 1),
    "discipline_referral": WayIn("oversight", Text("纪委转办", "Referred by discipline inspection"), 1),
    "superior": WayIn("oversight", Text("上级督办", "Chased from above"), 2),
    "media": WayIn("oversight", Text("媒体监督", "Media"), 2),
    "message_board": WayIn("online", Text("领导留言板", "Message board"), 6),
    "wechat": WayIn("online", Text("公众号留言", "Official account"), 8),
    "app": WayIn("online", Text("政务应用诉求", "Government app"), 9),
    "qr_code": WayIn("online", Text("扫码评警", "QR-code rating"), 6),
    "call_110": WayIn("police", Text("110投诉", "Complaints to 110"), 5),
    "call_back": WayIn("police", Text("警情回访", "Call-backs"), 7),
}
"""The 23 channels through which complaints come in."""

OTHER_CHANNELS: dict[str, Text] = {
    "phone": Text("电话", "Phone"),
    "mobile_app": Text("手机应用", "Mobile app"),
    "website": Text("网站", "Website"),
    "email": Text("电子邮件", "E-mail"),
    "fax": Text("传真", "Fax"),
    "voicemail": Text("语音留言", "Voicemail"),
    "walk_in": Text("现场受理", "Walk-in"),
    "field_crew": Text("作业人员上报", "Field crew"),
    "council": Text("议员办公室", "Council office"),
    "social": Text("社交媒体", "Social media"),
    "other": Text("其他", "Other"),
}
"""Channels that only a stranger's export names."""

RULE_TITLES: dict[RuleKey, Text] = {
    "repeat_complaint": Text("同地同类重复诉求", "Repeat complaint"),
    "same_place": Text("同一地点多发", "Same place"),
    "same_unit": Text("同一单位集中", "Same unit"),
    "same_kind": Text("同类诉求突增", "Surge of one kind"),
    "duplicates": Text("多人同诉", "Many duplicates"),
    "slow_assignment": Text("派单迟缓", "Slow assignment"),
    "slow_answer": Text("答复超期", "Slow answer"),
    "dissatisfied": Text("回访不满意", "Dissatisfied at revisit"),
    "night_noise": Text("夜间噪声反复", "Repeated night noise"),
    "attitude": Text("态度投诉集中", "Complaints of attitude"),
    "slow_response": Text("出警慢投诉集中", "Complaints of slow response"),
    "case_progress": Text("案件不告知", "Case progress not told"),
    "window_service": Text("窗口服务投诉", "Complaints of counter service"),
    "divert_unsigned": Text("分流未签收", "Diverted call not signed for"),
    "divert_unsettled": Text("分流未办结", "Diverted call not settled"),
    "divert_dissatisfied": Text("分流回访不满意", "Diverted call, dissatisfied"),
    "late_arrival": Text("到场超时", "Late arrival"),
    "recorder_off": Text("执法记录仪未开", "Recorder not on"),
    "slow_feedback": Text("警情反馈迟缓", "Slow feedback on calls"),
    "call_reopened": Text("警情重开", "Calls reopened"),
    "wrong_divert": Text("警务事项误分流", "Police matter diverted away"),
}


def category(kind: str) -> Category:
    """The category of a work order's kind, ``OTHER`` when it is not listed."""
    return CATEGORIES.get(kind, OTHER)
