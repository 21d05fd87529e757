"""Big-data investigation (大数据侦查): models and their runs, findings reviewed by a person, the data pool, hot spots.

Findings speak about data, never about a person, and none is reported before a duty officer has accepted it. Must not
know any other centre.
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
    title=Text("大数据侦查", "Big-data investigation"),
    order=40,
    expected_s=20.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={
        "bigdata_models": Protection(
            purpose=Text("掌握模型运行、准确率与漂移", "To know how models run, how right they are and how they drift"),
            level="internal",
            keep_days=365,
        ),
        "bigdata_findings": Protection(
            purpose=Text(
                "模型结果经人工复核后方可上报", "To have every model finding reviewed by a person before it is reported"
            ),
            level="restricted",
            keep_days=90,
        ),
        "bigdata_sources": Protection(
            purpose=Text("掌握数据池的鲜活度与数据量", "To know how fresh and how large the data pool is"),
            level="internal",
            keep_days=90,
        ),
        "bigdata_hotspots": Protection(
            purpose=Text(
                "按网格汇总警情与诉求，不涉及个人", "To see calls and complaints as counts per cell, never individuals"
            ),
            level="internal",
            keep_days=30,
        ),
    },
    simulate=simulate,
    samples=SAMPLES,
)
