"""A command from the door to the log and back onto the picture, and every way of being refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
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
from hub.wiring.run import Running, start
from layouts import commands
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from tests.unit.test_service import SETTING

NOW = 1_760_000_000.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = start(
        log=MemoryLog(),
        store=SqlStore(f"sqlite:///{tmp_path / 'store.db'}"),
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


def post(running: Running, body: Any) -> tuple[int, dict[str, Any]]:
    app = Starlette(routes=[commands.route(running.orders)])

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.post("/api/v1/commands", json=body)

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
    assert post(running, acknowledge())[1]["reason"]["code"] == "not_raised"


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

    monkeypatch.setattr(running.store, "commit", down)
    status, said = post(running, acknowledge())
    assert (status, said["reason"]["code"]) == (503, "not_recording")
    assert "disk full" in said["reason"]["en"]
    assert "disk full" in said["reason"]["zh"]
