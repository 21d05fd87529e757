"""``hub doctor`` as a process, with every fault made for real: nothing there, wrong, full, frozen, dead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.ports import Outgoing
from streams import open_log
from streams.store import SqlStore
from tests.conftest import absent
from tests.contract.deciding import KEY, decide
from tests.running import ROOT, free_port, hub
from tests.servers.kafka import Broker, make_topics
from tests.servers.postgres import PASSWORD, USER, Postgres

LONGEST_S = 25.0
"""Of the process; ten of them are the doctor's own limit, the rest is Python's start on a busy machine."""


class Report:
    """What one run said."""

    def __init__(self, *args: str | Path, **environ: str) -> None:
        command = [sys.executable, "-m", "hub", "doctor", "--json", *map(str, args)]
        begun = time.monotonic()
        done = subprocess.run(
            command, capture_output=True, timeout=60, cwd=ROOT, env={**os.environ, **environ}, check=False
        )
        self.took = time.monotonic() - begun
        self.code, self.text = done.returncode, (done.stdout + done.stderr).decode()
        held: dict[str, Any] = json.loads(done.stdout)
        self.checks: list[dict[str, str]] = held["checks"]
        assert self.code == {"ok": 0, "warning": 1, "failure": 2}[held["state"]]

    def of(self, name: str) -> list[dict[str, str]]:
        return [check for check in self.checks if check["name"] == name]

    def one(self, name: str) -> dict[str, str]:
        (found,) = self.of(name)
        return found

    def bad(self) -> set[str]:
        """What is not ok, but for this machine's own memory and room."""
        return {c["name"] for c in self.checks if c["state"] != "ok"} - {"memory", "disk", "files", "broker's disk"}


def test_a_new_machine_is_fine(tmp_path: Path) -> None:
    found = Report("--data", tmp_path / "data", "--port", str(free_port()))
    assert found.bad() == set(), found.text
    wanted = {"python", "packages", "crc32c", "memory", "data folder", "disk", "port", "pages", "font", "basemap"}
    assert wanted | {"log", "database", "audit key"} == {check["name"] for check in found.checks}
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"


def test_a_running_hub_is_seen(tmp_path: Path) -> None:
    url, data = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data"
    with hub("serve", "--log", url, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: health["ready"] and health["recording"])
        found = Report("--data", data, "--log", url, "--port", str(process.port))
        assert found.bad() == set(), found.text
        assert "a hub is running there (mode live, ready: True)" in found.one("port")["seen"]
        assert "records, epoch 1" in found.one("recorder")["seen"]
        assert "(365 days)" in found.one("kept: history")["seen"]
        assert "wal" in found.one("database")["seen"]
        process.kill()
    for path in data.glob("store.db*"):
        path.unlink()
    (data / "store.db").write_bytes(b"no database at all" * 1000)
    damaged = Report("--data", data, "--log", url)
    assert damaged.one("database")["state"] == "failure"
    assert "not a database" in damaged.one("database")["seen"]


def test_an_older_and_a_newer_schema(tmp_path: Path) -> None:
    import sqlite3

    url = f"sqlite:///{tmp_path / 'store.db'}"
    SqlStore(url).close()
    for version, state in (("0001", "warning"), ("9999", "failure")):
        with sqlite3.connect(tmp_path / "store.db") as connection:
            connection.execute("UPDATE hub_schema SET version_num = ?", (version,))
        connection.close()
        assert Report("--data", tmp_path).one("schema")["state"] == state


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        absent("tmpfs", f"no small disk can be made here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    nearly = Report("--data", small_disk)
    assert (nearly.one("data folder")["state"], nearly.one("disk")["state"]) == ("ok", "failure")
    with pytest.raises(OSError, match="No space"):
        (small_disk / "all").write_bytes(bytes(8 << 20))
    full = Report("--data", small_disk).one("data folder")
    assert (full["state"], full["do"]) == ("failure", "free some space")
    assert "No space left" in full["seen"]


@pytest.mark.kafka
def test_a_broker_s_topics(broker: Broker, tmp_path: Path) -> None:
    url = f"kafka://{broker.bootstrap}"
    args = ("--data", tmp_path / "data", "--port", str(free_port()), "--log", url)
    none = Report(*args)
    assert none.bad() == {"topics"}
    assert (len(none.of("topics")), none.code) == (10, 1)
    assert "'hub topics' creates it" in none.of("topics")[0]["do"]
    assert "Kafka 4.1" in none.one("broker")["seen"]

    make_topics(broker.bootstrap, ["hub.actions"], retention_ms="3600000")
    other = next(check for check in Report(*args).of("topics") if check["seen"].startswith("hub.actions"))
    assert "retention.ms is 1 h, should be 31 days" in other["seen"]
    assert "--apply" in other["do"]

    made = [sys.executable, "-m", "hub", "topics", "--log", url, "--apply"]
    subprocess.run(made, cwd=ROOT, check=True, capture_output=True, timeout=60)
    fine = Report(*args)
    assert fine.bad() == set(), fine.text
    assert "10 as they should be" in fine.one("topics")["seen"]
    assert fine.one("broker's clock")["seen"] == "no record yet to compare with"

    log = open_log(url)
    log.append("hub.actions", [Outgoing(b"k", b"v")])
    log.close()
    assert "newest record" in Report(*args).one("broker's clock")["seen"]


@pytest.mark.kafka
def test_a_broker_whose_clock_is_ahead(broker: Broker, tmp_path: Path) -> None:
    """Its stamps are in the future: a record that says so itself, in a topic that lets it."""
    from kafka import KafkaAdminClient, KafkaProducer
    from kafka.admin import ConfigResource, ConfigResourceType

    make_topics(broker.bootstrap, ["hub.actions"])
    resource = ConfigResource(ConfigResourceType.TOPIC, "hub.actions", {"message.timestamp.type": "CreateTime"})
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.alter_configs([resource])
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=False)
    producer.send("hub.actions", b"v", key=b"k", timestamp_ms=int((time.time() + 600) * 1000)).get(10)
    producer.close()
    found = Report("--data", tmp_path / "data", "--log", f"kafka://{broker.bootstrap}").one("broker's clock")
    assert found["state"] == "failure"
    assert any(f"stamped {seconds} s in the future" in found["seen"] for seconds in range(540, 601)), found


@pytest.mark.kafka
def test_a_broker_that_is_frozen_or_not_there(broker: Broker, tmp_path: Path) -> None:
    args = ("--data", tmp_path / "data", "--port", str(free_port()), "--log")
    wrong = Report(*args, f"kafka://127.0.0.1:{free_port()}")
    assert wrong.bad() == {"broker"}
    assert (wrong.one("broker")["state"], wrong.code) == ("failure", 2)
    broker.freeze()
    try:
        frozen = Report(*args, f"kafka://{broker.bootstrap}")
    finally:
        broker.thaw()
    assert frozen.bad() == {"broker"}
    assert "--log" in frozen.one("broker")["do"]
    assert max(wrong.took, frozen.took) < LONGEST_S
    print(f"wrong port: {wrong.took:.1f} s; frozen broker: {frozen.took:.1f} s")


def login(server: Postgres, database: str = "postgres") -> tuple[str, str]:
    """``--store`` without a password."""
    return "--store", f"postgresql+psycopg://{USER}@127.0.0.1:{server.port}/{database}"


@pytest.mark.postgres
def test_a_database(own_postgres: Postgres, tmp_path: Path) -> None:
    name = own_postgres.fresh()
    args = ("--data", tmp_path / "data", "--port", str(free_port()), *login(own_postgres, name))
    new = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD, HUB_AUDIT_KEY=KEY.reveal())
    assert new.bad() == {"schema"}, new.text
    assert "none yet" in new.one("schema")["seen"]
    store = SqlStore(own_postgres.url(name), audit_key=KEY)
    decide(store, 4, time.time())  # a refused one
    store.close()
    for key, words in (("", "there is none, so no order is taken (1 entries)"), ("f" * 64, "not the key of this")):
        keyless = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD, HUB_AUDIT_KEY=key)
        assert (keyless.code, keyless.bad()) == (2, {"audit key"})
        assert words in keyless.one("audit key")["seen"]
    fine = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD, HUB_AUDIT_KEY=KEY.reveal())
    assert fine.bad() == set(), fine.text
    assert "PostgreSQL 18" in fine.one("database")["seen"]
    assert float(fine.one("database's clock")["seen"].split()[0]) < 0.5
    assert "no server records now" in fine.one("recorder")["seen"]

    own_postgres.execute("ALTER SYSTEM SET synchronous_commit = 'off'")
    own_postgres.execute("SELECT pg_reload_conf()")
    try:
        time.sleep(0.5)
        unsafe = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD, HUB_AUDIT_KEY=KEY.reveal())
    finally:
        own_postgres.execute("ALTER SYSTEM RESET synchronous_commit")
        own_postgres.execute("SELECT pg_reload_conf()")
    assert unsafe.bad() == {"settings"}
    assert "synchronous_commit is off" in unsafe.of("settings")[0]["seen"]

    wrong = Report(*args, HUB_DATABASE_PASSWORD="of/another@day")
    assert wrong.bad() == {"database"}
    assert "password" in wrong.one("database")["do"]
    for report in (new, fine, unsafe, wrong):
        assert PASSWORD not in report.text
        assert "another@day" not in report.text
    missing = Report("--data", tmp_path / "data", *login(own_postgres, "nowhere"), HUB_DATABASE_PASSWORD=PASSWORD)
    assert "does not exist" in missing.one("database")["seen"]


@pytest.mark.postgres
def test_a_database_that_is_frozen_or_dead(own_postgres: Postgres, tmp_path: Path) -> None:
    args = ("--data", tmp_path / "data", "--port", str(free_port()), *login(own_postgres))
    own_postgres.freeze()
    try:
        frozen = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD)
    finally:
        own_postgres.thaw()
    own_postgres.kill()
    try:
        dead = Report(*args, HUB_DATABASE_PASSWORD=PASSWORD)
    finally:
        own_postgres.start()
    for report in (frozen, dead):
        assert report.bad() == {"database"}
        assert "--store" in report.one("database")["do"]
        assert report.took < LONGEST_S
    print(f"frozen database: {frozen.took:.1f} s; dead: {dead.took:.1f} s")


@pytest.mark.parametrize(("package", "name"), [("psutil", "memory"), ("packaging", "packages"), ("kafka", "broker")])
def test_a_package_that_cannot_be_imported_is_named_and_the_rest_is_looked_at(
    package: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / f"{package}.py").write_text("raise ImportError('No module named ' + __name__)")
    args = ("--data", tmp_path / "data", "--port", str(free_port()), "--log", "kafka://127.0.0.1:9")
    found = Report(*args, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert package in found.one(name)["seen"]
    assert "pip install" in found.one(name)["do"] or name == "broker"
    assert found.one("font")["state"] == found.one("database")["state"] == "ok"


def test_for_a_person_it_is_a_line_each_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "hub", "doctor", "--data", str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "→ choose another --data folder" in done.stdout
    assert "1 failure" in done.stdout.splitlines()[-1]
    assert "Traceback" not in done.stdout + done.stderr
