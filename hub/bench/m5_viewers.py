"""M5, viewers per core: CPU per delivered message of the real ``hub serve`` against a raw asyncio broadcast.

The hub's own work without viewers is measured before each round and taken off; making each frame once stays in.
"""

from __future__ import annotations

import time

from hub.bench.lanes import interleave
from hub.bench.load import Life, Movers, alarm, appended
from hub.bench.plan import Plan
from hub.bench.processes import Running, lane, serving
from hub.bench.report import Figure, judged
from streams import open_log

GOAL = 1.7
PERIOD_S = 0.1
UNITS, CHANGES = 2000, 60
SETTLE_S = 1.5
DEFLATE_VIEWERS = 100


def measure(plan: Plan) -> dict[str, Figure]:
    """``M5`` with the gate's number of viewers, and further numbers of viewers without a gate."""
    out = {}
    for name, viewers in plan.pick(quick={"M5": 100}, full={"M5": 500, "M5.100": 100, "M5.2000": 2000}).items():
        out[name] = _with(plan, viewers, GOAL if name == "M5" else None)
    return out


def _with(plan: Plan, viewers: int, goal: float | None) -> Figure:
    folder = plan.fresh("m5")
    window = plan.pick(quick=2.0, full=5.0)
    url = f"sqlite:///{folder / 'log.db'}"
    log = open_log(url)
    movers = Movers(UNITS, plan.seed, time.time())
    appended(log, movers.everyone())
    appended(log, [alarm("A-1", 1, time.time(), "bench")])
    sizes: list[float] = []
    memory: list[float] = []
    try:
        with serving(url, folder / "serve") as server, Life(log, movers, CHANGES, PERIOD_S):
            time.sleep(SETTLE_S)

            def ours(_: int) -> float:
                alone = _idle(server, window)
                before = server.process.memory_info().rss
                with lane("crowd", server.port, "/feed", viewers, "PLAIN", folder=folder) as crowd:
                    time.sleep(SETTLE_S)
                    memory.append((server.process.memory_info().rss - before) / viewers / 1024)
                    spent, messages, size = _window(server, crowd, window)
                sizes.append(size / messages)
                return (spent - alone) / messages * 1e6

            def limit(_: int) -> float:
                return _of("ceiling", round(sizes[-1]), viewers, "PLAIN")

            def peer(_: int) -> float:
                return _of("usual", 20_000, min(viewers, DEFLATE_VIEWERS), "DEFLATE")

            def _of(module: str, size: int, count: int, how: str) -> float:
                with lane(module, size, PERIOD_S, folder=folder) as other:
                    with lane("crowd", other.port, "/feed", count, how, folder=folder) as crowd:
                        time.sleep(SETTLE_S)
                        spent, messages, _ = _window(other, crowd, window)
                return spent / messages * 1e6

            rounds = interleave({"ours": ours, "limit": limit, "peer": peer}, plan.rounds, plan.watch, plan.step)
    finally:
        log.close()
    detail = {
        "viewers": viewers,
        "bytes_per_message": round(sum(sizes) / len(sizes)),
        "kib_per_viewer": round(memory[0], 1),
    }
    title = f"CPU per message, {viewers} viewers"
    note = f"peer: uvicorn's default deflate, 20 kB messages, {min(viewers, DEFLATE_VIEWERS)} viewers" if goal else ""
    return judged(title=title, unit="µs", rounds=rounds, goal=goal, note=note, detail=detail)


def _idle(server: Running, window_s: float) -> float:
    before = server.spent()
    time.sleep(window_s)
    return server.spent() - before


def _window(server: Running, crowd: Running, window_s: float) -> tuple[float, int, int]:
    """CPU seconds, messages and bytes within a window."""
    first, spent, began = crowd.ask("now"), server.spent(), time.monotonic()
    time.sleep(window_s)
    spent, last, lasted = server.spent() - spent, crowd.ask("now"), time.monotonic() - began
    return spent * window_s / lasted, max(1, last["messages"] - first["messages"]), last["bytes"] - first["bytes"]
