"""What a person has taken in hand the script leaves alone; what they leave to people it does not say."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from hub.domain.events import Emission
from hub.domain.field import Alarm, Clue, Hop, Incident, Operation, Task, Unit
from hub.domain.model import Fact, Text, instant
from hub.field import simulate
from hub.field.district import build
from hub.field.script import DESK
from hub.field.topics import TABLES
from hub.field.world import HOUR, World
from hub.hand import Hand
from hub.picture.fold import Picture
from hub.picture.rows import Row

NOW = 1_763_870_400.0
TEXT = Text("线索", "Clue")
CLUE = Clue(
    id="K-1", rev=1, title=TEXT, priority=2, state="triaged", origin="alpha", owner="hub", reported_at=instant(NOW)
)
CALL = Incident(id="I-1", rev=1, kind="wages", priority=4, state="open", opened_at=instant(NOW))
WORK = Operation(id="O-1", rev=1, number="26-1", title=TEXT, state="running", started_at=instant(NOW), clue="K-1")
LINE = Task(id="T-1", rev=1, operation="O-1", title=TEXT, assignee=TEXT, state="issued", issued_at=instant(NOW))
ALARM = Alarm(id="A-1", rev=1, priority=2, state="raised", title=TEXT, raised_at=instant(NOW))
MINE = Hop(at=instant(NOW), verb="triaged", sender="hub", receiver="hub", actor="duty-1", purpose="crime")


class Engine:
    """What the hand looks at."""

    def __init__(self) -> None:
        from threading import RLock

        self.picture, self.lock = Picture(TABLES), RLock()

    def has(self, table: str, fact: Fact, type_: str = "t", source: str = DESK) -> None:
        self.picture.apply({table: {fact.id: Row(fact, NOW, NOW, type_, source)}})


def said(fact: Fact, source: str = DESK, type_: str = "cn.hub.clue.triaged.v1") -> Emission:
    return Emission(topic="hub.actions", source=source, type=type_, at=NOW, data=fact)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def hand(engine: Engine) -> Hand:
    return Hand(engine=cast(Any, engine))


def test_what_nobody_touched_goes_on(engine: Engine, hand: Hand) -> None:
    engine.has("clues", CLUE)
    for fact in (CLUE, CALL, WORK, LINE, ALARM):
        assert hand.says(said(fact))


def test_what_a_person_took_is_theirs(engine: Engine, hand: Hand) -> None:
    engine.has("clues", msgspec.structs.replace(CLUE, hops=(MINE,)))
    engine.has("incidents", msgspec.structs.replace(CALL, hops=(MINE,)))
    engine.has("alarms", ALARM, "cn.hub.alarm.acknowledged.v1", "/hub/demo")
    assert not any(hand.says(said(fact)) for fact in (CLUE, CALL, ALARM))
    gone = msgspec.structs.replace(ALARM, state="cleared", cleared_at=instant(NOW))
    assert hand.says(said(gone)), "its cause is over, whoever has seen it"
    assert not hand.says(said(msgspec.structs.replace(gone, subject=("incidents", "I-1")))), "its call is in hand"
    assert not hand.says(said(WORK)), "nothing is begun from a clue that is in hand"
    assert not hand.says(said(LINE)), "nor the tasks of it"


def test_what_the_script_itself_saw_is_cleared_by_it(engine: Engine, hand: Hand) -> None:
    world, last = World(build(1), 1, NOW), dict[str, str]()
    for each in simulate.events(world, NOW - 6 * HOUR, NOW):
        if isinstance(each.data, Alarm):
            assert hand.says(each), each
            last[each.data.id] = each.data.state
            engine.has("alarms", each.data, each.type, each.source)
    assert list(last.values()).count("cleared") > 15


def test_an_operation_that_runs_already_goes_on(engine: Engine, hand: Hand) -> None:
    engine.has("clues", msgspec.structs.replace(CLUE, hops=(MINE,)))
    engine.has("operations", WORK)
    assert hand.says(said(WORK))
    assert hand.says(said(LINE)), "also after a restart"


def test_every_decision_is_left_to_people(hand: Hand) -> None:
    people = Hand("people", hand.engine)
    assert not people.says(said(CLUE))
    assert people.says(said(CLUE, "/centre/alpha/desk", "cn.hub.clue.reported.v1"))
    assert not people.says(said(CALL, "/hub/calls", "cn.hub.incident.diverted.v1"))
    assert people.says(said(CALL, "/hub/calls", "cn.hub.incident.opened.v1"))
    for verb in ("unit_cleared", "closed"):
        end = said(CALL, "/hub/calls", f"cn.hub.incident.{verb}.v1")
        assert people.says(end), "an ordinary call ends by itself"
        assert not people.says(msgspec.structs.replace(end, correlation="rooftop_rescue-1123A")), "a story's does not"
    assert not people.says(said(WORK))
    for verb in ("acknowledged", "shelved"):
        assert people.says(said(ALARM, DESK, f"cn.hub.alarm.{verb}.v1")), "no page acknowledges yet"
    over = said(msgspec.structs.replace(ALARM, state="cleared"), "/hub/watch", "cn.hub.alarm.cleared.v1")
    assert people.says(over)
    assert not people.says(msgspec.structs.replace(over, correlation="rooftop_rescue-1123A"))
    unit = Unit(id="U-1", rev=1, call_sign="101", kind="foot", status="available")
    assert people.says(said(unit, "/hub/field"))
