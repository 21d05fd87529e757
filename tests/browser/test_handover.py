"""A shift handed over at the desk in Chromium, against a real hub; and lateness as every screen shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.browser.pages import Watched, opened
from tests.running import Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("handover")
    with hub("demo", "--data", folder / "data", "--decisions", "people", folder=folder) as process:
        process.ready()
        yield process


def give(demo: Process, type: str, data: dict[str, Any], actor: str = "duty-1") -> None:
    body = json.dumps({"type": type, "data": data}).encode()
    request = Request(f"{demo.url}/api/v1/commands", body, {"hub-actor": actor, "content-type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        assert json.load(answer)["accepted"]


def clue(demo: Process, key: str, **triage: Any) -> None:
    give(demo, "clue.report", {"id": key, "words": {"zh": "试点线索", "en": "Trial clue"}, "priority": 2})
    give(demo, "clue.triage", {"id": key, "priority": 1, **triage})


def text(page: Watched, selector: str) -> str:
    got: str = page.ask("document.querySelector(x)?.innerText.replace(/\\s+/g, ' ').trim() ?? ''", selector)
    return got


def acting(page: Watched, account: str) -> None:
    page.ask("hub.actAs(x)", account)
    page.until("hub.acting?.id === x", account)


def list_is_there(page: Watched) -> None:
    page.until("document.querySelector('.handover .handover-code') && document.querySelector('.handover-line')")


def test_one_goes_and_signs_the_other_compares_and_signs(browser: Browser, demo: Process) -> None:
    clue(demo, "K-HAND")
    give(demo, "operation.start", {"id": "O-HAND", "words": {"zh": "试点作战", "en": "Trial operation"}})
    with opened(browser, f"{demo.url}/desk?lang=en") as page:
        page.until("hub.road && hub.acting && document.getElementById('desk-handover')")
        acting(page, "duty-1")
        page.page.wait_for_timeout(4000)  # what was decided just now is settled
        page.page.keyboard.press("h")
        list_is_there(page)
        line = "[...document.querySelectorAll('.handover-line')].find(n => n.innerText.includes('K-HAND'))"
        said = page.ask(f"{line}.innerText.replace(/\\s+/g, ' ')")
        assert "Trial clue" in said
        assert "new → reported → triaged" in said
        assert "Duty officer 1" in said
        assert "left" in said
        assert page.ask(f"{line}.querySelector('.mark').dataset.priority") == "1"
        operation = "[...document.querySelectorAll('.handover-line')].find(n => n.innerText.includes('O-HAND'))"
        assert not page.ask(f"{operation}.querySelector('.mark')"), "an operation has no grade that could be shown"
        page.until("!document.querySelector('.handover-sign').disabled")
        page.page.keyboard.press("Control+Enter")
        page.until("[...hub.table('handovers').values()].some(row => row.state === 'offered')")
        page.until("document.querySelector('.handover-said')?.innerText.includes('signed')")
        page.page.keyboard.press("h")
        page.until("!document.querySelector('.handover').open")

        acting(page, "duty-2")
        page.page.keyboard.press("h")
        page.until("document.querySelector('.chip.is-offer[aria-pressed=true]')")
        page.until("document.querySelector('.handover-signed')?.innerText.includes('the same list')")
        codes = page.ask("[...document.querySelectorAll('.handover-code code')].map(n => n.innerText)")
        row = page.ask("[...hub.table('handovers').values()][0]")
        assert row["digest"].startswith(codes[0])
        assert codes[0] == codes[-1], "its own list and the one that was signed"
        anchor = demo.get(f"/api/v1/changes?since={quote(row['since'])}&until={quote(row['until'])}")["anchor"]
        assert anchor["code"] in codes, "the audit's code stands on the sheet"
        page.page.click(".handover-sign")
        page.until("[...hub.table('handovers').values()][0].state === 'signed'")
        row = page.ask("[...hub.table('handovers').values()][0]")
        assert (row["out_by"], row["in_by"]) == ("duty-1", "duty-2")
        page.page.keyboard.press("Escape")

        acting(page, "duty-1")
        page.page.keyboard.press("h")
        page.until(
            "[...document.querySelectorAll('.handover .chip')].some(n => n.innerText.includes('my last sign-off'))"
        )
        assert page.complaints == []
    again = demo.get(f"/api/v1/changes?since={quote(row['since'])}&until={quote(row['until'])}")
    assert again["digest"] == row["digest"], "the window says the same later"


def test_a_list_that_differs_cannot_be_signed(browser: Browser, demo: Process) -> None:
    now = demo.get("/healthz")["now"]
    since = demo.get(f"/api/v1/changes?since={quote(now)}&until={quote(now)}")["since"]
    wrong = {"id": "H-WRONG", "since": "2026-01-01T00:00:00Z", "until": since, "digest": "0" * 32, "lines": 0}
    with opened(browser, f"{demo.url}/desk?lang=en") as page:
        page.until("hub.road && hub.acting")
        acting(page, "duty-2")
        recent = page.ask("new Date(hub.now() - 60000).toISOString()")
        give(demo, "handover.offer", {**wrong, "since": recent})
        page.until("hub.table('handovers').has('H-WRONG')")
        page.page.keyboard.press("h")
        page.until("document.querySelector('.handover-signed')?.innerText.includes('not the same list')")
        assert page.ask("document.querySelector('.handover-sign').disabled")
        assert "differ" in text(page, ".handover-why")


def test_minor_facts_are_folded_and_counted(browser: Browser, demo: Process) -> None:
    with opened(browser, f"{demo.url}/desk?lang=zh") as page:
        page.until("hub.road && hub.acting && document.getElementById('desk-handover')")
        page.page.click("#desk-handover")
        list_is_there(page)
        since = page.ask("document.querySelectorAll('.handover-tools > .chip').length")
        page.page.keyboard.press(str(since))  # the shift before: the longest there is
        list_is_there(page)
        assert "未改变状态" in text(page, ".handover-minor > summary")
        page.page.click(".handover-minor > summary")
        page.until("document.querySelectorAll('.handover-minor-line').length > 5")
        assert page.ask(
            "[...document.querySelectorAll('.handover-line .handover-title')].every(a => a.getAttribute('href'))"
        )
        assert page.ask("[...document.querySelectorAll('.handover-minor-line a')].every(a => a.getAttribute('href'))")
        assert page.complaints == []


def test_what_is_late_is_said_in_words_and_shape_on_wall_and_centre_page(
    browser: Browser, demo: Process, tmp_path: Path
) -> None:
    clue(demo, "K-LATE")
    with opened(browser, f"{demo.url}/wall/main?lang=en") as page:
        soon = page.ask("new Date(hub.now() + 25000).toISOString()")
        give(demo, "clue.transfer", {"id": "K-LATE", "to": page.ask("hub.spec.centres[0].name"), "due_at": soon})
        page.until("hub.table('clues').get('K-LATE')?.clock")
        page.until("hub.rowClock(hub.table('clues').get('K-LATE')).look === 'warn'")
        page.until("hub.rowClock(hub.table('clues').get('K-LATE')).look === 'late'")
        page.until("[...document.querySelectorAll('#road-steps .step')].some(n => /\\d+ late/.test(n.innerText))")
        give(demo, "clue.chase", {"id": "K-LATE"})
        page.until("/\\d+ chased/.test(document.getElementById('road-side').innerText)")
        assert page.ask("hub.rowClock(hub.table('clues').get('K-LATE')).look") == "on_time"
        assert page.ask("hub.chaseWords(hub.table('clues').get('K-LATE')).en") == "chased"
        assert page.complaints == []


def test_a_task_shows_its_clock_on_the_board(browser: Browser, demo: Process) -> None:
    clue(demo, "K-TASK")
    with opened(browser, f"{demo.url}/wall/main?lang=en", 2560, 1440) as page:
        page.until("hub.spec?.clocks?.warn")
        centre = page.ask("hub.spec.centres[0].name")
        words = {"zh": "试点行动", "en": "Trial"}
        give(demo, "operation.start", {"id": "O-TASK", "words": words, "clue": "K-TASK", "centres": [centre]})
        due = page.ask("new Date(hub.now() + 25000).toISOString()")
        task = {"id": "T-LATE", "words": words, "assignee": {"zh": "试点组", "en": "Trial team"}, "due_at": due}
        give(demo, "list.issue", {"id": "O-TASK", "tasks": [task]})
        give(demo, "task.chase", {"id": "T-LATE"})
        card = "[...document.querySelectorAll('.card')].find(n => n.innerText.includes('Trial team'))"
        page.until(f"{card}?.innerText.includes('left') && {card}.innerText.includes('chased')")
        page.until(f"{card}?.querySelector('[data-clock=warn]')?.innerText.includes('due in')")
        page.until(f"{card}?.querySelector('[data-clock=late]')?.innerText.includes('late')")
        shapes = page.ask(f"getComputedStyle({card}.querySelector('.clock-shape')).borderRadius")
        assert shapes == "0px", "square, not a ring: another shape, not only another colour"


@pytest.mark.parametrize("tab", ["casework/casework_cases", "basic/basic_disputes"])
def test_the_centres_own_limits_look_the_same(browser: Browser, demo: Process, tab: str) -> None:
    name, _, table = tab.partition("/")
    with opened(browser, f"{demo.url}/centre/{name}?tab={table}&lang=en") as page:
        page.until("document.querySelectorAll('.due-cell').length > 2")
        said = page.ask("[...document.querySelectorAll('.due-cell')].map(n => n.dataset.clock + ' ' + n.innerText)")
        looks = {line.split()[0] for line in said}
        assert looks <= {"on_time", "warn", "late", "done", "missed", "none"}
        assert looks & {"on_time", "warn", "late"}
        for line in said:
            look, _, words = line.partition(" ")
            known = {
                "on_time": "left",
                "warn": "due in",
                "late": "late",
                "done": "in time",
                "missed": "late",
                "none": "—",
            }
            assert known[look] in words
        assert page.complaints == []
