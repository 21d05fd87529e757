"""A year of a district: what the store costs on disk, at a start and on its slowest page, and how each of these grows.

The life of the demo district (field, stories, centres; without positions, of which only the newest is kept) goes
through the real engine and recorder into the store. ``HUB_TEST_YEAR=2`` takes two million facts instead of some ten
thousand and prints what 60 million would cost by the last slope and exponent.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select

import centres as plugs
from hub.bench.m6_growth import exponent
from hub.changes import TABLES, changes
from hub.clock import RunningClock
from hub.field import topics
from hub.field.district import build
from hub.field.world import World
from hub.ports import Outgoing
from hub.producer import Producer
from hub.service import declared_tables
from hub.simulators import parts
from hub.wiring.logs import streams_of
from hub.wiring.run import Running, setting_of, start
from hub.wiring.simulate import STORIES
from layouts.changes import FACTS_MAX
from streams.database import parse, reader
from streams.memory_log import MemoryLog
from streams.store import SqlStore
from streams.tables import HISTORY

BEGIN = 1_763_827_200.0
STEP_S, HOUR = 600.0, 3600.0
SHIFT_S = 12 * HOUR
SHORT = 40_000
YEAR = 60_000_000
WAIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Cost:
    """``facts`` stored, ``disk`` bytes; CPU seconds of a cold start; seconds (median) of the pages that ask the
    history: the hand-over list of one shift, the busiest thing's history, the refused records.
    """

    facts: int
    hours: float
    disk: int
    start_s: float
    handover_s: float
    history_s: float
    letters_s: float


class Slow(MemoryLog):
    """Without positions, and a record that is refused now and then; what is stored is forgotten."""

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        if topic == topics.POSITIONS_TOPIC:
            return []
        if topic == topics.FIELD_TOPIC:
            records = [*records, Outgoing(b"I-X", b"{}", ())]
        return super().append(topic, records)


class District:
    """A district at work in front of a store. ``facts`` are those the store has applied."""

    def __init__(self, url: str) -> None:
        known = plugs.discover()
        self.topics = [stream.topic for stream in streams_of(known) if stream.topic != topics.POSITIONS_TOPIC]
        self.url, self.log, self.clock, self.until = url, Slow(), RunningClock(BEGIN, 0.0), BEGIN
        self.tables = {table.name: table for table in declared_tables(topics.TABLES, known)}
        self.running: Running = start(
            log=self.log,
            store=SqlStore(url),
            clock=self.clock,
            centres=known,
            setting=setting_of("live", build(1).name, build(1)),
            home=None,
            node="one",
        )
        self.producer = Producer(
            log=self.log,
            parts=parts(known, streams_of(known), STORIES, None),
            world=World(build(1), 1, BEGIN),
            clock=self.clock,
            until=BEGIN,
            save=lambda until: None,
        )

    @property
    def facts(self) -> int:
        counters = self.running.hub.engine.counters
        return sum(count for name, count in counters.items() if name.endswith(" applied"))

    def play(self, facts: int) -> None:
        """Until so many are stored."""
        while self.facts < facts:
            self.until += STEP_S
            self.clock.set(self.until, 0.0)
            while self.producer.step():
                pass
            self.stored()

    def stored(self) -> None:
        """Wait for the recorder; the log keeps nothing that is stored."""
        ends = self.log.ends(self.topics)
        held, deadline = self.running.hub.recorder, time.monotonic() + WAIT_S
        while held.waiting or any(held.committed.get(place, 0) < end for place, end in ends.items() if end):
            assert time.monotonic() < deadline, "the recorder does not keep up"
            time.sleep(0.01)
        for (topic, _), end in ends.items():
            self.log.trim(topic, end)

    def cost(self, window_s: float) -> Cost:
        """What it costs now. The list is of ``window_s``, so that what it shows stays the same."""
        store = self.running.store
        store.snapshot()
        table, entity = self.busiest()
        return Cost(
            facts=self.facts,
            hours=(self.until - BEGIN) / HOUR,
            disk=disk(self.url),
            start_s=self.cold_start(),
            handover_s=timed(lambda: self.handover(window_s), 5),
            history_s=timed(lambda: len(store.history(table, entity, 200)), 15),
            letters_s=timed(lambda: len(store.dead_letters(200)), 15),
        )

    def cold_start(self) -> float:
        """CPU seconds of reading what the picture needs; it must be all of it."""
        with closing(SqlStore(self.url)) as other:
            began = time.process_time()
            loaded = other.load(self.tables)
            took = time.process_time() - began
        picture = self.running.hub.engine.picture
        assert {name: len(rows) for name, rows in loaded.rows.items() if rows} == {
            name: len(picture.rows(name)) for name in picture.tables if picture.rows(name)
        }
        return took

    def handover(self, window_s: float) -> int:
        """Lines and counts of the hand-over list."""
        since = self.until - window_s
        past = self.running.store.past(since, self.until, TABLES, {"": 60.0}, FACTS_MAX)
        owners = {table.name: table.owner for table in self.tables.values()}
        found = changes(past, since, self.until, owners, {})
        return len(found.lines) + len(found.minor)

    def busiest(self) -> tuple[str, str]:
        """The thing with most facts."""
        engine = reader(parse(self.url))
        of = HISTORY.c
        with engine.connect() as connection:
            most = select(of.table, of.entity).group_by(of.table, of.entity).order_by(func.count().desc()).limit(1)
            table, entity = connection.execute(most).one()
        engine.dispose()
        return str(table), str(entity)


def timed(ask: Callable[[], int], times: int) -> float:
    """Median seconds; it must find something."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert ask() > 0
        took.append(time.perf_counter() - began)
    return median(took)


def disk(url: str) -> int:
    """Bytes of the database."""
    engine = reader(parse(url))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                pages, size = (connection.exec_driver_sql(f"PRAGMA page_{of}").scalar_one() for of in ("count", "size"))
                return int(pages) * int(size)
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    finally:
        engine.dispose()


def vacuum(url: str) -> None:
    """What PostgreSQL does by itself every minute (autovacuum); SQLite's pages are free at once."""
    engine = reader(parse(url)).execution_options(isolation_level="AUTOCOMMIT")
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql("VACUUM")
            # An emptied index page is handed out by the next round only, when no transaction can still see it.
            connection.exec_driver_sql("CREATE TEMP TABLE later (n int)")
            connection.exec_driver_sql("VACUUM")
    engine.dispose()


def test_what_a_year_costs(store_url: str) -> None:
    most = int(float(os.environ.get("HUB_TEST_YEAR", "0")) * 1e6) or SHORT
    district = District(store_url)
    costs: list[Cost] = []
    try:
        for facts in (most // 8, most // 4, most // 2, most):
            district.play(facts)
            window_s = min(SHIFT_S, costs[0].hours * HOUR if costs else district.until - BEGIN)
            costs.append(district.cost(window_s))
            print(costs[-1])
        kept_s = (district.until - BEGIN) / 2
        forgotten = 0
        deadline = time.monotonic() + WAIT_S + most / 10_000
        while gone := sum(district.running.store.retain({"history": kept_s / 86_400}, district.until).values()):
            forgotten += gone
            assert time.monotonic() < deadline
        vacuum(store_url)
        full = disk(store_url)
        assert forgotten > most // 3
        district.play(district.facts + forgotten // 2)
        again = disk(store_url)
    finally:
        district.running.close()
    names = ("disk", "start_s", "handover_s", "history_s", "letters_s")
    grows = {name: exponent({cost.facts: getattr(cost, name) for cost in costs}) for name in names}
    before, last = costs[-2:]
    slope = (last.disk - before.disk) / (last.facts - before.facts)
    by = YEAR / last.facts
    print(f"exponents {grows}; {slope:.0f} B a fact on disk, {last.facts / last.hours:.0f} facts an hour")
    print(
        f"{YEAR:,} facts: {(last.disk + slope * (YEAR - last.facts)) / 1e9:.1f} GB, "
        + ", ".join(f"{name} {getattr(last, name) * by ** max(0.0, grows[name]):.2f}" for name in names[1:])
    )
    print(f"{forgotten} facts forgotten at {full} B, half as many new ones: {again} B")
    assert math.isfinite(slope)
    assert grows["disk"] < 1.1, "a fact costs what it costs, however many there are"
    assert again <= full * 1.05, "the room of what was forgotten is used again"
