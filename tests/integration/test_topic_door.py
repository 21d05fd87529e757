"""Forged facts by a real producer on the topic of actions and on centres' topics: each becomes a dead letter with the
reason, and nothing is changed by it, neither in the picture nor in the store, nor for the next decision.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer

from hub.field.topics import ACTIONS_TOPIC
from tests.faults.books import sqlite
from tests.running import Process, hub

Fact = dict[str, Any]
HUB, BIGDATA, CRIMINAL = ACTIONS_TOPIC, "centre.bigdata.events", "centre.criminal.events"
MARK = "door"
"""What every id here begins with: the broker is shared."""


@dataclass(frozen=True, slots=True)
class Forged:
    """``base``: the thing it is made from, or ``""``; ``change``: what it claims of it."""

    name: str
    topic: str
    type: str
    base: str
    change: Callable[[Fact], Fact]
    reason: str
    source: str = "/hub/forger"


def _next(fact: Fact, **over: Any) -> Fact:
    return {**fact, "rev": fact["rev"] + 1, **over}


def _hop(verb: str, sender: str = "hub", receiver: str = "hub") -> Fact:
    return {"at": _now(), "verb": verb, "sender": sender, "receiver": receiver}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _other_road(fact: Fact) -> Fact:
    """The same steps, but offered to another centre and signed for by that one."""
    hops = [{**hop, **{k: "bigdata" for k in ("sender", "receiver") if hop[k] == "criminal"}} for hop in fact["hops"]]
    return _next(fact, owner="bigdata", hops=hops)


def _clue(origin: str, state: str, owner: str, *hops: Fact) -> Fact:
    return {
        "id": f"{MARK}-new-{time.monotonic_ns()}",
        "rev": 1,
        "title": {"zh": "线索", "en": "Clue"},
        "priority": 1,
        "state": state,
        "origin": origin,
        "owner": owner,
        "reported_at": _now(),
        "hops": list(hops),
    }


CLUE, TASK, OPERATION, OVER = f"{MARK}-clue", f"{MARK}-task", f"{MARK}-operation", f"{MARK}-over"
FORGED = (
    # the topic of actions
    Forged("jump back", HUB, "clue.reported", CLUE, lambda f: _next(f, state="reported"), "reported"),
    Forged("jump ahead", HUB, "clue.closed", CLUE, lambda f: _next(f, state="closed"), "claims closed"),
    Forged("another's", HUB, "clue.signed", CLUE, lambda f: _next(f, owner="hub"), "claims signed with hub"),
    Forged("rewritten", HUB, "clue.signed", CLUE, _other_road, "tells another road"),
    Forged("cut", HUB, "clue.signed", CLUE, lambda f: _next(f, hops=f["hops"][1:]), "no road goes"),
    Forged("roadless", HUB, "clue.signed", CLUE, lambda f: _next(f, owner="bigdata", hops=[]), "road"),
    Forged(
        "unheard of",
        HUB,
        "clue.signed",
        "",
        lambda f: _clue("hub", "signed", "criminal", _hop("reported"), _hop("signed", "criminal")),
        "no road goes reported → signed",
    ),
    Forged("out of nothing", HUB, "clue.signed", "", lambda f: _clue("hub", "signed", "criminal"), "road"),
    Forged("undone", HUB, "task.accepted", TASK, lambda f: _next(f, state="accepted"), "done never becomes accepted"),
    Forged("a task's road", HUB, "task.done", TASK, lambda f: _next(f, hops=f["hops"][:1]), "tells another road"),
    Forged("no task's road", HUB, "task.done", TASK, lambda f: _next(f, hops=[]), "road"),
    Forged(
        "reopened", HUB, "operation.updated", OVER, lambda f: _next(f, state="running"), "closed never becomes running"
    ),
    Forged("other key", HUB, "clue.signed", CLUE, lambda f: _next(f, id=f"{MARK}-x"), "subject"),
    Forged("a centre's word", HUB, "clue.signed", CLUE, _next, "may not write", "/centre/criminal/node"),
    # topics of centres
    Forged(
        "another centre's clue",
        CRIMINAL,
        "clue.reported",
        "",
        lambda f: _clue("bigdata", "reported", "bigdata", _hop("reported", "bigdata")),
        "may only report its own clues",
        "/centre/criminal/node",
    ),
    Forged(
        "decided by itself",
        CRIMINAL,
        "clue.reported",
        "",
        lambda f: _clue("criminal", "signed", "criminal", _hop("reported", "criminal")),
        "may only report its own clues",
        "/centre/criminal/node",
    ),
    Forged(
        "the hub's clue",
        BIGDATA,
        "clue.reported",
        CLUE,
        lambda f: _next(f, origin="bigdata", owner="bigdata", state="reported", hops=[_hop("reported", "bigdata")]),
        "belongs to hub",
        "/centre/bigdata/node",
    ),
    Forged(
        "given away",
        BIGDATA,
        "clue.reported",
        "",
        lambda f: _clue("bigdata", "reported", "criminal", _hop("reported", "bigdata")),
        "may not give",
        "/centre/bigdata/node",
    ),
    Forged(
        "a report without a road",
        BIGDATA,
        "clue.reported",
        "",
        lambda f: _clue("bigdata", "reported", "bigdata"),
        "tells no road",
        "/centre/bigdata/node",
    ),
    Forged(
        "a report by another",
        BIGDATA,
        "clue.reported",
        "",
        lambda f: _clue("bigdata", "reported", "bigdata", _hop("reported", "criminal")),
        "its road ends reported with criminal",
        "/centre/bigdata/node",
    ),
    Forged("the hub's verb", BIGDATA, "clue.signed", CLUE, _next, "not declared", "/centre/bigdata/node"),
    Forged("the hub's task", BIGDATA, "task.done", TASK, _next, "not declared", "/centre/bigdata/node"),
    Forged("the hub's name", BIGDATA, "clue.reported", CLUE, _next, "may not write", "/hub/forger"),
)


def give(server: Process, actor: str, type: str, **data: Any) -> list[str]:
    """A command that must be accepted."""
    headers = {"Hub-Actor": actor}
    answer = httpx.post(f"{server.url}/api/v1/commands", json={"type": type, "data": data}, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    events: list[str] = answer.json()["events"]
    return events


def walk_roads(server: Process) -> None:
    """A clue with a centre, an operation with a task that is done, and one that is over."""
    give(server, "duty-1", "clue.report", id=CLUE, words="可疑车辆")
    give(server, "duty-1", "clue.triage", id=CLUE, priority=2)
    give(server, "duty-1", "clue.transfer", id=CLUE, to="criminal")
    give(server, "lead-criminal", "clue.sign", id=CLUE)
    for key in (OPERATION, OVER):
        give(server, "duty-1", "operation.start", id=key, words="夜间清查", centres=["criminal"])
    line = {
        "id": TASK,
        "words": "布控",
        "assignee": "刑侦",
        "assignee_id": "criminal",
        "due_at": "2099-01-01T00:00:00Z",
    }
    give(server, "duty-1", "list.issue", id=OPERATION, tasks=[line])
    give(server, "lead-criminal", "task.accept", id=TASK)
    give(server, "lead-criminal", "task.finish", id=TASK)
    give(server, "duty-1", "operation.close", id=OVER)


def ours(server: Process) -> dict[str, Fact]:
    """What the server holds of it, without when it heard of it."""
    out: dict[str, Fact] = {}
    for table in ("clues", "operations", "tasks"):
        for row in server.get(f"/api/v1/rows/{table}"):
            if row["id"].startswith(MARK):
                out[row["id"]] = {name: value for name, value in row.items() if name not in ("age_s", "seen")}
    return out


def facts(server: Process) -> dict[str, Fact]:
    """The newest fact of each, as it was written."""
    places = {CLUE: "clues", TASK: "tasks", OPERATION: "operations", OVER: "operations"}
    return {key: server.get(f"/api/v1/history/{table}/{key}")[-1]["data"] for key, table in places.items()}


def send(bootstrap: str, held: dict[str, Fact]) -> dict[tuple[str, int], Forged]:
    """Produce all of them; (topic, offset) → what it was."""
    producer: Any = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    out: dict[tuple[str, int], Forged] = {}
    try:
        for forged in FORGED:
            base = held.get(forged.base, {})
            data = forged.change(base)
            key = forged.base or data["id"]
            body = {
                "specversion": "1.0",
                "id": f"forged {forged.name}",
                "source": forged.source,
                "type": f"cn.hub.{forged.type}.v1",
                "subject": key,
                "time": _now(),
                "data": data,
            }
            placed = producer.send(forged.topic, json.dumps(body).encode(), key.encode()).get(20)
            out[forged.topic, placed.offset] = forged
    finally:
        producer.close()
    return out


def letters(server: Process) -> dict[tuple[str, int], str]:
    return {(each["topic"], each["offset"]): each["reason"] for each in server.get("/api/v1/dead-letters")}


@pytest.mark.kafka
def test_forged_facts_become_dead_letters_and_change_nothing(kafka: str, tmp_path: Path) -> None:
    data, args = tmp_path / "data", ("--log", f"kafka://{kafka}", "--data", tmp_path / "data")
    stored = sqlite(data / "store.db")
    rows = f"""SELECT "table", id, rev, data FROM hub_row WHERE id LIKE '{MARK}%' ORDER BY 1, 2"""
    history = f"SELECT event, data FROM hub_history WHERE entity LIKE '{MARK}%' ORDER BY seq"
    with hub("serve", *args, folder=tmp_path) as server:
        server.until(lambda h: h["ready"] and h["recorder"]["leading"])
        walk_roads(server)
        settled(server)
        before, kept, past = ours(server), stored(rows), stored(history)
        assert {row["state"] for row in before.values()} == {"signed", "done", "running", "closed"}
        sent = send(kafka, facts(server))
        server.until(lambda h: letters(server).keys() >= sent.keys() or h["dead_letters"] > len(sent) + 100, 30)
        refused = letters(server)
        for place, forged in sent.items():
            assert forged.reason in refused[place], f"{forged.name}: {refused[place]}"
            print(f"{forged.topic:<22} {forged.name:<22} {refused[place]}")
        settled(server)
        assert ours(server) == before
        assert (stored(rows), stored(history)) == (kept, past)
        [event] = give(server, "lead-criminal", "clue.feedback", id=CLUE)
        assert event.endswith(f":{before[CLUE]['rev'] + 1}".replace(":", ":0.")), event
        settled(server)
        after, state = ours(server), server.get("/healthz")["state_hash"]
    with hub("serve", *args, folder=tmp_path) as again:
        again.ready()
        settled(again)
        assert ours(again) == after
        assert again.get("/healthz")["state_hash"] == state


def settled(server: Process) -> None:
    """Until what was decided has come back and is stored."""
    wanted, end = "", time.monotonic() + 20
    while time.monotonic() < end:
        health = server.get("/healthz")
        if wanted == health["state_hash"] and not health["recorder"]["waiting"]:
            return
        wanted = health["state_hash"]
        time.sleep(0.7)
    raise AssertionError(f"never at rest: {server.get('/healthz')}")
