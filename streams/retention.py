"""What the store keeps for how long, and the deletion of what is older. Must not know what a fact says.

Deleted in steps of their own transactions, so that a commit waits for one step at most. The space is used again, not
given back: what leaves in a day is what comes in a day, so a store that has once held a year does not grow. (SQLite's
``auto_vacuum`` would move pages about for space that is needed again tomorrow; ``VACUUM`` by hand gives it back.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, delete, func, select, text
from sqlalchemy.exc import OperationalError

from hub.domain.model import Text
from streams import audit
from streams.tables import ANSWER, AUDIT, DEAD_LETTER, DRAFT, GAP, HISTORY, OUTBOX, REPLAYED, ROW, SNAPSHOT

DAY_S = 86_400.0
STEP = 5000
"""Rows deleted in one transaction."""
COUNTED = 200_000
"""Up to so many rows are counted; beyond it their number is what their numbering says."""
PAUSE_S = 0.01
"""Between two steps: a lock that is given back and taken again at once never reaches the commit that waits for it."""
MEASURED_BYTES = 512_000_000
"""An SQLite file up to this size is read to tell how much of it is whose; that takes about a second."""


@dataclass(frozen=True, slots=True)
class Keep:
    """One line of what is kept. ``days``: how long, ``None`` where something else ends it. ``since``: the column that
    says how old a row is (epoch seconds).
    """

    what: Text
    table: Table
    days: float | None
    reason: Text
    since: Column[float] | None = None

    @property
    def name(self) -> str:
        """As settings call it: the table's name without the prefix."""
        return self.table.name.removeprefix("hub_")


KEEP: tuple[Keep, ...] = (
    Keep(
        Text("事实历史", "History of facts"),
        HISTORY,
        365.0,
        Text("警情、任务及各类事实保存一年，期满归档另存", "a year; what must stay longer is archived elsewhere"),
        HISTORY.c.seen,
    ),
    Keep(
        Text("拒收记录原文", "Refused records"),
        DEAD_LETTER,
        7.0,
        Text("供排查修复；原文可能含未申报字段，不宜久存", "long enough to mend them; they may hold undeclared fields"),
        DEAD_LETTER.c.at,
    ),
    Keep(
        Text("拒收记录补送登记", "Notes of what was fed back"),
        REPLAYED,
        365.0,
        Text("补送留痕，与所补事实同期保存", "as long as the facts that came of it"),
        REPLAYED.c.at,
    ),
    Keep(
        Text("历史缺口", "Gaps in the history"),
        GAP,
        365.0,
        Text("与所缺事实同期保存", "as long as the history they are missing from"),
        GAP.c.at,
    ),
    Keep(
        Text("审计记录", "Audit entries"),
        AUDIT,
        2192.0,
        Text("审计留存六年；只能从最早的整段删除", "six years; only its beginning can go, as a whole"),
        AUDIT.c.at,
    ),
    Keep(
        Text("指令应答", "Answers to commands"),
        ANSWER,
        7.0,
        Text("同一请求编号七日内得同一答复", "a command that is sent again within a week gets the same answer"),
        ANSWER.c.at,
    ),
    Keep(
        Text("未下达的草稿", "Drafts"),
        DRAFT,
        30.0,
        Text("一个月无人续写即清除", "a month after somebody last wrote on them"),
        DRAFT.c.at,
    ),
    Keep(
        Text("当前态势", "The picture's rows"),
        ROW,
        None,
        Text("每个对象一行，随对象存在", "one row for each thing there is"),
    ),
    Keep(
        Text("态势快照", "Snapshots"),
        SNAPSHOT,
        None,
        Text("保留最近两份，用于快速启动", "the newest two, for a quick start"),
    ),
    Keep(
        Text("待发指令", "Outbox"),
        OUTBOX,
        None,
        Text("送达即删", "until they are delivered"),
    ),
)
"""All the store's tables that grow. Another number of days: ``retain`` takes it by ``name``."""


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is of something now. ``rows``: about, where there are very many. ``oldest``: epoch seconds.
    ``size``: bytes with its indexes; ``None`` when telling would take long.
    """

    keep: Keep
    days: float | None
    rows: int
    oldest: float | None
    size: int | None


def wanted(days: Mapping[str, float]) -> list[tuple[Keep, float]]:
    """What has a time limit, with the limit of ``days`` (by ``Keep.name``) or its own. Raises ``ValueError``."""
    limited = {keep.name: keep for keep in KEEP if keep.since is not None}
    for name, value in days.items():
        if name not in limited:
            raise ValueError(f"{name}: nothing of that name is kept for a time; there are {', '.join(limited)}")
        if not value > 0:
            raise ValueError(f"{name}: {value} days: must be more than 0")
    return [(keep, days.get(name, keep.days or 0.0)) for name, keep in limited.items()]


def retain(
    writing: Callable[[], AbstractContextManager[Connection]],
    days: Mapping[str, float],
    now: float,
    budget_s: float,
    audit_key: bytes | None = None,
) -> dict[str, int]:
    """Delete what is older, in steps, for about ``budget_s`` at most; what is left is for the next time. ``writing()``:
    a transaction. Gives how many rows went, by ``Keep.name``; a name is missing when nothing of it was too old. Audit
    entries go only where there is the chain's key: it must sign for them.
    """
    end = time.monotonic() + budget_s
    gone: dict[str, int] = {}
    for keep, limit in wanted(days):
        if keep.table is AUDIT and audit_key is None:
            continue
        while time.monotonic() < end:
            with writing() as connection:
                before = now - limit * DAY_S
                if keep.table is AUDIT and audit_key is not None:
                    count = audit.forget(connection, audit_key, before, STEP)
                else:
                    count = _step(connection, keep, before)
            if count:
                gone[keep.name] = gone.get(keep.name, 0) + count
            if count < STEP:  # the rest is newer
                break
            time.sleep(PAUSE_S)
    return gone


def _step(connection: Connection, keep: Keep, before: float) -> int:
    since, of = keep.since, keep.table
    if since is None:
        return 0
    newest = connection.execute(select(since).where(since < before).order_by(since).offset(STEP - 1).limit(1)).scalar()
    gone = connection.execute(delete(of).where(since < before if newest is None else since <= newest))
    return int(gone.rowcount)


def held(connection: Connection, days: Mapping[str, float] | None = None) -> list[Held]:
    """How much of each there is, in the order of ``KEEP``. Changes nothing."""
    limits = {keep.name: limit for keep, limit in wanted(days or {})}
    sizes = _sizes(connection)
    out = []
    for keep in KEEP:
        oldest = None
        if keep.since is not None:
            oldest = connection.execute(select(func.min(keep.since))).scalar_one()
        out.append(Held(keep, limits.get(keep.name), _rows(connection, keep.table), oldest, sizes.get(keep.table.name)))
    return out


def _rows(connection: Connection, of: Table) -> int:
    if "seq" in of.columns:
        first, last = connection.execute(select(func.min(of.c.seq), func.max(of.c.seq))).one()
        if last is not None and last - first >= COUNTED:
            return int(last - first + 1)
    return int(connection.execute(select(func.count()).select_from(of)).scalar_one())


def _sizes(connection: Connection) -> dict[str, int]:
    if connection.dialect.name == "postgresql":
        found = (connection.execute(select(func.pg_total_relation_size(k.table.name))).scalar_one() for k in KEEP)
        return {keep.table.name: int(size) for keep, size in zip(KEEP, found, strict=True)}
    if total(connection) > MEASURED_BYTES:
        return {}
    # every table and index with its pages; an index counts for its table
    query = (
        "SELECT tbl_name, sum(pgsize) FROM (SELECT name, pgsize FROM dbstat WHERE aggregate = 1) "
        "JOIN sqlite_schema USING (name) GROUP BY tbl_name"
    )
    try:
        return {name: int(size) for name, size in connection.execute(text(query))}
    except OperationalError:  # an SQLite built without dbstat
        return {}


def total(connection: Connection) -> int:
    """Bytes of the whole store, with the space that waits to be used again."""
    if connection.dialect.name == "sqlite":
        size = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(connection.execute(size).scalar_one())
    return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
