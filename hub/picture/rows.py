"""Rows and tables of the Picture. A row is a fact with its times; a table is a declaration, not a container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from hub.domain.model import Fact, Text, instant

JSON = Any  # what msgspec.to_builtins gives: dict, list, str, int, float, bool, None


class Fix(msgspec.Struct, frozen=True, gc=False, order=True):
    """Where a thing was, as whole numbers in WGS-84. The order of its fields is the order of fixes: the later one is
    newer, and of one millisecond everybody takes the same one, whatever came first.

    ``ms``: since the epoch; ``lon``, ``lat``: 1e-7 degrees; ``heading``: 0.01 degrees, ``speed``: 0.1 m/s, ``None``
    being ``UNKNOWN``.
    """

    ms: int
    lon: int
    lat: int
    heading: int
    speed: int


UNKNOWN = -40_000
"""A heading or speed nobody knows."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One keyed row.

    ``at``: when the source says it happened, epoch seconds. ``seen``: when the hub first took it in, epoch seconds
    (not part of the state hash: it differs between two servers). ``type``: the CloudEvents type that set the row.

    ``fix``: the newest one of a thing that moves (see ``hub.picture.fixes``); where it is newer than the fact, ``fact``
    shows it, ``at`` is its time, and ``told`` is that of the fact itself (``None``: ``at``).
    """

    fact: Fact
    at: float
    seen: float
    type: str
    source: str = ""
    fix: Fix | None = None
    told: float | None = None

    @property
    def order(self) -> tuple[int, int]:
        """What is newer: a higher epoch, then a higher revision."""
        return (self.fact.epoch, self.fact.rev)


def always(fact: Any) -> bool:
    """Default of ``Table.on_screen``: every row is pushed to the screens."""
    return True


def nothing(fact: Any) -> Mapping[str, JSON]:
    """Default of ``Table.derive``: no derived field."""
    return {}


def ended_at(fact: Any) -> float | None:
    """Default of ``Table.ended``: when it was closed, cleared, done or signed, epoch seconds; ``None`` before."""
    for name in ("closed_at", "cleared_at", "done_at", "ended_at", "in_at"):
        when = getattr(fact, name, None)
        if when is not None:
            return float(when.timestamp())
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A named table: what its rows are and how screens treat them.

    ``data``: the fact type. ``owner``: ``"hub"`` or a centre's name. ``expected_s``: how often the source normally
    reports a live row, seconds; ``None`` when silence says nothing (a closed case). ``ephemeral``: high-rate rows,
    folded in memory, written at most once a second and without history. ``on_screen``: rows for which it is false
    stay in the store and the API but are not pushed to the walls. ``derive``: further fields for the screens.
    ``ended``: when a row's thing ended; ``keep_s`` later the row leaves the picture (its history stays longer), for
    ``None`` never.
    """

    name: str
    title: Text
    data: type[Fact]
    owner: str = "hub"
    expected_s: float | None = None
    ephemeral: bool = False
    on_screen: Callable[[Any], bool] = always
    derive: Callable[[Any], Mapping[str, JSON]] = nothing
    ended: Callable[[Any], float | None] = ended_at
    keep_s: float | None = 7 * 86_400.0


def view(table: Table, row: Row) -> dict[str, JSON]:
    """The row as the screens see it: the fact's fields, its times (RFC 3339), its type and derived fields."""
    out: dict[str, JSON] = msgspec.to_builtins(row.fact)
    out["at"] = stamp(row.at)
    out["seen"] = stamp(row.seen)
    out["type"] = row.type
    out.update(table.derive(row.fact))
    return out


def encoded(table: Table, row: Row) -> bytes:
    """``view`` as JSON. Of a row without derived fields no dict is made, which costs two thirds less."""
    fact = row.fact
    if table.derive is not nothing or not _OURS.isdisjoint(fact.__struct_fields__):
        return _encode(view(table, row))
    type_ = _encode(row.type).decode()
    times = f',"at":"{stamp(row.at)}","seen":"{stamp(row.seen)}","type":{type_}}}'
    return _encode(fact)[:-1] + times.encode()


def stamp(seconds: float) -> str:
    """Epoch seconds to RFC 3339 UTC with milliseconds, ``2026-11-23T05:12:00.000Z``."""
    second, thousandths = divmod(round(round(seconds, 3) * 1000), 1000)
    return f"{_second(second)}.{thousandths:03}Z"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    """Many rows share a second."""
    return instant(second).isoformat(timespec="seconds").removesuffix("+00:00")


_OURS = frozenset({"at", "seen", "type"})
_encode = msgspec.json.Encoder().encode
