"""What the screens are sent: frames of changed rows and position columns, encoded and compressed once for all viewers.

A viewer is only a cursor. A frame from any cursor is the merged change since then; a viewer that fell too far behind,
or that knows another run of the server, gets a snapshot. There is no queue per viewer. Must not know sockets.

Frame: a byte that is 1 when the rest is a zlib stream, 0 when it is not; then u32 LE length of JSON | JSON | columns.
JSON: ``k`` snap, delta or beat; ``cursor``; ``clock``; ``up`` rows by table (of what moves, place and time may be older
than those in the columns); ``rm`` ids by table (also ones the viewer never had); ``fix`` {n, of, names}. Columns of n
positions, by rising index: index, lon, lat (1e-6 degrees), at (tenths of a second since the epoch), heading (255ths of
a circle, 255 unknown). ``of`` says of each column how it is written, ``[low, width]`` or ``[low, width, first]``; its
planes of n bytes follow one another (``hub.frame.planes``).
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping
from secrets import token_hex
from threading import RLock
from typing import Any

import msgspec

from hub.frame import packed, planes
from hub.picture.delta import Delta, merge_into
from hub.picture.rows import JSON, UNKNOWN, Row, Table, encoded
from hub.ports import Clock

BEHIND_MAX = 2000
"""Changed rows above which a merged delta is replaced by a snapshot."""
TOMBSTONES = 2000
"""Removed rows that are remembered; who is further behind gets a snapshot."""
SETTLE_S = 0.1
WATCHED_S = 2.0
"""When nobody has asked for a frame for so long, what is published waits: of a row the newest is kept, and the first
who asks has it put into rows and columns.
"""
ALIVE_S = 6.0
"""Without a sign of the engine for this long no beat is sent, and every page says that the hub is silent. Longer than
the engine may wait for a broker that does not answer: a log that is down is said by itself."""
TURN, UNKNOWN_HEADING = 255, 255
_MOVING = ("rev", "position", "heading_deg", "speed_mps")
_Place = tuple[str, str]

_encode = msgspec.json.Encoder().encode


class _Fixes:
    """Newest position of every moving thing as columns, and when each changed."""

    def __init__(self) -> None:
        self.index: dict[_Place, int] = {}
        self.names: list[_Place] = []
        self.lon, self.lat = array("i"), array("i")
        self.heading = array("B")
        self.at: list[int] = []
        self.changed: dict[int, int] = {}

    def put(self, place: _Place, row: Row, seq: int) -> None:
        index = self.index.get(place)
        if index is None:
            index = self.index[place] = len(self.names)
            self.names.append(place)
            self.lon.append(0)
            self.lat.append(0)
            self.heading.append(UNKNOWN_HEADING)
            self.at.append(0)
        self.move(index, row, seq)

    def move(self, index: int, row: Row, seq: int) -> None:
        fact: Any = row.fact
        self.lon[index] = round(fact.position.lon * 1e6)
        self.lat[index] = round(fact.position.lat * 1e6)
        if row.told is None:  # at is from milliseconds, as the page rounds those of a row
            heading = None if fact.heading_deg is None else round(fact.heading_deg * 100)
            self.at[index] = (round(row.at * 1000) + 50) // 100
        else:  # what the row shows is its fix, in whole numbers already
            fix: Any = row.fix
            heading = None if fix.heading == UNKNOWN else fix.heading
            self.at[index] = (fix.ms + 50) // 100
        self.heading[index] = UNKNOWN_HEADING if heading is None else (heading * TURN + 18_000) // 36_000 % TURN
        self.changed.pop(index, None)
        self.changed[index] = seq

    def columns(self, picked: list[int], known: int) -> tuple[dict[str, JSON], list[bytes]]:
        """JSON head and planes for some indices, rising; ``known``: how many names the viewer has already."""
        kept = (self.lon, self.lat, self.at, self.heading)
        written = [planes(column) for column in (picked, *([of[i] for i in picked] for of in kept))]
        names = [(i, *self.names[i]) for i in range(known, len(self.names))]
        head: dict[str, JSON] = {"n": len(picked), "of": [how for how, _ in written], "names": names}
        return head, [plane for _, column in written for plane in column]


class Feed:
    """Rows on their way to the screens.

    ``publish`` and ``publish_views`` are called by the engine's thread, ``frame`` by any thread.
    """

    def __init__(self, tables: Mapping[str, Table], clock: Clock, mode: Callable[[], dict[str, JSON]]) -> None:
        """``mode()``: what the clock badge says besides the time, for example ``{"mode": "demo", "ended": False}``."""
        self.boot = token_hex(4)
        self.lock = RLock()
        self._tables, self._clock, self._mode = tables, clock, mode
        self._seq = 0
        self._horizon = 0
        self._changed: dict[_Place, int] = {}
        self._named: list[int] = []  # for each moving thing, the seq at which it got its index
        self._rows: dict[_Place, Row | JSON] = {}
        self._raw: dict[_Place, msgspec.Raw] = {}
        self._gone: dict[_Place, int] = {}
        self._fixes = _Fixes()
        self._still: dict[_Place, object] = {}
        self._views: dict[str, set[str]] = {}
        self._frames: dict[tuple[int | None, int], bytes] = {}
        self._pending: Delta = {}
        self._settled = self._asked = float("-inf")
        self._alive = time.monotonic()
        self._wake: Callable[[bool], None] | None = None

    def on_change(self, wake: Callable[[bool], None] | None) -> None:
        """``wake(fact)`` is called (from the engine's thread) after every change; it must not block.

        ``fact``: more was published than what only moves or is derived.
        """
        self._wake = wake

    def alive(self) -> None:
        """The engine's sign of life, at least once a second."""
        self._alive = time.monotonic()

    @property
    def seq(self) -> int:
        """Number of the newest change."""
        with self.lock:
            self._settle()
            return self._seq

    def publish(self, delta: Delta) -> None:
        """Take changed rows; rows that do not belong on a screen are removed from it.

        They are kept until somebody asks for a frame, while there are viewers for ``SETTLE_S`` at most: of a row that
        changed ten times meanwhile one change is made.
        """
        with self.lock:
            merge_into(self._pending, delta)
            now = time.monotonic()
            if now - self._settled > SETTLE_S and now - self._asked < WATCHED_S:
                self._settle()
        self._woken(any(not self._tables[name].ephemeral for name in delta))

    def _settle(self) -> None:
        """Put what was published into rows and columns, under the lock."""
        self._settled = time.monotonic()
        pending, self._pending = self._pending, {}
        for name, rows in pending.items():
            table = self._tables[name]
            for key, row in rows.items():
                if row is None or row.fix is None or not self._move((name, key), row):
                    self._put(table, key, row)

    def _move(self, place: _Place, row: Row) -> bool:
        """The quick way of a fix: whether the thing stands on the screen with the same fact, so that only its columns
        change. Its JSON, once made, stays: of two positions a page takes the later one.
        """
        held, index = self._rows.get(place), self._fixes.index.get(place)
        if index is None or not isinstance(held, Row):
            return False
        was, now = held.fact, row.fact
        if was.rev != now.rev or was.epoch != now.epoch or not self._tables[place[0]].on_screen(now):
            return False
        self._seq += 1
        self._fixes.move(index, row, self._seq)
        self._rows[place] = row
        return True

    def publish_views(self, table: str, rows: Mapping[str, JSON]) -> None:
        """Take derived rows of a table as JSON; those no longer given are removed, unchanged ones cost nothing. No
        published row has an id of theirs.
        """
        changed = False
        with self.lock:
            for key in self._views.get(table, set()) - rows.keys():
                self._remove((table, key))
                changed = True
            for key, row in rows.items():
                if self._rows.get((table, key)) != row:
                    self._upsert((table, key), row)
                    changed = True
            self._views[table] = set(rows)
        if changed:
            self._woken()

    def _woken(self, fact: bool = False) -> None:
        if self._wake is not None:
            self._wake(fact)

    def _put(self, table: Table, key: str, row: Row | None) -> None:
        place = (table.name, key)
        if row is None or not table.on_screen(row.fact):
            if place in self._rows:
                self._remove(place)
            return
        moving = table.ephemeral and getattr(row.fact, "position", None) is not None
        if moving:
            self._seq += 1
            if place not in self._fixes.index:
                self._named.append(self._seq)
            self._fixes.put(place, row, self._seq)
            still = _still(row)
            if self._still.get(place) == still and place in self._rows:
                self._rows[place] = row  # as above
                return
            self._still[place] = still
        self._upsert(place, row)

    def _upsert(self, place: _Place, row: Row | JSON) -> None:
        self._seq += 1
        self._rows[place] = row
        self._raw.pop(place, None)
        self._gone.pop(place, None)
        self._changed.pop(place, None)
        self._changed[place] = self._seq

    def _remove(self, place: _Place) -> None:
        self._seq += 1
        self._rows.pop(place, None)
        self._raw.pop(place, None)
        self._still.pop(place, None)
        self._changed.pop(place, None)
        self._gone[place] = self._seq
        if len(self._gone) > TOMBSTONES:
            oldest = next(iter(self._gone))
            self._horizon = self._gone.pop(oldest)

    def frame(self, cursor: str | None) -> tuple[bytes, str] | None:
        """The merged change since a cursor and the cursor after it; ``None`` when the engine shows no sign of life.

        A beat when nothing changed; a snapshot for no cursor, one of another run, or one too far behind.
        """
        self._asked = time.monotonic()
        if self._asked - self._alive > ALIVE_S:
            return None
        with self.lock:
            self._settle()
            since = self._since(cursor)
            if since == self._seq:
                return self._build(since), f"{self.boot}.{self._seq}"  # a beat tells the time: never an old one
            raw = self._frames.get((since, self._seq))
            if raw is None:
                raw = self._build(since)
                if len(self._frames) > 8:
                    self._frames.clear()
                self._frames[since, self._seq] = raw
            return raw, f"{self.boot}.{self._seq}"

    def _since(self, cursor: str | None) -> int | None:
        boot, _, seq = (cursor or "").partition(".")
        if boot != self.boot or not seq.isdigit():
            return None
        since = int(seq)
        return since if self._horizon <= since <= self._seq else None

    def _build(self, since: int | None) -> bytes:
        changed = [] if since is None else _after(self._changed, since)
        if since is None or len(changed) > BEHIND_MAX:
            since, known, gone = None, 0, []
            changed = list(self._rows)
            picked = list(self._fixes.changed)
        else:
            gone = _after(self._gone, since)
            picked = _after(self._fixes.changed, since)
            known = bisect_right(self._named, since)
        picked = [i for i in picked if self._fixes.names[i] in self._rows]
        head: dict[str, JSON] = {
            "k": "snap" if since is None else "delta" if changed or gone or picked else "beat",
            "cursor": f"{self.boot}.{self._seq}",
            "clock": {"now": round(self._clock.now() * 1000), "rate": self._clock.rate(), **self._mode()},
        }
        columns: list[bytes] = []
        if changed or since is None:
            head["up"] = self._group(changed)
        if gone:
            head["rm"] = _group_ids(gone)
        if picked or known < len(self._fixes.names):  # new names are told even of things that left the screen again
            head["fix"], columns = self._fixes.columns(sorted(picked), known)
        return packed(_encode(head), columns)

    def _group(self, places: list[_Place]) -> dict[str, list[msgspec.Raw]]:
        out: dict[str, list[msgspec.Raw]] = {}
        for place in places:
            raw = self._raw.get(place)
            if raw is None:
                row = self._rows[place]
                body = encoded(self._tables[place[0]], row) if isinstance(row, Row) else _encode(row)
                raw = self._raw[place] = msgspec.Raw(body)
            out.setdefault(place[0], []).append(raw)
        return out


def _still(row: Row) -> object:
    """The part of a moving row that is not movement: when it is unchanged only columns are sent."""
    fact: Any = row.fact
    return tuple(getattr(fact, name) for name in fact.__struct_fields__ if name not in _MOVING)


def _after(changed: Mapping[Any, int], since: int) -> list[Any]:
    """Keys changed after ``since``, from a dict kept in order of change."""
    out = []
    for key in reversed(changed):
        if changed[key] <= since:
            break
        out.append(key)
    out.reverse()
    return out


def _group_ids(places: list[_Place]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for table, key in places:
        out.setdefault(table, []).append(key)
    return out
