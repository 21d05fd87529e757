"""What the demo's data pool holds and which models run on it, in both languages. Data, no logic.

The pool has calls, work orders, cases, devices and registers of businesses and places; it has no register of people.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.model import Text

from .events import ModelKind, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A source: rows at the start of the year, rows per day, and how often it should be filled."""

    kind: SourceKind
    title: Text
    records: int
    per_day: int
    every_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A model: how often it runs, how much it reads a run, how often a run finds something and is right.

    ``says``: the explanation with ``{records}`` and ``{hits}`` filled in, in both languages.
    """

    kind: ModelKind
    title: Text
    version: str
    every_min: int
    read: int
    finds: float
    right: float
    items: tuple[str, ...]
    says: Text


SOURCES: dict[str, Pool] = {
    "calls": Pool(kind="calls", title=Text("110接警数据", "110 calls"), records=412_000, per_day=1_240, every_min=2),
    "orders": Pool(
        kind="complaints", title=Text("12345工单", "12345 work orders"), records=655_000, per_day=2_150, every_min=5
    ),
    "visits": Pool(
        kind="complaints", title=Text("信访事项", "Letters and visits"), records=38_400, per_day=96, every_min=60
    ),
    "cases": Pool(kind="cases", title=Text("案件办理数据", "Case records"), records=96_300, per_day=140, every_min=15),
    "disputes": Pool(
        kind="cases", title=Text("矛盾纠纷台账", "Dispute register"), records=51_200, per_day=160, every_min=30
    ),
    "warnings": Pool(
        kind="cases", title=Text("反诈预警数据", "Anti-fraud warnings"), records=233_000, per_day=860, every_min=5
    ),
    "iot": Pool(
        kind="devices",
        title=Text("智慧小区设备告警", "Smart-community alarms"),
        records=1_870_000,
        per_day=9_400,
        every_min=2,
    ),
    "gates": Pool(
        kind="devices",
        title=Text("消防与燃气监测", "Fire and gas monitoring"),
        records=905_000,
        per_day=5_200,
        every_min=5,
    ),
    "roads": Pool(
        kind="traffic", title=Text("道路运行数据", "Road conditions"), records=3_310_000, per_day=17_300, every_min=2
    ),
    "logistics": Pool(
        kind="industry",
        title=Text("寄递与危化流向", "Parcel and hazardous-goods flows"),
        records=720_000,
        per_day=3_900,
        every_min=30,
    ),
    "business": Pool(
        kind="industry",
        title=Text("企业登记与许可", "Business registers"),
        records=188_000,
        per_day=130,
        every_min=1440,
    ),
    "weather": Pool(kind="open", title=Text("气象数据", "Weather"), records=105_000, per_day=288, every_min=10),
}

MODELS: dict[str, Design] = {
    "M-01": Design(
        kind="series",
        title=Text("入室盗窃串并", "Burglary series"),
        version="3.2",
        every_min=30,
        read=96_000,
        finds=0.22,
        right=0.74,
        items=("cases", "calls"),
        says=Text(
            "比对{records}条案件与警情，{hits}条时段、手法、地段重合",
            "{hits} of {records} cases and calls share hour, method and area",
        ),
    ),
    "M-02": Design(
        kind="series",
        title=Text("电动车被盗串并", "E-bike theft series"),
        version="2.0",
        every_min=30,
        read=41_000,
        finds=0.25,
        right=0.69,
        items=("cases", "calls", "roads"),
        says=Text(
            "{records}条被盗警情中{hits}条集中于同一停放区",
            "{hits} of {records} theft calls gather at one parking area",
        ),
    ),
    "M-03": Design(
        kind="fraud",
        title=Text("涉诈手法突增", "Surge of a fraud pattern"),
        version="4.1",
        every_min=20,
        read=233_000,
        finds=0.2,
        right=0.81,
        items=("warnings", "calls"),
        says=Text(
            "{records}条预警中{hits}条为同类话术，高于近四周均值",
            "{hits} of {records} warnings follow one pattern, above the four-week mean",
        ),
    ),
    "M-04": Design(
        kind="fraud",
        title=Text("空壳企业集中注册", "Shell-company clusters"),
        version="1.3",
        every_min=120,
        read=188_000,
        finds=0.3,
        right=0.58,
        items=("business", "cases"),
        says=Text(
            "{records}条登记中{hits}条同址同批注册", "{hits} of {records} registrations share one address and batch"
        ),
    ),
    "M-05": Design(
        kind="hotspot",
        title=Text("警情异常波动", "Unusual call volumes"),
        version="5.0",
        every_min=15,
        read=52_000,
        finds=0.14,
        right=0.83,
        items=("calls", "weather"),
        says=Text(
            "近{records}条警情中{hits}条落在同一网格，超出同期",
            "{hits} of {records} recent calls fall in one cell, above the usual",
        ),
    ),
    "M-06": Design(
        kind="hotspot",
        title=Text("夜间噪声聚集", "Night-noise clusters"),
        version="2.4",
        every_min=60,
        read=64_000,
        finds=0.24,
        right=0.77,
        items=("orders", "calls"),
        says=Text(
            "{records}条诉求中{hits}条指向同一地段夜间噪声",
            "{hits} of {records} requests point to night noise in one area",
        ),
    ),
    "M-07": Design(
        kind="dispute",
        title=Text("欠薪苗头预警", "Early signs of unpaid wages"),
        version="1.8",
        every_min=60,
        read=87_000,
        finds=0.26,
        right=0.71,
        items=("orders", "disputes", "business"),
        says=Text(
            "{records}条诉求与纠纷中{hits}条指向同一工地", "{hits} of {records} requests and disputes point to one site"
        ),
    ),
    "M-08": Design(
        kind="dispute",
        title=Text("纠纷升级风险", "Disputes about to escalate"),
        version="2.7",
        every_min=45,
        read=51_000,
        finds=0.2,
        right=0.66,
        items=("disputes", "calls", "visits"),
        says=Text(
            "{records}条纠纷记录中{hits}条同址反复登记",
            "{hits} of {records} disputes were registered again at one address",
        ),
    ),
    "M-09": Design(
        kind="hazard",
        title=Text("危化品流向异常", "Odd hazardous-goods flows"),
        version="1.5",
        every_min=60,
        read=72_000,
        finds=0.16,
        right=0.62,
        items=("logistics", "business"),
        says=Text("{records}条流向中{hits}条数量与备案不符", "{hits} of {records} flows differ from what was filed"),
    ),
    "M-10": Design(
        kind="hazard",
        title=Text("消防隐患聚集", "Clusters of fire risk"),
        version="3.0",
        every_min=30,
        read=140_000,
        finds=0.18,
        right=0.79,
        items=("gates", "iot", "orders"),
        says=Text(
            "{records}条监测数据中{hits}条同一楼栋反复告警",
            "{hits} of {records} readings are repeated alarms of one block",
        ),
    ),
    "M-11": Design(
        kind="flow",
        title=Text("数据倒卖链条", "Data-trading chains"),
        version="2.1",
        every_min=120,
        read=212_000,
        finds=0.12,
        right=0.64,
        items=("cases", "warnings", "business"),
        says=Text(
            "{records}条记录中{hits}条出现相同数据包特征",
            "{hits} of {records} records show the mark of the same data package",
        ),
    ),
    "M-12": Design(
        kind="flow",
        title=Text("寄递渠道异常", "Odd parcel flows"),
        version="1.1",
        every_min=90,
        read=98_000,
        finds=0.18,
        right=0.55,
        items=("logistics", "cases"),
        says=Text(
            "{records}条寄递流向中{hits}条同点集中交寄", "{hits} of {records} parcels were handed in at one point"
        ),
    ),
}
