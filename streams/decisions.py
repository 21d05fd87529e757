"""A decision in one transaction: looked at, judged and written while no other writer can, on any server.

Must not know what is decided, nor which database it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, tuple_, update

from hub.audit import clean
from hub.ports import Batch, Draft, Judged, Look, Stored
from streams import audit, batches, bulk
from streams.batches import Prepared
from streams.tables import ANSWER, DRAFT, HISTORY, ROW, STATE

HERE = -1
"""Partition and offset of a fact that was decided here and has not been on the log yet."""
_AT_ONCE = 200


def decide(connection: Connection, key: bytes, request: str, judge: Callable[[Look], Judged]) -> tuple[bytes, bool]:
    """See ``hub.ports.Store.decide``. ``key``: of the audit chain; ``request``: what an answer is kept under.

    The first statement makes every other writer wait until the transaction ends, so what is looked at stays so.
    """
    connection.execute(update(STATE).values(batch=STATE.c.batch + 1))
    request = clean(request)
    held = connection.execute(select(ANSWER.c.answer).where(ANSWER.c.key == request)).scalar_one_or_none()
    if held is not None:
        return bytes(held), True
    judged = judge(lambda table, id: _look(connection, table, id))
    history = [msgspec.structs.replace(each, partition=HERE, offset=HERE) for each in judged.history]
    batch = Batch(rows=judged.rows, history=history, outbox=judged.outbox)
    prepared = batches.prepare(batch)
    batches.write(connection, prepared)
    _written(connection, prepared, batch)
    audit.append(connection, key, judged.audit, history)
    connection.execute(ANSWER.insert().values(key=request, answer=judged.answer, at=judged.audit.at))
    return judged.answer, False


def draft(connection: Connection, actor: str, key: str) -> Draft | None:
    """See ``hub.ports.Store``."""
    row = connection.execute(select(DRAFT.c.at, DRAFT.c.body).where(*_mine(actor, key))).one_or_none()
    return None if row is None else Draft(row.at, bytes(row.body))


def keep_draft(connection: Connection, actor: str, key: str, what: Draft) -> None:
    """See ``hub.ports.Store``."""
    values = {"actor": actor, "key": key, "at": what.at, "body": what.body}
    bulk.put(connection, "latest", DRAFT, [values])


def drop_draft(connection: Connection, actor: str, key: str) -> None:
    """See ``hub.ports.Store``."""
    connection.execute(delete(DRAFT).where(*_mine(actor, key)))


def _mine(actor: str, key: str) -> tuple[Any, Any]:
    return DRAFT.c.actor == actor, DRAFT.c.key == key


def _look(connection: Connection, table: str, id: str) -> Stored | None:
    query = select(ROW).where(ROW.c.table == table, ROW.c.id == id, ROW.c.data.is_not(None))
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Stored(row.epoch, row.rev, row.at, row.seen, row.type, row.source, bytes(row.data))


def _written(connection: Connection, prepared: Prepared, batch: Batch) -> None:
    """What is repeated or older is left out elsewhere without a word; here that is a fault of who decided, and would
    be an order that was accepted and is nowhere.
    """
    wanted = {(row["table"], row["id"]): (row["epoch"], row["rev"], row["data"]) for row in prepared.rows}
    columns = (ROW.c.table, ROW.c.id, ROW.c.epoch, ROW.c.rev, ROW.c.data)
    _compare("row", wanted, _found(connection, columns, 2, wanted))
    facts = {(h.table, h.entity, h.epoch, h.rev): (h.event, h.data) for h in batch.history}
    of = HISTORY.c
    _compare("fact", facts, _found(connection, (of.table, of.entity, of.epoch, of.rev, of.event, of.data), 4, facts))


def _found(connection: Connection, columns: Any, keys: int, wanted: Iterable[Any]) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    rest = iter(wanted)
    while some := list(islice(rest, _AT_ONCE)):
        for row in connection.execute(select(*columns).where(tuple_(*columns[:keys]).in_(some))):
            out[tuple(row[:keys])] = tuple(row[keys:])
    return out


def _compare(what: str, wanted: dict[Any, Any], found: dict[Any, Any]) -> None:
    for place, value in wanted.items():
        if found.get(place) != value:
            raise RuntimeError(f"{what} {place} of a decision is not what the store holds: it is not newer than that")
