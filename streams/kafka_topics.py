"""The topics of a cluster: made as ``streams.kafka_shape`` wants them, compared with that, and changed towards it.

Nothing here deletes a topic or takes a partition away. Must not know what a fact says.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from streams.kafka_client import connect
from streams.kafka_security import Cluster
from streams.kafka_shape import Difference, Wanted, anchors_topic, configs, layout, missing, resolved, wanted_topics

__all__ = ["Difference", "Wanted", "anchors_topic", "apply", "compare", "ensure_topics", "wanted_topics"]
SETTLE_S = 10.0
"""How long a cluster may take until all of it knows of a change."""


def ensure_topics(cluster: Cluster, wanted: Sequence[Wanted]) -> list[str]:
    """Create those that are missing and wait until they can be used; gives the names of those it created.

    Existing topics stay as they are. Raises ``LogDown`` when the broker cannot be reached or refuses, ``HubError`` when
    it has too few brokers for the copies that are asked for.
    """
    with _Admin(cluster) as admin:
        return admin.create(wanted)


def compare(cluster: Cluster, wanted: Sequence[Wanted]) -> list[Difference]:
    """Every difference between a cluster and what is wanted, by topic. Raises ``LogDown``."""
    with _Admin(cluster) as admin:
        return admin.compare(wanted)


def apply(cluster: Cluster, wanted: Sequence[Wanted]) -> list[Difference]:
    """Change what can be changed without loss of a topic or partition; gives the differences that are left.

    Raises ``LogDown`` when the broker cannot be reached or refuses.
    """
    with _Admin(cluster) as admin:
        for difference in admin.compare(wanted):
            if difference.fix == "apply":
                admin.apply(difference)
        deadline = time.monotonic() + SETTLE_S
        left = admin.compare(wanted)
        while any(one.fix == "apply" for one in left) and time.monotonic() < deadline:
            time.sleep(0.1)
            left = admin.compare(wanted)
        return left


class _Admin:
    """One connection for a few questions and changes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __enter__(self) -> _Admin:
        self._client: Any = connect(KafkaAdminClient, self._cluster, client_id="hub-topics", request_timeout_ms=15_000)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def create(self, wanted: Sequence[Wanted]) -> list[str]:
        names = [topic.name for topic in wanted]
        try:
            there = set(self._client.list_topics())
            absent = [topic for topic in self._resolved(wanted) if topic.name not in there]
            try:
                if absent:
                    self._client.create_topics({topic.name: _options(topic) for topic in absent})
            except TopicAlreadyExistsError:
                pass  # another process was a moment faster; waiting below shows whether all are there
            self._client.wait_for_topics(names)
        except (KafkaError, OSError) as error:
            raise self._cluster.down(f"topics {', '.join(names)} cannot be created", error) from error
        return [topic.name for topic in absent]

    def compare(self, wanted: Sequence[Wanted]) -> list[Difference]:
        try:
            resolved = self._resolved(wanted)
            described = self._client.describe_topics([topic.name for topic in resolved])
            found = {topic["name"]: topic["partitions"] for topic in described if topic["error_code"] == 0}
            held = self._configs([topic for topic in resolved if topic.name in found])
        except (KafkaError, OSError) as error:
            raise self._cluster.down("does not tell about its topics", error) from error
        out: list[Difference] = []
        for topic in resolved:
            if topic.name not in found:
                out.append(missing(topic))
            else:
                out += [*layout(topic, found[topic.name]), *configs(topic, held[topic.name])]
        return out

    def apply(self, difference: Difference) -> None:
        topic, what, value = difference.topic, difference.what, difference.value
        try:
            if what == "partitions":
                self._client.create_partitions({topic: int(value)})
            else:
                self._client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {what: value})])
        except (KafkaError, OSError) as error:
            raise self._cluster.down(f"{what} of topic {topic} cannot be set", error) from error

    def _resolved(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        return resolved(wanted, len(self._client.describe_cluster()["brokers"]))

    def _configs(self, topics: Sequence[Wanted]) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name, list(topic.configs)) for topic in topics]
        if not asked:
            return {}
        told = self._client.describe_configs(asked, config_filter="all")["topic"]
        return {name: {key: str(one["value"]) for key, one in settings.items()} for name, settings in told.items()}


def _options(topic: Wanted) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replication,
        "configs": dict(topic.configs),
    }
