"""A page on a slow, lossy or cut line, and a viewer that never reads: the same picture in the end, nobody else hurt."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import Watched, opened
from tests.faults.measure import Meter, long_form, send_queues
from tests.faults.viewers import Viewer, Viewers, mute_viewer
from tests.proxy import Line
from tests.running import ROOT, Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

THINGS, HZ, FACTS = 300, 2.0, 100
GIVEN_UP_S = 27.0
UNSENT_MAX = 150_000
"""Bytes the kernel may hold for all viewers together: a viewer that does not read is a cursor, not a queue."""
THIN = 10_000
SAYS_CUT = "[...document.querySelectorAll('[data-tile]')].every(t => t.innerText.match(/失联|hub silent/i))"
SHOWN = """(() => {
  const text = (tile) => {
    const copy = tile.cloneNode(true);
    copy.querySelectorAll('.age, time, .clock, canvas, .silent, [id$=-side]').forEach((node) => node.remove());
    return copy.textContent.replace(/\\d+:\\d\\d(:\\d\\d)?|\\d+ ?s\\b/g, '').replace(/\\s+/g, ' ').trim();
  };
  const derived = ['centres', 'figures', 'health'], moving = ['units', 'drones'];  // these move as fixes, not as rows
  const brief = (name) => (row) => JSON.stringify(moving.includes(name) ? row.id : [row.id, row.rev, row.at]);
  const drawn = hub.mapParts.units;
  return {
    rows: Object.fromEntries(Object.entries(hub.tables).filter(([name, rows]) => !derived.includes(name) && rows.size)
      .map(([name, rows]) => [name, [...rows.values()].map(brief(name)).sort()])),
    fixes: hub.things.filter(Boolean).map((thing) => [thing.table, thing.id, thing.at]).sort(),
    map: [...drawn.slotOf].filter(([, slot]) => drawn.placed(slot)).sort()
      .map(([id, slot]) => [id, ...drawn.lonLat(slot)]),
    tiles: Object.fromEntries([...document.querySelectorAll('[data-tile]:not([data-tile=map])')]
      .map((tile) => [tile.dataset.tile, text(tile)])),
  };
})()"""


@contextmanager
def load(
    log: str, folder: Path, *, facts: float = FACTS, things: int = THINGS, hz: float = HZ, batch: int = 0
) -> Iterator[None]:
    """The load generator as a process, for as long as the block lasts."""
    asked = ["--facts", str(facts), "--things", str(things), "--hz", str(hz), "--batch", str(batch)]
    with (folder / "load.log").open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.load", "--log", log, "--seconds", "3600", *asked],
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0, (folder / "load.log").read_text()


@contextmanager
def served(folder: Path) -> Iterator[tuple[Process, str]]:
    """``hub serve`` on the embedded log, and the log's address."""
    log = f"sqlite:///{folder / 'log.db'}"
    with hub("serve", "--log", log, "--data", folder / "data", folder=folder) as process:
        process.ready()
        yield process, log


def same(one: Watched, other: Watched, limit_s: float = 30.0) -> None:
    """Fails with the difference when two pages do not come to show the same."""
    end = time.monotonic() + limit_s
    while differing(left := one.ask(SHOWN), right := other.ask(SHOWN)):
        if time.monotonic() > end:
            print(one.ask("[hub.connected, hub.silent(), hub.frames]"), one.complaints)
            part = differing(left, right)[0]
            assert left[part] == right[part], part
        time.sleep(0.2)
    assert left["rows"]["alarms"]
    assert len(left["fixes"]) == len(left["map"]) == THINGS


def differing(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """The parts of the picture in which two pages differ; symbols may stand 2 m apart, which is the GPU's rounding."""
    apart = [part for part in ("rows", "fixes", "tiles") if left[part] != right[part]]
    there = zip(left["map"], right["map"], strict=False)
    close = all(a[0] == b[0] and abs(a[1] - b[1]) + abs(a[2] - b[2]) < 2e-5 for a, b in there)
    return apart if close and len(left["map"]) == len(right["map"]) else [*apart, "map"]


def hung(line: Line, seconds: float) -> None:
    """As a radio that is out of reach: connections stand, nothing passes."""
    line.hang()
    time.sleep(seconds)


def cut(line: Line, seconds: float) -> None:
    line.cut()
    time.sleep(seconds)


FAULTS = [(cut, 1.0), (hung, 4.0)]
if long_form():
    FAULTS = [(fault, seconds) for seconds in (1.0, 3.0, 10.0, 30.0) for fault in (cut, hung)]


@pytest.mark.browser
def test_a_page_on_a_bad_line_ends_with_the_picture_of_a_fresh_page(browser: Browser, tmp_path: Path) -> None:
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 30))
    print(f"seed {seed}")
    with (
        served(tmp_path) as (server, log),
        Line(server.port, latency_s=0.15, loss=0.01, seed=seed) as line,
        opened(browser, f"http://127.0.0.1:{line.port}/wall/main") as far,
        Meter(server.popen.pid, server.port) as meter,
    ):
        for fault, seconds in FAULTS:
            with load(log, tmp_path):
                far.until("hub.connected && hub.table('units').size >= 300 && !hub.isSilent()")
                time.sleep(1.5 + chance.random())
                before, began = far.ask("hub.frames"), time.monotonic()
                fault(line, 0.0)
                if seconds >= 3:
                    far.until(SAYS_CUT, limit_ms=3500)
                    print(f"{fault.__name__}: said after {time.monotonic() - began:.2f} s", end=", ")
                time.sleep(max(0.0, seconds - (time.monotonic() - began)))
                assert far.ask("hub.frames") - before <= 12, "what was under way may arrive, nothing more"
                line.mend()
                mended = time.monotonic()
                far.until("hub.connected && !hub.isSilent()", limit_ms=15_000)
                back = time.monotonic() - mended
                time.sleep(1)
            with opened(browser, f"{server.url}/wall/main") as fresh:
                fresh.until("hub.map && hub.map.pixelOf && hub.table('units').size >= 300")
                same(far, fresh)
                print(f"{fault.__name__} {seconds:.0f} s: back after {back:.2f} s, same as a fresh page")
        assert far.ask("performance.getEntriesByType('navigation').length") == 1
    print(meter.said())
    third = len(meter.samples) // 3
    first, last = (max(s.rss_mb for s in part) for part in (meter.samples[: 2 * third], meter.samples[-third:]))
    assert last < first * 1.15 + 10, "memory of the server grows with the faults of a line"


LIBRARIES_S = 5.0
"""Until the libraries that only some pages need have come in; their memory is no viewer's."""


def test_one_of_twenty_never_reads_and_the_others_do_not_notice(tmp_path: Path) -> None:
    with served(tmp_path) as (server, log), load(log, tmp_path), Viewers([server.port], 19) as viewers:
        viewers.until(lambda v: len(v.tables.get("units", ())) >= THINGS)
        alone, beside = [], []
        time.sleep(LIBRARIES_S)
        with Meter(server.popen.pid, server.port) as meter:
            for _ in range(3):  # in turn, and the best of each: what else the machine does must not decide
                alone.append(lateness(viewers, 3.0))
                with closing(mute_viewer(server.port)):
                    beside.append(lateness(viewers, 3.0))
                    time.sleep(0.2)
            with closing(mute_viewer(server.port)):
                time.sleep(GIVEN_UP_S)
                unsent, links = send_queues(server.port)
        print(f"frames of 19 viewers late by p50, p99: {alone} s alone, {beside} s beside a mute one; {meter.said()}")
        print(f"{GIVEN_UP_S} s after it came: {unsent} B unsent in {links} links")
        assert min(p99 for _, p99 in beside) < min(p99 for _, p99 in alone) * 1.5 + 0.02
        assert max(sample.unsent for sample in meter.samples) < UNSENT_MAX
        rss = [sample.rss_mb for sample in meter.samples]
        assert rss[-1] < rss[0] * 1.1 + 10
        assert links == 19, "the mute viewer's connection must be given up"


def lateness(viewers: Viewers, seconds: float, who: Callable[[Viewer], bool] = lambda v: True) -> tuple[float, float]:
    """Median and 99th percentile of how late frames came in the coming seconds."""
    viewers.ask(viewers.forget)
    time.sleep(seconds)
    late = viewers.ask(lambda: [x for v in viewers.all if who(v) for x in v.late])
    cuts = quantiles(late, n=100)
    return round(cuts[49], 4), round(cuts[98], 4)


def test_a_thin_line_gets_fewer_frames_and_not_ever_older_ones(tmp_path: Path) -> None:
    """What waits for a viewer is bounded (its transport's 64 KiB, the kernel's 16), so its picture's age is too."""
    with (
        served(tmp_path) as (server, log),
        load(log, tmp_path, hz=8.0),
        Line(server.port, rate=THIN) as line,
        Viewers([line.port, server.port], 2) as viewers,
    ):
        viewers.until(lambda v: len(v.tables.get("units", ())) >= THINGS)
        time.sleep(10)
        ages = [lateness(viewers, 6.0, lambda v: v.port == line.port)[0] for _ in range(4)]
        thin, wide = viewers.ask(lambda: [(v.received, v.frames) for v in viewers.all])
    print(f"at {THIN} B/s frames are late by {ages} s; bytes and frames: {thin}, on a wide line {wide}")
    assert wide[0] > thin[0] * 2, "the line was not too thin for the load"
    assert max(ages) < 1.5 * 80_000 / THIN
