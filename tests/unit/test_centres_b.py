"""The rules of big-data investigation, case handling and grand supervision, and what their demo days must respect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres.bigdata import CENTRE as BIGDATA
from centres.bigdata.events import Finding as ModelFinding
from centres.bigdata.events import HotSpot, Model
from centres.bigdata.rules import SMALLEST_COUNT, cell_state, disclose, drift_state
from centres.casework import CENTRE as CASEWORK
from centres.casework.events import Custody, CustodyAlarm, Escort, MinorCase
from centres.casework.floor import NEXT, ROOMS, ZoneKey, allowed, stage_due
from centres.supervision import CENTRE as SUPERVISION
from centres.supervision.catalogue import CATEGORIES, CHANNELS, RULE_TITLES, RuleKey, category
from centres.supervision.events import Finding as RuleFinding
from centres.supervision.events import WorkOrder, on_time
from centres.supervision.orders import order_at, orders_of
from centres.supervision.rules import CONDUCT_RULES, DIVERSION_RULES, ORDER_RULES, ConductMark, evaluate
from hub.centre import Centre
from hub.domain.events import Emission, Event
from hub.domain.model import Position, Text
from hub.field.district import build
from hub.field.world import World
from hub.picture.fold import Picture

T0 = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # 09:00 in the district
NINE = T0.timestamp()
HOUR = timedelta(hours=1)
SAID = Text("212000条记录中31条相符", "31 of 212,000 records match")
HERE = Text("样例街区", "Sample quarter")
CENTRES = pytest.mark.parametrize("centre", [BIGDATA, CASEWORK, SUPERVISION], ids=lambda centre: centre.name)


@cache
def world() -> World:
    return World(build(1), 3, NINE)


@cache
def morning(name: str) -> tuple[Emission, ...]:
    """Two hours from nine o'clock on."""
    centre = next(c for c in (BIGDATA, CASEWORK, SUPERVISION) if c.name == name)
    return tuple(centre.simulate(world(), NINE, NINE + 7200))


def told(centre: Centre, kind: type[Any]) -> list[Any]:
    return [e.data for e in morning(centre.name) if isinstance(e.data, kind)]


def pictured(centre: Centre, emissions: Iterable[Emission]) -> Picture:
    picture = Picture(centre.tables)
    for e in emissions:
        event = Event(id="x", source=e.source, type=e.type, subject=e.data.id, time=e.at, seen=e.at, data=e.data)
        picture.apply(centre.folds[e.type](picture, event))
    return picture


# --- a day of each


@CENTRES
def test_windows_add_up_wherever_they_are_cut_also_at_midnight(centre: Centre) -> None:
    start = datetime(2026, 1, 5, 15, 40, tzinfo=UTC).timestamp()  # 23:40: the day changes within the window
    cuts = [start, start + 0.1, start + 299.9, start + 1200.0, start + 1200.03, start + 2400.0]
    whole = list(centre.simulate(world(), start, cuts[-1]))
    pieces = [e for a, b in pairwise(cuts) for e in centre.simulate(world(), a, b)]
    assert pieces == whole
    assert whole


@CENTRES
def test_a_centre_is_never_silent_by_day_and_never_loud(centre: Centre) -> None:
    times = [e.at for e in morning(centre.name)]
    assert max(b - a for a, b in pairwise(times)) <= 10.0
    assert len(times) / 7200 < 3.0


@CENTRES
def test_standing_tables_are_full_after_five_minutes(centre: Centre) -> None:
    picture = pictured(centre, (e for e in morning(centre.name) if e.at <= NINE + 300))
    whole = pictured(centre, morning(centre.name))
    for table in centre.tables:
        if table.expected_s is not None:
            assert picture.rows(table.name).keys() == whole.rows(table.name).keys()
            assert picture.rows(table.name)


@CENTRES
def test_every_fact_of_the_day_survives_the_wire(centre: Centre) -> None:
    for e in morning(centre.name):
        assert msgspec.json.decode(msgspec.json.encode(e.data), type=centre.events[e.type]) == e.data


# --- nothing is reported that no person has reviewed


def model_finding(**changed: Any) -> ModelFinding:
    whole: dict[str, Any] = {
        "id": "BF-1",
        "rev": 1,
        "kind": "flow",
        "state": "reported",
        "model": "M-11",
        "model_title": SAID,
        "version": "2.1",
        "items": (SAID,),
        "records": 31,
        "explanation": SAID,
        "found_at": T0,
        "verdict": "accepted",
        "reviewed_by": "0312",
        "reviewed_at": T0 + HOUR,
        "reported_at": T0 + 2 * HOUR,
    }
    return ModelFinding(**{**whole, **changed})


def test_a_reviewed_and_accepted_finding_can_be_reported() -> None:
    assert model_finding().reviewed_by == "0312"


@pytest.mark.parametrize("missing", ["reviewed_by", "reviewed_at", "verdict"])
@pytest.mark.parametrize("state", ["reviewed", "reported"])
def test_a_model_finding_without_its_review_is_refused(state: str, missing: str) -> None:
    with pytest.raises(ValueError, match="reviewed_by"):
        model_finding(state=state, reported_at=None, **{missing: None})
    good = msgspec.to_builtins(model_finding())
    with pytest.raises(msgspec.ValidationError, match="reviewed_by"):
        msgspec.convert({**good, missing: None}, ModelFinding)


def test_a_rejected_finding_is_not_reported_and_a_found_one_carries_no_review() -> None:
    with pytest.raises(ValueError, match="only an accepted"):
        model_finding(verdict="rejected")
    with pytest.raises(ValueError, match="carries a review"):
        model_finding(state="found", reported_at=None)
    with pytest.raises(ValueError, match="no clue"):
        model_finding(state="reviewed", reported_at=None, clue="CL-1")


def test_a_rule_finding_needs_a_person_too() -> None:
    found: dict[str, Any] = {
        "id": "SF-1",
        "rev": 1,
        "kind": "same_unit",
        "scope": "unit",
        "about": HERE,
        "evidence": 9,
        "threshold": 8,
        "found_at": T0,
        "first_at": T0,
        "last_at": T0,
    }
    assert RuleFinding(**found, state="found").evidence == 9
    with pytest.raises(ValueError, match="reviewed_by"):
        RuleFinding(**found, state="noticed", notice="DC-1")
    with pytest.raises(ValueError, match="below the threshold"):
        RuleFinding(**{**found, "evidence": 7}, state="found")


def test_the_demo_reviews_every_finding_before_it_is_reported() -> None:
    reported = [f for f in told(BIGDATA, ModelFinding) if f.state == "reported"]
    assert reported
    assert all(f.found_at < f.reviewed_at < f.reported_at and f.verdict == "accepted" for f in reported)


@pytest.mark.parametrize("said", ["来电13800001111", "卡号6222 与 62220210011"])
def test_an_explanation_holds_no_long_number(said: str) -> None:
    with pytest.raises(ValueError, match="long numbers"):
        model_finding(explanation=Text(said, "a number"))


# --- small counts


@given(st.integers(0, 200))
def test_a_count_below_five_is_never_disclosed(count: int) -> None:
    assert disclose(count) == (count if count >= SMALLEST_COUNT else None)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_cell_with_a_small_count_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="suppressed"):
        HotSpot(
            id="G",
            rev=1,
            kind="calls",
            state="usual",
            place=HERE,
            position=Position(104.0, 30.6, "WGS84"),
            hours=6,
            calls=count,
        )


def test_the_demo_shows_cells_and_suppresses_small_ones() -> None:
    small_hours = BIGDATA.simulate(world(), NINE - 4 * 3600, NINE - 4 * 3600 + 120)
    by_night = [e.data for e in small_hours if isinstance(e.data, HotSpot)]
    by_day = told(BIGDATA, HotSpot)
    assert "suppressed" in {cell.state for cell in by_night}
    assert {cell.state for cell in by_day} & {"usual", "raised", "hot"}
    for cell in (*by_night, *by_day):
        assert all(count is None or count >= SMALLEST_COUNT for count in (cell.calls, cell.complaints))
        assert (cell.state == "suppressed") == (cell.calls is None and cell.complaints is None)


def test_a_cell_is_hot_only_well_above_its_usual() -> None:
    assert cell_state(12, None, 6.0) == "hot"
    assert cell_state(12, None, 11.0) == "usual"
    assert cell_state(8, None, 6.0) == "raised"
    assert cell_state(None, None, 6.0) == "suppressed"


# --- models


def test_drift_and_precision() -> None:
    assert [drift_state(psi) for psi in (0.0, 0.099, 0.1, 0.249, 0.25)] == [
        "stable",
        "stable",
        "watch",
        "watch",
        "drifting",
    ]
    for model in told(BIGDATA, Model):
        assert model.confirmed <= model.returned
        assert model.hits <= model.read


# --- the 48-hour clock


@given(st.integers(-600, 600).filter(bool))
def test_a_minor_case_is_due_after_48_hours_and_nothing_else(minutes: int) -> None:
    due = T0 + timedelta(hours=48)
    assert MinorCase(id="c", rev=1, kind="theft", state="investigation", opened_at=T0, due_at=due).due_at == due
    with pytest.raises(ValueError, match="48 hours"):
        MinorCase(
            id="c",
            rev=1,
            kind="theft",
            state="investigation",
            opened_at=T0,
            due_at=due + timedelta(minutes=minutes),
        )


def test_the_stages_share_the_48_hours_in_order() -> None:
    dues = [stage_due(T0, stage) for stage in ("investigation", "prosecution", "trial")]
    assert dues == sorted(dues)
    assert dues[-1] == T0 + timedelta(hours=48)


@pytest.mark.parametrize(
    ("state", "ends"),
    [("prosecution", ()), ("trial", (5,)), ("closed", (5, 9)), ("investigation", (5,)), ("trial", (9, 5))],
)
def test_a_stage_that_was_skipped_or_turned_back_is_refused(state: Any, ends: tuple[int, ...]) -> None:
    fields = ("investigated_at", "prosecuted_at", "closed_at")
    times: Any = {field: T0 + hours * HOUR for field, hours in zip(fields, ends, strict=False)}
    with pytest.raises(ValueError, match="stage"):
        MinorCase(id="c", rev=1, kind="theft", state=state, opened_at=T0, due_at=T0 + timedelta(hours=48), **times)


def test_a_late_case_counts_against_the_rate_closed_or_not() -> None:
    tile = next(t for t in CASEWORK.panels.tiles if t.id == "within_48h")
    due = T0 + timedelta(hours=48)
    running = MinorCase(id="a", rev=1, kind="theft", state="investigation", opened_at=T0, due_at=due)
    closed = MinorCase(
        id="b",
        rev=1,
        kind="theft",
        state="closed",
        opened_at=T0,
        due_at=due,
        investigated_at=T0 + HOUR,
        prosecuted_at=T0 + 2 * HOUR,
        closed_at=T0 + 3 * HOUR,
    )
    said = [
        Emission(topic="t", source="s", type="cn.hub.minor_case.opened.v1", at=NINE, data=case)
        for case in (running, closed)
    ]
    rows = pictured(CASEWORK, said).rows
    assert tile.value(rows, NINE + 4 * 3600) == 1.0
    assert tile.value(rows, NINE + 49 * 3600) == 0.5
    assert tile.value(Picture(CASEWORK.tables).rows, NINE) is None


# --- custody


def test_a_free_place_forgets_and_nobody_is_kept_longer_than_a_day() -> None:
    held: dict[str, Any] = {
        "id": "03",
        "rev": 1,
        "number": "03号",
        "zone": "waiting",
        "since_at": T0,
        "entered_at": T0,
        "leave_by": T0 + 24 * HOUR,
        "next_check_at": T0 + HOUR,
        "medical": False,
    }
    assert Custody(**held, state="occupied").zone == "waiting"
    with pytest.raises(ValueError, match="keeps nothing"):
        Custody(**held, state="free")
    with pytest.raises(ValueError, match="24 hours"):
        Custody(**{**held, "leave_by": T0 + 25 * HOUR}, state="occupied")
    with pytest.raises(ValueError, match="next check"):
        Custody(id="03", rev=1, number="03号", state="occupied")


def test_custody_holds_no_coordinates_and_is_kept_for_a_day() -> None:
    for data in (Custody, CustodyAlarm):
        assert not {"position", "lon", "lat", "incident", "case"} & set(data.__struct_fields__)
    assert CASEWORK.protection["casework_custody"].keep_days == 1
    assert CASEWORK.protection["casework_custody"].level == "restricted"


def test_the_way_through_the_zones() -> None:
    assert allowed("entry", "search")
    assert not allowed("entry", "interview_east")
    assert not allowed("exit", "waiting")
    assert NEXT.keys() == ROOMS.keys() == set(get_args(ZoneKey))


def test_people_in_the_demo_move_only_as_allowed_and_alarms_follow_missed_checks() -> None:
    zones: dict[str, Any] = {}
    for fact in told(CASEWORK, Custody):
        before = zones.get(fact.id)
        if before is not None and fact.zone is not None and fact.zone != before:
            assert allowed(before, fact.zone)
        zones[fact.id] = fact.zone
    day = list(CASEWORK.simulate(world(), NINE, NINE + 6 * 3600))
    missed = [e.data for e in day if isinstance(e.data, CustodyAlarm) and e.data.kind == "check_missed"]
    promised = {(e.data.number, e.data.next_check_at) for e in day if isinstance(e.data, Custody)}
    begun = [alarm for alarm in missed if alarm.raised_at.timestamp() > NINE + 3600]
    assert begun
    for alarm in begun:
        near = [due for number, due in promised if number == alarm.number and due is not None]
        assert any(abs((due - alarm.raised_at).total_seconds()) < 0.01 for due in near)


def test_an_escort_has_two_officers_for_each_person() -> None:
    run: dict[str, Any] = {"id": "E", "rev": 1, "kind": "to_court", "requested_at": T0, "due_at": T0 + HOUR}
    assert Escort(**run, state="under_way", persons=2, officers=4).officers == 4
    with pytest.raises(ValueError, match="need 4 officers"):
        Escort(**run, state="under_way", persons=2, officers=3)


def test_days_without_accident_count_whole_days() -> None:
    tile = next(t for t in CASEWORK.panels.tiles if t.id == CASEWORK.panels.headline)
    rows = pictured(CASEWORK, morning("casework")).rows
    today = tile.value(rows, NINE + 7200)
    assert today is not None
    assert tile.value(rows, NINE + 7200 + 86400) == today + 1
    assert tile.value(Picture(CASEWORK.tables).rows, NINE) is None


# --- supervision


def order(number: int, **changed: Any) -> WorkOrder:
    whole: dict[str, Any] = {
        "id": f"GD-{number}",
        "rev": 1,
        "kind": "noise",
        "channel": "mayor",
        "state": "received",
        "received_at": T0 + number * timedelta(minutes=10),
        "place": HERE,
        "unit": Text("街道办事处", "Subdistrict office"),
    }
    return WorkOrder(**{**whole, **changed})


def test_there_are_23_channels_and_21_models_and_each_model_is_a_rule() -> None:
    assert len(CHANNELS) == 23
    assert len(RULE_TITLES) == 21
    rules = [*ORDER_RULES, *DIVERSION_RULES, *CONDUCT_RULES]
    assert sorted(rules) == sorted(RULE_TITLES) == sorted(get_args(RuleKey))


def test_categories_of_strangers_have_titles_and_the_unknown_is_other() -> None:
    for key in ("graffiti", "bulky_items", "illegal_dumping", "street_light", "public_space", "noise", "labour"):
        assert key in CATEGORIES
    assert category("something new").title == Text("其他诉求", "Other")


def test_a_rule_finds_at_its_threshold_and_not_before() -> None:
    rule = ORDER_RULES["repeat_complaint"]
    orders = [order(n) for n in range(rule.at_least)]
    since, end = T0 - HOUR, T0 + 5 * HOUR
    assert evaluate(rule, orders[:-1], since, end) == []
    (found,) = evaluate(rule, orders, since, end)
    assert found.found == orders[-1].received_at
    assert found.items == tuple(one.id for one in orders)
    assert evaluate(rule, orders, since, orders[-1].received_at - timedelta(seconds=1)) == []
    elsewhere = [order(n, place=Text(f"地点{n}", f"Place {n}")) for n in range(rule.at_least)]
    assert evaluate(rule, elsewhere, since, end) == []


def test_a_slow_answer_is_evidence_from_its_due_time_on() -> None:
    rule = ORDER_RULES["slow_answer"]
    due = T0 + HOUR
    late = [order(n, due_at=due, answered_at=None if n % 2 else due + HOUR) for n in range(rule.at_least)]
    kept = [order(100 + n, due_at=due, answered_at=due) for n in range(9)]
    (found,) = evaluate(rule, [*kept, *late], T0, T0 + 4 * HOUR)
    assert found.found == due
    assert set(found.items) == {one.id for one in late}
    assert evaluate(rule, kept, T0, T0 + 4 * HOUR) == []


def test_noise_is_night_noise_by_the_clock_of_the_district() -> None:
    rule = ORDER_RULES["night_noise"]
    night = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)  # 23:00
    assert rule.when(order(1, received_at=night)) == night
    assert rule.when(order(1)) is None  # 09:10
    assert rule.when(order(1, kind="parking", received_at=night)) is None


def test_conduct_is_counted_by_unit() -> None:
    rule = CONDUCT_RULES["recorder_off"]
    west, east = Text("西门派出所", "West Gate station"), Text("东桥派出所", "East Bridge station")
    marks = [
        ConductMark(id=str(n), unit=west if n < 2 else east, kind="recorder_off", at=T0 + n * HOUR) for n in range(3)
    ]
    assert [found.about for found in evaluate(rule, marks, T0, T0 + 5 * HOUR)] == [west]


def test_on_time_counts_the_answer_and_where_it_is_unknown_the_close() -> None:
    due = T0 + HOUR
    assert on_time(order(1, due_at=due, answered_at=due)) is True
    assert on_time(order(1, due_at=due, closed_at=due + HOUR, state="closed")) is False
    assert on_time(order(1, due_at=due, overdue=True)) is False
    assert on_time(order(1, due_at=due)) is None
    assert on_time(order(1, closed_at=due, state="closed")) is None


def test_an_order_knows_nothing_of_its_future() -> None:
    for whole in orders_of(world(), int(NINE // 3600)):
        first = order_at(whole, whole.received_at.timestamp(), 1)
        assert first.state == "received"
        assert (first.closed_at, first.satisfied, first.overdue, first.merged_into) == (None, None, False, None)
        assert whole.closed_at is not None
        assert order_at(whole, whole.closed_at.timestamp(), 1) == whole


def test_a_strangers_complaint_becomes_an_order_without_words_or_names() -> None:
    (intake,) = SUPERVISION.intakes
    assert intake.name == "complaints"
    assert intake.data is WorkOrder
    assert SUPERVISION.folds.keys() >= {intake.opened, intake.changed, intake.closed}
    assert not {"text", "author", "name", "title", "content"} & set(WorkOrder.__struct_fields__)
    row = {"id": "1", "rev": 1, "kind": "rodents", "channel": "Fax", "state": "closed", "received_at": T0}
    assert msgspec.convert({**row, **intake.ended, str(intake.closed_field): T0 + HOUR}, WorkOrder).state == "closed"
