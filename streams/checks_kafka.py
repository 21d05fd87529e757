"""What a hub finds at its broker: who answers, its topics, its room, its clock. Raises ``LogDown`` when nobody does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from hub.doctor import Check
from streams import kafka_topics
from streams.checks import DISK_FEW, DISK_NONE, GIB
from streams.kafka_client import admin
from streams.kafka_security import Cluster
from streams.kafka_shape import DAY_MS, Difference, Wanted, resolved

OLDEST = (2, 8)
AHEAD_S, FAR_S = 2.0, 60.0
"""A clock that is further off is a warning, a failure."""
_NEWEST = -3  # the record with the latest time stamp


def broker(cluster: Cluster, wanted: Sequence[Wanted]) -> Iterator[Check]:
    """Everything about a cluster; ``wanted``: its topics as they should be."""
    client = admin(cluster)
    try:
        brokers = client.describe_cluster()["brokers"]
        yield _version(client, cluster, brokers)
        described = {t["name"]: t for t in client.describe_topics([w.name for w in wanted]) if t["error_code"] == 0}
        yield from topics(cluster, resolved(wanted, len(brokers)))
        yield from _copies(described)
        yield from _clock(client, described)
        yield from _room(client)
    except (KafkaError, OSError) as error:
        raise cluster.down("does not answer", error) from error
    finally:
        client.close()


def topics(cluster: Cluster, wanted: Sequence[Wanted]) -> Iterator[Check]:
    """Each topic that is otherwise than it should be, or one line that all are."""
    found = kafka_topics.compare(cluster, wanted)
    for topic, group in groupby(sorted(found, key=lambda each: each.topic), key=lambda each: each.topic):
        differences = list(group)
        seen = "; ".join(f"{each.what} is {each.found}, should be {each.wanted}" for each in differences)
        yield Check("topics", "warning", f"{topic}: {seen}", _remedy(differences))
    if not found:
        yield Check("topics", "ok", f"{len(wanted)} as they should be: {_kept(wanted)}")


def _remedy(differences: Sequence[Difference]) -> str:
    """What to do about one topic; what only a person can do comes first."""
    words = {"create": "'hub topics' creates it", "apply": "'hub topics --apply' sets it"}
    by_hand = [each.remedy for each in differences if each.fix == "hand"]
    return "; ".join([*by_hand, *(word for fix, word in words.items() if any(d.fix == fix for d in differences))])


def _kept(wanted: Sequence[Wanted]) -> str:
    """What is kept for how long, in one line."""
    spans = {int(topic.configs["retention.ms"]): topic.configs["cleanup.policy"] for topic in wanted}
    words = [f"{span / DAY_MS:g} days ({policy})" for span, policy in sorted(spans.items())]
    copies = sorted({topic.replication or 0 for topic in wanted})
    return f"kept {' or '.join(words)}, copies: {', '.join(map(str, copies))}"


def _version(client: Any, cluster: Cluster, brokers: Sequence[Mapping[str, Any]]) -> Check:
    held = client.get_broker_version_data(brokers[0]["broker_id"]).broker_version
    name = ".".join(map(str, held))
    seen = f"Kafka {name} at {cluster.bootstrap}, {len(brokers)} broker(s), {cluster.security.security}"
    if tuple(held) < OLDEST:
        return Check("broker", "failure", seen, f"use Kafka {'.'.join(map(str, OLDEST))} or newer")
    return Check("broker", "ok", seen)


def _copies(described: Mapping[str, Mapping[str, Any]]) -> Iterator[Check]:
    """Partitions nobody leads or that lag behind."""
    places = [(name, part) for name, topic in described.items() for part in topic["partitions"]]
    headless = [f"{name}/{part['partition_index']}" for name, part in places if part["leader_id"] < 0]
    behind = [f"{name}/{part['partition_index']}" for name, part in places if _is_behind(part)]
    if headless:
        seen = f"no broker leads {', '.join(headless[:5])}: nothing can be read or written there"
        yield Check("copies", "failure", seen, "start the broker that holds them")
    elif behind:
        seen = f"not all copies are up to date: {', '.join(behind[:5])}"
        yield Check("copies", "warning", seen, "start the brokers that are down")


def _is_behind(partition: Mapping[str, Any]) -> bool:
    return len(partition["isr_nodes"]) < len(partition["replica_nodes"])


def _clock(client: Any, described: Mapping[str, Mapping[str, Any]]) -> Iterator[Check]:
    """The newest record's time stamp is the broker's: it cannot be later than now."""
    places = {TopicPartition(n, p["partition_index"]): _NEWEST for n, t in described.items() for p in t["partitions"]}
    found = client.list_partition_offsets(places) if places else {}
    newest = max((at.timestamp for at in found.values()), default=-1)
    if newest < 0:
        yield Check("broker's clock", "ok", "no record yet to compare with")
        return
    ahead = newest / 1000 - time.time()
    if ahead <= AHEAD_S:
        yield Check("broker's clock", "ok", f"newest record {max(0.0, -ahead):.0f} s old")
    else:
        yield Check(
            "broker's clock",
            "failure" if ahead > FAR_S else "warning",
            f"a record is stamped {ahead:.0f} s in the future",
            "set the clocks here and at the brokers (chrony or systemd-timesyncd)",
        )


def _room(client: Any) -> Iterator[Check]:
    """Free space on the fullest disk of the brokers, where they tell it (since Kafka 3.3)."""
    told = [
        (place["usable_bytes"], place["total_bytes"], node["broker"], place["log_dir"])
        for node in client.describe_log_dirs()
        for place in node["log_dirs"]
        if place.get("usable_bytes", -1) >= 0
    ]
    if not told:
        return
    free, total, node, where = min(told)
    seen = f"{free / GIB:.1f} of {total / GIB:.1f} GiB free at broker {node}, {where}"
    state: Any = "failure" if free < DISK_NONE else "warning" if free < DISK_FEW else "ok"
    yield Check("broker's disk", state, seen, "" if state == "ok" else "give the broker more room")
