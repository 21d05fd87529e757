"""The simulated district: pure, plausible, alive, and valid on the wire."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

import msgspec
import pytest

from hub.domain.events import Emission
from hub.domain.field import Alarm, Camera, Drone, Incident, Road, Unit
from hub.domain.kinds import KINDS
from hub.field import dispatch, drones, flights, patrol, roads, simulate
from hub.field.district import build
from hub.field.ground import inside, metres
from hub.field.roster import roster
from hub.field.script import SILENT
from hub.field.topics import STREAMS, TABLES
from hub.field.world import HOUR, World

NOON = 1_763_870_400.0  # 12:00 of the district
EVENTS = {stream.topic: stream.events for stream in STREAMS}


@pytest.fixture(scope="module")
def world() -> World:
    return World(build(1), 1, NOON)


@lru_cache(maxsize=4)
def slow(world: World, hours: int) -> tuple[Emission, ...]:
    return tuple(simulate.events(world, NOON - hours * HOUR, NOON))


@lru_cache(maxsize=4)
def quick(world: World) -> tuple[Emission, ...]:
    return tuple(simulate.positions(world, NOON - 1500, NOON))


def of(emissions: tuple[Emission, ...], kind: type) -> Iterator[Emission]:
    return (e for e in emissions if isinstance(e.data, kind))


def test_cutting_a_window_anywhere_gives_the_same_facts(world: World) -> None:
    a, b, c = NOON - 700.3, NOON - 333.37, NOON + 0.4
    whole = list(simulate.simulate(world, a, c))
    assert [*simulate.simulate(world, a, b), *simulate.simulate(world, b, c)] == whole
    pieces = [e for k in range(10) for e in simulate.simulate(world, a + k * 17.1, a + (k + 1) * 17.1)]
    assert pieces == [e for e in whole if e.at <= a + 171.0]
    assert list(simulate.simulate(world, c, c)) == []


def test_a_fresh_process_would_say_the_same(world: World) -> None:
    a, b = NOON - 65.0, NOON - 5.0
    said = list(simulate.simulate(world, a, b))
    assert list(simulate.simulate(World(build(1), 1, NOON), a, b)) == said
    assert list(simulate.simulate(World(world.district, 2, NOON), a, b)) != said


@pytest.mark.parametrize("said", [lambda w: slow(w, 4), quick], ids=["slow", "quick"])
def test_time_order_and_revisions_that_always_grow(world: World, said: Callable[[World], tuple[Emission, ...]]) -> None:
    emissions = said(world)
    assert [e.at for e in emissions] == sorted(e.at for e in emissions)
    revs: dict[tuple[type, str], int] = {}
    for e in emissions:
        key = (type(e.data), e.data.id)
        assert e.data.rev > revs.get(key, 0), e
        revs[key] = e.data.rev


def test_every_fact_is_declared_and_survives_the_wire(world: World) -> None:
    for e in (*slow(world, 4), *quick(world)[:4000]):
        declared = EVENTS[e.topic][e.type]
        assert type(e.data) is declared
        assert e.source.startswith("/hub/")
        assert msgspec.json.decode(msgspec.json.encode(e.data), type=declared) == e.data


def test_more_than_three_hundred_units_are_on_duty_and_move_plausibly(world: World) -> None:
    fixes: dict[str, list[tuple[float, Unit]]] = defaultdict(list)
    for e in of(quick(world), Unit):
        assert isinstance(e.data, Unit)
        fixes[e.data.id].append((e.at, e.data))
    on_duty = [unit for unit, seen in fixes.items() if seen[-1][1].status != "off_duty"]
    assert len(on_duty) >= 300
    moving = 0
    for seen in fixes.values():
        for (t0, a), (t1, b) in pairwise(seen):
            if a.position is None or b.position is None:
                assert "off_duty" in (a.status, b.status)
                continue
            far = metres((a.position.lon, a.position.lat), (b.position.lon, b.position.lat))
            assert far / (t1 - t0) < 40.0, (a, b)
            moving += far > 5
    assert moving > 8000


def test_units_drive_where_they_head(world: World) -> None:
    checked = 0
    last: dict[str, Emission] = {}
    for e in of(quick(world), Unit):
        before = last.get(e.data.id)
        last[e.data.id] = e
        if before is None or e.at - before.at > 8.5:
            continue
        a, b = before.data, e.data
        assert isinstance(a, Unit)
        assert isinstance(b, Unit)
        if a.position and b.position and a.heading_deg == b.heading_deg and a.speed_mps == b.speed_mps and a.speed_mps:
            far = metres((a.position.lon, a.position.lat), (b.position.lon, b.position.lat))
            assert far == pytest.approx(a.speed_mps * (e.at - before.at), abs=1.0)
            checked += 1
    assert checked > 3000


def test_reports_come_in_the_promised_rhythm_and_a_few_units_fall_silent(world: World) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    for e in of(quick(world), Unit):
        assert isinstance(e.data, Unit)
        if e.data.status != "off_duty":
            times[e.data.id].append(e.at)
    gaps = [b - a for seen in times.values() for a, b in pairwise(seen)]
    assert sum(gap <= 20.5 for gap in gaps) / len(gaps) > 0.985
    # A gap longer than a minute is a silence: its share of all unit time is what the wall shows as late or stale.
    silent = sum(gap for gap in gaps if gap > 60) / sum(gaps)
    assert 0.01 < silent < 0.05


def test_units_go_where_the_incident_says_and_come_back(world: World) -> None:
    day = [one for one in dispatch.attended(world, SILENT, NOON - 8 * HOUR, NOON) if one.duties]
    assert len(day) > 60
    busy: dict[str, list[tuple[float, float]]] = defaultdict(list)
    units = {unit.id: unit for unit in roster(world, SILENT)}
    for one in day:
        for duty in one.duties:
            assert one.call.dispatched <= duty.leave < duty.arrive < duty.clear < duty.free
            assert duty.free - one.call.opened < dispatch.SLOT_S
            assert duty.there.points[-1] == one.call.point == duty.back.points[0]
            home = units[duty.unit].where(duty.free)
            assert metres(home, duty.back.points[-1]) < 1.0
            busy[duty.unit].append((duty.leave, duty.free))
    for spans in busy.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_a_unit_on_a_call_says_so(world: World) -> None:
    one = next(o for o in dispatch.attended(world, SILENT, NOON, NOON) if o.duties and o.duties[0].arrive < NOON)
    duty = one.duties[0]
    facts = [e.data for e in patrol.positions(world, SILENT, duty.leave, duty.arrive + 120) if e.data.id == duty.unit]
    statuses = [fact.status for fact in facts if isinstance(fact, Unit)]
    assert set(statuses) <= {"en_route", "on_scene"}
    assert all(isinstance(f, Unit) and f.incident == one.call.id for f in facts)


def test_calls_follow_the_rhythm_of_the_day_and_the_priorities(world: World) -> None:
    calls = [one.call for slot in range(36) for one in dispatch.plan(world, SILENT, int(NOON // 7200) - slot)]
    assert 3 * 240 < len(calls) < 3 * 400
    share = {p: n / len(calls) for p, n in Counter(call.priority for call in calls).items()}
    assert share[1] == pytest.approx(0.03, abs=0.015)
    assert share[2] == pytest.approx(0.10, abs=0.03)
    assert share[3] == pytest.approx(0.27, abs=0.04)
    hours = Counter(int((call.opened / HOUR + 8) % 24) for call in calls)
    assert sum(hours[h] for h in range(2, 5)) * 2.5 < sum(hours[h] for h in range(18, 21))
    assert all(KINDS[call.kind].priority == call.priority for call in calls)
    assert all(inside(call.point, world.district.boundary) for call in calls)
    assert len({call.id for call in calls}) == len(calls)


def test_a_day_has_thirty_to_sixty_open_calls_in_the_afternoon(world: World) -> None:
    opened = []
    for hour in (2, 4, 6, 8):
        t = NOON + hour * HOUR
        opened.append(sum(o.call.opened <= t < o.closed for o in dispatch.attended(world, SILENT, t, t)))
    assert all(25 <= count <= 65 for count in opened), opened


def test_every_call_ends_and_its_clocks_run_forward(world: World) -> None:
    ends: Counter[str] = Counter()
    for slot in range(12):
        for one in dispatch.plan(world, SILENT, int(NOON // 7200) - slot):
            facts = [e.data for e in one.facts if isinstance(e.data, Incident)]
            assert one.ended - one.call.opened < dispatch.LONGEST_S
            last = facts[-1]
            ends[last.state] += 1
            assert last.state in ("closed", "diverted")
            assert last.closed_at is not None
            assert last.reason is not None
            assert last.units == ()
            assert (last.diverted_to is not None) == (last.state == "diverted")
            clocks = [last.opened_at, last.answered_at, last.dispatched_at, last.arrived_at, last.closed_at]
            known = [moment for moment in clocks if moment is not None]
            assert known == sorted(known)
            assert all((fact.closed_at is None) == (fact.state in ("open", "dispatched", "on_scene")) for fact in facts)
    assert ends["diverted"] > 15
    assert ends["closed"] > 100


def test_drones_fly_look_at_their_target_and_come_home(world: World) -> None:
    modes: Counter[str] = Counter()
    last: dict[str, Drone] = {}
    for e in of(quick(world), Drone):
        fact = e.data
        assert isinstance(fact, Drone)
        modes[fact.mode] += 1
        before = last.get(fact.id)
        last[fact.id] = fact
        assert fact.position is not None
        assert fact.height_m is not None
        assert 0 <= fact.height_m <= 120
        if before is not None and before.position is not None and before.battery_pct and fact.battery_pct:
            step = metres((before.position.lon, before.position.lat), (fact.position.lon, fact.position.lat))
            assert step < 20 * (fact.rev - before.rev) / 1000 + 1
        if fact.mode == "on_station":
            assert 80 <= fact.height_m
            assert fact.gimbal_pitch_deg is not None
            assert -75 < fact.gimbal_pitch_deg < -35
    assert set(last) == {"D-01", "D-02", "D-03", "D-04", "D-05", "D-06"}
    assert {"docked", "takeoff", "transit", "on_station", "returning", "landing"} <= set(modes)


def test_one_drone_loses_its_picture_every_hour_while_telemetry_goes_on(world: World) -> None:
    flight = next(iter(flights.aloft(world, SILENT, flights.FROZEN_DRONE, NOON, NOON + HOUR)))
    stop, back = flight.frozen
    said = [e for e in drones.positions(world, SILENT, stop - 20, back + 20) if e.data.id == "D-01"]
    frames = [(e.at, e.data.frame_at.timestamp()) for e in said if isinstance(e.data, Drone) and e.data.frame_at]
    assert len(frames) == len(said) > 150
    still = {frame for at, frame in frames if stop <= at < back}
    assert len(still) == 1
    assert all(at - frame == pytest.approx(0.3, abs=0.01) for at, frame in frames if not stop <= at < back)
    causes = [e for e in slow_window(world, stop, back + 60) if isinstance(e.data, Alarm) and "画面" in e.data.title.zh]
    verbs = [e.type.split(".")[3] for e in causes]
    assert verbs[0] == "raised"
    assert verbs[-1] == "cleared"


def slow_window(world: World, start: float, end: float) -> list[Emission]:
    return list(simulate.events(world, start, end))


def test_cameras_and_roads_speak_in_their_rhythm(world: World) -> None:
    expected = {table.name: table.expected_s for table in TABLES}
    cameras: dict[str, list[float]] = defaultdict(list)
    stretches: dict[str, list[float]] = defaultdict(list)
    lost = 0
    for e in slow(world, 4):
        if isinstance(e.data, Camera):
            cameras[e.data.id].append(e.at)
            lost += e.data.state == "lost"
        elif isinstance(e.data, Road):
            stretches[e.data.id].append(e.at)
    assert len(cameras) == 44
    assert len(stretches) == 24
    assert 0 < lost < 0.15 * sum(map(len, cameras.values()))
    for name, rows in (("cameras", cameras), ("roads", stretches)):
        for times in rows.values():
            assert max(b - a for a, b in pairwise(times)) <= (expected[name] or 0) + 0.2


def test_roads_are_fuller_in_the_evening_peak_than_at_night(world: World) -> None:
    def level(t: float) -> float:
        return sum(roads.state(world, stretch, t).level for stretch in roads.stretches(world).values())

    evening, night = level(NOON + 6 * HOUR), level(NOON - 9 * HOUR)
    assert evening > 20 > 12 > night


def test_alarms_are_few_are_seen_and_are_cleared(world: World) -> None:
    lives: dict[str, list[Alarm]] = defaultdict(list)
    for e in simulate.events(world, NOON - 24 * HOUR, NOON):
        if isinstance(e.data, Alarm):
            lives[e.data.id].append(e.data)
    raised = [facts for facts in lives.values() if facts[0].state == "raised"]
    assert 4 <= len(raised) / 24 <= 9
    assert sum(facts[0].priority == 1 for facts in raised) / len(raised) < 0.12
    assert sum(facts[-1].state == "cleared" for facts in raised) > 0.9 * len(raised)
    assert sum(any(f.state == "acknowledged" for f in facts) for facts in raised) > 0.6 * len(raised)
    for facts in raised:
        assert facts[0].title.zh != facts[0].title.en
        assert (facts[-1].cleared_at is not None) == (facts[-1].state == "cleared")


def test_a_minute_of_the_whole_field_costs_little(world: World) -> None:
    list(simulate.simulate(world, NOON + 120, NOON + 121))
    begin = time.process_time()
    count = sum(1 for k in range(60) for _ in simulate.simulate(world, NOON + 120 + 2 * k, NOON + 122 + 2 * k))
    spent = (time.process_time() - begin) / 2
    assert count > 3000
    assert spent < 0.060, f"{spent * 1000:.0f} ms a minute"
