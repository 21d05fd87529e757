"""The loop over a memory log and a real SQLite store: counting, transactions, restart, poison, a failing store."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.clock import RunningClock
from hub.codec import FOLLOWUP, Codec, encode, refuse
from hub.domain.events import Emission, Event, Stream
from hub.domain.field import Fixes, Incident, Unit
from hub.domain.model import Position, instant
from hub.engine import Engine
from hub.errors import PositionLost
from hub.field.topics import FIELD, POSITIONS, STREAMS, TABLES
from hub.picture import pending
from hub.picture.delta import Delta
from hub.picture.fold import Picture
from hub.ports import Outgoing
from hub.recorder import Recorder
from streams.memory_log import MemoryLog
from streams.store import SqlStore

NOW = 1_760_000_000.0
MOVES = "cn.hub.unit.fixes.v1"


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
        self.recorder = Recorder(store, holder="one")
        engine = Engine(
            log=self.log,
            store=store,
            picture=Picture(TABLES),
            codec=Codec(streams, lambda position: position),
            streams=streams,
            clock=RunningClock(NOW, 1.0),
            publish=self.published.append,
            idle=lambda: None,
            recorder=self.recorder,
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
    """Take in what is in the log and store it."""
    while engine.step(wait_s=0.0):
        pass
    engine.step(wait_s=0.0)
    store(engine)


def store(engine: Engine) -> None:
    engine._hand_on(force=False)
    while engine._recorder.step():
        pass


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
    store(engine)
    bench.log.append(POSITIONS.topic, [unit("U-1", 3)])
    engine.step(wait_s=0.0)
    store(engine)
    again = bench.fresh()
    drain(again)
    row = again.picture.get("units", "U-1")
    assert row is not None
    assert row.fact.rev == 3
    assert again.counters["dead_letters"] == 1


def test_what_is_gone_from_the_log_is_recorded_as_a_gap(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1)])
    drain(engine)
    bench.log.append(FIELD.topic, [incident("I-2", 1), incident("I-3", 1)])
    bench.log.trim(FIELD.topic, 2)
    with pytest.raises(PositionLost) as lost:
        engine.step(wait_s=0.0)
    engine._log_failed(lost.value)
    drain(engine)
    (gap,) = bench.store().gaps()
    assert (gap.topic, gap.first, gap.after) == (FIELD.topic, 1, 2)
    assert engine.counters["gaps"] == 1
    assert engine.picture.rows("incidents").keys() == {"I-1", "I-3"}


def test_a_lost_position_takes_what_another_server_has_stored(bench: Bench) -> None:
    slow = bench.fresh()
    quick = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1), incident("I-1", 2)])
    drain(quick)
    slow._log_failed(PositionLost("gone"))
    row = slow.picture.get("incidents", "I-1")
    assert row is not None
    assert row.fact.rev == 2
    assert slow.counters["gaps"] == 0
    assert slow.step(wait_s=0.0) == 0


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


def test_a_row_leaves_the_picture_and_the_store_a_week_after_its_end(bench: Bench) -> None:
    engine = bench.fresh()
    old, new = instant(NOW - 8 * 86_400), instant(NOW - 6 * 86_400)
    bench.log.append(
        FIELD.topic,
        [
            incident("I-old", 1, state="closed", closed_at=old),
            incident("I-new", 1, state="closed", closed_at=new),
            incident("I-open", 1),
        ],
    )
    drain(engine)
    assert engine.forget() == 1
    drain(engine)
    assert engine.picture.rows("incidents").keys() == {"I-new", "I-open"}
    assert bench.published[-1] == {"incidents": {"I-old": None}}
    assert bench.fresh().picture.rows("incidents").keys() == {"I-new", "I-open"}
    assert [entry.rev for entry in bench.store().history("incidents", "I-old")] == [1], "its history stays"


def test_history_tells_an_incident_s_life(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident("I-1", 1), incident("I-1", 2, state="dispatched"), incident("I-2", 1)])
    drain(engine)
    life = bench.store().history("incidents", "I-1")
    assert [(entry.rev, json.loads(entry.data)["state"]) for entry in life] == [(1, "open"), (2, "dispatched")]


def fixes(keys: list[str], ms: int, rev: int = 1) -> Outgoing:
    data = Fixes(
        id="gw",
        rev=rev,
        frame="WGS84",
        base=instant(NOW),
        things=tuple(keys),
        lon=tuple(1_040_000_000 + ms + n for n in range(len(keys))),
        lat=(306_000_000,) * len(keys),
        ms=(ms,) * len(keys),
    )
    return encode(Emission(topic=POSITIONS.topic, source="/hub/t", type=MOVES, at=NOW + 3600, data=data))


def test_fixes_become_rows_at_once_while_there_are_few(bench: Bench) -> None:
    engine = bench.fresh()
    bench.log.append(POSITIONS.topic, [unit("U-1", 1), fixes(["U-1", "U-2"], 5000), fixes(["U-1"], 4000)])
    engine.step(wait_s=0.0)
    row = engine.picture.get("units", "U-1")
    assert row is not None
    assert (row.at, row.order) == (NOW + 5, (0, 1))
    assert engine.fixes() == {"waiting": 0, "undeclared": 1, "dropped": 0}
    assert engine.counters[f"{POSITIONS.topic} applied"] == 2
    assert engine.counters[f"{POSITIONS.topic} superseded"] == 1
    drain(engine)
    again = bench.fresh()
    assert again.picture.state_hash() == engine.picture.state_hash()
    assert again.fixes()["undeclared"] == 1


def test_fixes_that_wait_are_not_lost_by_a_restart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "BURST", 10.0)
    monkeypatch.setattr(pending, "RATE", 0.0)
    engine = bench.fresh()
    keys = [f"U-{n}" for n in range(40)]
    engine.step(wait_s=0.0)
    for ms in range(1000, 6000, 1000):
        bench.log.append(POSITIONS.topic, [fixes(keys, ms, rev=ms)])
        engine._fast_due = 0.0
        engine.step(wait_s=0.0)
        store(engine)
        assert bench.store().positions().get((POSITIONS.topic, 0), 0) <= ms // 1000 - 1
        assert not engine.caught_up()
        again = bench.fresh()
        drain(again)
        assert again.caught_up()
        assert again.fixes() == {"waiting": 0, "undeclared": 40, "dropped": 0}
        assert {row.at for row in again.picture.rows("units_undeclared").values()} == {NOW + ms / 1000}
    engine.step(wait_s=0.0)  # the log is quiet
    assert engine.caught_up()
    assert engine.picture.state_hash() == again.picture.state_hash()


def test_ready_means_that_no_fix_waits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "BURST", 1.0)
    bench.log.append(POSITIONS.topic, [fixes(["U-1", "U-2", "U-3"], 5000)])
    engine = bench.fresh()
    engine.step(wait_s=0.0)
    assert engine.state.ready
    assert engine.fixes()["waiting"] == 0


def test_what_nobody_has_described_is_bounded_and_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.picture.fixes.WAITING_MAX", 3)
    engine = bench.fresh()
    bench.log.append(POSITIONS.topic, [fixes([f"U-{n}"], 1000 + n) for n in range(8)])
    drain(engine)
    assert engine.fixes() == {"waiting": 0, "undeclared": 3, "dropped": 5}
    assert engine.picture.rows("units_undeclared").keys() == {"U-5", "U-6", "U-7"}
    assert bench.fresh().picture.rows("units_undeclared").keys() == {"U-5", "U-6", "U-7"}


def test_many_high_rate_rows_are_stored_less_often(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.engine.EPHEMERAL_RATE", 10)
    engine = bench.fresh()
    bench.log.append(POSITIONS.topic, [fixes([f"U-{n}" for n in range(50)], 1000)])
    engine.step(wait_s=0.0)
    assert 4.0 < engine._fast_due - time.monotonic() <= 5.0


def test_a_long_backlog_is_told_in_parts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.engine.PART_BYTES", 1000)
    engine = bench.fresh()
    bench.log.append(FIELD.topic, [incident(f"I-{n}", 1) for n in range(30)])
    engine.step(wait_s=0.0)
    assert 5 < len(bench.published) < 30
    assert len(engine.picture.rows("incidents")) == 30
