"""kill -9 while decisions are taken, at random instants and at every named point: the chain holds, what was answered is
there, what was not is there wholly or not at all, and nothing is published twice as another fact.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.ports import Record
from streams.relay import Relay
from streams.sqlite_log import SqliteLog
from streams.store import SqlStore
from streams.verify import verify
from tests.contract.decider import POINTS
from tests.contract.deciding import KEY, decide, macs

ROOT = Path(__file__).parents[2]
BYTES = KEY.reveal().encode()
KILLS = 20
Acknowledged = list[tuple[int, int, str]]


def decider(url: str, log: Path, first: int, point: str = "never", nth: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contract.decider", url, str(log), str(first), point, str(nth)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ})


def told(process: subprocess.Popen[str]) -> Acknowledged:
    """What it printed, until its end; half a line is nothing."""
    assert process.stdout is not None
    lines = [line.split() for line in process.stdout.read().split("\n")[:-1]]
    return [(int(number), int(seq), mac) for number, seq, mac in lines]


def records(log: Path) -> list[Record]:
    opened = SqliteLog(log)
    try:
        return opened.read({("hub.actions", 0): 0}, 100_000, 0.0)
    finally:
        opened.close()


def examine(url: str, log: Path, acknowledged: Acknowledged) -> int:
    """All that must hold after a kill; gives the number of the next decision."""
    held = macs(url)
    for number, seq, mac in acknowledged:
        assert held.get(seq) == mac, f"decision {number} was acknowledged as entry {seq}"
    found = verify(url, BYTES, [])
    assert found.code == 0, found.faults
    store, out = SqlStore(url, audit_key=KEY), SqliteLog(log)
    try:
        answered = {entry.request: entry for entry in store.audit(limit=100_000)}
        assert len(answered) == len(held), "each decided once"
        last = acknowledged[-1][0] if acknowledged else -1
        for number in range(max(0, last), last + 2):
            decide(store, number)  # asked again: the same answer, or the first one
        asked = store.audit(limit=100_000)
        assert len({entry.request for entry in asked}) == len(asked)
        relay = Relay(store, out)
        while relay.step():
            pass
        facts = {fact.split()[0] for entry in asked for fact in entry.facts}
        wanted = {
            entry.event: entry.data for key in ("u0", "u1", "u2") for entry in store.history("units", key, 100_000)
        }
    finally:
        store.close()
        out.close()
    assert set(wanted) == facts
    published: dict[tuple[Any, Any], set[bytes | None]] = {}
    for record in records(log):
        body = msgspec.json.decode(record.value or b"")
        published.setdefault((record.key, body["rev"]), set()).add(record.value)
    assert all(len(values) == 1 for values in published.values()), "published again it is the same fact"
    assert {value for values in published.values() for value in values} == set(wanted.values()), "nothing is lost"
    return last + 2


def test_killed_at_random_instants(tmp_path: Path) -> None:
    url, log = f"sqlite:///{tmp_path}/store.db", tmp_path / "log.db"
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    following, counts = 0, []
    acknowledged: Acknowledged = []
    for _ in range(KILLS):
        with decider(url, log, following) as process:
            assert process.stdout is not None
            first = process.stdout.readline().split()
            time.sleep(chance.uniform(0.0, 0.12))
            process.kill()
            some = [(int(first[0]), int(first[1]), first[2]), *told(process)]
        acknowledged += some
        counts.append(len(some))
        following = examine(url, log, acknowledged)
    print(f"seed {seed}, acknowledged before each kill {counts}, entries {len(macs(url))}")
    assert sum(counts) >= KILLS


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(store_url: str, tmp_path: Path, point: str) -> None:
    log = tmp_path / "log.db"
    following = 0
    acknowledged: Acknowledged = []
    for nth in (1, 2, 5, 9, 13, 14, 15, 17) if point == "statement" else (1, 2):
        with decider(store_url, log, following, point, nth) as process:
            some = told(process)
        assert process.returncode == -9, f"{point} {nth} was not reached"
        acknowledged += some
        following = examine(store_url, log, acknowledged)
