"""Many fixes in one record, and a hub killed among them: the picture is that of a clean fold."""

from __future__ import annotations

import random
import time
from contextlib import closing
from pathlib import Path

from hub.field.topics import ACTIONS_TOPIC, FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Partition, Record
from streams import open_log
from tests.faults.independent import Folded
from tests.faults.measure import rounds
from tests.faults.rig import Loading, one, same_pictures
from tests.faults.viewers import Viewers
from tests.running import Process, free_port

THINGS, HZ, BATCH = 3000, 4.0, 100
TOPICS = (FIELD_TOPIC, ACTIONS_TOPIC, POSITIONS_TOPIC)


def everything(address: str) -> Folded:
    """Our own fold of all that stands in a log."""
    out, at = Folded(), dict.fromkeys([(topic, 0) for topic in TOPICS], 0)
    with closing(open_log(address)) as log:
        while found := log.read(at, 5000, 0.2):
            for record in found:
                out.take(record.topic, record.value or b"")
                at[_place(record)] = record.offset + 1
    return out


def _place(record: Record) -> Partition:
    return record.topic, record.partition


def test_a_hub_killed_in_a_rush_of_fixes_comes_to_the_picture_of_a_clean_fold(tmp_path: Path) -> None:
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    print(f"seed {seed}")
    address, port = f"sqlite:///{tmp_path / 'log.db'}", free_port()
    args = ["serve", "--log", address, "--data", str(tmp_path / "data"), "--port", str(port)]
    with Loading(address, tmp_path, facts=0, things=THINGS, hz=HZ, batch=BATCH) as load:
        for _ in range(4 * rounds(1)):
            server = Process(args, tmp_path / "log", port)
            server.until(lambda h: h["ready"] and h["recorder"]["leading"])
            time.sleep(chance.uniform(0.2, 4.0))
            server.kill()
        load.stop()
        said = load.said()
    folded = everything(address)
    wanted = folded.state_hash()
    with one(address, tmp_path) as last, Viewers([last.port], 2) as viewers:
        health = last.until(lambda h: h["state_hash"] == wanted and not h["recorder"]["waiting"], 30)
        same_pictures(viewers, folded)
        assert health["fixes"] == {"waiting": 0, "undeclared": 0, "dropped": 0}
        assert health["dead_letters"] == 0
    with one(address, tmp_path) as again:  # now from what is stored alone
        assert again.get("/healthz")["state_hash"] == wanted
    with one(address, tmp_path, data=tmp_path / "other") as fresh:
        fresh.until(lambda h: h["state_hash"] == wanted, 30)
    print(f"{4 * rounds(1)} kills, {said}, {len(folded.fixes)} things: {wanted}")
