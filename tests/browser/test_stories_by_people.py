"""The six stories with every decision a person's, each at the page of their role, in a real Chromium over a real demo.

The script says what callers, sensors and centres report; the duty officer has the desk and its keys, leads have their
centre's page, crews a telephone, the commander looks at the wall. Nothing is given by another door than the pages.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import centre_keys, field_taps
from tests.browser.desk_keys import FORM, begin, find, form, press, send
from tests.browser.duty import history
from tests.browser.pages import Watched, opened
from tests.running import ROOT, Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SPEED = 12
STORY_S = 180.0
"""Within this time every story's first word is said at that speed."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Process]:
    args = ("--data", data, "--decisions", "people", "--speed", str(SPEED))
    with hub("demo", *args, folder=data.parent) as process:
        process.ready()
        yield process


def rows(server: Process, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get(f"/api/v1/rows/{table}")
    return found


def row(server: Process, table: str, key: str) -> dict[str, Any]:
    return next(each for each in rows(server, table) if each["id"] == key)


def told(server: Process, table: str, letter: str) -> str:
    """The id of a story's call or clue once the script has said it."""
    end = time.monotonic() + STORY_S
    while time.monotonic() < end:
        for each in rows(server, table):
            if re.fullmatch(rf"[IK]-\d{{4}}[A-Z]-{letter}", each["id"]):
                return str(each["id"])
        time.sleep(0.5)
    raise AssertionError(f"no {table} of story {letter} within {STORY_S} s")


def tasks_of(server: Process, operation: str) -> list[dict[str, Any]]:
    return [each for each in rows(server, "tasks") if each["operation"] == operation]


# --- the duty officer


@pytest.fixture(scope="module")
def desk(server: Process, browser: Browser) -> Iterator[Watched]:
    """The officer's desk: one page for the whole shift."""
    with opened(browser, f"{server.url}/desk?lang=both") as page:
        yield page


def act(desk: Watched, key: str, command: str, *keys: str) -> None:
    """Open a form by its key, press those keys in it, send it."""
    form(desk, key, command)
    press(desk, *keys)
    send(desk)


def triage(desk: Watched, grade: int) -> None:
    act(desk, "g", "clue.triage", str(grade))
    desk.until("hub.desk.row().state === 'triaged' && hub.desk.row().priority === x", grade)


def transfer(desk: Watched, server: Process, to: str, why: str, due: str = "") -> None:
    names = [centre["name"] for centre in server.get("/api/v1/spec")["centres"]]
    form(desk, "t", "clue.transfer")
    desk.page.keyboard.type(str(names.index(to) + 1))
    press(desk, "Tab")
    desk.page.keyboard.type(why)
    if due:
        press(desk, "Tab", "Control+a")
        desk.page.keyboard.type(due)
    send(desk)
    desk.until("hub.desk.row().state === 'transferred' && hub.desk.row().to === x", to)


def dispatch(desk: Watched, server: Process) -> None:
    """Send who is proposed for the open call; where enough are on it, the form says so and one more is typed."""
    form(desk, "u", "incident.dispatch")
    sent = desk.ask(f"[...{FORM}.querySelectorAll('.f-many input:checked')].map(i => i.value)")
    if not sent:
        assert "已派足" in desk.ask(f"{FORM}.innerText")
        more = next(
            each
            for each in rows(server, "units")
            if each["kind"] == "motorcycle" and each["status"] == "available" and each["position"]
        )
        desk.page.keyboard.type(more["call_sign"])
        press(desk, "Enter")
        sent = [more["id"]]
    send(desk)
    desk.until("x.every(key => hub.desk.row().units?.includes(key))", sent)


def close(desk: Watched, key: str, table: str, cause: str) -> None:
    """Close an item with a reason of the list, by the number before it."""
    find(desk, key, table)
    number = 1 + list(desk.ask("Object.keys(hub.road.closings)")).index(cause)
    act(desk, "x", f"{table.removesuffix('s')}.close", str(number))
    desk.until("!hub.table(x[0]).has(x[1]) || hub.table(x[0]).get(x[1]).state === 'closed'", [table, key])


def issue(desk: Watched, server: Process, operation: str, lines: int) -> list[dict[str, Any]]:
    """Take the units that are proposed for the lines of the template and issue the list; the tasks that came of it."""
    desk.until("hub.desk.draft.filled().length === x", lines)
    press(desk, "Alt+e")
    desk.until("hub.desk.draft.filled().every(l => l.choice || l.short || !(l.units?.length || l.drone))")
    desk.until("!/正在推荐/.test(document.getElementById('desk-list-act').innerText)")
    if desk.ask("hub.desk.draft.filled().some(l => l.choice && l.who?.id !== l.choice.id)"):
        press(desk, "Alt+e")
        desk.until("hub.desk.draft.filled().every(l => !l.choice || l.who?.id === l.choice.id)")
    press(desk, "Control+Enter")
    desk.until("(hub.table('operations').get(x[0])?.tasks ?? []).length === x[1]", [operation, lines])
    return tasks_of(server, operation)


def end(desk: Watched, operation: str) -> None:
    """Close the operation with the counts of its tasks as they stand in the form."""
    press(desk, "Escape", "f")
    desk.until("document.querySelector('#desk-list-act form')?.dataset.command === 'operation.close'")
    press(desk, "Control+Enter")
    desk.until("hub.table('operations').get(x)?.state === 'closed'", operation)


# --- leads and crews


def lead_does(
    browser: Browser, server: Process, centre: str, *titles: str, counts: dict[str, int] | None = None
) -> None:
    """A lead accepts and finishes tasks on the centre's page; the counts are those of the last one."""
    with centre_keys.opened(browser, server, centre) as page:
        for title in titles:
            one = page.page.locator(".w-item", has=page.page.locator(".w-title", has_text=title))
            one.locator("[data-command='task.accept']").click()
            one.locator("[data-command='task.finish']").click()
            one.locator("textarea").fill("已办结")
            for name, value in (counts or {}).items() if title == titles[-1] else ():
                one.locator(".w-count", has_text=name).locator("input").fill(str(value))
            page.page.keyboard.press("Control+Enter")
            one.wait_for(state="detached")
        assert page.complaints == []


@contextmanager
def crew(browser: Browser, server: Process, unit: str) -> Iterator[Watched]:
    """The telephone of a unit, or of a drone's crew."""
    # without the worker that keeps the page on the device: it loads every file a second time
    with field_taps.phone(browser, **field_taps.PHONE, service_workers="block") as context:
        yield field_taps.opened(context, f"{server.url}/field?unit={unit}&lang=zh")


def crew_does(
    browser: Browser, server: Process, task: dict[str, Any], words: str, counts: dict[str, int] | None = None
) -> None:
    """A crew opens its task, accepts, begins and finishes it."""
    key = task["id"]
    with crew(browser, server, task["assignee_id"]) as page:
        page.until("hub.table('tasks').has(x)", key)
        field_taps.at(page, "task", key)
        field_taps.press(page, "task.accept")
        field_taps.press(page, "task.execute")
        field_taps.press(page, "task.finish")
        page.page.locator("textarea").fill(words)
        for name, value in (counts or {}).items():
            page.page.locator(".f-counter", has_text=name).locator("input").fill(str(value))
        field_taps.tap(page, ".f-send")
        page.until("hub.table('tasks').get(x).state === 'done'", key)
        assert page.complaints == []


def lead_signs(browser: Browser, server: Process, centre: str, key: str) -> None:
    """A lead signs for a clue that was transferred to the centre."""
    title = row(server, "clues", key)["title"]["zh"]
    with centre_keys.opened(browser, server, centre) as page:
        centre_keys.item(page, title).locator("[data-command='clue.sign']").click()
        page.until("hub.table('clues').get(x).owner === document.getElementById('centre').dataset.centre", key)


# --- the commander


@contextmanager
def wall(browser: Browser, server: Process) -> Iterator[Watched]:
    with opened(browser, f"{server.url}/wall/main?lang=zh") as page:
        yield page


def on_board(page: Watched, *words: str) -> None:
    """Until all of that stands on the wall's task board."""
    page.until("x.every(w => document.getElementById('board-list').innerText.includes(w))", list(words))


# --- what must hold at the end of a story


def tallies(fact: dict[str, Any]) -> dict[str, float]:
    return {tally["title"]["zh"]: tally["value"] for tally in fact["results"]}


def over(server: Process, operation: str, results: dict[str, int], clues: tuple[str, ...] = ()) -> None:
    """The operation is closed with those results, its tasks have ended, its clues carry the same results, and every hop
    says who.
    """
    closed = row(server, "operations", operation)
    assert (closed["state"], tallies(closed)) == ("closed", results)
    ends = server.get("/api/v1/road")["machines"]["tasks"]["ends"]
    for task in tasks_of(server, operation):
        assert task["state"] in ends, task
        assert all(hop["actor"] for hop in history(server, "tasks", task["id"])[-1]["data"]["hops"])
    assert all(hop["actor"] for hop in history(server, "operations", operation)[-1]["data"]["hops"])
    for key in clues:
        walked(server, key)
        clue = row(server, "clues", key)
        assert (clue["state"], clue["operation"], tallies(clue)) == ("closed", operation, results)


def walked(server: Process, key: str) -> list[str]:
    """The verbs of a clue's road; whoever reported it, all that became of it was a person's."""
    hops = history(server, "clues", key)[-1]["data"]["hops"]
    assert all(hop["actor"] for hop in hops[1:]), hops
    return [hop["verb"] for hop in hops]


# In time the script goes its own way with a call nobody has touched: hence the order of the first three.


def test_unpaid_wages_the_call(server: Process, browser: Browser) -> None:
    call = told(server, "incidents", "W")
    server.until(lambda _: bool(row(server, "incidents", call)["units"]))
    unit = row(server, "incidents", call)["units"][0]
    title = row(server, "incidents", call)["title"]["zh"]
    with crew(browser, server, unit) as page:
        page.until("hub.table('incidents').has(x)", call)
        field_taps.at(page, "call", call)
        field_taps.press(page, "incident.divert")
        page.page.locator("textarea").fill("劳资纠纷，现场平稳")
        field_taps.tap(page, ".f-send")
        page.until("hub.table('incidents').get(x).state === 'diverted'", call)
        assert page.complaints == []
    with centre_keys.opened(browser, server, "supervision") as page:
        one = page.page.locator(".w-item", has=page.page.locator(".w-title", has_text=title))
        one.locator("[data-command='incident.sign']").click()
        one.locator("[data-send]").click()
        one.locator("[data-command='incident.close']").click()
        one.locator("select").select_option("settled")
        one.locator("[data-send]").click()
        one.wait_for(state="detached")
        assert page.complaints == []
    hops = history(server, "incidents", call)[-1]["data"]["hops"]
    assert [(hop["verb"], hop["actor"]) for hop in hops] == [
        ("diverted", f"unit-{unit}"),
        ("signed", "lead-supervision"),
        ("closed", "lead-supervision"),
    ]
    assert row(server, "incidents", call)["reason"]["zh"] == "当事各方达成一致"


def test_rooftop_rescue(server: Process, browser: Browser, desk: Watched) -> None:
    call = told(server, "incidents", "R")
    find(desk, call, "incidents")
    dispatch(desk, server)
    operation = begin(desk, None, tick=(1,))
    tasks = issue(desk, server, operation, 7)
    crews = [task for task in tasks if task["assignee_id"]]
    assert len(crews) >= 3
    for task in crews:
        safe = {"救助人员": 2} if task is crews[0] else None
        crew_does(browser, server, task, "两人平安" if safe else "已就位并完成", safe)
    lead_does(browser, server, "basic", *(task["title"]["zh"] for task in tasks if not task["assignee_id"]))
    number, title = row(server, "operations", operation)["number"], row(server, "incidents", call)["title"]["zh"]
    with wall(browser, server) as page:
        on_board(page, number, "高处救援", "7 项任务")
        end(desk, operation)
        close(desk, call, "incidents", "done")
        on_board(page, "最近", number, "救助人员 2人")
        page.until("!document.getElementById('incidents-list').innerText.includes(x)", title)
        assert page.complaints == []
    over(server, operation, {"救助人员": 2})
    hops = history(server, "incidents", call)[-1]["data"]["hops"]
    assert [hop["actor"] for hop in hops] == ["duty-1"] * 3, "sent, operation, closed"


def test_four_lanes_closed(server: Process, browser: Browser, desk: Watched) -> None:
    call = told(server, "incidents", "L")
    find(desk, call, "incidents")
    operation = begin(desk, None, tick=(1,))
    tasks = issue(desk, server, operation, 6)
    hailer = next(task for task in tasks if task["title"]["zh"] == "无人机喊话引导")
    assert hailer["assignee_id"].startswith("D-")
    refused, *others = [task for task in tasks if task["assignee_id"] and task is not hailer]
    with crew(browser, server, refused["assignee_id"]) as page:
        page.until("hub.table('tasks').has(x)", refused["id"])
        field_taps.at(page, "task", refused["id"])
        field_taps.press(page, "task.refuse")
        field_taps.tap(page, "[data-cause='no_asset']")
        field_taps.tap(page, ".f-send")
        page.until("hub.table('tasks').get(x).state === 'refused'", refused["id"])
    busy = {task["assignee_id"] for task in tasks}
    other = next(
        each
        for each in rows(server, "units")
        if each["status"] == "available" and each["position"] and each["id"] not in busy
    )
    desk.until("hub.table('tasks').get(x).state === 'refused'", refused["id"])
    press(desk, "Escape", "3")  # on the line that was refused, by the arrows
    at = [task["id"] for task in desk.ask("hub.desk.list.rows.map(r => ({id: r.id}))")].index(refused["id"])
    press(desk, *["ArrowUp"] * 10, *["ArrowDown"] * at, "a")
    desk.until("document.querySelector('#desk-list-act form')?.dataset.command === 'task.reassign'")
    desk.page.keyboard.type(other["call_sign"])
    press(desk, "Enter", "Control+Enter")
    desk.until("(hub.table('operations').get(x)?.tasks ?? []).length === 7", operation)
    again = next(task for task in tasks_of(server, operation) if task["instead_of"] == refused["id"])
    assert again["assignee_id"] == other["id"]
    crew_does(browser, server, hailer, "喊话三轮，车流恢复")
    for task in (again, *others):
        crew_does(browser, server, task, "车道已恢复", {"排查点位": 4} if task is again else None)
    lead_does(browser, server, "basic", *(task["title"]["zh"] for task in tasks if not task["assignee_id"]))
    with wall(browser, server) as page:
        number = row(server, "operations", operation)["number"]
        on_board(page, number, "已拒绝", "7 项任务")
        end(desk, operation)
        close(desk, call, "incidents", "done")
        on_board(page, "最近", number, "排查点位 4处")
    over(server, operation, {"排查点位": 4})
    assert row(server, "tasks", refused["id"])["refusal"] == "no_asset"


def test_missing_father(server: Process, browser: Browser, desk: Watched) -> None:
    call = told(server, "incidents", "M")
    find(desk, call, "incidents")
    dispatch(desk, server)
    operation = begin(desk, None, tick=(1,))
    tasks = issue(desk, server, operation, 7)
    sectors = [task for task in tasks if task["area"]]
    assert len(sectors) == 4
    assert all(task["area"][0] == task["area"][-1] for task in sectors)
    assert any(task["assignee_id"] and task["assignee_id"].startswith("D-") for task in tasks)
    clues = []
    for centre, words in (("basic", "桥下有老人独坐"), ("protective", "公园北门有人问路")):
        with centre_keys.opened(browser, server, centre) as page:
            page.page.locator("#work-new").click()
            page.page.locator(".work-report textarea").first.fill(words)
            page.page.keyboard.press("Control+Enter")
            page.until("[...hub.table('clues').values()].some(r => r.title.zh === x)", words)
            clues.append(page.ask("[...hub.table('clues').values()].find(r => r.title.zh === x).id", words))
            assert page.complaints == []
    number = row(server, "operations", operation)["number"]
    for clue in clues:
        find(desk, clue)
        triage(desk, 2)
        form(desk, "j", "operation.join")
        desk.page.keyboard.type(number)
        press(desk, "Enter")
        send(desk)
        desk.until("hub.desk.row().state === 'operation' && hub.desk.row().operation === x", operation)
    one, *_, last = [task for task in tasks if task["assignee_id"]]
    crew_does(browser, server, one, "本片区搜寻完毕")
    crew_does(browser, server, last, "已找到，平安", {"救助人员": 1})  # what is still open ends with the operation
    find(desk, call, "incidents")
    with wall(browser, server) as page:
        on_board(page, number, "走失人员搜寻")
        end(desk, operation)
        close(desk, call, "incidents", "done")
        on_board(page, "最近", number, "救助人员 1人")
    for clue in clues:
        close(desk, clue, "clues", "done")
        assert walked(server, clue) == ["reported", "triaged", "linked", "fed_back", "closed"]
    over(server, operation, {"救助人员": 1}, tuple(clues))


def test_transfer_to_a_stranger(server: Process, browser: Browser, desk: Watched) -> None:
    clue = told(server, "clues", "F")
    find(desk, clue)
    triage(desk, 1)
    transfer(desk, server, "bigdata", "资金流向需研判", "+1m")
    desk.until("hub.desk.clock(hub.desk.row()).look === 'late'")
    desk.until("/超时/.test(document.getElementById('desk-open').innerText)")
    act(desk, "c", "clue.chase")
    desk.until("hub.desk.clock(hub.desk.row()).look !== 'late'")
    lead_signs(browser, server, "bigdata", clue)
    desk.until("hub.desk.row().state === 'signed'")
    operation = begin(desk, None)
    tasks = issue(desk, server, operation, 5)
    for task in tasks:
        if task["assignee_id"] and not task["centre"]:
            crew_does(browser, server, task, "已当面劝阻")
    own = {
        centre: [task["title"]["zh"] for task in tasks if task["centre"] == centre]
        for centre in ("criminal", "bigdata")
    }
    assert len(own["criminal"]) == 3
    lead_does(browser, server, "criminal", *own["criminal"], counts={"冻结资金": 186_000})
    lead_does(browser, server, "bigdata", *own["bigdata"])
    rest = [task["title"]["zh"] for task in tasks if not task["assignee_id"]]
    lead_does(browser, server, "criminal", *rest)
    number = row(server, "operations", operation)["number"]
    with wall(browser, server) as page:
        on_board(page, number, "紧急止付")
        end(desk, operation)
        on_board(page, "最近", number, "186,000")
    close(desk, clue, "clues", "done")
    over(server, operation, {"冻结资金": 186_000}, (clue,))
    road = ["reported", "triaged", "transferred", "chased", "signed", "linked", "fed_back", "closed"]
    assert walked(server, clue) == road


def test_data_trading_gang(server: Process, browser: Browser, desk: Watched) -> None:
    clue = told(server, "clues", "D")
    assert row(server, "clues", clue)["reviewed_by"], "a person has looked at what the model found"
    find(desk, clue)
    triage(desk, 2)
    transfer(desk, server, "criminal", "涉嫌侵犯公民个人信息")
    lead_signs(browser, server, "criminal", clue)
    desk.until("hub.desk.row().state === 'signed'")
    operation = begin(desk, None)
    tasks = issue(desk, server, operation, 9)
    assert len({task["group"]["zh"] for task in tasks}) == 4
    suspects = iter((38, 32))
    for task in tasks:
        if task["assignee_id"] and not task["centre"]:
            held = next(suspects, 0)
            crew_does(browser, server, task, "同步到位", {"控制嫌疑人": held} if held else None)
    by = {name: [task["title"]["zh"] for task in tasks if task["centre"] == name] for name in ("criminal", "bigdata")}
    rest = [task["title"]["zh"] for task in tasks if not task["assignee_id"]]
    lead_does(browser, server, "bigdata", *by["bigdata"], counts={"追回数据": 290_000})
    lead_does(browser, server, "criminal", *by["criminal"], *rest)
    number = row(server, "operations", operation)["number"]
    with wall(browser, server) as page:
        on_board(page, number, "净数集群作战", "9 项任务")
        end(desk, operation)
        on_board(page, "最近", number, "控制嫌疑人 70人", "追回数据 290,000条")
    close(desk, clue, "clues", "done")
    over(server, operation, {"控制嫌疑人": 70, "追回数据": 290_000}, (clue,))
    assert walked(server, clue) == ["reported", "triaged", "transferred", "signed", "linked", "fed_back", "closed"]


def test_unpaid_wages_the_clue(server: Process, browser: Browser, desk: Watched) -> None:
    clue = told(server, "clues", "W")
    find(desk, clue)
    triage(desk, 3)
    transfer(desk, server, "supervision", "欠薪须限期办结")
    with centre_keys.opened(browser, server, "supervision") as page:
        one = centre_keys.item(page, row(server, "clues", clue)["title"]["zh"])
        one.locator("[data-command='clue.sign']").click()
        one.locator("[data-command='clue.feedback']").click()
        one.locator("textarea").fill("工资已补发，回访满意")
        one.locator(".w-count", has_text="救助人员").locator("input").fill("38")
        page.page.keyboard.press("Control+Enter")
        page.until("hub.table('clues').get(x).state === 'feedback'", clue)
        assert page.complaints == []
    close(desk, clue, "clues", "settled")
    assert walked(server, clue) == ["reported", "triaged", "transferred", "signed", "fed_back", "closed"]
    last = row(server, "clues", clue)
    assert (last["state"], tallies(last), last["reason"]["zh"]) == ("closed", {"救助人员": 38}, "当事各方达成一致")


def test_afterwards_the_audit_is_whole(server: Process, data: Path, desk: Watched) -> None:
    assert desk.complaints == []
    said = subprocess.run(
        [sys.executable, "-m", "hub", "verify", "--data", str(data)],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
