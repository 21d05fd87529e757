"""Grand supervision (大监督): 23 intake channels, work orders, diverted calls, 21 models, notices, evaluation index.

It counts what is complained about and how it is answered; who complains and what they say is stored nowhere. Must not
know any other centre.
"""

from hub.centre import Centre, Intake, Protection
from hub.domain.model import Text

from .events import EVENTS, NAME, TABLES, TOPIC, WorkOrder
from .fold import FOLDS
from .panels import PANELS
from .samples import SAMPLES
from .simulate import simulate


def _protected(zh: str, en: str, keep_days: int) -> Protection:
    return Protection(purpose=Text(zh, en), level="internal", keep_days=keep_days)


COMPLAINTS = Intake(
    name="complaints",
    title=Text("诉求工单", "Complaints"),
    topic=TOPIC,
    source=f"/centre/{NAME}/",
    data=WorkOrder,
    opened="cn.hub.work_order.received.v1",
    changed="cn.hub.work_order.updated.v1",
    closed="cn.hub.work_order.closed.v1",
    ended={"state": "closed"},
    closed_field="closed_at",
    table="supervision_orders",
)

CENTRE = Centre(
    name=NAME,
    title=Text("大监督", "Grand supervision"),
    order=60,
    expected_s=20.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={
        "supervision_orders": _protected("督促诉求按时答复", "To have every complaint answered in time", 180),
        "supervision_diversions": _protected("督办分流警情直至办结", "To supervise diverted calls to their close", 180),
        "supervision_channels": _protected("掌握各渠道来件", "To know what each channel brings", 90),
        "supervision_findings": _protected("发现反复与迟缓", "To find what is repeated or slow", 180),
        "supervision_notices": _protected("督促整改销号", "To see each notice rectified", 365),
        "supervision_units": _protected("开展考评", "To evaluate units, never single officers", 365),
    },
    simulate=simulate,
    samples=SAMPLES,
    intakes=(COMPLAINTS,),
)
