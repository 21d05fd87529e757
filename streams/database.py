"""How a database is opened, and the one place that knows which kind it is. Must not know what is kept in it.

SQLite runs in WAL mode with ``synchronous=FULL``: what is committed survives a kill and a power cut. Several processes
may write one file. What is special about PostgreSQL stands in ``streams.postgres``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, ColumnElement, Connection, Engine, Float, create_engine, event, func, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from hub.errors import HubError

BUSY_S = 5.0
"""How long a writer waits for another one of the same file."""
FAULTS = (SQLAlchemyError, OSError, sqlite3.Error)
"""What may be raised when a database cannot be used now."""
_ANY_THREAD = {"check_same_thread": False, "timeout": BUSY_S}
CHECKPOINT_BYTES = 4_000_000
"""How much each writing process lets the WAL grow between two checkpoints."""


def reason(error: Exception, secret: str | None = None) -> str:
    """What a database error says, in one line, without the statement and without ``secret``, the password."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    line = " ".join(str(said).split()) or type(said).__name__
    for form in {secret, quote(secret, safe="")} if secret else ():
        line = line.replace(form, "***")
    return line


def advice(said: str, parts: URL) -> str:
    """What a person must do about an error at the first connection, or ``""`` when it may pass by itself."""
    if parts.get_backend_name() == "sqlite":
        return "choose a file that can be written" if "unable to open" in said or "not a database" in said else ""
    from streams import postgres

    return postgres.advice(said)


def parse(url: str) -> URL:
    """The parts of a database address. Raises ``HubError`` when it is not one of SQLite or PostgreSQL; what may be a
    password is not repeated.
    """
    shown = repr(url if "@" not in url else "…@" + url.rpartition("@")[2])
    forms = "sqlite:///FILE or postgresql+psycopg://USER@HOST:PORT/DATABASE"
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise HubError(f"database address {shown}: must be {forms}") from None
    if parts.drivername == "postgresql":
        parts = parts.set(drivername="postgresql+psycopg")
    if parts.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise HubError(f"database address {shown}: {parts.drivername} is not supported, use {forms}")
    if parts.get_backend_name() == "sqlite" and parts.database in (None, "", ":memory:"):
        raise HubError(f"database address {shown}: a file must follow three slashes")
    if parts.get_backend_name() == "postgresql" and "@" in (parts.database or ""):
        raise HubError(f"database address {shown}: write @ / : % in a password as %40 %2F %3A %25")
    if parts.get_backend_name() == "postgresql" and not parts.database:
        raise HubError(f"database address {shown}: the database's name must follow the host and a slash")
    return parts


def where(parts: URL) -> str:
    """What to call it in a message: the file, or host and name; never a password."""
    if parts.get_backend_name() == "sqlite":
        return str(parts.database)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.host or parts.query.get('host') or 'localhost'}{port}/{parts.database}"


def insert(engine: Engine) -> Callable[..., Any]:
    """The ``insert`` that knows ``on_conflict_do_…``; both dialects spell it alike. For many rows: ``streams.bulk``."""
    return sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert


def clock(engine: Engine) -> ColumnElement[float]:
    """The database's own time now, epoch seconds: servers that share it need not agree on the time."""
    if engine.dialect.name == "sqlite":
        return (func.julianday("now", type_=Float) - 2440587.5) * 86400.0
    return func.date_part("epoch", func.clock_timestamp(), type_=Float)


def alone(connection: Connection) -> None:
    """Be the only one that changes the schema until the transaction ends. SQLite's writer is so from its begin."""
    if connection.dialect.name == "postgresql":
        from streams import postgres  # the driver is loaded only by whom it serves

        postgres.alone(connection)


def in_order(connection: Connection) -> None:
    """What this transaction asks for in an index's order is read in it, however long. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        from streams import postgres

        postgres.in_order(connection)


def writer(parts: URL, *, patient: bool = False) -> Engine:
    """An engine that writes. SQLite: one connection, to be used under the caller's lock; transactions take the write
    lock at their begin, so a late conflict cannot undo one. ``patient``: for work that may take minutes.
    """
    if parts.get_backend_name() != "sqlite":
        from streams import postgres

        return postgres.engine(parts, "patient" if patient else "writer")
    Path(str(parts.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parts, poolclass=StaticPool, connect_args=_ANY_THREAD, hide_parameters=True)
    _prepare(engine, "IMMEDIATE", ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"))
    return engine


def reader(parts: URL) -> Engine:
    """An engine that cannot write, with a pool of connections for several threads. Several queries of one transaction
    see one state.
    """
    if parts.get_backend_name() != "sqlite":
        from streams import postgres

        return postgres.engine(parts, "reader")
    engine = create_engine(parts, connect_args=_ANY_THREAD, hide_parameters=True)
    _prepare(engine, "DEFERRED", ("query_only=ON",))
    return engine


def sealed(path: Path) -> Engine:
    """An engine on a finished SQLite file: opened read-only, leaves no trace beside it."""
    url = URL.create("sqlite", database=f"file:{quote(str(path.resolve()))}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, connect_args=_ANY_THREAD)
    _prepare(engine, "DEFERRED", ("query_only=ON",))
    return engine


def _prepare(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in pragmas:
            _set(connection, pragma)

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(f"BEGIN {begin}")


def _set(connection: Any, pragma: str) -> None:
    """Set a pragma. A change to WAL by several processes at once is refused without waiting, so it is tried again."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}").close()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


class Checkpoints:
    """Moves what the WAL holds into the file now and then, while nobody can write. Used under the writer's lock.

    SQLite does it by itself after any commit, and before 3.51.3 a commit of another process at that instant can be
    lost. Holding the write lock meanwhile rules that out for any number of writing processes.
    """

    def __init__(self, engine: Engine) -> None:
        """``engine``: the writer of the file. Does nothing for other databases."""
        self._engine = engine
        self._due = engine.dialect.name == "sqlite"
        self._written = 0

    def wrote(self, size: int) -> None:
        """Call after a commit with about how many bytes it wrote. Never fails: what cannot be moved now is later."""
        self._written += size
        if self._due and self._written >= CHECKPOINT_BYTES:
            self._written = 0
            with suppress(*FAULTS), self._engine.begin(), closing(self._other()) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _other(self) -> sqlite3.Connection:
        connection = sqlite3.connect(str(self._engine.url.database), timeout=0, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        return connection
