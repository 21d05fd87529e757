"""A real headless Chromium, through Playwright. Imported lazily: the benchmark's other figures need no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
READY_MS = 60_000
SHOWS = "n => window.hub && hub.frames > 0 && document.getElementById('alarms-list') && hub.table('units').size >= n"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser. Raises ``HubError`` that says how to install what is missing."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise HubError("this figure needs a browser: python -m pip install -e '.[bench]' (playwright)") from None
    own = os.environ.get("HUB_BENCH_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=own, args=list(ARGUMENTS))
        except Error as error:
            said = str(error).splitlines()[0]
            raise HubError(f"Chromium does not start ({said}): install it, or 'python -m playwright install'") from None
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def wall(browser: Browser, port: int, units: int, script: str | None = None) -> Iterator[Page]:
    """The wall's page of a hub, showing that many units. ``script`` runs in every frame before anything else."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, bypass_csp=True)
    try:
        if script is not None:
            page.add_init_script(script)
        page.goto(f"http://127.0.0.1:{port}/wall/main")
        page.wait_for_function(SHOWS, arg=units, timeout=READY_MS, polling=100)
        yield page
    finally:
        page.close()


def performance(session: CDPSession) -> dict[str, float]:
    """The page's counters: ``TaskDuration`` (seconds of the main thread: of CPU when they were enabled with the time
    domain threadTicks), ``JSHeapUsedSize``, ``Nodes`` and others.
    """
    return {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
