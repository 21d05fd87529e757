"""What moves and is not a row yet: what a rush brings waits, and becomes rows at a pace that can be borne.

Of a thing only the newest fact and the newest fix wait, so however many come there is one row to make. Things are
served in the order in which they began to wait. Must not know who is shown them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from hub.domain.events import Event
from hub.domain.field import Fixes
from hub.picture.delta import Delta, merge_into
from hub.picture.fixes import Moved, Told, each
from hub.picture.fold import Picture
from hub.picture.rows import Fix

RATE = 20_000.0
"""Rows made in a second: 20,000 things are each shown once a second, fewer of them more often."""
BURST = 8_000.0
"""How many may be made at once, so that nothing waits while there is little, and what was held up is made up for."""
Place = tuple[str, int]
F = TypeVar("F")
N = TypeVar("N")


@dataclass(slots=True)
class _Lane(Generic[F, N]):
    """What waits for one fold: thing → newest fact or fix, and the step in which the thing began to wait; in that
    order.
    """

    fold: F
    newest: dict[str, N] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)

    def pick(self, most: int | None) -> dict[str, N]:
        """The things that have waited longest, ``most`` of them or all; they wait no longer."""
        if most is None or len(self.newest) <= most:
            chosen, self.newest, self.since = self.newest, {}, {}
            return chosen
        chosen = {key: self.newest.pop(key) for key in list(islice(self.newest, most))}
        for key in chosen:
            del self.since[key]
        return chosen


class Pending:
    """``take`` and ``mark`` what is read, make ``rows`` of it, and ask how far that is ``done``.

    A position of the log is done when nothing waits that was read before it: only then may it be stored, or a restart
    would lose what waits.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._fixes: dict[str, _Lane[Moved, Fix]] = {}
        self._facts: dict[str, _Lane[Told, Event]] = {}
        self._marks: deque[tuple[int, Place, int]] = deque()
        self._step = 0
        self._saved, self._asked = BURST, 0.0

    def __len__(self) -> int:
        return sum(len(lane.newest) for lane in self._all())

    def _all(self) -> Iterator[_Lane[Any, Any]]:
        yield from self._fixes.values()
        yield from self._facts.values()

    def tell(self, fold: Told, event: Event, picture: Picture) -> bool:
        """Keep a full fact that is newer than the one that waits and than the picture's; whether it is."""
        lane = self._facts.get(fold.table)
        if lane is None:
            lane = self._facts[fold.table] = _Lane(fold)
        data = event.data
        key = data.id
        waits = lane.newest.get(key)
        if waits is not None:
            known = waits.data
        else:
            held = picture.get(fold.table, key)
            if held is None:
                lane.newest[key] = event
                lane.since[key] = self._step
                return True
            known = held.fact
        if known.epoch > data.epoch or (known.epoch == data.epoch and known.rev >= data.rev):
            return False
        if waits is None:
            lane.since[key] = self._step
        lane.newest[key] = event
        return True

    def take(self, fold: Moved, event: Event, picture: Picture) -> bool:
        """Keep what is newer than what waits and than what the picture has; whether anything is."""
        if not isinstance(event.data, Fixes):
            raise TypeError(f"{event.type} carries no fixes")
        lane = self._fixes.get(event.type)
        if lane is None:
            lane = self._fixes[event.type] = _Lane(fold)
        fixes, newer = lane.newest, False
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
        oldest = min((next(iter(lane.since.values())) for lane in self._all() if lane.since), default=self._step)
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

    def facts(self, picture: Picture, most: int | None = None) -> Delta:
        """What full facts change, as ``rows``; to be in the picture before fixes of the same things become rows."""
        out: Delta = {}
        for lane in self._facts.values():
            chosen = lane.pick(most)
            most = self._spent(len(chosen), most)
            merge_into(out, lane.fold.rows(picture, chosen.values()))
        return out

    def rows(self, picture: Picture, seen: float, most: int | None = None) -> Delta:
        """What fixes of the things that have waited longest change, ``most`` of them or all; they wait no longer."""
        out: Delta = {}
        for type_, lane in self._fixes.items():
            chosen = lane.pick(most)
            most = self._spent(len(chosen), most)
            out |= lane.fold.rows(picture, type_, chosen, seen)
        return out

    def _spent(self, count: int, most: int | None) -> int | None:
        """What is left of ``most`` when so many rows are made, which the pace takes note of."""
        self._saved = max(0.0, self._saved - count)
        return None if most is None else most - count
