"""Three servers on one Kafka and one PostgreSQL, a load, viewers, and a random hand that kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Alarm
from hub.domain.model import Text, instant
from hub.field.topics import ACTIONS_TOPIC, FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Log
from tests.faults.independent import Folded, fold
from tests.faults.viewers import Viewers
from tests.running import ROOT, Process, free_port, hub
from tests.servers.kafka import Broker
from tests.servers.postgres import PASSWORD, Postgres

TOPICS = (FIELD_TOPIC, ACTIONS_TOPIC, POSITIONS_TOPIC)
AUDIT_KEY = "of-the-tests-" + "0123456789abcdef" * 2
AGREE_S = 45.0


@dataclass(slots=True)
class Server:
    """One ``hub serve`` that can be killed and started again on its own data folder and port."""

    name: str
    folder: Path
    args: list[str]
    port: int = field(default_factory=free_port)
    process: Process | None = None

    def start(self) -> Process:
        self.process = Process(
            ["serve", *self.args, "--data", str(self.folder / self.name), "--port", str(self.port)],
            self.folder / f"{self.name}.log",
            self.port,
        )
        return self.process

    @property
    def running(self) -> Process:
        assert self.process is not None
        return self.process

    def health(self) -> dict[str, Any] | None:
        """``None`` while it does not answer."""
        try:
            found: dict[str, Any] = self.running.get("/healthz", 2.0)
        except (URLError, ConnectionError, TimeoutError):
            return None
        return found

    @property
    def pid(self) -> int:
        return self.running.popen.pid


@dataclass(slots=True)
class Rig:
    """What stands: servers, broker, database ``name`` of PostgreSQL."""

    broker: Broker
    postgres: Postgres
    database: str
    servers: list[Server]
    folder: Path

    def leader(self, among: list[Server] | None = None, limit_s: float = 20.0) -> tuple[Server, dict[str, Any]]:
        """The server that says it records, and what it says; waits for one."""
        end = time.monotonic() + limit_s
        said: list[Any] = []
        while time.monotonic() < end:
            said = [(server, server.health()) for server in among or self.servers]
            for server, health in said:
                if health is not None and health["recorder"]["leading"]:
                    return server, health
            time.sleep(0.1)
        raise AssertionError(f"nobody records after {limit_s} s: {[(s.name, h and h['recorder']) for s, h in said]}")

    def fold(self) -> Folded:
        return fold(self.broker.bootstrap, TOPICS)

    def agree(self, limit_s: float = AGREE_S) -> Folded:
        """All servers come to the hash of the independent fold and have stored everything. The load must rest."""
        folded = self.fold()
        wanted, end = folded.state_hash(), time.monotonic() + limit_s
        said: dict[str, Any] = {}
        while time.monotonic() < end:
            said = {server.name: server.health() for server in self.servers}
            if all(h and h["state_hash"] == wanted and h["recording"] and _stored(h) for h in said.values()):
                return folded
            time.sleep(0.2)
        self.explain(folded)
        raise AssertionError(f"the servers do not come to {wanted}: {json.dumps(said)[:3000]}")

    def explain(self, folded: Folded) -> None:
        """Print where each server differs from the fold, and the end of what it printed."""
        wanted = folded.revs()
        for server in self.servers:
            with suppress(URLError, ConnectionError, TimeoutError):
                for table, rows in wanted.items():
                    held = {row["id"]: row["rev"] for row in server.running.get(f"/api/v1/rows/{table}")}
                    apart = {k: (held.get(k), rows.get(k)) for k in held | rows if held.get(k) != rows.get(k)}
                    print(f"{server.name} {table}: {len(apart)} differ, for example {dict(list(apart.items())[:3])}")
            print(server.running.text()[-1500:])

    def history(self) -> list[tuple[str, str]]:
        """(source, event id) of every row of durable history."""
        found = self.postgres.execute("SELECT source, event FROM hub_history", self.database)
        return [(str(source), str(event)) for source, event in found]


def _stored(health: dict[str, Any]) -> bool:
    return int(health["recorder"]["waiting"]) == 0


def address_of(postgres: Postgres, database: str) -> str:
    """Its address without the password, which is given in the environment and never on a command line."""
    os.environ["HUB_DATABASE_PASSWORD"] = PASSWORD
    return postgres.url(database).replace(":" + quote(PASSWORD, safe=""), "")


@contextmanager
def standing(broker: Broker, postgres: Postgres, folder: Path, count: int = 3) -> Iterator[Rig]:
    """The rig, all servers ready; ended with the block."""
    database = postgres.fresh()
    address = ["--log", f"kafka://{broker.bootstrap}", "--store", address_of(postgres, database), "--role", "all"]
    rig = Rig(broker, postgres, database, [Server(f"server-{n}", folder, address) for n in range(count)], folder)
    try:
        for server in rig.servers:
            server.start()
        for server in rig.servers:
            server.running.ready()
        yield rig
    finally:
        for server in rig.servers:
            if server.process is not None:
                with suppress(ProcessLookupError):
                    server.running.signal(signal.SIGCONT)
                server.running.close()


@contextmanager
def one(log: str, folder: Path, *more: str, data: Path | None = None) -> Iterator[Process]:
    """One ready server on a log. ``more``: options; ``data``: its data folder."""
    with hub("serve", "--log", log, *more, "--data", data or folder / "data", folder=folder) as process:
        process.ready()
        yield process


def raise_alarms(log: Log, ids: list[str]) -> None:
    """Alarms that an officer can acknowledge."""
    now = time.time()
    facts = [
        Alarm(id=i, rev=1, priority=2, state="raised", title=Text("试验告警", "Trial alarm"), raised_at=instant(now))
        for i in ids
    ]
    kind = "cn.hub.alarm.raised.v1"
    log.append(
        FIELD_TOPIC,
        [encode(Emission(topic=FIELD_TOPIC, source="/hub/trial", type=kind, at=now, data=fact)) for fact in facts],
    )


def order(server: Process, alarm: str) -> tuple[int, dict[str, Any]]:
    """Acknowledge an alarm as an officer does; the status and the answer."""
    body = json.dumps({"type": "alarm.acknowledge", "data": {"id": alarm}}).encode()
    try:
        with urlopen(Request(server.url + "/api/v1/commands", body, method="POST"), timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


class Loading:
    """The load generator as a process; ``stop`` gives what the log has taken: entity → newest revision."""

    def __init__(
        self,
        log: str,
        folder: Path,
        *,
        facts: float = 200,
        things: int = 50,
        hz: float = 1,
        seed: int = 1,
        batch: int = 0,
    ) -> None:
        self._acked, self._log = folder / f"acked-{time.monotonic_ns()}.json", folder / "load.log"
        asked = ["--facts", str(facts), "--things", str(things), "--hz", str(hz), "--seed", str(seed)]
        asked += ["--acked", str(self._acked), "--batch", str(batch)]
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.load", "--log", log, "--seconds", "86400", *asked],
                cwd=ROOT,
                stdout=out,
                stderr=out,
            )

    def __enter__(self) -> Loading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)

    def stop(self) -> dict[str, int]:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(60) == 0, self._log.read_text()[-3000:]
        acked: dict[str, int] = json.loads(self._acked.read_text())
        return acked

    def said(self) -> dict[str, Any]:
        """Its newest line."""
        line: dict[str, Any] = json.loads(self._log.read_text().splitlines()[-1])
        return line


def same_pictures(viewers: Viewers, folded: Folded, limit_s: float = 30.0) -> None:
    """Every viewer comes to hold what the fold says a wall shows, and every moving thing where it is."""
    wanted = folded.revs(shown=True)
    units = set(wanted.pop("units", {}))
    places = {key: json.loads(data)["position"] for table, key, _, _, data in folded.shown() if table == "units"}
    fixes = {("units", k): (round(p["lon"] * 1e6), round(p["lat"] * 1e6)) for k, p in places.items()}
    viewers.until(
        lambda v: (
            {t: r for t, r in v.revs().items() if t in wanted and r} == wanted
            and set(v.tables.get("units", ())) == units
            and v.fixes == fixes
            and not v.faults
        ),
        limit_s,
    )
