"""Clocks of the road: which step is waited for since when, when it warns, who was chased; and how rows say it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.field import Clue, Hop, Incident, Task
from hub.domain.model import Text, instant
from hub.field import topics
from hub.picture.rows import Row, stamp, view
from hub.road.clocks import Clock, chased, clock_of, state
from hub.service import TARGETS
from hub.show import Column, Grid
from layouts.panels import grid

T0 = 1_795_400_000.0
TABLES = {table.name: table for table in topics.TABLES}


def hop(verb: str, at: float, due: float | None = None) -> Hop:
    return Hop(at=instant(at), verb=verb, sender="hub", receiver="x", due_at=None if due is None else instant(due))


def clue(state: Any, *hops: Hop, due: float | None = None) -> Clue:
    return Clue(
        id="K-1", rev=1, title=Text("甲", "A"), priority=2, state=state, origin="hub", owner="hub",
        reported_at=instant(T0), due_at=None if due is None else instant(due), hops=hops,
    )  # fmt: skip


def task(state: Any, *hops: Hop, accept: float | None = None, due: float | None = None) -> Task:
    return Task(
        id="T-1", rev=1, operation="O-1", title=Text("甲", "A"), assignee=Text("乙", "B"), state=state,
        issued_at=instant(T0), accept_by=None if accept is None else instant(accept),
        due_at=None if due is None else instant(due), hops=hops,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "expected"),
    [(T0, "on_time"), (T0 + 79, "on_time"), (T0 + 80, "warn"), (T0 + 100, "warn"), (T0 + 101, "late")],
)
def test_a_clock_warns_after_its_share_and_is_late_after_its_end(now: float, expected: str) -> None:
    assert state(T0, T0 + 100, now) == (expected, T0 + 100 - now)


def test_the_step_that_set_the_time_began_it() -> None:
    hops = (hop("triaged", T0 + 5, T0 + 50), hop("transferred", T0 + 20, T0 + 90), hop("related", T0 + 30))
    assert clock_of("clues", clue("transferred", *hops, due=T0 + 90)) == Clock(T0 + 20, T0 + 90)
    assert clock_of("clues", clue("transferred", *hops, due=T0 + 95)) == Clock(T0 + 30, T0 + 95), "set by nobody's hop"
    assert clock_of("clues", clue("reported", due=T0 + 9)) == Clock(T0, T0 + 9)


def test_nothing_is_waited_for_where_it_ended_or_nobody_set_a_time() -> None:
    assert clock_of("clues", clue("closed", due=T0 + 9)) == Clock(None, None)
    assert clock_of("clues", clue("reported")) == Clock(None, None)
    assert clock_of("tasks", task("cancelled", due=T0 + 9)) == Clock(None, None)
    assert clock_of("cameras", clue("reported", due=T0 + 9)) == Clock(None, None)


@pytest.mark.parametrize("before", ["issued", "delivered", "seen"])
def test_a_task_is_accepted_first_and_finished_then(before: str) -> None:
    times = {"accept": T0 + 600, "due": T0 + 6000}
    assert clock_of("tasks", task(before, **times)) == Clock(T0, T0 + 600)
    assert clock_of("tasks", task("executing", **times)) == Clock(T0, T0 + 6000)
    assert clock_of("tasks", task(before, due=T0 + 6000)).due == T0 + 6000


def test_chases_are_counted_within_the_step() -> None:
    again = (hop("signed", T0), hop("chased", T0 + 1), hop("related", T0 + 2), hop("chased", T0 + 3))
    assert chased(clue("signed", *again)) == 2
    assert chased(clue("operation", *again, hop("linked", T0 + 4))) == 0
    assert chased(clue("signed")) == 0


def test_rows_on_the_screens_say_their_clock_and_only_where_there_is_one() -> None:
    def shown(table: str, fact: Any) -> dict[str, Any]:
        return view(TABLES[table], Row(fact, T0, T0, "x"))

    late = shown("clues", clue("signed", hop("signed", T0, T0 + 9), hop("chased", T0 + 1, T0 + 99), due=T0 + 99))
    assert late["clock"] == [stamp(T0 + 1), stamp(T0 + 99)]
    assert late["chased"] == 1
    assert shown("tasks", task("issued", accept=T0 + 5, due=T0 + 9))["clock"] == [stamp(T0), stamp(T0 + 5)]
    call = Incident(id="I", rev=1, kind="fire", priority=1, state="open", opened_at=instant(T0))
    assert not {"clock", "chased"} & shown("incidents", call).keys()


def test_no_target_is_without_effect() -> None:
    from pathlib import Path

    code = "".join(path.read_text("utf-8") for path in Path(grid.__file__).parents[2].glob("hub/road/*.py"))
    used = [name for name in TARGETS.__struct_fields__ if name != "warn" and f"targets.{name}" not in code]
    assert used == []


def test_a_due_column_gives_the_page_its_whole_clock() -> None:
    column = Column(field="due_at", title=Text("时限", "Due"), kind="due", done=("settled_at",), over=("referred",))
    one = Grid(table="t", title=Text("表", "Table"), columns=(column,), time="opened_at")
    rows: list[dict[str, Any]] = [
        {"id": "a", "state": "open", "due_at": stamp(T0 + 9), "opened_at": stamp(T0), "settled_at": None},
        {"id": "b", "state": "referred", "due_at": stamp(T0 + 9), "opened_at": stamp(T0), "settled_at": stamp(T0 + 5)},
    ]
    first, second = grid.records(rows, one, "zh")
    assert (first["c0"], first["c0_since"], first["c0_done"], first["c0_over"]) == (
        T0 * 1000 + 9000,
        T0 * 1000,
        None,
        False,
    )
    assert (second["c0_done"], second["c0_over"]) == (T0 * 1000 + 5000, True)
    assert grid.columns(one, "zh")[0]["cellRenderer"] == "HubDue"
