"""What every word of this centre's facts is called on a screen, in both languages."""

from hub.domain.model import Text

LEVEL = {
    "district": Text("区级", "District"),
    "city": Text("市级", "City"),
    "province": Text("省级", "Province"),
}
SCAM = {
    "rebate": Text("刷单返利", "Fake-order rebate"),
    "investment": Text("虚假投资理财", "Sham investment"),
    "officer": Text("冒充公检法", "Posing as officials"),
    "loan": Text("虚假网贷", "Sham loan"),
    "refund": Text("冒充客服退款", "Posing as customer service"),
    "acquaintance": Text("冒充熟人领导", "Posing as an acquaintance"),
}
CASE = {
    "theft": Text("盗窃", "Theft"),
    "burglary": Text("入室盗窃", "Burglary"),
    "robbery": Text("抢劫", "Robbery"),
    "assault": Text("故意伤害", "Assault"),
    "fraud": Text("电信诈骗", "Telecom fraud"),
    "vehicle": Text("盗窃车辆", "Vehicle theft"),
    "data": Text("侵犯公民信息", "Trade in personal data"),
    "other": Text("其他", "Other"),
    "opened": Text("已立案", "Opened"),
    "investigating": Text("侦办中", "Under investigation"),
    "solved": Text("已破案", "Solved"),
    "suspended": Text("中止侦查", "Suspended"),
    **LEVEL,
}
WARNING = {
    **SCAM,
    "issued": Text("已预警", "Issued"),
    "called": Text("已电话劝阻", "Called"),
    "unanswered": Text("无人接听", "Call unanswered"),
    "officer_sent": Text("民警上门", "Officer sent"),
    "dissuaded": Text("劝阻成功", "Dissuaded"),
    "closed": Text("已办结", "Closed"),
    "answered": Text("已接听", "Answered"),
    "no_answer": Text("未接", "No answer"),
    "declined": Text("拒绝劝阻", "Declined"),
    "line_busy": Text("通话占线", "Line busy"),
    "prevented": Text("未受损失", "Loss prevented"),
    "partly": Text("部分损失", "Part lost"),
    "lost": Text("已受损失", "Lost"),
}
PAYMENT = {
    **SCAM,
    **LEVEL,
    "requested": Text("申请止付", "Stop requested"),
    "stopped": Text("已止付", "Stopped"),
    "frozen": Text("已冻结", "Frozen"),
    "recovered": Text("已返还", "Recovered"),
    "refused": Text("止付失败", "Refused"),
    "bank": Text("银行", "Bank"),
    "platform": Text("支付平台", "Payment platform"),
    "cash": Text("现金", "Cash"),
}
ANALYSIS = {
    **LEVEL,
    "funds": Text("资金研判", "Funds"),
    "series": Text("串并案研判", "Series of cases"),
    "goods": Text("物流研判", "Goods"),
    "scene": Text("现场物证研判", "Scene evidence"),
    "data": Text("数据研判", "Data"),
    "requested": Text("已提请", "Requested"),
    "working": Text("研判中", "At work"),
    "answered": Text("已反馈", "Answered"),
    "confirmed": Text("查证属实", "Confirmed"),
    "partly_confirmed": Text("部分属实", "Partly confirmed"),
    "unfounded": Text("查否", "Unfounded"),
}
REFERRAL = {
    **LEVEL,
    "report": Text("情况上报", "Report"),
    "assist": Text("请求协查", "Request for assistance"),
    "notice": Text("情况通报", "Notice"),
    "sent": Text("已发出", "Sent"),
    "received": Text("已签收", "Signed for"),
    "answered": Text("已反馈", "Answered"),
}
DESK = {
    **LEVEL,
    "antifraud": Text("反诈中心席位", "Anti-fraud desk"),
    "banks": Text("银行驻点席位", "Banks' desk"),
    "telecom": Text("通信企业席位", "Carriers' desk"),
    "forensics": Text("刑事技术席位", "Forensics desk"),
    "linked": Text("在线", "Linked"),
    "slow": Text("响应慢", "Slow"),
    "lost": Text("断联", "Lost"),
}
