"""Clocks that are wrong or jump: a source's is flagged and moves nobody else; the hub's own breaks no timer."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import centres
from hub.centre import Centre
from hub.codec import encode
from hub.domain.events import Emission
from hub.field.district import build
from hub.field.world import World
from hub.ports import Outgoing
from streams import open_log
from tests.conftest import absent
from tests.faults.rig import Loading, one
from tests.faults.viewers import Viewers

HOUR = 3600


def said_by(centre: Centre, now: float) -> list[Emission]:
    """What a centre said last."""
    world = World(build(1), 1, now - 7200)
    return list(centre.simulate(world, now - 3600, now))[-20:]


def ahead(emissions: Iterable[Emission], seconds: float) -> list[Outgoing]:
    return [encode(msgspec.structs.replace(emission, at=emission.at + seconds)) for emission in emissions]


def in_year(emission: Emission, year: str) -> Outgoing:
    """The record with another year in its time."""
    record = encode(emission)
    said = datetime.fromtimestamp(round(emission.at, 3), tz=UTC).isoformat(timespec="milliseconds")[:4]
    assert record.value is not None
    changed = record.value.replace(f'"time":"{said}'.encode(), f'"time":"{year}'.encode())
    assert changed != record.value
    return Outgoing(record.key, changed, record.headers)


def test_a_source_whose_clock_is_wrong_is_flagged_and_hurts_nobody(tmp_path: Path) -> None:
    log = f"sqlite:///{tmp_path / 'log.db'}"
    fast, right = sorted(centres.discover(), key=lambda centre: centre.name)[:2]
    now = time.time()
    ours, theirs = said_by(fast, now), said_by(right, now)
    with one(log, tmp_path) as server:
        writing = open_log(log)
        writing.append(fast.topic, ahead(ours, 600))
        writing.append(right.topic, ahead(theirs, 0))
        writing.append(right.topic, [in_year(theirs[-1], "1970"), in_year(theirs[-1], "9999")])
        writing.close()
        server.until(lambda h: h["dead_letters"] == 2 and h["centres"][fast.name]["records"] == len(ours))
        time.sleep(1.5)
        rows: dict[str, Any] = {row["id"]: row for row in server.get("/api/v1/rows/centres")}
        letters = server.get("/api/v1/dead-letters")
        records = server.get("/healthz")["centres"][right.name]["records"]
    print({name: (rows[name]["ahead_s"], rows[name].get("state")) for name in (fast.name, right.name)})
    assert 500 < rows[fast.name]["ahead_s"] <= 610
    assert rows[right.name]["ahead_s"] is None
    assert records == len(theirs) + 2
    assert all("2000..2100" in letter["reason"] for letter in letters), letters


def shim(folder: Path) -> Path:
    """The library that moves a process's wall clock."""
    compiler = shutil.which("cc")
    if compiler is None:
        absent("cc", "no C compiler: the clock of a process cannot be moved")
    out = folder / "clock_shift.so"
    source = Path(__file__).with_name("clock_shift.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", out, source, "-ldl"], check=True)
    return out


def test_the_hub_s_own_clock_jumps_an_hour_forth_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, shift = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "shift"
    shift.write_text("0")
    monkeypatch.setenv("LD_PRELOAD", str(shim(tmp_path)))
    monkeypatch.setenv("CLOCK_SHIFT", str(shift))
    with one(log, tmp_path) as server:
        monkeypatch.undo()  # the others keep the true time
        with Loading(log, tmp_path, facts=100) as load, Viewers([server.port], 3) as viewers:
            viewers.until(lambda v: len(v.tables.get("cameras", ())) > 50)
            viewers.ask(viewers.forget)
            for seconds in (HOUR, 0, -HOUR, 0):
                shift.write_text(str(seconds))
                time.sleep(4)
                health = server.get("/healthz")
                apart = datetime.fromisoformat(health["now"]).timestamp() - time.time()
                assert abs(apart - seconds) < 5
                assert health["recording"], health
                assert health["recorder"]["leading"]
                assert health["log"] == "ok"
            acked = load.stop()
            viewers.until(lambda v: max(r["rev"] for r in v.tables["cameras"].values()) >= _newest(acked, "L-C"))
            quiet = viewers.ask(lambda: max(gap for v in viewers.all for gap in v.gaps))
            again = viewers.ask(lambda: sum(v.reconnects for v in viewers.all))
        held = {
            row["id"]: row["rev"]
            for table in ("alarms", "incidents", "cameras", "tasks", "units")
            for row in server.get(f"/api/v1/rows/{table}")
        }
        epoch = server.get("/healthz")["recorder"]["epoch"]
    print(f"longest pause between two frames {quiet:.2f} s, epoch {epoch}")
    assert acked.items() <= held.items()
    assert quiet < 2.5
    assert again == 0


def _newest(acked: dict[str, int], prefix: str) -> int:
    return max(rev for key, rev in acked.items() if key.startswith(prefix))
