"""The machine a measurement ran on: what it is, how loaded it was, and what of the load was not ours."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any

import psutil

from hub import __version__

PACKAGES = (
    "dash",
    "uvicorn",
    "starlette",
    "websockets",
    "uvloop",
    "kafka-python",
    "sqlalchemy",
    "msgspec",
    "playwright",
)


LEAST_S = 0.25
"""The system counts CPU in hundredths of a second: of a shorter time no share can be told."""


def described(seed: int) -> dict[str, Any]:
    """What a reader needs to place the absolute numbers."""
    return {
        "hub": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": psutil.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "seed": seed,
        "versions": {name: _version(name) for name in PACKAGES},
    }


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def spent_by(process: psutil.Process) -> float:
    """CPU seconds of a process: user and system, all threads, without its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


class Watch:
    """A context that measures which share of all cores processes other than ours used meanwhile."""

    def __init__(self, also: Iterable[int] = ()) -> None:
        """Ours are this process and all its children; ``also``: further process ids that belong to the measurement."""
        self._also = [psutil.Process(pid) for pid in also]
        self._own = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self.others = 0.0

    def __enter__(self) -> Watch:
        self._began = time.monotonic(), _busy(), self._ours()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        then, busy, ours = self._began
        lasted = time.monotonic() - then
        used = (_busy() - busy) - (self._ours() - ours)
        self.others = max(0.0, used / lasted / self._cores) if lasted >= LEAST_S else 0.0

    def _ours(self) -> float:
        """CPU seconds of our tree; those of children that have ended stay counted by the one that waited for them."""
        total = 0.0
        for process in [self._own, *self._own.children(recursive=True), *self._also]:
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def listener(port: int) -> list[int]:
    """Process ids that listen on a TCP port here (a local broker is part of what is measured)."""
    found = set()
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                found.add(connection.pid)
    return sorted(found)
