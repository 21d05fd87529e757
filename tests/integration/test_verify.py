"""``hub verify`` as it is typed: good, broken, not to be checked; the keys it finds; and what a real server wrote."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from hub.__main__ import main
from hub.anchors import TOPIC, record
from hub.errors import HubError
from hub.ports import Anchor
from hub.settings import Settings, audit_key
from streams.sqlite_log import SqliteLog
from tests.contract.deciding import KEY, filled, macs, unguarded
from tests.contract.filling import run
from tests.running import hub


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with ten decisions and two anchors on its log."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = store(folder)
    filled(url, 10)
    (folder / "audit.key").write_text(KEY.reveal() + "\n")
    (folder / "audit.key").chmod(0o600)
    tell(folder, 4, 8)
    monkeypatch.chdir(tmp_path)
    return folder


def store(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def tell(folder: Path, *seqs: int) -> None:
    with closing(SqliteLog(folder / "log.db")) as log:
        log.append(TOPIC, [record(Anchor(seq, macs(store(folder))[seq], 1_700_000_000.0 + seq)) for seq in seqs])


def verified(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str]:
    code = main(["verify", *map(str, args)])
    said = capsys.readouterr()
    assert KEY.reveal() not in said.out + said.err
    return code, said.out + said.err


def as_json(capsys: pytest.CaptureFixture[str], *args: str | Path) -> dict[str, Any]:
    code, said = verified(capsys, *args, "--json")
    held: dict[str, Any] = json.loads(said)
    assert code == {"good": 0, "broken": 1, "unchecked": 2}[held["state"]]
    return held


def test_what_is_as_it_was_written(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verified(capsys, "--data", data)
    assert code == 0
    assert "审计链完整 · the audit is as it was written" in said
    assert f"entries 1–10 were read; the last one's code is {macs(store(data))[10][:12]}" in said
    assert "8 facts of decisions were compared" in said
    assert "2 anchors agree, the newest of entry 8 (2023-11-14T22:13:28.000Z)" in said
    found = as_json(capsys, "--data", data)
    assert (found["entries"], found["anchors"], found["anchored"], found["facts"]) == (10, 2, 8, 8)
    assert found["faults"] == []


def test_what_is_broken_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unguarded(store(data))
    run(store(data), "update hub_audit set actor = 'duty-2' where seq = 7")
    code, said = verified(capsys, "--data", data)
    assert code == 1
    assert said.splitlines()[:2] == [
        "审计链已被破坏 · the audit is not as it was written",
        "第 7 条被改动 · entry 7 was changed",
    ]
    [fault] = as_json(capsys, "--data", data)["faults"]
    assert fault == {"seq": 7, "upto": 7, "what": {"zh": "第 7 条被改动", "en": "entry 7 was changed"}}


def test_anchors_of_the_log_and_of_a_file(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(f"# hand-over\n10 {macs(store(data))[10][:12]}\n")
    assert as_json(capsys, "--data", data, "--anchors", sheet)["anchored"] == 10
    unguarded(store(data))
    run(store(data), "delete from hub_audit where seq > 8")
    assert as_json(capsys, "--data", data)["state"] == "good", "the log's anchors end there"
    code, said = verified(capsys, "--data", data, "--anchors", sheet)
    assert code == 1
    assert "the tail is cut: 9–10 missing" in said
    (data / "log.db").rename(tmp_path / "other.db")
    code, said = verified(capsys, "--data", data)
    assert code == 0
    assert "there was no anchor to compare with" in said
    log = f"sqlite:///{tmp_path / 'other.db'}"
    assert as_json(capsys, "--store", store(data), "--log", log)["anchored"] == 8


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--data", "nowhere"), "there is no store; give the hub's --data DIR or --store URL"),
        (("--anchors", "none.txt"), "--anchors none.txt: cannot be read"),
        (("--anchors", "bad.txt"), "--anchors bad.txt: line 1: must be an entry's number"),
        (("--log", "kafka://127.0.0.1:1"), "127.0.0.1:1"),
        (("--log", "nonsense"), "log address 'nonsense'"),
    ],
)
def test_what_cannot_be_checked_is_2(
    data: Path, capsys: pytest.CaptureFixture[str], args: Sequence[str], words: str
) -> None:
    Path("bad.txt").write_text("not an anchor\n")
    where = () if "--data" in args else ("--data", str(data))
    code, said = verified(capsys, *where, *args)
    assert (code, words in said, said.count("\n")) == (2, True, 1), said


def test_without_the_key_or_with_another_one(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "audit.key").unlink()
    code, said = verified(capsys, "--data", data)
    assert (code, "without the audit key" in said) == (2, True)
    assert not (data / "audit.key").exists(), "looking makes nothing"
    monkeypatch.setenv("HUB_AUDIT_KEY", "f" * 64)
    code, said = verified(capsys, "--data", data)
    assert (code, "is not this chain's" in said) == (2, True)
    monkeypatch.setenv("HUB_AUDIT_KEY", KEY.reveal())
    assert verified(capsys, "--data", data)[0] == 0
    monkeypatch.setenv("HUB_AUDIT_KEY", "short")
    code, said = verified(capsys, "--data", data)
    assert (code, "HUB_AUDIT_KEY: is too short to be a key: 32 characters" in said) == (2, True)


def test_a_key_others_can_read_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "audit.key").chmod(0o644)
    code, said = verified(capsys, "--data", data)
    assert (code, "chmod" in said) == (2, True)


def test_the_file_is_made_once_whoever_comes_first(tmp_path: Path) -> None:
    url, made = f"sqlite:///{tmp_path}/store.db", []
    gate = threading.Barrier(8)

    def make() -> None:
        gate.wait(5)
        made.append(audit_key(Settings(), url, make=True))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(made)) == 1
    assert len(made) == 8
    assert len(made[0].reveal()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["audit.key"]
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o600
    assert audit_key(Settings(), url, make=False) == made[0]


def test_who_shares_a_server_must_be_given_one(tmp_path: Path) -> None:
    url = "postgresql+psycopg://hub@db/hub"
    assert not audit_key(Settings(store=url), url, make=True)
    assert audit_key(Settings(store=url, audit_key=KEY), url, make=True) == KEY
    (tmp_path / "audit.key").mkdir(mode=0o700)
    with pytest.raises(HubError, match=r"audit\.key"):
        audit_key(Settings(), f"sqlite:///{tmp_path}/store.db", make=True)


def test_what_a_server_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An order that is refused is audited; a polite stop publishes the anchor."""
    log, data = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "data"
    with hub("serve", "--log", log, "--data", data, folder=tmp_path) as process:
        process.until(lambda health: health["ready"] and health["recording"])
        body = json.dumps({"type": "alarm.acknowledge", "data": {"id": "no-such-alarm"}}).encode()
        asked = Request(process.url + "/api/v1/commands", body, {"Idempotency-Key": "one"})
        for _ in range(2):
            with pytest.raises(HTTPError) as caught, urlopen(asked, timeout=20):
                pass
            assert caught.value.code == 409
            caught.value.close()
        process.close()
        assert "hub.audit: anchor: entry 1, " in process.text()
    found = as_json(capsys, "--data", data, "--log", log)
    assert (found["state"], found["entries"], found["anchored"]) == ("good", 1, 1)
    assert stat.S_IMODE(os.stat(data / "audit.key").st_mode) == 0o600
