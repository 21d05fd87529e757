"""What screens show beside the rows: centres on the strip, key figures, the clue road, the hub's own alarms.

Pure functions of the picture, of what was heard, and of ``now``; their rows are never stored and never hashed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from math import isfinite

import msgspec

from hub.centre import Centre
from hub.domain.field import Alarm, Clue, Operation
from hub.domain.model import Text, seconds
from hub.engine import Heard
from hub.figures import HUB_TILES
from hub.health import ahead, look_of, taken
from hub.picture.fold import Picture
from hub.picture.rows import JSON, stamp
from hub.road.clocks import chased, clock_of, state
from hub.show import Tile

Views = dict[str, dict[str, JSON]]
"""table → id → row as JSON."""
DAY_S = 86400.0
say = logging.getLogger("hub.views")
LANES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("reported", Text("上报", "Reported"), ("reported", "returned")),
    ("triaged", Text("研判", "Triaged"), ("triaged",)),
    ("transferred", Text("移交", "Transferred"), ("transferred",)),
    ("signed", Text("签收", "Signed for"), ("signed",)),
    ("operation", Text("作战", "Operation"), ("operation",)),
    ("feedback", Text("反馈", "Fed back"), ("feedback", "closed")),
)


def all_views(
    picture: Picture,
    centres: Sequence[Centre],
    heard: Mapping[str, Heard],
    now: float,
    rate: float,
    hub: Mapping[str, JSON],
    counters: Mapping[str, int],
    broken: set[str],
    warn: float = 0.8,
) -> Views:
    """Every derived row. ``hub``: what the ``health`` row says of the hub itself. ``broken``: key figures whose
    function failed, by id; kept by the caller, so that each is said once and not every second. ``warn``: share of its
    time after which a clock warns.
    """
    strip = {c.name: centre_row(picture, c, heard.get(c.topic), now, rate, counters, broken) for c in centres}
    figures = {f"hub.{tile.id}": _figure("hub", tile, picture, now, broken) for tile in HUB_TILES}
    for centre in centres:
        for tile in centre.panels.tiles:
            figures[f"{centre.name}.{tile.id}"] = _figure(centre.name, tile, picture, now, broken)
    return {
        "centres": strip,
        "figures": figures,
        "lanes": lanes(picture, now, warn),
        "models": models(picture),
        "health": {"hub": {"id": "hub", **hub, **_rates(picture, now)}},
        "alarms": own_alarms(picture, strip, now, hub),
    }


def centre_row(
    picture: Picture,
    centre: Centre,
    heard: Heard | None,
    now: float,
    rate: float,
    counters: Mapping[str, int],
    broken: set[str],
) -> dict[str, JSON]:
    """One cell of the strip: name, headline figure, and how long its topic has been silent."""
    heard = heard or Heard()
    last = heard.at
    tile = next(t for t in centre.panels.tiles if t.id == centre.panels.headline)
    return {
        "id": centre.name,
        "title": msgspec.to_builtins(centre.title),
        "state": look_of(last, heard.ahead_s, centre.expected_s, now, rate),
        "last_at": None if last is None else stamp(last),
        "expected_s": centre.expected_s,
        "ahead_s": ahead(heard.ahead_s, rate),
        "records": taken(counters, centre.topic),
        "headline": _figure(centre.name, tile, picture, now, broken),
    }


def _figure(owner: str, tile: Tile, picture: Picture, now: float, broken: set[str]) -> dict[str, JSON]:
    value = _value(owner, tile, picture, now, broken)
    late = False
    if value is not None and tile.target is not None:
        late = value < tile.target if tile.target_is == "at_least" else value > tile.target
    return {
        "id": f"{owner}.{tile.id}",
        "centre": owner,
        "title": msgspec.to_builtins(tile.title),
        "value": None if value is None else round(value, 4),
        "format": tile.format,
        "unit": None if tile.unit is None else msgspec.to_builtins(tile.unit),
        "target": tile.target,
        "target_is": tile.target_is,
        "late": late,
    }


def _value(owner: str, tile: Tile, picture: Picture, now: float, broken: set[str]) -> float | None:
    """The tile's number; not known (``None``) when its function fails: a plug's bug must not stop the hub."""
    try:
        value = tile.value(picture.rows, now)
    except Exception:
        if f"{owner}.{tile.id}" not in broken:
            broken.add(f"{owner}.{tile.id}")
            say.exception("key figure %s of %s failed; it is shown as not known", tile.id, owner)
        return None
    return value if value is None or isfinite(value) else None


def lanes(picture: Picture, now: float, warn: float = 0.8) -> dict[str, JSON]:
    """The clue road: how many clues stand in each step, how many of them are past the time they are due, soon will be
    (``warn``), and were chased in this step.

    ``Fed back`` counts those fed back or closed within the last 24 h.
    """
    clues = [row.fact for row in picture.rows("clues").values() if isinstance(row.fact, Clue)]
    out: dict[str, JSON] = {}
    for order, (step, title, states) in enumerate(LANES):
        mine = [
            c for c in clues if c.state in states and (c.closed_at is None or now - c.closed_at.timestamp() < DAY_S)
        ]
        looks = [state(*clock_of("clues", clue), now, warn)[0] for clue in mine]
        out[step] = {
            "id": step,
            "order": order,
            "title": msgspec.to_builtins(title),
            "count": len(mine),
            "late": looks.count("late"),
            "warn": looks.count("warn"),
            "chased": sum(chased(clue) > 0 for clue in mine),
        }
    return out


def models(picture: Picture) -> dict[str, JSON]:
    """What came back of each model's clues: how many there are, how many were answered, how many of those confirmed,
    and their counted results. A duplicate says nothing of the model.
    """
    out: dict[str, JSON] = {}
    for row in picture.rows("clues").values():
        clue = row.fact
        if not isinstance(clue, Clue) or clue.model is None:
            continue
        held = out.setdefault(
            clue.model, {"id": clue.model, "clues": 0, "answered": 0, "confirmed": 0, "unfounded": 0, "results": {}}
        )
        held["clues"] += 1
        if clue.cause == "unfounded":
            held["unfounded"] += 1
        elif clue.results and clue.state in ("feedback", "closed"):
            held["confirmed"] += 1
            for tally in clue.results:
                sums = held["results"].setdefault(tally.title.zh, {**msgspec.to_builtins(tally), "value": 0.0})
                sums["value"] += tally.value
        held["answered"] = held["confirmed"] + held["unfounded"]
    for held in out.values():
        held["results"] = list(held["results"].values())
    return out


def own_alarms(
    picture: Picture, strip: Mapping[str, dict[str, JSON]], now: float, hub: Mapping[str, JSON]
) -> dict[str, JSON]:
    """Alarms the hub itself raises: a silent centre, clues past their sign-for time, refused records above 1 %."""
    out: dict[str, JSON] = {}
    for name, cell in strip.items():
        if cell["state"] in ("stale", "lost") and cell["last_at"] is not None:
            title = Text(f"{cell['title']['zh']}中心 无数据", f"{cell['title']['en']} centre: no data")
            out[f"silent:{name}"] = _alarm(f"silent:{name}", 2, title, cell["last_at"], ("centres", name))
    late = [
        row
        for row in picture.rows("clues").values()
        if isinstance(row.fact, Clue)
        and row.fact.state == "transferred"
        and row.fact.due_at is not None
        and row.fact.due_at.timestamp() < now
    ]
    if late:
        since = min(seconds(row.fact.due_at) or now for row in late if isinstance(row.fact, Clue))
        title = Text(f"签收超时 {len(late)} 条线索", f"{len(late)} clue(s) past sign-for time")
        out["clues:sign-for"] = _alarm("clues:sign-for", 3, title, stamp(since), None)
    if hub.get("refused_rate", 0) > 0.01:
        title = Text(f"拒收记录 {hub['dead_letters']} 条", f"{hub['dead_letters']} records refused (over 1 %)")
        out["hub:refused"] = _alarm("hub:refused", 3, title, hub.get("refused_at") or stamp(now), None)
    return out


def _alarm(id: str, priority: int, title: Text, raised_at: JSON, subject: tuple[str, str] | None) -> dict[str, JSON]:
    return {
        "id": id,
        "rev": 0,
        "priority": priority,
        "state": "raised",
        "title": msgspec.to_builtins(title),
        "raised_at": raised_at,
        "at": raised_at,
        "seen": raised_at,
        "type": "hub",
        "root": None,
        "subject": list(subject) if subject else None,
        "position": None,
        "acknowledged_at": None,
        "shelved_until": None,
        "cleared_at": None,
    }


def _rates(picture: Picture, now: float) -> dict[str, JSON]:
    """Alarms raised in the last ten minutes; operations running and started this (UTC) year."""
    alarms = [row.fact for row in picture.rows("alarms").values() if isinstance(row.fact, Alarm)]
    year = stamp(now)[:4]
    operations = [row.fact for row in picture.rows("operations").values() if isinstance(row.fact, Operation)]
    return {
        "alarms_per_10min": sum(0 <= now - a.raised_at.timestamp() <= 600 for a in alarms),
        "operations_running": sum(o.state == "running" for o in operations),
        "operations_year": sum(stamp(o.started_at.timestamp())[:4] == year for o in operations),
    }
