"""The player: order, pace, stopping, a log that fails, and where a restart goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event as Flag

import pytest

from hub.clock import RunningClock
from hub.codec import FOLLOWUP
from hub.errors import LogDown
from hub.ports import Outgoing, Record
from streams.bridges import replay
from streams.bridges.plan import SEQUENCE, Planned
from streams.bridges.replay import GAP_S, LEAD_S, Progress, done, play
from streams.memory_log import MemoryLog

TOPIC = "hub.field.events"


def planned(count: int, step_s: float = 1.0) -> list[Planned]:
    return [
        Planned(1000 + n * step_s, Outgoing(b"k", b"%d" % n, ((SEQUENCE, b"%d" % n),)), n + 1, refused=n % 7 == 6)
        for n in range(count)
    ]


def values(log: MemoryLog) -> list[int]:
    found: list[Record] = log.read({(TOPIC, 0): 0}, 100_000, 0.0)
    return [int(record.value or b"-1") for record in found]


class Flaky(MemoryLog):
    """Fails some appends, after having taken a part of them."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        if self.failures > 0:
            self.failures -= 1
            super().append(topic, records[: len(records) // 3])
            raise LogDown("gone away")
        return super().append(topic, records)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "RETRY_S", 0.001)
    monkeypatch.setattr(replay, "RETRY_MAX_S", 0.001)


def test_all_records_in_order_as_fast_as_it_goes() -> None:
    log, clock, said = MemoryLog(), RunningClock(0, 1), list[Progress]()
    end = play(planned(1203), log, TOPIC, clock=clock, speed=None, stop=Flag(), progress=said.append)
    assert values(log) == list(range(1203))
    assert end == Progress(state="ended", rows=1203, records=1203, refused=171, at=2202.0)
    assert [each.records for each in said] == [500, 1000, 1203, 1203]
    assert (clock.now(), clock.rate()) == (2202.0, 0.0)


def test_followups_are_not_rows() -> None:
    first, second = planned(2)
    more = Planned(second.at, Outgoing(b"k", b"1", ((SEQUENCE, b"1"), (FOLLOWUP, b"1"))), 1, followup=True)
    end = play([first, more], MemoryLog(), TOPIC, clock=RunningClock(0, 1), speed=None, stop=Flag())
    assert (end.rows, end.records) == (1, 2)


def test_the_pace_is_the_recordings() -> None:
    log, clock, ahead = MemoryLog(), RunningClock(0, 1), list[float]()

    def look(state: Progress) -> None:
        ahead.append((state.at or 0) - clock.now())

    play(planned(200, 0.5), log, TOPIC, clock=clock, speed=400, stop=Flag(), progress=look)
    assert values(log) == list(range(200))
    assert len(ahead) > 3, "not in one go"
    assert max(ahead) <= 0, "nothing is played before its time"


def test_stopping_between_two_records_far_apart() -> None:
    stop, log = Flag(), MemoryLog()
    far = planned(2, GAP_S - 1)
    end = play(far, log, TOPIC, clock=RunningClock(0, 1), speed=1, stop=stop, progress=lambda _: stop.set())
    assert end.state == "stopped"
    assert values(log) == [0]


def test_a_hole_in_the_recording_is_not_waited_for() -> None:
    log, clock, begin = MemoryLog(), RunningClock(0, 1), time.monotonic()
    play(planned(2, 1e7), log, TOPIC, clock=clock, speed=100, stop=Flag())
    assert values(log) == [0, 1]
    assert time.monotonic() - begin < LEAD_S + 5
    assert clock.now() >= 1e7


@pytest.mark.parametrize("failures", [1, 5])
def test_a_failing_log_gets_every_record_once(failures: int) -> None:
    log, said = Flaky(failures), list[str]()
    play(planned(1203), log, TOPIC, clock=RunningClock(0, 1), speed=None, stop=Flag(), progress=_names(said))
    assert values(log) == list(range(1203))
    assert said.count("log down") == failures


def test_a_log_that_stays_down_is_given_up() -> None:
    with pytest.raises(LogDown):
        play(planned(3), Flaky(1000), TOPIC, clock=RunningClock(0, 1), speed=None, stop=Flag())


def test_where_to_go_on() -> None:
    log = MemoryLog()
    assert done(log, TOPIC) == 0
    parts = planned(1203)
    for part in (parts[:500], parts[500:1000], parts[1000:]):
        log.append(TOPIC, [each.outgoing for each in part])
        log.append(TOPIC, [Outgoing(b"k", b"-5")])  # an operator's own fact between
    assert done(log, TOPIC) == 1203
    log.append(TOPIC, [Outgoing(b"k", b"-5")] * 5000)
    assert done(log, TOPIC) == 1203


def test_a_batch_that_arrived_in_part_is_played_again_from_its_gap() -> None:
    log, all_of_it = MemoryLog(), [each.outgoing for each in planned(1000)]
    log.append(TOPIC, [*all_of_it[:700], *all_of_it[720:740]])
    assert done(log, TOPIC) == 700


def _names(into: list[str]) -> Callable[[Progress], None]:
    return lambda state: into.append(state.state)
