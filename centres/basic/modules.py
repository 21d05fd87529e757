"""The industry supervision modules: one row each. To add or change a module, add or change a row.

A module is a measure with a normal band and the law its inspections rest on. Must not know how readings arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hub.domain.model import Text

ReadingState = Literal["normal", "low", "high"]
LegalBasis = Literal[
    "security_rules",
    "hazchem_rules",
    "explosives_rules",
    "fire_law",
    "transport_rules",
    "fundraising_rules",
    "lodging_rules",
    "express_rules",
]


@dataclass(frozen=True, slots=True)
class Module:
    """``low``..``high``: the normal band in ``unit``. ``basis``: legal basis of its inspections."""

    title: Text
    measure: Text
    unit: Text
    low: float
    high: float
    basis: LegalBasis


MODULES: dict[str, Module] = {
    "hazardous": Module(
        Text("危爆物品", "Hazardous and explosive goods"),
        Text("库存占核定量", "Stock of licensed limit"),
        Text("%", "%"),
        0.0,
        80.0,
        "hazchem_rules",
    ),
    "transport": Module(
        Text("公共交通", "Public transport"),
        Text("站厅客流密度", "Passengers in the concourse"),
        Text("人/百平方米", "per 100 m²"),
        0.0,
        180.0,
        "transport_rules",
    ),
    "finance": Module(
        Text("金融风险嗅探", "Finance-risk sniffing"),
        Text("经营异常指数", "Index of irregular business"),
        Text("分", "points"),
        0.0,
        60.0,
        "fundraising_rules",
    ),
    "lodging": Module(
        Text("旅馆业", "Lodging"),
        Text("登记系统上传延迟", "Delay of the registration system"),
        Text("分钟", "min"),
        0.0,
        30.0,
        "lodging_rules",
    ),
    "logistics": Module(
        Text("寄递物流", "Parcels and logistics"),
        Text("过机安检率", "Parcels screened"),
        Text("%", "%"),
        95.0,
        100.0,
        "express_rules",
    ),
}


def reading_state(kind: str, value: float) -> ReadingState:
    """``normal``, ``low`` or ``high``: where a value stands against its module's band. ``KeyError``: no such module."""
    module = MODULES[kind]
    return "low" if value < module.low else "high" if value > module.high else "normal"
