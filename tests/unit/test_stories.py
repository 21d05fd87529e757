"""The six stories and the clues of an ordinary day: complete roads, valid facts, results at the end."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

import centres
from hub.domain.events import Emission
from hub.domain.field import Alarm, Clue, Drone, Incident, Operation, Road, Task, Unit
from hub.domain.model import Fact
from hub.errors import HubError
from hub.field import clues, flights, patrol, simulate, stories
from hub.field.district import build
from hub.field.ground import metres
from hub.field.roster import roster
from hub.field.script import Script, Story, load, offset_s
from hub.field.topics import EVENTS
from hub.field.world import HOUR, World

FOLDER = Path(centres.__file__).parent / "_stories"
ANCHOR = 1_763_862_000.0
NAMES = (
    "rooftop_rescue",
    "four_lanes_closed",
    "transfer_to_stranger",
    "data_trading_gang",
    "unpaid_wages",
    "missing_father",
)


@pytest.fixture(scope="module")
def types() -> dict[str, type[Fact]]:
    return {**EVENTS, **{name: data for centre in centres.discover() for name, data in centre.events.items()}}


@pytest.fixture(scope="module")
def script(types: dict[str, type[Fact]]) -> Script:
    return load(FOLDER, types)


@pytest.fixture(scope="module")
def world() -> World:
    return World(build(1), 1, ANCHOR)


@pytest.fixture(scope="module")
def said(world: World, script: Script) -> list[Emission]:
    return stories.facts(world, script, ANCHOR, ANCHOR + 12 * HOUR)


def first_round(world: World, script: Script, name: str) -> stories.Round:
    index = [story.id for story in script.stories].index(name)
    return list(stories.rounds(world, script, ANCHOR, ANCHOR + HOUR))[index]


def lives(facts: tuple[Emission, ...] | list[Emission], kind: type) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = defaultdict(list)
    for e in facts:
        if isinstance(e.data, kind):
            out[e.data.id].append(e.data)
    return out


def test_there_are_six_and_they_begin_one_after_the_other(script: Script) -> None:
    assert tuple(story.id for story in script.stories) == NAMES
    begins = [offset_s(story.offset) for story in script.stories]
    assert begins[0] == 60
    assert all(60 <= b - a <= 600 for a, b in pairwise(begins))
    assert all(story.period_h == 12 for story in script.stories)


@pytest.mark.parametrize("name", NAMES)
def test_each_ends_with_an_operation_a_full_task_list_and_results(world: World, script: Script, name: str) -> None:
    played = first_round(world, script, name)
    operations = lives(played.facts, Operation)
    assert len(operations) == 1
    states = [op.state for op in next(iter(operations.values()))]
    last = next(iter(operations.values()))[-1]
    assert states[0] == "running"
    assert last.state == "closed"
    assert last.results
    assert last.closed_at is not None
    tasks = lives(played.facts, Task)
    assert len(tasks) >= 5
    for facts in tasks.values():
        assert [f.state for f in facts[:3]] == ["issued", "delivered", "seen"]
        assert facts[-1].state == "done"
        assert facts[-1].operation == last.id
        assert last.started_at <= facts[-1].done_at <= last.closed_at
        assert facts[0].due_at is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_clue_and_incident_of_a_story_comes_to_its_end(world: World, script: Script, name: str) -> None:
    played = first_round(world, script, name)
    for facts in lives(played.facts, Clue).values():
        assert facts[0].state == "reported"
        assert facts[0].owner == facts[0].origin
        assert facts[-1].state == "closed"
        assert facts[-1].reason is not None
        assert facts[-1].results
        assert facts[-1].operation is not None
    for facts in lives(played.facts, Incident).values():
        assert facts[-1].state in ("closed", "diverted")
        assert facts[-1].units == ()
    for facts in lives(played.facts, Alarm).values():
        assert facts[-1].state == "cleared"


@pytest.mark.parametrize("name", NAMES)
def test_an_owner_changes_only_at_triage_signature_and_close(world: World, script: Script, name: str) -> None:
    for facts in lives(first_round(world, script, name).facts, Clue).values():
        for before, after in pairwise(facts):
            if after.owner != before.owner:
                assert after.state in ("triaged", "signed", "closed")
            assert after.hops[: len(before.hops)] == before.hops
            assert len(after.hops) == len(before.hops) + 1


def test_the_numbers_of_the_stories_are_those_of_the_sources(world: World, script: Script) -> None:
    def results(name: str) -> dict[str, float]:
        operation = next(iter(lives(first_round(world, script, name).facts, Operation).values()))[-1]
        return {tally.title.en: tally.value for tally in operation.results}

    assert results("data_trading_gang") == {"Suspects controlled": 70, "Records recovered": 290_000}
    assert results("rooftop_rescue") == {"Brought to safety": 2, "Time taken": 34}
    assert len(lives(first_round(world, script, "data_trading_gang").facts, Task)) == 9
    rescue = first_round(world, script, "rooftop_rescue").facts
    assert rescue[-1].at - rescue[0].at == pytest.approx(34 * 60, abs=30)
    search = first_round(world, script, "missing_father").facts
    assert search[-1].at - search[0].at > 10 * HOUR
    sectors = [facts for facts in lives(search, Task).values() if facts[0].area]
    assert len(sectors) == 6
    for facts in sectors:
        shares = [f.progress for f in facts if f.progress is not None]
        assert shares == sorted(shares)
        assert len(shares) > 5
        assert facts[0].area[0] == facts[0].area[-1]


def test_a_model_finding_is_reviewed_by_a_person_before_it_is_reported(world: World, script: Script) -> None:
    facts = first_round(world, script, "data_trading_gang").facts
    verbs = [e.type.split(".")[3] for e in facts if e.type.split(".")[2] in ("finding", "clue")]
    assert verbs.index("found") < verbs.index("reviewed") < verbs.index("reported")
    clue = next(iter(lives(facts, Clue).values()))[0]
    assert clue.model is not None
    assert clue.reviewed_by is not None
    models = [e.data for e in facts if e.type.startswith("cn.hub.model.")]
    assert getattr(models[-1], "returned") == getattr(models[0], "returned") + 1  # noqa: B009  # a centre's type


def test_every_fact_is_declared_where_it_is_said_and_survives_the_wire(
    said: list[Emission], types: dict[str, type[Fact]]
) -> None:
    topics = {centre.topic: centre for centre in centres.discover()}
    for e in said:
        assert msgspec.json.decode(msgspec.json.encode(e.data), type=types[e.type]) == e.data
        if e.topic in topics:
            centre = topics[e.topic]
            assert e.source.startswith(centre.source)
            assert e.type in centre.events or (isinstance(e.data, Clue) and e.data.origin == centre.name)
        else:
            assert e.source.startswith("/hub/")
            assert e.type in EVENTS


def test_revisions_grow_and_rounds_never_meet(world: World, script: Script) -> None:
    two = stories.facts(world, script, ANCHOR, ANCHOR + 30 * HOUR)
    revs: dict[tuple[str, str], int] = {}
    for e in sorted(two, key=lambda e: e.at):
        key = (e.type.split(".")[2], e.data.id)
        assert e.data.rev > revs.get(key, 0)
        revs[key] = e.data.rev
    numbers = {e.data.number for e in two if isinstance(e.data, Operation)}
    assert len(numbers) == len({e.data.id for e in two if isinstance(e.data, Operation)}) == 18
    assert any(number.endswith("-018") for number in numbers)


def test_cutting_a_window_with_stories_gives_the_same_facts(world: World, script: Script) -> None:
    a, c = ANCHOR - 30.0, ANCHOR + 700.0
    whole = list(simulate.events(world, a, c, script))
    for b in (ANCHOR + 60.0, ANCHOR + 333.3):
        assert [*simulate.events(world, a, b, script), *simulate.events(world, b, c, script)] == whole
    assert [e for e in whole if e.correlation and e.correlation.startswith("rooftop")]


def test_a_story_speaks_alone_for_its_road_while_it_lasts(world: World, script: Script) -> None:
    begin = ANCHOR + offset_s("+00:04:00")
    said = [e for e in simulate.events(world, ANCHOR, ANCHOR + 2 * HOUR, script) if e.data.id == "R-05"]
    during = [e.data for e in said if begin <= e.at <= begin + 51 * 60]
    assert all(isinstance(f, Road) and f.cause is not None for f in during)
    assert max(f.lanes_closed for f in during if isinstance(f, Road)) == 4
    assert max(b.at - a.at for a, b in pairwise(said)) <= 245
    assert isinstance(said[-1].data, Road)
    assert said[-1].data.lanes_closed == 0


def test_story_units_and_drones_are_where_the_story_says(world: World, script: Script) -> None:
    begin = ANCHOR + 60.0
    tower = world.district.place("tower").point
    facts = list(simulate.positions(world, begin + 900, begin + 960, script))
    units = [e.data for e in facts if isinstance(e.data, Unit) and e.data.incident and e.data.incident.endswith("-R")]
    assert {u.id for u in units} == {"U-131", "U-132", "U-331", "U-345", "U-313"}
    kinds = {unit.id: unit.kind for unit in roster(world, script)}
    assert [kinds[key] for key in ("U-131", "U-331", "U-345", "U-313")] == [
        "patrol_car",
        "fire",
        "ambulance",
        "traffic",
    ]
    for unit in units:
        assert unit.status == "on_scene"
        assert unit.position is not None
        assert metres((unit.position.lon, unit.position.lat), tower) < 150
    drone = [e.data for e in facts if isinstance(e.data, Drone) and e.data.id == "D-03"]
    assert len(drone) == 60
    assert all(d.mode == "on_station" and d.incident is not None for d in drone)
    talking = simulate.positions(world, ANCHOR + 240 + 1200, ANCHOR + 240 + 1203, script)
    assert any(isinstance(e.data, Drone) and e.data.id == "D-05" and e.data.announcement for e in talking)


def test_story_units_drive_at_a_believable_speed(world: World, script: Script) -> None:
    units = {unit.id: unit for unit in roster(world, script)}
    seen = 0
    for played in stories.rounds(world, script, ANCHOR, ANCHOR + HOUR):
        for sent in played.sent:
            for key in sent.units:
                duty = patrol.story_trip(world, units[key], sent)
                speed = duty.there.length / (duty.arrive - duty.leave)
                assert (0.5 if units[key].kind == "foot" else 1.5) < speed < 20, (key, speed)
                seen += 1
    assert seen >= 15


def test_a_drone_of_a_story_makes_no_other_flight_meanwhile(world: World, script: Script) -> None:
    spans = [(f.start, f.end) for f in flights.aloft(world, script, 2, ANCHOR, ANCHOR + 6 * HOUR)]
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    relays = [
        phase.aim.incident
        for f in flights.aloft(world, script, 1, ANCHOR + 2 * HOUR, ANCHOR + 6 * HOUR)
        for phase in f.phases
        if phase.mode == "on_station"
    ]
    assert sum(aim is not None and aim.endswith("-M") for aim in relays) >= 3


def ordinary(world: World, script: Script, days: float) -> list[Emission]:
    return clues.facts(world, script, ANCHOR - days * 24 * HOUR, ANCHOR)


def test_clues_of_ordinary_days_keep_the_rules_of_the_road(world: World, script: Script) -> None:
    facts = sorted(ordinary(world, script, 4), key=lambda e: e.at)
    reported = [e for e in facts if e.type == "cn.hub.clue.reported.v1"]
    assert 22 <= len(reported) / 4 <= 48
    known = {centre.name for centre in centres.discover()}
    roads = lives(facts, Clue)
    ended = {k: v for k, v in roads.items() if v[0].state == "reported" and v[-1].state == "closed"}
    assert len(ended) > 0.6 * len(roads)
    late = 0
    for life in ended.values():
        assert {life[0].origin} <= known
        for before, after in pairwise(life):
            assert after.rev > before.rev
            if after.owner != before.owner:
                assert after.state in ("triaged", "signed", "returned", "closed")
            if after.state == "signed":
                assert before.state in ("transferred",)
                assert after.owner == before.to
            late += before.due_at is not None and after.rev > before.due_at.timestamp() * 1000
        assert life[-1].reason is not None
    assert late > 3
    for e in reported:
        assert e.topic == f"centre.{e.data.origin}.events"  # type: ignore[attr-defined]  # a Clue
    assert any(f.state == "returned" for life in roads.values() for f in life)


def test_ordinary_operations_have_tasks_that_never_move_backwards(world: World, script: Script) -> None:
    facts = sorted(ordinary(world, script, 6), key=lambda e: e.at)
    order = ["issued", "delivered", "seen", "accepted", "executing", "done", "refused"]
    tasks = lives(facts, Task)
    assert len(tasks) >= 9
    for life in tasks.values():
        ranks = [order.index(task.state) for task in life]
        assert ranks == sorted(ranks)
    closed = [life[-1] for life in lives(facts, Operation).values() if life[-1].state == "closed"]
    assert closed
    assert all(operation.results and operation.clue for operation in closed)


def stories_in(tmp_path: Path, text: str) -> Path:
    (tmp_path / "one.toml").write_text(text, "utf-8")
    return tmp_path


STEP = """
id = "one"
title = { zh = "一", en = "One" }
offset = "+00:00:10"
[[step]]
at = "+00:00:00"
topic = "hub.field.events"
source = "/hub/calls"
type = "cn.hub.incident.opened.v1"
id = "I-{round}-X"
[step.set]
kind = "noise"
priority = 4
state = "open"
opened_at = "+00:00:00"
position = "@at:tower+10-20"
"""


def test_a_small_story_is_played_as_written(world: World, tmp_path: Path) -> None:
    script = load(stories_in(tmp_path, STEP))
    (fact,) = stories.facts(world, script, ANCHOR, ANCHOR + HOUR)
    assert isinstance(fact.data, Incident)
    assert fact.at == ANCHOR + 10
    assert fact.data.id == "I-1123A-X"
    assert fact.data.opened_at.timestamp() == fact.at
    assert fact.data.position is not None
    tower = world.district.place("tower").point
    assert metres((fact.data.position.lon, fact.data.position.lat), tower) == pytest.approx(22.4, abs=0.3)
    (again,) = stories.facts(world, script, ANCHOR + 12 * HOUR, ANCHOR + 13 * HOUR)
    assert again.data.id == "I-1123B-X"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('at = "+00:00:00"', 'at = "00:00"', "one.toml"),
        ("incident.opened", "incident.imagined", "cn.hub.incident.imagined.v1"),
        ("[step.set]", 'colour = "red"\n[step.set]', "one.toml"),
    ],
)
def test_a_wrong_file_is_named_when_it_is_read(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(HubError, match=says):
        load(stories_in(tmp_path, STEP.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("priority = 4", "priority = 9", "priority"),
        ("@at:tower", "@at:moon", "moon"),
        ("@at:tower", "@beneath:tower", "reference"),
        ('id = "I-{round}-X"', 'id = "I-{round}-X"\nevery = "+00:01:00"', "every"),
    ],
)
def test_a_wrong_step_is_named_when_it_is_played(world: World, tmp_path: Path, old: str, new: str, says: str) -> None:
    script = load(stories_in(tmp_path, STEP.replace(old, new, 1)))
    with pytest.raises(HubError, match=says):
        stories.facts(world, script, ANCHOR, ANCHOR + HOUR)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no story files"):
        load(tmp_path)


def test_a_story_without_a_period_repeats_every_twelve_hours() -> None:
    story = msgspec.toml.decode(STEP.encode(), type=Story)
    assert story.period_h == 12.0
