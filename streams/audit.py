"""The audit chain in the database: its next entry, its newest, and the leaving behind of its oldest.

Inside a transaction that somebody else begins and ends. What binds the entries is ``hub.audit``; must not know what was
decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from hub.audit import Place, body, fingerprint, key_name, link, seal
from hub.errors import Unaudited
from hub.ports import Anchor, AuditEntry, HistoryEntry
from hub.settings import Secret
from hub.settings.checks import AUDIT_KEY_LEAST
from streams.tables import AUDIT, AUDIT_BASE

NO_KEY = (
    "there is no key for the audit chain, so no order is taken: set audit_key (HUB_AUDIT_KEY), the same on every server"
)
OTHER_KEY = "the audit chain is of another audit_key, so no order is taken: every server needs the same one"
_places = msgspec.json.Decoder(list[Place])


def key_of(secret: Secret) -> bytes:
    """The key's bytes. Raises ``Unaudited`` when there is none, or one that can be guessed."""
    text = secret.reveal()
    if not text:
        raise Unaudited(NO_KEY)
    if len(text) < AUDIT_KEY_LEAST:
        raise Unaudited(f"audit_key is too short, so no order is taken: {AUDIT_KEY_LEAST} characters at least")
    return text.encode()


def append(connection: Connection, key: bytes, entry: AuditEntry, history: Iterable[HistoryEntry]) -> Anchor:
    """Write the next entry; gives where the chain ends now. Nobody else may write meanwhile. ``history``: what came of
    the decision. Raises ``Unaudited`` when the chain is of another key.
    """
    base = _own(connection, key)
    newest = connection.execute(select(AUDIT.c.seq, AUDIT.c.mac).order_by(AUDIT.c.seq.desc()).limit(1)).one_or_none()
    before = newest or base
    seq, what = before.seq + 1, body(entry, places(history))
    mac = link(key, before.mac, seq, what)
    connection.execute(AUDIT.insert().values(seq=seq, mac=mac, **msgspec.structs.asdict(what)))
    return Anchor(seq, mac, entry.at)


def places(history: Iterable[HistoryEntry]) -> list[Place]:
    """What an entry says of the facts that came of its decision."""
    return [Place(h.event, h.table, h.entity, h.epoch, h.rev, fingerprint(h.data)) for h in history]


def newest(connection: Connection) -> Anchor | None:
    """The end of the chain, ``None`` where nothing was decided yet."""
    query = select(AUDIT.c.seq, AUDIT.c.mac, AUDIT.c.at).order_by(AUDIT.c.seq.desc()).limit(1)
    row = connection.execute(query).one_or_none() or connection.execute(_BASE).one()
    return Anchor(row.seq, row.mac, row.at) if row.seq else None


def entries(connection: Connection, after: int, limit: int) -> list[AuditEntry]:
    """Entries above ``after``, oldest first; ``facts`` as ``EVENT HASH``."""
    found = connection.execute(select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq).limit(limit))
    return [_entry(row) for row in found.mappings()]


def forget(connection: Connection, key: bytes, before: float, most: int) -> int:
    """Leave the oldest entries behind: up to ``most`` of those before the first one of ``before`` (epoch seconds) or
    later. The base remembers the last of them, under the key's seal. Gives how many went.
    """
    base = connection.execute(_BASE).one()
    if base.key != key_name(key):  # nothing was decided yet, or somebody else's key must sign
        return 0
    kept = select(AUDIT.c.seq).where(AUDIT.c.at >= before).order_by(AUDIT.c.seq).limit(1)
    first = connection.execute(kept).scalar_one_or_none()
    if first is None:
        first = (connection.execute(select(func.max(AUDIT.c.seq))).scalar_one() or base.seq) + 1
    last = min(first - 1, base.seq + most)
    row = connection.execute(select(AUDIT.c.mac, AUDIT.c.at).where(AUDIT.c.seq == last)).one_or_none()
    if row is None or last <= base.seq:
        return 0
    values = {"seq": last, "mac": row.mac, "at": row.at, "seal": seal(key, last, row.mac, row.at)}
    connection.execute(update(AUDIT_BASE).values(**values))
    return int(connection.execute(delete(AUDIT).where(AUDIT.c.seq <= last)).rowcount)


_BASE = select(AUDIT_BASE.c.seq, AUDIT_BASE.c.mac, AUDIT_BASE.c.at, AUDIT_BASE.c.key)


def _own(connection: Connection, key: bytes) -> Any:
    """The base, which is of this key; at first it becomes so."""
    base = connection.execute(_BASE).one()
    if not base.key:
        connection.execute(update(AUDIT_BASE).values(key=key_name(key), seal=seal(key, base.seq, base.mac, base.at)))
    elif base.key != key_name(key):
        raise Unaudited(OTHER_KEY)
    return base


def _entry(row: Any) -> AuditEntry:
    values = dict(row)
    facts: Sequence[Place] = _places.decode(values.pop("facts"))
    return AuditEntry(**values, facts=tuple(f"{place.event} {place.hash}" for place in facts))
