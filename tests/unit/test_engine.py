"""The loop over a memory log and a real SQLite store: counting, transactions, restart, poison, a failing store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.clock import RunningClock
from hub.codec import FOLLOWUP, Codec, encode, refuse
from hub.domain.events import Emission, Event, Stream
from hub.domain.field import Incident, Unit
from hub.domain.model import Position, instant
from hub.engine import Engine
from hub.errors import StoreDown
from hub.field.topics import FIELD, POSITIONS, STREAMS, TABLES
from hub.picture.delta import Delta
from hub.picture.fold import Picture
from hub.ports import Batch, Outgoing
from streams.memory_log import MemoryLog
from streams.store import SqlStore

NOW = 1_760_000_000.0


def incident(key: str, rev: int, **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {"kind": "theft", "priority": 3, "state": "open", "opened_at": instant(NOW), **changes}
    data = Incident(id=key, rev=rev, **fields)
    return encode(
        Emission(topic=FIELD.topic, source="/hub/t", type="cn.hub.incident.updated.v1", at=NOW + rev, data=data)
    )


def unit(key: str, rev: int) -> Outgoing:
    position = Position(lon=104.0, lat=30.6, frame="WGS84")
    data = Unit(id=key, rev=rev, call_sign=key, kind="foot", status="available", position=position)
    kind = "cn.hub.unit.position.v1"
    return encode(Emission(topic=POSITIONS.topic, source="/hub/t", type=kind, at=NOW + rev, data=data))


class Bench:
    """An engine on a folder; ``fresh`` makes another one on the same folder, as after a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = MemoryLog()
        self.published: list[Delta] = []
        self.open: list[SqlStore] = []

    def fresh(self, streams: tuple[Stream, ...] = STREAMS, **options: Any) -> Engine:
        store = SqlStore(f"sqlite:///{self.folder / 'store.db'}")
        self.open.append(store)
        engine = Engine(
            log=self.log,
            store=store,
            picture=Picture(TABLES),
            codec=Codec(streams, lambda position: position),
            streams=streams,
            clock=RunningClock(NOW, 1.0),
            publish=self.published.append,
            idle=lambda: None,
            **options,
        )
        engine.load()
        return engine

    def store(self) -> SqlStore:
        return self.open[-1]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for store in made.open:
        store.close()
    made.log.close()


def drain(engine: Engine) -> None:
    while engine.step(wait_s=0.0):
        pass
    engine.step(wait_s=0.0)


def test_every_record_is_applied_superseded_or_dead(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1), incident("I-1", 3), incident("I-1", 2), incident("I-1", 3)])
    bench.log.append(FIELD.topic, [Outgoing(b"x", b"{"), refuse(b'{"a":1}', "no time", "r")])
    drain(engine)
    assert engine.counters[f"{FIELD.topic} applied"] == 2
    assert engine.counters[f"{FIELD.topic} superseded"] == 2
    assert engine.counters[f"{FIELD.topic} dead"] == engine.counters["dead_letters"] == 2
    letters = bench.store().dead_letters()
    assert [(one.offset, one.raw) for one in letters] == [(5, b'{"a":1}'), (4, b"{")]
    assert letters[0].reason == "no time"


def test_a_follow_up_is_not_counted_as_a_row(bench: Bench) -> None:
    engine = bench.fresh()
    second = incident("I-1", 2, state="closed", closed_at=instant(NOW))
    bench.log.append(FIELD.topic, [incident("I-1", 1), Outgoing(second.key, second.value, ((FOLLOWUP, b"1"),))])
    drain(engine)
    assert engine.counters[f"{FIELD.topic} applied"] == 1
    row = engine.picture.get("incidents", "I-1")
    assert row is not None
    assert row.fact.rev == 2


def test_a_restart_goes_on_with_the_same_state(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident(f"I-{n}", 1) for n in range(50)])
    drain(engine)
    bench.log.append(FIELD.topic, [incident("I-7", 2, priority=1)])
    again = bench.fresh()
    assert again.picture.state_hash() == engine.picture.state_hash()
    drain(again)
    drain(engine)
    assert again.picture.state_hash() == engine.picture.state_hash()
    assert again.counters == engine.counters
    assert again.state.ready


def test_after_a_restart_a_source_is_as_silent_as_its_newest_row(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1), incident("I-2", 7)])
    drain(engine)
    assert bench.fresh().state.heard[FIELD.topic].at == NOW + 7


def test_ready_means_what_was_in_the_log_at_the_start(bench: Bench) -> None:
    bench.log.append(FIELD.topic, [incident("I-1", 1)])
    engine = bench.fresh()
    before = engine.state.ready
    engine.step(wait_s=0.0)
    bench.log.append(FIELD.topic, [incident("I-2", 1)])
    assert (before, engine.state.ready, engine.caught_up()) == (False, True, False)


def test_high_rate_rows_are_stored_with_their_positions_never_without(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(POSITIONS.topic, [unit("U-1", 1), Outgoing(b"x", b"bad"), unit("U-1", 2)])
    engine.step(wait_s=0.0)
    bench.log.append(POSITIONS.topic, [unit("U-1", 3)])
    engine.step(wait_s=0.0)
    again = bench.fresh()
    drain(again)
    row = again.picture.get("units", "U-1")
    assert row is not None
    assert row.fact.rev == 3
    assert again.counters["dead_letters"] == 1


def test_a_store_that_fails_is_said_and_nothing_is_skipped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = bench.fresh()
    store = bench.store()
    real = store.commit

    def down(batch: Batch) -> None:
        raise StoreDown("disk full")

    monkeypatch.setattr(store, "commit", down)
    bench.log.append(FIELD.topic, [incident("I-1", 1)])
    drain(engine)
    assert (engine.state.recording, engine.state.store_error) == (False, "disk full")
    assert engine.picture.get("incidents", "I-1") is not None, "the screens go on"
    monkeypatch.setattr(store, "commit", real)
    engine._commit(force=True)
    assert (engine.state.recording, engine.state.store_error) == (True, "")
    assert bench.fresh().picture.state_hash() == engine.picture.state_hash()


def test_a_bug_in_a_fold_raises_in_tests_and_is_a_dead_letter_in_production(bench: Bench) -> None:
    def broken(picture: Picture, event: Event) -> Delta:
        raise ZeroDivisionError("bug")

    kind = "cn.hub.incident.updated.v1"
    stream = Stream(topic=FIELD.topic, source="/hub/", events={kind: Incident}, folds={kind: broken})
    bench.log.append(FIELD.topic, [incident("I-1", 1)])
    with pytest.raises(ZeroDivisionError):
        bench.fresh((stream,), strict=True).step(wait_s=0.0)
    engine = bench.fresh((stream,))
    drain(engine)
    assert "bug" in bench.store().dead_letters()[0].reason


def test_a_bug_in_a_table_s_declaration_hurts_one_record(bench: Bench) -> None:
    def broken(fact: Incident) -> bool:
        return {3: True}[fact.priority]

    engine = bench.fresh()
    engine.picture.tables["incidents"] = replace(engine.picture.tables["incidents"], on_screen=broken)
    bench.log.append(FIELD.topic, [incident("I-1", 1, priority=1), incident("I-2", 1)])
    drain(engine)
    assert engine.counters["dead_letters"] == 1
    assert engine.picture.rows("incidents").keys() == {"I-2"}


def test_history_tells_an_incident_s_life(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1), incident("I-1", 2, state="dispatched"), incident("I-2", 1)])
    drain(engine)
    life = bench.store().history("incidents", "I-1")
    assert [(entry.rev, json.loads(entry.data)["state"]) for entry in life] == [(1, "open"), (2, "dispatched")]
