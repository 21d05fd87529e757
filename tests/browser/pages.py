"""A page of the real hub in Chromium, with everything it asked for and complained about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIMIT_MS = 30_000


class Watched:
    """``hosts``: every host the page asked. ``complaints``: console errors and uncaught exceptions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob"):  # those stay inside the page
            self.hosts.add(parts.netloc)

    def until(self, expression: str, argument: Any = None, limit_ms: int = LIMIT_MS) -> None:
        """Wait until a JavaScript expression (of ``x``, the argument) is true."""
        self.page.wait_for_function(f"x => {{ return {expression}; }}", arg=argument, timeout=limit_ms, polling=50)

    def ask(self, expression: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"x => {{ return {expression}; }}", argument)

    def state(self) -> dict[str, list[str]]:
        """What the page holds: table → sorted ids with revision, without the rows that are derived by the clock."""
        held: dict[str, list[str]] = self.ask(
            "Object.fromEntries(Object.entries(hub.tables)"
            ".filter(([name, rows]) => rows.size"
            " && !['centres', 'figures', 'health', 'lanes', 'units', 'drones'].includes(name))"
            ".map(([name, rows]) => [name, [...rows.values()].map(r => r.id + '@' + r.rev).sort()]))"
        )
        return held


@contextmanager
def opened(browser: Browser, url: str, width: int = 1920, height: int = 1080) -> Iterator[Watched]:
    """A fresh page on an address; ready when its feed has given it a first frame."""
    page = browser.new_page(viewport={"width": width, "height": height})
    watched = Watched(page)
    try:
        page.goto(url)
        watched.until("window.hub && hub.frames > 0 && document.getElementById('page')?.children.length")
        yield watched
    finally:
        page.close()
