"""The Picture itself and the one fold that carries most of the work: newest revision wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

import msgspec

from hub.domain.events import Event
from hub.picture.delta import Delta
from hub.picture.rows import Row, Table

_encode = msgspec.json.Encoder(order="deterministic").encode
_HASH_BITS = 128


class Picture:
    """Keyed rows in named tables: everything a screen shows.

    Not thread-safe: one engine writes it; others read under the engine's lock.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        """``tables``: every table there is, the hub's own and the centres'."""
        self.tables: dict[str, Table] = {table.name: table for table in tables}
        self._rows: dict[str, dict[str, Row]] = {name: {} for name in self.tables}
        self._hashed: dict[tuple[str, str], int] = {}
        self._dirty: set[tuple[str, str]] = set()
        self._sum = 0

    def get(self, table: str, key: str) -> Row | None:
        """The row, or ``None``. ``KeyError`` for a table nobody declared."""
        return self._rows[table].get(key)

    def rows(self, table: str) -> Mapping[str, Row]:
        """All rows of a table by id. ``KeyError`` for a table nobody declared."""
        return self._rows[table]

    def apply(self, delta: Delta) -> None:
        """Put a delta into the rows. Applying the same delta twice is harmless."""
        for table, rows in delta.items():
            held = self._rows[table]
            for key, row in rows.items():
                place = (table, key)
                self._dirty.add(place)
                if row is not None:
                    held[key] = row
                else:
                    held.pop(key, None)
                    if place not in self._hashed:  # nobody has to ask for the hash, ever: what went leaves nothing
                        self._dirty.discard(place)

    def state_hash(self) -> str:
        """A hash of all rows that does not depend on the order in which facts came.

        The sum (mod 2^128) of one blake2b per row over table, fact, source time and type. Rows that did not change
        since the last call are not hashed again. ``seen`` is left out: two servers see a fact at different times.
        """
        for place in self._dirty:
            self._sum -= self._hashed.pop(place, 0)
            row = self._rows[place[0]].get(place[1])
            if row is not None:
                raw = _encode((place[0], row.fact, round(row.at, 3), row.type))
                value = int.from_bytes(blake2b(raw, digest_size=_HASH_BITS // 8).digest(), "big")
                self._hashed[place] = value
                self._sum += value
        self._dirty.clear()
        return f"{self._sum % (1 << _HASH_BITS):032x}"


Fold = Callable[[Picture, Event], Delta]
"""Pure: what an event changes in a picture; ``{}`` when it is older than what is there."""


def keep(table: str) -> Fold:
    """The fold that stores the fact as the entity's row in ``table`` unless a newer one is there."""

    def fold(picture: Picture, event: Event) -> Delta:
        held = picture.get(table, event.data.id)
        if held is not None and held.order >= (event.data.epoch, event.data.rev):
            return {}
        row = Row(fact=event.data, at=event.time, seen=event.seen, type=event.type, source=event.source)
        return {table: {event.data.id: row}}

    return fold
