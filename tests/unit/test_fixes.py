"""Many fixes in one record: any order, any repetition, any merge and any pace give the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.codec import Codec, encode
from hub.domain.events import Emission, Event
from hub.domain.field import FIXES_MAX, Fixes, Unit
from hub.domain.model import Position, instant
from hub.errors import BadPayload
from hub.field.topics import POSITIONS, STREAMS, TABLES
from hub.picture import pending
from hub.picture.delta import Delta
from hub.picture.fixes import Moved, crowd, each, merged
from hub.picture.fold import Picture
from hub.picture.pending import Pending
from hub.picture.rows import UNKNOWN, Fix, Row
from hub.ports import Record
from streams.geo import locator
from streams.snapshots import fix_bytes, fix_of

NOW = 1_760_000_000.0
MOVES, SAYS = "cn.hub.unit.fixes.v1", "cn.hub.unit.position.v1"
HOME = (103.9, 30.5, 104.3, 30.8)
CODEC = Codec(STREAMS, locator(HOME))
GOOD: dict[str, Any] = {
    "id": "gw-1",
    "rev": 1,
    "frame": "WGS84",
    "base": "2025-10-09T08:53:20Z",
    "things": ["a", "b", "a"],
    "lon": [1040500000, 1040600000, 1040700000],
    "lat": [306600000, 306700000, 306800000],
    "ms": [0, 250, 500],
    "heading": [9000, None, 27000],
    "speed": None,
}


def folding() -> Moved:
    fold = POSITIONS.folds[MOVES]
    assert isinstance(fold, Moved)
    return fold


def fixes(entries: Iterable[tuple[str, int, int]], base: float = NOW) -> Event:
    """Of (thing, ms, variant) each."""
    held = list(entries)
    data = Fixes(
        id="gw-1",
        rev=1,
        frame="WGS84",
        base=instant(base),
        things=tuple(key for key, _, _ in held),
        lon=tuple(1_040_000_000 + 7 * ms + variant for _, ms, variant in held),
        lat=tuple(306_000_000 + ms for _, ms, _ in held),
        ms=tuple(ms for _, ms, _ in held),
        heading=tuple(None if variant == 0 else 100 * variant for _, _, variant in held),
    )
    return Event(id="x", source="/hub/x", type=MOVES, subject="gw-1", time=base, seen=base, data=data)


def told(key: str, rev: int, epoch: int = 0) -> Event:
    """A revision always carries the same state; its time need not follow its revision."""
    fact = Unit(
        id=key,
        rev=rev,
        epoch=epoch,
        call_sign=f"{key}{rev}",
        kind="foot",
        status="available",
        position=Position(104.1, 30.6, "WGS84"),
        speed_mps=1.0,
    )
    at = NOW + (rev * 7 + epoch * 3) % 10 / 10
    return Event(id=f"{key}{rev}", source="/hub/x", type=SAYS, subject=key, time=at, seen=at, data=fact)


FACTS = st.builds(told, st.sampled_from("abc"), st.integers(1, 9), st.integers(0, 1))
MANY = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 1000), st.integers(0, 2)), max_size=6).map(fixes)
EVENTS = st.lists(FACTS | MANY, max_size=25)


def fold(picture: Picture, event: Event) -> Delta:
    delta: Delta = POSITIONS.folds[event.type](picture, event)
    picture.apply(delta)
    return delta


def same(one: Picture, other: Picture) -> None:
    """Everything but when it was seen."""
    for table in ("units", "units_undeclared"):
        rows = [{k: (r.fact, r.at, r.type, r.fix, r.told) for k, r in p.rows(table).items()} for p in (one, other)]
        assert rows[0] == rows[1]
    assert one.state_hash() == other.state_hash()


@given(EVENTS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_rows(events: list[Event], chance: Random) -> None:
    one, other = Picture(TABLES), Picture(TABLES)
    for event in events:
        fold(one, event)
    mixed = [*events, *events[: len(events) // 2]]
    chance.shuffle(mixed)
    for event in mixed:
        fold(other, event)
    same(one, other)
    for event in mixed:
        assert fold(other, event) == {}, "what is known changes nothing"


@given(EVENTS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_pace_gives_the_same_rows(events: list[Event], chance: Random, most: int) -> None:
    one, other, waiting = Picture(TABLES), Picture(TABLES), Pending()
    for event in events:
        fold(one, event)
    mixed = [*events, *events]
    chance.shuffle(mixed)
    for event in mixed:
        if event.type == MOVES:
            waiting.take(folding(), event, other)
        else:
            fold(other, event)
        if chance.random() < 0.5:
            other.apply(waiting.rows(other, NOW, most))
    other.apply(waiting.rows(other, NOW))
    assert len(waiting) == 0
    same(one, other)


@given(EVENTS, st.randoms(use_true_random=False))
def test_two_halves_merge_to_the_whole(events: list[Event], chance: Random) -> None:
    whole, halves = Picture(TABLES), (Picture(TABLES), Picture(TABLES))
    for event in events:
        fold(whole, event)
        fold(chance.choice(halves), event)
    one, other = halves
    for table in ("units", "units_undeclared"):
        for key, row in other.rows(table).items():
            held = one.get(table, key)
            one.apply({table: {key: row if held is None else merged(held, row)}})
    one.apply(folding().described(one))
    same(whole, one)


@given(EVENTS, st.randoms(use_true_random=False))
def test_nothing_is_done_while_it_waits(events: list[Event], chance: Random) -> None:
    """What would be stored, and the records from the position that would be stored with it, make the whole."""
    whole, picture, stored, waiting = Picture(TABLES), Picture(TABLES), Picture(TABLES), Pending()
    position = 0
    for offset, event in enumerate(events):
        fold(whole, event)
        if event.type == MOVES:
            waiting.take(folding(), event, picture)
        else:
            stored.apply(fold(picture, event))
        waiting.mark(("t", 0), offset + 1)
        if chance.random() < 0.5:
            delta = waiting.rows(picture, NOW, 1)
            picture.apply(delta)
            stored.apply(delta)
        if chance.random() < 0.5:
            position = waiting.done().get(("t", 0), position)
    for event in events[position:]:
        fold(stored, event)
    same(whole, stored)


def test_things_are_served_in_the_order_in_which_they_began_to_wait() -> None:
    picture, waiting = Picture(TABLES), Pending()
    for number in range(10):
        waiting.take(folding(), fixes([(f"u{number}", 0, 1)]), picture)
    waiting.take(folding(), fixes([("u0", 5, 1), ("u9", 5, 1)]), picture)
    first = waiting.rows(picture, NOW, 3)
    assert list(first["units_undeclared"]) == ["u0", "u1", "u2"]
    assert len(waiting) == 7


def test_rows_are_made_at_a_pace_that_can_be_borne() -> None:
    picture, waiting = Picture(TABLES), Pending()
    made, at = 0, 1000.0
    for step in range(40):
        waiting.take(folding(), fixes((f"u{n}", step, 1) for n in range(5000)), picture)
        delta = waiting.rows(picture, NOW, waiting.allowed(at))
        made += sum(map(len, delta.values()))
        at += 0.05
    assert made == pytest.approx(pending.BURST + 39 * 0.05 * pending.RATE, abs=2)


def test_a_fix_shows_where_it_is_newer_than_the_fact() -> None:
    picture = Picture(TABLES)
    fold(picture, told("a", 1))  # 0.7 s after
    fold(picture, fixes([("a", 500, 1)]))
    row = picture.get("units", "a")
    assert row is not None
    assert (row.at, row.fact.position.lon) == (NOW + 0.7, 104.1)  # type: ignore[attr-defined]
    fold(picture, fixes([("a", 800, 0)]))
    row = picture.get("units", "a")
    assert row is not None
    assert isinstance(row.fact, Unit)
    assert row.fact.position == Position(104.00056, 30.60008, "WGS84")
    assert (row.at, row.order, row.fact.call_sign) == (NOW + 0.8, (0, 1), "a1")
    assert (row.fact.heading_deg, row.fact.speed_mps) == (None, None), "what a fix does not know is not known"
    fold(picture, told("a", 7))  # 0.9 s after
    row = picture.get("units", "a")
    assert row is not None
    assert (row.at, row.told, row.fix and row.fix.ms) == (NOW + 0.9, None, round(NOW * 1000) + 800)


def test_a_fix_of_a_thing_nobody_has_described_waits_for_it() -> None:
    picture = Picture(TABLES)
    fold(picture, fixes([("a", 999, 1)]))
    assert picture.rows("units") == {}
    assert picture.rows("units_undeclared").keys() == {"a"}
    fold(picture, told("a", 1))
    row = picture.get("units", "a")
    assert row is not None
    assert row.at == NOW + 0.999
    assert picture.rows("units_undeclared") == {}


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 50)), max_size=40), st.randoms())
def test_of_too_many_the_newest_wait_whatever_came_first(said: list[tuple[str, int]], chance: Random) -> None:
    kept: list[Picture] = []
    for _ in range(2):
        picture = Picture(TABLES)
        chance.shuffle(said)
        for key, ms in said:
            fold(picture, fixes([(key, ms, 1)]))
            picture.apply(crowd(picture, "units_undeclared", 3))
        kept.append(picture)
        assert len(picture.rows("units_undeclared")) <= 3
    same(*kept)


@given(st.lists(st.builds(Fix, st.integers(0, 2**45), *[st.integers(-1_800_000_000, 1_800_000_000)] * 4), max_size=9))
def test_stored_fixes_have_the_order_of_fixes(held: list[Fix]) -> None:
    assert sorted(held) == sorted(held, key=lambda fix: fix_bytes(fix) or b"")
    assert [fix_of(fix_bytes(fix)) for fix in held] == held
    assert fix_of(fix_bytes(None)) is None


def record(data: dict[str, Any], at: float = NOW, logged: float = 0.0) -> Record:
    body = {
        "specversion": "1.0",
        "id": "1",
        "source": "/hub/gw",
        "type": MOVES,
        "subject": data["id"],
        "time": instant(at).isoformat(),
        "data": data,
    }
    return Record(POSITIONS.topic, 0, 0, data["id"].encode(), msgspec.json.encode(body), (), logged)


def test_a_record_becomes_fixes() -> None:
    data = CODEC.decode(record(GOOD), NOW).data
    assert isinstance(data, Fixes)
    ms = round(NOW * 1000)
    assert list(each(data)) == [
        ("a", Fix(ms, 1040500000, 306600000, 9000, UNKNOWN)),
        ("b", Fix(ms + 250, 1040600000, 306700000, UNKNOWN, UNKNOWN)),
        ("a", Fix(ms + 500, 1040700000, 306800000, 27000, UNKNOWN)),
    ]
    out = encode(Emission(topic=POSITIONS.topic, source="/hub/gw", type=MOVES, at=NOW, data=data))
    again = CODEC.decode(Record(POSITIONS.topic, 0, 0, out.key, out.value), NOW)
    assert again.data == data


def test_the_readme_s_example_is_a_record() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    [example] = [block for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if MOVES in block]
    event = CODEC.decode(Record(POSITIONS.topic, 0, 0, b"gateway-7", example.encode()), NOW)
    assert isinstance(event.data, Fixes)
    assert len(event.data.things) == 2


def test_an_empty_record_is_a_sign_of_life() -> None:
    empty: dict[str, Any] = {name: [] for name in ("things", "lon", "lat", "ms", "heading")}
    event = CODEC.decode(record({**GOOD, **empty}), NOW)
    assert fold(Picture(TABLES), event) == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lon": [1040500000, 1040600000]}, "lon has 2 entries, things has 3"),
        ({"ms": [0, 1, 2, 3]}, "ms has 4 entries, things has 3"),
        ({"heading": [1, 2]}, "heading has 2 entries, things has 3"),
        ({"speed": [1]}, "speed has 1 entries, things has 3"),
        ({"lat": [306600000, 906700000, 306800000]}, r"lat\[1\] is 906700000, not within -900000000\.\.900000000"),
        ({"heading": [None, None, 36001]}, r"heading\[2\] is 36001"),
        ({"speed": [85, 85, -1]}, r"speed\[2\] is -1"),
        ({"ms": [0, -1, 2]}, r"ms\[1\] is -1"),
        ({"lon": [1040500000, 0, 1040700000], "lat": [306600000, 0, 306800000]}, r"lon\[1\], lat\[1\]: .* zero"),
        ({"lon": [306600000] * 3, "lat": [1040500000] * 3}, r"lat\[0\] is 1040500000, not within"),
        ({"frame": "GCJ02", "lon": [306600000] * 3, "lat": [890000000] * 3}, r"lon\[0\], lat\[0\]: .* swapped"),
        ({"lon": [1040500000, 1040600000, 306800000], "lat": [306600000, 306700000, 850000000]}, None),
        ({"frame": "MARS"}, "frame"),
        ({"frame": "GCJ02", "lon": [1040500000, 1040600000, 1], "lat": [306600000, 306700000, 1]}, r"lon\[2\].* zero"),
        ({"things": ["a", "", "b"]}, "things"),
        ({"things": ["a", 7, "b"]}, "things"),
        ({"base": "2025-10-09T08:53:20"}, "base"),
        ({"base": "2025-10-08T08:53:19Z"}, r"ms\[0\] is more than a day before"),
        ({"base": "2025-10-09T08:53:25Z"}, r"ms\[2\] is more than 5 s after the record's time"),
        ({"things": ["a"] * (FIXES_MAX + 1)}, "5000"),
    ],
)
def test_a_bad_record_is_refused_with_its_column_and_index(changes: dict[str, Any], reason: str | None) -> None:
    if reason is None:
        CODEC.decode(record({**GOOD, **changes}), NOW)  # far from home, yet a place
        return
    with pytest.raises(BadPayload, match=reason):
        CODEC.decode(record({**GOOD, **changes}), NOW)


def test_a_clock_a_day_ahead_of_the_log_is_refused() -> None:
    CODEC.decode(record(GOOD, logged=NOW - 86_000), NOW)
    with pytest.raises(BadPayload, match=r"ms\[2\] is more than a day after the log took the record"):
        CODEC.decode(record(GOOD, logged=NOW - 86_400), NOW)


def test_what_a_row_shows_survives_a_merge_with_an_older_row() -> None:
    picture = Picture(TABLES)
    fold(picture, told("a", 1))
    old = picture.get("units", "a")
    fold(picture, fixes([("a", 900, 1)]))
    new = picture.get("units", "a")
    assert isinstance(old, Row)
    assert isinstance(new, Row)
    assert merged(new, old) is new
    assert merged(old, new) == new
