"""A hub on a secured Kafka and a PostgreSQL with a password: it works, and no secret of either shows anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

import centres
from hub.settings import Secret, hide
from tests.conftest import absent
from tests.running import ROOT, Process, hub
from tests.servers import secured
from tests.servers.postgres import PASSWORD as DATABASE_PASSWORD
from tests.servers.secured import PASSWORD, USER, Secured

pytestmark = pytest.mark.kafka
PLACES = ("/", "/wall/main", "/healthz", "/api/v1/tables", "/api/v1/spec", "/api/v1/dead-letters", "/_dash-layout")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    if reason := secured.missing():
        absent("kafka", reason)
    made = secured.started(tmp_path_factory.mktemp("secured"))
    try:
        yield made
    finally:
        made.broker.kill()


@pytest.fixture
def settings(server: Secured, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file with the password of Kafka; that of the database comes from the environment."""
    before, _, host = postgres.partition("@")
    monkeypatch.setenv("HUB_DATABASE_PASSWORD", DATABASE_PASSWORD)
    path = tmp_path / "hub.toml"
    path.write_text(
        f"""log = "kafka://{server.at("scram")}"
store = "{before.rpartition(":")[0]}@{host}"
[kafka]
security = "SASL_SSL"
username = "{USER}"
password = "{PASSWORD}"
ca_file = "{server.authority.ca}"
""",
        "utf-8",
    )
    path.chmod(0o600)
    return path


def shown(process: Process) -> dict[str, str]:
    """What others may see of a process: what it printed and its command line."""
    command = Path(f"/proc/{process.popen.pid}/cmdline").read_text().replace("\0", " ")
    return {f"{command} printed": process.text(), command: command}


def pages(process: Process) -> dict[str, str]:
    """What it serves."""
    out: dict[str, str] = {}
    for place in PLACES:
        with urlopen(process.url + place, timeout=10) as answer:
            out[place] = answer.read().decode("utf-8", "replace")
    return out


def betrayed(texts: dict[str, str]) -> list[str]:
    """Where a secret shows, spelt in any way."""
    secrets = [Secret(PASSWORD), Secret(DATABASE_PASSWORD)]
    return [where for where, text in texts.items() if hide(text, secrets) != text]


def files(folder: Path) -> dict[str, str]:
    held = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes().decode("utf-8", "replace") for path in held}


@pytest.mark.postgres
def test_a_secured_hub_and_a_password_that_is_changed_under_it(server: Secured, settings: Path, tmp_path: Path) -> None:
    centre = min(centres.discover(), key=lambda one: one.expected_s)
    data = tmp_path / "data"
    with (
        hub("serve", "--settings", settings, "--data", data, folder=tmp_path) as wall,
        hub("simulate", "--settings", settings, "--centre", centre.name, folder=tmp_path, serves=False) as source,
    ):
        wall.until(lambda h: h["ready"] and h["recording"] and h["centres"][centre.name]["records"] > 0)
        assert betrayed(shown(wall) | shown(source) | pages(wall) | files(data)) == []

        server.set_password("somebody changed it")
        server.broker.kill()
        server.broker.start()
        health = wall.until(lambda h: h["log"] != "ok" and "kafka.password" in h["log_error"], 60)
        told = time.monotonic()
        assert health["ready"], "the picture stays"
        held = next(table["name"] for table in wall.get("/api/v1/tables") if table["rows"])
        assert wall.get(f"/api/v1/rows/{held}"), "and can be looked at"
        assert betrayed(shown(wall) | shown(source) | pages(wall)) == []

        server.set_password(PASSWORD)
        wall.until(lambda h: h["log"] == "ok", 30)
        records = wall.get("/healthz")["centres"][centre.name]["records"]
        wall.until(lambda h: h["centres"][centre.name]["records"] > records, 60)
        print(f"let in again {time.monotonic() - told:.1f} s after the refusal was read")
    assert betrayed({"printed": wall.text(), "source": source.text()} | files(data)) == []
    assert "Traceback" not in wall.text()


def test_the_environment_alone_is_enough(server: Secured) -> None:
    server.set_password(PASSWORD)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environ |= {
        "HUB_LOG": f"kafka://{server.at('scram')}",
        "HUB_KAFKA_SECURITY": "SASL_SSL",
        "HUB_KAFKA_USERNAME": USER,
        "HUB_KAFKA_PASSWORD": PASSWORD,
        "HUB_KAFKA_CA_FILE": str(server.authority.ca),
    }
    code, out, err = topics(environ)
    assert (code, out) == (0, ""), err
    code, out, refused = topics({**environ, "HUB_KAFKA_PASSWORD": "wrong-Zz19-word"})
    assert (code, out) == (2, "")
    assert len(refused.splitlines()) == 1
    assert refused.startswith(f"hub topics: Kafka at {server.at('scram')}: refuses the user name or password")
    assert betrayed({"right": err, "wrong": refused}) == []
    assert "wrong-Zz19-word" not in refused


def topics(environ: dict[str, str]) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "hub", "topics"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, env=environ, check=False)
    return done.returncode, done.stdout, done.stderr
