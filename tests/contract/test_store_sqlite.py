"""What only SQLite can show: a locked file, a full disk, an address that is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import HubError, StoreDown
from hub.ports import Batch
from streams import database
from streams.store import SqlStore
from tests.contract.filling import TABLES, content, full_batch, unit, units


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "hub.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{path}")
    yield made
    made.close()


def test_a_locked_file_is_named_and_nothing_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database._ANY_THREAD, "timeout", 0.1)
    store = SqlStore(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreDown, match=r"hub\.sqlite: database is locked"):
        store.commit(full_batch())
    assert store.load(TABLES).rows["units"] == {}, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    store.commit(full_batch())
    assert len(store.load(TABLES).rows["units"]) == 2
    store.close()


def test_a_full_disk_is_named_and_nothing_is_written(store: SqlStore, path: Path) -> None:
    store.commit(Batch(rows=units(unit("u0", 1))))
    before = content(f"sqlite:///{path}")
    raw = store._writer.raw_connection()
    pages = raw.cursor().execute("PRAGMA page_count").fetchone()[0]
    raw.cursor().execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreDown, match=r"hub\.sqlite: database or disk is full"):
        store.commit(full_batch())
    assert content(f"sqlite:///{path}") == before
    raw.cursor().execute("PRAGMA max_page_count=1000000")
    raw.close()
    store.commit(full_batch())


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "postgres//host/db"]
)
def test_a_wrong_address_is_named(url: str) -> None:
    with pytest.raises(HubError, match="database address"):
        SqlStore(url)
