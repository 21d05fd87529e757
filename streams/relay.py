"""From the store's outbox to the log: in order, at least once, without ever giving up.

What the hub decides is committed with its rows; this carries it out afterwards. Must not know what a record says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import groupby
from threading import Event

from hub.errors import HubError
from hub.ports import Log, LogHealth, Store

BATCH = 500
_log = logging.getLogger(__name__)


class Relay:
    """Moves records from the outbox to the log. ``run`` has a thread of its own; the rest may be called from any."""

    def __init__(
        self,
        store: Store,
        log: Log,
        *,
        mine: Callable[[], bool] = lambda: True,
        idle_s: float = 0.1,
        longest_s: float = 5.0,
    ) -> None:
        """``mine()``: whether this server is the one to deliver; of several only one may. ``idle_s``: how often an
        empty outbox is looked at when nobody calls ``wake``. ``longest_s``: the pause after failures doubles from
        0.1 s up to this.
        """
        self._store, self._out, self._mine = store, log, mine
        self._idle_s, self._longest_s = idle_s, longest_s
        self._woken, self._stopped = Event(), Event()
        self._fault = ""

    def run(self) -> None:
        """Deliver until ``stop``. A failure is logged once when it begins and once when it ends."""
        pause = 0.1
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                moved = self.step() if self._mine() else 0
            except HubError as error:
                self._failed(str(error))
                self._stopped.wait(pause)
                pause = min(self._longest_s, pause * 2)
                continue
            self._recovered()
            pause = 0.1
            if not moved:
                self._woken.wait(self._idle_s)

    def step(self) -> int:
        """Deliver up to ``BATCH`` records and forget what the log has acknowledged; gives their number. Raises what
        the log or the store raises; what was acknowledged before stays forgotten, the rest comes again.
        """
        waiting = self._store.outbox(BATCH)
        moved = 0
        for topic, group in groupby(waiting, key=lambda item: item[1]):
            run = list(group)
            self._out.append(topic, [record for _, _, record in run])
            self._store.delivered(run[-1][0])
            moved += len(run)
        return moved

    def wake(self) -> None:
        """Say that the outbox has something; it is then looked at at once."""
        self._woken.set()

    def stop(self) -> None:
        """End ``run`` after the batch it is at; what is left stays in the outbox."""
        self._stopped.set()
        self._woken.set()

    def health(self) -> LogHealth:
        """``down`` with the reason while nothing can be delivered."""
        return LogHealth("down", self._fault) if self._fault else LogHealth("ok")

    def _failed(self, reason: str) -> None:
        if not self._fault:
            _log.warning("outbox is not delivered: %s", reason)
        self._fault = reason

    def _recovered(self) -> None:
        if self._fault:
            _log.info("outbox is delivered again")
        self._fault = ""
