"""M4, bytes a viewer receives per changed row, against the empirical entropy of the same changes.

One second of the district at a time: some units report, the frame is awaited, all bytes on the socket are counted,
beats and derived rows too. The entropy is that of what a screen can show: the id gap, both steps in micro-degrees,
the turn in 256ths of a circle (as it is drawn) and the time in tenths of a second.
"""

from __future__ import annotations

import json
import math
import time
import zlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from hub.bench.lanes import interleave
from hub.bench.load import Movers, appended
from hub.bench.plan import Plan
from hub.bench.processes import lane, serving
from hub.bench.report import Figure, judged
from hub.domain.events import Emission
from hub.domain.field import Unit
from streams import open_log

GOAL = 2.0
UNITS, CHANGES = 2000, 600
TICK_S = 1.0


def measure(plan: Plan) -> dict[str, Figure]:
    """One round per seed: the plan's, and the ones after it."""
    folder = plan.fresh("m4")
    ticks = plan.pick(quick=5, full=20)
    held: dict[str, float] = {}
    bits: list[dict[str, float]] = []

    def ours(number: int) -> float:
        home = folder / f"seed-{number}"
        home.mkdir()
        url = f"sqlite:///{home / 'log.db'}"
        log, movers = open_log(url), Movers(UNITS, plan.seed + number, time.time())
        said: list[list[Emission]] = []
        try:
            appended(log, movers.everyone())
            truth = Truth(movers)
            with (
                serving(url, home / "serve") as server,
                lane("crowd", server.port, "/feed", 1, "PLAIN", folder=home) as one,
            ):
                time.sleep(TICK_S)
                first, due = one.ask("now"), time.monotonic()
                for _ in range(ticks):
                    said.append(movers.tick(time.time(), CHANGES))
                    appended(log, said[-1])
                    due += TICK_S
                    time.sleep(max(0.0, due - time.monotonic()))
                wire = one.ask("now")["bytes"] - first["bytes"]
        finally:
            log.close()
        for tick in said:
            truth.take(tick)
        bits.append(truth.bits())
        held.update(limit=sum(bits[-1].values()) / 8, peer=_snapshot(movers), delta=_delta(said))
        return float(wire) / (ticks * CHANGES)

    lanes = {"ours": ours, "limit": lambda _: held["limit"], "peer": lambda _: held["peer"]}
    rounds = interleave(lanes, plan.rounds, plan.watch, plan.step)
    detail = {
        "bits": {name: round(sum(b[name] for b in bits) / len(bits), 2) for name in bits[0]},
        "delta_json_zlib": round(held["delta"], 2),
        "units": UNITS,
        "changes_per_s": CHANGES,
    }
    note = "peer: the whole map as JSON each second; limit: entropy of what a screen can show"
    title = "bytes per viewer and changed row"
    return {"M4": judged(title=title, unit="B", rounds=rounds, goal=GOAL, note=note, detail=detail, quiet_needed=False)}


class Truth:
    """Symbols of every change, from the true values."""

    def __init__(self, movers: Movers) -> None:
        """``movers``: as everybody knows them already."""
        self._held = {e.data.id: _place(e) for e in movers.everyone()}
        self._seen: dict[str, Counter[int]] = {name: Counter() for name in ("id_gap", "lon", "lat", "turn", "time")}

    def take(self, tick: Iterable[Emission]) -> None:
        """One frame's worth of changes, in order of id."""
        before = -1
        changes = sorted(tick, key=lambda emission: emission.data.id)
        for emission in changes:
            index, new = int(emission.data.id[2:]), _place(emission)
            old = self._held[emission.data.id]
            self._held[emission.data.id] = new
            turn = (new[2] - old[2] + 128) % 256 - 128
            second = round(emission.at * 10) - math.floor(changes[0].at)
            symbols = (index - before - 1, new[0] - old[0], new[1] - old[1], turn, second % 10)
            for name, symbol in zip(self._seen, symbols, strict=True):
                self._seen[name][symbol] += 1
            before = index

    def bits(self) -> dict[str, float]:
        """Entropy per change of each part."""
        return {name: entropy(seen) for name, seen in self._seen.items()}


def entropy(seen: Counter[int]) -> float:
    """Bits per symbol: the zero-order empirical entropy of counts."""
    total = seen.total()
    return -sum(n / total * math.log2(n / total) for n in seen.values()) if total else 0.0


def _place(emission: Emission) -> tuple[int, int, int]:
    unit = emission.data
    if not isinstance(unit, Unit) or unit.position is None:
        raise TypeError("only units drive about")
    heading = round((unit.heading_deg or 0.0) / 360 * 256) % 256
    return round(unit.position.lon * 1e6), round(unit.position.lat * 1e6), heading


def _snapshot(movers: Movers) -> float:
    """Bytes per changed row when the whole map is sent as JSON each second."""
    rows = [msgspec.to_builtins(e.data) for e in movers.everyone()]
    return len(json.dumps(rows, separators=(",", ":"))) / CHANGES


def _delta(ticks: list[list[Emission]]) -> float:
    """Bytes per changed row of the changed rows as JSON, compressed."""
    sizes = [len(zlib.compress(msgspec.json.encode([e.data for e in tick]), 6)) for tick in ticks]
    return sum(sizes) / (len(ticks) * CHANGES)
