"""Law enforcement and case handling (执法办案): the custody area, 48-hour cases, escorts, appraisals, training.

People in custody are pseudonymous numbers of places, in zones of a floor plan, for at most a day. Must not know any
other centre.
"""

from hub.centre import Centre, Protection
from hub.domain.model import Text

from .events import EVENTS, NAME, TABLES
from .fold import FOLDS
from .panels import PANELS
from .samples import SAMPLES
from .simulate import simulate


def _protected(zh: str, en: str, level: str, keep_days: int) -> Protection:
    return Protection(purpose=Text(zh, en), level=level, keep_days=keep_days)


CENTRE = Centre(
    name=NAME,
    title=Text("执法办案", "Law enforcement and case handling"),
    order=50,
    expected_s=20.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={
        "casework_custody": _protected("保障在区人员安全", "To keep people in custody safe", "restricted", 1),
        "casework_zones": _protected("掌握各区域在区人数", "To know how many are in each zone", "internal", 30),
        "casework_alarms": _protected("及时处置办案区告警", "To answer alarms of the custody area", "restricted", 30),
        "casework_area": _protected("统计安全无事故天数", "To count the days without accident", "internal", 365),
        "casework_cases": _protected("督促48小时内办结", "To close minor cases within 48 hours", "restricted", 90),
        "casework_escorts": _protected("安排集中押解", "To run the central escort team", "restricted", 30),
        "casework_appraisals": _protected("跟踪涉案财物价格认定", "To follow property appraisals", "internal", 180),
        "casework_training": _protected("安排实训", "To run the training base", "internal", 365),
    },
    simulate=simulate,
    samples=SAMPLES,
)
