"""The schema comes from its migrations alone, forward from every state that was released."""

from __future__ import annotations

import threading
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hub.errors import HubError, StoreDown
from hub.picture.fixes import row
from hub.picture.rows import UNKNOWN, Fix
from hub.ports import Batch
from streams import migrations
from streams.store import SqlStore
from streams.tables import SCHEMA
from tests.contract.filling import TABLES, full_batch, past, run, unit

RELEASED = Path(__file__).with_name("released")


def released(url: str) -> None:
    """A store as the first release left it, with rows in every table."""
    with past(url) as connection:
        for ddl in (RELEASED / f"schema_1_{connection.dialect.name}.sql").read_text("utf-8").split(";\n"):
            if ddl:
                connection.exec_driver_sql(ddl)
        row = {"data": b'{"id":"u1","rev":5,"epoch":0,"call_sign":"x","kind":"bus","status":"busy"}'}
        for sql in (
            "insert into hub_state values (1, 1, 7)",
            "insert into hub_meta values ('anchor', '1000.0')",
            "insert into hub_counter values ('taken', 3)",
            "insert into hub_position values ('hub.field.events', 0, 4)",
            "insert into hub_inbox values ('/hub/field', 'e1')",
            "insert into hub_row values ('units', 'u1', 0, 5, 1, 2, 't', '/hub/field', :data, 7)",
            "insert into hub_row values ('units', 'u2', -1, 0, 1, 2, 't', '/hub/field', null, 7)",
            'insert into hub_history (event, source, type, "table", entity, rev, at, seen, topic, partition, "offset", '
            "data) values ('e1', '/hub/field', 'cn.hub.unit.moved.v1', 'units', 'u1', 1, 11.0, 12.0, "
            "'hub.field.events', 0, 1, :data)",
            'insert into hub_history (event, source, type, "table", entity, rev, at, seen, topic, partition, "offset", '
            "data) values ('e1 again', '/hub/field', 'cn.hub.unit.moved.v1', 'units', 'u1', 1, 11.0, 12.0, "
            "'hub.field.events', 0, 2, :data)",
            'insert into hub_history (event, source, type, "table", entity, rev, at, seen, topic, partition, "offset", '
            "data) values ('e9', '/hub/field', 'cn.hub.unit.moved.v1', 'units', 'u1', 1, 13.0, 14.0, "
            "'hub.field.events', 0, 3, :newer)",
            'insert into hub_dead_letter (topic, partition, "offset", reason, raw, at) '
            "values ('hub.field.events', 0, 2, 'bad', :data, 5.0)",
            "insert into hub_outbox (topic, key, value, headers, digest) values ('a', :data, :data, :none, :data)",
        ):
            statement = text(sql)
            wanted = {**row, "none": b"\x90", "newer": b'{"id":"u1","rev":1,"epoch":7}'}
            connection.execute(statement, {name: wanted[name] for name in statement.compile().params})


def differences(url: str) -> list[object]:
    with past(url) as connection:
        options = {"version_table": migrations.VERSION_TABLE, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), SCHEMA))


def test_a_new_store_has_the_declared_schema(store_url: str) -> None:
    SqlStore(store_url).close()
    assert differences(store_url) == []
    run(store_url, "drop index ix_hub_history_seen")
    assert len(differences(store_url)) == 1, "a difference is found"


def test_the_newest_step_is_named() -> None:
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head() == migrations.HEAD


def test_the_steps_are_shipped() -> None:
    held = {each.name for each in files("streams.migrations.versions").iterdir()}
    assert len([name for name in held if name.startswith("s0")]) == int(migrations.HEAD)
    assert (Path(migrations.__file__).parent / "versions" / "__init__.py").exists(), "a package, so setuptools finds it"


def test_the_first_release_is_carried_forward(store_url: str) -> None:
    released(store_url)
    store = SqlStore(store_url)
    assert differences(store_url) == []
    loaded = store.load(TABLES)
    assert set(loaded.rows["units"]) == {"u1"}
    assert loaded.positions == {("hub.field.events", 0): 4}
    assert (loaded.counters, loaded.meta) == ({"taken": 3}, {"anchor": "1000.0"})
    history = store.history("units", "u1")
    assert [(item.event, item.epoch, item.rev, item.offset) for item in history] == [("e1", 0, 1, 1), ("e9", 7, 1, 3)]
    assert [letter.reason for letter in store.dead_letters()] == ["bad"]
    assert [topic for _, topic, _ in store.outbox(9)] == ["a"]
    assert store.lease("a", 0).epoch == 0
    assert store.gaps() == []
    store.commit(full_batch(), store.lease("a", 30).epoch)
    store.commit(full_batch(), 1)
    assert {row.fact.rev for row in store.load(TABLES).rows["units"].values()} == {5, 7}
    assert unit("u2", 7) in store.load(TABLES).rows["units"].values()
    assert store.history("units", "u1") == history, "what is there is not written again"
    store.close()
    SqlStore(store_url).close()


@pytest.mark.parametrize("step", ["0001", "0002", "0003"])
def test_every_state_there_was_is_carried_forward(store_url: str, step: str) -> None:
    released(store_url)
    with past(store_url) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.set_main_option("path_separator", "os")
        command.stamp(config, "0001")
        command.upgrade(config, step)
    store = SqlStore(store_url)
    assert differences(store_url) == []
    held = store.load(TABLES).rows["units"]["u1"]
    assert (held.fact.rev, held.at, held.fix) == (5, 1.0, None)
    fix = Fix(5_000, 1_040_600_000, 306_700_000, UNKNOWN, UNKNOWN)
    moved = row(held.fact, held.at, held.seen, held.type, held.source, fix)
    store.commit(Batch(rows={"units": {"u1": moved}}))
    assert store.load(TABLES).rows["units"] == {"u1": moved}
    store.close()


def test_the_first_release_refuses_what_was_carried_forward(store_url: str) -> None:
    SqlStore(store_url).close()
    with past(store_url) as connection:
        assert connection.exec_driver_sql("select version from hub_state").scalar_one() > 1, "what it looks at"


def test_a_step_that_fails_leaves_everything_as_it_was(store_url: str) -> None:
    released(store_url)
    run(store_url, "create table hub_gap (strange integer)")
    with pytest.raises(StoreDown, match="hub_gap"):
        SqlStore(store_url)
    with past(store_url) as connection:
        held = set(inspect(connection).get_table_names())
    assert "hub_inbox" in held
    assert not {"hub_lease", migrations.VERSION_TABLE} & held
    run(store_url, "drop table hub_gap")
    SqlStore(store_url).close()
    assert differences(store_url) == []


@pytest.mark.parametrize("statement", ["update hub_schema set version_num = '0107'", "drop table hub_schema"])
def test_a_store_of_a_newer_version_is_not_touched(store_url: str, statement: str) -> None:
    SqlStore(store_url).close()
    run(store_url, "update hub_state set version = 107")
    run(store_url, statement)
    with pytest.raises(HubError, match=r"its schema 0?107 is of a newer version .* install that version") as caught:
        SqlStore(store_url)
    assert not isinstance(caught.value, StoreDown)
    assert "\n" not in str(caught.value)


def test_several_servers_may_start_at_once(store_url: str) -> None:
    released(store_url)
    faults: list[BaseException] = []
    gate = threading.Barrier(5)

    def start() -> None:
        try:
            gate.wait(10)
            SqlStore(store_url).close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert differences(store_url) == []
