"""What a process and a page cost, measured from outside."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

import psutil

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

_NO_LINK = ("0A", "06", "05")  # listening, and what remains of one that was closed properly


def rounds(short: int) -> int:
    """How often a fault is made: ``short`` times, or as often as ``HUB_TEST_FAULTS`` says."""
    return max(short, int(os.environ.get("HUB_TEST_FAULTS", "0")))


def long_form() -> bool:
    """Whether ``HUB_TEST_FAULTS`` asks for the long form."""
    return rounds(1) > 1


def busy_s() -> float:
    """What a page is given on top of its limit when the machine has no core left for it, seconds."""
    return max(0.0, os.getloadavg()[0] / (os.cpu_count() or 1) - 1.0)


@dataclass(slots=True)
class Sample:
    """CPU share of one core since the sample before, RSS MB, bytes in the kernel's send queues of the server's port."""

    at: float
    cpu: float
    rss_mb: float
    unsent: int
    links: int


@dataclass
class Meter:
    """Samples a process while the block lasts. ``port``: whose connections are looked at."""

    pid: int
    port: int
    every_s: float = 0.5
    samples: list[Sample] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process(self.pid)
        before, at = process.cpu_times(), time.monotonic()
        while not self._stop.wait(self.every_s):
            try:
                now, then = process.cpu_times(), time.monotonic()
                used = now.user + now.system - before.user - before.system
                unsent, links = send_queues(self.port)
                rss = process.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                return
            self.samples.append(Sample(then, used / (then - at), rss, unsent, links))
            before, at = now, then

    def said(self) -> str:
        """One line: CPU, RSS at the beginning, end and most, most bytes unsent."""
        if not self.samples:
            return "no sample"
        cpu = sum(s.cpu for s in self.samples) / len(self.samples)
        rss = [s.rss_mb for s in self.samples]
        return (
            f"CPU {cpu:.0%} of a core (most {max(s.cpu for s in self.samples):.0%}), "
            f"RSS {rss[0]:.0f} → {rss[-1]:.0f} MB (most {max(rss):.0f}), "
            f"unsent at most {max(s.unsent for s in self.samples)} B in all of"
            f" {max(s.links for s in self.samples)} links"
        )


def send_queues(port: int) -> tuple[int, int]:
    """Bytes the kernel holds unsent or unacknowledged for connections of a server's port, and how many there are."""
    unsent = links = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        part = line.split()
        if int(part[1].split(":")[1], 16) == port and part[3] not in _NO_LINK:
            unsent += int(part[4].split(":")[0], 16)
            links += 1
    return unsent, links


class PageCost:
    """Main-thread time of a page and how long its frames take, between ``begin`` and ``end``."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def _metrics(self) -> dict[str, float]:
        return {m["name"]: m["value"] for m in self._session.send("Performance.getMetrics")["metrics"]}

    def begin(self) -> None:
        self._before, self._at = self._metrics(), time.monotonic()
        self._frames = self._page.evaluate("hub.frames")
        self._page.evaluate(
            """() => { window.frameTimes = []; let last = performance.now();
            const step = (now) => {
              frameTimes.push(now - last);
              last = now;
              window.frameStep = requestAnimationFrame(step);
            };
            requestAnimationFrame(step); }"""
        )

    def end(self) -> dict[str, Any]:
        """Main-thread milliseconds per frame of the feed and per second, and the time between painted frames."""
        gaps: list[float] = sorted(self._page.evaluate("() => { cancelAnimationFrame(frameStep); return frameTimes; }"))
        after, took = self._metrics(), time.monotonic() - self._at
        frames = self._page.evaluate("hub.frames") - self._frames
        busy = (after["TaskDuration"] - self._before["TaskDuration"]) * 1000
        script = (after["ScriptDuration"] - self._before["ScriptDuration"]) * 1000
        return {
            "feed_frames_s": round(frames / took, 1),
            "main_ms_per_feed_frame": round(busy / max(1, frames), 1),
            "script_ms_per_feed_frame": round(script / max(1, frames), 1),
            "main_busy": round(busy / took / 1000, 3),
            "painted_s": round(len(gaps) / took, 1),
            "paint_gap_p50_ms": round(gaps[len(gaps) // 2], 1) if gaps else None,
            "paint_gap_p99_ms": round(gaps[int(len(gaps) * 0.99)], 1) if gaps else None,
            "heap_mb": round(after["JSHeapUsedSize"] / 1e6, 1),
        }
