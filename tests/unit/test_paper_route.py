"""Asking for a sheet: over the web, of the demo's district at work; and what is answered when it cannot be."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import RLock
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

import centres
from hub.access import DUTY, Actor, accounts
from hub.domain.events import Event
from hub.domain.field import Incident, Operation, Task
from hub.domain.model import Text
from hub.errors import StoreDown
from hub.field import patrol, stories
from hub.field.district import build
from hub.field.script import load
from hub.field.topics import EVENTS, TABLES
from hub.field.world import World
from hub.paper import gather
from hub.paper.gather import ground_of
from hub.paper.held import take
from hub.paper.known import Known
from hub.paper.service import HISTORY_MAX, Printer, Sheet
from hub.picture.fold import Picture, keep
from hub.ports import HistoryEntry
from hub.recommend.needs import shipped
from layouts.paper import disposition, route
from layouts.texts import LABELS
from tests.unit.papers import FONT, NOW, PAST, TABLE_OF, bare, entry, pages, picture, stamp, usual

PEOPLE = accounts([("north", Text("北区", "North"))])


class Clock:
    def now(self) -> float:
        return NOW

    def rate(self) -> float:
        return 1.0


class Past:
    """History kept in a list; ``down`` as when the database is away."""

    def __init__(self, entries: list[HistoryEntry], *, down: bool = False) -> None:
        self._entries, self._down = entries, down

    def all(self, table: str, entity: str) -> list[HistoryEntry]:
        return self.history(table, entity, HISTORY_MAX)

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]:
        if self._down:
            raise StoreDown("no connection")
        assert limit == HISTORY_MAX
        return [one for one in self._entries if (one.table, one.entity) == (table, entity)]


def printer(held: Picture, past: Past, **more: Any) -> Printer:
    fields: dict[str, Any] = {
        "picture": held, "lock": RLock(), "past": past, "clock": Clock(), "templates": shipped(), "labels": LABELS,
        "centres": {"north": Text("北区中心", "North centre")}, "ground": ground_of(build(1)),
        "district": Text("东桥区", "East Bridge"), "badge": lambda: LABELS["mode"]["demo"], "font": FONT,
    }  # fmt: skip
    return Printer(**(fields | more))


def ask(path: str, press: Any, **headers: str) -> httpx.Response:
    app = Starlette(routes=[route(press, PEOPLE.get)])

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(asked())


@pytest.fixture(scope="module")
def press() -> Printer:
    return printer(picture(*usual()), Past(PAST))


def test_a_sheet_is_a_pdf_shown_in_the_browser_under_a_name_that_says_what_it_is(press: Printer) -> None:
    answer = ask("/api/v1/paper/task_list?operation=O-1", press)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    short = press.picture.state_hash()[:8]
    assert answer.headers["content-disposition"] == (
        f'inline; filename="task_list-26-018-{short}.pdf"; '
        f"filename*=UTF-8''%E4%BB%BB%E5%8A%A1%E6%B8%85%E5%8D%95-26-018-{short}.pdf"
    )
    sheets = pages(answer.content)
    assert bare("封控1号路口") in sheets[0]
    assert bare(f"{DUTY} 值班员一") in sheets[0]


def test_whoever_acts_stands_on_it(press: Printer) -> None:
    for how in ({"hub-actor": "commander"}, {"cookie": "hub_actor=commander"}):
        answer = ask("/api/v1/paper/planning_sheet?incident=I-1", press, **how)
        assert bare("commander 指挥长 Commander") in pages(answer.content)[0]


def test_the_planning_sheet_holds_what_the_template_asks_for_against_what_is_there(press: Printer) -> None:
    page = pages(ask("/api/v1/paper/planning_sheet?operation=O-1", press).content)[0]
    assert bare("先期处置与谈判 First response and talking 巡逻车 / 铁骑 Patrol car / Motorcycle 2 0 2 1") in page
    assert bare("清场与交通管制 Clearing the street 交警 / 步巡 Traffic / Foot patrol 1 1 0 0") in page
    assert bare("空中支援 Support from the air 无人机 Drone 1 1 0 0") in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/paper/poster?operation=O-1", 404, "no_form"),
        ("/api/v1/paper/task_list?operation=O-7", 404, "not_there"),
        ("/api/v1/paper/task_list?incident=I-7", 404, "not_there"),
        ("/api/v1/paper/task_list", 422, "no_case"),
        ("/api/v1/paper/task_list?operation=", 422, "no_case"),
        ("/api/v1/paper/task_list?operation=O-1&incident=I-1", 422, "no_case"),
        ("/api/v1/paper/task_list?operation=O-1&operation=O-2", 422, "no_case"),
        (f"/api/v1/paper/task_list?operation={'O' * 200}", 422, "no_case"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words(press: Printer, path: str, status: int, code: str) -> None:
    answer = ask(path, press)
    assert (answer.status_code, answer.json()["reason"]["code"]) == (status, code)
    assert answer.json()["reason"]["zh"]
    assert answer.json()["error"] == answer.json()["reason"]["en"] != ""


def test_an_unknown_account_and_a_dead_store_are_told_apart(press: Printer) -> None:
    nobody = ask("/api/v1/paper/task_list?operation=O-1", press, **{"hub-actor": "nobody"})
    assert (nobody.status_code, nobody.json()["reason"]["code"]) == (422, "no_account")
    away = printer(picture(*usual()), Past([], down=True))
    assert ask("/api/v1/paper/activity_log?operation=O-1", away).status_code == 503
    assert ask("/api/v1/paper/task_list?operation=O-1", away).status_code == 200  # needs no history


def test_a_file_name_holds_nothing_that_could_leave_it() -> None:
    sheet = Sheet(form="briefing", title=Text("简报", "B"), number='2"6/../\r\n号', state_hash="ab" * 16, body=b"")
    assert disposition(sheet) == (
        'inline; filename="briefing-2_6_..____-abababab.pdf"; '
        "filename*=UTF-8''%E7%AE%80%E6%8A%A5-2%226%2F..%2F%0D%0A%E5%8F%B7-abababab.pdf"
    )


@pytest.fixture(scope="module")
def gang() -> tuple[Picture, list[HistoryEntry], Actor]:
    """The district at work and the second story as far as its results; history as the recorder would keep it."""
    types = {**EVENTS, **{name: data for centre in centres.discover() for name, data in centre.events.items()}}
    script = load(Path(centres.__file__).parent / "_stories", types)
    world = World(build(1), 1, NOW - 4.6 * 3600)
    held, past = Picture(TABLES), []
    begin = NOW - 4.6 * 3600
    said = [e for e in stories.facts(world, script, begin, NOW) if type(e.data) in TABLE_OF]
    for emission in [*said, *patrol.positions(world, script, NOW - 30, NOW)]:
        table = TABLE_OF[type(emission.data)][0]
        noted = entry(emission.data, emission.type.split(".")[3], emission.at)
        seen = Event(
            id=noted.event, source=emission.source, type=emission.type, subject=emission.data.id, time=emission.at,
            seen=emission.at, data=emission.data,
        )  # fmt: skip
        held.apply(keep(table)(held, seen))
        past.append(noted)
    return held, past, PEOPLE[DUTY]


def test_a_whole_story_prints_with_the_nine_tasks_of_its_list(gang: tuple[Picture, list[HistoryEntry], Actor]) -> None:
    held, past, by = gang
    press = printer(held, Past(past), centres={c.name: c.title for c in centres.discover()})
    found = [row.fact for row in held.rows("operations").values() if isinstance(row.fact, Operation)]
    operation = next(op for op in found if op.title.zh == "净数集群作战")
    body = "".join(pages(press.sheet("task_list", by, operation=operation.id).body))
    facts = [row.fact for row in held.rows("tasks").values()]
    tasks = [fact for fact in facts if isinstance(fact, Task) and fact.operation == operation.id]
    assert len(tasks) == 9
    for task in tasks:
        assert body.count(bare(task.id)) == 1
        for text in (task.title, task.assignee, LABELS["task_state"][task.state], task.result):
            assert text is None or (bare(text.zh) in body and bare(text.en) in body)
    log = "".join(pages(press.sheet("activity_log", by, operation=operation.id).body))
    for words in ("涉嫌侵犯公民个人信息", "Suspected offence against personal data", operation.clue or "?"):
        assert bare(words) in log
    briefing = "".join(pages(press.sheet("briefing", by, operation=operation.id).body))
    assert bare("疑似贩卖公民信息 Suspected trade in personal data") in briefing
    assert bare("没有位置数据") not in briefing


def test_what_a_call_is_titled_reaches_no_sheet(gang: tuple[Picture, list[HistoryEntry], Actor]) -> None:
    held, past, _ = gang
    known = Known(labels=LABELS)
    calls = [row.fact for row in held.rows("incidents").values() if isinstance(row.fact, Incident) and row.fact.title]
    assert len(calls) >= 4
    for call in calls:
        case = take(held, incident=call.id)
        top = stamp(case)
        said = msgspec.json.encode(
            [
                gather.task_list(case, top, known),
                gather.activity_log(case, top, known, Past(past).all),
                gather.briefing(case, top, known, Past(past).all),
                gather.planning_sheet(case, top, known),
            ]
        ).decode()
        assert call.title is not None
        assert call.title.zh not in said
        assert call.title.en not in said
