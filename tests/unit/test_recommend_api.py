"""Questions from outside: what is on record fills them in, what is wrong with them is said, proposals are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from hub.domain.field import Clue, Operation, Task
from hub.domain.model import Position, Text, instant
from hub.picture.fold import Picture
from hub.recommend.model import Partner, Proposal
from hub.recommend.needs import shipped
from hub.recommend.service import KEPT, Question, Recommender, Unanswerable
from layouts import recommend
from tests.unit.recommending import LAT, LON, NOW, at, call, cell, chosen, drone, picture, put, unit

PARTNERS = (
    Partner(name="one", title=Text("一", "One"), joins={"clue": Text("核查", "Looks into it")}),
    Partner(name="two", title=Text("二", "Two")),
)


class Still:
    """A clock that stands."""

    def now(self) -> float:
        return NOW

    def rate(self) -> float:
        return 1.0


class Held:
    """Counts how often it was entered, and fails when entered twice at once."""

    def __init__(self) -> None:
        self.times, self.inside = 0, False

    @contextmanager
    def held(self) -> Iterator[None]:
        assert not self.inside
        self.times, self.inside = self.times + 1, True
        yield
        self.inside = False

    def __enter__(self) -> None:
        self._now = self.held()
        self._now.__enter__()

    def __exit__(self, *told: Any) -> None:
        self._now.__exit__(None, None, None)


def filled() -> Picture:
    made = picture(
        unit("U-1", 300),
        unit("U-2", 900, kind="foot"),
        unit("U-3", 1500, kind="fire"),
        unit("U-4", 5000),
        drone("D-1", 700),
        call("I-1", kind="fire", priority=1),
        call("I-2", kind="wages", position=None),
        call("I-3", kind="never_heard_of"),
    )
    title = Text("线索", "Clue")
    clue = Clue(
        id="K-1",
        rev=1,
        title=title,
        priority=2,
        state="triaged",
        origin="two",
        owner="hub",
        reported_at=instant(NOW),
        position=at(100),
    )
    put(made, clue, NOW)
    put(made, msgspec.structs.replace(clue, id="K-2", position=None, incident="I-1"), NOW)
    operation = Operation(
        id="O-1", rev=1, number="26-018", title=title, state="running", started_at=instant(NOW), centres=("one",),
        incident="I-1",
    )  # fmt: skip
    put(made, operation, NOW)
    corners = (at(4900), at(5100), at(5100, 100), at(4900, 100), at(4900))
    task = Task(
        id="T-1", rev=1, operation="O-1", title=title, assignee=title, state="issued", issued_at=instant(NOW),
        due_at=instant(NOW + 600), area=corners,
    )  # fmt: skip
    put(made, task, NOW)
    put(made, msgspec.structs.replace(task, id="T-2", area=(), due_at=instant(NOW - 600)), NOW)
    return made


def adviser(made: Picture | None = None, lock: Any = None) -> Recommender:
    return Recommender(
        made or filled(), lock or Held(), Still(), shipped(), cells=[cell("Here", 0)], partners=lambda: PARTNERS
    )


def get(path: str, of: Recommender | None = None) -> httpx.Response:
    async def go() -> httpx.Response:
        app = Starlette(routes=recommend.routes(of or adviser()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub") as client:
            return await client.get(path)

    return asyncio.run(go())


def test_an_incident_says_place_kind_and_priority_by_itself() -> None:
    lock = Held()
    proposal = adviser(lock=lock).recommend(Question(incident="I-1"))
    assert (proposal.ask.template, proposal.ask.priority, proposal.ask.subject) == ("fire", 1, ("incidents", "I-1"))
    assert proposal.ask.where is not None
    assert (proposal.ask.where.lon, proposal.ask.where.lat) == pytest.approx((LON, LAT))
    assert chosen(proposal, 0) == ["U-3"]
    assert chosen(proposal, of="drones") == ["D-1"]
    assert proposal.title.zh == "火灾"
    assert (lock.times, lock.inside) == (1, False)


def test_what_nobody_knows_stays_unknown() -> None:
    proposal = adviser().recommend(Question(incident="I-2"))
    assert (proposal.ask.template, proposal.ask.where, proposal.choices) == ("dispute", None, ())
    assert adviser().recommend(Question(incident="I-3")).ask.template == "other"
    placed = adviser().recommend(Question(incident="I-2", lon=LON, lat=LAT))
    assert [c.id for c in placed.choices] == ["U-1"]


def test_a_clue_brings_its_centres_and_the_kind_of_its_call() -> None:
    proposal = adviser().recommend(Question(clue="K-1"))
    assert (proposal.ask.template, proposal.ask.known_centres, proposal.lines) == ("clue", ("two",), ())
    assert {c.name: c.reason.en for c in proposal.centres} == {
        "one": "Looks into it",
        "two": "It found this or has it in hand",
    }
    assert len(proposal.rejected) == 4
    assert adviser().recommend(Question(clue="K-2")).ask.template == "fire"
    named = adviser().recommend(Question(clue="K-1", kind="data_trading"))
    assert chosen(named, 0) == ["U-1", "U-4"]


def test_a_task_is_asked_for_the_middle_of_its_area_until_it_is_due() -> None:
    proposal = adviser().recommend(Question(task="T-1", units=("patrol_car",), count=1))
    assert (proposal.ask.by, proposal.ask.known_centres) == (instant(NOW + 600), ("one",))
    assert chosen(proposal) == ["U-4"]
    assert proposal.choices[0].distance_m == 50
    late = adviser().recommend(Question(task="T-2"))
    assert (late.ask.by, late.ask.template) == (None, "fire")
    assert late.ask.where is not None


@pytest.mark.parametrize(
    ("kind", "priority"), [("fire", 1), ("injury", 2), ("fight", 3), ("violence", 1), ("lanes_closed", 4), (None, 4)]
)
def test_a_bare_place_is_as_urgent_as_what_happened_there(kind: str | None, priority: int) -> None:
    assert adviser().recommend(Question(lon=LON, lat=LAT, kind=kind)).ask.priority == priority


def test_counts_kinds_times_and_drones_may_be_given() -> None:
    ask = adviser().recommend(Question(incident="I-1", count=3, within_s=240, drones=0)).ask
    assert [need.count for need in ask.needs] == [3, 2, 1, 1]
    assert {need.within_s for need in ask.needs} == {240}
    assert (ask.drones, ask.drones_within_s) == (0, 240)
    free = adviser().recommend(Question(lon=LON, lat=LAT, units=("foot", "fire"), count=2))
    assert [(c.id, c.rank) for c in free.choices] == [("U-3", 1), ("U-2", 2)]


def test_the_address_of_a_question() -> None:
    answer = get(f"/api/v1/recommendation?lon={LON}&lat={LAT}&kind=fire&count=1&drones=1&units=patrol_car,foot")
    assert answer.status_code == 200
    proposal = msgspec.json.decode(answer.content, type=Proposal)
    assert chosen(proposal) == ["U-1"]
    assert proposal.ask.where == Position(LON, LAT, "WGS84")
    assert answer.json()["choices"][0]["reason"]["zh"].startswith("巡逻车，距 300 米")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("incident=I-9", 404, "not_there"),
        ("clue=K-9", 404, "not_there"),
        ("task=T-9", 404, "not_there"),
        ("", 422, "no_subject"),
        ("incident=I-1&clue=K-1", 422, "no_subject"),
        ("lon=104", 422, "half_a_place"),
        ("incident=I-1&lat=30", 422, "half_a_place"),
        ("lon=204&lat=30", 422, "not_a_question"),
        ("lon=nan&lat=30", 422, "not_a_question"),
        ("lon=east&lat=30", 422, "not_a_question"),
        ("lon=104&lat=30&kind=flood", 422, "no_kind"),
        ("incident=I-1&count=0", 422, "not_a_question"),
        ("incident=I-1&units=tank", 422, "not_a_question"),
        ("incident=I-1&name=x", 422, "not_a_question"),
        ("incident=I-1&incident=I-2", 422, "not_a_question"),
        ("incident=I-1&by=2026-11-23", 422, "not_a_question"),
        ("incident=I-1&within_s=-5", 422, "not_a_question"),
        ("incident=", 422, "not_a_question"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(query: str, status: int, code: str) -> None:
    answer = get(f"/api/v1/recommendation?{query}")
    assert answer.status_code == status
    body = answer.json()
    assert body["reason"]["code"] == code
    assert body["reason"]["zh"]
    assert body["reason"]["en"] == body["error"]


def test_what_is_wrong_is_named() -> None:
    assert "$.units[0]" in get("/api/v1/recommendation?incident=I-1&units=tank").json()["error"]
    assert "I-9" in get("/api/v1/recommendation?incident=I-9").json()["reason"]["zh"]


def test_templates_and_proposals_of_before_can_be_fetched() -> None:
    of = adviser()
    kinds = get("/api/v1/recommendation/kinds", of).json()
    assert {"key", "title", "kinds", "needs", "drones"} <= kinds[0].keys()
    first = get("/api/v1/recommendation?incident=I-1", of)
    again = get(f"/api/v1/recommendation/{first.json()['id']}", of)
    assert again.content == first.content
    for k in range(KEPT):
        of.recommend(Question(lon=LON, lat=LAT, count=1 + k % 50, within_s=60.0 + k))
    gone = get(f"/api/v1/recommendation/{first.json()['id']}", of)
    assert (gone.status_code, gone.json()["reason"]["code"]) == (404, "not_there")


def test_asking_leaves_no_trace_in_the_picture_and_the_lock_is_given_back() -> None:
    made, lock = filled(), Held()
    before = made.state_hash()
    of = adviser(made, lock)
    of.recommend(Question(incident="I-1"))
    with pytest.raises(Unanswerable):
        of.recommend(Question(incident="I-9"))
    assert made.state_hash() == before
