"""What a log may do to records, and a hub killed while orders are given: the picture is that of a clean fold."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError

from hub.codec import encode
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Log, Outgoing
from streams import open_log
from tests.faults.independent import Folded
from tests.faults.load import Load
from tests.faults.measure import rounds
from tests.faults.rig import one, order, raise_alarms
from tests.running import Process, free_port

FACTS = 2000


def facts() -> dict[str, list[Outgoing]]:
    """Topic → records, in the order in which they were said."""
    load, now = Load(seed=3, entities=60, rev=1_000), time.time()
    out: dict[str, list[Outgoing]] = {}
    for emission in (load.fact(now + n / 1000) for n in range(FACTS)):
        out.setdefault(emission.topic, []).append(encode(emission))
    fleet = Load(seed=4, things=60, rev=1_000, batch=20)
    said = [fleet.fix(now + n / 1000) for n in range(50)]  # ten of them nobody describes
    fleet.fixes = 0
    said += [fleet.record(now + turn / 10) for turn in range(100)]
    return {**out, POSITIONS_TOPIC: [encode(emission) for emission in said]}


def folded(records: dict[str, list[Outgoing]]) -> Folded:
    out = Folded()
    for topic, said in records.items():
        for record in said:
            out.take(topic, record.value or b"")
    return out


def test_repeated_reordered_and_rewound_records_change_nothing(tmp_path: Path) -> None:
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    print(f"seed {seed}")
    clean = facts()
    wanted = folded(clean).state_hash()
    address = f"sqlite:///{tmp_path / 'log.db'}"
    log = open_log(address)
    for topic, said in clean.items():
        mixed = said + chance.choices(said, k=len(said) // 2)  # half of them twice or more
        chance.shuffle(mixed)
        log.append(topic, mixed)
        clean[topic] = mixed
    log.close()
    store = tmp_path / "data" / "store.db"
    history: list[set[Any]] = []
    for rewound in (False, True):
        if rewound:
            with closing(sqlite3.connect(store)) as connection, connection:
                connection.execute("UPDATE hub_position SET next = 0")  # as when the positions were put back by hand
        with one(address, tmp_path) as server:
            health = server.until(lambda h: h["state_hash"] == wanted and not h["recorder"]["waiting"])
            assert health["dead_letters"] == 0
        with closing(sqlite3.connect(store)) as connection:
            found = Counter(connection.execute("SELECT source, event FROM hub_history").fetchall())
        assert set(found.values()) == {1}
        assert folded(clean).history <= set(found), "what changed something in this order is recorded"
        history.append(set(found))
    print(f"{FACTS} facts as {sum(map(len, clean.values()))} records, {[len(h) for h in history]} in history: {wanted}")


def test_an_added_field_is_taken_and_others_are_refused_by_name(tmp_path: Path) -> None:
    record = facts()[FIELD_TOPIC][0]
    body = json.loads(record.value or b"")

    def changed(key: str, **over: Any) -> Outgoing:
        data = {name: value for name, value in {**body["data"], **over, "id": key}.items() if value is not ...}
        return Outgoing(key.encode(), json.dumps({**body, "subject": key, "data": data}).encode(), record.headers)

    field = next(name for name in ("state", "kind", "name") if name in body["data"])
    address = f"sqlite:///{tmp_path / 'log.db'}"
    with one(address, tmp_path) as server:
        log = open_log(address)
        log.append(
            FIELD_TOPIC,
            [
                changed("D-added", colour="red"),
                changed("D-removed", **{field: ...}),
                changed("D-retyped", **{field: 7}),
            ],
        )
        log.close()
        server.until(lambda h: h["dead_letters"] == 2)
        letters = server.get("/api/v1/dead-letters")
        kind = body["type"].split(".")[2]
        table = {"alarm": "alarms", "incident": "incidents", "camera": "cameras"}[kind]
        assert "D-added" in {row["id"] for row in server.get(f"/api/v1/rows/{table}")}
    assert all(field in letter["reason"] for letter in letters), [letter["reason"] for letter in letters]


def test_a_hub_killed_while_orders_are_given_loses_none_that_it_accepted(tmp_path: Path) -> None:
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    print(f"seed {seed}")
    address, port = f"sqlite:///{tmp_path / 'log.db'}", free_port()
    log = open_log(address)
    ids = [f"K-{n:04d}" for n in range(400 * rounds(1))]
    raise_alarms(log, ids)
    accepted: list[str] = []
    waiting = iter(ids)
    for _ in range(5 * rounds(1)):
        server = Process(
            ["serve", "--log", address, "--data", str(tmp_path / "data"), "--port", str(port)], tmp_path / "log", port
        )
        server.until(lambda h: h["ready"] and h["recorder"]["leading"])
        killer = threading.Timer(chance.uniform(0.2, 1.5), server.kill)
        killer.start()
        try:
            for key in waiting:
                status, answer = order(server, key)
                assert status == 200, answer
                accepted.append(key)
        except (URLError, ConnectionError, TimeoutError):
            pass  # killed: this one has no answer, so it may be there or not
        killer.join()
    with one(address, tmp_path) as last:
        last.until(lambda h: not h["recorder"]["waiting"])
        time.sleep(1.5)
        held = {row["id"]: row["state"] for row in last.get("/api/v1/rows/alarms")}
        state = last.get("/healthz")["state_hash"]
    records = everything(log)
    log.close()
    assert all(held[key] == "acknowledged" for key in accepted)
    assert folded({FIELD_TOPIC: records}).state_hash() == state
    print(
        f"{len(accepted)} orders accepted over {5 * rounds(1)} kills, all carried out; {len(records)} records, {state}"
    )
    assert len(accepted) > 20


def everything(log: Log) -> list[Outgoing]:
    at, out = {(FIELD_TOPIC, 0): 0}, []
    while found := log.read(at, 5000, 0.2):
        out += [Outgoing(record.key, record.value) for record in found]
        at[FIELD_TOPIC, 0] = found[-1].offset + 1
    return out
