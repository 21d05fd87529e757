"""What moves and is not a row yet: what a rush brings waits, and becomes rows at a pace that can be borne.

Of a thing only the newest fact and the newest fix wait, so however many come there is one row to make. Things are
served in the order in which they began to wait. Must not know who is shown them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

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


@dataclass(slots=True)
class _Lane:
    """What waits for one fold: thing → newest fix, and the step in which the thing began to wait; in that order."""

    fold: Moved
    fixes: dict[str, Fix] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Facts:
    """The same of full facts: thing → newest one."""

    fold: Told
    facts: dict[str, Event] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


class Pending:
    """``take`` and ``mark`` what is read, make ``rows`` of it, and ask how far that is ``done``.

    A position of the log is done when nothing waits that was read before it: only then may it be stored, or a restart
    would lose what waits.
    """

    def __init__(self) -> None:
        """Nothing waits."""
        self._lanes: dict[str, _Lane] = {}
        self._facts: dict[str, _Facts] = {}
        self._marks: deque[tuple[int, Place, int]] = deque()
        self._step = 0
        self._saved, self._asked = BURST, 0.0

    def __len__(self) -> int:
        fixes = sum(len(lane.fixes) for lane in self._lanes.values())
        return fixes + sum(len(lane.facts) for lane in self._facts.values())

    def tell(self, fold: Told, event: Event, picture: Picture) -> bool:
        """Keep a full fact that is newer than the one that waits and than the picture's; whether it is."""
        lane = self._facts.get(fold.table)
        if lane is None:
            lane = self._facts[fold.table] = _Facts(fold)
        data = event.data
        key = data.id
        waits = lane.facts.get(key)
        if waits is not None:
            known = waits.data
        else:
            held = picture.get(fold.table, key)
            if held is None:
                lane.facts[key] = event
                lane.since[key] = self._step
                return True
            known = held.fact
        if known.epoch > data.epoch or (known.epoch == data.epoch and known.rev >= data.rev):
            return False
        if waits is None:
            lane.since[key] = self._step
        lane.facts[key] = event
        return True

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
        begun = [lane.since for lane in self._lanes.values()] + [lane.since for lane in self._facts.values()]
        oldest = min((next(iter(since.values())) for since in begun if since), default=self._step)
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
            if most is None or len(lane.facts) <= most:
                chosen, lane.facts, lane.since = lane.facts, {}, {}
            else:
                chosen = {key: lane.facts.pop(key) for key in list(islice(lane.facts, most))}
                for key in chosen:
                    del lane.since[key]
            if most is not None:
                most -= len(chosen)
            self._saved = max(0.0, self._saved - len(chosen))
            merge_into(out, lane.fold.rows(picture, chosen.values()))
        return out

    def rows(self, picture: Picture, seen: float, most: int | None = None) -> Delta:
        """What fixes of the things that have waited longest change, ``most`` of them or all; they wait no longer."""
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
