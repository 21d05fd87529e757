"""Settings: where they come from, which wins, and what each refusal says. No refusal repeats a secret."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.errors import HubError
from hub.settings import KEYS, Kafka, Secret, Settings, read, variable

WORD = "s3cr€t/Word+7"
KAFKA = "kafka://10.0.0.5:9093"
SECURED = f'[kafka]\nsecurity = "SASL_SSL"\nusername = "hub"\npassword = "{WORD}"\n'
README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "hub.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def given(options: dict[str, Any] | None = None, path: Path | None = None, **environ: str) -> Settings:
    return read(options or {}, file=path, environ=environ)


def refusal(options: dict[str, Any] | None = None, path: Path | None = None, **environ: str) -> str:
    with pytest.raises(HubError) as caught:
        given(options, path, **environ)
    said = str(caught.value)
    assert "\n" not in said
    assert WORD not in said
    return said


def test_nothing_given() -> None:
    assert given() == Settings()
    with pytest.raises(HubError, match="--log kafka://HOST:PORT, HUB_LOG"):
        given().the_log()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = file(tmp_path, 'log = "kafka://file:1"\nstore = "sqlite:///file"\nnode = "file"\n[topics]\npartitions = 3\n')
    settings = given(
        {"log": "kafka://line:1", "store": None, "topics.partitions": None},
        path,
        HUB_LOG="kafka://environment:1",
        HUB_STORE="sqlite:///environment",
        HUB_TOPICS_PARTITIONS="6",
    )
    assert (settings.log, settings.store, settings.node) == ("kafka://line:1", "sqlite:///environment", "file")
    assert settings.topics.partitions == 6
    assert given({}, None, HUB_SETTINGS=str(path)).topics.partitions == 3


def test_every_setting_can_be_given_in_the_file_and_in_the_environment(tmp_path: Path) -> None:
    pem = tmp_path / "any.pem"
    pem.write_text("x")
    pem.chmod(0o600)
    values: dict[str, Any] = {
        "log": KAFKA,
        "store": "postgresql+psycopg://hub@db/hub",
        "node": "a",
        "audit_key": WORD * 3,
        "kafka.security": "SASL_SSL",
        "kafka.mechanism": "PLAIN",
        "kafka.username": "hub",
        "kafka.password": WORD,
        "kafka.ca_file": str(pem),
        "kafka.cert_file": str(pem),
        "kafka.key_file": str(pem),
        "kafka.key_password": WORD,
        "database.password": WORD,
        "topics.partitions": 4,
        "topics.replication": 2,
        "topics.facts_days": 14.5,
        "topics.positions_hours": 6,
        "clocks.triage": 1801,
        "clocks.transfer": 1802,
        "clocks.sign": 1803,
        "clocks.feedback": 1804,
        "clocks.accept": 1805,
        "clocks.chased": 1806,
        "clocks.close": 1807,
        "clocks.diverted_sign": 1808,
        "clocks.diverted": 1809,
        "clocks.warn": 0.6,
        "screens.ended_hours": 12,
    }
    assert values.keys() == KEYS.keys(), "a new setting belongs into this test"
    text = "".join(f"{key} = {msgspec.json.encode(value).decode()}\n" for key, value in values.items())
    from_file = given({}, file(tmp_path, text))
    from_environment = given({}, None, **{variable(key): str(value) for key, value in values.items()})
    assert from_file == from_environment
    assert from_file.kafka.password.reveal() == WORD
    for key in values:
        table, _, name = key.rpartition(".")
        held = getattr(getattr(from_file, table), name) if table else getattr(from_file, name)
        default = getattr(getattr(Settings(), table), name) if table else getattr(Settings(), name)
        assert held != default, key


def test_the_readme_names_every_key_and_variable() -> None:
    assert [name for name in map(variable, KEYS) if not re.search(rf"`{name}`", README)] == []
    block = re.search(r"## Settings and secrets.*?```toml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert [key for key in KEYS if not re.search(rf"^{key.rpartition('.')[2]} = ", block[1], re.MULTILINE)] == []


def test_files_named_in_the_file_are_beside_it(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    settings = given({}, file(tmp_path, f'log = "{KAFKA}"\n[kafka]\nsecurity = "SSL"\nca_file = "ca.pem"\n'))
    assert settings.kafka.ca_file == tmp_path / "ca.pem"


def test_a_file_saved_by_a_windows_editor(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(b"\xef\xbb\xbf" + 'node = "甲"\r\n'.encode())
    assert given({}, path).node == "甲"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lgo = 1", ["hub.toml", "lgo", "do you mean log?"]),
        (f'[kafka]\npasswrod = "{WORD}"', ["hub.toml", "kafka.passwrod", "kafka.password"]),
        (f'password = "{WORD}"', ["password", "do you mean"]),
        (f'[postgres]\nhost = "{WORD}"', ["postgres.host"]),
        ('kafka = "x"', ["kafka", "[kafka]"]),
        ("log = 3", ["hub.toml: log", "must be str"]),
        ("[kafka]\npassword = 12345", ["kafka.password", "text in quotes"]),
        (f'[kafka]\nsecurity = "{WORD}"', ["kafka.security", "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"]),
        ("[topics]\npartitions = 0", ["topics.partitions", ">= 1"]),
        ('[topics]\npartitions = "3"', ["topics.partitions", "must be int"]),
        ("[clocks]\nsign = 0", ["hub.toml: clocks.sign", "must be float > 0"]),
        ("[clocks]\nsign = 7776001", ["hub.toml: clocks.sign", "must be float <= 7776000"]),
        ("[clocks]\nwarn = 1", ["hub.toml: clocks.warn", "must be float < 1"]),
        ("[clocks]\nsigne = 60", ["clocks.signe is not a setting", "do you mean clocks.sign"]),
        ("log = kafka", ["hub.toml", "not TOML", "line 1"]),
        ('node = " "', ["node", "empty"]),
        ('[kafka]\npassword = "a\\nb"', ["kafka.password", "line break"]),
    ],
)
def test_a_wrong_file_is_named_with_its_key(text: str, names: list[str], tmp_path: Path) -> None:
    said = refusal({}, file(tmp_path, text))
    assert [name for name in names if name not in said] == [], said


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert "none.toml: cannot be read (No such file" in refusal({}, tmp_path / "none.toml")
    assert "cannot be read" in refusal({}, tmp_path)
    (tmp_path / "gbk.toml").write_bytes('node = "甲"'.encode("gbk"))
    assert "UTF-8" in refusal({}, tmp_path / "gbk.toml")


def test_a_wrong_variable_is_named() -> None:
    assert "do you mean HUB_KAFKA_PASSWORD?" in refusal(HUB_KAFKA_PASSWROD=WORD)
    assert "do you mean HUB_STORE?" in refusal(HUB_STROE="x")
    assert "HUB_TOPICS_PARTITIONS: must be int" in refusal(HUB_TOPICS_PARTITIONS="many")
    assert given(HUB_TEST_KAFKA="x", HUB_SHARED="y", HUB_CONFIG="another program's", HUB_LOG="") == Settings()


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("store", f"postgresql+psycopg://hub:{WORD}@db/hub"),
        ("store", f"postgresql+psycopg://hub@db/hub?password={WORD}"),
        ("log", f"kafka://hub:{WORD}@kafka:9092"),
    ],
)
def test_a_password_in_an_address_is_refused_with_what_to_do(key: str, url: str, tmp_path: Path) -> None:
    said = refusal({key: url})
    assert "shell's history" in said
    assert "--settings FILE" in said
    assert ("HUB_DATABASE_PASSWORD" if key == "store" else "HUB_KAFKA_PASSWORD") in said
    for elsewhere in (refusal({}, None, **{variable(key): url}), refusal({}, file(tmp_path, f'{key} = "{url}"'))):
        assert "history" not in elsewhere
        assert "holds a password" in elsewhere


def test_addresses_without_passwords_are_no_secret() -> None:
    for url in ("postgresql+psycopg://hub@db:5432/hub", "postgresql+psycopg://hub@/hub?host=/run/pg", "sqlite:///a@b"):
        assert given({"store": url}).store == url
    assert given({"log": "kafka://[::1]:9092"}).log == "kafka://[::1]:9092"


@pytest.mark.parametrize(
    ("mode", "fine"),
    [(0o600, True), (0o400, True), (0o640, os.geteuid() == 0), (0o644, False), (0o660, False), (0o604, False)],
)
def test_a_file_with_a_secret_is_its_owners_alone(mode: int, fine: bool, tmp_path: Path) -> None:
    path = file(tmp_path, SECURED, mode)
    if fine:
        assert given({}, path).kafka.password.reveal() == WORD
    else:
        said = refusal({}, path)
        assert "others on this machine can read it" in said
        assert "chmod 6" in said
    assert given({}, file(tmp_path, 'node = "a"', mode)).node == "a", "without a secret anybody may read it"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('security = "SASL_SSL"', "kafka.username (HUB_KAFKA_USERNAME): is missing"),
        ('security = "SASL_SSL"\nusername = "hub"', "kafka.password (HUB_KAFKA_PASSWORD): is missing"),
        ('username = "hub"', "kafka.security PLAINTEXT signs nobody in; set kafka.security to SASL_SSL"),
        ('ca_file = "ca.pem"', "kafka.security PLAINTEXT does not encrypt"),
        ('security = "SSL"\nca_file = "none.pem"', "none.pem cannot be read"),
        ('security = "SSL"\nkey_file = "ca.pem"', "kafka.cert_file (HUB_KAFKA_CERT_FILE): is missing"),
        ('security = "SSL"\ncert_file = "ca.pem"\nkey_file = "ca.pem"', "it is a private key"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    (tmp_path / "ca.pem").chmod(0o644)
    path = file(tmp_path, f'log = "{KAFKA}"\n[kafka]\n{text}\n')
    said = refusal({}, path)
    assert says in said
    assert given({"log": "sqlite:///log.db"}, path).log == "sqlite:///log.db", "[kafka] is of no account elsewhere"


def test_the_stores_password_goes_into_its_address_quoted() -> None:
    settings = given({"store": "postgresql+psycopg://hub@db:5432/hub"}, HUB_DATABASE_PASSWORD=WORD)
    assert settings.store_url("") == "postgresql+psycopg://hub:s3cr%E2%82%ACt%2FWord%2B7@db:5432/hub"
    assert given(HUB_DATABASE_PASSWORD=WORD).store_url("sqlite:///x") == "sqlite:///x"
    assert "USER@HOST" in refusal({"store": "postgresql+psycopg://db/hub"}, HUB_DATABASE_PASSWORD=WORD)


@pytest.mark.parametrize(
    ("security", "log", "warned"),
    [
        ("SASL_PLAINTEXT", "kafka://127.0.0.1:9092,localhost:9093,[::1]:9094", False),
        ("SASL_PLAINTEXT", "kafka://127.0.0.1:9092,10.0.0.5:9092", True),
        ("SASL_PLAINTEXT", "kafka://broker:9092", True),
        ("SASL_SSL", "kafka://broker:9092", False),
    ],
)
def test_a_password_in_the_clear_beyond_this_machine_is_warned_of(security: Any, log: str, warned: bool) -> None:
    kafka = Kafka(security=security, mechanism="PLAIN", username="hub", password=Secret(WORD))
    said = Settings(log=log, kafka=kafka).warnings()
    assert bool(said) is warned
    assert not warned or "SASL_SSL" in said[0]


def test_settings_are_frozen_and_show_no_secret(tmp_path: Path) -> None:
    settings = given({"log": KAFKA}, file(tmp_path, SECURED), HUB_DATABASE_PASSWORD=WORD)
    for shown in (
        repr(settings),
        str(settings),
        f"{settings!r:>5}",
        f"{settings.kafka.password}",
        str(settings.secrets),
    ):
        assert WORD not in shown
    assert settings.secrets == (Secret(WORD), Secret(WORD))
    with pytest.raises(AttributeError):
        settings.log = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)
