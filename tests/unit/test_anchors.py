"""Anchors: published by the one that records, when the chain grew, and at the end; read back from log and paper."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import anchors as module
from hub.anchors import TOPIC, Anchors, published, written
from hub.errors import HubError, LogDown
from hub.ports import Anchor, Outgoing, Record
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from tests.contract.deciding import AT, KEY, decide


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", audit_key=KEY)
    yield made
    made.close()


def test_it_is_published_when_the_chain_grew(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    log = MemoryLog()
    each = Anchors(store, log, mine=lambda: True)
    assert each.publish() is None, "there is nothing yet"
    decide(store, 0)
    with caplog.at_level(logging.INFO):
        first = each.publish()
    assert first == store.anchor()
    assert first is not None
    assert caplog.messages == [f"anchor: entry 1, {first.mac}"]
    assert each.publish() is None
    decide(store, 1)
    decide(store, 2)
    last = each.publish()
    assert published(log) == ([first, last], 0)
    assert (first.at, last.seq if last else 0) == (AT, 3)


def test_only_the_recorder_publishes(store: SqlStore) -> None:
    decide(store, 0)
    log = MemoryLog()
    assert Anchors(store, log, mine=lambda: False).publish() is None
    assert published(log) == ([], 0)


def test_every_minute_and_at_the_end(store: SqlStore) -> None:
    log, stop = MemoryLog(), threading.Event()
    decide(store, 0)
    each = Anchors(store, log, mine=lambda: True, every_s=0.02)
    thread = threading.Thread(target=each.run, args=(stop,))
    thread.start()
    end = time.monotonic() + 5
    while not published(log)[0] and time.monotonic() < end:
        time.sleep(0.01)
    slow = Anchors(store, log, mine=lambda: True, every_s=3600)
    other = threading.Thread(target=slow.run, args=(stop,))
    other.start()
    stop.set()
    thread.join(5)
    other.join(5)
    assert [anchor.seq for anchor in published(log)[0]] == [1, 1], "by time, and by the one that was stopped"


def test_a_log_that_is_down_is_said_once_and_told_later(
    store: SqlStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down(MemoryLog):
        broken = True
        tries = 0

        def append(self, topic: str, records: object) -> list[tuple[int, int]]:
            self.tries += 1
            if self.broken:
                raise LogDown("the broker is away")
            return super().append(topic, records)  # type: ignore[arg-type]

    log, stop = Down(), threading.Event()
    decide(store, 0)
    each = Anchors(store, log, mine=lambda: True, every_s=0.01)
    thread = threading.Thread(target=each.run, args=(stop,))
    with caplog.at_level(logging.WARNING):
        thread.start()
        end = time.monotonic() + 5
        while log.tries < 3 and time.monotonic() < end:
            time.sleep(0.01)
        log.broken = False
        while not published(log)[0] and time.monotonic() < end:
            time.sleep(0.01)
        stop.set()
        thread.join(5)
    assert caplog.messages == ["the audit's anchor is not published: the broker is away"]
    assert [anchor.seq for anchor in published(log)[0]] == [1]


def test_what_is_no_anchor_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog()
    good = Anchor(5, "a" * 64, 1.0)
    values = (b"", b"{}", b"[1]", b'{"seq":"5","mac":"x"}', module.record(good).value, b"\xff")
    log.append(TOPIC, [Outgoing(b"audit", value) for value in values])
    monkeypatch.setattr(module, "AT_ONCE", 2)
    assert published(log) == ([good], 5)


def test_a_log_that_holds_back_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(MemoryLog):
        def read(self, *_: object) -> list[Record]:
            return []

    log = Silent()
    log.append(TOPIC, [module.record(Anchor(5, "a" * 64))])
    with pytest.raises(LogDown, match="not all of its records"):
        published(log)


def test_anchors_from_paper() -> None:
    lines = ["# shift of 23 November", "", "  12 0123456789ab  # printed", f"7 {'AB' * 32}"]
    assert written(lines) == [Anchor(12, "0123456789ab"), Anchor(7, "ab" * 32)]


@pytest.mark.parametrize(
    "line", ["12", "x 0123456789ab", "12 0123456789a", "12 0123456789ag", "1 2 3", "-1 0123456789ab"]
)
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(HubError, match="line 2: must be"):
        written(["1 0123456789ab", line])
