"""A command from the door to the log and back onto the picture, and every way of being refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

import centres
from hub.clock import LiveClock
from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Alarm
from hub.domain.model import Text, instant
from hub.errors import StoreDown
from hub.field import topics
from hub.settings import Secret
from hub.wiring.run import Running, start
from hub.wiring.web import programs
from streams import open_log
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from tests.unit.test_service import SETTING

NOW = 1_760_000_000.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = start(
        log=MemoryLog(),
        store=SqlStore(f"sqlite:///{tmp_path / 'store.db'}", audit_key=Secret("a key of the tests only, long enough")),
        clock=LiveClock(),
        centres=centres.discover(),
        setting=SETTING,
        home=None,
        node="one",
    )
    alarm = Alarm(
        id="A-1", rev=4, priority=2, state="raised", title=Text("视频中断", "Camera lost"), raised_at=instant(NOW)
    )
    kind = "cn.hub.alarm.raised.v1"
    made.log.append(
        topics.FIELD_TOPIC,
        [encode(Emission(topic=topics.FIELD_TOPIC, source="/hub/t", type=kind, at=NOW, data=alarm))],
    )
    until(made, "raised")
    yield made
    made.close()


def state(running: Running) -> str:
    row = running.hub.engine.picture.get("alarms", "A-1")
    return "" if row is None or not isinstance(row.fact, Alarm) else row.fact.state


def until(running: Running, wanted: str) -> None:
    end = time.monotonic() + 20
    while state(running) != wanted or not running.hub.recorder.state().on:
        assert time.monotonic() < end, (state(running), running.hub.recorder.state())
        time.sleep(0.02)


def post(running: Running, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    app = Starlette(routes=programs(running))

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.post("/api/v1/commands", json=body, headers=headers)

    answer = asyncio.run(send())
    return answer.status_code, answer.json()


def acknowledge(**changes: Any) -> dict[str, Any]:
    return {"type": "alarm.acknowledge", "data": {"id": "A-1"}, **changes}


def test_an_accepted_command_comes_back_on_the_picture(running: Running) -> None:
    status, said = post(running, acknowledge(expected_rev=4))
    assert (status, said["accepted"], said["events"]) == (200, True, ["cn.hub.alarm.acknowledged.v1:A-1:0.5"])
    until(running, "acknowledged")
    row = running.hub.engine.picture.get("alarms", "A-1")
    assert row is not None
    assert (row.fact.rev, row.source) == (5, "/hub/one")
    end = time.monotonic() + 10
    while running.store.outbox(10):
        assert time.monotonic() < end, "delivered, so no longer waiting"
        time.sleep(0.02)
    assert post(running, acknowledge())[1]["reason"]["code"] == "not_now"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (acknowledge(expected_rev=3), 409, "changed"),
        (acknowledge(data={"id": "A-9"}), 409, "not_there"),
        ({"type": "alarm.burn", "data": {"id": "A-1"}}, 422, None),
        (acknowledge(data={"id": "A-1", "who": "me"}), 422, None),
        (acknowledge(data={"id": ""}), 422, None),
        ([], 422, None),
    ],
)
def test_a_refusal_says_why(running: Running, body: Any, status: int, code: str | None) -> None:
    got, said = post(running, body)
    assert (got, said["accepted"]) == (status, False)
    if code is None:
        assert "$" in said["error"] or "Expected" in said["error"]
    else:
        assert said["reason"]["code"] == code
        assert said["reason"]["zh"]
        assert said["reason"]["en"]
    assert state(running) == "raised"
    assert running.store.outbox(10) == []


def test_nothing_is_accepted_while_nothing_can_be_stored(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> None:
        raise StoreDown("disk full")

    monkeypatch.setattr(running.store, "decide", down)
    status, said = post(running, acknowledge())
    assert (status, said["reason"]["code"]) == (503, "not_recording")
    assert "disk full" in said["reason"]["en"]
    assert "disk full" in said["reason"]["zh"]


def report(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "clue.report", "data": {"id": key, "words": "井盖缺失", "priority": 3}, **more}


def test_the_same_key_gets_the_same_answer_and_nothing_twice(running: Running) -> None:
    first = post(running, report("K-1"), **{"idempotency-key": "one"})
    assert first == (200, {"accepted": True, "events": ["cn.hub.clue.reported.v1:K-1:0.1"]})
    assert post(running, report("K-1"), **{"idempotency-key": "one"}) == first
    assert post(running, report("K-1"), **{"idempotency-key": "two"})[1]["reason"]["code"] == "exists"
    assert post(running, report("K-1"), **{"idempotency-key": "two"})[1]["reason"]["code"] == "exists"
    assert post(running, report("K-2"), **{"idempotency-key": "one"})[1]["reason"]["code"] == "key_used"
    other = post(running, report("K-2"), **{"idempotency-key": "one", "hub-actor": "duty-2"})
    assert other[0] == 200, "another person's keys are their own"
    assert [(e.outcome, e.actor, e.entity) for e in running.store.audit()] == [
        ("ok", "duty-1", "K-1"),
        ("refused:exists", "duty-1", "K-1"),
        ("ok", "duty-2", "K-2"),
    ]


def test_who_acts_is_on_the_step_and_in_the_audit(running: Running) -> None:
    lead = next(centre.name for centre in centres.discover())
    assert post(running, report("K-1"), **{"hub-actor": f"lead-{lead}"})[0] == 200
    triage = {"type": "clue.triage", "data": {"id": "K-1", "priority": 2}}
    assert post(running, triage, **{"hub-actor": f"lead-{lead}"})[1]["reason"]["code"] == "not_allowed"
    assert post(running, triage, **{"hub-actor": "nobody"})[1]["reason"]["code"] == "no_account"
    assert post(running, triage, cookie="hub_actor=duty-2")[0] == 200, "at once, before it has come back from the log"
    facts = [entry.data for entry in running.store.history("clues", "K-1")]
    assert [fact["hops"][-1]["actor"] for fact in map(msgspec.json.decode, facts)] == [f"lead-{lead}", "duty-2"]
    last = running.store.audit()[-1]
    assert (last.action, last.rev, last.purpose, last.node) == ("clue.triage", 1, "crime", "one")
    assert last.before != last.after
    assert last.facts[0].split(" ") == ["cn.hub.clue.triaged.v1:K-1:0.2", last.after]


def test_what_was_decided_is_history_even_when_the_server_ends_at_once(tmp_path: Path) -> None:
    """The fact is stored before it goes to the log, so a server that starts in between misses nothing."""
    key = Secret("a key of the tests only, long enough")

    def begin() -> Running:
        return start(
            log=open_log(f"sqlite:///{tmp_path / 'log.db'}"),
            store=SqlStore(f"sqlite:///{tmp_path / 'store.db'}", audit_key=key),
            clock=LiveClock(),
            centres=centres.discover(),
            setting=SETTING,
            home=None,
            node="one",
        )

    first = begin()
    while not first.hub.recorder.state().on:
        time.sleep(0.02)
    first.relay.stop()
    time.sleep(0.2)
    assert post(first, report("K-1"))[0] == 200
    assert first.log.ends([topics.ACTIONS_TOPIC]) == {(topics.ACTIONS_TOPIC, 0): 0}, "nothing was delivered"
    first.close()
    second = begin()
    end = time.monotonic() + 10
    while second.log.ends([topics.ACTIONS_TOPIC])[topics.ACTIONS_TOPIC, 0] == 0:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert [entry.rev for entry in second.store.history("clues", "K-1")] == [1]
    second.close()
