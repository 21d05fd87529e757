"""Refused records in the store, for whoever mends them: found, read, and fed back through the outbox.

Works beside a running hub: it reads without locking, and writes an outbox row and its mark in one transaction. Must not
know what a record says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, select

from hub.errors import HubError, StoreDown
from hub.letters import Letter, Place
from hub.ports import Batch, Outgoing
from streams import batches, database, migrations
from streams.tables import DEAD_LETTER, REPLAYED


class Fed(msgspec.Struct, frozen=True):
    """A record to feed back in place of a refused one. ``at``: epoch seconds; ``by``: who does it."""

    place: Place
    record: Outgoing
    at: float
    by: str


class Letters:
    """The dead letters of one store that is there already. Raises ``StoreDown`` when it cannot be reached."""

    def __init__(self, url: str) -> None:
        """``url``: as for ``SqlStore``. Raises ``HubError`` for a wrong address, a store that is not there, and one of
        another version.
        """
        self._parts = database.parse(url)
        self._name = database.where(self._parts)
        if self._parts.get_backend_name() == "sqlite" and not Path(self._name).is_file():
            raise HubError(f"no store at {self._name}: give the hub's --data DIR or --store URL")
        self._reader = database.reader(self._parts)
        try:
            with self._guard(), self._reader.connect() as connection:
                held = migrations.current(connection)
            if held != migrations.HEAD:
                raise HubError(
                    f"{self._name}: its schema is {held or 'older'} and this version's is {migrations.HEAD}; "
                    "start this version's hub on it once, which brings it up to date"
                )
        except BaseException:
            self.close()
            raise

    def find(
        self, *, topic: str | None = None, reason: str | None = None, since: float | None = None, limit: int
    ) -> list[Letter]:
        """The newest first. ``reason``: words that stand in it. ``since``: refused then or later, epoch seconds."""
        query = _letters()
        if topic is not None:
            query = query.where(DEAD_LETTER.c.topic == topic)
        if reason is not None:
            query = query.where(func.lower(DEAD_LETTER.c.reason).contains(reason.lower(), autoescape=True))
        if since is not None:
            query = query.where(DEAD_LETTER.c.at >= since)
        newest = query.order_by(DEAD_LETTER.c.at.desc(), DEAD_LETTER.c.seq.desc()).limit(limit)
        with self._guard(), self._reader.connect() as connection:
            return [_letter(row) for row in connection.execute(newest)]

    def read(self, place: Place) -> tuple[Letter, bytes] | None:
        """One letter with what was kept of the record, ``None`` when there is none at that place."""
        query = _letters(DEAD_LETTER.c.raw).where(_is(place))
        with self._guard(), self._reader.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (_letter(row), row.raw)

    def fed(self, place: Place, value: bytes) -> tuple[float, str] | None:
        """When (epoch seconds) and by whom exactly this was fed back in place of that letter already."""
        found = select(REPLAYED.c.at, REPLAYED.c.by).where(*_mark(place, value))
        with self._guard(), self._reader.connect() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else (row.at, row.by)

    def feed(self, items: Sequence[Fed]) -> int:
        """Put records into the outbox and mark their letters, all in one transaction; gives how many were not fed back
        before. Doing it again changes nothing.
        """
        with self._guard():
            engine = database.writer(self._parts)
            try:
                insert = database.insert(engine)
                new: list[tuple[str, Outgoing]] = []
                with engine.begin() as connection:
                    for item in sorted(items, key=lambda each: each.place):  # two at once must not wait for each other
                        mark = insert(REPLAYED).values(_values(item)).on_conflict_do_nothing()
                        if connection.execute(mark.returning(REPLAYED.c.at)).one_or_none() is not None:
                            new.append((item.place.topic, item.record))
                    if new:
                        batches.write(connection, batches.prepare(Batch(rows={}, outbox=new)))
                return len(new)
            finally:
                engine.dispose()

    def close(self) -> None:
        """Release connections."""
        self._reader.dispose()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except database.FAULTS as error:
            raise StoreDown(f"{self._name}: {database.reason(error)}") from error


def _letters(*more: Any) -> Select[Any]:
    """Letters with the newest mark of each."""
    newest = (
        select(REPLAYED.c.topic, REPLAYED.c.partition, REPLAYED.c.offset, func.max(REPLAYED.c.at).label("fed_at"))
        .group_by(REPLAYED.c.topic, REPLAYED.c.partition, REPLAYED.c.offset)
        .subquery()
    )
    here = [newest.c[name] == DEAD_LETTER.c[name] for name in ("topic", "partition", "offset")]
    by = (
        select(func.max(REPLAYED.c.by))
        .where(*(REPLAYED.c[name] == DEAD_LETTER.c[name] for name in ("topic", "partition", "offset")))
        .where(REPLAYED.c.at == newest.c.fed_at)
        .scalar_subquery()
    )
    columns = [DEAD_LETTER.c[name] for name in ("topic", "partition", "offset", "reason", "at")]
    size = func.length(DEAD_LETTER.c.raw).label("size")
    return select(*columns, size, newest.c.fed_at, by.label("fed_by"), *more).outerjoin(newest, and_(*here))


def _letter(row: Any) -> Letter:
    return Letter(
        place=Place(row.topic, row.partition, row.offset),
        reason=row.reason,
        at=row.at,
        size=row.size,
        replayed_at=row.fed_at,
        replayed_by=row.fed_by,
    )


def _is(place: Place) -> Any:
    letter = DEAD_LETTER.c
    return and_(letter.topic == place.topic, letter.partition == place.partition, letter.offset == place.offset)


def _mark(place: Place, value: bytes) -> list[Any]:
    mark = REPLAYED.c
    here = [mark.topic == place.topic, mark.partition == place.partition, mark.offset == place.offset]
    return [*here, mark.digest == _digest(value)]


def _values(item: Fed) -> dict[str, Any]:
    place, value = item.place, item.record.value or b""
    return {**msgspec.structs.asdict(place), "digest": _digest(value), "at": item.at, "by": item.by}


def _digest(value: bytes) -> bytes:
    return blake2b(value, digest_size=16).digest()
