"""Protective security joint control (政治安全联控): plans, posts, crowd counts, key sites and levels.

It watches places and plans, never people or opinions. Must not know any other centre.
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
    title=Text("政治安全联控", "Protective security"),
    order=10,
    expected_s=15.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={
        "protective_posts": Protection(
            purpose=Text("掌握岗位、检查点到岗情况", "To know which posts and checkpoints are manned"),
            level="internal",
            keep_days=90,
        ),
        "protective_events": Protection(
            purpose=Text("按方案落实大型活动安保", "To carry out the plans of protected events"),
            level="internal",
            keep_days=365,
        ),
        "protective_zones": Protection(
            purpose=Text("防止人群拥挤踩踏,只计总数", "To prevent crushes, from total counts only"),
            level="internal",
            keep_days=30,
        ),
        "protective_alarms": Protection(
            purpose=Text("处置重点部位周界与门禁告警", "To answer perimeter and access alarms of key sites"),
            level="internal",
            keep_days=180,
        ),
        "protective_levels": Protection(
            purpose=Text("掌握防护等级的升降", "To know which protection level is in force where"),
            level="internal",
            keep_days=365,
        ),
    },
    simulate=simulate,
    samples=SAMPLES,
)
