"""Who may write durable history: one row, and the database's own clock. Must not know what is written under it.

A server that was cut off may not know that it is no longer the recorder. Therefore every change of the holder raises
the epoch, and what is written under an older one is refused.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, case, or_, select, update

from hub.errors import Fenced
from hub.ports import Lease
from streams.tables import LEASE

LONGEST_S = 60.0
"""No lease is given for longer. One that ends later was written before the database's clock was put back, and is over:
otherwise nobody could record until that time has come again.
"""


def look(connection: Connection, now: ColumnElement[float]) -> Lease:
    """The lease as it stands; nobody's (``""``, epoch 0) at first."""
    row = connection.execute(select(LEASE.c.holder, LEASE.c.epoch, (LEASE.c.ends - now).label("left"))).one()
    left = float(row.left)
    return Lease(row.holder, row.epoch, left if 0 < left <= LONGEST_S + 1 else 0.0)


def ask(connection: Connection, now: ColumnElement[float], holder: str, ttl_s: float) -> Lease:
    """Take the lease when it is over, or stay its holder. One statement, so of two askers exactly one gets it."""
    mine, over = LEASE.c.holder == holder, or_(LEASE.c.ends <= now, LEASE.c.ends > now + LONGEST_S + 1)
    epoch = case((mine, LEASE.c.epoch), else_=LEASE.c.epoch + 1)
    values = {"holder": holder, "epoch": epoch, "ends": now + min(ttl_s, LONGEST_S)}
    connection.execute(update(LEASE).where(or_(mine, over)).values(values))
    return look(connection, now)


def release(connection: Connection, holder: str) -> None:
    """End the lease, if it is that holder's. The epoch stays, so whoever is next gets a newer one."""
    connection.execute(update(LEASE).where(LEASE.c.holder == holder).values(holder="", ends=0.0))


def check(connection: Connection, epoch: int) -> None:
    """Raise ``Fenced`` unless that epoch is the lease's. Until the transaction ends nobody else can take it."""
    row = connection.execute(select(LEASE.c.holder, LEASE.c.epoch).with_for_update()).one()
    if row.epoch != epoch:
        by = row.holder or "nobody"
        raise Fenced(f"{by} is the recorder now (epoch {row.epoch}); nothing of epoch {epoch} is written any more")
