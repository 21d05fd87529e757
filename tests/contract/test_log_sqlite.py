"""The SQLite log between processes: nothing acknowledged is lost by kill -9, several may append, all are heard."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.errors import LogDown
from hub.ports import Outgoing
from streams.database import CHECKPOINT_BYTES, Checkpoints
from streams.sqlite_log import SqliteLog

ROOT = Path(__file__).parents[2]
APPENDER = """
import sys
from hub.ports import Outgoing
from streams.sqlite_log import SqliteLog

path, topic, rounds, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = SqliteLog(path)
for i in range(rounds):
    got = log.append(topic, [Outgoing(topic.encode(), b"%d/%d" % (i, j)) for j in range(size)])
    print(got[-1][1], flush=True)
log.close()
"""


def appender(path: Path, topic: str, rounds: int, size: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", APPENDER, str(path), topic, str(rounds), str(size)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    made = SqliteLog(tmp_path / "log.sqlite")
    yield made
    made.close()


@pytest.mark.parametrize(("kills", "size"), [(5, 1), (5, 40)])
def test_kill_9_loses_nothing_acknowledged(tmp_path: Path, kills: int, size: int) -> None:
    path = tmp_path / "log.sqlite"
    acknowledged = -1
    for number in range(kills):
        with appender(path, "t", 100_000, size) as process:
            assert process.stdout is not None
            for _ in range(20 + 13 * number):
                acknowledged = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split(b"\n")[:-1]
            acknowledged = int(rest[-1]) if rest else acknowledged
        log = SqliteLog(path)
        end = log.ends(["t"])[("t", 0)]
        assert end > acknowledged
        assert end % size == 0, "a batch is there whole or not at all"
        assert len(log.read({("t", 0): 0}, 10**6, 0.0)) == end
        log.close()


def test_six_processes_append_at_once_and_a_seventh_reads(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"  # not there yet: they also race to make it
    processes = [appender(path, f"t{i}", 30, 10) for i in range(6)] + [appender(path, "all", 30, 10)]
    log = SqliteLog(path)
    positions, count = {(topic, 0): 0 for topic in ["all", *(f"t{i}" for i in range(6))]}, 0
    deadline = time.monotonic() + 60
    while count < 7 * 300 and time.monotonic() < deadline:
        for item in log.read(positions, 100, 0.5):
            assert item.offset == positions[item.topic, 0]
            positions[item.topic, 0] += 1
            count += 1
    for process in processes:
        with process:
            assert process.wait(timeout=30) == 0
    assert set(positions.values()) == {300}
    log.close()


@pytest.mark.alone
def test_another_process_wakes_the_reader(log: SqliteLog, tmp_path: Path) -> None:
    with appender(tmp_path / "log.sqlite", "t", 60, 1) as process:
        late: list[float] = []
        for offset in range(60):
            [item] = log.read({("t", 0): offset}, 1, 20.0)
            late.append(time.time() - item.timestamp)
        assert process.wait(timeout=20) == 0
    late.sort()
    assert late[len(late) // 2] < 0.1


def test_the_wal_does_not_grow_though_several_write(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    logs = [SqliteLog(path), SqliteLog(path)]
    for number in range(60):
        logs[number % 2].append("t", [Outgoing(b"k", b"x" * 100_000)] * 10)
    assert path.with_name("log.sqlite-wal").stat().st_size < 3 * CHECKPOINT_BYTES, "60 MB went through it"
    for log in logs:
        log.close()


def test_nobody_can_write_during_a_checkpoint(log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 3.51.3 SQLite may lose what another process commits at that instant."""
    tried: list[str] = []

    def other(self: Checkpoints) -> sqlite3.Connection:
        with closing(sqlite3.connect(tmp_path / "log.sqlite", timeout=0, isolation_level=None)) as third:
            with pytest.raises(sqlite3.OperationalError) as caught:
                third.execute("BEGIN IMMEDIATE")
            tried.append(str(caught.value))
        return real(self)

    real = Checkpoints._other
    monkeypatch.setattr(Checkpoints, "_other", other)
    log.append("t", [Outgoing(b"k", b"x" * 999_000)] * 5)
    assert tried == ["database is locked"]
    assert log.append("t", [Outgoing(b"k", b"after")]) == [(0, 5)]


def test_a_checkpoint_that_cannot_be_is_left_for_later(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Checkpoints) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Checkpoints, "_other", fails)
    assert log.append("t", [Outgoing(b"k", b"x" * 999_000)] * 5)[-1] == (0, 4)
    assert log.append("t", [Outgoing(b"k", b"v")]) == [(0, 5)]
    assert log.health().state == "ok"


def test_a_full_disk_is_named_and_nothing_is_half_written(log: SqliteLog) -> None:
    log.append("t", [Outgoing(b"k", b"v")])
    raw = log._writer.raw_connection()
    pages = raw.cursor().execute("PRAGMA page_count").fetchone()[0]
    raw.cursor().execute(f"PRAGMA max_page_count={pages + 1}")
    with pytest.raises(LogDown, match=r"log\.sqlite: database or disk is full"):
        log.append("t", [Outgoing(b"k", b"x" * 10_000)] * 50)
    assert log.health().state == "down"
    raw.cursor().execute("PRAGMA max_page_count=1000000")
    raw.close()
    assert log.append("t", [Outgoing(b"k", b"w")]) == [(0, 1)]
    assert log.health().state == "ok"


def test_a_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(LogDown, match=r"notes\.txt: file is not a database"):
        SqliteLog(path)
