"""How a PostgreSQL is opened: nothing waits for ever, neither here nor there. Must not know what is kept in it.

A server that hangs, a line that is cut and a client that was stopped in the middle of a transaction all end as an error
within seconds, so that another server can go on.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import NullPool, QueuePool

from hub.errors import HubError

Use = Literal["writer", "reader", "patient"]
OLDEST = 14
"""The oldest version that is looked after by its makers, and the first that notices a client that has gone."""
ANSWER_S = 12.0
"""An answer that takes longer never comes: the server is stopped or the line is cut."""
_LINE = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
    "application_name": "hub",
}
_BY_INDEX = {"enable_seqscan": "off"}
"""Of a writer: where nothing has counted the rows yet, PostgreSQL reads a whole table to delete from it."""
_IN_ORDER = ("enable_bitmapscan", "enable_sort")
_ONE_AT_A_TIME = 0x6875625F
"""The key of the advisory lock under which the schema is changed."""
_ADVICE = {
    "authentication failed": "check user and password",
    "no password supplied": "give the password",
    "no pg_hba.conf entry": "the server lets nobody in from here: check its pg_hba.conf, or sslmode",
    "does not exist": "check the name, or create it",
    "permission denied": "the user needs the right to create tables in the database (GRANT CREATE ON SCHEMA public)",
    "resolve host": "check the host",
    "SSL": "check sslmode and the certificates",
}
"""In the words of a server that speaks English; in another language its own words must do."""
T = TypeVar("T")


class Bounded(psycopg.Connection[Any]):
    """A connection that gives up on a server that does not answer, even one whose machine still does."""

    answer_s: float | None = ANSWER_S

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As the parent's; raises ``OperationalError`` after ``answer_s``, and the connection is then closed."""
        try:
            return super().wait(gen, interval, self.answer_s if timeout is None else timeout)
        except errors._WaitTimeout:  # noqa: SLF001 - it is what the parent raises
            if timeout is not None:
                raise
            self.close()
            raise psycopg.OperationalError(f"no answer within {self.answer_s:.0f} s") from None


def engine(parts: URL, use: Use) -> Engine:
    """``writer``: one connection. ``reader``: a pool; a transaction sees one state and cannot write. ``patient``: for
    changes of the schema, which may take minutes.
    """
    options: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": ANSWER_S, "poolclass": QueuePool}
    if use == "reader":
        options |= {"pool_size": 4, "max_overflow": 8, "isolation_level": "REPEATABLE READ"}
        options["execution_options"] = {"postgresql_readonly": True}
    elif use == "patient":
        options = {"poolclass": NullPool}
    line = {name: value for name, value in _LINE.items() if name not in parts.query}  # the address may say otherwise
    made = create_engine(parts, connect_args=line, pool_pre_ping=use != "patient", hide_parameters=True, **options)

    @event.listens_for(made, "do_connect")
    def connect(_: Any, __: Any, arguments: list[Any], named: dict[str, Any]) -> Bounded:
        return _connect(use, arguments, named)

    return made


def alone(connection: Connection) -> None:
    """Wait until no other server changes the schema; until the transaction ends none will."""
    connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def in_order(connection: Connection) -> None:
    """Until the transaction ends, what is asked for in an index's order is read in it. Where nothing has counted the
    rows yet, PostgreSQL takes an entity's history for short, and reads and sorts all of it for its newest part.
    """
    connection.execute(select(*(func.set_config(name, "off", True) for name in _IN_ORDER)))


def advice(said: str) -> str:
    """What to do about an error that waiting does not mend, or ``""``."""
    for words, what in _ADVICE.items():
        if words in said:
            return what
    return ""


def _connect(use: Use, arguments: list[Any], named: dict[str, Any]) -> Bounded:
    connection = Bounded.connect(*arguments, **named)
    try:
        _settle(connection, use)
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: Bounded, use: Use) -> None:
    """Bounds on the server's side: a client stopped in the middle of a transaction must not hold its locks for long."""
    version = connection.info.server_version
    if version < OLDEST * 10_000:
        raise HubError(f"PostgreSQL {version // 10_000} is too old: version {OLDEST} or newer is needed")
    bounds = {
        "lock_timeout": "3s",
        "statement_timeout": "10s",
        "idle_in_transaction_session_timeout": "5s",
        "client_connection_check_interval": "1s",
        "tcp_keepalives_idle": "3",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "5s",
    }
    if version >= 170_000:
        bounds["transaction_timeout"] = "15s"
    if use == "writer":
        bounds |= _BY_INDEX
    if use == "patient":
        connection.answer_s = None
        bounds |= {"lock_timeout": "10min", "statement_timeout": "0", "transaction_timeout": "0"}
        bounds = {name: value for name, value in bounds.items() if version >= 170_000 or name != "transaction_timeout"}
    calls = ", ".join("set_config(%s, %s, false)" for _ in bounds)
    connection.execute(f"SELECT {calls}", [part for pair in bounds.items() for part in pair])
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise HubError(f"the database's encoding is {encoding}: create it with ENCODING 'UTF8'")
    connection.commit()
