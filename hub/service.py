"""The hub as one value for the pages and the API: what it holds, how it is, what a screen must know to draw it.

It is put together in ``hub.wiring``; it must not know which log, store, clock or web framework it runs on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import to_builtins as builtins

from hub.centre import Centre
from hub.domain.kinds import KINDS
from hub.domain.model import Text
from hub.engine import Engine, Heard
from hub.feed import Feed
from hub.health import look_of, taken
from hub.picture.rows import JSON, Table, stamp, view
from hub.ports import Clock, DeadLetter, Store
from hub.recorder import Recorder
from hub.road.clocks import Targets
from hub.views import Views, all_views

VIEWS_S = 1.0
VIEWS_SHARE = 20
"""Derived rows of a very large picture are made less often, so that they take a twentieth of the time at most."""
RATE_WINDOW_S = 600
RATE_LEAST = 100
"""The share of refused records is not judged on fewer records than this."""
TARGETS = Targets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What this run of the hub is. ``mode``: live, demo or replay. ``view``: (lon, lat, zoom) to begin with.

    ``utc_offset_min``: the local time the clock on the wall shows, minutes east of Greenwich.
    """

    mode: str
    district: Text
    view: tuple[float, float, float]
    utc_offset_min: int
    labels: Mapping[str, Mapping[str, Text]]


@dataclass(slots=True)
class Hub:
    """Reads of everything; ``idle`` is called by the engine's thread and keeps the derived rows fresh."""

    setting: Setting
    centres: Sequence[Centre]
    engine: Engine
    recorder: Recorder
    feed: Feed
    store: Store
    clock: Clock
    replay: Callable[[], dict[str, JSON]] | None = None
    targets: Targets = TARGETS
    _views: Views = field(default_factory=dict)
    _views_due: float = 0.0
    _said: tuple[JSON, ...] = ()
    _broken_figures: set[str] = field(default_factory=set)
    _seen: deque[tuple[float, int, int]] = field(default_factory=lambda: deque(maxlen=RATE_WINDOW_S))

    def idle(self) -> None:
        """Sign of life for the feed at every call; derived rows once a second."""
        self.feed.alive()
        mono = time.monotonic()
        condition = self._condition()
        ails = tuple(condition[name] for name in ("ready", "recording", "log"))
        if mono < self._views_due and ails == self._said:
            return  # what ails the hub itself is told at once, everything else once a second
        self._said = ails
        self._count(mono)
        with self.engine.lock:
            self._views = all_views(
                self.engine.picture,
                self.centres,
                self.engine.state.heard,
                self.clock.now(),
                self.clock.rate(),
                condition,
                self.engine.counters,
                self._broken_figures,
                self.targets.warn,
            )
        for table, rows in self._views.items():
            self.feed.publish_views(table, rows)
        took = time.monotonic() - mono
        self._views_due = mono + max(VIEWS_S, VIEWS_SHARE * took)

    def _count(self, mono: float) -> None:
        counters = self.engine.counters
        received = sum(n for name, n in counters.items() if " " in name)
        self._seen.append((mono, received, counters["dead_letters"]))

    def _refused_rate(self) -> float:
        """Share of refused records among those of the last ten minutes (real time)."""
        if len(self._seen) < 2:
            return 0.0
        received = self._seen[-1][1] - self._seen[0][1]
        return (self._seen[-1][2] - self._seen[0][2]) / received if received >= RATE_LEAST else 0.0

    def _condition(self) -> dict[str, JSON]:
        state = self.engine.state
        recording = self.recorder.state()
        return {
            "recording": recording.on,
            "store_error": recording.error,
            "log": state.log,
            "log_error": state.log_error,
            "gaps": self.engine.counters["gaps"],
            "dead_letters": self.engine.counters["dead_letters"],
            "refused_rate": round(self._refused_rate(), 4),
            "ready": state.ready,
            "simulated": state.simulated,
        }

    def _recording(self) -> dict[str, JSON]:
        recording = self.recorder.state()
        return {
            "leading": recording.leading,
            "recorder": recording.recorder,
            "epoch": recording.epoch,
            "waiting": recording.waiting,
        }

    def health(self) -> dict[str, JSON]:
        """What /healthz says."""
        now = self.clock.now()
        replay = self.replay() if self.replay is not None else None  # first: a replay that is done is all in the hash
        with self.engine.lock:
            state_hash = self.engine.picture.state_hash()
            centres = {centre.name: self._centre(centre, now) for centre in self.centres}
            out = {"mode": self.setting.mode, "now": stamp(now), "state_hash": state_hash, **self._condition()}
            out["fixes"] = self.engine.fixes()
        out["centres"] = centres
        out["recorder"] = self._recording()
        if replay is not None:
            out["replay"] = replay
        return out

    def _centre(self, centre: Centre, now: float) -> dict[str, JSON]:
        heard = self.engine.state.heard.get(centre.topic) or Heard()
        age = None if heard.at is None else now - heard.at
        return {
            "state": look_of(heard.at, heard.ahead_s, centre.expected_s, now, self.clock.rate()),
            "age_s": None if age is None else round(age, 3),
            "records": taken(self.engine.counters, centre.topic),
        }

    def tables(self) -> list[dict[str, JSON]]:
        """Every table with its owner, title and number of rows."""
        with self.engine.lock:
            picture = self.engine.picture
            return [
                {
                    "name": table.name,
                    "owner": table.owner,
                    "title": builtins(table.title),
                    "rows": len(picture.rows(table.name)),
                    "expected_s": table.expected_s,
                }
                for table in picture.tables.values()
            ]

    def rows(self, name: str, find: str = "") -> list[dict[str, JSON]]:
        """Rows of a table as the screens see them, with ``age_s``; ``KeyError`` for an unknown table.

        Also the derived tables (centres, figures, lanes, health); ``alarms`` includes those the hub itself raises.
        ``find``: only rows that have these words in their id or in any text, in whatever case.
        """
        found = self._rows(name)
        words = find.strip().casefold()
        return [row for row in found if any(words in text.casefold() for text in _texts(row))] if words else found

    def _rows(self, name: str) -> list[dict[str, JSON]]:
        now = self.clock.now()
        derived = list(self._views.get(name, {}).values())
        table = self.engine.picture.tables.get(name)
        if table is None:
            if name not in self._views:
                raise KeyError(name)
            return [dict(row) for row in derived]
        with self.engine.lock:
            held = list(self.engine.picture.rows(name).values())
        rows = [view(table, row) | {"age_s": round(now - row.at, 3)} for row in held]
        return rows + [dict(row) for row in derived]

    def table(self, name: str) -> Table:
        """The declaration of a table; ``KeyError`` for an unknown one."""
        return self.engine.picture.tables[name]

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The newest refused records, newest first."""
        return self.store.dead_letters(limit)

    def spec(self) -> dict[str, JSON]:
        """What a page must know once: kinds, tables, centres, layers, labels, mode, where to look first."""
        layers = [{"centre": centre.name, **_layer(layer)} for centre in self.centres for layer in centre.panels.layers]
        view_at = self.setting.view
        spec: dict[str, Any] = {
            "kinds": {key: {**builtins(kind.title), "priority": kind.priority} for key, kind in KINDS.items()},
            "tables": {
                table.name: {"title": builtins(table.title), "expected_s": table.expected_s, "owner": table.owner}
                for table in self.engine.picture.tables.values()
            },
            "centres": [
                {"name": c.name, "title": builtins(c.title), "topic": c.topic, "expected_s": c.expected_s}
                for c in self.centres
            ],
            "layers": layers,
            "labels": builtins(self.setting.labels),
            "clocks": builtins(self.targets),
            "mode": self.setting.mode,
            "utc_offset_min": self.setting.utc_offset_min,
            "district": builtins(self.setting.district),
            "view": {"lon": view_at[0], "lat": view_at[1], "zoom": view_at[2]},
        }
        return spec


def _layer(layer: Any) -> dict[str, JSON]:
    return {"table": layer.table, "title": builtins(layer.title), "symbol": layer.symbol, "label": layer.label}


def declared_tables(hub: Iterable[Table], centres: Iterable[Centre], ended_s: float | None = None) -> list[Table]:
    """The hub's tables and every centre's, in one list. ``ended_s``: how long what has ended stays in those that do not
    keep it for ever; as they say themselves without.
    """
    tables = [*hub, *(table for centre in centres for table in centre.tables)]
    if ended_s is None:
        return tables
    return [table if table.keep_s is None else replace(table, keep_s=ended_s) for table in tables]


def _texts(row: Mapping[str, JSON]) -> Iterator[str]:
    """What a row says in words: strings, and texts in both languages."""
    for value in row.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for text in (value.get("zh"), value.get("en")) if isinstance(text, str))
