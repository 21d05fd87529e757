"""kill -9 at twenty random instants of a replay: it goes on each time and ends with the state of an undisturbed run."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import Process, free_port, hub

KILLS = 20
EXPORT = "calls_houston/events_2024-01-08_week.jsonl.gz"


def arguments(shared: Path, data: Path, port: int) -> list[str]:
    export = str(shared / "data" / EXPORT)
    return ["replay", export, "--as", "incidents", "--map", "houston_live", "--data", str(data), "--port", str(port)]


def finished(health: dict[str, object]) -> bool:
    replay = health.get("replay")
    return isinstance(replay, dict) and bool(replay["done"])


@pytest.mark.shared
def test_a_replay_killed_at_random_instants_ends_with_the_clean_run_s_hash(shared: Path, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    chance = random.Random(seed)
    with hub("replay", *arguments(shared, tmp_path / "clean", 0)[1:-2], folder=tmp_path) as clean:
        wanted = clean.until(finished, 120)
    data, port, log = tmp_path / "killed", free_port(), tmp_path / "killed.log"
    rows = wanted["replay"]["rows"]
    seen: list[int] = []
    for target in sorted(chance.randrange(rows) for _ in range(KILLS)):
        process = Process(arguments(shared, data, port), log, port)
        end = time.monotonic() + 60
        while log_rows(data) < target:
            assert process.popen.poll() is None, process.text()
            assert time.monotonic() < end
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.1))  # anywhere in a batch: before, in and after its transaction
        process.kill()
        seen.append(log_rows(data))
    with hub("replay", *arguments(shared, data, port)[1:-2], folder=tmp_path) as last:
        health = last.until(finished, 120)
    print(f"seed {seed}, log length at each kill {seen}, replay {health['replay']}")
    assert health["state_hash"] == wanted["state_hash"]
    assert health["replay"] == wanted["replay"]
    counts = health["replay"]
    assert counts["rows_in"] == counts["applied"] + counts["superseded"] + counts["dead_letters"]
    assert sum(0 < count < rows for count in seen) > KILLS // 2, "the kills must hit the replay at work"


def log_rows(data: Path) -> int:
    """How many records the log holds."""
    path = data / "log.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            return int(connection.execute("SELECT coalesce(sum(next), 0) FROM place").fetchone()[0])
        except sqlite3.OperationalError:  # killed before the tables were made
            return 0
