"""The shape of the topics, declared in this one place, and how another shape differs from it. Pure.

Why this shape. A fact carries the whole state of its entity under the entity's key, so the newest of a key is all that
a late reader needs: topics of facts are compacted, but only records older than a week, so that a recorder that was away
for less misses nothing of the history. They are deleted after a month all the same: what the wall may remember for
longer is in the store, under limits of its own. Positions come again within seconds and are worthless the next day:
they are deleted after a day and never compacted, which would cost more than it saves. A segment is only ever cleaned
when it is closed, so segments are short against the retention. Records are stamped by the broker: a source whose clock
is wrong would otherwise have its records deleted at once, or never. Of three copies two must have a record before it
counts as stored, so any one broker may die.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from hub import anchors
from hub.domain.events import Stream
from hub.errors import HubError
from hub.settings import Topics

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
UNTOUCHED_MS = 7 * DAY_MS
"""Facts younger than this are not compacted away."""
COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One topic as it should be. ``replication``: ``None``: three copies, or as many as there are brokers."""

    name: str
    partitions: int
    replication: int | None
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a cluster has otherwise. ``what``: ``topic`` (it is missing), ``partitions``, ``replication`` or the name of
    a topic setting. ``found``, ``wanted``: for a person. ``fix``: who mends it: ``create`` and ``apply`` are functions
    here, ``hand`` is a person. ``remedy``: what to do. ``value``: what ``apply`` sets.
    """

    topic: str
    what: str
    found: str
    wanted: str
    fix: Literal["create", "apply", "hand"]
    remedy: str
    value: str = ""


def wanted_topics(streams: Iterable[Stream], shape: Topics) -> list[Wanted]:
    """The topics of these streams as they should be, by name."""
    facts_ms, positions_ms = int(shape.facts_days * DAY_MS), int(shape.positions_hours * HOUR_MS)
    facts = {
        "cleanup.policy": "compact,delete",
        "retention.ms": str(facts_ms),
        "min.compaction.lag.ms": str(min(UNTOUCHED_MS, facts_ms)),
        "segment.ms": str(min(DAY_MS, facts_ms)),
    }
    positions = {
        "cleanup.policy": "delete",
        "retention.ms": str(positions_ms),
        "segment.ms": str(min(HOUR_MS, positions_ms)),
    }
    return sorted(
        (
            Wanted(
                name=stream.topic,
                partitions=shape.partitions,
                replication=shape.replication,
                configs={**(positions if stream.ephemeral else facts), "message.timestamp.type": "LogAppendTime"},
            )
            for stream in streams
        ),
        key=lambda topic: topic.name,
    )


def anchors_topic(shape: Topics) -> Wanted:
    """Where the audit's anchors stand: in order, each of them, for a year."""
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(int(anchors.KEEP_DAYS * DAY_MS)),
        "segment.ms": str(14 * DAY_MS),
        "message.timestamp.type": "LogAppendTime",
    }
    return Wanted(name=anchors.TOPIC, partitions=1, replication=shape.replication, configs=configs)


def resolved(wanted: Iterable[Wanted], brokers: int) -> list[Wanted]:
    """With the number of copies a cluster of so many brokers has, and what follows from it. Raises ``HubError``."""
    out: list[Wanted] = []
    for topic in wanted:
        copies = min(COPIES, brokers) if topic.replication is None else topic.replication
        if copies > brokers:
            raise HubError(f"topics.replication (--replication) {copies}: there are {brokers} brokers; ask for no more")
        least = {"min.insync.replicas": "2" if copies >= COPIES else "1"}
        out.append(replace(topic, replication=copies, configs={**topic.configs, **least}))
    return out


def missing(topic: Wanted) -> Difference:
    """That the topic is not there."""
    wanted = f"{topic.partitions} partition(s), {topic.replication} copies"
    return Difference(
        topic=topic.name, what="topic", found="missing", wanted=wanted, fix="create", remedy="'hub topics' creates it"
    )


def layout(topic: Wanted, partitions: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Partitions and copies of a topic that is there; ``partitions`` as kafka-python describes them."""
    out: list[Difference] = []
    count, copies = len(partitions), min(len(one["replica_nodes"]) for one in partitions)
    if count != topic.partitions:
        fewer = count < topic.partitions
        remedy = (
            "--apply adds them; a key may move to a new one, which its rev makes harmless"
            if fewer
            else f"they cannot be taken away: ask for --partitions {count}"
        )
        out.append(
            Difference(
                topic=topic.name,
                what="partitions",
                found=str(count),
                wanted=str(topic.partitions),
                fix="apply" if fewer else "hand",
                remedy=remedy,
                value=str(topic.partitions),
            )
        )
    if copies != topic.replication:
        out.append(
            Difference(
                topic=topic.name,
                what="replication",
                found=str(copies),
                wanted=str(topic.replication),
                fix="hand",
                remedy=f"kafka-reassign-partitions moves copies between brokers; or ask for --replication {copies}",
            )
        )
    return out


def configs(topic: Wanted, found: Mapping[str, str]) -> list[Difference]:
    """Settings of a topic that is there; ``found``: what the cluster says they are."""
    return [
        Difference(
            topic=topic.name,
            what=key,
            found=_shown(key, found.get(key, "")),
            wanted=_shown(key, value),
            fix="apply",
            remedy=_remedy(key, found.get(key, ""), value),
            value=value,
        )
        for key, value in topic.configs.items()
        if _plain(found.get(key, "")) != _plain(value)
    ]


def _plain(value: str) -> list[str]:
    return sorted(value.replace(" ", "").split(","))


def _remedy(key: str, found: str, value: str) -> str:
    shorter = key == "retention.ms" and (found.startswith("-") or (found.isdecimal() and int(value) < int(found)))
    return "--apply sets it; the broker then deletes what is older" if shorter else "--apply sets it"


def _shown(key: str, value: str) -> str:
    if not key.endswith(".ms") or not value.isdecimal():
        return "for ever" if value == "-1" else value or "unknown to this broker"
    hours = int(value) / HOUR_MS
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} h"
