"""A fold of our own from the topics themselves: a plain dict, the newest (epoch, rev) wins. Uses nothing of the hub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
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
}
MOVING = "hub.field.positions"
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

    def take(self, topic: str, value: bytes) -> None:
        """One record, in the order of its partition."""
        cloud = _cloud(value)
        data = json.loads(bytes(cloud.data))
        self.records[topic] += 1
        self.ids[cloud.source, cloud.id] += 1
        place = TABLES[cloud.type.split(".")[2]], cloud.subject
        order = data.get("epoch", 0), data["rev"]
        if place in self.rows and self.rows[place][0] >= order:
            return
        at = datetime.fromisoformat(cloud.time).timestamp()
        self.rows[place] = order, at, cloud.type, bytes(cloud.data)
        if topic != MOVING:
            self.history.add((cloud.source, cloud.id))

    def state_hash(self) -> str:
        """What /healthz must say: the sum of one hash a row over table, fact, source time and type."""
        total = 0
        for (table, _), (_, at, kind, data) in self.rows.items():
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
