"""The log in Apache Kafka, read without groups from positions the caller keeps.

``poll`` of kafka-python never says that the broker is gone, so silence is looked into: nothing new, the broker down, or
a consumer that no longer hears it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from threading import Event, Lock
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError

from hub.errors import LogDown, PositionLost
from hub.ports import LogHealth, Outgoing, Partition, Positions, Record
from hub.settings import Kafka
from streams import kafka_client
from streams.kafka_security import Cluster, Expired, Refused
from streams.kafka_writer import Writer
from streams.records import check

_SLICE_S = 0.5
"""A long wait is cut into these, so that silence is looked into and ``close`` is heard meanwhile."""
_AGAIN_S = 1.0
"""How soon a broker that is down is asked again."""
_OK = LogHealth("ok")
_EARLIEST, _LATEST = -2, -1


class KafkaLog:
    """``hub.ports.Log`` over a cluster. It connects when it is first used, so a hub starts while Kafka is down."""

    def __init__(
        self, bootstrap: str, security: Kafka | None = None, *, silence_s: float = 0.8, delivery_s: float = 6.0
    ) -> None:
        """``bootstrap``: ``host:port[,host:port]``. ``security``: how to get in (default: plain, without signing in).
        ``silence_s``: after so long without a record the broker is asked whether it is there. ``delivery_s``: how
        long ``append`` tries. Raises ``HubError`` without ``crc32c`` and for certificates that cannot be used.
        """
        kafka_client.require_crc32c()
        self._cluster = Cluster(bootstrap, security or Kafka())
        self._cluster.options()  # files that cannot be used are said now, not at the first record
        self._silence_s, self._delivery_s = silence_s, delivery_s
        self._admin: Any = None
        self._writer = Writer(self._cluster, delivery_s)
        self._consumer: Any = None
        self._asking, self._writing, self._polling = Lock(), Lock(), Lock()
        self._next: dict[TopicPartition, int] = {}
        self._known: set[str] = set()
        self._heard = 0.0
        self._reads = self._writes = _OK
        self._closed = Event()

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """See ``hub.ports.Log``. Gives up after about ``delivery_s``. Raises ``HubError`` for a record no log could
        store and ``LogDown`` when the topic does not exist.
        """
        check(topic, records)
        with self._writing:
            self._check_open()
            try:
                out = self._append(topic, records)
            except LogDown as error:
                self._writes = LogHealth("down", str(error))
                raise
            self._writes = _OK
            return out

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """The partitions of those topics that exist, asked of the cluster each time."""
        wanted = sorted(set(topics))
        return self._ask("topics", lambda admin: _places(admin.describe_topics(wanted))) if wanted else []

    def read(self, positions: Positions, limit: int, timeout_s: float) -> list[Record]:
        """See ``hub.ports.Log``. Raises ``LogDown`` at most ``silence_s`` + 3 s after a broker has gone or hangs."""
        self._check_open()
        if not positions:
            self._closed.wait(timeout_s)
            return []
        deadline = time.monotonic() + timeout_s
        while True:
            with self._polling:
                self._check_open()
                self._place(positions)
                left = max(0.0, deadline - time.monotonic())
                out = self._poll(limit, min(left, _SLICE_S)) or self._look_into_silence(positions, limit)
            if out or left <= _SLICE_S:
                return out

    def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        return self._offsets(self.partitions(topics), _EARLIEST)

    def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """See ``hub.ports.Log``."""
        return self._offsets(self.partitions(topics), _LATEST)

    def health(self) -> LogHealth:
        """The worse of what reading and appending met last."""
        if self._closed.is_set():
            return LogHealth("down", self._cluster.say("closed"))
        return next((h for h in (self._reads, self._writes) if h.state != "ok"), _OK)

    def close(self) -> None:
        """Release clients and their threads within a few seconds."""
        self._closed.set()
        with self._writing:
            self._writer.drop(2.0)
        with self._polling:
            self._drop_consumer()
        with self._asking:
            if self._admin is not None:
                self._admin.close()
                self._admin = None

    # appending, under _writing

    def _append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        if topic not in self._known:
            if not self.partitions([topic]):
                raise LogDown(self._cluster.say(f"topic {topic} does not exist"))
            self._known.add(topic)
        return self._writer.append(topic, records)

    # reading, under _polling

    def _place(self, positions: Positions) -> None:
        """Bring the consumer to the positions, seeking only where it is not there already."""
        wanted = {TopicPartition(*place): offset for place, offset in positions.items()}
        try:
            if self._consumer is None:
                self._consumer = kafka_client.connect(
                    KafkaConsumer,
                    self._cluster,
                    client_id="hub-reads",
                    group_id=None,
                    enable_auto_commit=False,
                    auto_offset_reset="none",
                    fetch_min_bytes=65536,
                    fetch_max_wait_ms=10,
                    request_timeout_ms=3000,
                    allow_auto_create_topics=False,
                    metrics_enabled=False,
                )
                self._next, self._heard = {}, time.monotonic()
            if wanted.keys() != self._next.keys():
                self._consumer.assign(list(wanted))
                self._next = dict.fromkeys(wanted, -1)
            for place, offset in wanted.items():
                if self._next[place] != offset:
                    self._consumer.seek(place, offset)
                    self._next[place] = offset
        except LogDown as error:
            self._reads = LogHealth("down", str(error))
            raise

    def _poll(self, limit: int, timeout_s: float) -> list[Record]:
        try:
            polled = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=limit)
        except (OffsetOutOfRangeError, LogTruncationError, NoOffsetForPartitionError) as error:
            self._next = dict.fromkeys(self._next, -1)
            raise PositionLost(self._cluster.say(f"position is no longer in the log: {error}")) from error
        except (KafkaError, OSError) as error:
            raise self._unread(self._cluster.down("cannot be read", error)) from error
        out: list[Record] = []
        for place, records in polled.items():
            out += [
                Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), max(0, r.timestamp) / 1000)
                for r in records
            ]
            self._next[place] = records[-1].offset + 1
        if out:
            self._heard, self._reads = time.monotonic(), _OK
        return out

    def _look_into_silence(self, positions: Positions, limit: int) -> list[Record]:
        """Nothing came: is there nothing, is the broker down, or does the consumer no longer hear it?"""
        quiet = time.monotonic() - self._heard
        if quiet < (self._silence_s if self._reads.state == "ok" else _AGAIN_S):
            if self._reads.state == "down":
                raise LogDown(self._reads.detail)
            return []
        try:
            ends = self._offsets(positions, _LATEST)
        except LogDown as error:
            raise self._unread(error) from error
        finally:
            self._heard = time.monotonic()
        if not self._behind(ends):
            self._reads = _OK
            return []
        out = self._poll(limit, _AGAIN_S)
        if not out:
            self._reads = LogHealth("stalled", self._cluster.say("its end moves and nothing arrives"))
            self._drop_consumer()  # the next read makes a new one at the caller's positions
        return out

    def _behind(self, ends: Positions) -> bool:
        # the consumer's own position passes records that are never given out, such as transaction markers
        return any((self._consumer.position(TopicPartition(*p), timeout_ms=100) or 0) < end for p, end in ends.items())

    def _unread(self, error: LogDown) -> LogDown:
        self._reads = LogHealth("down", str(error))
        if isinstance(error, Refused | Expired):
            self._drop_consumer()  # left alone, it would ask the broker again and again without a pause
        return error

    def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=1000)

    # questions, from any thread

    def _offsets(self, places: Iterable[Partition], which: int) -> dict[Partition, int]:
        wanted = {TopicPartition(*place): which for place in places}
        if not wanted:
            return {}
        found = self._ask("offsets", lambda admin: admin.list_partition_offsets(wanted, timeout_ms=kafka_client.ASK_MS))
        return {(place.topic, place.partition): at.offset for place, at in found.items()}

    def _ask(self, what: str, question: Any) -> Any:
        with self._asking:
            self._check_open()
            if self._admin is None:
                self._admin = kafka_client.admin(self._cluster)
            try:
                return question(self._admin)
            except (KafkaError, OSError) as error:
                down = self._cluster.down(f"does not answer about {what}", error)
                if isinstance(down, Refused | Expired):
                    self._admin.close()
                    self._admin = None
                raise down from error

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise LogDown(self._cluster.say("closed"))


def _places(described: Iterable[Any]) -> list[Partition]:
    return sorted(
        (topic["name"], partition["partition_index"])
        for topic in described
        if topic["error_code"] == 0
        for partition in topic["partitions"]
    )
