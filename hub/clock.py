"""Clocks of the hub: real time, the demo's district time, a recording's time. Adapters of ``ports.Clock``."""

from __future__ import annotations

import time
from threading import Lock


class LiveClock:
    """Real time."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def rate(self) -> float:
        """Always 1."""
        return 1.0


class RunningClock:
    """Hub time that starts at ``start`` and runs at ``rate``; used by the demo and by a paced replay.

    Monotonic: it never follows jumps of the machine's clock.
    """

    def __init__(self, start: float, rate: float) -> None:
        """``start``: epoch seconds. ``rate``: hub seconds per real second."""
        self._lock = Lock()
        self._base, self._mono, self._rate = start, time.monotonic(), rate

    def now(self) -> float:
        """Epoch seconds of hub time."""
        with self._lock:
            return self._base + (time.monotonic() - self._mono) * self._rate

    def rate(self) -> float:
        """Hub seconds per real second; 0 after ``stop``."""
        with self._lock:
            return self._rate

    def set(self, now: float, rate: float) -> None:
        """Go on from ``now`` at ``rate``."""
        with self._lock:
            self._base, self._mono, self._rate = now, time.monotonic(), rate
