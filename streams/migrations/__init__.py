"""Brings a store's schema to that of this version, from any that was released. Must not know what a row means."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from hub.errors import HubError

HEAD = "0005"
"""The newest step; ``streams.tables`` is what it leaves behind."""
_FIRST = "0001"
_STAMP = Table("hub_schema", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own note of what was applied, under a name that no other program in the same database uses."""
VERSION_TABLE = _STAMP.name


def current(connection: Connection) -> str | None:
    """The newest step that was applied, or ``None`` in a database without a stamp."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(_STAMP.c.version_num)).scalar_one_or_none()


def bring(connection: Connection) -> None:
    """Apply what is missing, inside the caller's transaction, which nobody else's may overlap. Raises ``HubError`` for
    a schema that this version does not know.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # first: already as it is imported it tells what is well
    from alembic import command  # only now: most starts find nothing to do
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    held = current(connection)
    if held is None and inspect(connection).has_table("hub_state"):
        _recognise(connection)
        command.stamp(config, _FIRST)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if held is not None and held not in known:
        raise HubError(_newer(held))
    command.upgrade(config, "head")


def _recognise(connection: Connection) -> None:
    """The first version made its tables without a stamp, and wrote 1 beside them."""
    state = Table("hub_state", MetaData(), autoload_with=connection)
    version = connection.execute(select(state.c.version)).scalar_one_or_none()
    if version is None:
        connection.execute(insert(state).values(one=1, version=1, batch=0))
    elif version != 1:
        raise HubError(_newer(str(version)))


def _newer(held: str) -> str:
    return (
        f"its schema {held} is of a newer version of this program, which knows {HEAD}: "
        "install that version, or give another store"
    )
