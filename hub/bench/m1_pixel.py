"""M1, event to pixel: from appending an alarm to the log until the wall's alarm list has it painted.

Three lanes in one page: the wall over the real ``hub serve``; a bare reader of the same log that writes each value to a
WebSocket whose page sets ``textContent``; a Dash page whose ``dcc.Interval`` asks once a second. Events of the lanes
alternate; meanwhile the ordinary life of the district goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hub.bench.chromium import chromium, wall
from hub.bench.lanes import Round
from hub.bench.load import Life, Movers, alarm, appended
from hub.bench.plan import Plan
from hub.bench.processes import lane, serving
from hub.bench.report import Figure, judged
from hub.bench.topics import opened
from hub.errors import HubError
from hub.health import percentile
from hub.ports import Log, Outgoing

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

GOAL = 1.6
UNITS, CHANGES = 300, 3
TOPIC = "hub.bench"
GAP_S = (0.060, 0.190)
LAST_S = 2.5
LIMIT_S = 30.0
Seen = Mapping[int, float]


def measure(plan: Plan) -> dict[str, Figure]:
    """``M1``: 99th percentile in milliseconds; ``M1.p50`` the median, without a goal."""
    folder = plan.fresh("m1")
    events = plan.pick(quick=40, full=150)
    with opened(plan, folder, [TOPIC]) as (url, log), serving(url, folder / "serve") as server:
        movers = Movers(UNITS, plan.seed, time.time())
        appended(log, movers.everyone())
        log.append(TOPIC, [Outgoing(b"bench", b"#0#")])
        with (
            lane("bare", url, TOPIC, folder=folder) as bare,
            Life(log, movers, CHANGES),
            chromium() as browser,
            wall(browser, server.port, UNITS, Path(__file__).with_name("page.js").read_text("utf-8")) as page,
        ):
            peer = _peer(page, bare.port)
            rounds = {"M1": [], "M1.p50": []}  # type: dict[str, list[Round]]
            run = _Run(log, page, peer, Random(plan.seed))  # noqa: S311 (gaps between events)
            run.round(10)  # everything warm
            for number in range(plan.rounds):
                plan.step(f"round {number + 1} of {plan.rounds}: {2 * events} alarms")
                with plan.watch:
                    waits = run.round(events)
                for key, share in (("M1", 0.99), ("M1.p50", 0.5)):
                    values = {name: percentile(found, share) or 0.0 for name, found in waits.items()}
                    rounds[key].append(Round(values, plan.watch.others))
    detail = {"log": url.partition(":")[0], "events_per_round": events, "units": UNITS}
    through = "Kafka" if plan.kafka else "the embedded SQLite log"
    note = f"through {through}; limit: bare reader, raw WebSocket, textContent; peer: dcc.Interval(1000)"
    return {
        "M1": judged(title="event to pixel, p99", unit="ms", rounds=rounds["M1"], goal=GOAL, note=note, detail=detail),
        "M1.p50": judged(title="event to pixel, median", unit="ms", rounds=rounds["M1.p50"], goal=None),
    }


def _peer(page: Page, port: int) -> Frame:
    """Begin to watch: the wall's list and the bare socket in the page itself, the usual way in a frame of it."""
    page.evaluate("__watch('ours', '#alarms-list')")
    page.evaluate(f"__bare('ws://127.0.0.1:{port}/bare')")
    page.evaluate(f"__frame('http://127.0.0.1:{port}/')")
    deadline = time.monotonic() + LIMIT_S
    while not (inner := [f for f in page.frames if f.url.startswith(f"http://127.0.0.1:{port}/")]):
        if time.monotonic() > deadline:
            raise HubError("the page of the usual way did not open")
        page.wait_for_timeout(50)
    inner[0].wait_for_selector("#newest", state="attached")
    inner[0].evaluate("__watch('peer', '#react-entry-point')")
    return inner[0]


class _Run:
    """Sends events and collects how long each took until it was painted."""

    def __init__(self, log: Log, page: Page, peer: Frame, rng: Random) -> None:
        self._log, self._page, self._peer, self._rng = log, page, peer, rng
        self._number = 0

    def round(self, events: int) -> dict[str, list[float]]:
        """Milliseconds of every event, by lane."""
        sent: dict[str, dict[int, float]] = {"ours": {}, "limit": {}}
        for index in range(2 * events):
            name = ("ours", "limit")[index % 2]
            self._number += 1
            sent[name][self._number] = time.time() * 1000
            self._send(name)
            self._page.wait_for_timeout(self._rng.uniform(*GAP_S) * 1000)
        self._page.wait_for_timeout(LAST_S * 1000)
        seen = {**self._page.evaluate("__seen"), **self._peer.evaluate("__seen")}
        return {
            lane: waits(sent["ours" if lane == "ours" else "limit"], {int(k): at for k, at in found.items()})
            for lane, found in seen.items()
        }

    def _send(self, name: str) -> None:
        said = f"#{self._number}#"
        if name == "ours":
            appended(self._log, [alarm("A-bench", self._number, time.time(), said)])
        else:
            self._log.append(TOPIC, [Outgoing(b"bench", said.encode())])


def waits(sent: Mapping[int, float], seen: Seen) -> list[float]:
    """For each event how long until the screen showed state that includes it; infinite when it never did."""
    out = []
    for number, at in sent.items():
        shown = [when for k, when in seen.items() if k >= number]
        out.append(min(shown) - at if shown else float("inf"))
    return out
