"""Three servers, one Kafka, one PostgreSQL, a load, a hundred viewers; anything may be killed at any time.

``HUB_TEST_FAULTS=10``: each of servers, broker and database ten times instead of once.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.measure import rounds
from tests.faults.rig import Loading, Rig, Server, same_pictures, standing
from tests.faults.viewers import Viewers
from tests.servers.kafka import Broker
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
VIEWERS = 100
HANDOVER_S = 10.0


def kill_server(rig: Rig, chance: random.Random) -> str:
    victim = chance.choice(rig.servers)
    leader, before = rig.leader()
    victim.running.kill()
    said = f"{victim.name} killed"
    if victim is leader:
        killed = time.monotonic()
        _, after = rig.leader([s for s in rig.servers if s is not victim], HANDOVER_S)
        took = time.monotonic() - killed
        assert after["recorder"]["epoch"] > before["recorder"]["epoch"]
        said += f" while it recorded: another one did after {took:.1f} s"
    time.sleep(chance.uniform(0, 2))
    victim.start()
    victim.running.ready()
    return said


def kill_broker(rig: Rig, chance: random.Random) -> str:
    rig.broker.kill()
    time.sleep(away := chance.uniform(0, 4))
    rig.broker.start()
    return f"broker killed, away {away:.1f} s and its start"


def kill_database(rig: Rig, chance: random.Random) -> str:
    rig.postgres.kill()
    time.sleep(away := chance.uniform(0, 4))
    rig.postgres.start()
    return f"database killed, away {away:.1f} s and its start"


def test_any_of_them_may_be_killed(broker: Broker, own_postgres: Postgres, tmp_path: Path) -> None:
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    faults = [kill_server, kill_broker, kill_database] * rounds(1)
    chance.shuffle(faults)
    print(f"seed {seed}")
    log = f"kafka://{broker.bootstrap}"
    with (
        standing(broker, own_postgres, tmp_path) as rig,
        Viewers([server.port for server in rig.servers], VIEWERS) as viewers,
    ):
        acked: dict[str, int] = {}
        for number, fault in enumerate(faults):
            with Loading(log, tmp_path, seed=seed + number, batch=10 * (number % 2)) as load:
                time.sleep(chance.uniform(3, 6))
                print(f"{number + 1}: {fault(rig, chance)}", end="; ", flush=True)
                time.sleep(chance.uniform(1, 3))
                acked |= load.stop()
            began = time.monotonic()
            folded = rig.agree()
            agreed = time.monotonic() - began
            held = {key: order[1] for (_, key), (order, *_) in folded.rows.items()}
            assert all(held[key] >= rev for key, rev in acked.items()), "the broker lost what it had acknowledged"
            history = Counter(rig.history())
            assert set(history) == folded.history, _apart(set(history), folded.history)
            assert set(history.values()) == {1}
            same_pictures(viewers, folded)
            print(f"all agree after {agreed:.1f} s: {folded.state_hash()}, {len(history)} facts stored, each once")
        again, late = viewers.ask(lambda: (sum(v.reconnects for v in viewers.all), [v.snaps for v in viewers.all]))
        print(f"{VIEWERS} viewers: {again} reconnections, snapshots at most {max(late)}; load {load.said()}")


def _apart(stored: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> str:
    lost, more = wanted - stored, stored - wanted
    return f"{len(lost)} facts are not stored: {sorted(lost)[:3]}; {len(more)} should not be: {sorted(more)[:3]}"


def freeze(server: Server, rig: Rig, midway: bool) -> None:
    """SIGSTOP; ``midway``: while it holds the lease's row in an open transaction."""
    end = time.monotonic() + 60
    while True:
        server.running.signal(signal.SIGSTOP)
        if not midway or in_transaction(rig):
            return
        assert time.monotonic() < end, "never caught in a transaction"
        server.running.signal(signal.SIGCONT)
        time.sleep(random.uniform(0.01, 0.06))


@pytest.mark.parametrize("midway", [False, True])
def test_a_frozen_recorder_is_fenced(broker: Broker, own_postgres: Postgres, tmp_path: Path, midway: bool) -> None:
    """It wakes up with facts to write and the word "I lead" in its memory; what it writes is refused."""
    log = f"kafka://{broker.bootstrap}"
    with standing(broker, own_postgres, tmp_path) as rig, Loading(log, tmp_path, facts=200) as load:
        for _ in range(rounds(1)):
            time.sleep(3)
            frozen, before = rig.leader()
            frozen.running.signal(signal.SIGSTOP)
            at = time.monotonic()
            others = [server for server in rig.servers if server is not frozen]
            heir, after = rig.leader(others, HANDOVER_S)
            print(f"{heir.name} records {time.monotonic() - at:.1f} s after {frozen.name} was frozen")
            assert after["recorder"]["epoch"] > before["recorder"]["epoch"]
            time.sleep(3)
            frozen.running.signal(signal.SIGCONT)
            followed(frozen, heir)
        load.stop()
        folded = rig.agree()
        history = Counter(rig.history())
        assert set(history) == folded.history, _apart(set(history), folded.history)
        assert set(history.values()) == {1}
        words = ("no longer the recorder", "records from now on")
        assert any(word in frozen.running.text() for word in words), frozen.running.text()
        print([line for line in frozen.running.text().splitlines() if "record" in line])


def followed(frozen: Server, heir: Server, limit_s: float = 5.0) -> None:
    """The thawed one comes to say who records now."""
    end = time.monotonic() + limit_s
    said = None
    while time.monotonic() < end:
        health, other = frozen.health(), heir.health()
        said = health and health["recorder"]
        if health and other and health["recorder"]["epoch"] == other["recorder"]["epoch"]:
            assert not health["recorder"]["leading"]
            return
        time.sleep(0.1)
    raise AssertionError(f"{frozen.name} still says {said}")


def in_transaction(rig: Rig) -> bool:
    """Whether some server is between two statements of a transaction that writes history."""
    found = rig.postgres.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND backend_xid IS NOT NULL"
        f" AND datname = '{rig.database}'"
    )
    return int(found[0][0]) > 0
