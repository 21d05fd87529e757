"""What every log promises, held against memory, SQLite, a real Apache Kafka and (where it reads) a recording."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hub.errors import HubError, LogDown, PositionLost
from hub.ports import Log, Outgoing, Partition, Record
from streams.kafka_log import KafkaLog
from streams.memory_log import MemoryLog
from streams.recording import Recording, record
from streams.records import LIMIT_BYTES
from streams.sqlite_log import SqliteLog
from tests.servers.kafka import make_topics

WRITABLE = [
    pytest.param("memory"),
    pytest.param("sqlite"),
    pytest.param("kafka", marks=pytest.mark.kafka),
]
READABLE = [*WRITABLE, pytest.param("recording")]
LOCAL = ["memory", "sqlite"]
LONG_S = 20.0
"""More than anything here takes; reached only by a failure."""


class Bench:
    """Makes logs of one kind on topics of their own, and closes them."""

    def __init__(self, kind: str, folder: Path, bootstrap: str) -> None:
        self.kind, self._folder, self._bootstrap = kind, folder, bootstrap
        self._open: list[Log] = []

    def topics(self, count: int, partitions: int = 1) -> list[str]:
        names = [f"t-{uuid.uuid4().hex[:12]}" for _ in range(count)]
        if self.kind == "kafka":
            make_topics(self._bootstrap, names, partitions)
        return names

    def empty(self) -> Log:
        made: dict[str, Callable[[], Log]] = {
            "memory": MemoryLog,
            "sqlite": lambda: SqliteLog(self._folder / "log.sqlite"),
            "kafka": lambda: KafkaLog(self._bootstrap, silence_s=1.0),
        }
        self._open.append(made[self.kind]())
        return self._open[-1]

    def holding(self, topic: str, records: Sequence[Outgoing]) -> Log:
        """A log in which those records stand, written through itself or recorded from a log in memory."""
        if self.kind != "recording":
            log = self.empty()
            log.append(topic, records)
            return log
        source = MemoryLog()
        source.append(topic, records)
        path = self._folder / "day.rec"
        record(source, [topic], path)
        self._open.append(Recording(path))
        return self._open[-1]

    def close(self) -> None:
        for log in self._open:
            log.close()


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind = request.param
    bootstrap = request.getfixturevalue("kafka") if kind == "kafka" else ""
    made = Bench(kind, tmp_path, bootstrap)
    yield made
    made.close()


def everything(log: Log, start: dict[Partition, int], count: int, limit: int = 1000) -> list[Record]:
    """Read on from ``start`` until that many records came."""
    positions, out = dict(start), list[Record]()
    deadline = time.monotonic() + LONG_S
    while len(out) < count and time.monotonic() < deadline:
        got = log.read(positions, limit, 0.5)
        assert len(got) <= limit
        for item in got:
            place = (item.topic, item.partition)
            assert item.offset == positions[place], "offsets of a partition follow each other"
            positions[place] = item.offset + 1
        out += got
    return out


def numbered(count: int, keys: int = 7) -> list[Outgoing]:
    return [Outgoing(f"k{i % keys}".encode(), str(i).encode()) for i in range(count)]


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_append_gives_the_offsets_it_stored(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.empty()
    assert log.append(topic, numbered(3)) == [(0, 0), (0, 1), (0, 2)]
    assert log.append(topic, numbered(2)) == [(0, 3), (0, 4)]
    assert log.append(topic, []) == []
    assert log.ends([topic]) == {(topic, 0): 5}
    assert log.beginnings([topic]) == {(topic, 0): 0}
    assert log.partitions([topic]) == [(topic, 0)]
    assert log.health().state == "ok"


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_records_of_a_key_stay_in_order(bench: Bench) -> None:
    [topic] = bench.topics(1, partitions=3)
    log = bench.holding(topic, numbered(700))
    got = everything(log, log.beginnings([topic]), 700, limit=37)
    assert sorted(int(r.value or b"") for r in got) == list(range(700))
    for key in {r.key for r in got}:
        values = [int(r.value or b"") for r in got if r.key == key]
        assert values == sorted(values)
        assert len({r.partition for r in got if r.key == key}) == 1


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_the_caller_owns_the_positions(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(50))
    first = everything(log, {(topic, 0): 10}, 40)
    assert everything(log, {(topic, 0): 10}, 40) == first
    assert [r.offset for r in first] == list(range(10, 50))
    assert everything(log, {(topic, 0): 49}, 1)[0].value == b"49"
    assert log.read({(topic, 0): 50}, 10, 0.05) == []


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_keys_values_headers_and_time_come_back(bench: Bench) -> None:
    [topic] = bench.topics(1)
    before = time.time()
    sent = [
        Outgoing(
            "警情-青羊-0412".encode(), "四车道封闭".encode(), (("content-type", b"application/cloudevents+json"),)
        ),
        Outgoing(b"removed", None),
        Outgoing(None, b"\x00\xff" * 10, (("a", b"1"), ("a", b""), ("ü", b"2"))),
        Outgoing(b"", b""),
    ]
    log = bench.holding(topic, sent)
    got = everything(log, {(topic, 0): 0}, len(sent))
    assert [Outgoing(r.key, r.value, r.headers) for r in got] == sent
    assert got[2].header("a") == b""
    assert all(before - 1 <= r.timestamp <= time.time() + 1 for r in got)


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_a_large_batch_is_stored_whole(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.empty()
    sent = [Outgoing(str(i).encode(), b"x" * 400) for i in range(5000)]
    assert [offset for _, offset in log.append(topic, sent)] == list(range(5000))
    assert [r.key for r in everything(log, {(topic, 0): 0}, 5000)] == [r.key for r in sent]


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_what_no_log_could_store_is_refused_and_nothing_is_written(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.empty()
    with pytest.raises(HubError, match=r"larger than 1000000"):
        log.append(topic, [Outgoing(b"a", b"b"), Outgoing(b"a", b"x" * LIMIT_BYTES)])
    with pytest.raises(HubError, match="needs a key or a value"):
        log.append(topic, [Outgoing(b"a", b"b"), Outgoing(None, None)])
    assert log.ends([topic]) == {(topic, 0): 0}
    log.append(topic, [Outgoing(b"", b"x" * LIMIT_BYTES)])
    assert len(everything(log, {(topic, 0): 0}, 1)) == 1


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_an_empty_read_waits_and_no_longer_than_asked(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(1))
    everything(log, {(topic, 0): 0}, 1)
    start = time.monotonic()
    assert log.read({(topic, 0): 1}, 10, 0.4) == []
    assert 0.35 <= time.monotonic() - start < 1.5
    assert log.read({}, 10, 0.01) == []


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_an_append_wakes_the_reader(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.empty()
    log.append(topic, numbered(1))
    everything(log, {(topic, 0): 0}, 1)  # connected and at the end
    stored: list[float] = []

    def later() -> None:
        time.sleep(0.2)
        log.append(topic, numbered(1))
        stored.append(time.monotonic())

    thread = threading.Thread(target=later)
    thread.start()
    got = log.read({(topic, 0): 1}, 10, LONG_S)
    arrived = time.monotonic()
    thread.join(LONG_S)
    assert len(got) == 1
    assert arrived - stored[0] < 0.5


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_appends_of_several_threads_are_all_there(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.empty()
    offsets: list[int] = []

    def appender(name: str) -> None:
        for i in range(10):
            offsets.extend(o for _, o in log.append(topic, [Outgoing(name.encode(), f"{name}{i}".encode())] * 3))

    threads = [threading.Thread(target=appender, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    assert sorted(offsets) == list(range(120))
    got = everything(log, {(topic, 0): 0}, 120)
    for name in "abcd":
        values = [r.value for r in got if r.key == name.encode()]
        assert values == [f"{name}{i}".encode() for i in range(10) for _ in range(3)]


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_a_position_beyond_the_end_belongs_to_another_log(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(5))
    with pytest.raises(PositionLost):
        everything(log, {(topic, 0): 99}, 1)
    assert len(everything(log, {(topic, 0): 0}, 5)) == 5, "it can be read on from what there is"


@pytest.mark.parametrize("bench", WRITABLE, indirect=True)
def test_a_position_below_the_beginning_is_lost(bench: Bench, request: pytest.FixtureRequest) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(20))
    if isinstance(log, (MemoryLog, SqliteLog)):
        log.trim(topic, 15)
    else:
        trim_kafka(request.getfixturevalue("kafka"), topic, 15)
    assert log.beginnings([topic]) == {(topic, 0): 15}
    assert log.ends([topic]) == {(topic, 0): 20}
    with pytest.raises(PositionLost):
        everything(log, {(topic, 0): 3}, 1)
    assert [r.offset for r in everything(log, log.beginnings([topic]), 5)] == [15, 16, 17, 18, 19]
    assert log.append(topic, numbered(1)) == [(0, 20)], "an offset is never given twice"


def trim_kafka(bootstrap: str, topic: str, before: int) -> None:
    from kafka import KafkaAdminClient, TopicPartition

    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 0): before})


@pytest.mark.parametrize("bench", READABLE, indirect=True)
def test_a_closed_log_says_so(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(1))
    log.close()
    log.close()
    assert log.health().state == "down"
    calls: list[Callable[[], object]] = [
        lambda: log.append(topic, numbered(1)),
        lambda: log.read({(topic, 0): 0}, 1, 0.1),
        lambda: log.partitions([topic]),
        lambda: log.beginnings([topic]),
        lambda: log.ends([topic]),
    ]
    for call in calls:
        with pytest.raises(LogDown):
            call()


@pytest.mark.parametrize("bench", ["memory", "sqlite", "recording"], indirect=True)
def test_closing_wakes_a_waiting_reader(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(1))
    timer = threading.Timer(0.1, log.close)
    timer.start()
    start = time.monotonic()
    with pytest.raises(LogDown, match="closed"):
        log.read({(topic, 0): 1}, 1, LONG_S)
    assert time.monotonic() - start < 2
    timer.join()


@pytest.mark.parametrize("bench", LOCAL, indirect=True)
def test_a_topic_is_there_as_soon_as_it_is_named(bench: Bench) -> None:
    log = bench.empty()
    assert log.partitions(["new"]) == [("new", 0)]
    assert log.beginnings(["new"]) == log.ends(["new"]) == {("new", 0): 0}
    assert log.read({("new", 0): 0}, 1, 0.01) == []
    log.append("new", numbered(1))
    assert len(log.read({("new", 0): 0}, 1, 1.0)) == 1


@pytest.mark.parametrize("bench", [pytest.param("kafka", marks=pytest.mark.kafka), "recording"], indirect=True)
def test_an_unknown_topic_is_left_out_and_not_written_to(bench: Bench) -> None:
    [topic] = bench.topics(1)
    log = bench.holding(topic, numbered(1))
    assert log.partitions(["nobody-made-this", topic]) == [(topic, 0)]
    assert log.ends(["nobody-made-this"]) == log.beginnings(["nobody-made-this"]) == {}
    with pytest.raises(LogDown):
        log.append("nobody-made-this", numbered(1))


@pytest.mark.parametrize("bench", ["memory", "sqlite"], indirect=True)
def test_a_busy_topic_does_not_starve_a_quiet_one(bench: Bench) -> None:
    busy, quiet = bench.topics(2)
    log = bench.empty()
    log.append(busy, numbered(500))
    log.append(quiet, numbered(3))
    got = log.read({(busy, 0): 0, (quiet, 0): 0}, 100, 1.0)
    assert sum(r.topic == quiet for r in got) == 3
    assert sum(r.topic == busy for r in got) == 97
