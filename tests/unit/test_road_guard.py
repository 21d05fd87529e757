"""The guard at the topics: roads that can be walked pass, others are refused with the reason, whoever wrote them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import centres
from hub.domain.events import Emission, Event
from hub.domain.field import Clue, Hop, Operation, Task
from hub.domain.model import Text, instant
from hub.errors import BadPayload
from hub.field import simulate
from hub.field.district import build
from hub.field.script import load
from hub.field.topics import ACTIONS_TOPIC, EVENTS, STREAMS, TABLES
from hub.field.world import HOUR, World
from hub.picture.fold import Picture
from hub.road import reported_by
from hub.road.guard import walk
from hub.road.states import CLUE, MACHINES, NEW, TASK, diagram

NOW = 1_763_870_400.0
ROOT = Path(__file__).resolve().parents[2]
FOLDS = {type_: fold for stream in STREAMS for type_, fold in stream.folds.items()}


def event(type_: str, data: Clue | Task | Operation, at: float = NOW) -> Event:
    return Event(id="e", source="/hub/t", type=type_, subject=data.id, time=at, seen=at, data=data)


def hop(verb: str, sender: str = "hub", receiver: str = "hub") -> Hop:
    return Hop(at=instant(NOW), verb=verb, sender=sender, receiver=receiver)


def clue(state: str, owner: str, *hops: Hop, rev: int = 1) -> Clue:
    fields = {
        "id": "K-1",
        "rev": rev,
        "title": Text("线索", "Clue"),
        "priority": 2,
        "state": state,
        "origin": "bigdata",
        "owner": owner,
        "reported_at": instant(NOW),
        "hops": hops,
    }
    return msgspec.convert(fields, Clue)


REPORTED = hop("reported", "bigdata")
SIGNED = (REPORTED, hop("triaged"), hop("transferred", "hub", "criminal"), hop("signed", "criminal"))


def test_two_days_of_the_simulator_walk_their_roads() -> None:
    types = {**EVENTS, **{name: data for centre in centres.discover() for name, data in centre.events.items()}}
    script = load(Path(centres.__file__).parent / "_stories", types)
    world = World(build(1), 1, NOW)
    picture = Picture(TABLES)
    count = 0
    for emission in simulate.events(world, NOW - 6 * HOUR, NOW + 42 * HOUR, script):
        fold = FOLDS.get(emission.type)
        if isinstance(emission.data, Clue) and fold is None:
            fold = reported_by(emission.data.origin)
        if fold is not None and isinstance(emission.data, Clue | Task | Operation):
            picture.apply(fold(picture, said(emission)))
            count += 1
    assert count > 1000


def said(emission: Emission) -> Event:
    return Event(
        id="e", source=emission.source, type=emission.type, subject=emission.data.id, time=emission.at,
        seen=emission.at, data=emission.data,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (clue("signed", "criminal", REPORTED, hop("signed", "criminal")), "no road goes reported → signed"),
        (clue("signed", "hub", *SIGNED), "ends signed with criminal, it claims signed with hub"),
        (clue("triaged", "hub", *SIGNED), "claims triaged"),
        (clue("feedback", "criminal", *SIGNED, hop("closed"), hop("fed_back")), "no road"),
    ],
)
def test_a_road_that_cannot_be_walked_is_refused(fact: Clue, reason: str) -> None:
    with pytest.raises(BadPayload, match=reason):
        FOLDS["cn.hub.clue.signed.v1"](Picture(TABLES), event("cn.hub.clue.signed.v1", fact))


def test_a_newer_revision_never_rewrites_the_road() -> None:
    picture = Picture(TABLES)
    fold = FOLDS["cn.hub.clue.triaged.v1"]
    picture.apply(fold(picture, event("cn.hub.clue.signed.v1", clue("signed", "criminal", *SIGNED, rev=5))))
    other = (REPORTED, hop("triaged", "hub", "bigdata"), *SIGNED[2:], hop("fed_back", "criminal"))
    with pytest.raises(BadPayload, match="tells another road"):
        fold(picture, event("cn.hub.clue.fed_back.v1", clue("feedback", "criminal", *other, rev=6)))
    with pytest.raises(BadPayload, match="signed never becomes reported"):
        fold(picture, event("cn.hub.clue.reported.v1", clue("reported", "bigdata", REPORTED, rev=7)))
    assert fold(picture, event("cn.hub.clue.triaged.v1", clue("triaged", "hub", *SIGNED[:2], rev=2))) == {}, "older"


def test_a_task_never_goes_back() -> None:
    picture = Picture(TABLES)
    task = Task(
        id="T-1", rev=4, operation="O-1", title=Text("布控", "Post"), assignee=Text("一组", "Group 1"), state="done",
        issued_at=instant(NOW),
    )  # fmt: skip
    fold = FOLDS["cn.hub.task.accepted.v1"]
    picture.apply(fold(picture, event("cn.hub.task.done.v1", task)))
    late = msgspec.structs.replace(task, rev=5, state="accepted")
    with pytest.raises(BadPayload, match="done never becomes accepted"):
        fold(picture, event("cn.hub.task.accepted.v1", late))


def test_a_link_changes_nothing_an_operation_does() -> None:
    assert walk((*SIGNED, hop("related"))) == {("signed", "criminal")}
    assert walk((*SIGNED, hop("linked"))) == {("operation", "criminal")}


def test_every_state_is_reached_and_left() -> None:
    for machine in MACHINES:
        begun = {move.to(state) for move in machine.moves for state in move.before}
        if machine.table not in ("alarms", "operations"):  # raised elsewhere; planned operations come by topic
            assert begun >= set(machine.states) - {"raised"}, machine.table
        left = {state for move in machine.moves for state in move.before if move.to(state) != state}
        stuck = set(machine.states) - left - machine.ends
        assert not stuck, f"{machine.table}: nothing leaves {stuck}"
        for state in machine.states:
            if machine.table not in ("alarms",):
                assert machine.reachable(NEW, state) or state == "planned"


def test_ends_are_ends() -> None:
    for machine in (CLUE, TASK):
        for end in machine.ends:
            assert not any(machine.reachable(end, other) for other in machine.states if other != end)


def test_the_readme_shows_the_tables() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for machine in (CLUE, TASK):
        assert f"```mermaid\n{diagram(machine)}```" in readme, f"renew the {machine.table} diagram in the README"


def test_the_topic_of_actions_is_guarded() -> None:
    stream = next(stream for stream in STREAMS if stream.topic == ACTIONS_TOPIC)
    fold = stream.folds["cn.hub.task.done.v1"]
    assert fold is stream.folds["cn.hub.task.accepted.v1"], "one guard for all verbs of a thing"
