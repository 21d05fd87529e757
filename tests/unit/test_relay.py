"""The outbox relay: order, no loss when the log fails, quick when woken, gone when stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hub.errors import HubError, LogDown
from hub.ports import Batch, Outgoing
from streams.memory_log import MemoryLog
from streams.relay import BATCH, Relay
from streams.store import SqlStore


class Shaky(MemoryLog):
    """Refuses as often as it is told to."""

    refusals = 0

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        if self.refusals:
            self.refusals -= 1
            raise LogDown("broker:9092: cannot be reached")
        return super().append(topic, records)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{tmp_path}/hub.sqlite")
    yield made
    made.close()


def waiting(store: SqlStore, *records: tuple[str, bytes]) -> None:
    store.commit(Batch(rows={}, outbox=[(topic, Outgoing(b"k", value)) for topic, value in records]))


def values(log: MemoryLog, topic: str) -> list[bytes | None]:
    return [r.value for r in log.read({(topic, 0): 0}, 10_000, 0.0)]


def test_records_go_out_in_order_and_are_forgotten(store: SqlStore) -> None:
    log = Shaky()
    waiting(store, ("a", b"1"), ("a", b"2"), ("b", b"3"), ("a", b"4"))
    assert Relay(store, log).step() == 4
    assert values(log, "a") == [b"1", b"2", b"4"]
    assert values(log, "b") == [b"3"]
    assert store.outbox(10) == []
    assert Relay(store, log).step() == 0


def test_only_what_was_acknowledged_is_forgotten(store: SqlStore) -> None:
    log = Shaky()
    waiting(store, ("a", b"1"), ("b", b"2"), ("b", b"3"))
    relay = Relay(store, log)
    real = log.append

    def second_fails(topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        if topic == "b":
            raise LogDown("broker:9092: cannot be reached")
        return real(topic, records)

    log.append = second_fails  # type: ignore[method-assign]
    with pytest.raises(LogDown):
        relay.step()
    assert [record.value for _, _, record in store.outbox(10)] == [b"2", b"3"]


def test_it_says_once_that_it_fails_and_once_that_it_is_back(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    log = Shaky()
    log.refusals = 3
    relay = Relay(store, log, idle_s=5.0, longest_s=0.05)
    waiting(store, *(("a", b"%d" % i) for i in range(BATCH + 5)))
    with caplog.at_level(logging.INFO):
        thread = threading.Thread(target=relay.run)
        thread.start()
        got = log.read({("a", 0): 0}, 10_000, 5.0)
        deadline = time.monotonic() + 5
        while store.outbox(1) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert relay.health().state == "ok"
        assert len(got) in (BATCH, BATCH + 5)
        waiting(store, ("a", b"woken"))
        relay.wake()
        start = time.monotonic()
        assert log.read({("a", 0): BATCH + 5}, 1, 4.0)[0].value == b"woken"
        assert time.monotonic() - start < 1
        relay.stop()
        thread.join(5)
    assert not thread.is_alive()
    said = [r.message for r in caplog.records if r.name == "streams.relay"]
    assert said == ["outbox is not delivered: broker:9092: cannot be reached", "outbox is delivered again"]


def test_a_record_the_log_refuses_is_shown_and_stays(store: SqlStore) -> None:
    waiting(store, ("a", b"x" * 1_000_001))
    relay = Relay(store, MemoryLog(), longest_s=0.05)
    thread = threading.Thread(target=relay.run)
    thread.start()
    deadline = time.monotonic() + 5
    while relay.health().state == "ok" and time.monotonic() < deadline:
        time.sleep(0.005)
    relay.stop()
    thread.join(5)
    assert "larger than" in relay.health().detail
    assert len(store.outbox(10)) == 1


def test_a_closed_store_does_not_end_it(store: SqlStore) -> None:
    relay = Relay(store, MemoryLog())
    store.close()
    with pytest.raises(HubError):
        relay.step()
