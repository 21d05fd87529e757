"""The field page on a bad line: a real Chromium as a telephone, a real hub behind a line that is cut and hung."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.browser.duty import a_unit, give, history, order, road, state, tasks_for
from tests.browser.field_taps import PHONE, at, opened, phone, press, tap
from tests.browser.pages import Watched
from tests.proxy import Line
from tests.running import Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
NARROW: dict[str, Any] = {**PHONE, "viewport": {"width": 360, "height": 740}}
SENT = "hub.outbox.ready && hub.outbox.waiting.length === 0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("field")
    with hub("demo", "--data", folder / "data", folder=folder) as process:
        process.ready()
        yield process


@pytest.fixture
def unit(server: Process) -> str:
    return str(a_unit(server)["id"])


def kept(page: Watched) -> None:
    """Worker installed and everything it keeps there."""
    page.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.until("navigator.serviceWorker.controller !== null")


def test_a_task_goes_its_road_by_the_page(server: Process, browser: Browser, unit: str) -> None:
    (key,) = tasks_for(server, unit, 1)
    with phone(browser) as context:
        page = opened(context, f"{server.url}/field?unit={unit}&lang=zh")
        page.until("[...document.querySelectorAll('.f-card')].some(card => card.href.endsWith(x))", key)
        page.until("hub.table('tasks').get(x)?.state === 'delivered'", key)
        at(page, "task", key)
        page.until("hub.table('tasks').get(x).state === 'seen'", key)
        press(page, "task.accept")
        press(page, "task.execute")
        tap(page, "[data-progress='0.5']")
        press(page, "task.finish")
        page.page.locator("textarea").fill("已疏散，秩序恢复")
        tap(page, ".f-counter [aria-label^='加']")
        tap(page, ".f-send")
        page.until("hub.table('tasks').get(x).state === 'done'", key)
        assert page.complaints == []
    assert road(server, "tasks", key) == ["issued", "delivered", "seen", "accepted", "executing", "progressed", "done"]
    last = history(server, "tasks", key)[-1]["data"]
    assert last["result"]["zh"] == "已疏散，秩序恢复"
    assert [(tally["title"]["en"], tally["value"]) for tally in last["results"]] == [("People helped", 1)]
    assert {hop["actor"] for hop in last["hops"][1:]} == {f"unit-{unit}"}


def test_twenty_actions_on_a_line_that_drops_arrive_once_and_in_order(
    server: Process, browser: Browser, unit: str
) -> None:
    """Acceptance 9: cut, hung and mended at random, reloaded in the middle, opened while the server is away."""
    keys = tasks_for(server, unit, 4)
    chance = random.Random(9)
    posts: list[str] = []
    with Line(server.port) as line, phone(browser) as context:
        context.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        address = f"http://127.0.0.1:{line.port}/field?unit={unit}"
        page = opened(context, address)
        for key in keys:
            page.until("hub.table('tasks').get(x)?.state === 'delivered'", key)
        kept(page)
        done = 0

        def disturb() -> None:
            match chance.choice(("cut", "cut", "hang", "mend")):
                case "cut":
                    line.mend()
                    line.cut()
                case "hang":
                    line.mend()
                    line.hang()
                case _:
                    line.mend()
            page.page.wait_for_timeout(chance.choice((50, 300, 900)))

        for key in keys:
            at(page, "task", key)  # the first of five: seen
            for step in ("task.accept", "task.execute", "0.5", "task.finish"):
                disturb()
                if step == "task.finish":
                    press(page, step)
                    page.page.locator("textarea").fill("完成")
                    tap(page, ".f-send")
                else:
                    tap(page, f"[data-progress='{step}']" if step == "0.5" else f"[data-command='{step}']")
                done += 1
                if done == 6:  # reloaded while the line is cut: what waits is still there
                    line.mend()
                    line.cut()
                    page.page.wait_for_timeout(300)  # an answer that was under way is in
                    waiting = page.ask("hub.outbox.waiting.length")
                    assert waiting, "nothing waits while the line is cut"
                    page.page.reload()
                    page.until("window.hub?.outbox?.ready && hub.outbox.waiting.length === x", waiting)
                    page.page.locator(".f-detail").wait_for()
                if done == 11:  # closed, and opened anew while the server is away
                    line.mend()
                    line.cut()
                    page.until("hub.outbox.ready")
                    page.page.close()
                    page = opened(context, address, "hub.outbox.ready && hub.road")
                    assert not page.ask("hub.frames")
                    at(page, "task", key)
        line.mend()
        begin = time.monotonic()
        page.until(SENT, limit_ms=60_000)
        print(
            f"everything sent {time.monotonic() - begin:.1f} s after the line was whole, {len(posts)} requests for 24"
        )
        assert len(posts) > 24, "the line was too good: nothing had to be sent again"
        assert page.ask("hub.outbox.refused") == []
    wanted = ["issued", "delivered", "seen", "accepted", "executing", "progressed", "done"]
    for key in keys:
        assert road(server, "tasks", key) == wanted
        assert [fact["rev"] for fact in history(server, "tasks", key)] == list(range(1, 8)), "each happened once"
    hops = [hop for key in keys for hop in history(server, "tasks", key)[-1]["data"]["hops"][2:]]
    instants = [datetime.fromisoformat(hop["at"]) for hop in hops]
    assert len(instants) == 20
    assert instants == sorted(instants), "in the order in which they were done"


def test_what_is_done_without_a_line_says_that_it_was_not_sent(server: Process, browser: Browser, unit: str) -> None:
    (key,) = tasks_for(server, unit, 1)
    with Line(server.port) as line, phone(browser) as context:
        page = opened(context, f"http://127.0.0.1:{line.port}/field?unit={unit}&lang=en")
        page.until("hub.table('tasks').get(x)?.state === 'delivered'", key)
        line.cut()
        page.until("!hub.connected")
        at(page, "task", key)
        press(page, "task.accept")
        page.until("document.querySelector('.f-detail .f-state').innerText.includes('accepted')")
        page.until("document.querySelector('.f-detail .f-unsent').innerText.includes('not sent yet')")
        page.until("document.querySelector('#f-link').innerText.includes('queued 2')")
        assert state(server, "tasks", key) == "delivered"
        line.mend()
        page.until("hub.table('tasks').get(x)?.state === 'accepted'", key)
        page.until("document.querySelector('.f-detail .f-unsent').hidden")


def test_an_order_that_was_taken_back_meanwhile_is_told_with_its_reason(
    server: Process, browser: Browser, unit: str
) -> None:
    (key,) = tasks_for(server, unit, 1)
    with Line(server.port) as line, phone(browser) as context:
        page = opened(context, f"http://127.0.0.1:{line.port}/field?unit={unit}&lang=zh")
        at(page, "task", key)
        page.until("hub.table('tasks').get(x)?.state === 'seen'", key)
        line.cut()
        press(page, "task.accept")
        press(page, "task.execute")
        tap(page, "[data-progress='0.25']")
        order(server, "task.cancel", {"id": key, "words": "警情已解除"})
        page.until("hub.outbox.waiting.length === 3")
        line.mend()
        page.until(SENT)
        told = page.page.locator(".f-word.is-bad")
        told.wait_for()
        assert told.count() == 1, "one word, not three"
        assert "已取消" in told.inner_text()
        assert "后续 2 项一并撤下" in told.inner_text()
        page.page.reload()
        told.wait_for()
        told.get_by_text("知道了").click()
        page.until("!document.querySelector('.f-word.is-bad')")
    assert state(server, "tasks", key) == "cancelled"
    assert road(server, "tasks", key)[-1] == "cancelled"


def test_what_the_rules_still_allow_is_sent_after_a_refusal(server: Process, browser: Browser, unit: str) -> None:
    (key,) = tasks_for(server, unit, 1)
    with Line(server.port) as line, phone(browser) as context:
        page = opened(context, f"http://127.0.0.1:{line.port}/field?unit={unit}&lang=zh")
        at(page, "task", key)
        page.until("hub.table('tasks').get(x)?.state === 'seen'", key)
        line.cut()
        press(page, "task.accept")
        press(page, "task.execute")
        order(server, "task.accept", {"id": key}, actor=f"unit-{unit}")  # by the other telephone of the crew
        line.mend()
        page.until("hub.table('tasks').get(x)?.state === 'executing'", key)
        page.until(SENT)
        assert "已接受" in page.page.locator(".f-word.is-bad").inner_text()
    assert road(server, "tasks", key)[-2:] == ["accepted", "executing"]


def test_two_tabs_send_each_action_once(server: Process, browser: Browser, unit: str) -> None:
    keys = tasks_for(server, unit, 3)
    with Line(server.port) as line, phone(browser) as context:
        address = f"http://127.0.0.1:{line.port}/field?unit={unit}"
        one, two = opened(context, address), opened(context, address)
        for page in (one, two):
            for key in keys:
                page.until("hub.table('tasks').get(x)?.state === 'delivered'", key)
        line.cut()
        for index, key in enumerate(keys):
            page = (one, two)[index % 2]
            page.page.bring_to_front()
            at(page, "task", key)
            press(page, "task.accept")
        for page in (one, two):
            page.until("hub.outbox.waiting.length === 6")
        line.mend()
        for page in (one, two):
            page.until(SENT)
            assert page.ask("hub.outbox.refused") == []
    for key in keys:
        assert road(server, "tasks", key) == ["issued", "delivered", "seen", "accepted"]


def test_a_call_is_reached_or_is_not_police_business(server: Process, browser: Browser, unit: str) -> None:
    tag = uuid4().hex[:6]
    for n in (1, 2):
        order(server, "incident.report", {"id": f"I-{tag}-{n}", "kind": "noise", "place": "试验路"})
        order(server, "incident.dispatch", {"id": f"I-{tag}-{n}", "units": [unit]})
    with phone(browser) as context:
        page = opened(context, f"{server.url}/field?unit={unit}&lang=zh")
        page.until("hub.table('incidents').get(x)?.state === 'dispatched'", f"I-{tag}-2")
        at(page, "call", f"I-{tag}-1")
        press(page, "incident.arrive")
        page.until("hub.table('incidents').get(x).state === 'on_scene'", f"I-{tag}-1")
        at(page, "call", f"I-{tag}-2")
        press(page, "incident.divert")
        page.page.locator("textarea").fill("物业纠纷")
        tap(page, ".f-send")
        page.until("hub.table('incidents').get(x).state === 'diverted'", f"I-{tag}-2")
    assert "12345" in history(server, "incidents", f"I-{tag}-2")[-1]["data"]["diverted_to"]["zh"]


def test_reports_wait_for_the_line_and_personal_numbers_are_sent_back(
    server: Process, browser: Browser, unit: str
) -> None:
    with Line(server.port) as line, phone(browser) as context:
        page = opened(context, f"http://127.0.0.1:{line.port}/field?unit={unit}&lang=zh#report")
        page.page.locator("select.f-input").select_option("road_blocked")
        line.cut()
        page.page.locator("textarea").first.fill("路面塌陷，车辆绕行")
        tap(page, ".f-form .f-send")
        page.until("document.querySelector('.f-report .f-unsent') !== null && hub.outbox.waiting.length === 1")
        line.mend()
        page.until(SENT)
        scene = page.ask("hub.field.reports[0].id")
        page.until("hub.table('incidents').get(x)?.state === 'open'", scene)
        tap(page, "[data-report='clue.report']")
        page.page.locator("[data-report='clue.report'][aria-pressed='true']").wait_for()
        page.page.locator("textarea").first.fill("有人自称 13800138000 收购银行卡")
        tap(page, ".f-form .f-send")
        told = page.page.locator(".f-word.is-bad")
        told.wait_for()
        assert "个人信息" in told.inner_text()
        told.get_by_text("改正后重发").click()
        words = page.page.locator(".f-form textarea").first
        page.until("document.querySelector('.f-form textarea')?.value === x", "有人自称 13800138000 收购银行卡")
        words.fill("有人收购银行卡")
        tap(page, ".f-form .f-send")
        page.until("[...hub.table('clues').values()].some(row => row.title.zh === '有人收购银行卡')")
    assert history(server, "incidents", scene)[-1]["data"]["position"], "where the unit was"


def test_the_unit_is_chosen_once_and_the_page_opens_without_a_server(
    server: Process, browser: Browser, unit: str, tmp_path: Path
) -> None:
    (key,) = tasks_for(server, unit, 1)
    sign = next(row["call_sign"] for row in server.get("/api/v1/rows/units") if row["id"] == unit)
    with Line(server.port) as line, phone(browser, **NARROW) as context:
        base = f"http://127.0.0.1:{line.port}/field"
        page = opened(context, base)
        page.page.locator("input[type=search]").fill(sign)
        tap(page, f"[data-unit='{unit}']")
        page.until("hub.table('tasks').get(x)?.state === 'delivered'", key)
        kept(page)
        page.page.wait_for_timeout(1500)  # rows are held a moment after they came
        line.cut()
        page.page.close()
        page = opened(context, base, "hub.outbox.ready && hub.road && hub.field.heldAt")
        card = page.page.locator(f".f-card[href$='{key}']")
        card.wait_for()
        assert sign in page.page.locator("#f-unit").inner_text()
        assert "无连接" in page.page.locator("#f-told").inner_text()
        assert page.ask("document.documentElement.scrollWidth") <= 360
        stored = page.page.evaluate(
            "async () => { const out = []; for (const name of await caches.keys())"
            " for (const one of await (await caches.open(name)).keys()) out.push(new URL(one.url).pathname);"
            " return out; }"
        )
        assert "/field" in stored
        assert not [path for path in stored if path.startswith(("/api", "/feed"))]


def test_every_target_is_large_enough_and_no_other_host_is_asked(server: Process, browser: Browser, unit: str) -> None:
    (key,) = tasks_for(server, unit, 1)
    with phone(browser, **NARROW) as context:
        for lang in ("zh", "en", "both"):
            page = opened(context, f"{server.url}/field?unit={unit}&lang={lang}")
            page.until("hub.table('tasks').get(x)?.state !== undefined", key)
            for place in ("tasks", "calls", "report", f"task/{key}"):
                page.ask("hub.go(x)", place)
                page.page.wait_for_timeout(400)
                small = page.ask(
                    "[...document.querySelectorAll('#field :is(button, a, select, input, textarea)')]"
                    ".map(node => [node.className, node.getBoundingClientRect()])"
                    ".filter(([, box]) => box.width && (box.height < 44 || box.width < 44))"
                    ".map(([name, box]) => `${name} ${box.width}x${box.height}`)"
                )
                assert small == [], (lang, place)
                assert page.ask("document.documentElement.scrollWidth") <= 360
            assert page.hosts == {f"127.0.0.1:{server.port}"}
            assert page.complaints == []
            page.page.close()


def test_a_refusal_needs_a_cause_of_the_list(server: Process, browser: Browser, unit: str) -> None:
    (key,) = tasks_for(server, unit, 1)
    assert give(server, "task.refuse", {"id": key, "cause": "no_mood"}, actor=f"unit-{unit}")[0] == 409
    with phone(browser) as context:
        page = opened(context, f"{server.url}/field?unit={unit}&lang=en")
        at(page, "task", key)
        page.until("hub.table('tasks').get(x).state === 'seen'", key)
        press(page, "task.refuse")
        assert page.page.locator(".f-send").is_disabled()
        causes = page.ask("[...document.querySelectorAll('[data-cause]')].map(node => node.dataset.cause)")
        assert causes == list(server.get("/api/v1/road")["refusals"])
        tap(page, "[data-cause='impossible']")
        tap(page, ".f-send")
        page.until("hub.table('tasks').get(x).state === 'refused'", key)
    assert history(server, "tasks", key)[-1]["data"]["refusal"] == "impossible"
