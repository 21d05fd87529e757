"""What every word of this centre's facts is called on a screen, in both languages."""

from hub.domain.model import Text

from .modules import MODULES

MODULE = {key: module.title for key, module in MODULES.items()}
PATROL = {
    "foot": Text("步巡", "Foot patrol"),
    "vehicle": Text("车巡", "Vehicle patrol"),
    "joint": Text("联巡", "Joint patrol"),
    "on_plan": Text("达标", "On plan"),
    "behind": Text("欠巡", "Behind"),
    "missed": Text("漏巡", "Missed"),
}
DEVICE = {
    "smoke": Text("烟感", "Smoke detector"),
    "gate": Text("门禁", "Gate"),
    "fall": Text("跌倒感应", "Fall sensor"),
    "panic": Text("一键报警", "Panic button"),
    "healthy": Text("在线", "Healthy"),
    "weak": Text("低电量", "Low battery"),
    "lost": Text("离线", "Lost"),
}
ALARM = {
    "fire": Text("火警", "Fire"),
    "gate": Text("门禁异常", "Gate"),
    "fall": Text("跌倒告警", "Fall"),
    "panic": Text("一键求助", "Panic button"),
    "raised": Text("待接警", "Raised"),
    "acknowledged": Text("处置中", "Acknowledged"),
    "cleared": Text("已解除", "Cleared"),
    "real": Text("真实警情", "Real"),
    "false": Text("误报", "False alarm"),
    "test": Text("测试", "Test"),
}
PARTY = {
    "police": Text("派出所", "Police station"),
    "justice": Text("司法所", "Justice office"),
    "community": Text("社区", "Community"),
    "department": Text("行业主管部门", "Competent department"),
    "lawyer": Text("律师", "Lawyer"),
}
DISPUTE = {
    "neighbour": Text("邻里纠纷", "Neighbours"),
    "wages": Text("欠薪纠纷", "Unpaid wages"),
    "tenancy": Text("租赁纠纷", "Tenancy"),
    "estate": Text("物业纠纷", "Estate management"),
    "consumer": Text("消费纠纷", "Consumer"),
    "traffic": Text("交通事故赔偿", "Traffic damages"),
    "family": Text("家庭纠纷", "Family"),
    "registered": Text("已登记", "Registered"),
    "signed": Text("已签收", "Signed for"),
    "mediating": Text("调解中", "Mediating"),
    "settled": Text("已化解", "Settled"),
    "followed_up": Text("已回访", "Followed up"),
    "referred": Text("引导诉讼", "Referred to court"),
    "110": Text("110 警情", "110 call"),
    "12345": Text("12345 热线", "12345 line"),
    "qr": Text("扫码上报", "QR code"),
    "visit": Text("上门求助", "Visit"),
    "grid": Text("网格排查", "Grid worker"),
    **PARTY,
}
REPORT = {
    "hazard": Text("安全隐患", "Hazard"),
    "fire_lane": Text("占用消防通道", "Fire lane blocked"),
    "nuisance": Text("扰民", "Nuisance"),
    "lighting": Text("照明损坏", "Lighting"),
    "facility": Text("设施损坏", "Broken facility"),
    "other": Text("其他", "Other"),
    "received": Text("已收到", "Received"),
    "assigned": Text("已派单", "Assigned"),
    "answered": Text("已答复", "Answered"),
}
READING = {
    **MODULE,
    "normal": Text("正常", "Normal"),
    "low": Text("偏低", "Below band"),
    "high": Text("偏高", "Above band"),
}
BASIS = {
    "security_rules": Text("《企业事业单位内部治安保卫条例》", "Regulations on Internal Security of Enterprises"),
    "hazchem_rules": Text("《危险化学品安全管理条例》", "Regulations on the Safety of Hazardous Chemicals"),
    "explosives_rules": Text("《民用爆炸物品安全管理条例》", "Regulations on the Safety of Civil Explosives"),
    "fire_law": Text("《消防法》", "Fire Protection Law"),
    "transport_rules": Text("《道路运输条例》", "Road Transport Regulations"),
    "fundraising_rules": Text("《防范和处置非法集资条例》", "Regulations against Illegal Fund-raising"),
    "lodging_rules": Text("《旅馆业治安管理办法》", "Rules on Public Security of Lodging"),
    "express_rules": Text("《快递暂行条例》", "Interim Regulations on Express Delivery"),
}
AGENCY = {
    "police": Text("公安", "Police"),
    "fire_service": Text("消防", "Fire service"),
    "emergency": Text("应急", "Emergency management"),
    "market": Text("市场监管", "Market supervision"),
    "transport_bureau": Text("交通", "Transport"),
    "finance_bureau": Text("金融监管", "Finance"),
    "postal_bureau": Text("邮政", "Postal"),
}
INSPECTION = {
    **MODULE,
    **BASIS,
    **AGENCY,
    "single": Text("单部门检查", "One agency"),
    "joint": Text("隐患共排", "Joint inspection"),
    "planned": Text("已计划", "Planned"),
    "running": Text("检查中", "Running"),
    "rectifying": Text("整改中", "Rectifying"),
    "closed": Text("已办结", "Closed"),
    "passed": Text("合格", "Passed"),
    "minor": Text("一般隐患", "Minor hazard"),
    "serious": Text("重大隐患", "Serious hazard"),
}
REQUEST = {
    "licence": Text("行政许可", "Licence"),
    "seal": Text("公章备案", "Seal registration"),
    "traffic": Text("货车通行证", "Lorry pass"),
    "security": Text("安防指导", "Security advice"),
    "consultation": Text("政策咨询", "Consultation"),
    "received": Text("已收到", "Received"),
    "accepted": Text("已受理", "Accepted"),
    "answered": Text("已办结", "Answered"),
}
