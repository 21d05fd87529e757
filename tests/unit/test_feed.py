"""Frames: any viewer, however far behind, ends with the same rows; one encoding serves all at one cursor."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import feed as feed_module
from hub.domain.field import Incident, Undeclared, Unit
from hub.domain.model import Position, instant
from hub.feed import Feed
from hub.field.topics import TABLES
from hub.picture.fixes import row as placed
from hub.picture.rows import Fix, Row
from tests.frames import read

NOW = 1_760_000_000.0
NAMED = {table.name: table for table in TABLES}


class Still:
    def now(self) -> float:
        return NOW

    def rate(self) -> float:
        return 1.0


def make() -> Feed:
    return Feed(NAMED, Still(), lambda: {"mode": "demo", "ended": False})


def unit(key: str, rev: int, status: str = "available") -> Row:
    position = Position(lon=104 + rev / 1000, lat=30.5, frame="WGS84")
    fact = Unit(id=key, rev=rev, call_sign=key, kind="foot", status=status, position=position, heading_deg=-90)  # type: ignore[arg-type]
    return Row(fact=fact, at=NOW + rev, seen=NOW, type="cn.hub.unit.position.v1")


def incident(key: str, rev: int, state: str = "open") -> Row:
    fact = Incident(id=key, rev=rev, kind="theft", priority=3, state=state, opened_at=instant(NOW))  # type: ignore[arg-type]
    return Row(fact=fact, at=NOW, seen=NOW, type="cn.hub.incident.updated.v1")


class Page:
    """A viewer written from the frame's documentation alone."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.rows: dict[tuple[str, str], Any] = {}
        self.names: dict[int, tuple[str, str]] = {}
        self.fixes: dict[tuple[str, str], tuple[float, float, float, int]] = {}
        self.kinds: list[str] = []

    def take(self, feed: Feed) -> None:
        made = feed.frame(self.cursor)
        assert made is not None
        raw, self.cursor = made
        head, columns = read(raw)
        self.kinds.append(head["k"])
        assert head["cursor"] == self.cursor
        if head["k"] == "snap":
            self.rows.clear()
            self.names.clear()
            self.fixes.clear()
        for table, rows in head.get("up", {}).items():
            for row in rows:
                self.rows[table, row["id"]] = row
        for table, ids in head.get("rm", {}).items():
            for key in ids:
                self.rows.pop((table, key), None)
                self.fixes.pop((table, key), None)
        if "fix" in head:
            fix = head["fix"]
            for index, table, key in fix["names"]:
                self.names[index] = (table, key)
            for index, lon, lat, at, heading in zip(*columns.values(), strict=True):
                self.fixes[self.names[index]] = (lon / 1e6, lat / 1e6, at / 10, heading)


def test_first_a_snapshot_then_deltas_then_beats() -> None:
    feed, page = make(), Page()
    feed.publish({"incidents": {"I-1": incident("I-1", 1)}, "units": {"U-1": unit("U-1", 1)}})
    page.take(feed)
    feed.publish({"units": {"U-1": unit("U-1", 2)}})
    page.take(feed)
    page.take(feed)
    assert page.kinds == ["snap", "delta", "beat"]
    assert page.fixes["units", "U-1"] == (104.002, 30.5, NOW + 2, 191)


def test_movement_alone_sends_no_row() -> None:
    feed = make()
    feed.publish({"units": {"U-1": unit("U-1", 1)}})
    page = Page()
    page.take(feed)
    before = page.rows["units", "U-1"]
    feed.publish({"units": {"U-1": unit("U-1", 2)}})
    page.take(feed)
    assert page.rows["units", "U-1"] is before
    feed.publish({"units": {"U-1": unit("U-1", 3, "en_route")}})
    page.take(feed)
    assert page.rows["units", "U-1"]["status"] == "en_route"


def test_closed_things_leave_the_screen() -> None:
    feed, page = make(), Page()
    feed.publish({"incidents": {"I-1": incident("I-1", 1)}})
    page.take(feed)
    feed.publish({"incidents": {"I-1": incident("I-1", 2, "closed"), "I-2": incident("I-2", 1, "closed")}})
    page.take(feed)
    assert page.rows == {}


def test_views_are_sent_only_when_they_change() -> None:
    feed, page = make(), Page()
    feed.publish_views("figures", {"a": {"id": "a", "value": 1}})
    page.take(feed)
    seq = feed.seq
    feed.publish_views("figures", {"a": {"id": "a", "value": 1}})
    assert feed.seq == seq
    feed.publish_views("figures", {"b": {"id": "b", "value": 1}})
    page.take(feed)
    assert page.rows.keys() == {("figures", "b")}


def test_one_encoding_serves_all_viewers_at_one_cursor() -> None:
    feed = make()
    feed.publish({"incidents": {"I-1": incident("I-1", 1)}})
    assert feed.frame(None) is not None
    made = [feed.frame(None) for _ in range(3)]
    assert len({id(m[0]) for m in made if m}) == 1


def test_a_hung_engine_gets_no_beat(monkeypatch: Any) -> None:
    feed = make()
    monkeypatch.setattr(feed_module, "ALIVE_S", -1.0)
    assert feed.frame(None) is None


def test_another_run_and_too_far_behind_get_a_snapshot(monkeypatch: Any) -> None:
    feed, page = make(), Page()
    feed.publish({"incidents": {"I-1": incident("I-1", 1)}})
    for cursor in ("0.0", "x", f"{feed.boot}.99", f"{feed.boot}.-1", f"{feed.boot}.x"):
        page.cursor = cursor
        page.take(feed)
    assert set(page.kinds) == {"snap"}
    monkeypatch.setattr(feed_module, "BEHIND_MAX", 2)
    feed.publish({"incidents": {f"I-{n}": incident(f"I-{n}", 1) for n in range(9)}})
    page.take(feed)
    assert page.kinds[-1] == "snap"


STEP = st.one_of(
    st.tuples(st.just("unit"), st.sampled_from("abc"), st.sampled_from(["available", "off_duty", "busy"])),
    st.tuples(st.just("incident"), st.sampled_from("xyz"), st.sampled_from(["open", "closed"])),
    st.tuples(st.just("view"), st.sampled_from("pq"), st.just("")),
    st.tuples(st.just("look"), st.just(""), st.just("")),
)


@settings(max_examples=200)
@given(st.lists(STEP, max_size=60), st.integers(1, 30))
def test_a_lagging_page_ends_like_a_fresh_one(steps: list[tuple[str, str, str]], tombstones: int) -> None:
    held, feed_module.TOMBSTONES = feed_module.TOMBSTONES, tombstones
    try:
        feed, lagging = make(), Page()
        for rev, (what, key, state) in enumerate(steps, 1):
            if what == "unit":
                feed.publish({"units": {key: unit(key, rev, state)}})
            elif what == "incident":
                feed.publish({"incidents": {key: incident(key, rev, state)}})
            elif what == "view":
                feed.publish_views("figures", {key: {"id": key, "value": rev}})
            else:
                lagging.take(feed)
        lagging.take(feed)
        fresh = Page()
        fresh.take(feed)
        assert lagging.rows.keys() == fresh.rows.keys()
        assert lagging.fixes == fresh.fixes
        slow = [place for place in fresh.rows if place[0] != "units"]
        assert all(lagging.rows[place] == fresh.rows[place] for place in slow)
    finally:
        feed_module.TOMBSTONES = held


def moved(row: Row, metres: int) -> Row:
    fix = Fix(round((NOW + 60 + metres) * 1000), 1_041_000_000 + metres * 100, 305_000_000, 9000, 85)
    return placed(row.fact, row.at, row.seen, row.type, row.source, fix)


def test_what_only_moves_keeps_its_json_and_its_columns_are_the_newest() -> None:
    feed, said = make(), unit("U-1", 1)
    feed.publish({"units": {"U-1": said}})
    early = Page()
    early.take(feed)
    raw = feed._raw["units", "U-1"]
    for metres in (1, 2, 3):
        feed.publish({"units": {"U-1": moved(said, metres)}})
        early.take(feed)
    late = Page()
    late.take(feed)
    assert feed._raw["units", "U-1"] is raw
    assert early.kinds == ["snap", "delta", "delta", "delta"]
    assert late.fixes == early.fixes == {("units", "U-1"): (104.10003, 30.5, NOW + 63, 64)}
    assert late.rows["units", "U-1"]["at"] < "2025-10-09T08:54", "the page takes the later of row and column"
    feed.publish({"units": {"U-1": moved(unit("U-1", 2, "busy"), 4)}})
    late.take(feed)
    assert late.rows["units", "U-1"]["status"] == "busy"
    assert late.rows["units", "U-1"]["position"]["lon"] == 104.10004


def test_undeclared_things_are_on_no_screen() -> None:
    feed, page = make(), Page()
    fact = Undeclared(id="U-9", rev=1)
    feed.publish({"units_undeclared": {"U-9": moved(Row(fact, 0.0, NOW, "cn.hub.unit.fixes.v1"), 1)}})
    page.take(feed)
    assert page.rows == {}
    assert page.fixes == {}
