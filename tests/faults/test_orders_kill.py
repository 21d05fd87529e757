"""kill -9 at every named point between a request and its publishing: nothing acknowledged is lost, nothing is published
twice as a different fact, and whoever asks again gets the same answer and one effect.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from streams import open_log
from tests.conftest import own_broker
from tests.faults.actors import UNITS, Body, Said, at_work
from tests.faults.books import Books, Record, Select, proved, sqlite
from tests.faults.killing import AFTER, BEFORE, POINTS
from tests.faults.measure import rounds
from tests.faults.rig import AUDIT_KEY, address_of
from tests.faults.test_orders_race import consumed, declare, everything, seed, there
from tests.running import Process, free_port
from tests.servers.postgres import Postgres

ACTOR = "duty-1"
PREPARED = 3
"""Commands of a round before the one that is fatal."""
REPEATS = 2
"""How often that one is given again to the next server."""


@dataclass(slots=True)
class Place:
    """Where a server keeps what: started again it finds it. ``store``: its address with the password."""

    folder: Path
    args: list[str]
    store: str
    select: Select
    records: Callable[[], list[Record]]
    port: int = field(default_factory=free_port)
    started: list[Process] = field(default_factory=list)

    def start(self, point: str, count: int) -> Process:
        """A server that ends itself at the point, once so many commands have come in."""
        served = ["serve", *self.args, "--data", str(self.folder / "data"), "--port", str(self.port)]
        module = ("tests.faults.killing", point, str(count))
        self.started.append(Process(served, self.folder / "log", self.port, module=module))
        return self.started[-1]

    def close(self) -> None:
        for each in self.started:
            each.kill()

    def leading(self, process: Process) -> dict[str, Any]:
        return process.until(lambda health: health["ready"] and health["recorder"]["leading"])

    def delivered(self, limit_s: float = 30.0) -> None:
        end = time.monotonic() + limit_s
        while self.select("SELECT * FROM hub_outbox LIMIT 1"):
            assert time.monotonic() < end, "never delivered"
            time.sleep(0.05)

    def books(self) -> Books:
        return Books.read(self.select, self.records())

    def agrees(self, process: Process, limit_s: float = 30.0) -> Books:
        """Until the server holds what the log says."""
        self.delivered()
        books = self.books()
        process.until(lambda h: h["state_hash"] == books.folded.state_hash() and not h["recorder"]["waiting"], limit_s)
        return books

    @property
    def key(self) -> str:
        own = self.folder / "data" / "audit.key"
        return own.read_text().strip() if own.exists() else AUDIT_KEY


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.kafka, pytest.mark.postgres])])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The embedded default, and what a real hub stands on."""
    if request.param == "sqlite":
        address, file = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data" / "store.db"
        log, args = open_log(address), ["--log", address]
        with closing(Place(tmp_path, args, f"sqlite:///{file}", sqlite(file), lambda: everything(log))) as made:
            yield made
        log.close()
        return
    postgres: Postgres = request.getfixturevalue("own_postgres")
    monkeypatch.setenv("HUB_AUDIT_KEY", AUDIT_KEY)
    database = postgres.fresh()
    broker = own_broker(request.getfixturevalue("tmp_path_factory"))  # a log that nobody else has written to
    try:
        args = ["--log", f"kafka://{broker.bootstrap}", "--store", address_of(postgres, database)]
        select, url = partial(postgres.execute, database=database), postgres.url(database)
        with closing(Place(tmp_path, args, url, select, lambda: consumed(broker.bootstrap))) as made:
            yield made
    finally:
        broker.kill()


def post(process: Process, key: str, body: Body) -> tuple[int, Body] | None:
    """The answer, ``None`` when the connection broke."""
    headers = {"Idempotency-Key": key, "Hub-Actor": ACTOR}
    try:
        answer = httpx.post(f"{process.url}/api/v1/commands", json=body, headers=headers, timeout=20)
    except httpx.TransportError:
        return None
    return answer.status_code, answer.json()


def prepared(process: Process, number: int) -> list[Said]:
    """A clue and a call for an operation to be about."""
    bodies: list[Body] = [
        {"type": "clue.report", "data": {"id": f"K-{number}", "words": "可疑车辆"}},
        {"type": "clue.triage", "data": {"id": f"K-{number}", "priority": 2}},
        {"type": "incident.report", "data": {"id": f"I-{number}", "kind": "theft"}},
    ]
    out = []
    for step, body in enumerate(bodies):
        answer = post(process, key := f"{number}.{step}", body)
        assert answer is not None
        assert answer[0] == 200, answer
        out.append(Said(ACTOR, key, body, (answer,)))
    return out


def test_each_point_between_request_and_publishing(place: Place) -> None:
    """The fatal command becomes three facts on two topics: an operation, its clue, its call."""
    said: list[Said] = []
    fatal: tuple[str, Body, tuple[int, Body] | None] | None = None
    for number, point in enumerate(POINTS * rounds(1)):
        process = place.start(point, PREPARED + 1 + (0 if fatal is None else REPEATS))
        place.leading(process)
        if fatal is not None:
            said.append(repeated(process, *fatal))
        said += prepared(process, number)
        place.delivered()
        data = {"id": f"O-{number}", "words": "夜间清查", "clue": f"K-{number}", "incident": f"I-{number}"}
        key, body = f"fatal {point} {number}", {"type": "operation.start", "data": data}
        fatal = key, body, post(process, key, body)
        assert process.popen.wait(20) == -9, f"{point}: {process.text()[-2000:]}"
        assert (fatal[2] is not None) == (point in AFTER), f"{point}: {fatal[2]}"
        stored = len(place.select(f"SELECT seq FROM hub_audit WHERE request = '{key}'"))
        assert stored == (point not in BEFORE), f"{point}: {stored} audit rows"
    last = place.start("never", 0)
    place.leading(last)
    assert fatal is not None
    said.append(repeated(last, *fatal))
    books = place.agrees(last)
    last.close()
    books.keep(said)
    mac = proved(place.store, place.key, len(said))
    assert all(each.status == 200 for each in said)
    assert books.again >= 1 + 2, "what was appended and not noted comes again: one record at one point, two at another"
    print(
        f"{len(POINTS) * rounds(1)} kills, {len(said)} commands, {len(books.facts)} facts, {books.again} records again"
    )
    print(f"chain {mac[:12]}")


def repeated(process: Process, key: str, body: Body, told: tuple[int, Body] | None) -> Said:
    """Asked again with the same key, and again."""
    again = [post(process, key, body) for _ in range(REPEATS)]
    answers = tuple(each for each in (told, *again) if each is not None)
    assert len(answers) == REPEATS + (told is not None)
    assert answers[0][0] == 200, answers
    return Said(ACTOR, key, body, answers)


@dataclass(slots=True)
class Killer:
    """Starts the server again and again, each time to end at another point, until told to stop."""

    place: Place
    points: Sequence[str]
    chance: random.Random
    kills: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self, stop: Event) -> None:
        try:
            while not stop.is_set():
                point = self.points[len(self.kills) % len(self.points)]
                self._life(point, stop)
        except AssertionError as error:
            self.faults.append(str(error))

    def _life(self, point: str, stop: Event) -> None:
        process = self.place.start(point, self.chance.randint(2, 12))
        try:
            while process.popen.poll() is None and not stop.is_set():
                time.sleep(0.02)
            if process.popen.poll() is not None:
                assert process.popen.returncode == -9, f"{point}: {process.text()[-2000:]}"
                self.kills.append(point)
        finally:
            process.kill()


def test_killed_again_and_again_while_eight_people_work(place: Place) -> None:
    chance = random.Random(chosen := seed())
    points = list(POINTS)
    chance.shuffle(points)
    killer, stop = Killer(place, points, chance), Event()
    first = place.start("never", 0)
    try:
        place.leading(first)
        log = open_log(place.args[1])
        declare(log)
        log.close()
        there(first)
    finally:
        first.close()
    thread = Thread(target=killer.run, args=(stop,))
    thread.start()
    try:
        said, people, took = at_work([f"http://127.0.0.1:{place.port}"], 80 * rounds(1), chosen, pause_s=0.5)
    finally:
        stop.set()
        thread.join()
    assert not killer.faults, killer.faults
    last = place.start("never", 0)
    place.leading(last)
    books = place.agrees(last)
    last.close()
    books.keep(said, seeded=len(UNITS))
    mac = proved(place.store, place.key, len(said))
    print(
        f"{len(said)} commands ({sum(s.status == 200 for s in said)} accepted) over {len(killer.kills)} kills in"
        f" {took:.0f} s, {sum(p.unsure for p in people)} times asked again; {len(books.facts)} facts,"
        f" {books.again} records again; kills {sorted(set(killer.kills))}; chain {mac[:12]}"
    )
    assert len(killer.kills) >= 3
