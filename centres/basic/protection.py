"""Why each table of basic control exists and how long its rows are kept. Must not know how they are shown."""

from hub.centre import Protection
from hub.domain.model import Text

PROTECTION = {
    "basic_disputes": Protection(
        purpose=Text("矛盾纠纷三日内化解并回访", "To settle disputes within three days and follow up"),
        level="internal",
        keep_days=365,
    ),
    "basic_patrols": Protection(
        purpose=Text("按计划落实网格巡逻", "To patrol every grid as planned"), level="internal", keep_days=90
    ),
    "basic_devices": Protection(
        purpose=Text("掌握智慧小区设备在线情况", "To know which community devices work"), level="internal", keep_days=30
    ),
    "basic_alarms": Protection(
        purpose=Text("及时处置小区设备告警", "To answer alarms of community devices"), level="internal", keep_days=180
    ),
    "basic_reports": Protection(
        purpose=Text("办理群众扫码上报事项", "To act on what is reported by QR code"), level="internal", keep_days=180
    ),
    "basic_readings": Protection(
        purpose=Text("发现行业监管指标异常", "To notice readings of industries outside their band"),
        level="internal",
        keep_days=90,
    ),
    "basic_inspections": Protection(
        purpose=Text("依法检查并督促整改", "To inspect on a legal basis and see defects rectified"),
        level="internal",
        keep_days=730,
    ),
    "basic_requests": Protection(
        purpose=Text("按时办理企业诉求", "To answer requests of enterprises in time"), level="internal", keep_days=365
    ),
}
