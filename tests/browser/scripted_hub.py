"""A hub with hand-made rows behind the real pages: the real feed and push, no engine. For tests of pages."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import justmytype_intl_cjk
import msgspec
import uvicorn
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from hub.access import Actor, accounts
from hub.centre import Centre
from hub.clock import RunningClock
from hub.domain.kinds import KINDS
from hub.domain.model import Fact, Position, Text, instant
from hub.feed import Feed
from hub.field import topics
from hub.field.district import build, geojson
from hub.picture.rows import Row, Table, view
from hub.ports import HistoryEntry
from hub.road.clocks import Targets
from hub.road.commands import Command
from hub.road.reasons import refused
from hub.show import Chart, Column, Grid, Layer, Panels, Plan, Series, Stays, Tile
from layouts import commands, texts
from layouts.app import Deps, make_app
from layouts.push import Push

FONT = Path(justmytype_intl_cjk.__file__).parent / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
T0 = 1_795_414_933.0
"""2026-11-23 14:22:13 in the district."""
TITLES = (
    ("north", Text("政治安全联控", "Protective security"), Text("岗位到岗", "Posts manned"), 0.92, "percent", 0.9),
    ("east", Text("基础管控", "Basic control"), Text("网格覆盖", "Grid coverage"), 0.914, "percent", 0.9),
    ("south", Text("刑侦情报", "Criminal intelligence"), Text("今日止付", "Stopped today"), 1_420_000.0, "money", None),
    ("west", Text("大数据侦查", "Big-data investigation"), Text("模型命中", "Model hits"), 12.0, "count", None),
    ("inner", Text("执法办案", "Case handling"), Text("零事故天数", "Days without accident"), 1204.0, "days", None),
    ("outer", Text("大监督", "Grand supervision"), Text("按时办结", "Closed on time"), 0.876, "percent", 0.95),
)


class Matter(Fact, frozen=True, kw_only=True):
    """A row of a scripted centre."""

    title: Text
    kind: str
    state: str
    priority: int
    place: Text
    amount: float
    share: float
    opened_at: datetime
    position: Position | None = None


class Zone(Fact, frozen=True, kw_only=True):
    """A room of a scripted plan."""

    title: Text
    plan: dict[str, int]
    occupied: int
    capacity: int
    alarms: int = 0


class Stay(Fact, frozen=True, kw_only=True):
    """A numbered place in a scripted plan."""

    number: str
    zone: str | None
    since_at: datetime


STATES = {"open": Text("在办", "Open"), "waiting": Text("待签收", "Waiting"), "done": Text("办结", "Done")}
KIND_NAMES = {"a": Text("止付", "Payment stop"), "b": Text("核查", "Check"), "c": Text("整改", "Rectification")}
PLACES = (Text("蔡桥", "Caiqiao"), Text("光华", "Guanghua"), Text("草堂", "Caotang"), Text("太升路", "Taisheng"))


def centre(index: int) -> Centre:
    """One of the six, with a table, two charts, tiles and a map layer."""
    name, title, headline, value, form, target = TITLES[index]
    table = Table(name=f"{name}_matters", title=Text("事项", "Matters"), data=Matter, owner=name, expected_s=None)

    def by_kind(rows: Sequence[Mapping[str, Any]], now: float) -> list[Series]:
        return [
            Series(
                name=STATES[state],
                x=list(KIND_NAMES.values()),
                y=[float(sum(r["kind"] == k and r["state"] == state for r in rows)) for k in KIND_NAMES],
            )
            for state in STATES
        ]

    def amounts(rows: Sequence[Mapping[str, Any]], now: float) -> list[Series]:
        ordered = sorted(rows, key=lambda r: str(r["at"]))
        return [Series(name=Text("金额", "Amount"), x=[r["at"] for r in ordered], y=[r["amount"] for r in ordered])]

    tiles = [
        Tile(id="head", title=headline, value=lambda rows, now: value, format=form, target=target),  # type: ignore[arg-type]
        Tile(id="count", title=Text("在办事项", "Open matters"), value=lambda rows, now: float(len(rows(table.name)))),
        Tile(
            id="slow",
            title=Text("平均时长", "Mean time"),
            value=lambda rows, now: 12.4,
            format="minutes",
            target=15.0,
            target_is="at_most",
        ),
        Tile(id="unknown", title=Text("满意率", "Satisfied"), value=lambda rows, now: None, format="percent"),
    ]
    columns = [
        Column(field="priority", title=Text("等级", "Priority"), kind="priority", width=80),
        Column(field="title", title=Text("事项", "Matter"), width=220),
        Column(field="kind", title=Text("类别", "Kind"), kind="label", width=110),
        Column(field="state", title=Text("状态", "State"), kind="state", width=100),
        Column(field="place", title=Text("地点", "Place"), width=110),
        Column(field="amount", title=Text("金额", "Amount"), kind="money", width=100),
        Column(field="share", title=Text("进度", "Progress"), kind="percent", width=90),
        Column(field="opened_at", title=Text("立案", "Opened"), kind="time", width=110),
    ]
    indoors = name == "inner"
    rooms = Table(name="inner_zones", title=Text("平面", "Plan"), data=Zone, owner=name, expected_s=None)
    stays = Table(name="inner_stays", title=Text("在区", "Inside"), data=Stay, owner=name, expected_s=None)
    plan = Plan(table=rooms.name, title=rooms.title, wide=4, high=2, stays=Stays(table=stays.name))
    return Centre(
        name=name,
        title=title,
        expected_s=5.0,
        events={},
        folds={},
        tables=[table, rooms, stays] if indoors else [table],
        panels=Panels(
            tiles=tiles,
            headline="head",
            grids=[
                Grid(table=table.name, title=Text("事项", "Matters"), columns=columns, labels={**STATES, **KIND_NAMES})
            ],
            charts=[
                Chart(
                    id="kinds",
                    title=Text("类别与状态", "Kinds and states"),
                    table=table.name,
                    kind="bar",
                    series=by_kind,
                ),
                Chart(
                    id="amounts",
                    title=Text("金额走势", "Amounts"),
                    table=table.name,
                    kind="line",
                    series=amounts,
                    unit=Text("元", "yuan"),
                ),
            ],
            layers=[] if indoors else [Layer(table=table.name, title=Text("事项", "Matters"), symbol="diamond")],
            plan=plan if indoors else None,
        ),
        protection={},
        simulate=lambda world, start, end: [],
        samples=[],
        order=index,
    )


@dataclass
class Scripted:
    """The rows, the clock and the feed; ``paused`` stops every frame, as a dead hub would."""

    rate: float = 1.0
    clock: RunningClock = field(init=False)
    feed: Feed = field(init=False)
    tables: dict[str, Table] = field(init=False)
    held: dict[str, dict[str, Row]] = field(init=False)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    paused: bool = False
    mute: set[str] = field(default_factory=set)
    centres: list[Centre] = field(default_factory=lambda: [centre(i) for i in range(6)])

    def __post_init__(self) -> None:
        self.clock = RunningClock(T0, self.rate)
        tables = [*topics.TABLES, *(t for c in self.centres for t in c.tables)]
        self.tables = {t.name: t for t in tables}
        self.held = {name: {} for name in self.tables}
        self.feed = Feed(self.tables, self.clock, lambda: {"mode": "demo", "ended": False})
        self.district = build(1)
        self.heard = {c.name: T0 for c in self.centres}

    def put(self, table: str, fact: Fact, ago: float = 0.0) -> None:
        """A fact that happened ``ago`` hub seconds before now."""
        row = Row(fact=fact, at=self.clock.now() - ago, seen=self.clock.now(), type="cn.hub.test.v1")
        self.held[table][fact.id] = row
        self.feed.publish({table: {fact.id: row}})

    def drop(self, table: str, key: str) -> None:
        """Take a row away."""
        self.held[table].pop(key)
        self.feed.publish({table: {key: None}})

    def rows(self, name: str, find: str = "") -> list[dict[str, Any]]:
        """View rows, as the pages' callbacks read them."""
        return [view(self.tables[name], row) for row in list(self.held[name].values())]

    def spec(self) -> dict[str, Any]:
        """What the scripts read once."""
        both = msgspec.to_builtins
        view_at = self.district.centre
        return {
            "kinds": {k: {**both(v.title), "priority": v.priority} for k, v in KINDS.items()},
            "tables": {
                t.name: {"title": both(t.title), "expected_s": t.expected_s, "owner": t.owner}
                for t in self.tables.values()
            },
            "centres": [{"name": c.name, "title": both(c.title), "topic": c.topic} for c in self.centres],
            "layers": [
                {"table": la.table, "title": both(la.title), "symbol": la.symbol, "label": la.label, "centre": c.name}
                for c in self.centres
                for la in c.panels.layers
            ],
            "labels": both(texts.labels()),
            "mode": "demo",
            "district": both(self.district.name),
            "view": {"lon": view_at[0], "lat": view_at[1], "zoom": 12.6},
        }

    def beat(self) -> None:
        """Derived rows, as the hub makes them once a second."""
        now = self.clock.now()
        strip: dict[str, Any] = {}
        figures: dict[str, Any] = {}
        for c in self.centres:
            if c.name not in self.mute:
                self.heard[c.name] = now
            for tile in c.panels.tiles:
                figures[f"{c.name}.{tile.id}"] = _figure(c.name, tile, self, now)
            age = now - self.heard[c.name]
            ratio = age / (c.expected_s + self.rate)
            state = "fresh" if ratio <= 1 else "late" if ratio <= 3 else "stale" if ratio <= 10 else "lost"
            strip[c.name] = {
                "id": c.name,
                "title": msgspec.to_builtins(c.title),
                "state": state,
                "last_at": _stamp(self.heard[c.name]),
                "expected_s": c.expected_s,
                "records": 1,
                "headline": figures[f"{c.name}.head"],
            }
        for tile in HUB_TILES:
            figures[f"hub.{tile.id}"] = _figure("hub", tile, self, now)
        self.feed.publish_views("centres", strip)
        self.feed.publish_views("figures", figures)
        lanes = {
            key: {"id": key, "order": n, "title": {"zh": zh, "en": en}, "count": count, "late": late}
            for n, (key, zh, en, count, late) in enumerate(STEPS)
        }
        self.feed.publish_views("lanes", lanes)
        health = {
            "id": "hub",
            "recording": True,
            "log": "ok",
            "dead_letters": 0,
            "alarms_per_10min": 6,
            "operations_year": 26,
        }
        self.feed.publish_views("health", {"hub": {**health, **self.views.get("health", {})}})

    def run(self, stop: threading.Event, *, units: int = 300) -> None:
        """Move things until stopped."""
        rng = random.Random(3)
        speed = {f"U-{n:03d}": (rng.uniform(-6, 6), rng.uniform(-6, 6)) for n in range(units)}
        tick = 0
        while not stop.wait(0.2):
            if self.paused:
                continue
            self.feed.alive()
            tick += 1
            if tick % 5 == 1:
                self.beat()
            for key, (dx, dy) in speed.items():
                if hash((key, tick)) % 10 == 0 and key in self.held["units"] and int(key[2:]) % 17:
                    self._move(key, dx, dy)
            for key in list(self.held["drones"]):
                if tick % 3 == 0 and key != "D-01":
                    self._hover(key, tick)

    def _move(self, key: str, dx: float, dy: float) -> None:
        unit: Any = self.held["units"][key].fact
        at = Position(unit.position.lon + dx * 2e-5, unit.position.lat + dy * 2e-5, "WGS84")
        self.put("units", msgspec.structs.replace(unit, rev=unit.rev + 1, position=at))

    def _hover(self, key: str, tick: int) -> None:
        drone: Any = self.held["drones"][key].fact
        self.put(
            "drones",
            msgspec.structs.replace(
                drone, rev=drone.rev + 1, gimbal_yaw_deg=float(tick % 360), frame_at=instant(self.clock.now())
            ),
        )


def _figure(owner: str, tile: Tile, hub: Scripted, now: float) -> dict[str, Any]:
    value = tile.value(lambda name: hub.held[name], now)
    late = False
    if value is not None and tile.target is not None:
        late = value < tile.target if tile.target_is == "at_least" else value > tile.target
    both = msgspec.to_builtins
    return {
        "id": f"{owner}.{tile.id}",
        "centre": owner,
        "title": both(tile.title),
        "value": value,
        "format": tile.format,
        "unit": None if tile.unit is None else both(tile.unit),
        "target": tile.target,
        "target_is": tile.target_is,
        "late": late,
    }


def _stamp(t: float) -> str:
    return instant(t).isoformat(timespec="milliseconds").replace("+00:00", "Z")


STEPS = (
    ("reported", "上报", "Reported", 7, 2),
    ("triaged", "研判", "Triaged", 4, 0),
    ("transferred", "移交", "Transferred", 5, 2),
    ("signed", "签收", "Signed for", 9, 0),
    ("operation", "作战", "Operation", 3, 0),
    ("feedback", "反馈", "Fed back", 26, 0),
)
HUB_TILES = (
    Tile(id="open", title=Text("在办警情", "Open incidents"), value=lambda rows, now: float(len(rows("incidents")))),
    Tile(
        id="answer",
        title=Text("接听 P90", "Answer P90"),
        value=lambda rows, now: 0.12,
        format="minutes",
        target=0.1667,
        target_is="at_most",
    ),
    Tile(
        id="dispatch",
        title=Text("派警 P90", "Dispatch P90"),
        value=lambda rows, now: 1.4,
        format="minutes",
        target=1.0,
        target_is="at_most",
    ),
    Tile(
        id="arrive",
        title=Text("到场 P90", "Arrive P90"),
        value=lambda rows, now: 6.8,
        format="minutes",
        target=8.0,
        target_is="at_most",
    ),
    Tile(
        id="free", title=Text("可派警力", "Units available"), value=lambda rows, now: 0.63, format="percent", target=0.5
    ),
    Tile(id="closed", title=Text("24 小时办结", "Closed in 24 h"), value=lambda rows, now: 312.0),
)


def app(hub: Scripted) -> Any:
    """The real pages over the scripted rows."""
    lon, lat = hub.district.centre
    return make_app(
        Deps(
            rows=hub.rows,
            tables=lambda: list(hub.tables),
            spec=hub.spec,
            centres=hub.centres,
            basemap={name: json.dumps(layer).encode() for name, layer in geojson(hub.district).items()},
            font=FONT,
            now=hub.clock.now,
            routes=(
                Route("/api/v1/spec", lambda request: JSONResponse(hub.spec())),
                Push(hub.feed).route(),
                *rules(hub),
            ),
            district=hub.district.name,
            view=(lon, lat, 12.6),
            mode="demo",
        )
    )


class Nobody:
    """Takes no order and knows no past."""

    def give(self, command: Command, actor: Actor, key: str) -> list[str]:
        raise refused("scripted", "脚本数据，不接受指令", "scripted rows take no orders")

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]:
        return []


def rules(hub: Scripted) -> list[BaseRoute]:
    """The real rules and accounts, as pages on which one acts ask for them."""
    titles = {centre.name: centre.title for centre in hub.centres}
    people = accounts(titles.items())
    return commands.routes(Nobody(), Nobody(), people.get, [*people.values()], titles, Targets())


@contextmanager
def serving(hub: Scripted, port: int = 0, *, units: int = 300) -> Iterator[str]:
    """The base address of a hub that moves while the block runs."""
    server = uvicorn.Server(
        uvicorn.Config(app(hub), host="127.0.0.1", port=port, log_level="warning", ws_per_message_deflate=False)
    )
    stop = threading.Event()
    threads = [
        threading.Thread(target=hub.run, args=(stop,), kwargs={"units": units}),
        threading.Thread(target=server.run),
    ]
    for thread in threads:
        thread.start()
    try:
        until(lambda: server.started, 20)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        stop.set()
        server.should_exit = True
        for thread in threads:
            thread.join(15)


def until(true: Callable[[], bool], limit_s: float) -> None:
    """Wait, within a limit."""
    end = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
