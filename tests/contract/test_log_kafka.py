"""The Kafka log when a real broker hangs, dies and comes back, or when the client library goes deaf."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.errors import LogDown
from hub.ports import Outgoing
from streams.kafka_log import KafkaLog
from tests.servers.kafka import Broker, free_ports, make_topics

pytestmark = pytest.mark.kafka
SILENCE_S, DELIVERY_S = 1.0, 2.0
START = {("t", 0): 0}


@pytest.fixture
def log(broker: Broker) -> Iterator[KafkaLog]:
    make_topics(broker.bootstrap, ["t"])
    made = KafkaLog(broker.bootstrap, silence_s=SILENCE_S, delivery_s=DELIVERY_S)
    yield made
    made.close()


def one(text: str) -> list[Outgoing]:
    return [Outgoing(b"k", text.encode())]


def until(what: Callable[[], bool], limit_s: float) -> float:
    """Seconds until ``what`` is true; fails after the limit."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < limit_s, "it took too long"
    return time.monotonic() - start


def down(log: KafkaLog, positions: dict[tuple[str, int], int]) -> bool:
    try:
        log.read(positions, 10, 0.1)
    except LogDown:
        return True
    return False


def appended(log: KafkaLog, text: str) -> bool:
    try:
        log.append("t", one(text))
    except LogDown:
        return False
    return True


@pytest.mark.parametrize("how", ["hangs", "dies"])
def test_a_broker_that_goes_away_is_noticed_and_taken_up_again(broker: Broker, log: KafkaLog, how: str) -> None:
    log.append("t", one("before"))
    positions = log.ends(["t"])
    assert log.read(positions, 10, 0.1) == []
    if how == "hangs":
        broker.freeze()
    else:
        broker.kill()
    try:
        until(lambda: down(log, positions), SILENCE_S + 5)
        assert log.health().state == "down"
        start = time.monotonic()
        with pytest.raises(LogDown, match=broker.bootstrap):
            log.append("t", one("lost"))
        assert time.monotonic() - start < DELIVERY_S + 6
        with pytest.raises(LogDown):
            log.ends(["t"])
    finally:
        if how == "hangs":
            broker.thaw()
        else:
            broker.start()
    until(lambda: appended(log, "after"), 20)
    got: list[bytes | None] = []

    def heard() -> bool:
        got.extend(r.value for r in read(log, positions))
        return b"after" in got

    until(heard, 20)
    assert log.health().state == "ok"


def read(log: KafkaLog, positions: dict[tuple[str, int], int]) -> list[Any]:
    try:
        return log.read(positions, 10, 0.2)
    except LogDown:
        return []


@pytest.mark.alone
def test_a_long_wait_ends_when_the_broker_hangs_or_the_log_is_closed(broker: Broker, log: KafkaLog) -> None:
    positions = log.ends(["t"])
    assert log.read(positions, 10, 0.1) == []
    broker.freeze()
    try:
        start = time.monotonic()
        with pytest.raises(LogDown, match="does not answer"):
            log.read(positions, 10, 60.0)
        assert time.monotonic() - start < SILENCE_S + 8
    finally:
        broker.thaw()
    until(lambda: not down(log, positions), 20)
    timer = threading.Timer(0.2, log.close)
    timer.start()
    start = time.monotonic()
    with pytest.raises(LogDown, match="closed"):
        log.read(positions, 10, 60.0)
    assert time.monotonic() - start < 5
    timer.join()


def test_a_hub_starts_while_the_broker_is_down() -> None:
    [port] = free_ports(1)
    log = KafkaLog(f"127.0.0.1:{port}")
    calls: list[Callable[[], object]] = [
        lambda: log.read(START, 1, 0.1),
        lambda: log.append("t", one("x")),
        lambda: log.ends(["t"]),
    ]
    for call in calls:
        start = time.monotonic()
        with pytest.raises(LogDown, match=str(port)):
            call()
        assert time.monotonic() - start < 4
    log.close()


def test_a_consumer_that_goes_deaf_is_replaced(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    positions = log.ends(["t"])
    log.read(positions, 10, 0.1)

    def deaf(**_: Any) -> dict[str, Any]:
        time.sleep(0.05)
        return {}

    monkeypatch.setattr(log._consumer, "poll", deaf)
    log.append("t", one("unheard"))

    def stalled() -> bool:
        assert log.read(positions, 10, 0.1) == []
        return log.health().state == "stalled"

    until(stalled, SILENCE_S + 4)
    until(lambda: bool(log.read(positions, 10, 0.5)), 10)
    assert log.health().state == "ok"


def test_a_producer_that_never_answers_is_replaced(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    from kafka.producer.future import FutureProduceResult, FutureRecordMetadata

    log.append("t", one("x"))
    wedged = log._writer._producer

    def never(*_: Any, **__: Any) -> FutureRecordMetadata:
        return FutureRecordMetadata(FutureProduceResult(("t", 0)), 0, 0, None, 0, 0, 0)

    monkeypatch.setattr(wedged, "send", never)
    monkeypatch.setattr("streams.kafka_writer.GRACE_S", 0.2)
    start = time.monotonic()
    with pytest.raises(LogDown):
        log.append("t", one("wedged"))
    assert time.monotonic() - start < DELIVERY_S + 2
    assert log._writer._producer is None
    assert log.append("t", one("y"))[0][1] > 0
