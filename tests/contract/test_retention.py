"""What is older than its time goes, in steps, and what is left is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.ports import Batch, DeadLetter, Gap
from streams import retention
from streams.retention import DAY_S, KEEP
from streams.store import SqlStore
from streams.tables import SCHEMA
from tests.contract.filling import content, entry, full_batch, unit, units

NOW = 1_000 * DAY_S
UNBOUNDED_S = 600.0


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url)
    yield made
    made.close()


def aged(*days: float) -> Batch:
    """A fact, a refused record and a gap of each age."""
    return Batch(
        rows=units(unit("u1", 1)),
        history=[entry(f"e{n}", n + 1, seen=NOW - age * DAY_S) for n, age in enumerate(days)],
        dead_letters=[DeadLetter("t", 0, n, "bad", b"", NOW - age * DAY_S) for n, age in enumerate(days)],
        gaps=[Gap("t", 0, n, n + 1, NOW - age * DAY_S) for n, age in enumerate(days)],
        positions={("t", 0): 9},
        counters={"taken": 5},
    )


def test_what_is_older_than_its_time_goes(store: SqlStore, store_url: str) -> None:
    store.commit(aged(400, 364, 8, 6, 0))
    before = content(store_url)
    assert store.retain({}, NOW, UNBOUNDED_S) == {"history": 1, "dead_letter": 3, "gap": 1}
    assert [item.event for item in store.history("units", "u1")] == ["e1", "e2", "e3", "e4"]
    assert [letter.offset for letter in store.dead_letters()] == [4, 3]
    assert [gap.first for gap in store.gaps()] == [4, 3, 2, 1]
    assert store.retain({}, NOW, UNBOUNDED_S) == {}, "it is gone"
    assert store.retain({"history": 7, "dead_letter": 7.5}, NOW, UNBOUNDED_S) == {"history": 2}
    after = content(store_url)
    for table in ("hub_row", "hub_position", "hub_counter"):
        assert after[table] == before[table], "the picture and the positions stay"


def test_it_goes_in_steps_and_ends_when_its_time_is_up(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 10)
    store.commit(Batch(rows={}, history=[entry(f"e{n}", n + 1, seen=float(n)) for n in range(35)]))
    steps: list[int] = []
    real = retention._step

    def counted(*given: Any) -> int:
        steps.append(real(*given))
        return steps[-1]

    monkeypatch.setattr(retention, "_step", counted)
    assert store.retain({}, NOW, 0.0) == {}
    assert steps == []
    assert store.retain({}, NOW, UNBOUNDED_S) == {"history": 35}
    assert steps[:4] == [10, 10, 10, 5]


def test_commits_go_on_meanwhile(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 50)
    store.commit(Batch(rows={}, history=[entry(f"e{n}", n + 1, seen=0.0 + n) for n in range(3000)]))
    gone: list[dict[str, int]] = []
    thread = threading.Thread(target=lambda: gone.append(store.retain({}, NOW, UNBOUNDED_S)))
    thread.start()
    commits = 0
    while thread.is_alive():
        store.commit(Batch(rows={}, history=[entry(f"new{commits}", 5000 + commits, seen=NOW)]))
        commits += 1
    thread.join()
    assert gone == [{"history": 3000}]
    assert commits > 1
    assert len(store.history("units", "u1", 10_000)) == commits


def test_a_wrong_limit_is_named(store: SqlStore) -> None:
    for days, words in (({"row": 3.0}, "row: nothing of that name"), ({"history": 0.0}, "history: 0.0 days")):
        with pytest.raises(ValueError, match=words):
            store.retain(days, NOW)


def test_what_is_kept_is_told(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.commit(aged(400, 6))
    store.commit(full_batch())
    store.snapshot()
    told = {each.keep.name: each for each in store.held({"history": 30})}
    assert list(told) == [keep.name for keep in KEEP]
    assert (told["history"].days, told["history"].rows) == (30, 3)
    assert told["history"].oldest == 13.0
    assert (told["dead_letter"].days, told["dead_letter"].rows) == (7.0, 3)
    assert (told["row"].days, told["row"].rows, told["row"].oldest) == (None, 2, None)
    assert (told["outbox"].rows, told["snapshot"].rows) == (3, 1)
    assert all(each.size is not None and each.size > 0 for each in told.values())
    monkeypatch.setattr(retention, "COUNTED", 1)
    assert {each.keep.name: each.rows for each in store.held()}["history"] in (3, 4), "its numbering"
    for each in KEEP:
        assert all((each.what.zh, each.what.en, each.reason.zh, each.reason.en))


def test_a_large_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/hub.sqlite")
    monkeypatch.setattr(retention, "MEASURED_BYTES", 1000)
    assert {each.size for each in store.held()} == {None}
    with store._read() as connection:
        assert retention.total(connection) > 1000
    store.close()


def test_every_table_that_grows_is_declared() -> None:
    bounded = {"hub_state", "hub_lease", "hub_meta", "hub_counter", "hub_position", "hub_audit_base"}
    assert {keep.table.name for keep in KEEP} == set(SCHEMA.tables) - bounded


def test_space_is_used_again(tmp_path: Path) -> None:
    """SQLite: a store that takes in as much as goes does not grow."""
    store = SqlStore(f"sqlite:///{tmp_path}/hub.sqlite")
    sizes = []
    for day in range(12):
        rows = [entry(f"e{day}-{n}", day * 1000 + n, f"u{n % 50}", seen=NOW + day * DAY_S + n) for n in range(1000)]
        store.commit(Batch(rows={}, history=rows))
        store.retain({"history": 3}, NOW + day * DAY_S, UNBOUNDED_S)
        with store._read() as connection:
            sizes.append(retention.total(connection))
    assert sizes[-1] <= 1.1 * sizes[5]
    store.close()
