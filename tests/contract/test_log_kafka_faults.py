"""The Kafka log under faults of a real broker: retention that deletes what was not read, a connection that goes deaf, a
broker that stands still for ten seconds, and the producer that would not get over that.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from hub.errors import LogDown, PositionLost
from hub.ports import Outgoing
from streams.kafka_log import KafkaLog
from tests.conftest import absent
from tests.servers import kafka
from tests.servers.kafka import Broker, Listener, make_topics

pytestmark = pytest.mark.kafka
QUICK = ["log.initial.task.delay.ms=200", "log.retention.check.interval.ms=200"]
SILENCE_S, DELIVERY_S = 1.0, 2.0
STOPPED_S = 10.0


class Ear:
    """A way to a broker on which the connections there are can be made deaf: they stay open and hear nothing more."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.target = 0
        self._deaf: list[threading.Event] = []

    def start(self, target: int) -> None:
        self.target = target
        threading.Thread(target=self._accept, daemon=True).start()

    def deafen(self) -> int:
        """Those that are open; gives how many. Later ones hear."""
        for one in self._deaf:
            one.set()
        return len(self._deaf)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                deaf = threading.Event()
                self._deaf.append(deaf)
                for source, sink, silent in ((near, far, threading.Event()), (far, near, deaf)):
                    threading.Thread(target=_carry, args=(source, sink, silent), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket, silent: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if not silent.is_set():
                sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(ear: Ear, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that executes retention at once and can also be reached through the ear."""
    if reason := kafka.missing():
        absent("kafka", reason)
    through = Listener("EAR", "PLAINTEXT", advertised=ear.port)
    made = Broker(Path(tmp_path_factory.mktemp("faults")), listeners=[through], properties=QUICK)
    made.start()
    ear.start(through.port)
    try:
        yield made
    finally:
        made.kill()


@pytest.fixture
def log(server: Broker) -> Iterator[KafkaLog]:
    made = KafkaLog(server.bootstrap, silence_s=SILENCE_S, delivery_s=DELIVERY_S)
    yield made
    made.close()


def numbered(first: int, count: int) -> list[Outgoing]:
    return [Outgoing(b"k", str(number).encode()) for number in range(first, first + count)]


def test_retention_that_deletes_what_was_not_read_is_a_lost_position(server: Broker, log: KafkaLog) -> None:
    make_topics(server.bootstrap, ["short"], retention_ms="1000", segment_ms="500")
    log.append("short", numbered(0, 5))
    assert len(log.read({("short", 0): 0}, 10, 5.0)) == 5
    deadline = time.monotonic() + 30
    while log.beginnings(["short"]) != {("short", 0): 5}:
        assert time.monotonic() < deadline, "retention did not delete anything"
        time.sleep(0.2)
    with pytest.raises(PositionLost, match="no longer in the log"):
        log.read({("short", 0): 2}, 10, 5.0)
    log.append("short", numbered(5, 1))
    assert [r.value for r in log.read(log.beginnings(["short"]), 10, 5.0)] == [b"5"], "it goes on from what there is"


def test_a_connection_that_goes_deaf_is_replaced(server: Broker, ear: Ear, log: KafkaLog) -> None:
    make_topics(server.bootstrap, ["deaf"])
    reader = KafkaLog(f"127.0.0.1:{ear.port}", silence_s=SILENCE_S)
    try:
        assert reader.read({("deaf", 0): 0}, 10, 0.5) == []
        assert ear.deafen() > 0
        start = time.monotonic()
        log.append("deaf", numbered(0, 3))
        while reader.health().state != "stalled":
            assert reader.read({("deaf", 0): 0}, 10, 0.2) == []
            assert time.monotonic() - start < SILENCE_S + 5
        noticed = time.monotonic() - start
        got = reader.read({("deaf", 0): 0}, 10, 5.0)
        assert [r.value for r in got] == [b"0", b"1", b"2"]
        assert reader.health().state == "ok"
        print(f"deaf connection: noticed after {noticed:.1f} s, read again after {time.monotonic() - start:.1f} s")
    finally:
        reader.close()


def test_a_broker_that_stands_still_for_ten_seconds(server: Broker, log: KafkaLog) -> None:
    """Under load: nothing is lost, what comes twice comes in order, and the reader says so meanwhile."""
    make_topics(server.bootstrap, ["still"])
    stop, failures = threading.Event(), 0

    def write() -> None:
        nonlocal failures
        number = 0
        while not stop.is_set():
            try:
                log.append("still", numbered(number, 10))
                number += 10
            except LogDown:
                failures += 1
            stop.wait(0.05)
        log.append("still", [Outgoing(b"k", b"last")])

    got: list[bytes | None] = []
    reader = KafkaLog(server.bootstrap, silence_s=SILENCE_S)
    positions = {("still", 0): 0}

    def read() -> bool:
        try:
            records = reader.read(positions, 500, 0.2)
        except LogDown:
            return False
        got.extend(r.value for r in records)
        positions["still", 0] += len(records)
        return True

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(got) < 50:
            assert read()
        server.freeze()
        start = time.monotonic()
        noticed = 0.0
        try:
            while time.monotonic() - start < STOPPED_S:
                if not read() and not noticed:
                    noticed = time.monotonic() - start
        finally:
            server.thaw()
        assert 0 < noticed < SILENCE_S + 3
        held = len(got)
        thawed = time.monotonic()
        while len(got) < held + 50:
            read()
            assert time.monotonic() - thawed < 20, reader.health()
        back = time.monotonic() - thawed
    finally:
        stop.set()
        writer.join(30)
    deadline = time.monotonic() + 20
    while got[-1] != b"last":
        read()
        assert time.monotonic() < deadline
    reader.close()
    numbers = [int(value) for value in got[:-1] if value is not None]
    first = list(dict.fromkeys(numbers))
    assert first == list(range(len(first))), "each first comes in order, and none is missing"
    assert failures > 0
    print(f"stopped {STOPPED_S:.0f} s: said after {noticed:.1f} s, reading again after {back:.1f} s, ", end="")
    print(f"{len(first)} facts, {len(numbers) - len(first)} of them twice, {failures} appends failed and were repeated")


FIXED = (
    "kafka-python's idempotent producer got over a broker that stood still: the release is mended. Now think again "
    "about streams/kafka_writer.py: enable_idempotence may be switched on (no duplicates after a failure, more than "
    "one request in flight), and GRACE_S with the replacing of a stuck producer may go"
)


def test_the_idempotent_producer_still_never_recovers(server: Broker, log: KafkaLog) -> None:
    """The canary: why idempotence is off. A batch that was sent and then passes its delivery timeout never resolves,
    and nothing sent afterwards goes through. The same with idempotence off gets over it.
    """
    make_topics(server.bootstrap, ["canary"])
    patience = {"delivery_timeout_ms": 1500, "request_timeout_ms": 1000, "max_block_ms": 3000}
    made = {
        on: KafkaProducer(bootstrap_servers=server.bootstrap, enable_idempotence=on, **patience) for on in (True, False)
    }
    futures = {on: [producer.send("canary", b"warm")] for on, producer in made.items()}
    for sent in futures.values():
        sent[0].get(5)
    server.freeze()
    try:
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            for on, producer in made.items():
                futures[on].append(producer.send("canary", b"stopped"))
            time.sleep(0.05)
    finally:
        server.thaw()
    deadline = time.monotonic() + 20
    while True:
        try:
            log.append("canary", [Outgoing(b"k", b"the broker is back")])
            break
        except LogDown:
            assert time.monotonic() < deadline
    recovered = {on: _goes_through(producer) for on, producer in made.items()}
    unresolved = {on: sum(not future.is_done for future in sent) for on, sent in futures.items()}
    print(f"canary: unresolved {unresolved} of {len(futures[True])}, recovered {recovered}")
    for producer in made.values():
        producer._sender.force_close()
        producer._closed = True
    assert recovered[False], "without idempotence it must go on, or the writer is wrong as well"
    assert unresolved[False] == 0
    assert not (recovered[True] and unresolved[True] == 0), FIXED


def _goes_through(producer: KafkaProducer) -> bool:
    try:
        producer.send("canary", b"after").get(5)
    except KafkaError:
        return False
    return True
