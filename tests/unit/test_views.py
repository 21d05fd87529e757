"""Derived rows: the strip, key figures, the clue road and the hub's own alarms, as pure functions of time."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.domain.field import Clue, Incident, Tally, Unit
from hub.domain.model import Fact, Text, instant
from hub.engine import Heard
from hub.field.topics import TABLES
from hub.figures import HUB_TILES
from hub.health import look, percentile
from hub.picture.fold import Picture
from hub.picture.rows import Row
from hub.show import Tile
from hub.views import _figure, lanes, models, own_alarms

NOW = 1_760_000_000.0


def picture(**tables: list[Fact]) -> Picture:
    made = Picture(TABLES)
    for table, facts in tables.items():
        made.apply({table: {f.id: Row(fact=f, at=NOW, seen=NOW, type="t") for f in facts}})
    return made


def clue(key: str, state: str, due: float | None, closed: float | None = None) -> Clue:
    return Clue(
        id=key,
        rev=1,
        title=Text("线索", "clue"),
        priority=3,
        state=state,  # type: ignore[arg-type]
        origin="a",
        owner="hub",
        reported_at=instant(NOW - 500),
        due_at=None if due is None else instant(due),
        closed_at=None if closed is None else instant(closed),
    )


@pytest.mark.parametrize(
    ("age", "expected", "state"),
    [(0, 10, "fresh"), (10, 10, "fresh"), (11, 10, "late"), (30, 10, "late"), (31, 10, "stale"), (101, 10, "lost")],
)
def test_look_is_a_function_of_age_over_interval(age: float, expected: float, state: str) -> None:
    assert look(age, expected) == state
    assert look(age * 20, expected * 20) == state


def test_look_without_age_or_interval() -> None:
    assert look(None, 10) == "lost"
    assert look(1e9, None) == "fresh"
    assert look(11, 10, grace_s=1) == "fresh"


def test_percentile_is_nearest_rank() -> None:
    assert percentile([], 0.9) is None
    assert percentile([float(n) for n in range(1, 11)], 0.9) == 9
    assert percentile([5.0], 0.9) == 5


def test_lanes_count_and_say_what_is_late() -> None:
    made = picture(
        clues=[
            clue("1", "reported", NOW + 5),
            clue("2", "transferred", NOW - 5),
            clue("3", "closed", None, NOW - 60),
            clue("4", "closed", None, NOW - 90_000),
        ]
    )
    rows: dict[str, Any] = lanes(made, NOW)
    assert {k: (r["count"], r["late"]) for k, r in rows.items() if r["count"]} == {
        "reported": (1, 0),
        "transferred": (1, 1),
        "feedback": (1, 0),
    }


def test_results_come_back_to_the_model_that_found_it() -> None:
    tally = Tally(title=Text("追回数据", "Records recovered"), value=290_000)
    back = {"model": "M-21", "results": (tally,)}
    found: list[Fact] = [
        replace(clue("1", "feedback", None), **back),
        replace(clue("2", "closed", None, NOW), **back, cause="done"),
        replace(clue("3", "closed", None, NOW), model="M-21", cause="unfounded"),
        replace(clue("4", "closed", None, NOW), model="M-21", cause="duplicate"),
        replace(clue("5", "signed", NOW + 9), model="M-21"),
        clue("6", "closed", None, NOW),
    ]
    row = models(picture(clues=found))["M-21"]
    assert (row["clues"], row["answered"], row["confirmed"], row["unfounded"]) == (5, 3, 2, 1)
    assert [(each["title"]["en"], each["value"]) for each in row["results"]] == [("Records recovered", 580_000.0)]


def test_own_alarms_name_silent_centres_and_late_sign_for() -> None:
    made = picture(clues=[clue("2", "transferred", NOW - 5)])
    cell = {"state": "stale", "last_at": "2026-01-01T00:00:00.000Z", "title": {"zh": "甲", "en": "A"}}
    alarms: dict[str, Any] = own_alarms(made, {"a": cell}, NOW, {"refused_rate": 0.02, "dead_letters": 7})
    assert set(alarms) == {"silent:a", "clues:sign-for", "hub:refused"}
    assert alarms["silent:a"]["raised_at"] == cell["last_at"]
    assert own_alarms(Picture(TABLES), {"a": {**cell, "state": "late"}}, NOW, {"refused_rate": 0.01}) == {}


def test_figures_are_90th_percentiles_and_say_nothing_of_nothing() -> None:
    tiles = {tile.id: tile for tile in HUB_TILES}
    empty = Picture(TABLES)
    assert tiles["arrive"].value(empty.rows, NOW) is None
    assert tiles["available"].value(empty.rows, NOW) is None
    facts: list[Fact] = [
        Incident(
            id=str(n),
            rev=1,
            kind="theft",
            priority=3,
            state="on_scene",
            opened_at=instant(NOW - 900),
            dispatched_at=instant(NOW - 600),
            arrived_at=instant(NOW - 600 + 60 * n),
        )
        for n in range(1, 11)
    ]
    units: list[Fact] = [
        Unit(id="a", rev=1, call_sign="a", kind="foot", status="available"),
        Unit(id="b", rev=1, call_sign="b", kind="foot", status="busy"),
        Unit(id="c", rev=1, call_sign="c", kind="foot", status="off_duty"),
    ]
    made = picture(incidents=facts, units=units)
    assert tiles["arrive"].value(made.rows, NOW) == pytest.approx(9)
    assert tiles["open"].value(made.rows, NOW) == 10
    assert tiles["available"].value(made.rows, NOW) == 0.5


def test_a_plug_s_broken_key_figure_is_not_known_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    def broken(rows: object, now: float) -> float:
        raise ZeroDivisionError

    said: set[str] = set()
    for value in (broken, lambda rows, now: float("nan")):
        tile = Tile(id=f"broken-{value.__name__}", title=Text("坏", "Broken"), value=value)
        for _ in range(2):
            assert _figure("somebody", tile, Picture(TABLES), NOW, said)["value"] is None
    assert len(caplog.records) == 1


def test_heard_defaults_say_nothing_was_heard() -> None:
    assert Heard().at is None
