"""What only PostgreSQL can show: refusals, a server that hangs or dies, a client that stops in the middle, and no
password anywhere.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, Connection, delete, select
from sqlalchemy.exc import InternalError

from hub.errors import HubError, StoreDown
from hub.ports import Batch, Outgoing
from streams import batches, postgres, store
from streams.snapshots import Kept
from streams.store import SqlStore
from streams.tables import HISTORY, OUTBOX
from tests.contract.filling import TABLES, entry, full_batch, past, plans, unit, units
from tests.proxy import Line
from tests.servers.kafka import free_ports
from tests.servers.postgres import PASSWORD, USER, Postgres

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[2]
NO_ANSWER = r"no answer within 1 s|connection timeout expired"
SECRET = "s3cret:@/密"


def refused(url: str) -> HubError:
    with pytest.raises(HubError) as caught:
        SqlStore(url)
    said = str(caught.value)
    assert "\n" not in said
    for form in (PASSWORD, SECRET, "s3cret", "p@ss"):
        assert form not in said
    return caught.value


def test_a_wrong_password_or_name_is_said_and_what_to_do(own_postgres: Postgres) -> None:
    place = f"127.0.0.1:{own_postgres.port}"
    for url, words in (
        (own_postgres.url(password=SECRET), f"{place}/postgres: .*authentication failed.* check user and password"),
        (own_postgres.url(user="nobody"), "check user and password"),
        (own_postgres.url("nix"), f'{place}/nix: .*database "nix" does not exist; check the name, or create it'),
        (f"postgresql://{USER}@{place}/postgres", "give the password"),
        (own_postgres.url().replace("127.0.0.1", "no.such.invalid"), "check the host"),
        (own_postgres.url() + "?sslmode=require", "check sslmode"),
    ):
        error = refused(url)
        assert not isinstance(error, StoreDown), "waiting does not help"
        assert str(error).endswith("(--store)")
        with pytest.raises(HubError, match=words):
            raise error


def test_a_server_that_is_not_there_is_down(own_postgres: Postgres) -> None:
    [port] = free_ports(1)
    error = refused(own_postgres.url(port=port))
    assert isinstance(error, StoreDown)
    assert f"127.0.0.1:{port}/postgres: " in str(error)
    assert "refused" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        f"postgres//hub:{SECRET}@host/db",
        f"postgresql+psycopg://hub:{SECRET}@host:port/db",
        "postgresql+psycopg://hub:s3cret@host",
        "mysql://hub:s3cret@host/db",
        "postgresql+asyncpg://hub:s3cret@host/db",
    ],
)
def test_a_wrong_address_is_named_without_its_password(url: str) -> None:
    assert "database address" in str(refused(url))


def test_a_user_without_rights_is_told_which(own_postgres: Postgres) -> None:
    name = own_postgres.fresh()
    own_postgres.execute("create role guest login password 'guest'")
    assert "GRANT CREATE ON SCHEMA public" in str(refused(own_postgres.url(name, "guest", "guest")))


def test_an_old_server_and_a_wrong_encoding_are_refused(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_postgres.execute("create database latin encoding 'LATIN1' template template0")
    assert "encoding is LATIN1: create it with ENCODING 'UTF8'" in str(refused(own_postgres.url("latin")))
    monkeypatch.setattr(postgres, "OLDEST", 99)
    assert "version 99 or newer is needed" in str(refused(own_postgres.url()))


def test_no_log_and_no_error_shows_the_password(own_postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        held = SqlStore(own_postgres.url(own_postgres.fresh()))
        held.commit(full_batch())
        refused(own_postgres.url(password=SECRET))
        run_error = None
        try:
            held._parts = held._parts.set(password="batch")
            with held._guard():
                raise OSError("as if a driver said: batch is wrong")
        except StoreDown as error:
            run_error = str(error)
        held.close()
    assert run_error is not None
    assert run_error.endswith("as if a driver said: *** is wrong")
    for form in (PASSWORD, SECRET):
        assert form not in caplog.text
        assert form not in repr(held._writer.url)


def test_the_reader_cannot_write(postgres: str) -> None:
    held = SqlStore(postgres)
    with pytest.raises(InternalError), held._reader.begin() as connection:
        connection.execute(OUTBOX.delete())
    held.close()


def test_a_killed_server_loses_nothing_and_the_store_goes_on(own_postgres: Postgres) -> None:
    held = SqlStore(own_postgres.url(own_postgres.fresh()))
    for turn in range(1, 4):
        held.commit(Batch(rows=units(unit("u1", turn)), positions={("t", 0): turn}))
        own_postgres.kill()
        for call in (lambda: held.commit(full_batch()), held.positions, lambda: held.lease("a", 5)):
            with pytest.raises(StoreDown, match=rf"127\.0\.0\.1:{own_postgres.port}/test_"):
                call()
        own_postgres.start()
        assert held.positions() == {("t", 0): turn}
        assert held.load(TABLES).rows["units"]["u1"].fact.rev == turn
    held.close()


def test_a_frozen_server_ends_as_an_error_and_then_goes_on(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres.Bounded, "answer_s", 1.0)
    held = SqlStore(own_postgres.url(own_postgres.fresh()))
    held.commit(Batch(rows=units(unit("u1", 1))))
    own_postgres.freeze()
    try:
        began = time.monotonic()
        with pytest.raises(StoreDown, match=NO_ANSWER):
            held.commit(Batch(rows=units(unit("u1", 2))))
        with pytest.raises(StoreDown):
            held.positions()
        assert time.monotonic() - began < 20
    finally:
        own_postgres.thaw()
    held.commit(Batch(rows=units(unit("u1", 3))))
    assert held.load(TABLES).rows["units"]["u1"].fact.rev == 3
    held.close()


def test_a_cut_or_silent_line_ends_as_an_error_and_then_goes_on(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Line(own_postgres.port) as line:
        held = SqlStore(own_postgres.url(own_postgres.fresh(), port=line.port))
        held.commit(Batch(rows=units(unit("u1", 1))))
        line.cut()
        with pytest.raises(StoreDown):
            held.commit(Batch(rows=units(unit("u1", 2))))
        line.mend()
        assert held.positions() == {}
        line.hang()
        monkeypatch.setattr(postgres.Bounded, "answer_s", 1.0)
        with pytest.raises(StoreDown, match=NO_ANSWER):
            held.commit(Batch(rows=units(unit("u1", 2))))
        line.mend()
        held.commit(Batch(rows=units(unit("u1", 2))))
        assert held.load(TABLES).rows["units"]["u1"].fact.rev == 2
        held.close()


STOPPED = """
import sys, time
from hub.ports import Batch
from streams import bulk
from streams.store import SqlStore

def halt(*_):
    print("inside", flush=True)
    time.sleep(600)

bulk.put = halt
store = SqlStore(sys.argv[1])
store.commit(Batch(rows={}, positions={("t", 0): 9}), store.lease("a", 1).epoch)
"""


def test_a_client_stopped_inside_a_commit_holds_nobody_up_for_long(postgres: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    held = SqlStore(postgres)
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED, postgres], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        while True:
            try:
                if held.lease("b", 5).holder == "b":
                    break
            except StoreDown:
                pass  # it waits for a lock
            assert time.monotonic() - began < 10, "the recorder must change hands within 10 s"
            time.sleep(0.1)
        held.commit(full_batch(), 2)
        assert held.positions()["hub.field.events", 0] == 4
        assert ("t", 0) not in held.positions()
        process.kill()
    held.close()


def test_numbers_of_the_outbox_are_given_in_the_order_of_commits(postgres: str) -> None:
    """Else the relay would forget a record that was committed late under an earlier number."""
    first, second = SqlStore(postgres), SqlStore(postgres)
    with first._writer.begin() as connection:
        batches.write(connection, batches.prepare(Batch(rows={}, outbox=[("a", Outgoing(b"k", b"1"))])))
        later = threading.Thread(target=second.commit, args=(Batch(rows={}, outbox=[("a", Outgoing(b"k", b"2"))]),))
        later.start()
        time.sleep(0.3)
        assert second.outbox(9) == [], "the second waits for the first"
    later.join(10)
    assert [record.value for _, _, record in second.outbox(9)] == [b"1", b"2"]
    with past(postgres) as connection:
        assert connection.execute(select(OUTBOX.c.seq).order_by(OUTBOX.c.seq)).scalars().all() == [1, 2]
    first.close()
    second.close()


def test_a_snapshot_is_of_one_state_while_others_commit(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = SqlStore(postgres), SqlStore(postgres)
    first.load(TABLES)
    first.commit(Batch(rows=units(unit("u1", 1), unit("u2", 1))))
    read = store._live

    def late(connection: Connection) -> Iterator[Kept]:
        second.commit(Batch(rows={"units": {"u1": unit("u1", 2), "u2": None, "u3": unit("u3", 1)}}))
        return read(connection)

    monkeypatch.setattr(store, "_live", late)
    first.snapshot()
    monkeypatch.undo()
    rows = first.load(TABLES).rows["units"]
    assert {key: row.fact.rev for key, row in rows.items()} == {"u1": 2, "u3": 1}
    first.close()
    second.close()


def plan(connection: Connection, statement: ClauseElement) -> str:
    literal = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {literal}"))


def test_indexes_answer_even_where_nothing_was_counted_yet(postgres: str) -> None:
    held = SqlStore(postgres)
    for k in range(12):  # with so many it takes a thing's history for short
        facts = [entry(f"e{i}", i + 1, f"u{i % 2}", seen=float(i)) for i in range(k * 10_000, (k + 1) * 10_000)]
        held.commit(Batch(rows={}, history=facts))
    assert [item.rev for item in held.history("units", "u1", 2)] == [119_998, 120_000]
    *_, newest = plans(held, lambda: held.history("units", "u1", 200))
    assert "Index Scan Backward using hub_history_once" in newest
    assert "Sort" not in newest
    *_, letters = plans(held, lambda: held.dead_letters(200))
    assert "Index Scan Backward using ix_hub_dead_letter_at" in letters
    with held._writer.connect() as connection:
        said = plan(connection, delete(HISTORY).where(HISTORY.c.seen < 100.0))
        assert "ix_hub_history_seen" in said
        assert "Seq Scan" not in said
    held.close()
