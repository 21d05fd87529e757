"""Ctrl+C and a service manager's stop end a hub within seconds, with code 0 and everything stored."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import hub


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_stop(number: signal.Signals, tmp_path: Path) -> None:
    with hub("demo", "--data", tmp_path / "data", folder=tmp_path) as process:
        process.ready()
        process.signal(number)
        assert process.popen.wait(20) == 0, process.text()
        assert "Traceback" not in process.text()
    with closing(sqlite3.connect(tmp_path / "data" / "store.db")) as store:
        assert store.execute("SELECT count(*) FROM hub_snapshot").fetchone()[0] == 1


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with hub("demo", "--data", tmp_path / "one", folder=tmp_path) as process:
        process.ready()
        with hub("demo", "--data", tmp_path / "two", folder=tmp_path, port=process.port) as second:
            assert second.popen.wait(60) == 2
            lines = [line for line in second.text().splitlines() if line.startswith("hub demo:")]
    assert len(lines) == 1
    assert str(process.port) in lines[0]
    assert "Traceback" not in lines[0]
