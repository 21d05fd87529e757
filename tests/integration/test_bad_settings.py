"""Bad settings of every kind, given to the real command: one line that names the setting and what to do, and code 2."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.settings import Secret, hide
from tests.conftest import absent
from tests.running import ROOT
from tests.servers import secured
from tests.servers.secured import USER, Secured

WORD = "n0t-To/be:seen 密"
NOBODY = "kafka://127.0.0.1:1"
LIMIT_S = 60.0
TYPO = "HUB_KAFKA_PASSWORD".replace("WORD", "WROD")


@dataclass(frozen=True)
class Case:
    """What is typed. ``named``: what the line must say. ``file``: the settings file, ``{folder}`` in arguments is the
    test's. ``before``: what is done first.
    """

    verb: str
    args: Sequence[str]
    named: Sequence[str]
    file: str = ""
    mode: int = 0o600
    environ: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Path], None] = lambda folder: None


def in_the_way(folder: Path) -> None:
    (folder / "data").write_text("a file\n")


def newer_store(folder: Path) -> None:
    store(folder)
    with closing(sqlite3.connect(folder / "data/store.db")) as made, made:
        made.execute("UPDATE hub_schema SET version_num = '9999'")


def store(folder: Path) -> None:
    from streams.store import SqlStore

    SqlStore(f"sqlite:///{folder}/data/store.db").close()


def no_store(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data/store.db").write_bytes(b"this is no database, it is a text" * 300)


SERVE = ("--data", "{folder}/data")
OWN = ("--log", "sqlite:///{folder}/log.db")
"""A log that is fine."""
SECURED = f'[kafka]\nsecurity = "SASL_SSL"\nusername = "hub"\npassword = "{WORD}"\n'
POSTGRES = "postgresql+psycopg://hub@127.0.0.1:1/hub"
CASES = {
    "no log": Case("serve", SERVE, ["--log", "HUB_LOG", "--settings"]),
    "no such kind of log": Case(
        "serve", ["--log", "mqtt://host:1883", *SERVE], ["mqtt://host:1883", "kafka://HOST:PORT"]
    ),
    "log without a port": Case("simulate", ["--log", "kafka://host"], ["'kafka://host'", "HOST:PORT"]),
    "log with a port beyond": Case("topics", ["--log", "kafka://host:99999"], ["host:99999", "1 to 65535"]),
    "log as no file": Case("serve", ["--log", "sqlite:///{folder}", *SERVE], ["{folder}"]),
    "topics on no cluster": Case("topics", ["--log", "sqlite:///x.db"], ["--log", "kafka://HOST:PORT"]),
    "password in the log's address": Case(
        "simulate", ["--log", f"kafka://hub:{WORD}@host:9092"], ["--log", "HUB_KAFKA_PASSWORD", "history"]
    ),
    "password in the store's address": Case(
        "serve",
        ["--log", NOBODY, "--store", f"postgresql+psycopg://hub:{WORD}@host/hub", *SERVE],
        ["--store", "HUB_DATABASE_PASSWORD", "history"],
    ),
    "no such kind of store": Case(
        "serve", ["--log", NOBODY, "--store", "mysql://host/hub", *SERVE], ["mysql", "postgresql+psycopg://"]
    ),
    "no address of a store": Case(
        "serve", ["--log", NOBODY, "--store", "store.db", *SERVE], ["'store.db'", "sqlite:///"]
    ),
    "store nobody listens at": Case("serve", [*OWN, "--store", POSTGRES, *SERVE], ["127.0.0.1:1", "refused"]),
    "store that is a folder": Case(
        "serve", ["--log", NOBODY, "--store", "sqlite:////{folder}", *SERVE], ["{folder}", "database"]
    ),
    "store that is no database": Case("serve", [*OWN, *SERVE], ["store.db"], before=no_store),
    "store of a newer version": Case("serve", [*OWN, *SERVE], ["store.db", "newer"], before=newer_store),
    "settings file missing": Case(
        "serve", ["--settings", "{folder}/none.toml", *SERVE], ["--settings", "none.toml", "No such file"]
    ),
    "settings file broken": Case("serve", SERVE, ["hub.toml", "not TOML", "line 1"], file="log: kafka\n"),
    "settings file for everybody": Case("serve", SERVE, ["hub.toml", "chmod 6"], file=SECURED, mode=0o644),
    "unknown key": Case(
        "simulate", [], ["hub.toml", "kafka.passwrod", "kafka.password"], file=f'[kafka]\npasswrod = "{WORD}"\n'
    ),
    "unknown value": Case(
        "serve", SERVE, ["hub.toml", "kafka.security", "SASL_SSL"], file=f'[kafka]\nsecurity = "{WORD}"\n'
    ),
    "unknown variable": Case("serve", SERVE, [TYPO, "HUB_KAFKA_PASSWORD"], environ={TYPO: WORD}),
    "variable that is no number": Case(
        "topics", ["--log", NOBODY], ["HUB_TOPICS_PARTITIONS", "int"], environ={"HUB_TOPICS_PARTITIONS": WORD}
    ),
    "password without security": Case(
        "serve",
        ["--log", NOBODY, *SERVE],
        ["kafka.password", "kafka.security", "SASL_SSL"],
        file=f'[kafka]\npassword = "{WORD}"\n',
    ),
    "authority's file missing": Case(
        "serve", ["--log", NOBODY, *SERVE], ["kafka.ca_file", "none.pem"], file=f'{SECURED}ca_file = "none.pem"\n'
    ),
    "authority's file is none": Case(
        "serve", ["--log", NOBODY, *SERVE], ["kafka.ca_file", "PEM"], file=f'{SECURED}ca_file = "hub.toml"\n'
    ),
    "host not of this machine": Case("serve", ["--log", NOBODY, "--host", "0.0.0.0", *SERVE], ["--host", "127.0.0.1"]),
    "port beyond": Case("serve", ["--log", NOBODY, "--port", "70000", *SERVE], ["--port", "70000"]),
    "a file where the data folder should be": Case("serve", ["--log", NOBODY, *SERVE], ["--data"], before=in_the_way),
    "data folder that cannot be made": Case("demo", ["--data", "/proc/hub"], ["--data", "/proc/hub", "another folder"]),
    "unknown role": Case("serve", ["--log", NOBODY, "--role", "boss"], ["--role", "boss", "recorder"]),
    "unknown option": Case("serve", ["--log", NOBODY, "--colour", "red"], ["--colour"]),
    "unknown verb": Case("sreve", [], ["sreve", "serve"]),
    "no number": Case("topics", ["--log", NOBODY, "--partitions", "many"], ["--partitions", "many"]),
    "unknown centre": Case("simulate", ["--log", NOBODY, "--centre", "weather"], ["--centre", "weather", "field"]),
    "no time": Case("simulate", ["--log", NOBODY, "--since", "yesterday"], ["--since", "yesterday", "2026-"]),
    "broker nobody listens at": Case("topics", ["--log", NOBODY], ["127.0.0.1:1", "ECONNREFUSED"]),
}


def given(case: Case, folder: Path) -> list[str]:
    """The arguments after the verb, with the settings file they name."""
    arguments = [argument.format(folder=folder) for argument in case.args]
    if case.file:
        path = folder / "hub.toml"
        path.write_text(case.file, "utf-8")
        path.chmod(case.mode)
        arguments += ["--settings", str(path)]
    return arguments


def typed(case: Case, folder: Path) -> tuple[int, list[str], str]:
    """(exit code, lines on the standard error, standard output) of a case."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | dict(case.environ)
    command = [sys.executable, "-m", "hub", case.verb, *given(case, folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT, env=environ, check=False)
    return done.returncode, done.stderr.splitlines(), done.stdout


def check(case: Case, folder: Path, told: tuple[int, list[str], str]) -> None:
    code, lines, out = told
    assert code == 2, lines
    assert out == ""
    said = lines[-1]
    assert [line for line in lines if line.startswith("hub")] == [said], lines
    assert not [line for line in lines if line.startswith(("usage", "Traceback"))], lines
    assert "Traceback" not in "".join(lines)
    named = [word.format(folder=folder) for word in case.named]
    assert [word for word in named if word not in said] == [], said
    assert hide("".join(lines), [Secret(WORD)]) == "".join(lines)
    print(said)


@pytest.mark.parametrize("name", CASES)
def test_one_line_names_the_setting(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, as starting one takes longer than the refusal; those below are processes."""
    case = CASES[name]
    case.before(tmp_path)
    arguments = given(case, tmp_path)
    for variable in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(variable)
    for variable, value in case.environ.items():
        monkeypatch.setenv(variable, value)
    try:
        code = main([case.verb, *arguments])
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    told = capsys.readouterr()
    check(case, tmp_path, (code, told.err.splitlines(), told.out))


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        case = Case("serve", ["--log", NOBODY, "--port", port, *SERVE], ["--port", port, "another port"])
        check(case, tmp_path, typed(case, tmp_path))


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["password", "database"])
def test_a_database_that_refuses(what: str, postgres: str, tmp_path: Path) -> None:
    before, _, host = postgres.partition("@")
    right = before.rpartition(":")[2]
    url = f"{before.rpartition(':')[0]}@{host}"
    if what == "database":
        from urllib.parse import unquote

        url, word = url.rpartition("/")[0] + "/nowhere", unquote(right)
        named = ["nowhere", "--store"]
    else:
        word, named = WORD, ["password", "--store"]
    case = Case("serve", [*OWN, "--store", url, *SERVE], named, environ={"HUB_DATABASE_PASSWORD": word})
    told = typed(case, tmp_path)
    check(case, tmp_path, told)
    assert hide(told[1][0], [Secret(word)]) == told[1][0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    if reason := secured.missing():
        absent("kafka", reason)
    made = secured.started(tmp_path_factory.mktemp("secured"))
    try:
        yield made
    finally:
        made.broker.kill()


REFUSED = {
    "wrong password": ("scram", 'security = "SASL_SSL"\nca_file = "{ca}"', "kafka.password"),
    "unknown authority": ("scram", 'security = "SASL_SSL"\nca_file = "{stranger}"', "kafka.ca_file"),
    "other mechanism": ("scram", 'security = "SASL_SSL"\nmechanism = "PLAIN"\nca_file = "{ca}"', "kafka.mechanism"),
    "certificate of another host": ("elsewhere", 'security = "SASL_SSL"\nca_file = "{ca}"', "another host"),
}


@pytest.mark.kafka
@pytest.mark.parametrize("verb", ["serve", "simulate", "topics"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_broker_that_refuses(name: str, verb: str, server: Secured, tmp_path: Path) -> None:
    way, settings, named = REFUSED[name]
    text = f'log = "kafka://{server.at(way)}"\n[kafka]\nusername = "{USER}"\npassword = "{WORD}"\n'
    text += settings.format(ca=server.authority.ca, stranger=server.stranger.ca)
    case = Case(verb, SERVE if verb == "serve" else [], [named, server.at(way)], file=text)
    check(case, tmp_path, typed(case, tmp_path))
