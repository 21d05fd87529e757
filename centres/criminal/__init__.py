"""Criminal intelligence (刑侦情报): cases, anti-fraud from warning to money frozen, joint analysis, linkage by level.

Must not know any other centre.
"""

from hub.centre import Centre, Protection
from hub.domain.model import Text

from .events import EVENTS, NAME, TABLES
from .fold import FOLDS
from .panels import PANELS
from .samples import SAMPLES
from .simulate import simulate

CENTRE = Centre(
    name=NAME,
    title=Text("刑侦情报", "Criminal intelligence"),
    order=30,
    expected_s=15.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={
        "criminal_warnings": Protection(
            purpose=Text("预警劝阻，防止群众被骗", "To warn and dissuade before money is lost"),
            level="restricted",
            keep_days=90,
        ),
        "criminal_payments": Protection(
            purpose=Text("止付冻结并返还被骗资金", "To stop, freeze and give back defrauded money"),
            level="restricted",
            keep_days=365,
        ),
        "criminal_cases": Protection(
            purpose=Text("掌握立案破案情况", "To know which cases are opened and solved"),
            level="restricted",
            keep_days=365,
        ),
        "criminal_analyses": Protection(
            purpose=Text("对移交线索开展联合研判", "To answer requests for joint analysis of a clue"),
            level="restricted",
            keep_days=365,
        ),
        "criminal_referrals": Protection(
            purpose=Text("跟踪上报市级、省级事项", "To follow what was referred to city and province"),
            level="restricted",
            keep_days=365,
        ),
        "criminal_levels": Protection(
            purpose=Text("掌握三级联动席位在线情况", "To know which desks of the three levels answer"),
            level="internal",
            keep_days=30,
        ),
    },
    simulate=simulate,
    samples=SAMPLES,
)
