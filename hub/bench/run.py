"""``hub bench``: chooses what is measured, says how far it is, and prints what was found."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.bench import m1_pixel, m2_ingest, m3_start, m4_bytes, m5_viewers, m6_growth, m7_shift
from hub.bench.machine import Watch, described, listener, load
from hub.bench.plan import Plan
from hub.bench.report import Figure, as_json, show
from hub.errors import HubError

METRICS: Mapping[str, tuple[str, Callable[[Plan], dict[str, Figure]]]] = {
    "M1": ("event to pixel", m1_pixel.measure),
    "M2": ("ingest", m2_ingest.measure),
    "M3": ("cold start", m3_start.measure),
    "M4": ("bytes", m4_bytes.measure),
    "M5": ("viewers per core", m5_viewers.measure),
    "M6": ("growth", m6_growth.measure),
    "M7": ("a shift of 24 h", m7_shift.measure),
}


def bench(*, metrics: Sequence[str], json: bool, quick: bool, log: str | None, seed: int) -> int:
    """Measure and print; 0 when every goal that could be judged is met, else 1. Raises ``HubError``."""
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise HubError(f"{unknown[0]}: not measured here; there are {', '.join(METRICS)}")
    if log is not None and not log.startswith("kafka://"):
        raise HubError(f"--log {log}: only kafka://HOST:PORT; without it the embedded log is measured")
    logging.getLogger().setLevel(logging.WARNING)
    figures: dict[str, Figure] = {}
    machine = described(seed)
    machine["load_before"] = load()
    machine["log"] = "kafka" if log else "sqlite"
    with TemporaryDirectory(prefix="hub-bench-") as folder, _progress() as progress:
        task = progress.add_task("", total=len(metrics or METRICS))
        now = ""

        def step(text: str) -> None:
            progress.update(task, description=f"{now}: {text}")

        plan = Plan(quick=quick, seed=seed, folder=Path(folder), kafka=log, step=step, watch=Watch(_broker(log)))
        for name in metrics or METRICS:
            title, measure = METRICS[name]
            now = f"{name} {title}"
            step("starting")
            figures.update(measure(plan))
            progress.advance(task)
    machine["load_after"] = load()
    if json:
        sys.stdout.write(as_json(figures, machine).decode() + "\n")
    else:
        show(figures, machine, Console())
    return 0 if all(figure.passed is not False for figure in figures.values()) else 1


def _broker(log: str | None) -> list[int]:
    """Process ids of a broker on this machine: its work belongs to the measurement."""
    server = urlsplit(log) if log else None
    local = server is not None and server.hostname in ("127.0.0.1", "localhost") and server.port is not None
    return listener(server.port) if local and server is not None and server.port is not None else []


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
