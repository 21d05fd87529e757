"""The topics on a real cluster: made as they should be, compared, and changed only when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

import centres
from hub.anchors import TOPIC, published, record
from hub.domain.events import Stream
from hub.errors import HubError
from hub.ports import Anchor
from hub.settings import Topics
from hub.wiring.logs import streams_of
from streams.kafka_log import KafkaLog
from streams.kafka_security import Cluster
from streams.kafka_topics import Difference, anchors_topic, apply, compare, ensure_topics, wanted_topics
from tests.running import ROOT
from tests.servers.kafka import Broker

pytestmark = pytest.mark.kafka
DAY_MS = 86_400_000


def streams() -> list[Stream]:
    return streams_of(centres.discover())


def shape(bootstrap: str, topic: str) -> tuple[int, int, Mapping[str, str]]:
    """(partitions, copies, settings), asked of the cluster directly."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        [found] = admin.describe_topics([topic])
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
        told: dict[str, Any] = admin.describe_configs(asked, config_filter="all")["topic"][topic]
    parts = found["partitions"]
    return len(parts), len(parts[0]["replica_nodes"]), {key: one["value"] for key, one in told.items()}


def change(bootstrap: str, topic: str, **settings: str) -> None:
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        configs = {key.replace("_", "."): value for key, value in settings.items()}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])


def named(found: list[Difference]) -> set[tuple[str, str, str, str, str]]:
    return {(one.topic, one.what, one.found, one.wanted, one.fix) for one in found}


def hub(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "hub", "topics", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_shape_is_declared_for_every_stream_and_only_for_those() -> None:
    wanted = wanted_topics(streams(), Topics())
    assert [topic.name for topic in wanted] == sorted(stream.topic for stream in streams())
    by_name = {topic.name: topic.configs for topic in wanted}
    assert by_name["hub.field.positions"]["cleanup.policy"] == "delete"
    assert by_name["hub.field.positions"]["retention.ms"] == str(DAY_MS)
    facts = by_name.keys() - {"hub.field.positions"}
    assert len(facts) == 8
    assert {by_name[name]["cleanup.policy"] for name in facts} == {"compact,delete"}
    assert {by_name[name]["retention.ms"] for name in facts} == {str(31 * DAY_MS)}
    anchors = anchors_topic(Topics(partitions=8, facts_days=2))
    assert (anchors.partitions, anchors.configs["cleanup.policy"]) == (1, "delete")
    assert anchors.configs["retention.ms"] == str(365 * DAY_MS)
    for topic in (*wanted, anchors):
        assert int(topic.configs["segment.ms"]) * 24 <= int(topic.configs["retention.ms"]), "or retention comes late"


def test_the_command_on_a_fresh_a_changed_and_a_mended_cluster(broker: Broker) -> None:
    log = f"kafka://{broker.bootstrap}"
    code, out, err = hub("--log", log)
    assert (code, out) == (0, ""), err
    assert "created centre." in err
    assert "10 topics are as they should be" in err
    partitions, copies, settings = shape(broker.bootstrap, "hub.actions")
    assert (partitions, copies) == (1, 1)
    assert sorted(settings["cleanup.policy"].split(",")) == ["compact", "delete"]
    assert settings["retention.ms"] == str(31 * DAY_MS)
    assert settings["min.insync.replicas"] == "1"
    assert settings["message.timestamp.type"] == "LogAppendTime"
    assert hub("--log", log)[0] == 0

    change(broker.bootstrap, "hub.field.positions", retention_ms=str(3 * DAY_MS))
    change(broker.bootstrap, "hub.actions", cleanup_policy="delete", retention_ms="-1")
    code, out, err = hub("--log", log)
    assert code == 1, err
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]
    assert ["hub.actions", "cleanup.policy", "delete", "compact,delete", "--apply sets it"] in rows
    deletes = "--apply sets it; the broker then deletes what is older"
    assert ["hub.actions", "retention.ms", "for ever", "31 days", deletes] in rows
    assert ["hub.field.positions", "retention.ms", "3 days", "24 h", deletes] in rows
    assert shape(broker.bootstrap, "hub.actions")[2]["retention.ms"] == "-1", "nothing is changed without --apply"

    code, out, err = hub("--log", log, "--apply")
    assert (code, out) == (0, ""), err
    assert "changed hub.field.positions: retention.ms from 3 days to 24 h" in err
    assert shape(broker.bootstrap, "hub.field.positions")[2]["retention.ms"] == str(DAY_MS)

    code, out, err = hub("--log", log, "--replication", "3")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "hub topics: topics.replication (--replication) 3: there are 1 brokers; ask for no more"
    ]


def test_partitions_are_added_and_never_taken_away(broker: Broker) -> None:
    cluster = Cluster(broker.bootstrap)
    one, three = (wanted_topics(streams(), Topics(partitions=count)) for count in (1, 3))
    ensure_topics(cluster, one)
    assert named(compare(cluster, three)) == {(t.name, "partitions", "1", "3", "apply") for t in three}
    assert apply(cluster, three) == []
    assert shape(broker.bootstrap, "hub.actions")[0] == 3
    left = apply(cluster, one)
    assert named(left) == {(t.name, "partitions", "3", "1", "hand") for t in one}
    assert "--partitions 3" in left[0].remedy
    assert shape(broker.bootstrap, "hub.actions")[0] == 3


def test_what_is_missing_is_said_and_made_once(broker: Broker) -> None:
    cluster = Cluster(broker.bootstrap)
    lone = [Stream(topic="t-alone", source="/hub/", events={}, folds={})]
    wanted = wanted_topics(lone, Topics(facts_days=2, replication=1))
    assert named(compare(cluster, wanted)) == {
        ("t-alone", "topic", "missing", "1 partition(s), 1 copies", "create"),
    }
    assert ensure_topics(cluster, wanted) == ["t-alone"]
    assert ensure_topics(cluster, wanted) == []
    assert compare(cluster, wanted) == []
    assert shape(broker.bootstrap, "t-alone")[2]["min.compaction.lag.ms"] == str(2 * DAY_MS)
    with pytest.raises(HubError, match="there are 1 brokers"):
        compare(cluster, wanted_topics(lone, Topics(replication=2)))


def test_only_a_cluster_has_topics_to_make(tmp_path: Path) -> None:
    code, out, err = hub("--log", f"sqlite:///{tmp_path}/log.db")
    assert (code, out) == (2, "")
    assert "only Kafka" in err


def test_anchors_stand_on_a_topic_of_their_own(broker: Broker) -> None:
    """Nobody has published yet; then two have, with more than one read between them."""
    with closing(KafkaLog(broker.bootstrap)) as log:
        assert published(log) == ([], 0), "no topic is no anchor"
        ensure_topics(Cluster(broker.bootstrap), [anchors_topic(Topics())])
        assert published(log) == ([], 0)
        told = [Anchor(number, f"{number:064x}", 1.0) for number in range(1, 6001)]
        log.append(TOPIC, [record(anchor) for anchor in told])
        assert published(log) == (told, 0)
