"""M3, cold start: from starting the real ``hub serve`` to the first whole picture on its feed, after a long history.

The limit is what nobody can avoid: importing the packages and loading as many rows from SQLite. The peer folds the
whole log again with ``json``. The picture must be the right one: its hash is compared with an independent fold.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from websockets.sync.client import connect

import centres as plugs
from hub.bench.lanes import interleave
from hub.bench.load import fill, mixed
from hub.bench.plan import Plan
from hub.bench.processes import serving, start_serving
from hub.bench.report import Figure, judged
from hub.codec import Codec
from hub.errors import HubError
from hub.field import topics
from hub.picture.fold import Picture
from hub.ports import Outgoing
from hub.service import declared_tables
from hub.wiring.logs import streams_of
from streams import open_log
from streams.geo import locator

GOAL = 1.6
ENTITIES, TAIL = 20_000, 5000
POLL_S = 0.02
BUILD_S = 900.0
IMPORTS = "import dash, fastapi, uvicorn, kafka, sqlalchemy, msgspec, pandas"
_LIMIT = """
import sqlite3, sys
rows = {}
held = sqlite3.connect(sys.argv[1]).execute('SELECT "table", id, data FROM hub_row WHERE data NOT NULL')
for table, key, data in held:
    rows[table, key] = msgspec.json.decode(data)
"""
_PEER = """
import json, sqlite3, sys
rows = {}
for value, in sqlite3.connect(sys.argv[1]).execute("SELECT value FROM record"):
    fact = json.loads(value)
    held = rows.get(fact["subject"])
    if held is None or fact["data"]["rev"] > held["rev"]:
        rows[fact["subject"]] = fact["data"]
"""


def measure(plan: Plan) -> dict[str, Figure]:
    """``M3``: seconds; ``M3.flat``: the same over that with a hundredth of the history."""
    long = plan.pick(quick=30_000, full=1_000_000)
    entities = plan.pick(quick=2000, full=ENTITIES)
    big = _built(plan, long, entities)
    small = _built(plan, max(TAIL + entities * 2, long // 100), entities)

    def ours(_: int) -> float:
        return _start(big)

    def brief(_: int) -> float:
        return _start(small)

    def limit(_: int) -> float:
        return _run(_LIMIT, big.data / "store.db")

    def peer(number: int) -> float:
        if number == 0:
            refold.append(_run(_PEER, big.all))
        return refold[0]

    refold: list[float] = []
    lanes = {"ours": ours, "limit": limit, "short": brief, "peer": peer}
    rounds = interleave(lanes, plan.rounds, plan.watch, plan.step)
    note = f"{long} facts of {entities} units behind, {TAIL} not yet in the store; peer: json over the whole log"
    return {
        "M3": judged(title="cold start", unit="s", rounds=rounds, goal=GOAL, note=note, detail={"facts": long}),
        "M3.flat": judged(title=f"cold start, {long} facts / few", unit="s", rounds=rounds, limit="short", goal=None),
    }


class Held:
    """A log and the data folder of a hub that has stored all but its last records.

    ``all``: a second log with everything, as the hub forgets old records of its own. ``hash``: of the whole picture.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where they lie."""
        self.log, self.all, self.data, self.hash = folder / "log.db", folder / "all.db", folder / "serve", ""

    @property
    def url(self) -> str:
        """Of the hub's log."""
        return f"sqlite:///{self.log}"


def _built(plan: Plan, count: int, entities: int) -> Held:
    held = Held(plan.fresh("m3"))
    records = mixed(count, entities, plan.seed, time.time() - 7200)
    plan.step(f"appending {count} records")
    _filled(held.log, islice(records, count - TAIL))
    shutil.copy(held.log, held.all)
    plan.step(f"taking {count - TAIL} records in")
    with serving(held.url, held.data, limit_s=BUILD_S):
        pass
    tail = list(records)
    for file in (held.log, held.all):
        _filled(file, iter(tail))
    plan.step(f"folding {count} records independently")
    held.hash = _folded(f"sqlite:///{held.all}")
    return held


def _filled(file: Path, records: Iterator[tuple[str, Outgoing]]) -> None:
    log = open_log(f"sqlite:///{file}")
    try:
        fill(log, records)
    finally:
        log.close()


def _folded(url: str) -> str:
    """The hash of the picture after the whole log, folded without engine and store."""
    streams = {stream.topic: stream for stream in streams_of(plugs.discover())}
    codec, picture = Codec(streams.values(), locator(None)), Picture(declared_tables(topics.TABLES, plugs.discover()))
    log = open_log(url)
    try:
        at, ends = log.beginnings(streams), log.ends(streams)
        while any(at[place] < end for place, end in ends.items()):
            for record in log.read(at, 2000, 1.0):
                event = codec.decode(record, 0.0)
                picture.apply(streams[record.topic].folds[event.type](picture, event))
                at[record.topic, record.partition] = record.offset + 1
    finally:
        log.close()
    return picture.state_hash()


def _start(held: Held) -> float:
    """Seconds until the feed has given a snapshot of the right picture. The store is as before afterwards."""
    kept = held.data / "store.db"
    before = {path: path.read_bytes() for path in held.data.glob("store.db*")}
    server = start_serving(held.url, held.data)
    try:
        health = server.ready(POLL_S)
        with connect(f"ws://127.0.0.1:{server.port}/feed", max_size=None, compression=None) as feed:
            feed.recv(timeout=30)
        took = time.monotonic() - server.began
    finally:
        server.stop()
    for path in held.data.glob("store.db*"):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)
    if health["state_hash"] != held.hash or not kept.exists():
        raise HubError(f"the picture after a cold start is wrong: {health['state_hash']}, not {held.hash}")
    return took


def _run(code: str, file: Path) -> float:
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 (our own line)
        [sys.executable, "-c", IMPORTS + code, str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise HubError(f"a lane of the benchmark failed: {json.dumps(done.stderr[-400:])}")
    return time.monotonic() - began
