"""A hub that hangs, comes back, dies and is started again: an open page says so by itself and needs no reload."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import Watched, opened
from tests.running import free_port, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SILENT = "[...document.querySelectorAll('[data-tile]')].every(t => t.innerText.match(/失联|hub silent/i))"
SPEAKING = "[...document.querySelectorAll('[data-tile]')].every(t => !t.innerText.match(/失联|hub silent/i))"


def tiles(page: Watched) -> int:
    return int(page.ask("document.querySelectorAll('[data-tile]').length"))


@pytest.mark.alone
def test_stop_continue_kill_and_start_again(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    demo = ("demo", "--data", tmp_path / "data")
    with hub(*demo, folder=tmp_path, port=port) as first:
        first.ready()
        with opened(browser, f"{first.url}/wall/main") as wall:
            wall.until(SPEAKING)
            assert tiles(wall) >= 6
            wall.ask("window.untouched = true")
            first.signal(signal.SIGSTOP)
            stopped = time.monotonic()
            wall.until(SILENT, limit_ms=3000)
            said = time.monotonic() - stopped
            time.sleep(2)
            first.signal(signal.SIGCONT)
            resumed = time.monotonic()
            wall.until(SPEAKING, limit_ms=2000)
            right = time.monotonic() - resumed
            first.kill()
            wall.until(SILENT, limit_ms=6000)
            with hub(*demo, folder=tmp_path, port=port) as second:
                second.ready()
                back = time.monotonic()
                wall.until(SPEAKING, limit_ms=10_000)
                again = time.monotonic() - back
                with opened(browser, f"{second.url}/wall/main") as fresh:
                    rows = "Object.keys(hub.tables).length > 8 && hub.tables.incidents.size"
                    wall.until("hub.frames > 5")
                    assert wall.ask(rows) == fresh.ask(rows)
                assert wall.ask("window.untouched"), "the page must not have been reloaded"
    print(f"said after {said:.2f} s, right again {right:.2f} s after SIGCONT, {again:.2f} s after the new start")
