"""The recommender and the printer over a running hub."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import centres as plugs
from hub.domain.model import Text
from hub.field.district import District
from hub.paper import gather
from hub.paper.service import Printer
from hub.paper.views import Sketch
from hub.recommend import joins, needs
from hub.recommend.model import Cell, Partner
from hub.recommend.service import Recommender
from hub.service import Hub


def adviser(hub: Hub, cells: Sequence[Cell]) -> Recommender:
    """``cells``: the grid whose cover is reckoned; without one a proposal says that cover is not known."""
    templates = needs.shipped()
    keys = {template.key for template in templates.all}
    folder = Path(plugs.__file__).parent
    offered = {centre.name: joins.read(folder / centre.name, keys) for centre in hub.centres}

    def partners() -> Sequence[Partner]:
        states = {row["id"]: row["state"] for row in hub.rows("centres")}
        return joins.partners(hub.centres, offered, states)

    return Recommender(hub.engine.picture, hub.engine.lock, hub.clock, templates, cells, partners)


def printer(hub: Hub, district: District | None, font: Path) -> Printer:
    """``district``: whose outline and streets the sketch of a briefing shows; nothing is drawn without one."""
    labels = hub.setting.labels

    def badge() -> Text | None:
        """What is not the real thing says so on every sheet."""
        mode = "demo" if hub.engine.state.simulated and hub.setting.mode == "live" else hub.setting.mode
        return None if mode == "live" else labels["mode"][mode]

    return Printer(
        picture=hub.engine.picture,
        lock=hub.engine.lock,
        past=hub.store,
        clock=hub.clock,
        templates=needs.shipped(),
        labels=labels,
        centres={centre.name: centre.title for centre in hub.centres},
        ground=Sketch() if district is None else gather.ground_of(district),
        district=hub.setting.district,
        badge=badge,
        font=font,
        utc_offset_min=hub.setting.utc_offset_min,
    )
