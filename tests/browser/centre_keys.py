"""A centre's page as its lead uses it: sign for, feed back, report, work on the centre's tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.pages import Watched
from tests.running import Process

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator


@contextmanager
def opened(browser: Browser, server: Process, centre: str, *, lead: bool = True, lang: str = "zh") -> Iterator[Watched]:
    """A centre's page, acting as its lead or as nobody has chosen."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    if lead:
        context.add_cookies([{"name": "hub_actor", "value": f"lead-{centre}", "url": server.url}])
    page = Watched(context.new_page())
    try:
        page.page.goto(f"{server.url}/centre/{centre}?lang={lang}")
        page.until("window.hub?.road && hub.acting && hub.frames > 0 && document.querySelector('#work-list h3')")
        yield page
    finally:
        context.close()


def item(page: Watched, words: str) -> Locator:
    return page.page.locator(".w-item", has_text=words)
