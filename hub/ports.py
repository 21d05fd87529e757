"""The ports: what the engine needs from the outside, and who calls what when.

Adapters live in ``streams`` and are chosen in ``hub.wiring`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from hub.picture.delta import Delta
from hub.picture.rows import Row, Table

Partition = tuple[str, int]
"""(topic, partition)."""
Positions = Mapping[Partition, int]
"""Next offset to read, per partition."""


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A record to append. ``key`` decides the partition; records of one key stay in order."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record read from the log. ``timestamp``: when the log took it, epoch seconds (0.0 when it does not know)."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: float = 0.0

    def header(self, name: str) -> bytes | None:
        """The last header of that name, or ``None``."""
        if len(self.headers) == 1:
            only, value = self.headers[0]
            return value if only == name else None
        for key, value in reversed(self.headers):
            if key == name:
                return value
        return None


class LogHealth(msgspec.Struct, frozen=True):
    """``state``: ``ok``; ``down`` (cannot be reached); ``stalled`` (its end moves and nothing arrives)."""

    state: Literal["ok", "down", "stalled"]
    detail: str = ""


class Log(Protocol):
    """An ordered, durable, partitioned record log. Adapters: memory, SQLite, Kafka, recording (read only).

    The engine calls ``read`` from one thread; producers call ``append`` from any thread.
    """

    def append(self, topic: str, records: Sequence[Outgoing]) -> list[tuple[int, int]]:
        """Store the records durably, in order; gives (partition, offset) of each. Raises ``LogDown``; then none or a
        prefix may have been stored, and appending again is safe because facts are idempotent.
        """
        ...

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """The partitions of the topics that exist (SQLite and memory: always partition 0). Raises ``LogDown``."""
        ...

    def read(self, positions: Positions, limit: int, timeout_s: float) -> list[Record]:
        """Up to ``limit`` records at or after the positions, in offset order within a partition; waits up to
        ``timeout_s`` for the first one and returns ``[]`` when none came. Raises ``LogDown`` or ``PositionLost``.
        The caller owns the positions: reading twice from the same positions gives the same records.
        """
        ...

    def beginnings(self, topics: Iterable[str]) -> dict[Partition, int]:
        """Offset of the oldest record there is, per partition (equal to the end when empty). Raises ``LogDown``."""
        ...

    def ends(self, topics: Iterable[str]) -> dict[Partition, int]:
        """Offset after the newest record, per partition. Raises ``LogDown``."""
        ...

    def health(self) -> LogHealth:
        """What the adapter knows without blocking."""
        ...

    def close(self) -> None:
        """Release connections and threads. Safe to call twice."""
        ...


class DeadLetter(msgspec.Struct, frozen=True):
    """A record that was refused, where it stands and why. ``raw``: the value, cut at 64 KiB. ``at``: epoch seconds."""

    topic: str
    partition: int
    offset: int
    reason: str
    raw: bytes
    at: float


class HistoryEntry(msgspec.Struct, frozen=True, gc=False):
    """One applied fact, for timelines and audits. ``data``: the fact as JSON. ``at``, ``seen``: epoch seconds.

    ``epoch`` and ``rev`` are the fact's own: of one entity in a table no two applied facts have the same.
    """

    event: str
    source: str
    type: str
    table: str
    entity: str
    rev: int
    at: float
    seen: float
    topic: str
    partition: int
    offset: int
    data: bytes
    epoch: int = 0


class Counted(msgspec.Struct, frozen=True, gc=False):
    """How many facts of one type a thing had in a window of time."""

    table: str
    entity: str
    type: str
    facts: int


class Refusals(msgspec.Struct, frozen=True):
    """How many records of a topic were refused in a window. ``first``, ``last``: when, epoch seconds."""

    topic: str
    letters: int
    first: float
    last: float


class Silence(msgspec.Struct, frozen=True):
    """Nothing was taken in of a topic in between, epoch seconds; ``topic`` ``""``: of none at all."""

    topic: str
    since: float
    until: float


class Gap(msgspec.Struct, frozen=True):
    """Records nobody can read any more: offsets ``first`` up to but not including ``after``. ``at``: when it was
    noticed, epoch seconds. ``after`` below ``first``: the log is shorter than it was, and was begun anew.
    """

    topic: str
    partition: int
    first: int
    after: int
    at: float


class Lease(msgspec.Struct, frozen=True):
    """Who may write durable history. ``epoch`` rises whenever the holder changes; a write under an older epoch is
    refused. ``left_s``: seconds until it ends, by the store's own clock.
    """

    holder: str
    epoch: int
    left_s: float


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did, or was refused; ids and hashes only, no content (trust: who, what, why, with what outcome).

    ``seq`` and ``mac`` are the store's: entry ``seq`` is chained to the one before by an HMAC. ``at``: epoch seconds.
    ``action``: the command's type. ``table``, ``entity``, ``rev``: what it was about, as it stood before. ``purpose``:
    a
    code. ``outcome``: ``ok`` or ``refused:CODE``. ``before``, ``after``: hashes of the row, ``""`` for none. ``facts``:
    ids of the events it became. ``request``: the idempotency key.
    """

    at: float
    actor: str
    role: str
    action: str
    table: str
    entity: str
    rev: int
    purpose: str
    outcome: str
    before: str = ""
    after: str = ""
    facts: tuple[str, ...] = ()
    request: str = ""
    centre: str = ""
    node: str = ""
    seq: int = 0
    mac: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision comes to: written in one transaction, or nothing of it. ``answer``: what is told, as JSON."""

    answer: bytes
    audit: AuditEntry
    rows: Delta = {}
    history: list[HistoryEntry] = []
    outbox: list[tuple[str, Outgoing]] = []


Look = Callable[[str, str], "Stored | None"]
"""(table, id) → the stored row, read within the deciding transaction."""


class Stored(msgspec.Struct, frozen=True):
    """A row as the store holds it. ``data``: the fact as JSON."""

    epoch: int
    rev: int
    at: float
    seen: float
    type: str
    source: str
    data: bytes


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What a window of time brought. ``facts``: those of the tables asked for; ``before``: the newest fact of each of
    their things when the window began; ``counted``: all other facts. ``actors``: (table, id, account) of what was done.
    ``full``: there are more facts than were asked for, and these are not all.
    """

    facts: list[HistoryEntry] = []
    before: list[HistoryEntry] = []
    counted: list[Counted] = []
    actors: list[tuple[str, str, str]] = []
    gaps: list[Gap] = []
    refused: list[Refusals] = []
    silences: list[Silence] = []
    full: bool = False


class Anchor(msgspec.Struct, frozen=True):
    """The newest audit entry at a moment. ``mac``: in full, or at least its first 12 hex digits. ``at``: epoch seconds,
    0.0 where it is not known.
    """

    seq: int
    mac: str
    at: float = 0.0


class Draft(msgspec.Struct, frozen=True):
    """What somebody is writing: JSON. ``at``: when it was kept, epoch seconds."""

    at: float
    body: bytes


class Batch(msgspec.Struct, kw_only=True):
    """What one transaction writes. ``counters``: absolute values."""

    rows: Delta
    history: list[HistoryEntry] = []
    gaps: list[Gap] = []
    dead_letters: list[DeadLetter] = []
    outbox: list[tuple[str, Outgoing]] = []
    positions: dict[Partition, int] = {}
    counters: dict[str, int] = {}
    meta: dict[str, str] = {}


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What the store held at the last committed batch."""

    rows: dict[str, dict[str, Row]]
    positions: dict[Partition, int]
    counters: dict[str, int]
    meta: dict[str, str]


class Store(Protocol):
    """Durable state through SQLAlchemy. One recorder writes facts; ``commit`` is all or nothing."""

    def load(self, tables: Mapping[str, Table]) -> Loaded:
        """The newest valid snapshot and what was committed after it; rows of undeclared tables are left alone.
        Raises ``StoreDown``; raises ``HubError`` naming the table when a row no longer fits its type.
        """
        ...

    def commit(self, batch: Batch, epoch: int | None = None) -> None:
        """Write the batch in ONE transaction: rows (guarded by epoch and rev), history, gaps, dead letters, outbox,
        positions, counters, meta. ``epoch``: that of the writer's lease, checked in the same
        transaction; ``None`` writes what needs no lease. Raises ``Fenced`` when somebody else holds the lease and
        ``StoreDown`` when it cannot be written; then nothing was written and calling again is safe.
        """
        ...

    def decide(self, key: str, judge: Callable[[Look], Judged]) -> tuple[bytes, bool]:
        """Decide within one transaction that no other writer can enter: ``judge`` looks at stored rows and says what
        becomes of them; rows, history, outbox, the audit entry (chained) and the answer under ``key`` are written, or
        nothing is. A ``key`` that was answered before gets that answer again and nothing else happens.

        Gives (answer, whether it is a repeated one). Raises ``StoreDown``; what ``judge`` raises goes through, and then
        nothing was written.
        """
        ...

    def audit(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Audit entries with ``seq`` above ``after``, oldest first. Raises ``StoreDown``."""
        ...

    def anchor(self) -> Anchor | None:
        """The newest audit entry, ``None`` while there is none. Raises ``StoreDown``."""
        ...

    def draft(self, actor: str, key: str) -> Draft | None:
        """What that actor keeps under ``key``. Raises ``StoreDown``."""
        ...

    def keep_draft(self, actor: str, key: str, draft: Draft) -> None:
        """Keep it instead of what was kept there before. Raises ``StoreDown``."""
        ...

    def drop_draft(self, actor: str, key: str) -> None:
        """Forget it; nothing happens when there is none. Raises ``StoreDown``."""
        ...

    def lease(self, holder: str, ttl_s: float) -> Lease:
        """Ask to be the recorder, or to stay it, for ``ttl_s`` more seconds: gives the lease as it stands afterwards,
        with another ``holder`` while that one's has not ended. ``ttl_s`` 0 only looks. Raises ``StoreDown``.
        """
        ...

    def release(self, holder: str) -> None:
        """Give the lease up, if it is that holder's, so that another one need not wait. Raises ``StoreDown``."""
        ...

    def positions(self) -> dict[Partition, int]:
        """How far durable history goes: the next offset of each partition. Raises ``StoreDown``."""
        ...

    def retain(self, days: Mapping[str, float], now: float, budget_s: float = 1.0) -> dict[str, int]:
        """Forget what is older than it may be kept, in steps, for about ``budget_s`` at a time; gives the number of
        rows by table. ``days``: by table, where it is not the default; ``now``: epoch seconds. Raises ``StoreDown``.
        """
        ...

    def snapshot(self) -> None:
        """Write a snapshot (rows, positions, schema hash, checksum in one row) for a fast cold start."""
        ...

    def dead_letters(self, limit: int = 1000, before: int | None = None) -> list[DeadLetter]:
        """The newest refused records first."""
        ...

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]:
        """Applied facts of one entity, oldest first."""
        ...

    def past(
        self, since: float, until: float, tables: Sequence[str], expected: Mapping[str, float], limit: int
    ) -> Past:
        """What was taken in after ``since`` up to ``until`` (epoch seconds, by ``HistoryEntry.seen``): the facts of
        ``tables``, at most ``limit`` of them, and counts of all others. ``expected``: topic → seconds after which its
        silence is told, ``""`` for that of all together. Raises ``StoreDown``.
        """
        ...

    def gaps(self, limit: int = 1000) -> list[Gap]:
        """The newest gaps first."""
        ...

    def meta(self, key: str) -> str | None:
        """A setting kept with the data (for example the anchor of the demo's clock)."""
        ...

    def outbox(self, limit: int) -> list[tuple[int, str, Outgoing]]:
        """(sequence, topic, record) not yet acknowledged by the log, oldest first."""
        ...

    def delivered(self, upto: int) -> None:
        """Forget outbox records up to and including that sequence."""
        ...

    def close(self) -> None:
        """Release the connection. Safe to call twice."""
        ...


class Clock(Protocol):
    """The hub's time. Passed in everywhere; nothing reads the machine's clock by itself."""

    def now(self) -> float:
        """Hub time, epoch seconds: real time when live, district time in the demo, the recording's in a replay."""
        ...

    def rate(self) -> float:
        """Hub seconds per real second (0 when the recording has ended)."""
        ...
