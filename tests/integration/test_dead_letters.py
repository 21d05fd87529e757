"""Refused records on real processes: a running hub over a log with poison in it, looked at, mended, fed back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Incident
from hub.domain.model import Position, instant
from hub.field.topics import FIELD_TOPIC
from hub.ports import Outgoing
from streams import open_log
from tests.running import ROOT, Process, hub

OPENED = "cn.hub.incident.opened.v1"
ESCAPE = b"\x1b[2J\xff not text"


def letters(*args: str | Path, code: int = 0) -> Any:
    """``hub dead-letters`` as a process: its JSON with ``--json``, else what it printed."""
    command = [sys.executable, "-m", "hub", "dead-letters", *map(str, args)]
    done = subprocess.run(command, capture_output=True, timeout=60, cwd=ROOT, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if "--json" in args else done.stdout.decode() + done.stderr.decode()


def body(number: int, rev: int = 1) -> dict[str, Any]:
    fact = Incident(
        id=f"I-{number}",
        rev=rev,
        kind="theft",
        priority=3,
        state="open",
        opened_at=instant(time.time()),
        position=Position(lon=104.05, lat=30.66, frame="WGS84"),
    )
    sent = encode(Emission(topic=FIELD_TOPIC, source="/hub/test", type=OPENED, at=time.time(), data=fact))
    out: dict[str, Any] = json.loads(sent.value or b"")
    return out


def outgoing(value: dict[str, Any] | bytes, key: str) -> Outgoing:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Outgoing(key.encode(), raw)


def poisoned(url: str) -> dict[str, int]:
    """Ten good facts and five bad ones into the log; what is bad → its offset."""
    bad_priority, swapped, early = body(100), body(101), body(102)
    bad_priority["data"]["priority"] = 9
    swapped["data"]["position"] = {"lon": 30.66, "lat": 104.05, "frame": "WGS84"}
    del early["data"]["opened_at"]
    bad = {
        "priority": outgoing(bad_priority, "I-100"),
        "swapped": outgoing(swapped, "I-101"),
        "missing": outgoing(early, "I-102"),
        "bytes": outgoing(ESCAPE, "x"),
        "later": outgoing({**body(103), "source": "/elsewhere"}, "I-103"),
    }
    log = open_log(url)
    try:
        log.append(FIELD_TOPIC, [outgoing(body(number), f"I-{number}") for number in range(10)])
        placed = log.append(FIELD_TOPIC, list(bad.values()))
    finally:
        log.close()
    return {name: offset for name, (_, offset) in zip(bad, placed, strict=True)}


def end(url: str) -> int:
    log = open_log(url)
    try:
        return log.ends([FIELD_TOPIC])[FIELD_TOPIC, 0]
    finally:
        log.close()


def incidents(process: Process) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in process.get("/api/v1/rows/incidents")}


def within(limit_s: float, true: Callable[[], bool]) -> bool:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_looked_at_mended_and_fed_back(tmp_path: Path) -> None:
    url, data = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data"
    bad = poisoned(url)
    at = {name: f"{FIELD_TOPIC}/0/{offset}" for name, offset in bad.items()}
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: health["dead_letters"] == 5 and health["recording"])
        assert within(5, lambda: letters("list", "--data", data, "--json")["total"] == 5)

        found = letters("list", "--data", data, "--reason", "PRIORITY", "--json")
        assert [group["letters"][0]["place"] for group in found["groups"]] == [at["priority"]]
        shown = letters("list", "--data", data)
        assert all(word in shown for word in ("swapped", "opened_at", FIELD_TOPIC, "5 refused"))
        one = letters("show", at["priority"], "--data", data, "--json")
        assert (one["field"]["path"], one["field"]["found"]) == ("$.data.priority", 9)
        assert one["field"]["wanted"] == {"type": "integer", "minimum": 1, "maximum": 4}
        assert letters("show", at["missing"], "--data", data, "--json")["field"]["path"] == "$.data.opened_at"
        dumped = letters("show", at["bytes"], "--data", data)
        assert "\x1b" not in dumped
        assert "1b 5b 32 4a ff" in dumped

        # as it is, it would be refused again: nothing is sent
        before = end(url)
        assert "would be refused again" in letters("replay", at["priority"], "--data", data, code=1)
        assert end(url) == before

        # mended by hand
        mended = tmp_path / "fact.json"
        raw = json.loads(letters("show", at["priority"], "--data", data, "--raw"))
        raw["data"]["priority"] = 2
        mended.write_text(json.dumps(raw, indent=2), "utf-8")
        replay = ("replay", at["priority"], "--with", mended, "--data", data)
        assert [r["sent"] for r in letters(*replay, "--dry-run", "--json")] == [False]
        assert end(url) == before
        assert [r["sent"] for r in letters(*replay, "--json")] == [True]
        assert within(5, lambda: "I-100" in incidents(process)), process.text()
        assert incidents(process)["I-100"]["priority"] == 2
        assert end(url) == before + 1

        # twice is once
        state = process.get("/healthz")["state_hash"]
        again = letters(*replay, "--json")
        assert (again[0]["sent"], "fed back already" in again[0]["why"]) == (False, True)
        assert end(url) == before + 1
        assert process.get("/healthz")["state_hash"] == state
        (fed,) = [
            letter
            for group in letters("list", "--data", data, "--json")["groups"]
            for letter in group["letters"]
            if letter["fed_back"]
        ]
        assert (fed["place"], "@" in fed["fed_back"]["by"]) == (at["priority"], True)

        # something newer came meanwhile: feeding back the old one would change nothing
        log = open_log(url)
        log.append(FIELD_TOPIC, [outgoing(body(101, rev=5), "I-101")])
        log.close()
        assert within(5, lambda: "I-101" in incidents(process))
        raw = json.loads(letters("show", at["swapped"], "--data", data, "--raw"))
        raw["data"]["position"] = {"lon": 104.05, "lat": 30.66, "frame": "WGS84"}
        mended.write_text(json.dumps(raw), "utf-8")
        assert within(
            5,
            lambda: "or newer" in letters("replay", at["swapped"], "--with", mended, "--dry-run", "--data", data),
        )

    # without a server it delivers by itself; the next start shows it
    raw = json.loads(letters("show", at["later"], "--data", data, "--raw"))
    mended.write_text(json.dumps({**raw, "source": "/hub/mended"}), "utf-8")
    before = end(url)
    done = letters("replay", at["later"], "--with", mended, "--data", data, "--log", url)
    assert "delivered" in done
    assert end(url) == before + 1
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: bool(health["ready"]))
        assert "I-103" in incidents(process)


def test_many_by_filter_after_the_program_was_mended(tmp_path: Path) -> None:
    """Records that were refused by an older program and fit today go back all at once."""
    url, data = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data"
    poisoned(url)
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: health["dead_letters"] == 5 and health["recording"])
    good = [json.dumps(body(200 + number)).encode() for number in range(30)]
    import sqlite3

    with sqlite3.connect(data / "store.db") as connection:  # as an older program left them
        connection.executemany(
            "INSERT INTO hub_dead_letter (topic, partition, offset, reason, raw, at) VALUES (?, 7, ?, ?, ?, ?)",
            [(FIELD_TOPIC, number, "type is not declared", raw, time.time()) for number, raw in enumerate(good)],
        )
    connection.close()
    before = end(url)
    chosen = ("--reason", "not declared", "--data", data, "--log", url, "--json")
    assert sum(r["state"] == "good" for r in letters("replay", *chosen, "--dry-run")) == 30
    assert end(url) == before
    assert sum(r["sent"] for r in letters("replay", *chosen)) == 30
    assert end(url) == before + 30
    assert sum(r["sent"] for r in letters("replay", *chosen)) == 0
    assert end(url) == before + 30
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: bool(health["ready"]))
        assert {f"I-{200 + number}" for number in range(30)} <= set(incidents(process))


def test_a_server_that_was_killed_does_not_hold_it_up(tmp_path: Path) -> None:
    url, data = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data"
    bad = poisoned(url)
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: health["dead_letters"] == 5 and health["recording"])
        assert within(5, lambda: letters("list", "--data", data, "--json")["total"] == 5)
        process.kill()
    at = f"{FIELD_TOPIC}/0/{bad['later']}"
    raw = json.loads(letters("show", at, "--data", data, "--raw"))
    mended = tmp_path / "fact.json"
    mended.write_text(json.dumps({**raw, "source": "/hub/mended"}), "utf-8")
    before = end(url)
    assert "delivered" in letters("replay", at, "--with", mended, "--data", data, "--log", url)
    assert end(url) == before + 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("list", "--data", "nowhere"), "no store at nowhere/store.db"),
        (("list",), "no store in hub-data or hub-serve"),
        (("show", "12"), "TOPIC/PARTITION/OFFSET"),
        (("list", "--since", "noon"), "--since noon"),
        (("list", "--store", "mysql://x/y"), "not supported"),
        (("replay", "--data", "nowhere"), "say which"),
    ],
)
def test_wrong_input_is_one_line(args: tuple[str, ...], words: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hub", "dead-letters", *args]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=env, check=False)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
