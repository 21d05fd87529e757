"""A load of real facts onto a log, seeded and held at a rate: ``python -m tests.faults.load --log URL …``.

Facts of the hub's own feed (incidents, alarms, cameras, tasks) and positions of moving units. Prints a JSON line every
two seconds: what was asked for and what was achieved. A log that is down is tried again with the same records, as a
producer does. ``acked`` keeps what the log has taken: the newest revision of every entity.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import cos, pi, sin
from pathlib import Path
from random import Random
from types import FrameType

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Alarm, Camera, Fixes, Incident, Task, Unit
from hub.domain.model import Fact, Position, Text, instant
from hub.errors import LogDown
from hub.field.topics import ACTIONS_TOPIC, FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Log, Outgoing
from streams import open_log

STEP_S = 0.05
SAY_S = 2.0
LON, LAT = 104.06, 30.67
SOURCE = "/hub/load"


@dataclass(slots=True)
class Load:
    """Facts and fixes, each a function of the seed and how many came before. ``batch``: things a positioning platform
    reports in one record once each has been described by a fact; 0: a fact for every fix.
    """

    seed: int = 1
    entities: int = 120
    things: int = 0
    rev: int = 1
    batch: int = 0
    chance: Random = field(init=False)
    names: tuple[str, ...] = field(init=False)
    lon: list[int] = field(init=False)
    lat: list[int] = field(init=False)
    made: int = 0
    fixes: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.names = tuple(f"L-U{number:05d}" for number in range(self.things))
        self.lon, self.lat = _homes(self.things)

    def fact(self, now: float) -> Emission:
        """The next fact: the whole state of one of ``entities`` things of four kinds."""
        self.made += 1
        kind, number = self.made % 4, self.chance.randrange(self.entities)
        rev = self.rev + self.made
        if kind == 0:
            return _said(FIELD_TOPIC, "alarm.raised", now, self._alarm(number, rev, now))
        if kind == 1:
            return _said(FIELD_TOPIC, "incident.updated", now, self._incident(number, rev, now))
        if kind == 2:
            return _said(FIELD_TOPIC, "camera.live", now, self._camera(number, rev))
        return _said(ACTIONS_TOPIC, "task.progressed", now, self._task(number, rev, now))

    def fix(self, now: float) -> Emission:
        """The next position: all things in turn, each on a circle of its own."""
        number, turn = self.fixes % self.things, self.fixes // self.things
        self.fixes += 1
        angle, radius = _circle(number, turn)
        data = Unit(
            id=self.names[number],
            rev=self.rev + turn,
            call_sign=f"L{number:05d}",
            kind="patrol_car",
            status="available",
            position=Position(
                round(LON + radius * cos(angle), 7), round(LAT + radius * 0.86 * sin(angle), 7), frame="WGS84"
            ),
            heading_deg=round((360 - angle * 180 / pi) % 360, 1),
            speed_mps=8.5,
        )
        return _said(POSITIONS_TOPIC, "unit.position", now, data)

    def record(self, now: float) -> Emission:
        """The next record of a platform: a fix of each of its things, all driving the same circle from where ``fix``
        began. (The generator must cost little: it runs beside what is measured.)
        """
        first, turn = self.fixes % self.things, self.fixes // self.things
        last = min(first + self.batch, self.things)
        self.fixes += last - first
        angle = first + turn * 0.05
        east, north = round(20_000 * cos(angle)), round(20_000 * sin(angle))
        data = Fixes(
            id=f"L-G{first // self.batch:03d}",
            rev=self.rev + turn,
            frame="WGS84",
            base=instant(now),
            things=self.names[first:last],
            lon=tuple([lon + east for lon in self.lon[first:last]]),
            lat=tuple([lat + north for lat in self.lat[first:last]]),
            ms=tuple(index % 50 for index in range(last - first)),
            heading=(round((360 - angle * 180 / pi) % 360 * 100),) * (last - first),
            speed=(85,) * (last - first),
        )
        return _said(POSITIONS_TOPIC, "unit.fixes", now, data)

    def _alarm(self, number: int, rev: int, now: float) -> Alarm:
        return Alarm(
            id=f"L-A{number:04d}",
            rev=rev,
            priority=1 + number % 4,
            state=self.chance.choice(("raised", "acknowledged", "cleared")),
            title=Text(f"压力告警 {number}", f"Load alarm {number}"),
            raised_at=instant(now),
        )

    def _incident(self, number: int, rev: int, now: float) -> Incident:
        return Incident(
            id=f"L-I{number:04d}",
            rev=rev,
            kind="traffic",
            priority=1 + number % 4,
            state=self.chance.choice(("open", "dispatched", "on_scene", "closed")),
            opened_at=instant(now),
            position=self._place(),
            place=Text(f"试验路 {number}", f"Trial road {number}"),
        )

    def _camera(self, number: int, rev: int) -> Camera:
        return Camera(
            id=f"L-C{number:04d}",
            rev=rev,
            name=Text(f"点位 {number}", f"Point {number}"),
            position=self._place(),
            state=self.chance.choice(("live", "lost")),
        )

    def _task(self, number: int, rev: int, now: float) -> Task:
        return Task(
            id=f"L-T{number:04d}",
            rev=rev,
            operation="L-OP",
            title=Text(f"任务 {number}", f"Task {number}"),
            state="executing",  # from revision to revision a task only goes on: any order of these is a road
            progress=round(self.chance.random(), 3),
            assignee=Text("试验单元", "Trial unit"),
            assignee_id="L-U00001",
            issued_at=instant(now),
        )

    def _place(self) -> Position:
        return Position(
            round(LON + self.chance.uniform(-0.05, 0.05), 6), round(LAT + self.chance.uniform(-0.04, 0.04), 6), "WGS84"
        )


@dataclass(slots=True)
class Sent:
    """What went out. ``acked``: entity id → newest revision the log has taken. ``refusals``: times the log was down."""

    facts: int = 0
    fixes: int = 0
    refusals: int = 0
    acked: dict[str, int] = field(default_factory=dict)


def step(log: Log, emissions: Sequence[Emission], sent: Sent, stop: list[bool]) -> None:
    """Append them in order, topic by topic, as often as it takes."""
    by_topic: dict[str, list[Emission]] = {}
    for emission in emissions:
        by_topic.setdefault(emission.topic, []).append(emission)
    for topic, group in by_topic.items():
        records: list[Outgoing] = [encode(emission) for emission in group]
        while not stop:
            try:
                log.append(topic, records)
            except LogDown:
                sent.refusals += 1
                time.sleep(0.2)
                continue
            for emission in group:
                if not isinstance(emission.data, Fixes):
                    sent.acked[emission.data.id] = emission.data.rev
            if topic == POSITIONS_TOPIC:
                sent.fixes += sum(len(e.data.things) if isinstance(e.data, Fixes) else 1 for e in group)
            else:
                sent.facts += len(records)
            break


def due(load: Load, elapsed: float, facts: float, hz: float, limit: int = 5000) -> Iterator[Emission]:
    """What should have been said by now and has not been."""
    now = time.time()
    for _ in range(min(limit, int(elapsed * facts) - load.made)):
        yield load.fact(now)
    most = limit if load.batch == 0 or load.fixes < load.things else 8 * limit  # what was held up is made up for
    wanted = load.fixes + min(most, int(elapsed * load.things * hz) - load.fixes) if load.things else 0
    while load.fixes < wanted and not (load.batch and load.fixes >= load.things):
        yield load.fix(now)
    while load.batch and load.fixes + load.batch <= wanted:
        yield load.record(now)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", required=True)
    parser.add_argument("--facts", type=float, default=200.0, help="a second")
    parser.add_argument("--things", type=int, default=0)
    parser.add_argument("--hz", type=float, default=4.0, help="fixes of each thing a second")
    parser.add_argument("--batch", type=int, default=0, help="things of one record; 0: a record each")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acked", type=Path, help="written at the end: entity id → newest revision taken")
    args = parser.parse_args()
    stop: list[bool] = []

    def ask(number: int, frame: FrameType | None) -> None:
        stop.append(True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    load = Load(args.seed, things=args.things, rev=int(time.time() * 1000), batch=args.batch)
    log, sent = open_log(args.log), Sent()
    begin = said = time.monotonic()
    while not stop and (elapsed := time.monotonic() - begin) < args.seconds:
        began = time.monotonic()
        step(log, list(due(load, elapsed, args.facts, args.hz)), sent, stop)
        if time.monotonic() - said > SAY_S:
            said = time.monotonic()
            _say(sent, args, said - begin)
        time.sleep(max(0.0, STEP_S - (time.monotonic() - began)))
    _say(sent, args, time.monotonic() - begin)
    log.close()
    if args.acked:
        args.acked.write_text(json.dumps(sent.acked))


def _say(sent: Sent, args: argparse.Namespace, elapsed: float) -> None:
    out = {
        "s": round(elapsed, 1),
        "facts_s": round(sent.facts / elapsed, 1),
        "fixes_s": round(sent.fixes / elapsed, 1),
        "asked_facts_s": args.facts,
        "asked_fixes_s": args.things * args.hz,
        "refusals": sent.refusals,
    }
    print(json.dumps(out), flush=True)


def _circle(number: int, turn: int) -> tuple[float, float]:
    """Angle (radians) and radius (degrees) of a thing at its ``turn``-th fix."""
    return (number * 0.618 + turn * 0.002) * 2 * pi, 0.01 + 0.1 * (number % 97) / 97


def _homes(things: int) -> tuple[list[int], list[int]]:
    """Where each thing's first fix is, 1e-7 degrees."""
    where = [_circle(number, 0) for number in range(things)]
    lon = [round((LON + radius * cos(angle)) * 1e7) for angle, radius in where]
    return lon, [round((LAT + radius * 0.86 * sin(angle)) * 1e7) for angle, radius in where]


def _said(topic: str, kind: str, at: float, data: Fact) -> Emission:
    return Emission(topic=topic, source=SOURCE, type=f"cn.hub.{kind}.v1", at=at, data=data, exercise="s")


if __name__ == "__main__":
    main()
