"""Folding: order, repetition and merging never change the result."""

from __future__ import annotations

import sys

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.events import Event
from hub.domain.field import Clue, Hop, Incident, Unit
from hub.domain.model import Fact, Text, instant
from hub.errors import BadPayload
from hub.field.topics import FIELD, TABLES
from hub.picture.delta import Delta, merge
from hub.picture.fold import Picture
from hub.picture.rows import Row, encoded, stamp, view
from hub.road import REPORTED, reported_by

NOW = 1_760_000_000.0


def event(key: str, rev: int, priority: int, epoch: int = 0) -> Event:
    data = Incident(id=key, rev=rev, epoch=epoch, kind="theft", priority=priority, state="open", opened_at=instant(NOW))
    return Event(
        id=f"{key}.{rev}",
        source="/hub/x",
        type="cn.hub.incident.updated.v1",
        subject=key,
        time=NOW + rev,
        seen=0,
        data=data,
    )


def fold(picture: Picture, happening: Event) -> Delta:
    delta: Delta = FIELD.folds[happening.type](picture, happening)
    picture.apply(delta)
    return delta


# A revision always carries the same state: priority follows from (key, rev).
EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=40).map(
    lambda pairs: [event(key, rev, 1 + (ord(key) + rev) % 4) for key, rev in pairs]
)


@given(EVENTS, st.randoms())
def test_any_order_and_repetition_gives_the_same_hash(events: list[Event], random: object) -> None:
    one, two = Picture(TABLES), Picture(TABLES)
    for each in events:
        fold(one, each)
    shuffled = [*events, *events[: len(events) // 2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for each in shuffled:
        fold(two, each)
        two.state_hash()  # asking in between must not change the answer
    assert one.state_hash() == two.state_hash()
    assert one.rows("incidents").keys() == two.rows("incidents").keys()


@given(EVENTS)
def test_merged_deltas_equal_single_ones(events: list[Event]) -> None:
    one, two = Picture(TABLES), Picture(TABLES)
    merged: Delta = {}
    for each in events:
        merged = merge(merged, fold(one, each))
    two.apply(merged)
    two.apply(merged)
    assert one.state_hash() == two.state_hash()


def test_older_and_equal_revisions_change_nothing() -> None:
    picture = Picture(TABLES)
    assert fold(picture, event("a", 5, 2)) != {}
    assert fold(picture, event("a", 5, 2)) == {}
    assert fold(picture, event("a", 4, 1)) == {}
    assert fold(picture, event("a", 1, 1, epoch=1)) != {}, "a new epoch begins at a low revision"


def test_a_changed_and_removed_row_changes_the_hash() -> None:
    picture = Picture(TABLES)
    empty = picture.state_hash()
    fold(picture, event("a", 1, 2))
    first = picture.state_hash()
    fold(picture, event("a", 2, 3))
    assert len({empty, first, picture.state_hash()}) == 3
    picture.apply({"incidents": {"a": None}})
    assert picture.state_hash() == empty


def test_what_came_and_went_leaves_nothing_behind() -> None:
    def come_and_go(first: int) -> None:
        for number in range(first, first + 5000):
            fold(picture, event(f"I-{number}", 1, 2))
            picture.apply({"incidents": {f"I-{number}": None}})

    picture = Picture(TABLES)
    come_and_go(0)
    before = sys.getallocatedblocks()
    come_and_go(5000)
    assert sys.getallocatedblocks() - before < 1000, "though nobody asked for the hash"


def clue(origin: str, state: str, rev: int = 1) -> Event:
    data = Clue(
        id="C-1",
        rev=rev,
        title=Text("线索", "clue"),
        priority=2,
        state=state,  # type: ignore[arg-type]
        origin=origin,
        owner=origin,
        reported_at=instant(NOW),
        hops=(Hop(at=instant(NOW), verb="reported", sender=origin, receiver="hub"),),
    )
    return Event(id=f"c{rev}", source="/x", type=REPORTED, subject="C-1", time=NOW, seen=0, data=data)


def test_a_centre_reports_only_its_own_clue_and_only_once_it_is_its_own() -> None:
    picture = Picture(TABLES)
    mine = reported_by("mine")
    for bad in (clue("other", "reported"), clue("mine", "signed")):
        try:
            mine(picture, bad)
        except BadPayload:
            continue
        raise AssertionError("accepted")
    picture.apply(mine(picture, clue("mine", "reported")))
    taken = clue("mine", "triaged", rev=2)
    picture.apply({"clues": {"C-1": next(iter(_keep(picture, taken).values()))["C-1"]}})
    assert mine(picture, clue("mine", "reported", rev=9)) == {}, "the hub has it: a late report changes nothing"


def _keep(picture: Picture, happening: Event) -> Delta:
    from hub.picture.fold import keep

    return keep("clues")(picture, happening)


@given(st.floats(0, 4e9), st.sampled_from(("units", "incidents", "clues")))
def test_a_row_is_encoded_as_it_is_seen(at: float, name: str) -> None:
    table = next(each for each in TABLES if each.name == name)
    fact: Fact = {
        "units": Unit(id="U-1", rev=2, call_sign="101", kind="foot", status="available"),
        "incidents": event("I-1", 1, 2).data,
        "clues": Clue(
            id="K-1",
            rev=1,
            title=Text("线索", "Clue"),
            priority=2,
            state="triaged",
            origin="a",
            owner="hub",
            reported_at=instant(NOW),
        ),
    }[name]
    row = Row(fact, at, at + 0.25, 'cn.hub."quoted".v1')
    assert msgspec.json.decode(encoded(table, row)) == msgspec.json.decode(msgspec.json.encode(view(table, row)))
    assert stamp(at) == instant(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
