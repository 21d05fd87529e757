"""A crew's telephone with the field page, used with a thumb: open a task or a call, press what is offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser.pages import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
HEARD = "hub.connected && hub.road && hub.outbox.ready"


@contextmanager
def phone(browser: Browser, **shape: Any) -> Iterator[BrowserContext]:
    """A telephone with nothing on it yet."""
    context = browser.new_context(**(shape or PHONE))
    try:
        yield context
    finally:
        context.close()


def opened(context: BrowserContext, url: str, until: str = HEARD) -> Watched:
    watched = Watched(context.new_page())
    watched.page.goto(url)
    watched.until(f"window.hub?.outbox && {until}")
    return watched


def tap(page: Watched, selector: str) -> None:
    page.page.locator(selector).first.click()


def press(page: Watched, command: str) -> None:
    tap(page, f"[data-command='{command}']")


def at(page: Watched, view: str, key: str) -> None:
    """Open one task or call."""
    page.ask("hub.go(x)", f"{view}/{key}")
    page.page.locator(".f-detail").wait_for()
