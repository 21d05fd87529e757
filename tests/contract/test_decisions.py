"""A decision is one transaction that no other writer can enter: rows, history, outbox, audit and answer, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from hub.audit import GENESIS, fingerprint
from hub.errors import StoreDown, Unaudited
from hub.ports import Batch, Draft, Judged, Look, Outgoing
from hub.settings import Secret
from streams.retention import DAY_S
from streams.store import SqlStore
from streams.verify import verify
from tests.contract.deciding import AT, KEY, always, decide, fact_of, judged, macs
from tests.contract.filling import TABLES, content, unit, units

BYTES = KEY.reveal().encode()


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url, audit_key=KEY)
    yield made
    made.close()


def test_all_of_a_decision_is_written(store: SqlStore) -> None:
    row = unit("u1", 1)
    assert store.decide("duty-1:k", always(judged(row, answer=b"yes"))) == (b"yes", False)
    assert store.load(TABLES).rows["units"] == {"u1": row}
    [entry] = store.history("units", "u1")
    assert entry == msgspec.structs.replace(fact_of(row), partition=-1, offset=-1)
    assert [(topic, record) for _, topic, record in store.outbox(9)] == [("hub.actions", Outgoing(b"u1", entry.data))]
    [said] = store.audit()
    given = judged(row).audit
    place = f"{entry.event} {fingerprint(entry.data)}"
    assert said == msgspec.structs.replace(given, seq=1, mac=said.mac, facts=(place,))
    assert len(said.mac) == len(GENESIS)
    anchor = store.anchor()
    assert anchor is not None
    assert (anchor.seq, anchor.mac, anchor.at) == (1, said.mac, AT)


def test_a_key_is_answered_once_and_the_same_ever_after(store: SqlStore, store_url: str) -> None:
    assert store.decide("a:k", always(judged(unit("u1", 1), answer=b"first")))[0] == b"first"
    before = content(store_url)

    def never(look: Look) -> Judged:
        raise AssertionError("it was judged before")

    assert store.decide("a:k", never) == (b"first", True)
    assert content(store_url) == before
    assert store.decide("b:k", always(judged(unit("u1", 2), answer=b"second"))) == (b"second", False)


def test_a_refused_one_is_answered_and_audited(store: SqlStore) -> None:
    store.decide("a:k", always(judged(outcome="refused:busy", answer=b"no")))
    assert [entry.outcome for entry in store.audit()] == ["refused:busy"]
    assert store.outbox(9) == []
    assert store.decide("a:k", always(judged())) == (b"no", True)


def test_the_judge_sees_what_is_stored(store: SqlStore) -> None:
    store.commit(Batch(rows=units(unit("u1", 5), unit("u2", 1))))
    store.commit(Batch(rows={"units": {"u2": None}}))
    seen: list[Any] = []

    def judge(look: Look) -> Judged:
        seen.extend((look("units", "u1"), look("units", "u2"), look("units", "u9"), look("nothing", "u1")))
        return judged()

    store.decide("a:k", judge)
    held, *none = seen
    assert (held.epoch, held.rev, held.at, held.seen) == (0, 5, 1005.5, 1006.25)
    assert (held.type, held.source) == ("cn.hub.unit.moved.v1", "/hub/field")
    assert msgspec.json.decode(held.data)["call_sign"] == "青羊-01"
    assert none == [None] * 3


def test_what_a_judge_raises_goes_through_and_nothing_is_written(store: SqlStore, store_url: str) -> None:
    before = content(store_url)

    def judge(look: Look) -> Judged:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        store.decide("a:k", judge)
    assert content(store_url) == before


@pytest.mark.parametrize("rev", [1, 4, 5])
def test_a_decision_that_is_not_newer_fails_loudly(store: SqlStore, store_url: str, rev: int) -> None:
    store.commit(Batch(rows=units(unit("u1", 5))))
    before = content(store_url)
    with pytest.raises(RuntimeError, match=r"row \('units', 'u1'\) of a decision"):
        store.decide("a:k", always(judged(unit("u2", 1), unit("u1", rev, sign="other"))))
    assert content(store_url) == before


def test_a_fact_that_stands_in_the_history_already_fails_loudly(store: SqlStore, store_url: str) -> None:
    store.decide("a:k", always(judged(unit("u1", 1))))
    store.commit(Batch(rows={"units": {"u1": None}}))
    before = content(store_url)
    with pytest.raises(RuntimeError, match=r"fact \('units', 'u1', 0, 1\) of a decision"):
        store.decide("a:l", always(judged(unit("u1", 1, sign="other"))))
    assert content(store_url) == before


def test_the_fact_that_comes_back_from_the_log_changes_nothing(store: SqlStore, store_url: str) -> None:
    row = unit("u1", 1)
    store.decide("a:k", always(judged(row)))
    before = content(store_url)
    store.commit(Batch(rows=units(row), history=[fact_of(row)]))
    assert content(store_url) == before


def test_many_rows_of_one_decision(store: SqlStore) -> None:
    rows = [unit(f"u{n}", 1) for n in range(450)]
    store.decide("a:k", always(judged(*rows)))
    assert len(store.load(TABLES).rows["units"]) == 450
    [entry] = store.audit()
    assert len(entry.facts) == 450


def test_texts_no_database_can_hold(store: SqlStore, store_url: str) -> None:
    odd = judged(request="a\x00b\ud800c")
    store.decide("key\x00\ud800", always(odd))
    assert store.audit()[0].request == "a\\0b?c"
    assert store.decide("key\x00\ud800", always(odd))[1]
    assert verify(store_url, BYTES, []).code == 0


@pytest.mark.parametrize(
    ("key", "words"), [(Secret(), "no key for the audit chain"), (Secret("short"), "too short")], ids=["none", "short"]
)
def test_nothing_is_decided_without_a_key(store_url: str, key: Secret, words: str) -> None:
    store = SqlStore(store_url, audit_key=key)
    before = content(store_url)
    with pytest.raises(Unaudited, match=words):
        store.decide("a:k", always(judged(unit("u1", 1))))
    assert content(store_url) == before
    store.commit(Batch(rows=units(unit("u1", 1))))
    store.close()


def test_a_server_with_another_key_decides_nothing(store: SqlStore, store_url: str) -> None:
    decide(store, 0)
    other = SqlStore(store_url, audit_key=Secret("f" * 64))
    with pytest.raises(Unaudited, match="another audit_key"):
        decide(other, 1)
    other.close()
    decide(store, 1)
    assert verify(store_url, BYTES, []).code == 0


def test_a_failure_at_any_statement_leaves_nothing(store: SqlStore, store_url: str) -> None:
    """Each statement of a decision in turn is its last."""
    said: list[str] = []
    fatal = 0

    def count(*given: Any) -> None:
        said.append(given[2])
        if len(said) == fatal:
            raise OSError("disk I/O error")

    decide(store, 0)
    event.listen(store._writer, "after_cursor_execute", count)
    decide(store, 1)
    statements = [one for one in said if not one.startswith("BEGIN")]
    assert statements[0].startswith("UPDATE hub_state"), "from here on all others wait"
    assert len(statements) >= 12
    steps = range(1, len(said) + 1)
    before = content(store_url)
    for fatal in steps:
        said.clear()
        with pytest.raises(StoreDown, match="disk I/O error"):
            decide(store, 2)
        assert content(store_url) == before, f"after statement {fatal}"
    event.remove(store._writer, "after_cursor_execute", count)
    decide(store, 2)
    assert verify(store_url, BYTES, []).code == 0


def test_eight_writers_at_once(store_url: str) -> None:
    """Each has a store of its own, as eight servers have; besides, two record."""
    each, faults = 12, []
    gate = threading.Barrier(8)

    def work(name: int) -> None:
        store = SqlStore(store_url, audit_key=KEY)
        try:
            gate.wait(30)
            for number in range(each):
                attempt(store, name, number)
                if name < 2:
                    store.commit(Batch(rows={}, counters={"taken": number}))
        except BaseException as error:
            faults.append(error)
        finally:
            store.close()

    def attempt(store: SqlStore, name: int, number: int) -> None:
        def judge(look: Look) -> Judged:
            held = look("units", "u1")
            return judged(unit("u1", held.rev + 1 if held else 1, sign=f"{name}-{number}"), request=f"{name}-{number}")

        for _ in range(20):
            try:
                store.decide(f"{name}:{number}", judge)
                return
            except StoreDown:  # it waited too long for the others; asking again is safe
                continue
        raise AssertionError("never got in")

    SqlStore(store_url, audit_key=KEY).close()
    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    store = SqlStore(store_url, audit_key=KEY)
    said = store.audit(limit=1000)
    assert [entry.seq for entry in said] == list(range(1, 8 * each + 1)), "no gap, no fork"
    assert len({entry.request for entry in said}) == 8 * each
    assert [entry.rev for entry in store.history("units", "u1", 1000)] == list(range(1, 8 * each + 1))
    assert len(store.outbox(1000)) == 8 * each
    store.close()
    found = verify(store_url, BYTES, [])
    assert (found.code, found.entries, found.facts) == (0, 8 * each, 8 * each)


def test_drafts_are_each_actors_own_and_survive(store: SqlStore, store_url: str) -> None:
    assert store.draft("duty-1", "list") is None
    store.keep_draft("duty-1", "list", Draft(5.0, '{"任务":1}'.encode()))
    store.keep_draft("duty-2", "list", Draft(6.0, b"[]"))
    store.keep_draft("duty-1", "list", Draft(7.0, b'{"2":2}'))
    again = SqlStore(store_url)
    assert again.draft("duty-1", "list") == Draft(7.0, b'{"2":2}')
    again.drop_draft("duty-1", "list")
    again.drop_draft("duty-1", "list")
    assert again.draft("duty-1", "list") is None
    assert again.draft("duty-2", "list") == Draft(6.0, b"[]")
    again.close()


def test_answers_and_drafts_go_and_of_the_audit_its_beginning(store: SqlStore, store_url: str) -> None:
    year = 365 * DAY_S
    now = AT + 6.5 * year
    for number in range(12):
        decide(store, number, at=AT + number * 0.1 * year)
    store.keep_draft("duty-1", "old", Draft(now - 31 * DAY_S, b"1"))
    store.keep_draft("duty-1", "new", Draft(now - 29 * DAY_S, b"1"))
    kept = macs(store_url)
    gone = store.retain({}, now, 600.0)
    assert {name: gone[name] for name in ("answer", "draft", "audit")} == {"answer": 12, "draft": 1, "audit": 5}
    assert store.draft("duty-1", "new") is not None
    assert macs(store_url) == {seq: mac for seq, mac in kept.items() if seq > 5}
    found = verify(store_url, BYTES, [])
    assert (found.code, found.first, found.last) == (0, 6, 12)
    assert "audit" in store.retain({}, now + 9 * year, 600.0)
    assert macs(store_url) == {}
    decide(store, 12, at=now + 9 * year)
    assert set(macs(store_url)) == {13}, "it goes on where it ended"
    assert verify(store_url, BYTES, []).code == 0


def test_without_the_key_no_audit_entry_is_forgotten(store: SqlStore, store_url: str) -> None:
    decide(store, 0)
    for key in (Secret(), Secret("f" * 64)):
        other = SqlStore(store_url, audit_key=key)
        assert "audit" not in other.retain({"audit": 1}, AT + 9999 * DAY_S, 600.0)
        other.close()
    assert set(macs(store_url)) == {1}
