"""M7, a shift of 24 h: does the server's memory, or the page's, grow with time?

The life of the demo district (field, stories, centres) is played as fast as the real ``hub serve`` takes it in, with
the wall open in Chromium and viewers that come and go. Memory is sampled along the played hours; the slope over
the last five sixths of them, with its 95 % interval over hourly means, must contain 0.

What has ended stays at hand for a week by default: on the first days memory grows with it, as it should. Here it stays
for ``ENDED_H`` and what is played is older, so that it comes and goes all the time as it does after a week.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import centres as plugs
from hub.bench.chromium import chromium, performance, wall
from hub.bench.lanes import OTHERS_MAX
from hub.bench.plan import Plan
from hub.bench.processes import Running, lane, serving
from hub.bench.report import Figure, verdict
from hub.clock import RunningClock
from hub.errors import HubError
from hub.field.district import build
from hub.field.world import World
from hub.producer import Producer
from hub.simulators import parts
from hub.wiring.logs import streams_of
from hub.wiring.simulate import STORIES
from streams import open_log

HOUR = 3600.0
T_975 = (
    12.71,
    4.30,
    3.18,
    2.78,
    2.57,
    2.45,
    2.36,
    2.31,
    2.26,
    2.23,
    2.20,
    2.18,
    2.16,
    2.14,
    2.13,
    2.12,
    2.11,
    2.10,
    2.09,
    2.09,
)
"""Student's t at 97.5 % for 1, 2, … degrees of freedom; beyond them 2."""
SAMPLES_AN_HOUR, WARM_UP = 12, 1 / 6
RECONNECTS_AN_HOUR = 20
WAIT_S = 120.0
ENDED_H = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """``hour``: played hours. Memory in MB; ``fds`` and ``threads`` of the server; ``nodes`` of the page; WAL in MB."""

    hour: float
    rss: float
    heap: float
    fds: int
    threads: int
    nodes: int
    wal: float


def measure(plan: Plan) -> dict[str, Figure]:
    """``M7`` the server's memory, ``M7.browser`` the page's: share of it by which it grows in 24 h."""
    hours = plan.pick(quick=1.5, full=24.0)
    folder = plan.fresh("m7")
    url = f"sqlite:///{folder / 'log.db'}"
    log, known = open_log(url), plugs.discover()
    end = time.time() - ENDED_H * HOUR
    begin = end - hours * HOUR
    clock = RunningClock(begin, 0.0)
    producer = Producer(
        log=log,
        parts=parts(known, streams_of(known), STORIES, None),
        world=World(build(plan.seed), plan.seed, begin),
        clock=clock,
        until=begin,
        save=lambda until: None,
    )
    settings = folder / "settings.toml"
    settings.write_text(f"[screens]\nended_hours = {ENDED_H}\n", "utf-8")
    plan.step("the hours before")
    producer.warm_up(lambda done, of: None)
    try:
        with (
            serving(url, folder / "serve", "--settings", str(settings)) as server,
            chromium() as browser,
            wall(browser, server.port, 0) as page,
            plan.watch,
        ):
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            samples: list[Sample] = []
            steps = round(hours * SAMPLES_AN_HOUR)
            for number in range(1, steps + 1):
                plan.step(f"played {number / SAMPLES_AN_HOUR:.1f} of {hours:g} h")
                _play(producer, clock, begin + number * HOUR / SAMPLES_AN_HOUR)
                _come_and_go(server, folder)
                _caught_up(server)
                page.wait_for_timeout(300)
                session.send("HeapProfiler.collectGarbage")
                samples.append(_sample(number / SAMPLES_AN_HOUR, server, performance(session), folder))
    finally:
        log.close()
    kept = [s for s in samples if s.hour > hours * WARM_UP]
    void = plan.watch.others > OTHERS_MAX
    return {
        "M7": _figure("server memory", [(s.hour, s.rss) for s in kept], samples, void),
        "M7.browser": _figure("page memory", [(s.hour, s.heap) for s in kept], samples, void),
    }


def _play(producer: Producer, clock: RunningClock, until: float) -> None:
    clock.set(until, 0.0)
    while producer.step():
        pass


def _come_and_go(server: Running, folder: Path) -> None:
    with lane("crowd", server.port, "/feed", max(1, RECONNECTS_AN_HOUR // SAMPLES_AN_HOUR), "PLAIN", folder=folder):
        pass


def _caught_up(server: Running) -> None:
    """Wait until nothing is left to take in: the counted records no longer change."""
    deadline, before = time.monotonic() + WAIT_S, -1
    while time.monotonic() < deadline:
        health = server.health() or {}
        seen = sum(centre["records"] for centre in health.get("centres", {}).values())
        if seen == before and not health.get("recorder", {}).get("waiting"):
            return
        before = seen
        time.sleep(0.25)
    raise HubError(f"hub serve does not keep up: {server.said()}")


def _sample(hour: float, server: Running, page: dict[str, float], folder: Path) -> Sample:
    wal = sum(path.stat().st_size for path in folder.rglob("*.db-wal"))
    return Sample(
        hour=hour,
        rss=server.process.memory_info().rss / 1e6,
        heap=page["JSHeapUsedSize"] / 1e6,
        fds=server.process.num_fds() if os.name == "posix" else 0,
        threads=server.process.num_threads(),
        nodes=int(page["Nodes"]),
        wal=wal / 1e6,
    )


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """(slope, low, high) of a line through points, with its 95 % interval; points an hour apart or more are assumed to
    be independent. ``ValueError`` with fewer than three.
    """
    n = len(points)
    if n < 3:
        raise ValueError("a slope with an interval needs three points")
    x, y = mean(p[0] for p in points), mean(p[1] for p in points)
    width = sum((p[0] - x) ** 2 for p in points)
    b = sum((p[0] - x) * (p[1] - y) for p in points) / width
    rest = sum((p[1] - y - b * (p[0] - x)) ** 2 for p in points)
    error = math.sqrt(rest / (n - 2) / width)
    reach = error * (T_975[n - 3] if n - 3 < len(T_975) else 2.0)
    return b, b - reach, b + reach


def blocks(points: Sequence[tuple[float, float]], most: int = 20) -> list[tuple[float, float]]:
    """Means of consecutive points, an hour's where there are hours: neighbours in time are not independent."""
    size = max(1, len(points) // max(3, min(most, round(points[-1][0] - points[0][0]))))
    cut = [points[i : i + size] for i in range(0, len(points) - size + 1, size)]
    return [(mean(p[0] for p in block), mean(p[1] for p in block)) for block in cut]


def _figure(title: str, points: Sequence[tuple[float, float]], samples: Sequence[Sample], void: bool) -> Figure:
    level = mean(value for _, value in points)
    found, low, high = (24 * each / level for each in slope(blocks(points)))
    first, last = samples[0], samples[-1]
    peak = max(value for _, value in points) / level
    return Figure(
        title=f"{title}, growth in 24 h",
        unit="MB",
        ours=points[-1][1],
        limit=points[0][1],
        peer=None,
        ratio=found,
        min=low,
        max=high,
        goal=0.0,
        goal_is="contains",
        passed=None if void else verdict(found, low, high, 0.0, "contains"),
        void=void,
        note="ours at the end, limit after the warm-up; ratio: growth in 24 h as a share, min–max its 95 % interval",
        detail={
            "hours": last.hour,
            "peak": round(peak, 3),
            "fds": [first.fds, last.fds],
            "threads": [first.threads, last.threads],
            "nodes": [first.nodes, last.nodes],
            "wal_mb": round(max(s.wal for s in samples), 1),
            "mb": [round(value, 1) for _, value in points[:: max(1, len(points) // 24)]],
        },
    )
