"""An ordinary day by hand: alarms, calls, units, drones, two running operations, rows of six made-up centres."""

from __future__ import annotations

import random
from typing import Any

from hub.domain.field import Alarm, Clue, Drone, Incident, Operation, Task, Unit
from hub.domain.kinds import KINDS
from hub.domain.model import Position, Text, instant
from tests.browser.scripted_hub import PLACES, STATES, Matter, Scripted, Stay, Zone


def furnish(hub: Scripted, *, units: int = 300, incidents: int = 43) -> None:
    """Fill a hub with an ordinary day: alarms, calls, units, drones, two running operations, centre rows."""
    rng = random.Random(7)
    now = hub.clock.now()

    def spot() -> Position:
        return hub.district.somewhere(rng)

    _indoors(hub, now)
    kinds = list(KINDS)
    for n in range(incidents):
        kind = "rescue" if n == 0 else rng.choice([k for k in kinds if (KINDS[k].priority > 2) == (n > 2)])
        at, age = spot(), rng.uniform(60, 5400)
        hub.put(
            "incidents",
            Incident(
                id=f"I-{2200 + n}",
                rev=1,
                kind=kind,
                priority=1 if n == 0 else 2 if n < 3 else 3 if n < 12 else 4,
                state=rng.choice(["open", "dispatched", "on_scene"]),
                opened_at=instant(now - age),
                position=at,
                place=hub.district.near((at.lon, at.lat)),
                units=tuple(f"U-{rng.randrange(300):03d}" for _ in range(rng.randrange(4))),
            ),
            ago=age,
        )
    for n in range(units):
        hub.put(
            "units",
            Unit(
                id=f"U-{n:03d}",
                rev=1,
                call_sign=f"U-{n:03d}",
                kind="patrol_car",
                status=rng.choice(["available", "en_route", "busy"]),
                position=spot(),
                heading_deg=rng.uniform(0, 360),
                speed_mps=8.0,
            ),
            ago=rng.uniform(0, 12) if n % 17 else 300,
        )
    modes: Any = ["on_station", "on_station", "on_station", "transit", "docked", "docked"]
    for n, mode in enumerate(modes):
        hub.put(
            "drones",
            Drone(
                id=f"D-0{n + 1}",
                rev=1,
                call_sign=f"D-0{n + 1}",
                mode=mode,
                position=spot(),
                height_m=84.0 + n,
                heading_deg=40.0 * n,
                gimbal_pitch_deg=-55.0,
                gimbal_yaw_deg=30.0 * n,
                hfov_deg=62.0,
                battery_pct=46.0 + 9 * n,
                home_minutes=9.0 + n,
                incident="I-2200" if n == 2 else None,
                mission=Text("高处救援 东面", "Rooftop rescue, east face") if n == 2 else None,
                video="synthetic",
                frame_at=instant(now),
            ),
            ago=0.4 if n else 47,
        )
    for n, (prio, zh, en, ago, state, root) in enumerate(ALARMS):
        hub.put(
            "alarms",
            Alarm(
                id=f"A-{n}",
                rev=1,
                priority=prio,
                state=state,
                title=Text(zh, en),
                raised_at=instant(now - ago),
                root=root,
            ),
            ago=ago,
        )
    _operations(hub, now)
    for n in range(9):
        hub.put(
            "clues",
            Clue(
                id=f"C-{400 + n}",
                rev=1,
                title=Text("交易线索", "Trading clue"),
                priority=2,
                state="reported",
                origin="west",
                owner="hub",
                reported_at=instant(now - 900),
            ),
        )
    for c in hub.centres:
        for n in range(240):
            ago = rng.uniform(0, 90000)
            hub.put(
                f"{c.name}_matters",
                Matter(
                    id=f"{c.name}-{n:04d}",
                    rev=1,
                    title=Text(f"核查事项 {n} 号 · 账户资金", f"Matter no. {n}, account funds"),
                    kind=rng.choice("abc"),
                    state=rng.choice(list(STATES)),
                    priority=rng.choice([2, 3, 3, 4, 4, 4]),
                    place=rng.choice(PLACES),
                    amount=rng.uniform(1e3, 3e6),
                    share=rng.random(),
                    opened_at=instant(now - ago - 600),
                    position=spot() if n < 40 else None,
                ),
                ago=ago,
            )


ALARMS: Any = (
    (1, "高处救援 · 二环路西一段", "Rooftop rescue · Ring 2 West", 761, "raised", None),
    (2, "四车道封闭 · 光华大道", "Four lanes closed · Guanghua Avenue", 2285, "acknowledged", None),
    (3, "羁押区超时停留 03 号", "Custody area: zone time over, no. 03", 82, "raised", None),
    (3, "签收超时 2 条线索", "2 clues past sign-for time", 400, "raised", None),
    (3, "周界报警 · 重点部位 7 号", "Perimeter alarm · key site 7", 520, "raised", None),
    (4, "烟感离线 · 草堂小区", "Smoke sensor lost · Caotang estate", 4000, "raised", None),
    (3, "同址重复报警", "Same place reported again", 90, "raised", "A-4"),
    (3, "同址重复报警", "Same place reported again", 95, "raised", "A-4"),
    (4, "门禁离线 · 光华", "Gate lost · Guanghua", 7000, "shelved", None),
)

TASKS: Any = (
    ("气垫展开", "Air cushion in place", "消防 2 组", "Fire crew 2", "issued", 40, 300),
    ("谈判组到场", "Negotiators to roof", "巡特警 1 组", "Patrol team 1", "accepted", 135, 300),
    ("信号配时 12 号", "Signal plan 12", "交管", "Traffic control", "accepted", 302, -60),
    ("D-03 悬停取证", "D-03 on station", "无人机", "Drone team", "executing", 680, 600),
    ("外围疏导", "Perimeter", "蔡桥所", "Caiqiao station", "executing", 605, 400),
    ("扣留资金 3 户", "Freeze 3 accounts", "刑侦", "Criminal intelligence", "executing", 2470, 900),
    ("周边楼宇走访登记", "Visit neighbouring buildings", "草堂所", "Caotang station", "executing", 300, 900),
    ("救护车待命", "Ambulance on standby", "急救", "Ambulance", "executing", 500, 900),
    ("热射风险提示", "Heat risk note", "指挥", "Command", "done", 480, -10),
    ("车道分流", "Lane diversion", "交管", "Traffic control", "done", 1351, -600),
    ("翻译到场", "Interpreter to scene", "外事", "Foreign affairs", "refused", 200, 200),
)


def _operations(hub: Scripted, now: float) -> None:
    for n, (number, zh, en, incident) in enumerate(
        (("26-018", "高处救援", "Rooftop rescue", "I-2200"), ("26-017", "数据交易案收网", "Data-trading gang", None))
    ):
        hub.put(
            "operations",
            Operation(
                id=f"OP-{n}",
                rev=1,
                number=number,
                title=Text(zh, en),
                state="running",
                started_at=instant(now - 761 - 3000 * n),
                centres=("south", "west", "east"),
                incident=incident,
            ),
        )
        for m, (tz, te, az, ae, state, ago, due) in enumerate(TASKS[: 11 - 4 * n]):
            hub.put(
                "tasks",
                Task(
                    id=f"T-{n}{m:02d}",
                    rev=1,
                    operation=f"OP-{n}",
                    title=Text(tz, te),
                    assignee=Text(az, ae),
                    state=state,
                    issued_at=instant(now - ago - 60),
                    due_at=instant(now + due),
                    progress=0.4 if state == "executing" else None,
                ),
                ago=ago,
            )


def _indoors(hub: Scripted, now: float) -> None:
    """Two rooms of a plan, two people in the first."""
    for key, title, left, inside, room in (
        ("a", Text("甲室", "Room A"), 0, 2, 4),
        ("b", Text("乙室", "Room B"), 2, 0, 3),
    ):
        box = {"left": left, "top": 0, "wide": 2, "high": 2}
        hub.put("inner_zones", Zone(id=key, rev=1, title=title, plan=box, occupied=inside, capacity=room))
    for n, ago in ((1, 300.0), (2, 60.0)):
        stay = Stay(id=f"S-{n}", rev=1, number=f"{n:02d}号", zone="a", since_at=instant(now - ago))
        hub.put("inner_stays", stay)
