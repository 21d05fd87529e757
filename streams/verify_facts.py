"""The facts that came of decisions, against the hashes in the audit. Must not know what a fact says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, String, and_, column, select, type_coerce, values
from sqlalchemy.types import NullType

from hub.audit import Place, fingerprint
from streams.retention import DAY_S, KEEP
from streams.tables import HISTORY

AT_ONCE = 1000
SLACK_S = DAY_S
"""A fact is missed only when it is younger than its limit by more than this."""
_KINDS = {"table": String, "entity": String, "epoch": BigInteger, "rev": BigInteger}
_decode = msgspec.json.Decoder(list[Place]).decode


class Facts:
    """Compares what entries name with what the history holds. ``compared``: how many there were."""

    def __init__(self, connection: Connection, newest: object, fault: Callable[[int, int, str, str], None]) -> None:
        """``newest``: time of the newest entry (hub time may be ahead of ours). ``fault``: takes what is found."""
        self._connection, self._fault = connection, fault
        days = next(keep.days for keep in KEEP if keep.table is HISTORY) or 0.0
        now = max(time.time(), newest if isinstance(newest, float) else 0.0)
        self._since = now - days * DAY_S + SLACK_S
        self.compared = 0

    def compare(self, rows: Sequence[Any]) -> None:
        """The facts of these entries."""
        wanted = ((row, place) for row in rows for place in _named(row))
        while some := list(islice(wanted, AT_ONCE)):
            found = _history(self._connection, (place for _, place in some))
            for row, place in some:
                self._one(row, place, found.get((place.table, place.entity, place.epoch, place.rev)))

    def _one(self, row: Any, place: Place, data: Any) -> None:
        seq, name = row.seq, f"{place.table} {place.entity} {place.epoch}.{place.rev}"
        if data is None:
            if isinstance(row.at, float) and row.at > self._since:
                zh, en = (
                    f"第 {seq} 条所记事实已从历史中消失：{name}",
                    f"entry {seq}: its fact is gone from the history: {name}",
                )
                self._fault(seq, seq, zh, en)
            return
        self.compared += 1
        if not isinstance(data, bytes | memoryview) or fingerprint(bytes(data)) != place.hash:
            zh, en = (
                f"第 {seq} 条所记事实在历史中被改动：{name}",
                f"entry {seq}: its fact was changed in the history: {name}",
            )
            self._fault(seq, seq, zh, en)


def _named(row: Any) -> Sequence[Place]:
    if row.facts == "[]":
        return ()
    try:
        return _decode(row.facts)
    except (msgspec.MsgspecError, UnicodeError, TypeError):
        return []  # the entry itself was changed, and is named


def _history(connection: Connection, places: Iterable[Place]) -> dict[tuple[Any, ...], Any]:
    """The stored facts at these places, found one by one in the index, whichever database it is."""
    rows = sorted({(place.table, place.entity, place.epoch, place.rev) for place in places})
    wanted = values(*(column(name, kind) for name, kind in _KINDS.items()), name="wanted").data(rows).cte("wanted")
    same = and_(*(HISTORY.c[name] == wanted.c[name] for name in _KINDS))
    data = type_coerce(HISTORY.c.data, NullType)  # as it is stored: what is no blob any more must be named too
    found = select(*(HISTORY.c[name] for name in _KINDS), data).select_from(wanted).join(HISTORY, same)
    return {tuple(row[:4]): row[4] for row in connection.execute(found)}
