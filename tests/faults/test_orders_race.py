"""Eight people, the same few things, several servers: every command is answered, exactly one of two wins, and what was
accepted stands once in state, log, history and audit.

``HUB_TEST_FAULTS=10``: 2,000 commands to three servers on one PostgreSQL and one Kafka; else 300 to one on SQLite and
a short run on the three.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Unit
from hub.domain.model import Position
from hub.field.topics import POSITIONS_TOPIC
from hub.ports import Log
from streams import open_log
from tests.faults.actors import ACTORS, UNITS, Person, Said, at_work
from tests.faults.books import Books, Record, proved, sqlite
from tests.faults.measure import long_form
from tests.faults.rig import AUDIT_KEY, TOPICS, Rig, Server, one, standing
from tests.running import Process
from tests.servers.kafka import Broker
from tests.servers.postgres import Postgres

LEAST = 0.2
"""Share of commands that must have been accepted, and refused, for the race to be one."""


def seed() -> int:
    given = os.environ.get("HUB_TEST_SEED")
    chosen = int(given) if given else random.SystemRandom().randrange(1 << 30)
    print(f"seed {chosen}")
    return chosen


def declare(log: Log) -> None:
    """The units whose crews take part."""
    where = Position(104.06, 30.66, "WGS84")
    facts = [Unit(id=u, rev=1, call_sign=u, kind="patrol_car", status="available", position=where) for u in UNITS]
    kind, now = "cn.hub.unit.position.v1", time.time()
    said = [Emission(topic=POSITIONS_TOPIC, source="/hub/trial", type=kind, at=now, data=fact) for fact in facts]
    log.append(POSITIONS_TOPIC, [encode(emission) for emission in said])


def there(server: Process) -> None:
    """Until the server has heard of them."""
    end = time.monotonic() + 30
    while {row["id"] for row in server.get("/api/v1/rows/units")} < set(UNITS):
        assert time.monotonic() < end
        time.sleep(0.1)


def everything(log: Log) -> list[Record]:
    """All there is in an embedded log."""
    at, out = {(topic, 0): 0 for topic in TOPICS}, list[Record]()
    while found := log.read(at, 5000, 0.2):
        for record in found:
            out.append((record.topic, record.value or b""))
            at[record.topic, record.partition] = record.offset + 1
    return out


def consumed(bootstrap: str) -> list[Record]:
    """All there is in Kafka, by a client of its own."""
    consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    out: list[Record] = []
    try:
        places = [TopicPartition(topic, p) for topic in TOPICS for p in consumer.partitions_for_topic(topic) or ()]
        ends = consumer.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(timeout_ms=1000).items():
                out += [(place.topic, record.value) for record in records]
    finally:
        consumer.close()
    return out


def told(said: Sequence[Said], people: Sequence[Person], took: float, books: Books) -> None:
    """Print what was measured; fail when it was no race."""
    codes = Counter(each.code or "accepted" for each in said)
    waits = sorted(wait for person in people for wait in person.took)
    p50, p99 = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
    races = sum(a["entity"] == b["entity"] and a["actor"] != b["actor"] for a, b in pairwise(books.audit))
    print(
        f"{len(said)} commands of {len({s.actor for s in said})} people ({len(waits)} requests) in {took:.1f} s:"
        f" {len(said) / took:.0f}/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
        f" not sure {sum(p.unsure for p in people)} times; load {os.getloadavg()[0]:.1f};"
        f" {dict(codes.most_common())}; {len(books.facts)} facts in the log"
        f" ({books.again} records twice), {races} times two people one after the other on the same thing"
    )
    assert len({s.actor for s in said}) == len(ACTORS)
    assert LEAST < codes["accepted"] / len(said) < 1 - LEAST
    assert {"not_now", "changed", "not_allowed"} <= set(codes)
    kinds = {each.body["type"] for each in said if not each.code}
    if len(said) > 1000:
        assert kinds >= {"clue.sign", "clue.merge", "operation.start", "list.issue", "task.accept", "task.finish"}


def test_eight_people_and_one_server(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'log.db'}"
    log = open_log(address)
    declare(log)
    with one(address, tmp_path) as server:
        there(server)
        said, people, took = at_work([server.url], 300, seed())
        health = server.until(lambda h: not h["recorder"]["waiting"] and settled(tmp_path, log, h))
    store = tmp_path / "data" / "store.db"
    books = Books.read(sqlite(store), everything(log))
    log.close()
    books.keep(said, seeded=len(UNITS))
    key = (tmp_path / "data" / "audit.key").read_text().strip()
    mac = proved(f"sqlite:///{store}", key, len(said))
    told(said, people, took, books)
    print(f"state {health['state_hash']}, chain {mac[:12]}")


def settled(folder: Path, log: Log, health: dict[str, Any]) -> bool:
    """Whether everything accepted is delivered and has come back."""
    if sqlite(folder / "data" / "store.db")("SELECT * FROM hub_outbox"):
        return False
    books = Books.read(lambda query: [], everything(log))
    return bool(books.folded.state_hash() == health["state_hash"])


@pytest.mark.kafka
@pytest.mark.postgres
def test_eight_people_and_three_servers(
    broker: Broker, own_postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_AUDIT_KEY", AUDIT_KEY)
    with standing(broker, own_postgres, tmp_path) as rig:
        log = open_log(f"kafka://{broker.bootstrap}")
        declare(log)
        log.close()
        for server in rig.servers:
            there(server.running)
        rig.leader()
        urls = [server.running.url for server in rig.servers]
        said, people, took = at_work(urls, 2000 if long_form() else 240, seed())
        delivered(rig)
        folded = rig.agree()
        books = Books.read(lambda query: own_postgres.execute(query, rig.database), consumed(broker.bootstrap))
        books.keep(said, seeded=len(UNITS))
        assert len({row["node"] for row in books.audit}) == len(rig.servers), "each of them decided something"
        same_past(rig.servers, books)
        mac = proved(own_postgres.url(rig.database), AUDIT_KEY, len(said))
        told(said, people, took, books)
        print(f"state of all three {folded.state_hash()}, chain {mac[:12]}")


def delivered(rig: Rig, limit_s: float = 30.0) -> None:
    """Until nothing waits for the log."""
    end = time.monotonic() + limit_s
    while rig.postgres.execute("SELECT * FROM hub_outbox LIMIT 1", rig.database):
        assert time.monotonic() < end, "never delivered"
        time.sleep(0.1)


def same_past(servers: Sequence[Server], books: Books) -> None:
    """What every server tells of a thing's past are its facts in the log, oldest first."""
    ids = sorted({key for table, key in books.folded.rows if table == "clues"})
    for key in random.sample(ids, min(5, len(ids))):
        wanted = [f for event, f in books.facts.items() if event.startswith("cn.hub.clue.") and f":{key}:" in event]
        for server in servers:
            assert len(server.running.get(f"/api/v1/history/clues/{key}")) == len(wanted)
