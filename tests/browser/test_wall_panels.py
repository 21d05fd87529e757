"""The pages in Chromium over hand-made rows: what each panel shows, silence of the hub, filters in the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hub.domain.field import Alarm
from hub.domain.model import Text, instant
from tests.browser.pages import Watched, opened
from tests.browser.scripted_day import furnish
from tests.browser.scripted_hub import Scripted, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SIZES = ((1920, 1080), (3840, 1080), (1280, 720))


@pytest.fixture(scope="module")
def hub() -> Scripted:
    made = Scripted()
    furnish(made)
    made.mute.add("west")
    made.heard["west"] -= 130
    return made


@pytest.fixture(scope="module")
def url(hub: Scripted) -> Iterator[str]:
    with serving(hub) as base:
        yield base


def texts(page: Watched, selector: str) -> list[str]:
    got: list[str] = page.ask(
        "[...document.querySelectorAll(x)].map(n => n.innerText.replace(/\\s+/g, ' ').trim())", selector
    )
    return got


@pytest.mark.parametrize("size", SIZES)
def test_every_panel_shows_what_the_feed_says(browser: Browser, url: str, size: tuple[int, int]) -> None:
    with opened(browser, f"{url}/wall/main", *size) as page:
        page.until(
            "document.querySelectorAll('#strip-list .cell').length === 6 && document.querySelector('#map canvas')"
        )
        assert texts(page, "#counts b:not(.mark b)") == ["1", "2", "9", "31"]
        assert texts(page, "#mode") == ["演示 DEMO"]
        alarms = texts(page, "#alarms-list .row")
        assert alarms[0].startswith("1 高处救援")
        assert "大数据侦查 无数据" in alarms[1]
        heroes = page.ask("[...document.querySelectorAll('#road-steps .hero')].map(n => n.textContent)")
        assert heroes == ["7", "4", "5", "9", "3", "26"]
        lost = page.ask("[...document.querySelectorAll('#strip-list .cell')].map(c => c.dataset.look)")
        assert lost == ["fresh", "fresh", "fresh", "lost", "fresh", "fresh"]
        assert page.complaints == []
        assert {host for host in page.hosts if host} == {url.removeprefix("http://")}


def test_alarms_are_grouped_and_what_is_not_shown_is_counted(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/wall/main", 3840, 1080) as page:
        page.until("document.querySelectorAll('#alarms-list .row').length > 3")
        rows, side = texts(page, "#alarms-list .row"), texts(page, "#alarms-side")[0]
        hidden = 7 - len(rows)
        assert not hidden or f"另有 {hidden} 条" in side
        assert "搁置 1" in side
        assert not any("同址重复报警" in row for row in rows)


def test_board_shows_lateness_refusals_and_both_operations_where_there_is_room(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/wall/main", 3840, 1080) as page:
        page.until("document.querySelectorAll('#board-list .operation').length === 2")
        assert texts(page, "#board-list .number") == ["26-018", "26-017"]
        late = texts(page, ".card.is-late")
        assert late
        assert all("信号配时" in card and "超时" in card for card in late)
        assert any("已拒绝" in card for card in texts(page, ".lane-issued .card.is-bad"))
        assert "2 个进行中" in texts(page, "#board-side")[0]


@pytest.mark.parametrize("size", [*SIZES, (2560, 1440)])
@pytest.mark.parametrize("query", ["", "?lang=en", "?pitch_mm=0.9&eye_m=6"])
def test_nothing_is_cut_in_the_middle_of_a_word_and_nothing_overflows(
    browser: Browser, url: str, size: tuple[int, int], query: str
) -> None:
    with opened(browser, f"{url}/wall/main{query}", *size) as page:
        page.until("document.querySelectorAll('#strip-list .cell').length === 6")
        page.page.wait_for_timeout(600)
        assert page.ask(
            "[document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight]"
        ) == [True, True]
        cut = page.ask(CUT)
        assert cut == []


CUT = """(() => {
  const bad = [];
  for (const node of document.querySelectorAll('.wall .words > span, .wall b, .wall .age, .wall .target, .wall time')) {
    if (node.closest('.js-plotly-plot, .hub-map-shell, .visually-hidden')) continue;
    if (!node.offsetParent || !node.innerText.trim()) continue;
    for (let box = node, up = 0; box && up < 4; box = box.parentElement, up++) {
      if (box.matches('.side')) break;
      const style = getComputedStyle(box);
      if (style.overflowX === 'visible' || box.scrollWidth <= box.clientWidth + 1) continue;
      const own = node.getBoundingClientRect(), frame = box.getBoundingClientRect();
      if (own.right > frame.right + 1.5 && style.textOverflow !== 'ellipsis') bad.push([node.innerText, box.className]);
      break;
    }
  }
  return bad;
})()"""


ALL_SAY_SO = """new Promise((done) => {
  const watch = setInterval(() => {
    if (![...document.querySelectorAll('[data-tile]')].every((tile) => tile.innerText.includes('失联'))) return;
    clearInterval(watch);
    done(hub.silent());
  }, 20);
})"""


@pytest.mark.alone
def test_a_silent_hub_is_said_by_every_tile_within_three_seconds_and_taken_back(
    browser: Browser, url: str, hub: Scripted
) -> None:
    with opened(browser, f"{url}/wall/main") as page:
        page.until("document.querySelectorAll('#strip-list .cell').length === 6")
        hub.paused = True
        hub.feed._alive = -1e9  # as when the engine has died: no more frames from now on
        try:
            silent_s = page.ask(ALL_SAY_SO)
            assert 2.0 <= silent_s < 3.0, f"{silent_s:.2f} s after the last frame"
        finally:
            hub.paused = False
        page.until("!document.querySelector('.silent')", limit_ms=4000)


def test_a_frozen_page_is_not_silent_while_beats_come(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/wall/main") as page:
        page.page.wait_for_timeout(4000)
        assert page.ask("document.documentElement.dataset.link") == "open"


def test_nodes_stay_flat_under_a_flood_of_changes(browser: Browser, url: str, hub: Scripted) -> None:
    with opened(browser, f"{url}/wall/main") as page:
        page.until("document.querySelectorAll('#strip-list .cell').length === 6")
        page.page.wait_for_timeout(3000)
        count = "document.querySelectorAll('*').length"
        before = page.ask(count)
        for n in range(120):
            fact = Alarm(
                id=f"flood-{n}", rev=1, priority=1, state="raised", title=Text("试", "Test"),
                raised_at=instant(hub.clock.now()),
            )  # fmt: skip
            hub.put("alarms", fact)
            page.page.wait_for_timeout(15)
            hub.drop("alarms", fact.id)
        page.page.wait_for_timeout(1500)
        after = page.ask(count)
        assert abs(after - before) <= before * 0.03, f"{before} → {after}"


def test_language_drops_the_other_line_and_stays_in_the_address(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/wall/main") as page:
        page.until("document.querySelectorAll('#strip-list .cell').length === 6")
        page.page.click("[data-set-lang=en]")
        page.until("location.search.includes('lang=en') && document.documentElement.dataset.lang === 'en'")
        page.page.wait_for_timeout(400)
        assert "Protective security" in texts(page, "#strip")[0]
        assert "政治安全联控" not in texts(page, "#strip")[0]
        page.page.reload()
        page.until("window.hub && hub.frames > 0 && document.querySelectorAll('#strip-list .cell').length === 6")
        assert "政治安全联控" not in texts(page, "#strip")[0]


COUNT = "document.getElementById('f-count')?.innerText"


def shown(page: Watched) -> int:
    said: str = page.ask(COUNT)
    return int(said.split()[0].replace(",", ""))


def test_filters_live_in_the_address_both_ways(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/centre/south?lang=zh") as page:
        page.until(f"({COUNT} ?? '').startsWith('240')")
        page.page.fill("#f-text", "光华")
        page.until(f"location.search.includes('q=') && {COUNT} && !{COUNT}.startsWith('240')")
        few = shown(page)
        assert 0 < few < 240
        page.page.reload()
        page.until(f"window.hub && {COUNT} && !{COUNT}.startsWith('240')")
        assert shown(page) == few
        assert page.ask("document.getElementById('f-text').value") == "光华"
        assert page.ask("hub.lang") == "zh"
        page.page.click("#f-reset")
        page.until(f"{COUNT}.startsWith('240') && !location.search.includes('q=')")
        assert page.complaints == []


@pytest.mark.parametrize(
    ("query", "control", "said"),
    [
        ("q=17", "#f-text", "17"),
        ("place=光华", "#f-place", "Guanghua"),
        ("period=1h", "#f-period", "Last hour"),
        ("status=open", "#f-status", "Open"),
        ("kind=b", "#f-kind", "Check"),
    ],
)
def test_each_filter_changes_the_rows_and_survives_a_reload(
    browser: Browser, url: str, query: str, control: str, said: str
) -> None:
    shows = "document.querySelector(x)?.value || document.querySelector(x)?.innerText"
    with opened(browser, f"{url}/centre/south?lang=en&{query}") as page:
        page.until(f"{COUNT} && !{COUNT}.startsWith('240')")
        few = shown(page)
        assert 0 < few < 240
        assert said in page.ask(shows, control)
        page.page.reload()
        page.until(f"window.hub && {COUNT} && !{COUNT}.startsWith('240')")
        assert abs(shown(page) - few) <= 1  # an hour ago moves on
        assert said in page.ask(shows, control)
        page.page.click("#f-reset")
        page.until(f"{COUNT}.startsWith('240') && !location.search.includes('{query.split('=')[0]}=')")
        assert "lang=en" in page.ask("location.search")
        assert page.ask("hub.lang") == "en"
        assert page.complaints == []


def test_a_choice_made_by_hand_goes_into_the_address(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/centre/south?lang=en") as page:
        page.until(f"({COUNT} ?? '').startsWith('240')")
        for control, choice, address in (("#f-status", "Open", "status=open"), ("#f-period", "Last hour", "period=1h")):
            before = shown(page)
            page.page.click(control)
            page.page.get_by_role("option", name=choice).or_(page.page.get_by_label(choice, exact=True)).first.click()
            page.page.keyboard.press("Escape")
            page.until("location.search.includes(x)", address)
            page.until(f"parseInt({COUNT}) < {before}")


def test_language_survives_going_from_page_to_page(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/?lang=en") as page:
        page.until("document.querySelectorAll('.door-name').length === 7")
        page.page.click(".door-name[href^='/centre/south']")
        page.until("document.getElementById('centre') && hub.lang === 'en' && location.search.includes('lang=en')")
        page.until(f"({COUNT} ?? '') === '240 of 240'")
        page.page.click("#top a")
        page.until("document.getElementById('index') && hub.lang === 'en'")


def test_columns_are_whole_at_rest_and_ids_are_never_cut(browser: Browser, url: str) -> None:
    for width in (1366, 1500, 1920):
        with opened(browser, f"{url}/centre/south", width, 1080) as page:
            page.until(f"({COUNT} ?? '').startsWith('240')")
            page.page.wait_for_timeout(900)
            assert page.ask(SLIVERS) == []
            assert page.complaints == []


SLIVERS = """(() => {
  const edge = document.querySelector('.grid .ag-center-cols-viewport').getBoundingClientRect().right;
  return [...document.querySelectorAll('.ag-center-cols-container .ag-row:first-child .ag-cell')]
    .map((cell) => cell.getBoundingClientRect()).filter((box) => box.left < edge - 1 && box.right > edge + 1).length
    ? ['a column is cut'] : [...document.querySelectorAll('.ag-header-cell-text')]
      .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.innerText);
})()"""


def test_a_plan_shows_counts_longest_stay_and_an_alarm_only_where_one_is(
    browser: Browser, url: str, hub: Scripted
) -> None:
    with opened(browser, f"{url}/centre/inner") as page:
        page.until("document.querySelectorAll('.zone').length === 2")
        first, second = texts(page, ".zone")
        assert "2 / 4" in first
        assert "01号" in first
        assert "02号" in first
        longest = int(first.split("最长 ")[1].split(":")[0])
        assert 5 <= longest <= 30, "five minutes when the tests began"
        assert "0 / 3" in second
        assert page.ask("[...document.querySelectorAll('.zone')].map(n => n.classList.contains('is-alarm'))") == [
            False,
            False,
        ]
        zone: Any = hub.held["inner_zones"]["b"].fact
        hub.put("inner_zones", msgspec.structs.replace(zone, rev=2, alarms=1, title=Text("<b>乙</b>", "<i>B</i>")))
        page.until("document.querySelectorAll('.zone.is-alarm').length === 1")
        assert "告警 1" in texts(page, ".zone.is-alarm")[0]
        assert page.ask("document.querySelectorAll('.zone i, .zone .words b').length") == 0
        hub.put("inner_zones", msgspec.structs.replace(zone, rev=3))
        page.until("document.querySelectorAll('.zone.is-alarm').length === 0")
        assert page.complaints == []


def test_centre_page_follows_the_feed(browser: Browser, url: str, hub: Scripted) -> None:
    with opened(browser, f"{url}/centre/east") as page:
        page.until(f"({COUNT} ?? '').startsWith('240')")
        row: Any = hub.held["east_matters"]["east-0001"].fact
        hub.put("east_matters", msgspec.structs.replace(row, id="east-9999"))
        page.until(f"{COUNT}.startsWith('241')", limit_ms=8000)
        hub.drop("east_matters", "east-9999")
        page.until(f"{COUNT}.startsWith('240')", limit_ms=8000)
        assert len(texts(page, "#figures-list .figure")) == 4
        page.until("document.querySelectorAll('.chart .main-svg').length >= 2")


def test_start_page_lists_every_page_with_its_state(browser: Browser, url: str) -> None:
    with opened(browser, f"{url}/") as page:
        page.until("document.querySelectorAll('.door .cell').length === 6")
        targets = page.ask("[...document.querySelectorAll('.doors a')].map(a => a.getAttribute('href'))")
        assert targets[0] == "/wall/main"
        assert len([t for t in targets if t.startswith("/centre/") and "?" not in t]) == 6
        assert "/centre/south?tab=south_matters" in targets
        page.until("document.querySelectorAll('.door .door-figures .figure').length === 6 + 6 * 3")
        assert len(texts(page, ".door-alarms")) == 6
        assert page.complaints == []
