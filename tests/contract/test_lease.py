"""Who may write durable history: one at a time, by the database's own clock, and the one before is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hub.errors import Fenced, StoreDown
from hub.ports import Batch, Lease, Outgoing
from streams import bulk
from streams.lease import LONGEST_S
from streams.store import SqlStore
from tests.contract.filling import TABLES, content, full_batch, past, run, unit, units


@pytest.fixture
def one(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url)
    yield made
    made.close()


@pytest.fixture
def two(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url)
    yield made
    made.close()


def ended(store: SqlStore) -> None:
    """Wait until the lease has ended."""
    deadline = time.monotonic() + 5
    while store.lease("nobody", 0).left_s > 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_is_nobodys_at_first_and_looking_changes_nothing(one: SqlStore) -> None:
    assert one.lease("a", 0) == Lease("", 0, 0.0)
    assert one.lease("a", 0) == Lease("", 0, 0.0)


def test_a_holder_keeps_it_and_its_epoch(one: SqlStore, two: SqlStore) -> None:
    first = one.lease("a", 30)
    assert (first.holder, first.epoch) == ("a", 1)
    assert 29 < first.left_s <= 30.001
    other = two.lease("b", 30)
    assert (other.holder, other.epoch) == ("a", 1)
    again = one.lease("a", 50)
    assert (again.holder, again.epoch) == ("a", 1)
    assert again.left_s > 49
    assert two.lease("b", 0).left_s > 49


def test_another_one_gets_it_when_it_has_ended(one: SqlStore, two: SqlStore) -> None:
    one.lease("a", 0.2)
    ended(two)
    assert two.lease("b", 0) == Lease("a", 1, 0.0)
    taken = two.lease("b", 30)
    assert (taken.holder, taken.epoch) == ("b", 2)
    assert one.lease("a", 30).holder == "b"


def test_its_holder_may_come_back_late_under_the_same_epoch(one: SqlStore) -> None:
    one.lease("a", 0.1)
    ended(one)
    assert one.lease("a", 30).epoch == 1


def test_it_may_be_given_up_by_its_holder_only(one: SqlStore, two: SqlStore) -> None:
    one.lease("a", 30)
    two.release("b")
    assert two.lease("b", 30).holder == "a"
    one.release("a")
    assert one.lease("a", 0) == Lease("", 1, 0.0)
    assert two.lease("b", 30).epoch == 2


def test_of_many_askers_exactly_one_gets_it(store_url: str) -> None:
    stores = [SqlStore(store_url) for _ in range(4)]
    for turn in range(1, 6):
        gate = threading.Barrier(len(stores))
        got: list[Lease] = []

        def ask(number: int, gate: threading.Barrier = gate, got: list[Lease] = got) -> None:
            gate.wait(10)
            got.append(stores[number].lease(f"s{number}", 30))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(stores))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert {(each.holder, each.epoch) for each in got} == {(got[0].holder, turn)}
        assert len(got) == len(stores)
        stores[0].release(got[0].holder)
    for store in stores:
        store.close()


def test_one_who_waited_for_the_lock_looks_again(postgres: str) -> None:
    stores = [SqlStore(postgres) for _ in range(2)]
    got: list[Lease] = []
    with past(postgres) as locked:
        locked.exec_driver_sql("select * from hub_lease for update")
        threads = [
            threading.Thread(target=lambda n=number: got.append(stores[n].lease(f"s{n}", 30))) for number in range(2)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        assert got == [], "both wait"
    for thread in threads:
        thread.join(10)
    assert len({each.holder for each in got}) == 1
    assert {each.epoch for each in got} == {1}
    for store in stores:
        store.close()


def test_the_former_recorder_is_refused_and_nothing_is_written(one: SqlStore, two: SqlStore, store_url: str) -> None:
    held = one.lease("a", 0.1)
    one.commit(Batch(rows=units(unit("u0", 1))), held.epoch)
    ended(two)
    one.commit(Batch(rows=units(unit("u0", 2))), held.epoch)  # nobody else has taken it meanwhile
    two.lease("b", 30)
    before = content(store_url)
    with pytest.raises(Fenced, match=r"b is the recorder now \(epoch 2\); nothing of epoch 1"):
        one.commit(full_batch(), held.epoch)
    assert content(store_url) == before
    two.release("b")
    with pytest.raises(Fenced):
        one.commit(full_batch(), 1)
    one.commit(Batch(rows={}, outbox=[("a", Outgoing(b"k", b"v"))]))
    assert len(two.outbox(9)) == 1, "what needs no lease is written without one"


def test_nobody_takes_it_while_its_holder_commits(
    one: SqlStore, two: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = one.lease("a", 0.3)
    inside, go_on = threading.Event(), threading.Event()
    real = bulk.put

    def slow(*arguments: Any) -> None:
        real(*arguments)
        inside.set()
        assert go_on.wait(10)

    monkeypatch.setattr(bulk, "put", slow)
    committing = threading.Thread(target=one.commit, args=(Batch(rows=units(unit("u1", 1))), held.epoch))
    committing.start()
    assert inside.wait(10)
    ended(two)
    got: list[Lease] = []
    asking = threading.Thread(target=lambda: got.append(two.lease("b", 30)))
    asking.start()
    time.sleep(0.3)
    assert got == []
    go_on.set()
    committing.join(10)
    asking.join(10)
    assert (got[0].holder, got[0].epoch) == ("b", 2)
    assert set(two.load(TABLES).rows["units"]) == {"u1"}
    with pytest.raises(Fenced):
        one.commit(full_batch(), held.epoch)


def test_a_lease_from_before_the_databases_clock_was_put_back_is_over(
    one: SqlStore, two: SqlStore, store_url: str
) -> None:
    one.lease("a", 30)
    run(store_url, "update hub_lease set ends = ends + 3600")
    assert two.lease("b", 0).left_s == 0
    assert two.lease("b", 30).epoch == 2
    assert one.lease("c", 1e9).holder == "b"
    two.release("b")
    assert one.lease("c", 1e9).left_s < LONGEST_S + 1, "no lease is for longer than that"


def test_a_closed_store_says_so(one: SqlStore) -> None:
    one.close()
    for call in (lambda: one.lease("a", 0), lambda: one.lease("a", 5), lambda: one.release("a"), one.positions):
        with pytest.raises(StoreDown, match="closed"):
            call()
