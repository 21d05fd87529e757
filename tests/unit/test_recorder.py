"""One recorder of several: who writes, what a standby keeps, a takeover, a database that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import recorder as module
from hub.domain.field import Incident
from hub.domain.model import instant
from hub.errors import StoreDown
from hub.picture.rows import Row
from hub.ports import Batch, HistoryEntry
from hub.recorder import Recorder
from streams.store import SqlStore

TOPIC = "hub.field.events"


def batch(offset: int) -> Batch:
    """What an engine took in at one offset."""
    fact = Incident(id=f"I-{offset}", rev=1, kind="theft", priority=3, state="open", opened_at=instant(1000.0))
    row = Row(fact=fact, at=1000.0, seen=1001.0, type="cn.hub.incident.updated.v1", source="/hub/t")
    entry = HistoryEntry(
        event=f"e{offset}",
        source="/hub/t",
        type=row.type,
        table="incidents",
        entity=fact.id,
        rev=1,
        at=1000.0,
        seen=1001.0,
        topic=TOPIC,
        partition=0,
        offset=offset,
        data=b"{}",
    )
    return Batch(
        rows={"incidents": {fact.id: row}},
        history=[entry],
        positions={(TOPIC, 0): offset + 1},
        counters={f"{TOPIC} applied": offset + 1},
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], SqlStore]]:
    made: list[SqlStore] = []

    def fresh() -> SqlStore:
        made.append(SqlStore(f"sqlite:///{tmp_path / 'store.db'}"))
        return made[-1]

    yield fresh
    for store in made:
        store.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease lasts half a second and is looked at at every step."""
    monkeypatch.setattr(module, "LEASE_S", 0.5)
    monkeypatch.setattr(module, "RENEW_S", 0.0)
    monkeypatch.setattr(module, "RETRY_S", 0.0)


def offsets(store: SqlStore, upto: int) -> list[int]:
    return [entry.offset for n in range(upto) for entry in store.history("incidents", f"I-{n}")]


def test_one_of_two_records_and_the_other_forgets_what_it_stored(opened: Callable[[], SqlStore]) -> None:
    first, second = Recorder(opened(), holder="one"), Recorder(opened(), holder="two")
    for each in (first, second):
        each.step()
    for offset in range(3):
        first.add(batch(offset))
        second.add(batch(offset))
    assert (first.step(), second.step()) == (1, 0)
    assert (first.state().leading, second.state().leading) == (True, False)
    assert second.state().recorder == "one"
    assert (first.state().on, second.state().on) == (True, True), "somebody records: both say so"
    assert (first.waiting, second.waiting) == (0, 0)


def test_a_standby_goes_on_where_the_recorder_ended(opened: Callable[[], SqlStore]) -> None:
    first, second = Recorder(opened(), holder="one"), Recorder(opened(), holder="two")
    store = opened()
    first.step()
    second.step()
    for offset in range(2):
        first.add(batch(offset))
        second.add(batch(offset))
    first.step()
    second.add(batch(2))  # the first one ended before it took this in
    end = time.monotonic() + 5
    while not second.leading:
        assert time.monotonic() < end
        time.sleep(0.05)
        second.step()
    assert offsets(store, 3) == [0, 1, 2]
    assert store.positions() == {(TOPIC, 0): 3}
    assert second.state().epoch == 2


def test_a_lease_that_is_renewed_is_not_a_fact_that_is_stored(opened: Callable[[], SqlStore]) -> None:
    """A full disk: the lease's row finds room, history does not."""
    store, seen = opened(), []
    one = Recorder(store, holder="one")
    one.step()
    commit = store.commit

    def full(batch: Batch, epoch: int | None = None) -> None:
        seen.append(one.state().on)
        raise StoreDown("no space")

    store.commit = full  # type: ignore[method-assign]
    one.add(batch(0))
    for _ in range(3):
        one.step()
        assert "no space" in one.state().error
    assert seen == [True, False, False], "not said to record in between"
    store.commit = commit  # type: ignore[method-assign]
    one.step()
    assert one.state().on
    assert offsets(store, 1) == [0]


def test_the_fenced_one_s_write_fails_and_nothing_is_doubled(
    opened: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Recorder(opened(), holder="one"), Recorder(opened(), holder="two")
    store = opened()
    first.step()
    for each in (first, second):
        each.add(batch(0))
    time.sleep(0.6)  # as after SIGSTOP: the lease ended unnoticed
    second.step()
    assert second.leading
    monkeypatch.setattr(module, "RENEW_S", 60.0)  # the first one has not looked yet
    first._asked = time.monotonic()
    first.step()
    assert "no longer the recorder" in caplog.text
    assert not first.leading
    assert offsets(store, 1) == [0]
    monkeypatch.setattr(module, "RENEW_S", 0.0)
    first.step()
    assert (first.waiting, first.state().recorder) == (0, "two")


def test_a_wall_never_records_and_keeps_nothing(opened: Callable[[], SqlStore]) -> None:
    wall = Recorder(opened(), holder="wall", records=False)
    wall.step()
    wall.add(batch(0))
    wall.step()
    state = wall.state()
    assert (state.leading, state.on, state.waiting, state.error) == (False, False, 0, "no server records")


def test_while_nothing_can_be_stored_all_is_kept_and_said(
    opened: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    one = Recorder(store, holder="one")
    one.step()

    def refuse(*_: Any) -> None:
        raise StoreDown("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "commit", refuse)
        for offset in range(5):
            one.add(batch(offset))
            one.step()
        state = one.state()
        assert (state.on, state.error, state.waiting) == (False, "disk full", 5)
        assert len(one._queue) <= 2, "memory grows with what changed, not with time"
    one.step()
    assert one.state().on
    assert offsets(store, 5) == [0, 1, 2, 3, 4]


def test_a_database_that_does_not_answer_is_said(
    opened: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    one = Recorder(store, holder="one")
    one.step()
    answer = threading.Event()
    monkeypatch.setattr(module, "HANG_S", 0.1)
    monkeypatch.setattr(store, "commit", lambda *_: answer.wait(20))
    one.add(batch(0))
    thread = threading.Thread(target=one.step)
    thread.start()
    time.sleep(0.3)
    state = one.state()
    answer.set()
    thread.join()
    assert (state.on, state.leading) == (False, False)
    assert "has not answered" in state.error


def test_stopping_stores_what_is_left_and_gives_the_lease_up(opened: Callable[[], SqlStore]) -> None:
    one = Recorder(opened(), holder="one")
    one.step()
    one.add(batch(0))
    stop = threading.Event()
    stop.set()
    one.run(stop)
    store = opened()
    assert offsets(store, 1) == [0]
    assert store.lease("two", 5.0).holder == "two", "nobody has to wait for it"
