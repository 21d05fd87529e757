"""Fixes that are not rows yet: what a rush brings is kept as columns, and becomes rows at a pace that can be borne.

Of a thing only the newest fix waits, so however many come there is one row to make. Things are served in the order in
which they began to wait. Must not know who is shown them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from hub.domain.events import Event
from hub.domain.field import Fixes
from hub.picture.delta import Delta
from hub.picture.fixes import Moved, each
from hub.picture.fold import Picture
from hub.picture.rows import Fix

RATE = 20_000.0
"""Rows made of fixes in a second: 20,000 things are each shown once a second, fewer of them more often."""
BURST = 8_000.0
"""How many may be made at once, so that nothing waits while there is little, and what was held up is made up for."""
Place = tuple[str, int]


@dataclass(slots=True)
class _Lane:
    """What waits for one fold: thing → newest fix, and the step in which the thing began to wait; in that order."""

    fold: Moved
    fixes: dict[str, Fix] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


class Pending:
    """``take`` and ``mark`` what is read, make ``rows`` of it, and ask how far that is ``done``.

    A position of the log is done when nothing waits that was read before it: only then may it be stored, or a restart
    would lose what waits.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._lanes: dict[str, _Lane] = {}
        self._marks: deque[tuple[int, Place, int]] = deque()
        self._step = 0
        self._saved, self._asked = BURST, 0.0

    def __len__(self) -> int:
        return sum(len(lane.fixes) for lane in self._lanes.values())

    def take(self, fold: Moved, event: Event, picture: Picture) -> bool:
        """Keep what is newer than what waits and than what the picture has; whether anything is."""
        if not isinstance(event.data, Fixes):
            raise TypeError(f"{event.type} carries no fixes")
        lane = self._lanes.get(event.type)
        if lane is None:
            lane = self._lanes[event.type] = _Lane(fold)
        fixes, newer = lane.fixes, False
        for key, fix in each(event.data):
            waits = fixes.get(key)
            if waits is None:
                known = fold.held(picture, key)
                if known is None or fix > known:
                    fixes[key] = fix
                    lane.since[key] = self._step
                    newer = True
            elif fix > waits:
                fixes[key] = fix
                newer = True
        return newer

    def mark(self, place: Place, after: int) -> None:
        """Everything of a partition before the offset ``after`` has been taken."""
        self._marks.append((self._step, place, after))
        self._step += 1

    def done(self) -> dict[Place, int]:
        """How far the log may be taken as stored once all rows made so far are; each answer is given once."""
        oldest = min(
            (next(iter(lane.since.values())) for lane in self._lanes.values() if lane.since), default=self._step
        )
        out: dict[Place, int] = {}
        while self._marks and self._marks[0][0] < oldest:
            _, place, after = self._marks.popleft()
            out[place] = after
        return out

    def allowed(self, now: float) -> int:
        """How many rows may be made at ``now`` (seconds of a clock that never goes back)."""
        self._saved = min(BURST, self._saved + (now - self._asked) * RATE)
        self._asked = now
        return int(self._saved)

    def rows(self, picture: Picture, seen: float, most: int | None = None) -> Delta:
        """What the things that have waited longest change, ``most`` of them or all; they wait no longer."""
        out: Delta = {}
        for type_, lane in self._lanes.items():
            if most is None or len(lane.fixes) <= most:
                chosen, lane.fixes, lane.since = lane.fixes, {}, {}
            else:
                chosen = {key: lane.fixes.pop(key) for key in list(islice(lane.fixes, most))}
                for key in chosen:
                    del lane.since[key]
            if most is not None:
                most -= len(chosen)
            self._saved -= len(chosen)
            out |= lane.fold.rows(picture, type_, chosen, seen)
        self._saved = max(0.0, self._saved)
        return out
