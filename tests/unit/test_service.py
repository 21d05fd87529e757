"""What /healthz and the row API say, over a real store and log without a server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import centres
from hub.clock import LiveClock
from hub.domain.model import Text
from hub.errors import HubError, LogDown
from hub.field import topics
from hub.field.district import build
from hub.field.world import World
from hub.ports import Outgoing
from hub.producer import Part, Played, Producer, read_played, write_played
from hub.service import Setting, declared_tables
from hub.settings import data_folder, listen, moment, require_loopback
from hub.wiring.logs import streams_of
from hub.wiring.run import Running, start
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from tests.unit.test_engine import NOW, incident

SETTING = Setting(mode="demo", district=Text("区", "District"), view=(104.0, 30.6, 12.0), utc_offset_min=480, labels={})


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = start(
        log=MemoryLog(),
        store=SqlStore(f"sqlite:///{tmp_path / 'store.db'}"),
        clock=LiveClock(),
        centres=centres.discover(),
        setting=SETTING,
        home=None,
        node="one",
    )
    yield made
    made.close()


def wait(running: Running, rows: int) -> None:
    end = time.monotonic() + 20
    while len(running.hub.rows("incidents")) < rows:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_has_ended_stays_as_long_as_is_set() -> None:
    as_declared = declared_tables(topics.TABLES, centres.discover())
    set_to = declared_tables(topics.TABLES, centres.discover(), 3600.0)
    for before, after in zip(as_declared, set_to, strict=True):
        assert after.keep_s == (None if before.keep_s is None else 3600.0), after.name
    assert {table.keep_s for table in as_declared} == {None, 7 * 86_400.0}


def test_rows_health_and_spec(running: Running) -> None:
    running.log.append(topics.FIELD_TOPIC, [incident("I-1", 1), incident("I-2", 1)])
    wait(running, 2)
    row = running.hub.rows("incidents")[0]
    assert {"id", "rev", "at", "seen", "age_s", "kind", "priority", "state", "opened_at", "closed_at"} <= row.keys()
    assert row["closed_at"] is None
    assert [one["id"] for one in running.hub.rows("incidents", " i-2 ")] == ["I-2"], "in whatever case"
    assert len(running.hub.rows("incidents", row["kind_title"]["zh"])) == 2, "words in texts of both languages"
    assert running.hub.rows("incidents", "no such words") == []
    health = running.hub.health()
    assert set(health["centres"]) == {centre.name for centre in centres.discover()}
    assert {"state", "age_s", "records"} == set(next(iter(health["centres"].values())))
    assert {t["name"] for t in running.hub.tables()} == set(running.hub.spec()["tables"])
    with pytest.raises(KeyError):
        running.hub.rows("nothing")


def test_what_a_replay_says_is_done_is_in_the_hash(running: Running) -> None:
    def counts() -> dict[str, Any]:
        running.log.append(topics.FIELD_TOPIC, [incident("I-LAST", 1)])
        wait(running, 1)
        return {"done": True}

    before = running.hub.health()["state_hash"]
    running.hub.replay = counts
    health = running.hub.health()
    assert health["replay"] == {"done": True}
    assert health["state_hash"] == running.hub.health()["state_hash"] != before


def test_every_centre_may_report_clues_on_its_own_topic() -> None:
    for stream in streams_of(centres.discover())[len(topics.STREAMS) :]:
        assert stream.events.keys() == stream.folds.keys()
        assert "cn.hub.clue.reported.v1" in stream.events


def test_a_producer_goes_on_where_it_was(tmp_path: Path) -> None:
    log = MemoryLog()
    seen: list[float] = []
    centre = centres.discover()[0]
    world = World(build(1), 1, NOW)

    class Fixed:
        def now(self) -> float:
            return NOW + 20

        def rate(self) -> float:
            return 1.0

    def make(until: float) -> Producer:
        part = Part(centre.simulate, 60.0)
        return Producer(log=log, parts=[part], world=world, clock=Fixed(), until=until, save=seen.append)

    producer = make(NOW)
    assert producer.warm_up(lambda done, of: None) > 0
    first = log.ends([centre.topic])[centre.topic, 0]
    assert producer.step() == log.ends([centre.topic])[centre.topic, 0] - first
    assert seen == [NOW, NOW + 20]
    assert producer.step() == 0


@pytest.mark.parametrize(("failures", "patience_s"), [(2, 60.0), (10_000, 0.05)])
def test_the_hours_before_wait_for_a_log_that_is_down_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failures: int, patience_s: float
) -> None:
    monkeypatch.setattr("hub.producer.RETRY_S", 0.01)
    monkeypatch.setattr("hub.producer.WARM_UP_WAIT_S", patience_s)
    caplog.set_level("INFO", "hub.producer")
    left = failures

    class Falls(MemoryLog):
        def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
            nonlocal left
            left -= 1
            if left >= 0:
                raise LogDown("the broker is away")
            return super().append(topic, records)

    log, centre = Falls(), centres.discover()[0]
    producer = Producer(
        log=log,
        parts=[Part(centre.simulate, 60.0)],
        world=World(build(1), 1, NOW),
        clock=LiveClock(),
        until=NOW,
        save=lambda until: None,
    )
    if failures > 2:
        with pytest.raises(LogDown, match="the broker is away"):
            producer.warm_up(lambda done, of: None)
        return
    assert producer.warm_up(lambda done, of: None) == log.ends([centre.topic])[centre.topic, 0]
    assert [record.message for record in caplog.records] == [
        "cannot append, waiting: the broker is away",
        "appending again",
    ]


def test_the_demo_file_is_ours_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    assert read_played(path) is None
    write_played(path, Played(anchor=1.0, until=2.0, seed=3))
    assert read_played(path) == Played(anchor=1.0, until=2.0, seed=3)
    path.write_text("{")
    with pytest.raises(HubError, match=r"demo\.json is damaged"):
        read_played(path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "hub.example"])
def test_nothing_but_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(HubError, match="--host"):
        require_loopback(host)


def test_loopback_is_fine_and_a_taken_port_is_named() -> None:
    require_loopback("127.0.0.1")
    require_loopback("localhost")
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(HubError, match="--port"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_two_hubs_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with data_folder(tmp_path / "d"), pytest.raises(HubError, match="another hub"), data_folder(tmp_path / "d"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(HubError, match="--data"), data_folder(tmp_path / "file"):
        pass


def test_times_are_read_or_refused() -> None:
    assert moment("2026-11-23T08:00:00+08:00") == moment("2026-11-23T00:00:00Z")
    for bad in ("yesterday", "2026-11-23T08:00:00"):
        with pytest.raises(HubError, match="--since"):
            moment(bad)
