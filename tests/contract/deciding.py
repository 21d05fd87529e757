"""Decisions for the store's tests: who tests the chain needs some, and a way past its guards."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hub.audit import fingerprint
from hub.picture.rows import Row
from hub.ports import AuditEntry, HistoryEntry, Judged, Look, Outgoing
from hub.settings import Secret
from streams.store import SqlStore
from tests.contract.filling import past, run, unit, units

KEY = Secret("0123456789abcdef" * 4)
AT = 1_700_000_000.0
encode = msgspec.json.encode
GUARDS = {
    "hub_audit": ("hub_audit_insert", "hub_audit_update", "hub_audit_delete"),
    "hub_audit_base": ("hub_audit_base_insert", "hub_audit_base_update", "hub_audit_base_delete"),
}


def fact_of(row: Row) -> HistoryEntry:
    """The history of a decided row."""
    fact = row.fact
    return HistoryEntry(
        event=f"{row.type}:{fact.id}:{fact.epoch}.{fact.rev}",
        source=row.source,
        type=row.type,
        table="units",
        entity=fact.id,
        rev=fact.rev,
        epoch=fact.epoch,
        at=row.at,
        seen=row.seen,
        topic="hub.actions",
        partition=7,
        offset=7,
        data=encode(fact),
    )


def judged(
    *rows: Row, at: float = AT, outcome: str = "ok", request: str = "r", answer: bytes = b'{"ok":true}'
) -> Judged:
    """What a decision comes to that changed these rows."""
    history = [fact_of(row) for row in rows]
    first = rows[0].fact if rows else None
    return Judged(
        answer=answer,
        audit=AuditEntry(
            at=at,
            actor="duty-1",
            role="duty",
            action="task.cancel",
            table="units",
            entity=first.id if first else "nobody",
            rev=first.rev - 1 if first else 0,
            purpose="dispatch",
            outcome=outcome,
            after=fingerprint(history[0].data) if history else "",
            request=request,
            node="hub-a",
        ),
        rows=units(*rows) if rows else {},
        history=history,
        outbox=[("hub.actions", Outgoing(entry.entity.encode(), entry.data)) for entry in history],
    )


def always(what: Judged) -> Callable[[Look], Judged]:
    """A judge that does not look."""
    return lambda look: what


def decide(store: SqlStore, number: int, at: float | None = None) -> bytes:
    """Decision ``number``: the next revision of one of three units; every fifth is refused."""
    key = f"u{number % 3}"

    def judge(look: Look) -> Judged:
        held = look("units", key)
        when = AT + number if at is None else at
        if number % 5 == 4:
            return judged(outcome="refused:busy", at=when, request=f"k{number}", answer=b"no")
        row = unit(key, held.rev + 1 if held else 1, sign=f"青羊-{number}")
        return judged(row, at=when, request=f"k{number}", answer=b"%d" % number)

    return store.decide(f"duty-1:k{number}", judge)[0]


def filled(url: str, count: int, at: float | None = None) -> None:
    """A store with that many decisions."""
    store = SqlStore(url, audit_key=KEY)
    for number in range(count):
        decide(store, number, at)
    store.close()


def unguarded(url: str) -> None:
    """What somebody does first who wants to change the audit: drop the triggers."""
    for table, names in GUARDS.items():
        if url.startswith("sqlite"):
            for name in names:
                run(url, f"drop trigger {name}")
        else:
            run(url, f"drop trigger {table}_rows on {table}")
            run(url, f"drop trigger {table}_all on {table}")


def macs(url: str) -> dict[int, str]:
    """The mac of every entry, past the store."""
    with past(url) as connection:
        return {row.seq: row.mac for row in connection.exec_driver_sql("select seq, mac from hub_audit order by seq")}
