"""What the store promises on SQLite and on PostgreSQL: a batch is one transaction, old facts never win, a restart finds
what was committed. What only one of them can show stands in ``test_store_sqlite`` and ``test_store_postgres``.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from hub.domain.model import Fact, Text
from hub.errors import HubError, StoreDown
from hub.picture.delta import Delta
from hub.picture.fixes import merged, row
from hub.picture.rows import UNKNOWN, Fix, Row, Table
from hub.ports import Batch, DeadLetter, Gap, Outgoing
from streams import bulk
from streams.batches import RAW_BYTES
from streams.store import SqlStore
from tests.contract.filling import CAMERAS, TABLES, content, entry, full_batch, run, unit, units

ROOT = Path(__file__).parents[2]


class UnitToo(Fact, frozen=True, kw_only=True):
    """The same table after somebody changed the type of a field."""

    call_sign: int


class Tail(Fact, frozen=True, kw_only=True):
    """The same table after a field was added."""

    call_sign: str
    added: str = "new"


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url)
    yield made
    made.close()


def test_a_batch_comes_back_after_a_restart(store_url: str) -> None:
    first = SqlStore(store_url)
    assert first.load(TABLES).rows == {"units": {}, "cameras": {}}
    first.commit(full_batch())
    first.close()
    again = SqlStore(store_url)
    loaded = again.load(TABLES)
    assert loaded.rows == {"units": {"u1": unit("u1", 5), "u2": unit("u2", 7)}, "cameras": {}}
    assert loaded.positions == {("hub.field.events", 0): 4, ("hub.actions", 2): 9}
    assert loaded.counters == {"taken": 2}
    assert loaded.meta == {"anchor": "1000.0"}
    assert again.meta("anchor") == "1000.0"
    assert again.meta("nobody") is None
    assert again.history("units", "u1") == [entry("e1")]
    assert again.gaps() == [Gap("hub.field.events", 0, 1, 4, 20.5)]
    assert again.positions() == loaded.positions
    [letter] = again.dead_letters()
    assert letter.reason == "坏 ?\\0 payload"
    assert letter.raw == b"\x00\xff" * (RAW_BYTES // 2)
    assert [(topic, record) for _, topic, record in again.outbox(10)] == full_batch().outbox
    again.close()


@pytest.mark.parametrize("step", range(1, 9))
def test_a_failure_inside_a_commit_leaves_nothing(
    store: SqlStore, store_url: str, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    store.commit(Batch(rows=units(unit("u0", 1))))
    before = content(store_url)
    real, calls = bulk.put, []

    def failing(*arguments: Any) -> None:
        real(*arguments)
        calls.append(arguments)
        if len(calls) == step:
            raise OperationalError("insert", {}, OSError("disk I/O error"))

    monkeypatch.setattr(bulk, "put", failing)
    with pytest.raises(StoreDown, match=r"disk I/O error"):
        store.commit(full_batch())
    assert content(store_url) == before
    monkeypatch.undo()
    store.commit(full_batch())
    assert set(store.load(TABLES).rows["units"]) == {"u0", "u1", "u2"}


def test_committing_again_changes_nothing(store: SqlStore, store_url: str) -> None:
    store.commit(full_batch())
    before = content(store_url)
    store.commit(full_batch())
    assert content(store_url) == before


def test_only_a_newer_epoch_or_revision_wins(store: SqlStore) -> None:
    def commit(row: Row) -> tuple[int, int]:
        store.commit(Batch(rows=units(row)))
        return store.load(TABLES).rows["units"]["u1"].order

    assert commit(unit("u1", 5)) == (0, 5)
    assert commit(unit("u1", 4)) == (0, 5)
    assert commit(unit("u1", 5, sign="other")) == (0, 5)
    assert store.load(TABLES).rows["units"]["u1"] == unit("u1", 5)
    assert commit(unit("u1", 6)) == (0, 6)
    assert commit(unit("u1", 1, epoch=1)) == (1, 1)
    assert commit(unit("u1", 99, epoch=0)) == (1, 1)


def test_a_removed_row_is_gone_and_may_come_back(store: SqlStore) -> None:
    store.commit(Batch(rows=units(unit("u1", 5), unit("u2", 1))))
    store.commit(Batch(rows={"units": {"u1": None, "never": None}}))
    assert set(store.load(TABLES).rows["units"]) == {"u2"}
    store.commit(Batch(rows=units(unit("u1", 2))))
    assert store.load(TABLES).rows["units"]["u1"] == unit("u1", 2)


def test_a_snapshot_and_its_tail_are_the_rows(store: SqlStore, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store.load(TABLES)
    store.commit(Batch(rows=units(*(unit(f"u{i}", 1) for i in range(50)))))
    store.snapshot()
    tail: Delta = {"units": {"u1": unit("u1", 2), "u2": None, "u99": unit("u99", 1)}}
    store.commit(Batch(rows=tail))
    fast = store.load(TABLES).rows
    assert set(fast["units"]) == {f"u{i}" for i in [*range(50), 99]} - {"u2"}
    assert fast["units"]["u1"].fact.rev == 2
    monkeypatch.setattr(SqlStore, "_newest_snapshot", lambda *_: None)
    assert store.load(TABLES).rows == fast
    monkeypatch.undo()
    for _ in range(3):
        store.snapshot()
    assert store.load(TABLES).rows == fast
    kept = content(store_url)
    assert len(kept["hub_snapshot"]) == 2
    assert len(kept["hub_row"]) == 50, "the removed row is forgotten when no snapshot holds it"


def test_a_snapshot_is_what_is_read(store: SqlStore, store_url: str) -> None:
    store.load(TABLES)
    store.commit(Batch(rows=units(unit("u1", 1))))
    store.snapshot()
    run(store_url, "delete from hub_row")
    assert store.load(TABLES).rows["units"] == {"u1": unit("u1", 1)}


def test_a_damaged_snapshot_is_said_and_not_used(
    store: SqlStore, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store.load(TABLES)
    store.commit(Batch(rows=units(unit("u1", 1))))
    store.snapshot()
    run(store_url, "update hub_snapshot set data = :other", other=b'{"positions":[],"rows":[]}')
    with caplog.at_level(logging.WARNING):
        assert store.load(TABLES).rows["units"] == {"u1": unit("u1", 1)}
    assert "snapshot 1 is damaged" in caplog.text


def test_a_snapshot_of_other_types_is_said_and_not_used(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    store.load(TABLES)
    store.commit(Batch(rows=units(unit("u1", 1))))
    store.snapshot()
    wider = {"units": Table(name="units", title=Text("警力", "Units"), data=Tail)}
    with caplog.at_level(logging.WARNING):
        held = store.load(wider).rows["units"]["u1"]
    assert held.fact == Tail(id="u1", rev=1, call_sign="青羊-01")
    assert "other tables or fact types" in caplog.text


def test_a_row_that_no_longer_fits_is_named(store: SqlStore) -> None:
    store.commit(Batch(rows=units(unit("u1", 1))))
    with pytest.raises(HubError, match=r"table units, row u1: no longer fits UnitToo: Expected `int`.*call_sign"):
        store.load({"units": Table(name="units", title=Text("警力", "Units"), data=UnitToo)})


def test_rows_of_undeclared_tables_are_left_alone(store: SqlStore) -> None:
    store.commit(Batch(rows=units(unit("u1", 1))))
    assert store.load({"cameras": CAMERAS}).rows == {"cameras": {}}
    store.snapshot()
    assert store.load({"cameras": CAMERAS}).rows == {"cameras": {}}
    assert set(store.load(TABLES).rows["units"]) == {"u1"}


def test_history_gives_the_newest_oldest_first(store: SqlStore) -> None:
    store.commit(Batch(rows={}, history=[entry(f"e{i}", i) for i in range(1, 6)] + [entry("x", 9, "other")]))
    assert [item.rev for item in store.history("units", "u1", limit=3)] == [3, 4, 5]
    assert store.history("units", "nobody") == []


def test_an_owner_that_begins_to_count_anew_keeps_its_history(store: SqlStore) -> None:
    before, after = entry("e1", 1), entry("e2", 1, epoch=1)
    store.commit(Batch(rows={}, history=[before, after, entry("e1 again", 1)]))
    assert store.history("units", "u1") == [before, after], "each once, the newer epoch last"


def test_dead_letters_come_newest_first(store: SqlStore) -> None:
    letters = [DeadLetter("t", 0, i, f"reason {i}", b"", float(i)) for i in range(5)]
    store.commit(Batch(rows={}, dead_letters=letters))
    assert [letter.offset for letter in store.dead_letters(limit=2)] == [4, 3]
    assert [letter.offset for letter in store.dead_letters(before=2)] == [1, 0]


def test_the_outbox_keeps_order_and_never_reuses_a_number(store: SqlStore) -> None:
    store.commit(Batch(rows={}, outbox=[("a", Outgoing(b"k", b"%d" % i)) for i in range(5)]))
    first = store.outbox(3)
    assert [record.value for _, _, record in first] == [b"0", b"1", b"2"]
    store.delivered(first[-1][0])
    assert [record.value for _, _, record in store.outbox(10)] == [b"3", b"4"]
    newest = store.outbox(10)[-1][0]
    store.delivered(newest)
    store.commit(Batch(rows={}, outbox=[("a", Outgoing(b"k", b"9"))]))
    assert store.outbox(10)[0][0] > newest


def test_a_closed_store_says_so(store: SqlStore) -> None:
    store.close()
    store.close()
    for call in (lambda: store.commit(Batch(rows={})), lambda: store.load(TABLES), store.snapshot, store.dead_letters):
        with pytest.raises(StoreDown, match="closed"):
            call()


def test_others_read_while_one_commits(store: SqlStore) -> None:
    faults: list[BaseException] = []
    stop = threading.Event()

    def reader() -> None:
        try:
            while not stop.is_set():
                store.dead_letters(5)
                assert len(store.history("units", "u1", 500)) % 10 == 0, "a batch is seen whole or not at all"
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    for batch in range(20):
        store.commit(Batch(rows={}, history=[entry(f"{batch}-{i}", batch * 10 + i + 1) for i in range(10)]))
    stop.set()
    for thread in threads:
        thread.join(10)
    assert faults == []


COMMITTER = """
import sys
from hub.domain.field import Unit
from hub.picture.rows import Row
from hub.ports import Batch
from streams.store import SqlStore

store = SqlStore(sys.argv[1])
at = store.load({}).positions.get(("t", 0), 0)
while True:
    rows = {}
    for key in range(at, at + 20):
        fact = Unit(id=str(key), rev=1, call_sign="x", kind="bus", status="busy")
        rows[str(key)] = Row(fact=fact, at=1.0, seen=1.0, type="t", source="s")
    at += 20
    store.commit(Batch(rows={"units": rows}, positions={("t", 0): at}, counters={"taken": at}))
    print(at, flush=True)
"""


def test_kill_9_leaves_whole_batches_and_nothing_acknowledged_is_lost(store_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for number in range(4):
        command = [sys.executable, "-c", COMMITTER, store_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            for _ in range(10 + 7 * number):
                acknowledged = int(process.stdout.readline())
            process.kill()
        store = SqlStore(store_url)
        loaded = store.load(TABLES)
        end = loaded.positions["t", 0]
        assert end >= acknowledged
        assert loaded.counters["taken"] == end
        assert set(loaded.rows["units"]) == {str(key) for key in range(end)}
        store.close()


def moved(rev: int, ms: int | None, sign: str = "青羊-01") -> Row:
    """A unit of a revision and, unless ``None``, a fix."""
    held = unit("u1", rev, sign=sign)
    fix = None if ms is None else Fix(ms, 1_040_600_000 + ms % 1000, 306_700_000, 9000, UNKNOWN)
    return row(held.fact, held.at, held.seen, held.type, held.source, fix)


def test_fact_and_fix_are_kept_each_by_itself(store: SqlStore) -> None:
    def commit(*rows: Row) -> Row:
        for each in rows:
            store.commit(Batch(rows=units(each)))
        return store.load(TABLES).rows["units"]["u1"]

    assert commit(moved(5, None)) == moved(5, None)
    assert commit(moved(5, 2_000_000)) == moved(5, 2_000_000), "a newer fix of the same revision"
    assert commit(moved(5, 1_900_000, "other"), moved(5, None, "other")) == moved(5, 2_000_000)
    assert commit(moved(4, 3_000_000, "other")) == moved(5, 3_000_000), "of an older revision only the fix"
    assert commit(moved(6, 2_500_000)) == moved(6, 3_000_000), "of a newer one with an older fix only the fact"
    assert commit(moved(7, None)).fix == moved(6, 3_000_000).fix
    assert commit(moved(8, 4_000_000)) == moved(8, 4_000_000)
    assert commit(moved(8, 1_000), moved(9, 1_000)).at == 4_000.0
    store.commit(Batch(rows={"units": {"u1": None}}))
    assert commit(moved(1, None)) == moved(1, None), "a removed row keeps no fix"


def test_fixes_are_in_snapshots_and_in_what_follows_them(store: SqlStore, store_url: str) -> None:
    store.load(TABLES)
    store.commit(Batch(rows=units(moved(5, 2_000_000))))
    store.snapshot()
    assert store.load(TABLES).rows["units"] == {"u1": moved(5, 2_000_000)}
    store.commit(Batch(rows=units(moved(5, 2_500_000))))
    assert store.load(TABLES).rows["units"] == {"u1": moved(5, 2_500_000)}
    run(store_url, "delete from hub_row")
    assert store.load(TABLES).rows["units"] == {"u1": moved(5, 2_000_000)}


@given(st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(1, 4)), max_size=8), st.randoms())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_store_comes_to_the_same_row_in_any_order(
    store: SqlStore, said: list[tuple[int, int | None]], chance: Random
) -> None:
    rows = [moved(rev, None if fix is None else fix * 1_000_000) for rev, fix in said]
    wanted = reduce(merged, rows) if rows else None
    chance.shuffle(rows)
    for each in rows:
        store.commit(Batch(rows=units(each)))
    held = store.load(TABLES).rows["units"].get("u1")
    store.commit(Batch(rows={"units": {"u1": None}}))
    assert (held and (held.fact, held.at, held.fix)) == (wanted and (wanted.fact, wanted.at, wanted.fix))
