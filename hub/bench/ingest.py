"""The lanes of M2 in a process of their own: ``python -m hub.bench.ingest URL FOLDER ENDS``.

ENDS: JSON list of [topic, partition, end]. Every line on the input names a lane (``ours``, ``limit``, ``peer``) and is
answered with the seconds it took from the first record to the last.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

import centres as plugs
from hub.clock import LiveClock
from hub.domain.model import Text
from hub.errors import HubError
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Log
from hub.service import Setting
from hub.wiring.run import start
from streams import open_log
from streams.store import SqlStore

TOPICS = (POSITIONS_TOPIC, FIELD_TOPIC)
LIMIT_S = 600.0
POLL_RECORDS = 2000


def _ours(url: str, data: Path, ends: Mapping[tuple[str, int], int]) -> float:
    """Seconds from the start of the hub's threads until all of it is committed."""
    log, store = open_log(url), SqlStore(f"sqlite:///{data / 'store.db'}")
    began = time.perf_counter()
    running = start(
        log=log,
        store=store,
        clock=LiveClock(),
        centres=plugs.discover(),
        setting=Setting(mode="live", district=Text("", ""), view=(0.0, 0.0, 0.0), utc_offset_min=0, labels={}),
        home=None,
        node="bench",
    )
    try:
        while not all(running.hub.recorder.committed.get(place, 0) >= end for place, end in ends.items()):
            if time.perf_counter() - began > LIMIT_S:
                raise HubError(f"{url}: not taken in within {LIMIT_S:.0f} s")
            time.sleep(0.005)
        return time.perf_counter() - began
    finally:
        running.close()


def _raw(url: str, ends: Mapping[tuple[str, int], int]) -> float:
    """Seconds of reading all of it from the embedded log and touching each value."""
    log = open_log(url)
    try:
        at, touched, began = log.beginnings(TOPICS), 0, time.perf_counter()
        while any(at[place] < end for place, end in ends.items()):
            for record in log.read(at, POLL_RECORDS, 1.0):
                touched += len(record.value or b"")
                at[record.topic, record.partition] = record.offset + 1
        return time.perf_counter() - began
    finally:
        log.close()


def _kafka(url: str, ends: Mapping[tuple[str, int], int]) -> float:
    """The same with a bare KafkaConsumer, with the settings the hub's own has."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(
        bootstrap_servers=url.removeprefix("kafka://").rstrip("/").split(","),
        group_id=None,
        enable_auto_commit=False,
        fetch_min_bytes=65536,
        fetch_max_wait_ms=10,
    )
    try:
        waiting = {TopicPartition(*place): end for place, end in ends.items() if end}
        consumer.assign(list(waiting))
        consumer.seek_to_beginning()
        began, touched = time.perf_counter(), 0
        while waiting:
            for place, records in consumer.poll(timeout_ms=1000, max_records=POLL_RECORDS).items():
                for record in records:
                    touched += len(record.value)
                if records[-1].offset + 1 >= waiting[place]:
                    del waiting[place]
                    consumer.pause(place)
        return time.perf_counter() - began
    finally:
        consumer.close()


def _naive(url: str, file: Path, ends: Mapping[tuple[str, int], int]) -> float:
    """Seconds of the usual consumer: ``json.loads``, a dict of rows, and an upsert of each, one transaction a poll."""
    log: Log = open_log(url)
    store = sqlite3.connect(file)
    try:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE row (id TEXT PRIMARY KEY, data BLOB)")
        rows: dict[str, object] = {}
        at, began = log.beginnings(TOPICS), time.perf_counter()
        while any(at[place] < end for place, end in ends.items()):
            with store:
                for record in log.read(at, POLL_RECORDS, 1.0):
                    fact = json.loads(record.value or b"")
                    rows[fact["subject"]] = fact["data"]
                    store.execute("INSERT OR REPLACE INTO row VALUES (?, ?)", (fact["subject"], record.value))
                    at[record.topic, record.partition] = record.offset + 1
        return time.perf_counter() - began
    finally:
        store.close()
        log.close()


def main(url: str, folder: Path, ends: Mapping[tuple[str, int], int]) -> None:
    """Answer until the input ends."""
    _say({"port": 0})
    for line in sys.stdin:
        lane = line.strip()
        if lane == "ours":
            took = _ours(url, Path(mkdtemp(dir=folder)), ends)
        elif lane == "limit":
            took = _kafka(url, ends) if url.startswith("kafka://") else _raw(url, ends)
        else:
            took = _naive(url, Path(mkdtemp(dir=folder)) / "naive.db", ends)
        _say({"seconds": took})


def _say(what: Mapping[str, float]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), {(topic, place): end for topic, place, end in json.loads(sys.argv[3])})
