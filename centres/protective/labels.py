"""What every word of this centre's facts is called on a screen, in both languages."""

from hub.domain.model import Text

LEVEL = {
    "red": Text("一级(红)", "Red"),
    "orange": Text("二级(橙)", "Orange"),
    "yellow": Text("三级(黄)", "Yellow"),
    "blue": Text("四级(蓝)", "Blue"),
}
EVENT = {
    "conference": Text("重要会议", "Conference"),
    "match": Text("体育赛事", "Match"),
    "concert": Text("演唱会", "Concert"),
    "festival": Text("节庆灯会", "Festival"),
    "exam": Text("国家考试", "State examination"),
    "fair": Text("展会", "Trade fair"),
    "planned": Text("方案已定", "Planned"),
    "ready": Text("岗位就绪", "Ready"),
    "running": Text("进行中", "Running"),
    "closed": Text("已结束", "Closed"),
    **LEVEL,
}
POST = {
    "post": Text("执勤岗", "Post"),
    "checkpoint": Text("检查点", "Checkpoint"),
    "joint": Text("联勤岗", "Joint-duty post"),
    "manned": Text("到岗", "Manned"),
    "relief": Text("换岗中", "Relief"),
    "unmanned": Text("缺岗", "Unmanned"),
    "police": Text("公安", "Police"),
    "traffic": Text("交警", "Traffic police"),
    "fire": Text("消防", "Fire"),
    "medical": Text("医疗", "Medical"),
    "urban": Text("城管", "Urban management"),
    "metro": Text("轨道", "Metro"),
    "guard": Text("保安", "Guards"),
}
ZONE = {
    "entrance": Text("入口", "Entrance"),
    "stand": Text("看台", "Stand"),
    "square": Text("广场", "Square"),
    "corridor": Text("通道", "Corridor"),
    "platform": Text("站台", "Platform"),
    "normal": Text("正常", "Normal"),
    "busy": Text("较密", "Busy"),
    "near": Text("接近容量", "Near capacity"),
    "over": Text("超容量", "Over capacity"),
}
ALARM = {
    "perimeter": Text("周界告警", "Perimeter"),
    "gate_forced": Text("门被强开", "Gate forced"),
    "gate_held": Text("门未关", "Gate held open"),
    "intercom": Text("对讲求助", "Intercom call"),
    "power": Text("供电中断", "Power lost"),
    "raised": Text("待确认", "Raised"),
    "acknowledged": Text("处置中", "Acknowledged"),
    "cleared": Text("已解除", "Cleared"),
    "weather": Text("风雨触发", "Weather"),
    "animal": Text("动物触发", "Animal"),
    "works": Text("施工触发", "Works"),
    "fault": Text("设备故障", "Fault"),
    "intrusion": Text("确有闯入", "Intrusion"),
    "drill": Text("演练", "Drill"),
}
STANDING = {
    "district": Text("全区", "District"),
    "site": Text("重点部位", "Key site"),
    "routine": Text("常态", "Routine"),
    "holiday": Text("节假日", "Holiday"),
    "major_event": Text("大型活动", "Major event"),
    "weather": Text("极端天气", "Severe weather"),
    "exercise": Text("演练", "Exercise"),
    **LEVEL,
}
