"""What changed between two moments: complete, the same in any order, and in words a person can check."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.changes import TABLES, Changes, changes
from hub.domain.field import Clue, Handover, Hop, Incident, Task
from hub.domain.model import Fact, Text, instant
from hub.ports import Counted, Gap, HistoryEntry, Past, Refusals, Silence
from hub.road.states import MACHINES, NEW

BEGIN, END = 1_795_400_000.0, 1_795_443_200.0
OWNERS = {"north_posts": "north", "cameras": "hub"}
TOPICS = {"centre.north.events": "north"}


def entry(table: str, fact: Fact, seen: float, type: str = "cn.hub.thing.done.v1") -> HistoryEntry:
    return HistoryEntry(
        event=f"{table}:{fact.id}:{fact.epoch}.{fact.rev}",
        source="/hub/a",
        type=type,
        table=table,
        entity=fact.id,
        rev=fact.rev,
        epoch=fact.epoch,
        at=seen,
        seen=seen,
        topic="hub.actions",
        partition=0,
        offset=fact.rev,
        data=msgspec.json.encode(fact),
    )


def hop(
    verb: str, at: float, actor: str | None = "duty-1", due: float | None = None, reason: Text | None = None
) -> Hop:
    return Hop(
        at=instant(at),
        verb=verb,
        sender="hub",
        receiver="north",
        actor=actor,
        due_at=None if due is None else instant(due),
        reason=reason,
    )


def clue(rev: int, state: Any, hops: tuple[Hop, ...] = (), due: float | None = None, **more: Any) -> Clue:
    values = {"origin": "north", "owner": "hub", "reported_at": instant(BEGIN - 100), **more}
    return Clue(
        id="K-1",
        rev=rev,
        title=Text("涉诈线索", "Fraud clue"),
        priority=2,
        state=state,
        hops=hops,
        due_at=None if due is None else instant(due),
        **values,
    )


def told(past: Past, until: float = END) -> Changes:
    return changes(past, BEGIN, until, OWNERS, TOPICS)


def test_a_line_says_from_which_state_to_which_by_whom_and_how_late() -> None:
    first, second = hop("triaged", BEGIN + 10), hop("transferred", BEGIN + 20, "duty-2", BEGIN + 500)
    was = clue(1, "reported")
    facts = [
        entry("clues", clue(2, "triaged", (first,)), BEGIN + 10),
        entry("clues", clue(3, "transferred", (first, second), BEGIN + 500), BEGIN + 20),
    ]
    (line,) = told(Past(facts=facts, before=[entry("clues", was, BEGIN - 100)])).lines
    assert (line.before, line.through, line.after) == ("reported", ("triaged",), "transferred")
    assert line.actors == ("duty-1", "duty-2")
    assert (line.open, line.late, line.facts) == (True, True, 2)
    assert (line.first, line.last, line.due_at) == (instant(BEGIN + 10), instant(BEGIN + 20), instant(BEGIN + 500))
    assert line.link == "/desk?open=clues/K-1"
    assert line.title == Text("涉诈线索", "Fraud clue")


def test_lateness_is_that_of_the_end_of_the_window_and_nothing_ended_is_late() -> None:
    open_one = [entry("clues", clue(1, "triaged", due=END - 10), BEGIN + 1)]
    assert told(Past(facts=open_one), END - 20).lines[0].late is False
    assert told(Past(facts=open_one), END).lines[0].late is True
    ended = told(Past(facts=[entry("clues", clue(1, "closed", due=END - 10), BEGIN + 1)])).lines[0]
    assert (ended.open, ended.late, ended.due_at) == (False, False, None)


def test_a_chase_and_a_new_owner_are_changes_and_a_note_is_not() -> None:
    was = entry("clues", clue(1, "signed", owner="north"), BEGIN - 1)
    chase = entry("clues", clue(2, "signed", (hop("chased", BEGIN + 5),), owner="north"), BEGIN + 5)
    note = entry("clues", clue(2, "signed", (hop("related", BEGIN + 5),), owner="north"), BEGIN + 5)
    moved = entry("clues", clue(2, "signed", owner="south"), BEGIN + 5)
    (line,) = told(Past(facts=[chase], before=[was])).lines
    assert (line.chased, line.before, line.after, line.through) == (1, "signed", "signed", ())
    quiet = told(Past(facts=[note], before=[was]))
    assert quiet.lines == ()
    assert [(minor.table, minor.facts) for minor in quiet.minor] == [("clues", 1)]
    assert told(Past(facts=[moved], before=[was])).lines[0].owner == "south"


def test_an_old_hop_is_not_told_again() -> None:
    old = hop("triaged", BEGIN - 5, "duty-9")
    was = entry("clues", clue(2, "triaged", (old,)), BEGIN - 5)
    now = entry("clues", clue(3, "closed", (old, hop("closed", BEGIN + 5, "duty-1"))), BEGIN + 5)
    assert told(Past(facts=[now], before=[was])).lines[0].actors == ("duty-1",)


def test_a_task_waits_to_be_accepted_first_and_to_be_finished_then() -> None:
    times: dict[str, Any] = {
        "issued_at": instant(BEGIN),
        "accept_by": instant(BEGIN + 600),
        "due_at": instant(END + 600),
    }
    names: dict[str, Any] = {"operation": "O-1", "title": Text("封控", "Cordon"), "assignee": Text("青羊-01", "QY-01")}
    issued = entry("tasks", Task(id="T-1", rev=1, state="issued", **names, **times), BEGIN)
    taken = entry("tasks", Task(id="T-1", rev=2, state="accepted", **names, **times), BEGIN + 30)
    assert told(Past(facts=[issued])).lines[0].late is True
    line = told(Past(facts=[issued, taken])).lines[0]
    assert (line.late, line.before, line.through, line.after) == (False, "", ("issued",), "accepted")
    assert line.title == Text("封控 · 青羊-01", "Cordon, QY-01")


def test_a_call_is_named_by_kind_and_place_and_a_hand_over_by_who_signed() -> None:
    call = Incident(
        id="J-1", rev=1, kind="fire", priority=1, state="open", opened_at=instant(BEGIN), place=Text("光华", "Guanghua")
    )
    signed = Handover(
        id="H-1", rev=2, since=instant(BEGIN), until=instant(BEGIN + 9), digest="d", lines=3, state="signed",
        out_by="duty-1", out_at=instant(BEGIN), in_by="duty-2", in_at=instant(BEGIN + 10),
    )  # fmt: skip
    first, second = told(
        Past(facts=[entry("incidents", call, BEGIN + 1), entry("handovers", signed, BEGIN + 10)])
    ).lines
    assert first.title == Text("火灾 · 光华", "Fire, Guanghua")
    assert second.actors == ("duty-1", "duty-2")
    assert second.link == "/desk"


def test_who_acted_on_a_thing_without_hops_comes_from_the_audit() -> None:
    alarm = b'{"id":"A-1","rev":2,"priority":1,"state":"acknowledged","title":{"zh":"a","en":"a"}}'
    fact = msgspec.structs.replace(entry("alarms", clue(2, "closed"), BEGIN + 1), entity="A-1", data=alarm)
    (line,) = told(Past(facts=[fact], actors=[("alarms", "A-1", "duty-2"), ("alarms", "A-9", "duty-1")])).lines
    assert line.actors == ("duty-2",)


def test_what_befell_the_hub_is_told() -> None:
    gap = Gap("hub.actions", 0, 5, 9, BEGIN + 7)
    refused = Refusals("centre.north.events", 3, BEGIN + 1, BEGIN + 2)
    quiet = Silence("centre.north.events", BEGIN + 100, BEGIN + 700)
    lines = told(Past(gaps=[gap], refused=[refused], silences=[quiet])).lines
    assert {line.table for line in lines} == {"gaps", "dead_letters", "silences"}
    words = {line.table: line.title for line in lines}
    assert words["gaps"] == Text("日志缺口：hub.actions 缺 4 条", "Hole in the log: 4 records of hub.actions")
    assert "3" in words["dead_letters"].en
    assert words["silences"].en == "no data for 10 min"
    assert next(line for line in lines if line.table == "silences").owner == "north"


def test_a_centre_is_not_blamed_for_the_time_nothing_was_taken_in_at_all() -> None:
    whole, part = Silence("", BEGIN + 100, BEGIN + 700), Silence("centre.north.events", BEGIN + 95, BEGIN + 705)
    (line,) = told(Past(silences=[part, whole])).lines
    assert line.owner is None
    assert line.link == "/healthz"


def test_minor_facts_are_counted_by_table_and_type_and_linked_to_where_they_are() -> None:
    counted = [
        Counted("north_posts", "P-1", "cn.hub.post.manned.v1", 3),
        Counted("north_posts", "P-2", "cn.hub.post.manned.v1", 1),
        Counted("north_posts", "P-2", "cn.hub.post.left.v1", 1),
        Counted("cameras", "C-1", "cn.hub.camera.live.v1", 7),
    ]
    cameras, posts = told(Past(counted=counted)).minor
    assert (posts.facts, posts.things) == (5, 2)
    assert posts.types == {"cn.hub.post.left.v1": 1, "cn.hub.post.manned.v1": 4}
    assert posts.link == "/centre/north?tab=north_posts"
    assert cameras.link == "/wall/main"


@pytest.mark.parametrize("data", [b"{", b'{"state": 3}', b"[]"])
def test_a_fact_of_another_version_is_counted_and_not_guessed_at(data: bytes) -> None:
    odd = msgspec.structs.replace(entry("clues", clue(1, "triaged"), BEGIN + 1), data=data)
    found = told(Past(facts=[odd]))
    assert found.lines == ()
    assert [(minor.table, minor.facts) for minor in found.minor] == [("clues", 1)]


STATES = {machine.table: [*machine.states] for machine in MACHINES}


@st.composite
def a_past(draw: st.DrawFn) -> Past:
    """Facts of some things in some tables, with states as a machine has them."""
    facts: list[HistoryEntry] = []
    before: list[HistoryEntry] = []
    for table in draw(st.lists(st.sampled_from(TABLES), unique=True)):
        for number in range(draw(st.integers(0, 3))):
            walk = draw(st.lists(st.sampled_from(STATES[table]), min_size=1, max_size=5))
            old = draw(st.booleans())
            for rev, state in enumerate(walk, 1):
                body = {
                    "id": f"X-{number}",
                    "rev": rev,
                    "state": state,
                    "priority": 2,
                    "title": {"zh": "某", "en": "a"},
                }
                seen = BEGIN - 5 if old and rev == 1 else BEGIN + rev
                made = msgspec.structs.replace(
                    entry(table, clue(rev, "closed"), seen), entity=f"X-{number}", data=msgspec.json.encode(body)
                )
                (before if seen < BEGIN else facts).append(made)
    known = {(fact.table, fact.entity) for fact in facts}
    one = st.builds(
        Counted,
        st.sampled_from(["cameras", "north_posts"]),
        st.sampled_from("abc"),
        st.sampled_from("xy"),
        st.integers(1, 9),
    )
    counted = draw(st.lists(one, unique_by=lambda c: (c.table, c.entity, c.type)))
    return Past(facts=facts, before=[b for b in before if (b.table, b.entity) in known], counted=counted)


@given(a_past())
def test_every_fact_of_the_window_is_in_a_line_or_in_a_count(past: Past) -> None:
    found = told(past)
    expected = len(past.facts) + sum(each.facts for each in past.counted)
    assert found.facts == expected
    assert sum(line.facts for line in found.lines) + sum(minor.facts for minor in found.minor) == expected
    in_lines = {(line.table, line.id) for line in found.lines}
    of_lines = sum((fact.table, fact.entity) in in_lines for fact in past.facts)
    assert of_lines == sum(line.facts for line in found.lines)


@given(a_past())
def test_every_change_of_state_has_its_line(past: Past) -> None:
    found = told(past)
    lines = {(line.table, line.id): line for line in found.lines}
    last = {(b.table, b.entity): msgspec.json.decode(b.data)["state"] for b in past.before}
    for fact in sorted(past.facts, key=lambda each: (each.table, each.entity, each.rev)):
        place, state = (fact.table, fact.entity), msgspec.json.decode(fact.data)["state"]
        was = last.get(place)
        last[place] = state
        if was != state:
            line = lines[place]
            assert state in (*line.through, line.after)
            assert (was or NEW) in (line.before, *line.through, line.after)
    for place, line in lines.items():
        assert line.after == last[place]


@given(a_past(), st.randoms())
def test_order_and_repetition_change_nothing(past: Past, rng: random.Random) -> None:
    def mixed(things: list[Any]) -> list[Any]:
        out = [*things, *rng.sample(things, len(things) // 2)]
        rng.shuffle(out)
        return out

    other = Past(facts=mixed(past.facts), before=mixed(past.before), counted=mixed(past.counted))
    assert told(other) == told(past)


def test_the_digest_names_the_list_and_its_window() -> None:
    base = Past(facts=[entry("clues", clue(1, "triaged"), BEGIN + 1)])
    digests = {
        told(base).digest,
        told(base, END - 1).digest,
        told(Past(facts=[entry("clues", clue(1, "closed"), BEGIN + 1)])).digest,
        told(Past(facts=base.facts, counted=[Counted("cameras", "a", "x", 1)])).digest,
        told(Past(facts=base.facts, gaps=[Gap("t", 0, 1, 2, BEGIN)])).digest,
    }
    assert len(digests) == 5
    assert told(base).digest == told(base).digest
    assert all(len(digest) == 32 for digest in digests)


def test_what_is_late_and_open_stands_first_in_its_table() -> None:
    def one(key: str, state: Any, due: float | None, priority: int) -> HistoryEntry:
        made = msgspec.structs.replace(clue(1, state, due=due), id=key, priority=priority)
        return entry("clues", made, BEGIN + 1)

    facts = [
        one("K-closed", "closed", None, 1),
        one("K-open", "triaged", END + 9, 3),
        one("K-urgent", "triaged", END + 9, 1),
        one("K-late", "triaged", END - 9, 4),
    ]
    assert [line.id for line in told(Past(facts=facts)).lines] == ["K-late", "K-urgent", "K-open", "K-closed"]


def test_times_are_instants() -> None:
    found = told(Past())
    assert found.until - found.since == timedelta(seconds=END - BEGIN)
    assert isinstance(found.since, datetime)
