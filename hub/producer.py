"""Runs simulators against a clock and appends what they say to the log. Knows no simulator and no log by name.

Simulators are pure functions of a time window, so the only state is how far they have been played; it is kept in a
small file, and a window that is played twice after a crash gives the same facts again, which change nothing.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag

import msgspec

from hub.codec import encode
from hub.domain.events import Emission
from hub.errors import HubError, LogDown
from hub.field.world import World
from hub.ports import Clock, Log, Outgoing

say = logging.getLogger("hub.producer")
STEP_S = 0.25
SLICE_S = 30.0
"""Longest window played at once, hub seconds: bounds memory after a pause or at high speed."""
RETRY_S = 1.0
WARM_UP_WAIT_S = 120.0
"""So long the hours before wait for a log that is down, each part; after that somebody must look."""


@dataclass(frozen=True, slots=True)
class Part:
    """One simulator. ``warm_up_s``: how far before the first start it is played, so that a board is not empty."""

    simulate: Callable[[World, float, float], Iterable[Emission]]
    warm_up_s: float


class Producer:
    """Plays parts up to the clock's now."""

    def __init__(
        self,
        *,
        log: Log,
        parts: Sequence[Part],
        world: World,
        clock: Clock,
        until: float,
        save: Callable[[float], None],
        says: Callable[[Emission], bool] = lambda emission: True,
    ) -> None:
        """``until``: how far everything has been played, epoch seconds. ``save(until)`` after every window.
        ``says(fact)``: whether it is said; what is not, is as if it had never been played.
        """
        self._log, self._parts, self._world, self._clock = log, parts, world, clock
        self._until, self._save, self._says = until, save, says
        self._down = False

    def warm_up(self, progress: Callable[[int, int], None]) -> int:
        """Play each part's past up to ``until``; gives the number of facts. ``progress(done parts, parts)``.

        A log that is down is waited for, each part again from its beginning. Raises ``LogDown`` when it stays down.
        """
        count = 0
        for index, part in enumerate(self._parts):
            count += self._past(part)
            progress(index + 1, len(self._parts))
        self._save(self._until)
        return count

    def run(self, stop: Flag) -> None:
        """Until ``stop``: play what happened since the last window. A log that is down is waited for."""
        while not stop.wait(STEP_S):
            try:
                self.step()
            except LogDown as error:
                self._fell(error)
                stop.wait(RETRY_S)

    def step(self) -> int:
        """Play one window; gives the number of facts. Raises ``LogDown``: the window is played again next time."""
        end = min(self._clock.now(), self._until + SLICE_S)
        if end <= self._until:
            return 0
        count = sum(self._append(part.simulate(self._world, self._until, end)) for part in self._parts)
        self._stands()
        self._until = end
        self._save(end)
        return count

    def _past(self, part: Part) -> int:
        give_up = time.monotonic() + WARM_UP_WAIT_S
        while True:
            try:
                count = self._append(part.simulate(self._world, self._until - part.warm_up_s, self._until))
            except LogDown as error:
                if time.monotonic() > give_up:
                    raise
                self._fell(error)
                time.sleep(RETRY_S)
            else:
                self._stands()
                return count

    def _fell(self, error: LogDown) -> None:
        if not self._down:
            say.error("cannot append, waiting: %s", error)
        self._down = True

    def _stands(self) -> None:
        if self._down:
            say.info("appending again")
        self._down = False

    def _append(self, emissions: Iterable[Emission]) -> int:
        by_topic: dict[str, list[Outgoing]] = {}
        count = 0
        for emission in filter(self._says, emissions):
            marked = msgspec.structs.replace(emission, exercise="s")
            by_topic.setdefault(emission.topic, []).append(encode(marked))
            count += 1
        for topic, records in by_topic.items():
            self._log.append(topic, records)
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the demo's file remembers: ``anchor`` and ``until`` in epoch seconds, and the seed."""

    anchor: float
    until: float
    seed: int


def read_played(path: Path) -> Played | None:
    """How far an earlier run came; ``None`` on a first start. Raises ``HubError`` for a file that is not ours."""
    if not path.exists():
        return None
    try:
        held = json.loads(path.read_text("utf-8"))
        return Played(anchor=float(held["anchor"]), until=float(held["until"]), seed=int(held["seed"]))
    except (ValueError, KeyError, TypeError) as error:
        raise HubError(f"{path} is damaged ({error}); remove it, or choose another folder with --data") from error


def write_played(path: Path, played: Played) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new one."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({"anchor": played.anchor, "until": played.until, "seed": played.seed}), "utf-8")
    temporary.replace(path)
