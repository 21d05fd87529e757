"""The database hangs, dies or has no space: screens go on and say so, orders are refused, nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from streams import open_log
from tests.browser.pages import Watched, opened
from tests.conftest import absent
from tests.faults.independent import Folded, fold
from tests.faults.measure import long_form
from tests.faults.rig import AUDIT_KEY, TOPICS, Loading, address_of, one, order, raise_alarms
from tests.running import Process
from tests.servers.kafka import Broker
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.kafka, pytest.mark.browser]
AWAY_S = 60.0 if long_form() else 6.0
MARKED = "document.getElementById('faults').innerText.match(/未入库|Not recording/)"
NEWEST = "Math.max(...[...hub.table('cameras').values()].map(r => r.rev))"


@pytest.fixture(autouse=True)
def audited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No order is taken on a PostgreSQL without the key of the audit."""
    monkeypatch.setenv("HUB_AUDIT_KEY", AUDIT_KEY)


def went_through(
    server: Process,
    wall: Watched,
    bootstrap: str,
    folder: Path,
    away: Callable[[], None],
    back: Callable[[], None],
) -> Folded:
    """Under load: all is well, the database goes away and comes back; gives the fold of what was said meanwhile."""
    log = f"kafka://{bootstrap}"
    writing = open_log(log)
    ids = [f"D-{time.monotonic_ns()}-{n}" for n in range(2)]
    raise_alarms(writing, ids)
    writing.close()
    with Loading(log, folder) as load:
        wall.until(f"hub.table('alarms').has('{ids[-1]}') && hub.table('cameras').size > 50")
        assert not wall.ask(MARKED)
        assert order(server, ids[1])[0] == 200
        away()
        gone = time.monotonic()
        wall.until(MARKED, limit_ms=20_000)
        marked = time.monotonic() - gone
        status, answer = order(server, ids[0])
        assert (status, answer["accepted"]) == (503, False), answer
        assert answer["reason"]["zh"]
        end = gone + AWAY_S
        while time.monotonic() < end:
            before = wall.ask(NEWEST)
            wall.until(f"{NEWEST} > x", before, limit_ms=5000)  # the screens go on
            assert wall.ask(MARKED)
            time.sleep(0.5)
        waiting = server.get("/healthz")["recorder"]["waiting"]
        back()
        returned = time.monotonic()
        wall.until(f"!({MARKED})", limit_ms=40_000)
        again = time.monotonic() - returned
        time.sleep(1)
        load.stop()
    folded = fold(bootstrap, TOPICS)
    server.until(lambda h: h["state_hash"] == folded.state_hash() and not h["recorder"]["waiting"], 60)
    assert order(server, ids[0])[0] == 200
    print(
        f"marked after {marked:.1f} s (order refused: {answer['reason']['en']}), {waiting} facts waited, "
        f"recording again {again:.1f} s after its return; {len(folded.history)} facts"
    )
    return folded


def each_once(found: list[tuple[Any, ...]], folded: Folded) -> None:
    """Durable history has every fact of the fold exactly once (and the order given before or after it)."""
    held = Counter((str(source), str(event)) for source, event in found)
    assert set(held.values()) == {1}
    assert folded.history <= set(held)
    assert len(set(held) - folded.history) <= 1


@pytest.mark.postgres
@pytest.mark.parametrize("fault", ["hangs", "dies", "stops"] if long_form() else ["hangs", "dies"])
def test_a_database_goes_away(
    broker: Broker, own_postgres: Postgres, browser: Browser, tmp_path: Path, fault: str
) -> None:
    name = own_postgres.fresh()
    away = {"hangs": own_postgres.freeze, "dies": own_postgres.kill, "stops": own_postgres.stop}[fault]
    back = own_postgres.thaw if fault == "hangs" else own_postgres.start
    print(f"PostgreSQL {fault}:", end=" ")
    try:
        with (
            one(f"kafka://{broker.bootstrap}", tmp_path, "--store", address_of(own_postgres, name)) as server,
            opened(browser, f"{server.url}/") as wall,
        ):
            folded = went_through(server, wall, broker.bootstrap, tmp_path, away, back)
            time.sleep(1)
            each_once(own_postgres.execute("SELECT source, event FROM hub_history", name), folded)
    finally:
        if own_postgres.process is not None:
            own_postgres.thaw()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory, so that it can be filled without hurting anybody."""
    folder = Path(tempfile.mkdtemp(prefix="hub-disk-"))  # not pytest's: nobody but its owner may enter that
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        folder.rmdir()
        absent("mount", f"cannot mount a tmpfs: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(folder: Path) -> None:
    """Until not a page fits any more."""
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"\0" * 4096)


def test_no_space_for_sqlite(broker: Broker, browser: Browser, tmp_path: Path) -> None:
    with small_disk(96 if long_form() else 24) as disk:  # the log holds what the tests before said, too
        with (
            one(f"kafka://{broker.bootstrap}", tmp_path, data=disk / "data") as server,
            opened(browser, f"{server.url}/") as wall,
        ):
            print("SQLite has no space:", end=" ")
            folded = went_through(
                server, wall, broker.bootstrap, tmp_path, lambda: fill(disk), lambda: (disk / "filler").unlink()
            )
        with closing(sqlite3.connect(disk / "data" / "store.db")) as store:
            assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            each_once(store.execute("SELECT source, event FROM hub_history").fetchall(), folded)


@pytest.mark.postgres
def test_no_space_for_postgresql(broker: Broker, browser: Browser, tmp_path: Path) -> None:
    """Its tables' disk is full; that of its write-ahead log is another one, without which it would stop altogether."""
    with small_disk(96) as disk, small_disk(200) as ahead:
        postgres = Postgres(disk)
        try:
            disk.chmod(0o755)
            postgres._make()
            wal = disk / "data" / "pg_wal"
            shutil.copytree(wal, ahead / "wal")
            shutil.rmtree(wal)
            wal.symlink_to(ahead / "wal")
            for path in (ahead, *ahead.rglob("*")):
                os.chown(path, disk.stat().st_uid, disk.stat().st_gid)
            (ahead / "wal").chmod(0o700)
            postgres.start()
            name = postgres.fresh()
            with (
                one(f"kafka://{broker.bootstrap}", tmp_path, "--store", address_of(postgres, name)) as server,
                opened(browser, f"{server.url}/") as wall,
            ):
                print("PostgreSQL has no space:", end=" ")
                folded = went_through(
                    server, wall, broker.bootstrap, tmp_path, lambda: fill(disk), lambda: (disk / "filler").unlink()
                )
                time.sleep(1)
                each_once(postgres.execute("SELECT source, event FROM hub_history", name), folded)
        finally:
            postgres.kill()
