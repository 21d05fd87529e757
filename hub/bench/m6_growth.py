"""M6, growth: how the cost of a constant number of changes grows with the number of units, as an exponent.

The real ``hub serve`` with one scripted viewer and the wall open in Chromium: server CPU, bytes on the wire and the
page's main thread, for several numbers of units, all with the same changes a second.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from hub.bench.chromium import chromium, performance, wall
from hub.bench.lanes import Round, quiet
from hub.bench.load import Life, Movers, appended
from hub.bench.plan import Plan
from hub.bench.processes import lane, serving
from hub.bench.report import Figure, verdict
from streams import open_log

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOALS = {"M6": 0.15, "M6.bytes": None, "M6.browser": 0.30}
TITLES = {"M6": "growth of server CPU", "M6.bytes": "growth of bytes", "M6.browser": "growth of the page's main thread"}
UNITS = {"M6": "ms/s", "M6.bytes": "B/s", "M6.browser": "ms/s"}
CHANGES, PERIOD_S = 50, 0.1
SETTLE_S = 3.0
_NOTE = "ours at {} units, limit at {}; ratio is the exponent; peer: exponent of a JSON snapshot"
_FRAMES = """() => new Promise((done) => {
  const at = []; const until = performance.now() + 2000;
  const frame = (now) => {
    at.push(now);
    if (now < until) { requestAnimationFrame(frame); return; }
    const gaps = at.slice(1).map((x, i) => x - at[i]).sort((a, b) => a - b);
    done(gaps[Math.floor(gaps.length * .95)]);
  };
  requestAnimationFrame(frame);
})"""


def measure(plan: Plan) -> dict[str, Figure]:
    """``M6`` server, ``M6.bytes``, ``M6.browser``: exponents; ``detail`` holds the cost at every number of units."""
    sizes = plan.pick(quick=(100, 2000), full=(100, 500, 2000, 8000, 20_000))
    rounds: list[Round] = []
    costs: list[dict[int, dict[str, float]]] = []
    with chromium() as browser:
        for number in range(1 if plan.quick else 3):
            at: dict[int, dict[str, float]] = {}
            others = 0.0
            for size in sizes:
                plan.step(f"round {number + 1}: {size} units")
                at[size] = _cost(plan, browser, size)
                others = max(others, at[size]["others"])
            costs.append(at)
            rounds.append(Round({key: exponent({n: c[key] for n, c in at.items()}) for key in GOALS}, others))
    return {key: _figure(key, rounds, costs) for key in GOALS}


def _cost(plan: Plan, browser: Browser, size: int) -> dict[str, float]:
    """Cost per second at that number of units."""
    folder, window = plan.fresh("m6"), plan.pick(quick=3.0, full=6.0)
    url = f"sqlite:///{folder / 'log.db'}"
    log, movers = open_log(url), Movers(size, plan.seed, time.time())
    try:
        appended(log, movers.everyone())
        with (
            serving(url, folder / "serve") as server,
            Life(log, movers, CHANGES, PERIOD_S),
            lane("crowd", server.port, "/feed", 1, "PLAIN", folder=folder) as viewer,
            wall(browser, server.port, size) as page,
        ):
            page.wait_for_timeout(SETTLE_S * 1000)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            with plan.watch:
                first, spent, task = viewer.ask("now"), server.spent(), performance(session)["TaskDuration"]
                began = time.monotonic()
                page.wait_for_timeout(window * 1000)
                lasted = time.monotonic() - began
                task, spent = performance(session)["TaskDuration"] - task, server.spent() - spent
                wire = viewer.ask("now")["bytes"] - first["bytes"]
            frame = float(page.evaluate(_FRAMES))
    finally:
        log.close()
    return {
        "M6": spent / lasted * 1000,
        "M6.bytes": wire / lasted,
        "M6.browser": task / lasted * 1000,
        "frame_p95_ms": frame,
        "others": plan.watch.others,
    }


def exponent(costs: Mapping[int, float]) -> float:
    """The b of cost ~ n^b: the slope of the logarithms, by least squares."""
    xs, ys = [math.log(n) for n in costs], [math.log(cost) for cost in costs.values()]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def _figure(key: str, rounds: Sequence[Round], costs: Sequence[Mapping[int, Mapping[str, float]]]) -> Figure:
    used, void = quiet(rounds)
    found = [r.values[key] for r in used]
    middle, goal = median(found), GOALS[key]
    detail = {str(n): {name: round(median(c[n][name] for c in costs), 3) for name in costs[0][n]} for n in costs[0]}
    largest = max(costs[0])
    return Figure(
        title=f"{TITLES[key]} (exponent)",
        unit=UNITS[key],
        ours=median(c[largest][key] for c in costs),
        limit=median(c[min(c)][key] for c in costs),
        peer=_snapshot() if key == "M6" else None,
        ratio=middle,
        min=min(found),
        max=max(found),
        goal=goal,
        goal_is="at_most",
        passed=None if void else verdict(middle, min(found), max(found), goal, "at_most"),
        void=void,
        note=_NOTE.format(largest, min(costs[0])) if key == "M6" else "",
        detail=detail,
    )


def _snapshot() -> float:
    """The exponent of sending everything as JSON at every change."""
    costs = {}
    for n in (100, 1000, 10_000):
        rows = [msgspec.to_builtins(e.data) for e in Movers(n, 1, 0.0).everyone()]
        began = time.perf_counter()
        for _ in range(5):
            json.dumps(rows)
        costs[n] = time.perf_counter() - began
    return exponent(costs)
