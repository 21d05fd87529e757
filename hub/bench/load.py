"""Seeded input: units that drive about and alarms that change. The same seed gives the same facts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from math import cos, radians, sin
from random import Random
from threading import Event as Flag
from threading import Thread

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Alarm, Unit
from hub.domain.model import Position, Text, instant
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC, event_type
from hub.ports import Log, Outgoing

CENTRE = (104.05, 30.6725)
SPAN = 0.05
METRES_PER_DEGREE = 111_320.0
POSITION = event_type("unit", "position")
RAISED = event_type("alarm", "raised")
SOURCE = "/hub/bench"


class Movers:
    """``n`` units on the road: a tick moves some of them by as much as they drove since they last reported."""

    def __init__(self, n: int, seed: int, at: float) -> None:
        """``at``: epoch seconds of the first positions."""
        rng = self._rng = Random(seed)  # noqa: S311 (a simulated drive is not a secret)
        self.lon = [CENTRE[0] + rng.uniform(-SPAN, SPAN) for _ in range(n)]
        self.lat = [CENTRE[1] + rng.uniform(-SPAN, SPAN) for _ in range(n)]
        self.heading = [rng.uniform(0, 360) for _ in range(n)]
        self.speed = [rng.uniform(4, 14) for _ in range(n)]
        self.at = [at] * n
        self._rev = int(at * 1000)

    def __len__(self) -> int:
        return len(self.lon)

    def everyone(self) -> list[Emission]:
        """Where each of them is now."""
        return [self._said(i) for i in range(len(self))]

    def tick(self, end: float, count: int, spread_s: float = 1.0) -> list[Emission]:
        """``count`` of them, chosen at random, report within ``spread_s`` before ``end``; oldest first."""
        chosen = self._rng.sample(range(len(self)), count)
        times = sorted(end - self._rng.uniform(0, spread_s) for _ in chosen)
        for i, at in zip(chosen, times, strict=True):
            self._drive(i, round(at, 3))
        return [self._said(i) for i in chosen]

    def _drive(self, i: int, at: float) -> None:
        rng = self._rng
        if abs(self.lon[i] - CENTRE[0]) > SPAN or abs(self.lat[i] - CENTRE[1]) > SPAN:
            self.heading[i] = (self.heading[i] + 180) % 360
        elif rng.random() < 0.15:
            self.heading[i] = (self.heading[i] + rng.choice((-90, 90))) % 360
        else:
            self.heading[i] = (self.heading[i] + rng.gauss(0, 4)) % 360
        way = self.speed[i] * min(30.0, max(0.0, at - self.at[i])) / METRES_PER_DEGREE
        self.lon[i] += way * sin(radians(self.heading[i])) / cos(radians(CENTRE[1]))
        self.lat[i] += way * cos(radians(self.heading[i]))
        self.at[i] = at

    def _said(self, i: int) -> Emission:
        self._rev += 1
        unit = Unit(
            id=f"B-{i:05d}",
            rev=self._rev,
            call_sign=f"B-{i:05d}",
            kind="patrol_car",
            status="available",
            position=Position(round(self.lon[i], 6), round(self.lat[i], 6), "WGS84"),
            heading_deg=round(self.heading[i], 1),
            speed_mps=round(self.speed[i], 1),
        )
        return Emission(topic=POSITIONS_TOPIC, source=SOURCE, type=POSITION, at=self.at[i], data=unit)


def alarm(key: str, rev: int, at: float, said: str) -> Emission:
    """A first-priority alarm whose title says ``said``."""
    fact = Alarm(id=key, rev=rev, priority=1, state="raised", title=Text(said, said), raised_at=instant(at))
    return Emission(topic=FIELD_TOPIC, source=SOURCE, type=RAISED, at=at, data=fact)


def mixed(count: int, entities: int, seed: int, at: float) -> Iterator[tuple[str, Outgoing]]:
    """``count`` records as a day brings them: 19 positions to one fact, over ``entities`` units; (topic, record)."""
    movers, made = Movers(entities, seed, at), 0
    while made < count:
        at += 1.0
        for said in movers.tick(at, min(950, entities)):
            made += 1
            if made % 20 == 0:
                yield FIELD_TOPIC, encode(alarm(f"A-{made // 20 % 200}", int(at * 1000) + made, at, f"{made}"))
                made += 1
            if made > count:
                return
            yield said.topic, encode(said)


def fill(log: Log, records: Iterator[tuple[str, Outgoing]], batch: int = 2000) -> int:
    """Append them all, in batches by topic; gives how many."""
    waiting: dict[str, list[Outgoing]] = {}
    count = 0
    for topic, record in records:
        held = waiting.setdefault(topic, [])
        held.append(record)
        count += 1
        if len(held) >= batch:
            log.append(topic, held)
            waiting[topic] = []
    for topic, held in waiting.items():
        if held:
            log.append(topic, held)
    return count


def appended(log: Log, said: Sequence[Emission]) -> None:
    """Append emissions of one topic."""
    log.append(said[0].topic, [encode(one) for one in said])


class Life:
    """A context in which ``changes`` units of ``movers`` report every ``period_s``, from a thread of its own."""

    def __init__(self, log: Log, movers: Movers, changes: int, period_s: float = 0.1) -> None:
        """See the class."""
        self._log, self._movers, self._changes, self._period = log, movers, changes, period_s
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="life", daemon=True)

    def __enter__(self) -> Life:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._period, time.monotonic())
            appended(self._log, self._movers.tick(time.time(), self._changes, self._period))
