"""Many moving things and many facts for a while: what the server, a viewer and a page's main thread spend on it.

``HUB_TEST_RUSH=600,20000,4``: ten minutes of 20,000 moving things, each with four fixes a second.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import opened
from tests.faults.measure import Meter, PageCost
from tests.faults.test_slow_line import lateness, load
from tests.faults.viewers import Viewers
from tests.running import hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECONDS, THINGS, HZ = (float(part) for part in os.environ.get("HUB_TEST_RUSH", "20,2000,1").split(","))
FACTS = 200.0
BATCH = 500
"""Things a positioning platform reports in one record."""


@pytest.mark.browser
def test_what_a_rush_costs(browser: Browser, tmp_path: Path) -> None:
    log = f"sqlite:///{tmp_path / 'log.db'}"
    with (
        hub("serve", "--log", log, "--data", tmp_path / "data", folder=tmp_path) as server,
        load(log, tmp_path, facts=FACTS, things=int(THINGS), hz=HZ, batch=BATCH),
        Viewers([server.port], 2) as viewers,
    ):
        viewers.until(lambda v: len(v.tables.get("units", ())) >= THINGS, 120)
        with opened(browser, f"{server.url}/wall/main") as wall, Meter(server.popen.pid, server.port) as meter:
            wall.until(f"hub.table('units').size >= {THINGS}")
            time.sleep(5)
            cost = PageCost(wall.page)
            cost.begin()
            before = viewers.ask(lambda: [v.received for v in viewers.all])
            p50, p99 = lateness(viewers, SECONDS)
            after = viewers.ask(lambda: [v.received for v in viewers.all])
            page = cost.end()
            ages = sorted(wall.ask("(now => hub.things.filter(Boolean).map(t => (now - t.at) / 1000))(Date.now())"))
            held = sorted(row["age_s"] for row in server.get("/api/v1/rows/units"))
            waiting = server.get("/healthz")["fixes"]
        health = server.get("/healthz")
    made = json.loads((tmp_path / "load.log").read_text().splitlines()[-1])
    bytes_s = (after[0] - before[0]) / SECONDS
    print(f"load {made}")
    print(f"server {meter.said()}")
    print(f"a viewer {bytes_s:.0f} B/s, frames late by {p50} s (p99 {p99})")
    print(f"page {page}")
    print(f"fixes on the wall {ages[0]:.2f} to {ages[-1]:.2f} s old, half of them under {ages[len(ages) // 2]:.2f}")
    print(f"in the picture {held[0]:.2f} to {held[-1]:.2f} s old, half of them under {held[len(held) // 2]:.2f}")
    print(f"{waiting}; machine load {os.getloadavg()[0]:.1f}")
    assert health["dead_letters"] == 0
    assert ages[-1] < 5.0, "the oldest of all things"
    assert made["facts_s"] > 0.9 * FACTS
    assert made["fixes_s"] > 0.9 * THINGS * HZ
