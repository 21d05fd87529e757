"""Addresses of logs: each kind opens, and a wrong one is named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.ports import Outgoing
from hub.settings import Kafka
from streams import open_log
from streams.kafka_log import KafkaLog
from streams.memory_log import MemoryLog
from streams.recording import Recording, record
from streams.sqlite_log import SqliteLog


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory",
        "memory:x",
        "mqtt://host:1883",
        "sqlite://log.db",
        "sqlite:///",
        "recording:day.rec",
        "kafka:host:9092",
        "kafka://",
        "kafka://host",
        "kafka://host:0",
        "kafka://host:90920",
        "kafka://host:9092,",
        "kafka://host:9092,other:x",
    ],
)
def test_a_wrong_address_is_named(url: str) -> None:
    with pytest.raises(HubError) as caught:
        open_log(url)
    assert repr(url) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "kafka://hub:Sh0wn-n0t@host:9092",
        "mqtt://hub:Sh0wn-n0t@host",
        "kafka://hub:Sh0wn/n0t@host",
        "sqlite://a:Sh0wn@b",
    ],
)
def test_a_password_in_an_address_is_not_repeated(url: str) -> None:
    with pytest.raises(HubError) as caught:
        open_log(url)
    assert "Sh0wn" not in str(caught.value)


def test_files_of_a_secured_cluster_are_looked_at_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"kafka\.ca_file .*cannot be read"):
        open_log("kafka://host:9092", security=Kafka(security="SSL", ca_file=tmp_path / "none.pem"))


def test_each_kind_opens(tmp_path: Path) -> None:
    memory = open_log("memory:")
    memory.append("a", [Outgoing(b"k", b"v")])
    record(memory, ["a"], tmp_path / "day.rec")
    urls = {
        MemoryLog: "memory://",
        SqliteLog: f"sqlite:///{tmp_path}/deep/er/log.db",
        Recording: f"recording:///{tmp_path}/day.rec",
        KafkaLog: "kafka://10.0.0.1:9092,[::1]:9093",
    }
    for kind, url in urls.items():
        log = open_log(url)
        assert isinstance(log, kind)
        log.close()


def test_records_are_stamped_by_the_clock_given(tmp_path: Path) -> None:
    for url in ("memory:", f"sqlite:///{tmp_path}/log.db"):
        log = open_log(url, now=lambda: 1234.5)
        log.append("a", [Outgoing(b"k", b"v")])
        assert log.read({("a", 0): 0}, 1, 0.0)[0].timestamp == 1234.5
        log.close()
