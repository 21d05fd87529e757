"""What a window of time brought, as the store tells it, on each kind of database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from hub.ports import Batch, Counted, DeadLetter, Gap, HistoryEntry, Past, Silence
from streams.store import SqlStore
from tests.contract.deciding import AT, KEY, decide
from tests.contract.filling import entry, plans

TABLES = ("clues", "units")


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url, audit_key=KEY)
    yield made
    made.close()


def fact(entity: str, rev: int, seen: float, **other: Any) -> HistoryEntry:
    made = entry(f"{entity}-{rev}", rev, entity, seen)
    return msgspec.structs.replace(made, **{"table": "clues", **other})


def kept(store: SqlStore, *facts: HistoryEntry, **other: Any) -> None:
    store.commit(Batch(rows={}, history=list(facts), **other))


def asked(
    store: SqlStore, since: float, until: float, limit: int = 1000, expected: Mapping[str, float] | None = None
) -> Past:
    return store.past(since, until, TABLES, expected or {}, limit)


def names(entries: list[HistoryEntry]) -> list[str]:
    return sorted(each.event for each in entries)


def test_facts_after_the_first_moment_up_to_the_last_one_are_told(store: SqlStore) -> None:
    kept(store, *(fact("K-1", rev, 100.0 + rev) for rev in range(1, 6)))
    assert names(asked(store, 102.0, 104.0).facts) == ["K-1-3", "K-1-4"]
    assert asked(store, 105.0, 200.0).facts == []
    whole = asked(store, 0.0, 200.0).facts
    assert whole[0] == fact("K-1", 1, 101.0)
    assert len(whole) == 5


def test_the_newest_fact_before_is_told_of_each_thing_in_the_window_and_of_no_other(store: SqlStore) -> None:
    later = fact("K-1", 1, 102.0, epoch=2, event="later-epoch")
    kept(
        store,
        fact("K-1", 7, 100.0),
        fact("K-1", 9, 101.0),
        later,
        fact("K-1", 2, 150.0, epoch=2),
        fact("K-2", 1, 90.0),
        fact("K-3", 1, 150.0),
    )
    assert names(asked(store, 120.0, 200.0).before) == ["later-epoch"]


def test_facts_of_other_tables_are_counted_by_thing_and_type(store: SqlStore) -> None:
    kept(
        store,
        *(fact("C-1", rev, 100.0 + rev, table="cameras", type="live") for rev in range(1, 5)),
        fact("C-1", 5, 110.0, table="cameras", type="lost"),
        fact("C-2", 1, 110.0, table="cameras", type="live"),
        fact("C-3", 1, 900.0, table="cameras", type="live"),
        fact("K-1", 1, 110.0),
    )
    assert sorted(asked(store, 101.0, 200.0).counted, key=repr) == [
        Counted("cameras", "C-1", "live", 3),
        Counted("cameras", "C-1", "lost", 1),
        Counted("cameras", "C-2", "live", 1),
    ]


def test_more_facts_than_asked_for_is_said(store: SqlStore) -> None:
    kept(store, *(fact("K-1", rev, 100.0 + rev) for rev in range(1, 6)))
    assert asked(store, 0.0, 200.0, limit=5).full is False
    few = asked(store, 0.0, 200.0, limit=4)
    assert (few.full, len(few.facts)) == (True, 4)


def test_holes_and_refused_records_of_the_window_are_told(store: SqlStore) -> None:
    letters = [DeadLetter("hub.actions", 0, n, "why", b"", 100.0 + n) for n in range(1, 5)]
    gaps = [Gap("hub.actions", 0, 1, 4, 150.0), Gap("hub.actions", 1, 1, 4, 300.0)]
    kept(store, gaps=gaps, dead_letters=letters)
    found = asked(store, 101.0, 200.0)
    assert found.gaps == gaps[:1]
    (refused,) = found.refused
    assert (refused.topic, refused.letters, refused.first, refused.last) == ("hub.actions", 3, 102.0, 104.0)


def test_who_did_what_is_told_and_who_was_refused_is_not(store: SqlStore) -> None:
    for number in range(6):
        decide(store, number)
    found = asked(store, AT + 0.5, AT + 5)
    assert found.actors == [("units", "u0", "duty-1"), ("units", "u1", "duty-1"), ("units", "u2", "duty-1")]
    assert asked(store, AT + 3.5, AT + 4).actors == []


def quiet(store: SqlStore, since: float, until: float, of_all: float = 45.0) -> list[Silence]:
    expected = {"": of_all, "centre.a": 60.0, "centre.b": 200.0}
    return sorted(asked(store, since, until, expected=expected).silences, key=repr)


def test_silence_is_told_within_the_window_and_at_both_ends(store: SqlStore) -> None:
    spoken = {"centre.a": (1000, 1050, 1111, 1150, 1180), "centre.b": (1001, 1040, 1070, 1100, 1130, 1160, 1190)}
    kept(
        store,
        *(
            fact(f"{topic}-{at}", 1, float(at), topic=topic, table="cameras")
            for topic, times in spoken.items()
            for at in times
        ),
    )
    assert quiet(store, 900.0, 1200.0) == [Silence("centre.a", 1050.0, 1111.0)]
    assert quiet(store, 900.0, 1241.0) == [
        Silence("", 1190.0, 1241.0),
        Silence("centre.a", 1050.0, 1111.0),
        Silence("centre.a", 1180.0, 1241.0),
    ]
    assert quiet(store, 1120.0, 1149.0) == []


def test_a_topic_that_said_nothing_at_all_was_silent_since_the_store_began(store: SqlStore) -> None:
    kept(store, *(fact(f"C-{n}", 1, 1000.0 + 20 * n, topic="centre.b", table="cameras") for n in range(6)))
    assert quiet(store, 0.0, 1100.0) == [Silence("centre.a", 1000.0, 1100.0)]
    assert quiet(store, 0.0, 999.0) == []


def test_an_empty_store_has_no_past(store: SqlStore) -> None:
    assert asked(store, 0.0, 1e9, expected={"centre.a": 1.0}) == Past()


def test_any_step_wider_than_allowed_is_found_wherever_it_lies(store: SqlStore) -> None:
    times = [1000.0 + 29.9 * n + (n > 40) * 31.0 for n in range(80)]
    kept(store, *(fact(f"C-{n}", 1, at, topic="centre.b", table="cameras") for n, at in enumerate(times)))
    assert [s for s in quiet(store, 0.0, times[-1], of_all=30.0) if not s.topic] == [Silence("", times[40], times[41])]


def test_only_the_window_is_read_and_no_table_s_whole_history(store: SqlStore) -> None:
    for k in range(4):
        facts = (fact(f"K-{i % 50}", i + 1, float(i)) for i in range(k * 5000, (k + 1) * 5000))
        kept(store, *facts)
    found = asked(store, 19_900.0, 20_000.0, expected={"": 60.0})
    assert (len(found.facts), len(found.before)) == (99, 50)
    told = plans(store, lambda: asked(store, 19_900.0, 20_000.0, expected={"": 60.0}))
    windows = [plan for plan in told if "ix_hub_history_seen" in plan]
    assert len(windows) == 5  # facts, what was before, counts, the first of all, silences
    by_name = r"sqlite_autoindex_hub_history_1 .*|using hub_history_once .*\n *Index Cond: .*|on hub_history_once.*"
    for plan in told:
        assert "Seq Scan on hub_history" not in plan
        assert "SCAN hub_history" not in plan
        assert "hub_audit_entity" not in plan
        for used in re.finditer(by_name, plan):
            assert "entity" in used[0], plan
