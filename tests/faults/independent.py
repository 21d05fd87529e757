"""A fold of our own from the topics themselves: a plain dict, the newest (epoch, rev) wins, and of many fixes in one
record the newest of each thing. Uses nothing of the hub.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

TABLES = {
    "incident": "incidents",
    "unit": "units",
    "camera": "cameras",
    "alarm": "alarms",
    "task": "tasks",
    "clue": "clues",
    "operation": "operations",
}
MOVING = "hub.field.positions"
FIXES = "cn.hub.unit.fixes.v1"
Fix = tuple[int, int, int, int | None, int | None]
"""Epoch milliseconds, lon, lat (1e-7 degrees), heading (0.01 degrees), speed (0.1 m/s)."""
SHOWN: dict[str, Callable[[Any], bool]] = {
    "incidents": lambda fact: fact["state"] not in ("closed", "diverted"),
    "alarms": lambda fact: fact["state"] != "cleared",
    "units": lambda fact: fact["status"] != "off_duty",
}


class _Cloud(msgspec.Struct):
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: msgspec.Raw


_cloud = msgspec.json.Decoder(_Cloud).decode


@dataclass(slots=True)
class Folded:
    """``rows``: (table, id) → (order, source time, type, the fact as it stood in the record). ``history``: facts that
    changed something, of the topics that are recorded: (source, event id), each once. ``records``: how many were read.
    """

    rows: dict[tuple[str, str], tuple[tuple[int, int], float, str, bytes]] = field(default_factory=dict)
    history: set[tuple[str, str]] = field(default_factory=set)
    records: Counter[str] = field(default_factory=Counter)
    ids: Counter[tuple[str, str]] = field(default_factory=Counter)
    fixes: dict[str, Fix] = field(default_factory=dict)

    def take(self, topic: str, value: bytes) -> None:
        """One record, in the order of its partition."""
        cloud = _cloud(value)
        data = json.loads(bytes(cloud.data))
        self.records[topic] += 1
        self.ids[cloud.source, cloud.id] += 1
        if cloud.type == FIXES:
            self._take_fixes(data)
            return
        place = TABLES[cloud.type.split(".")[2]], cloud.subject
        order = data.get("epoch", 0), data["rev"]
        if place in self.rows and self.rows[place][0] >= order:
            return
        at = datetime.fromisoformat(cloud.time).timestamp()
        self.rows[place] = order, at, cloud.type, bytes(cloud.data)
        if topic != MOVING:
            self.history.add((cloud.source, cloud.id))

    def _take_fixes(self, data: dict[str, Any]) -> None:
        assert data["frame"] == "WGS84", "nothing here converts"
        base = round(datetime.fromisoformat(data["base"]).timestamp() * 1000)
        for index, thing in enumerate(data["things"]):
            heading, speed = (column and column[index] for column in (data["heading"], data["speed"]))
            fix = base + data["ms"][index], data["lon"][index], data["lat"][index], heading, speed
            held = self.fixes.get(thing)
            if held is None or _later(fix) > _later(held):
                self.fixes[thing] = fix

    def shown(self) -> Iterator[tuple[str, str, float, str, bytes]]:
        """(table, id, time, type, fact) of every row, with the fix in it where that is newer than the fact."""
        for (table, key), (_, at, kind, data) in self.rows.items():
            fix = self.fixes.get(key) if table == "units" else None
            if fix is None or fix[0] <= at * 1000:
                yield table, key, at, kind, data
            else:
                yield table, key, fix[0] / 1000, kind, _written(json.loads(data) | _moved(fix))
        for key, fix in self.fixes.items():
            if ("units", key) not in self.rows:
                fact = {"id": key, "rev": 1, "epoch": 0, **_moved(fix)}
                yield "units_undeclared", key, fix[0] / 1000, FIXES, _written(fact)

    def state_hash(self) -> str:
        """What /healthz must say: the sum of one hash a row over table, fact, source time and type."""
        total = 0
        for table, _, at, kind, data in self.shown():
            head, tail = json.dumps(table).encode(), json.dumps([round(at, 3), kind], separators=(",", ":")).encode()
            raw = b"[" + head + b"," + data + b"," + tail[1:]
            total += int.from_bytes(blake2b(raw, digest_size=16).digest(), "big")
        return f"{total % (1 << 128):032x}"

    def revs(self, *, shown: bool = False) -> dict[str, dict[str, int]]:
        """Table → id → revision; ``shown``: only what a wall shows."""
        out: dict[str, dict[str, int]] = {}
        for (table, key), (order, _, _, data) in self.rows.items():
            if not shown or SHOWN.get(table, lambda fact: True)(json.loads(data)):
                out.setdefault(table, {})[key] = order[1]
        return out


def _later(fix: Fix) -> tuple[int, ...]:
    """Of one millisecond the same is taken everywhere, whatever came first; what is not known comes first."""
    return tuple(-40_000 if value is None else value for value in fix)


def _moved(fix: Fix) -> dict[str, Any]:
    _, lon, lat, heading, speed = fix
    return {
        "position": {"lon": lon / 1e7, "lat": lat / 1e7, "frame": "WGS84", "ce_m": None},
        "heading_deg": None if heading is None else heading / 100,
        "speed_mps": None if speed is None else speed / 10,
    }


def _written(fact: dict[str, Any]) -> bytes:
    return json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode()


def fold(bootstrap: str, topics: Iterable[str], limit_s: float = 60.0) -> Folded:
    """Read the topics from their beginning to their end of now."""
    consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    out = Folded()
    try:
        places = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
        ends = consumer.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(timeout_ms=1000).items():
                for record in records:
                    if record.offset < ends[place]:
                        out.take(place.topic, record.value)
    finally:
        consumer.close()
    return out
