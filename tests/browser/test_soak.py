"""The wall at ×20 for a while: heap and number of nodes stay flat. ``HUB_TEST_SOAK`` says for how many seconds."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import opened
from tests.running import hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SECONDS = float(os.environ.get("HUB_TEST_SOAK", "90"))
SAMPLES = 24


def test_heap_and_nodes_stay_flat(browser: Browser, tmp_path: Path) -> None:
    with hub("demo", "--speed", "20", "--data", tmp_path / "data", folder=tmp_path) as process:
        process.ready()
        with opened(browser, f"{process.url}/wall/main") as wall:
            wall.page.wait_for_timeout(10_000)
            session = wall.page.context.new_cdp_session(wall.page)
            session.send("Performance.enable")
            heap, nodes = [], []
            for _ in range(SAMPLES):
                wall.page.wait_for_timeout(SECONDS * 1000 / SAMPLES)
                session.send("HeapProfiler.collectGarbage")
                metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
                heap.append(metrics["JSHeapUsedSize"] / 1e6)
                nodes.append(metrics["Nodes"])
            complaints = wall.complaints
    third = SAMPLES // 3
    print(f"{SECONDS:.0f} s at ×20: heap MB {[round(x, 1) for x in heap]}, nodes {[int(x) for x in nodes]}")
    assert complaints == []
    # Rows come and go with the district's day: flat means the last third is no more than a tenth above the first.
    assert median(heap[-third:]) <= median(heap[:third]) * 1.10 + 2
    assert median(nodes[-third:]) <= median(nodes[:third]) * 1.10 + 200
