"""Every sentence the recommender says, in both languages. Must not decide anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.domain.field import UnitKind
from hub.domain.model import Text
from hub.health import Look

KINDS: Mapping[UnitKind, Text] = {
    "patrol_car": Text("巡逻车", "patrol car"),
    "foot": Text("步巡", "foot patrol"),
    "motorcycle": Text("摩托巡逻", "motorcycle"),
    "traffic": Text("交警", "traffic police"),
    "escort": Text("押运组", "escort team"),
    "fire": Text("消防车", "fire engine"),
    "ambulance": Text("救护车", "ambulance"),
    "bus": Text("公交车", "bus"),
    "vehicle": Text("其他车辆", "other vehicle"),
}
OFF_DUTY = Text("已下勤", "Off duty")
NO_POSITION = Text("无定位", "It gives no position")
NO_PLACE = Text("事发地点未知，无法测算", "Nobody knows the place, so nothing can be reckoned")
ALREADY = Text("已在处置本事项", "On this already")
NO_LIMIT = Text("电量与续航时间未知", "Neither battery nor flying time is known")
NO_HOME = Text("返航时间未知", "Nobody knows how long it flies home")
OUT_OF_LINK = Text("链路中断", "Its link is lost")
CLOCK_AHEAD = Text("其时钟超前，位置时间不可信", "Its clock is ahead: nobody knows how old the position is")
STREETS = Text(
    "未计入实时路况与封路，按直线距离乘绕行系数估算",
    "Traffic and closed roads are left out: time is the line of sight times a detour factor",
)
AIRSPACE = Text("未掌握空域与气象", "Airspace and weather are not known")
CREWS = Text("未掌握各单元携带的装备与专长", "Equipment and skills on board are not known")
NO_CELLS = Text("未配置网格，无法测算覆盖", "No grid is set up, so cover cannot be reckoned")

OLD_STATUS_S = 1800.0
"""A status said longer ago than this is called so: who is said to be free may not be."""


def distance(metres: float) -> Text:
    """``850 米`` or ``1.2 公里``."""
    if metres < 950:
        tens = round(metres / 10) * 10
        return Text(f"{tens} 米", f"{tens} m")
    return Text(f"{metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km")


def span(seconds: float) -> Text:
    """``45 秒``, ``4 分钟``: rounded up from 90 seconds on, so that nobody is promised too early."""
    if seconds < 90:
        return Text(f"{round(seconds)} 秒", f"{round(seconds)} s")
    minutes = -int(-seconds // 60)
    return Text(f"{minutes} 分钟", f"{minutes} min")


def names(places: Sequence[Text], most: int = 4) -> Text:
    """Some names and how many more there are."""
    more = len(places) - most
    zh, en = "、".join(p.zh for p in places[:most]), ", ".join(p.en for p in places[:most])
    return Text(f"{zh} 等 {len(places)} 处", f"{en} and {more} more") if more > 0 else Text(zh, en)


def position(age_s: float, seen: Look) -> Text:
    """How old the position is; a stale one is called stale."""
    if age_s < 0:
        return CLOCK_AHEAD
    old = span(age_s)
    if seen == "stale":
        return Text(f"位置已过期：{old.zh}前", f"STALE position: {old.en} old")
    return Text(f"位置 {old.zh}前", f"position {old.en} old")


def status(told_s: float) -> Text:
    """How old the status is, where that is worth saying; empty otherwise."""
    if told_s < OLD_STATUS_S:
        return Text("", "")
    old = span(told_s)
    return Text(f"；状态为 {old.zh}前上报", f"; its status was said {old.en} ago")


def going(kind: Text, metres: float, eta: float, age_s: float, seen: Look, team: Text | None) -> Text:
    """Why a unit is proposed."""
    far, time, fix = distance(metres), span(eta), position(age_s, seen)
    told = team is not None and team.zh != kind.zh and team.en.lower() != kind.en
    zh, en = (f"{kind.zh}（{team.zh}）", f"{kind.en} ({team.en})") if team and told else (kind.zh, kind.en)
    return Text(
        f"{zh}，距 {far.zh}，约 {time.zh}到达；{fix.zh}", f"{en}, {far.en} away, there in about {time.en}; {fix.en}"
    )


def leaving(bares: Sequence[Text]) -> Text:
    """What it would leave bare; empty when nothing."""
    if not bares:
        return Text("", "")
    some = names(bares)
    return Text(f"；调走后 {some.zh} 失去覆盖", f"; leaves bare: {some.en}")


def together(*parts: Text) -> Text:
    """Parts of a sentence one after the other."""
    return Text("".join(p.zh for p in parts), "".join(p.en for p in parts))


def flying(metres: float, eta: float, station: float, home: float, age_s: float, seen: Look, estimated: bool) -> Text:
    """Why a drone is proposed."""
    far, time, fix = distance(metres), span(eta), position(age_s, seen)
    zh, en = ("（按电量估算）", " (estimated from its battery)") if estimated else ("", "")
    return Text(
        f"距 {far.zh}，约 {time.zh}到位，可留空 {station:.0f} 分钟{zh}，返航最多 {home:.1f} 分钟；{fix.zh}",
        f"{far.en} away, on station in about {time.en} for {station:.0f} min{en}, "
        f"at most {home:.1f} min home; {fix.en}",
    )


def busy(status: str, incident: str | None) -> Text:
    """What it is busy with."""
    if incident is None:
        return Text("勤务中，不可调派", "Busy with other duty")
    zh, en = {
        "en_route": ("正赶往", "On its way to"),
        "on_scene": ("正在处置", "On the scene of"),
    }.get(status, ("已派往", "Assigned to"))
    return Text(f"{zh}警情 {incident}", f"{en} incident {incident}")


def on_task(number: str) -> Text:
    """It holds an open task of an operation."""
    return Text(f"有未完成任务（作战 {number}）", f"It holds an open task of operation {number}")


def on_mission(mission: Text | None) -> Text:
    """A drone in the air for something else."""
    return Text("正在飞行任务中", "In the air on a mission") if mission is None else mission


def not_asked(kind: Text) -> Text:
    """Its kind is not among those asked for."""
    return Text(f"{kind.zh}不在所需类型之列", f"No {kind.en} is asked for")


def wrong_team(team: str) -> Text:
    """Not of the team asked for."""
    return Text(f"不属于“{team}”", f"Not of the team “{team}”")


def lost(age_s: float) -> Text:
    """Its position is too old to be used at all."""
    old = span(age_s)
    return Text(f"位置失联 {old.zh}，不予采用", f"Last position {old.en} ago: too old to be used")


def too_late(eta: float, left_s: float, age_s: float, seen: Look) -> Text:
    """It cannot be there in time."""
    time = span(eta)
    if left_s <= 0:
        late = Text(f"时限已过；约 {time.zh}可到", f"The time is over; it could be there in {time.en}")
    else:
        limit = span(left_s)
        late = Text(
            f"约 {time.zh}到达，超过时限 {limit.zh}", f"There in {time.en}, later than the {limit.en} asked for"
        )
    fix = position(age_s, seen)
    return together(late, Text(f"；{fix.zh}", f"; {fix.en}"))


def outranked(metres: float, eta: float, age_s: float, seen: Look, place: int) -> Text:
    """It could go, but enough are nearer."""
    time, far, fix = span(eta), distance(metres), position(age_s, seen)
    return Text(
        f"可用，第 {place} 位：距 {far.zh}，约 {time.zh}到达；{fix.zh}",
        f"Could go, no. {place} in line: {far.en} away, there in {time.en}; {fix.en}",
    )


def battery(left: float, wanted: float, estimated: bool) -> Text:
    """Not enough energy for there, a while, and back."""
    zh, en = ("（估算）", " (estimated)") if estimated else ("", "")
    return Text(
        f"电量不足：可飞 {left:.0f} 分钟{zh}，往返加最短留空需 {wanted:.0f} 分钟",
        f"Not enough battery: {left:.0f} min left{en}, there, a while and back take {wanted:.0f} min",
    )


def weak_link(link: int) -> Text:
    """The link is too weak."""
    return Text(f"链路过弱（{link}/5）", f"Its link is too weak ({link} of 5)")


def instead(call_sign: str, later_s: int, bares: Sequence[Text]) -> Text:
    """The exchange somebody may want to make."""
    late = span(later_s)
    if not bares:
        return Text(f"改派 {call_sign}：晚 {late.zh}，不留空白", f"{call_sign}: {late.en} later, leaves nothing bare")
    some = names(bares)
    return Text(
        f"改派 {call_sign}：晚 {late.zh}，仅 {some.zh} 失去覆盖", f"{call_sign}: {late.en} later, bare: {some.en}"
    )


SHORT: Mapping[str, Text] = {
    "off_duty": Text("下勤 {n}", "{n} off duty"),
    "already_there": Text("已在场 {n}", "{n} on it already"),
    "busy": Text("勤务中 {n}", "{n} busy"),
    "on_task": Text("有任务 {n}", "{n} on a task"),
    "wrong_team": Text("非所需队伍 {n}", "{n} of other teams"),
    "no_position": Text("无定位 {n}", "{n} without a position"),
    "lost_position": Text("位置失联 {n}", "{n} with a position too old"),
    "no_place": Text("可用但地点未知 {n}", "{n} free, but the place is not known"),
    "too_late": Text("赶不到 {n}", "{n} too far"),
    "battery": Text("电量不足 {n}", "{n} short of battery"),
    "battery_unknown": Text("续航未知 {n}", "{n} with unknown flying time"),
    "link": Text("链路不可用 {n}", "{n} without a link"),
}
"""Code → how many failed for it, in few words; ``{n}`` is the number."""


def missing(count: int, why: Mapping[str, int], nearest: tuple[str, int] | None) -> Text:
    """What cannot be filled and why not."""
    if why:
        zh = "，".join(SHORT[code].zh.format(n=n) for code, n in why.items())
        en = ", ".join(SHORT[code].en.format(n=n) for code, n in why.items())
    else:
        zh, en = "无此类单元", "there is none of that kind"
    out = Text(f"缺 {count}：{zh}", f"{count} missing: {en}")
    if nearest is None:
        return out
    time = span(nearest[1])
    return together(out, Text(f"；最近 {nearest[0]} 约 {time.zh}", f"; the nearest, {nearest[0]}, takes {time.en}"))


KNOWN_CENTRE = Text("本事项由其发现或承办", "It found this or has it in hand")
NOT_IN_LIST = Text("此类事项不在其参与清单", "Matters of this kind are not on its list")


def silent(seen: Look) -> Text:
    """A centre that has not been heard of for long."""
    if seen in ("stale", "lost"):
        return Text("（该中心数据中断，请电话联系）", " (its data have stopped: use the telephone)")
    return Text("", "")
