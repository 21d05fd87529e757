"""A centre's side of the road on its own page, in a real Chromium on a real hub: sign for, return, tasks, results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.browser.centre_keys import item, opened
from tests.browser.duty import history, order, road, tasks_for
from tests.running import Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("centre-work")
    with hub("demo", "--data", folder / "data", folder=folder) as process:
        process.ready()
        yield process


@pytest.fixture(scope="module")
def centres(server: Process) -> list[str]:
    return [centre["name"] for centre in server.get("/api/v1/spec")["centres"]]


def clue(server: Process, centre: str, words: str, sender: str) -> str:
    """A clue that was transferred to a centre."""
    key = f"K-{uuid4().hex[:6]}"
    order(server, "clue.report", {"id": key, "words": {"zh": words, "en": words}}, actor=f"lead-{sender}")
    order(server, "clue.triage", {"id": key, "priority": 2})
    order(server, "clue.transfer", {"id": key, "to": centre, "words": "请研判"})
    return key


def test_a_clue_is_reported_signed_for_and_fed_back(server: Process, browser: Browser, centres: list[str]) -> None:
    first, second = centres[0], centres[1]
    words = f"试验线索 {uuid4().hex[:4]}"
    with opened(browser, server, first) as page:
        page.page.locator("#work-new").click()
        page.page.locator(".work-report textarea").first.fill(words)
        page.page.keyboard.press("Control+Enter")
        page.until("[...hub.table('clues').values()].some(row => row.title.zh === x)", words)
        key = page.ask("[...hub.table('clues').values()].find(row => row.title.zh === x).id", words)
        assert page.complaints == []
    order(server, "clue.triage", {"id": key, "priority": 2})
    order(server, "clue.transfer", {"id": key, "to": second})
    with opened(browser, server, second) as page:
        item(page, words).locator("[data-command='clue.sign']").click()
        page.until("hub.table('clues').get(x).owner === document.getElementById('centre').dataset.centre", key)
        item(page, words).locator("[data-command='clue.feedback']").click()
        item(page, words).locator("textarea").fill("已核实")
        item(page, words).locator(".w-number").nth(5).fill("12")
        page.page.keyboard.press("Control+Enter")
        page.until("hub.table('clues').get(x).state === 'feedback'", key)
        assert page.complaints == []
    assert road(server, "clues", key) == ["reported", "triaged", "transferred", "signed", "fed_back"]
    last = history(server, "clues", key)[-1]["data"]
    assert [hop["actor"] for hop in last["hops"][3:]] == [f"lead-{second}"] * 2
    assert [(tally["title"]["en"], tally["value"]) for tally in last["results"]] == [("Records checked", 12)]


def test_a_return_needs_a_cause_of_the_list(server: Process, browser: Browser, centres: list[str]) -> None:
    words = f"退回试验 {uuid4().hex[:4]}"
    key = clue(server, centres[2], words, centres[3])
    with opened(browser, server, centres[2], lang="en") as page:
        row = item(page, words)
        row.locator("[data-command='clue.return']").click()
        row.locator("[data-send]").click()
        assert page.ask("hub.table('clues').get(x).state", key) == "transferred", "nothing goes without a cause"
        causes = row.locator("select option").evaluate_all("nodes => nodes.map(node => node.value).filter(Boolean)")
        assert causes == list(server.get("/api/v1/road")["returns"])
        row.locator("select").select_option("incomplete")
        row.locator("textarea").fill("no account number")
        row.locator("[data-send]").click()
        page.until("hub.table('clues').get(x).state === 'returned'", key)
        page.until("![...document.querySelectorAll('.w-item')].some(node => node.innerText.includes(x))", words)
    assert "no account number" in history(server, "clues", key)[-1]["data"]["reason"]["en"]


def test_tasks_are_accepted_refused_and_finished(server: Process, browser: Browser, centres: list[str]) -> None:
    centre = centres[4]
    one, two = tasks_for(server, centre, 2)
    with opened(browser, server, centre) as page:
        page.until("['T', ...x].slice(1).every(key => hub.table('tasks').has(key))", [one, two])
        row = item(page, "任务第 1 项")
        row.locator("[data-command='task.accept']").click()
        page.until("hub.table('tasks').get(x).state === 'accepted'", one)
        row.locator("[data-progress='0.5']").click()
        page.until("hub.table('tasks').get(x).progress === 0.5", one)
        assert row.locator("[data-progress='0.25']").is_disabled()
        row.locator("[data-command='task.finish']").click()
        row.locator("textarea").fill("已完成")
        page.page.keyboard.press("Control+Enter")
        page.until("hub.table('tasks').get(x).state === 'done'", one)
        other = item(page, "任务第 2 项")
        other.locator("[data-command='task.refuse']").click()
        other.locator("select").select_option("no_asset")
        page.page.keyboard.press("Control+Enter")
        page.until("hub.table('tasks').get(x).state === 'refused'", two)
        assert page.complaints == []
    assert road(server, "tasks", one) == ["issued", "accepted", "progressed", "done"]
    assert history(server, "tasks", two)[-1]["data"]["refusal"] == "no_asset"


def test_a_diverted_call_is_signed_for_and_closed(server: Process, browser: Browser, centres: list[str]) -> None:
    key, place = f"I-{uuid4().hex[:6]}", f"试验路 {uuid4().hex[:4]} 号"
    order(server, "incident.report", {"id": key, "kind": "noise", "place": place})
    order(server, "incident.divert", {"id": key})
    with opened(browser, server, centres[5]) as page:
        row = item(page, place)
        row.locator("[data-command='incident.sign']").click()
        row.locator("[data-send]").click()
        page.until("hub.table('incidents').get(x).owner === document.getElementById('centre').dataset.centre", key)
        row.locator("[data-command='incident.close']").click()
        row.locator("select").select_option("settled")
        row.locator("[data-send]").click()
        page.until("!hub.table('incidents').has(x) || hub.table('incidents').get(x).state === 'closed'", key)
    assert history(server, "incidents", key)[-1]["data"]["state"] == "closed"


def test_only_the_centre_s_lead_acts_and_the_switch_makes_one(
    server: Process, browser: Browser, centres: list[str]
) -> None:
    words = f"切换试验 {uuid4().hex[:4]}"
    key = clue(server, centres[1], words, centres[0])
    with opened(browser, server, centres[1], lead=False) as page:
        sign = item(page, words).locator("[data-command='clue.sign']")
        assert sign.is_disabled()
        assert "无权" in str(sign.get_attribute("title"))
        page.page.locator(".acting-select").select_option(f"lead-{centres[0]}")
        page.until("hub.acting.centre === x", centres[0])
        page.until("document.querySelector('[data-command=\"clue.sign\"]').title.includes('本中心负责人')")
        assert sign.is_disabled()
        page.page.locator("#work-lead button").click()
        page.until("hub.acting.centre === x", centres[1])
        sign.click()
        page.until("hub.table('clues').get(x).state === 'signed'", key)
        page.page.reload()
        page.until("window.hub?.acting?.centre === x", centres[1])


def test_a_refused_order_says_why_where_the_button_is_and_keeps_the_words(
    server: Process, browser: Browser, centres: list[str]
) -> None:
    words = f"人员号码试验 {uuid4().hex[:4]}"
    key = clue(server, centres[2], words, centres[0])
    with opened(browser, server, centres[2]) as page:
        row = item(page, words)
        row.locator("[data-command='clue.return']").click()
        row.locator("select").select_option("unfounded")
        row.locator("textarea").fill("机主 13800138000")
        page.page.keyboard.press("Control+Enter")
        row.locator(".w-said", has_text="个人信息").wait_for()
        assert row.locator("textarea").input_value() == "机主 13800138000"
        page.page.reload()
        page.until("window.hub?.road && hub.acting && document.querySelector('.w-item')")
        row.locator("[data-command='clue.return']").click()
        assert row.locator("textarea").input_value() == "机主 13800138000", "also over a reload"
    assert history(server, "clues", key)[-1]["data"]["state"] == "transferred"
