"""The producing half of the Kafka log: one batch at a time, every send checked, a stuck producer thrown away.

Must not know who reads. Not thread-safe: the log holds a lock around it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from hub.ports import Outgoing
from streams import kafka_client
from streams.kafka_security import Cluster, Expired, Refused

BATCH = 500
"""Records in flight at once; the producer's own buffer has no bound."""
GRACE_S = 5.0
"""A send that is unresolved this long after its delivery timeout never will be: the producer is replaced."""


class Writer:
    """Appends to topics that exist. Makes its producer when it is first needed and again after a wedge."""

    def __init__(self, cluster: Cluster, delivery_s: float) -> None:
        """``delivery_s``: how long a batch is tried."""
        self._cluster, self._delivery_s = cluster, delivery_s
        self._producer: Any = None

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """(partition, offset) of each. Raises ``LogDown``; then all sends have ended, one way or the other."""
        if self._producer is None:
            self._producer = self._connect()
        out: list[tuple[int, int]] = []
        for start in range(0, len(records), BATCH):
            out += self._send(topic, records[start : start + BATCH])
        return out

    def drop(self, timeout_s: float) -> None:
        """End the producer and its thread. Safe to call twice."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=timeout_s)
        except KafkaError:
            # close() flushes first and gives up when that is stuck, with its thread still running
            producer._sender.force_close()  # noqa: SLF001

    def _connect(self) -> Any:
        patience_ms = int(self._delivery_s * 1000)
        return kafka_client.connect(
            KafkaProducer,
            self._cluster,
            client_id="hub-writes",
            acks="all",
            enable_idempotence=False,  # an idempotent one never recovers from a long stop; facts may come twice
            max_in_flight_requests_per_connection=1,  # keeps the order when a send is repeated
            allow_auto_create_topics=False,
            request_timeout_ms=patience_ms // 2,
            delivery_timeout_ms=patience_ms,
            max_block_ms=patience_ms,
            metrics_enabled=False,
        )

    def _send(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        deadline = time.monotonic() + self._delivery_s + GRACE_S
        futures: list[Any] = []
        try:
            futures.extend(
                self._producer.send(topic, value=r.value, key=r.key, headers=list(r.headers)) for r in records
            )
            done = [future.get(max(0.0, deadline - time.monotonic())) for future in futures]
        except (KafkaError, OSError) as error:
            self._settle(futures, deadline)
            down = self._cluster.down(f"topic {topic} cannot be appended to", error)
            if isinstance(down, Refused | Expired):
                self.drop(0.0)  # left alone, it would ask the broker again and again without a pause
            raise down from error
        return [(record.partition, record.offset) for record in done]

    def _settle(self, futures: Sequence[Any], deadline: float) -> None:
        """Wait for the rest of a failed batch, so that nothing is sent after the caller tries again; a producer
        with a send that stays unresolved is dropped.
        """
        for future in futures:
            with suppress(KafkaError):
                future.get(max(0.0, deadline - time.monotonic()))
        if not all(future.is_done for future in futures):
            self.drop(0.0)
