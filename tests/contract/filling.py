"""What the store's tests fill it with, and a look into its tables past the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, select, text

from hub.domain.field import Camera, Unit
from hub.domain.model import Position, Text
from hub.picture.delta import Delta
from hub.picture.rows import Row, Table
from hub.ports import Batch, DeadLetter, Gap, HistoryEntry, Outgoing
from streams.store import SqlStore
from streams.tables import SCHEMA

UNITS = Table(name="units", title=Text("警力", "Units"), data=Unit)
CAMERAS = Table(name="cameras", title=Text("监控", "Cameras"), data=Camera)
TABLES = {"units": UNITS, "cameras": CAMERAS}


def unit(key: str, rev: int, epoch: int = 0, sign: str = "青羊-01") -> Row:
    fact = Unit(
        id=key,
        rev=rev,
        epoch=epoch,
        call_sign=sign,
        kind="patrol_car",
        status="available",
        position=Position(104.05, 30.67, "WGS84"),
    )
    return Row(fact=fact, at=1000.5 + rev, seen=1001.25 + rev, type="cn.hub.unit.moved.v1", source="/hub/field")


def units(*rows: Row) -> Delta:
    return {"units": {row.fact.id: row for row in rows}}


def entry(event: str, rev: int = 1, entity: str = "u1", seen: float | None = None, epoch: int = 0) -> HistoryEntry:
    return HistoryEntry(
        event=event,
        source="/hub/field",
        type="cn.hub.unit.moved.v1",
        table="units",
        entity=entity,
        rev=rev,
        epoch=epoch,
        at=10.0 + rev,
        seen=11.0 + rev if seen is None else seen,
        topic="hub.field.events",
        partition=0,
        offset=rev,
        data='{"id":"u1","call_sign":"青羊-01"}'.encode(),
    )


def full_batch() -> Batch:
    """Something of everything a batch may hold."""
    return Batch(
        rows=units(unit("u1", 5), unit("u2", 7)),
        history=[entry("e1"), entry("e2", 2, "u2")],
        gaps=[Gap("hub.field.events", 0, 1, 4, 20.5)],
        dead_letters=[DeadLetter("hub.field.events", 0, 3, "坏 \ud800\x00 payload", b"\x00\xff" * 50_000, 50.0)],
        outbox=[
            ("hub.actions", Outgoing(b"k", b"v\x00\xff", (("content-type", b"json"),))),
            ("hub.dlq", Outgoing(b"k", None)),
            ("hub.dlq", Outgoing(None, b"")),
        ],
        positions={("hub.field.events", 0): 4, ("hub.actions", 2): 9},
        counters={"taken": 2},
        meta={"anchor": "1000.0"},
    )


@contextmanager
def past(url: str) -> Iterator[Connection]:
    """A connection of the tests' own; what is done with it is committed."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def run(url: str, statement: str, **values: Any) -> None:
    """One statement past the store."""
    with past(url) as connection:
        connection.execute(text(statement), values)


def content(url: str) -> dict[str, list[Any]]:
    """Every row of every table but what only counts (batches, the lease)."""
    with past(url) as connection:
        out = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in SCHEMA.sorted_tables
        }
    out["hub_row"] = [row[:-1] for row in out["hub_row"]]  # without the number of the batch
    del out["hub_state"], out["hub_lease"]
    return out


def plans(held: SqlStore, ask: Callable[[], object]) -> list[str]:
    """How the database goes about what ``ask`` makes the store read, statement by statement."""
    said: list[tuple[str, Any]] = []

    def heard(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append((statement, parameters))

    event.listen(held._reader, "before_cursor_execute", heard)
    ask()
    event.remove(held._reader, "before_cursor_execute", heard)
    out = []
    with held._reader.connect() as connection:
        how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        for statement, parameters in said:
            connection.exec_driver_sql(statement, parameters)
            told = connection.exec_driver_sql(how + statement, parameters)
            out.append("\n".join(str(row[-1]) for row in told))
    return out
