"""M2, ingest: records a second through the whole road (poll, decode, fold, store, feed) against a raw consumer's.

Both read the same topics of the same log to their end. Ours is the real hub with its threads, durable: the clock stops
when everything is committed. The input is a day's: 19 positions to one fact.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

import centres as plugs
from hub.bench.lanes import interleave
from hub.bench.load import fill, mixed
from hub.bench.plan import Plan
from hub.bench.report import Figure, judged
from hub.bench.topics import opened
from hub.clock import LiveClock
from hub.domain.model import Text
from hub.errors import HubError
from hub.field.topics import FIELD_TOPIC, POSITIONS_TOPIC
from hub.ports import Log
from hub.service import Setting
from hub.wiring.run import start
from streams import open_log
from streams.store import SqlStore

GOAL = 0.6
TOPICS = (POSITIONS_TOPIC, FIELD_TOPIC)
ENTITIES = 20_000
LIMIT_S = 600.0
POLL_RECORDS = 2000


def measure(plan: Plan) -> dict[str, Figure]:
    """``M2``: records a second."""
    folder = plan.fresh("m2")
    wanted = plan.pick(quick=20_000, full=200_000)
    with opened(plan, folder, []) as (url, log):
        plan.step(f"appending {wanted} records")
        before = log.ends(TOPICS)
        fill(log, mixed(wanted, ENTITIES, plan.seed, time.time() - 3600))
        ends = log.ends(TOPICS)
        count = sum(ends.values()) - sum(log.beginnings(TOPICS).values())
        runs = iter(range(10_000))

        def ours(_: int) -> float:
            return count / _ours(url, folder / f"store-{next(runs)}", ends)

        def limit(_: int) -> float:
            return count / (_kafka(url, ends) if plan.kafka else _raw(url, ends))

        def peer(_: int) -> float:
            return count / _naive(url, folder / f"naive-{next(runs)}.db", ends)

        if sum(ends.values()) - sum(before.values()) != wanted:
            raise HubError(f"{url}: not all of {wanted} records were appended")
        rounds = interleave({"ours": ours, "limit": limit, "peer": peer}, plan.rounds, plan.watch, plan.step)
    through = "Kafka" if plan.kafka else "the embedded SQLite log"
    note = f"through {through}; limit: the same records polled, values touched; peer: json, a dict, one upsert each"
    detail = {"records": count, "entities": ENTITIES, "log": url.partition(":")[0]}
    title = "records ingested, durably"
    return {
        "M2": judged(title=title, unit="1/s", rounds=rounds, goal=GOAL, goal_is="at_least", note=note, detail=detail)
    }


def _ours(url: str, data: Path, ends: Mapping[tuple[str, int], int]) -> float:
    """Seconds from the start of the hub's threads until all of it is committed."""
    data.mkdir()
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
