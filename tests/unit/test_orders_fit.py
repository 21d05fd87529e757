"""What the log's readers would refuse is refused before it is decided: else an order is accepted that no picture ever
shows, one that is too large keeps all others from being delivered, and a hub does not start on what it stored.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

import centres
from hub.clock import LiveClock
from hub.domain.field import Clue
from hub.settings import Secret
from hub.wiring.run import Running, start
from hub.wiring.web import programs
from layouts.openapi import document
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from tests.unit.test_orders import post
from tests.unit.test_service import SETTING

KEY = Secret("a key of the tests only, long enough")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", audit_key=KEY)
    made = start(
        log=MemoryLog(), store=store, clock=LiveClock(), centres=centres.discover(), setting=SETTING, home=None,
        node="one",
    )  # fmt: skip
    end = time.monotonic() + 20
    while not made.hub.recorder.state().on:
        assert time.monotonic() < end
        time.sleep(0.02)
    yield made
    made.close()


def place(lon: float, lat: float, frame: str = "WGS84") -> dict[str, Any]:
    return {"lon": lon, "lat": lat, "frame": frame}


def clue(**data: Any) -> tuple[str, dict[str, Any]]:
    return "clue.report", {"id": "K-1", "words": "可疑车辆", **data}


def huge(value: float) -> dict[str, Any]:
    return {"title": {"zh": "查获", "en": "seized"}, "value": value}


@pytest.mark.parametrize(
    ("command", "code", "word"),
    [
        (clue(position=place(30.6, 104.0)), "unfit", "swapped"),
        (clue(position=place(999, 5)), "unfit", "out of range"),
        (clue(position=place(0, 0)), "unfit", "zero"),
        (clue(id="K-\0"), "nul", "NUL"),
        (clue(words={"zh": "长" * 60_000, "en": "x"}), "words", "1 to 200"),
        (clue(words={"zh": "热线", "en": ""}), "words", "1 to 200"),
        (("incident.divert", {"id": "I-1", "due_at": "0001-01-01T00:00:00+23:59"}), "unfit", "year 0"),
        (("operation.close", {"id": "O-1", "results": [huge(1e308), huge(1e308)]}), "unfit", "null"),
    ],
)
def test_what_no_reader_would_take_is_refused(
    running: Running, command: tuple[str, dict[str, Any]], code: str, word: str
) -> None:
    for type_, data in (
        ("incident.report", {"id": "I-1", "kind": "theft"}),
        ("operation.start", {"id": "O-1", "words": "清查"}),
    ):
        assert post(running, {"type": type_, "data": data})[0] == 200
    status, said = post(running, {"type": command[0], "data": command[1]})
    assert (status, said["reason"]["code"]) == (409, code), said
    assert word in said["reason"]["en"]
    assert post(running, {"type": "clue.report", "data": {"id": "K-2", "words": "之后"}})[0] == 200
    end = time.monotonic() + 10
    while running.hub.engine.picture.get("clues", "K-2") is None or running.store.outbox(1):
        assert time.monotonic() < end, "what comes after it is delivered"
        time.sleep(0.02)
    assert running.hub.health()["dead_letters"] == 0


def test_a_list_may_not_outgrow_its_operation(running: Running) -> None:
    assert post(running, {"type": "operation.start", "data": {"id": "O-1", "words": "清查"}})[0] == 200
    line = {"words": "布控", "assignee": "一组", "due_at": "2099-01-01T00:00:00Z"}
    for part in range(6):
        tasks = [{"id": f"T-{part}-{n}", **line} for n in range(100)]
        status, said = post(running, {"type": "list.issue", "data": {"id": "O-1", "tasks": tasks}})
        assert status == (200 if part < 5 else 409), said
    assert "500" in said["reason"]["en"]


def test_a_place_in_another_frame_is_stored_as_it_is_shown(running: Running) -> None:
    status, _ = post(running, {"type": "clue.report", "data": clue(position=place(104.06, 30.66, "GCJ02"))[1]})
    assert status == 200
    end = time.monotonic() + 10
    while (row := running.hub.engine.picture.get("clues", "K-1")) is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert isinstance(row.fact, Clue)
    assert row.fact.position is not None
    assert row.fact.position.frame == "WGS84"
    [entry] = running.store.history("clues", "K-1")
    assert b'"frame":"WGS84"' in entry.data


def test_every_route_for_programs_is_in_the_document(running: Running) -> None:
    """What is not described does not exist for a program."""
    served = {route.path.replace(":path}", "}") for route in programs(running) if isinstance(route, Route)}
    described = set(document()["paths"])
    assert served - described == {"/api/v1/openapi.json"}
    assert described - served == {"/api/v1/templates"}, "that one comes with the pages"
