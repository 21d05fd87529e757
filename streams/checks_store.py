"""What a hub finds at its database: whether it answers, its schema, settings, room and clock, and what it holds.

Looks only: nothing is made or changed, a store that is not there stays so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, func, select, text

from hub.doctor import Check, State
from streams import database, lease, migrations, retention
from streams.checks import MIB, room
from streams.retention import DAY_S
from streams.tables import OUTBOX

AHEAD_S, FAR_S = 2.0, 60.0
WAL_MANY = 256 * MIB
"""A WAL this long does not shrink any more: somebody has been reading one state for very long."""
WAITING_MANY = 10_000
LATE_DAYS = 2.0
SAFE = ("fsync", "full_page_writes", "synchronous_commit")
"""Settings of PostgreSQL that may not be off: what was committed could be lost with the power."""
CONNECTIONS = 20
"""Free connections below which another hub may not get in."""


def store(url: str) -> Iterator[Check]:
    """Everything about a store. Raises ``HubError`` for an address that is none."""
    parts = database.parse(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        yield Check("database", "ok", f"{parts.database} is not there yet; the first start makes it")
        return
    engine = database.reader(parts)
    try:
        with engine.connect() as connection:
            kind = _sqlite if engine.dialect.name == "sqlite" else _postgres
            yield from kind(connection, parts)
            yield from _clock(connection, engine)
            held = migrations.current(connection)
            yield _schema(held)
            if held == migrations.HEAD:
                yield from _held(connection, engine)
    except database.FAULTS as error:
        said = database.reason(error, parts.password)
        do = database.advice(said, parts) or "see that it runs and can be reached from here, then check --store"
        yield Check("database", "failure", f"{database.where(parts)}: {said}", do)
    finally:
        engine.dispose()


def _sqlite(connection: Connection, parts: URL) -> Iterator[Check]:
    path = Path(str(parts.database))
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    wal = path.with_name(path.name + "-wal")
    behind = wal.stat().st_size if wal.exists() else 0
    seen = f"{path}, {path.stat().st_size / MIB:.1f} MiB, journal {mode}, {behind / MIB:.1f} MiB of it in the WAL"
    if mode != "wal":
        yield Check("database", "warning", seen, "start the hub on it once: it switches to WAL")
    elif behind > WAL_MANY:
        yield Check("database", "warning", seen, "end programs that have it open for long, then start the hub again")
    else:
        yield Check("database", "ok", seen)
    yield room("database's disk", path.parent)


def _postgres(connection: Connection, parts: URL) -> Iterator[Check]:
    version = connection.execute(select(func.current_setting("server_version"))).scalar_one()
    size = int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
    line = connection.execute(text("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).one_or_none()
    way = f"TLS {line.version}" if line is not None and line.ssl else "not encrypted"
    yield Check("database", "ok", f"PostgreSQL {version} at {database.where(parts)}, {size / MIB:.1f} MiB, {way}")
    yield from _settings(connection)
    yield from _disk(connection)


def _settings(connection: Connection) -> Iterator[Check]:
    if connection.execute(select(func.pg_is_in_recovery())).scalar_one():
        yield Check("settings", "failure", "it is a standby and takes no writes", "give the primary's address")
    wrong = [f"{name} is off" for name in SAFE if _setting(connection, name) == "off"]
    if wrong:
        do = "set them to on in postgresql.conf: what the hub calls stored must survive a power cut"
        yield Check("settings", "warning", "; ".join(wrong), do)
    most = int(_setting(connection, "max_connections"))
    used = int(connection.execute(text("SELECT count(*) FROM pg_stat_activity")).scalar_one())
    seen = f"{used} of {most} connections are in use"
    if most - used < CONNECTIONS:
        yield Check("settings", "warning", seen, "raise max_connections, or end programs that hold connections")
    elif not wrong:
        yield Check("settings", "ok", f"{', '.join(SAFE)} are not off; {seen}")


def _disk(connection: Connection) -> Iterator[Check]:
    """Room where the server keeps its data, when that is this machine's disk and it tells where."""
    where = text("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
    told = connection.execute(where).scalar_one_or_none()
    local = connection.execute(text("SELECT coalesce(inet_server_addr() <<= '127.0.0.0/8', true)")).scalar_one()
    if told and local and Path(told).is_dir():
        yield room("database's disk", Path(told))
    else:
        yield Check("database's disk", "ok", "cannot be seen from here: watch it on the database's machine")


def _setting(connection: Connection, name: str) -> str:
    return str(connection.execute(select(func.current_setting(name))).scalar_one())


def _clock(connection: Connection, engine: Engine) -> Iterator[Check]:
    if engine.dialect.name == "sqlite":
        return  # it has no clock but ours
    before = time.time()
    theirs = float(connection.execute(select(database.clock(engine))).scalar_one())
    off = theirs - (before + time.time()) / 2
    state: State = "ok" if abs(off) <= AHEAD_S else "warning" if abs(off) <= FAR_S else "failure"
    do = "" if state == "ok" else "set the clocks here and there (chrony or systemd-timesyncd)"
    yield Check("database's clock", state, f"{abs(off):.2f} s {'ahead of' if off > 0 else 'behind'} this machine's", do)


def _schema(held: str | None) -> Check:
    if held == migrations.HEAD:
        return Check("schema", "ok", f"{held}, the newest")
    if held is None or held < migrations.HEAD:
        what = "none yet" if held is None else f"{held}, this version's is {migrations.HEAD}"
        return Check("schema", "warning", what, "back it up, then start the hub on it once: it brings it up to date")
    return Check(
        "schema", "failure", f"{held} is of a newer version; this one knows {migrations.HEAD}", "install that one"
    )


def _held(connection: Connection, engine: Engine) -> Iterator[Check]:
    """Who records, and what is kept for how long and how much there is of it."""
    found = lease.look(connection, database.clock(engine))
    if found.left_s > 0:
        yield Check("recorder", "ok", f"{found.holder} records, epoch {found.epoch}")
    else:
        yield Check("recorder", "ok", "no server records now")
    for each in retention.held(connection):
        yield _kept(each)


def _kept(held: retention.Held) -> Check:
    """How long something is kept and how much of it there is."""
    name, age = f"kept: {held.keep.name}", None if held.oldest is None else (time.time() - held.oldest) / DAY_S
    limit = f"{held.days:g} days" if held.days is not None else held.keep.reason.en
    size = "" if held.size is None else f", {held.size / MIB:.1f} MiB"
    oldest = "" if age is None else f", the oldest of {max(0.0, age):.1f} days"
    seen = f"{held.keep.what.en} ({limit}): {held.rows} rows{size}{oldest}"
    if held.keep.table is OUTBOX and held.rows > WAITING_MANY:
        return Check(name, "warning", seen, "see that the log can be written and that a server records")
    if age is not None and held.days is not None and age > held.days + LATE_DAYS:
        return Check(name, "warning", seen, "older than it should be: the server that records deletes it, so start one")
    return Check(name, "ok", seen)
