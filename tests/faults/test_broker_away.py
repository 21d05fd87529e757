"""The broker hangs or dies under load: the picture stays and says so, orders wait and go out in order afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.field.topics import FIELD_TOPIC
from streams import open_log
from tests.browser.pages import opened
from tests.faults.independent import fold
from tests.faults.measure import busy_s, long_form
from tests.faults.rig import TOPICS, Loading, one, order, raise_alarms
from tests.faults.viewers import Viewers
from tests.servers.kafka import Broker

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.kafka, pytest.mark.browser]
AWAY_S = (10.0, 60.0) if long_form() else (10.0,)
MARKED = "document.getElementById('faults').innerText.match(/日志|log|Kafka/i)"
FAULTS: list[tuple[str, Callable[[Broker], None], Callable[[Broker], None]]] = [
    ("hangs", Broker.freeze, Broker.thaw),
    ("dies", Broker.kill, Broker.start),
]


@pytest.fixture(autouse=True)
def awake(broker: Broker) -> Iterator[None]:
    """A broker that a failed test has left frozen could not be ended."""
    yield
    if broker.process is not None:
        broker.thaw()


@pytest.mark.parametrize("seconds", AWAY_S)
@pytest.mark.parametrize("fault", FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_broker_goes_away_under_load(
    broker: Broker,
    browser: Browser,
    tmp_path: Path,
    fault: tuple[str, Callable[[Broker], None], Callable[[Broker], None]],
    seconds: float,
) -> None:
    name, away, back = fault
    log = f"kafka://{broker.bootstrap}"
    ids = [f"F-{name}-{seconds:.0f}-{n:02d}" for n in range(20)]
    with (
        one(log, tmp_path) as server,
        opened(browser, f"{server.url}/") as wall,
        Viewers([server.port], 1) as viewers,
    ):
        assert not wall.ask(MARKED)
        writing = open_log(log)
        raise_alarms(writing, ids)
        writing.close()
        with Loading(log, tmp_path) as load:
            wall.until(f"hub.table('alarms').has('{ids[-1]}') && hub.table('cameras').size > 50")
            away(broker)
            gone = time.monotonic()
            viewers.ask(viewers.forget)
            viewers.until(lambda v: v.tables["health"]["hub"]["log"] != "ok", 20)
            told = time.monotonic() - gone
            wall.until(MARKED, limit_ms=20_000)
            marked = time.monotonic() - gone
            before = wall.ask("hub.table('cameras').size")
            answers = [order(server, key) for key in ids]
            while time.monotonic() - gone < seconds:
                wall.until(MARKED, limit_ms=5000)
                time.sleep(0.5)
            quiet = max(viewers.ask(lambda: viewers.all[0].gaps))
            assert quiet < 2.5, f"the hub itself is there, and was mute for {quiet:.1f} s"
            assert wall.ask("hub.table('cameras').size") == before
            assert {status for status, _ in answers} == {200}, answers[:2]
            back(broker)
            returned = time.monotonic()
            wall.until(f"!({MARKED})", limit_ms=30_000)
            again = time.monotonic() - returned
            last = wall.ask("Math.max(...[...hub.table('cameras').values()].map(r => r.rev))")
            wall.until("Math.max(...[...hub.table('cameras').values()].map(r => r.rev)) > x", last)
            acked = load.stop()
        print(
            f"{name} for {seconds:.0f} s: told after {told:.2f} s, page {marked:.2f} s, gone {again:.2f} s after",
            end="",
        )
        wall.until(f"{ids!r}.every(id => hub.table('alarms').get(id)?.state === 'acknowledged')")
        folded = fold(broker.bootstrap, TOPICS)
        held = {key: held_order[1] for (_, key), (held_order, *_) in folded.rows.items()}
        assert all(held[key] >= rev for key, rev in acked.items())
        health = server.until(lambda h: h["state_hash"] == folded.state_hash() and not h["recorder"]["waiting"], 30)
        print(f"; load {load.said()}; {health['state_hash']}")
        assert sent_in_order(log, ids)
        assert told < 3.0
        assert marked < 3.0 + busy_s()


def sent_in_order(log: str, ids: list[str]) -> bool:
    """Whether the first acknowledgement of each alarm stands in the topic in the order in which they were given."""
    reading = open_log(log)
    try:
        at, ends = reading.beginnings([FIELD_TOPIC]), reading.ends([FIELD_TOPIC])
        seen: list[str] = []
        while any(at[place] < ends[place] for place in at):
            for record in reading.read(at, 5000, 1.0):
                at[record.topic, record.partition] = record.offset + 1
                key = (record.key or b"").decode()
                if key in ids and b"alarm.acknowledged" in (record.value or b"") and key not in seen:
                    seen.append(key)
    finally:
        reading.close()
    return seen == ids
