"""Attacks on the audit of somebody who got past the triggers: each is found, and the row is named. The honest chain
passes, whatever is killed while it is written.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.audit import GENESIS, SHORT, Body, Verdict, key_name, link, seal
from hub.errors import HubError, StoreDown
from hub.ports import Anchor
from streams.retention import DAY_S
from streams.store import SqlStore
from streams.verify import verify
from tests.contract.deciding import AT, KEY, decide, filled, macs, unguarded
from tests.contract.filling import past, run

BYTES = KEY.reveal().encode()
COUNT = 24
COLUMNS = ("seq", *Body.__struct_fields__, "mac")


def anchor_at(url: str, seq: int) -> Anchor:
    return Anchor(seq, macs(url)[seq])


def said(found: Verdict) -> list[str]:
    for fault in found.faults:
        assert fault.what.zh
        assert str(fault.seq) in fault.what.zh or "记录" in fault.what.zh or "标识" in fault.what.zh
    return [fault.what.en for fault in found.faults]


def check(url: str, *anchors: Anchor) -> Verdict:
    return verify(url, BYTES, anchors)


def test_the_honest_chain_passes(store_url: str) -> None:
    filled(store_url, COUNT)
    seen: list[tuple[int, int]] = []
    found = verify(
        store_url, BYTES, [anchor_at(store_url, 7), anchor_at(store_url, COUNT)], lambda *at: seen.append(at)
    )
    assert (found.code, found.entries, found.first, found.last) == (0, COUNT, 1, COUNT)
    assert (found.anchors, found.anchored, found.mac) == (2, COUNT, macs(store_url)[COUNT])
    assert found.facts == COUNT - len(range(4, COUNT, 5)), "the refused ones came to nothing"
    assert seen == [(COUNT, COUNT)]


def test_an_empty_store_is_good(store_url: str) -> None:
    SqlStore(store_url).close()
    assert check(store_url).code == 0
    assert verify(store_url, None, []).code == 0
    found = check(store_url, Anchor(3, "a" * 64))
    assert said(found) == ["the tail is cut: 1–3 missing (an anchor says that there was an entry 3)"]


def test_the_guards_let_nothing_be_changed(store_url: str) -> None:
    filled(store_url, 6)
    before = macs(store_url)
    for statement in (
        "update hub_audit set actor = 'x' where seq = 3",
        "update hub_audit set mac = mac",
        "delete from hub_audit where seq = 3",
        "delete from hub_audit",
        "insert into hub_audit select * from hub_audit where seq = 3",
        'insert into hub_audit select 9, at, actor, role, action, "table", entity, rev, purpose, outcome, before, '
        "after, facts, request, centre, node, mac from hub_audit where seq = 3",
        "delete from hub_audit_base",
        "update hub_audit_base set seq = 3",
        "update hub_audit_base set key = 'x'",
        "update hub_audit_base set seq = 6, mac = (select mac from hub_audit where seq = 5)",
        "insert into hub_audit_base values (2, 6, 'x', 0, '', '')",
        "truncate hub_audit"
        if store_url.startswith("postgres")
        else "replace into hub_audit select * from hub_audit where seq = 3",
    ):
        with pytest.raises(DBAPIError, match="append only"):
            run(store_url, statement)
    assert macs(store_url) == before
    assert check(store_url).code == 0


def flipped(value: Any, bit: int) -> Any:
    """The value with one bit changed, ``None`` where what comes of it is no value of its kind."""
    if isinstance(value, str):
        raw = bytearray(value.encode())
        if not raw:
            return None
        raw[bit // 8 % len(raw)] ^= 1 << bit % 8
        return bytes(raw)
    if isinstance(value, float):
        (number,) = struct.unpack("<Q", struct.pack("<d", value))
        (other,) = struct.unpack("<d", struct.pack("<Q", number ^ 1 << bit % 64))
        return other if other == other and abs(other) != float("inf") else None
    other = value ^ (1 << bit % 63)
    return other


def change(url: str, table: str, where: str, name: str, value: Any) -> bool:
    """Write a value past the store; whether the database took it."""
    sqlite = url.startswith("sqlite")
    if isinstance(value, bytes) and not sqlite:
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return False
        if "\x00" in value:
            return False
    given = "cast(:value as text)" if isinstance(value, bytes) else ":value"
    try:
        run(url, f'update {table} set "{name}" = {given} where {where}', value=value)
    except IntegrityError:  # a number that is taken
        return False
    return True


@pytest.mark.parametrize("table", ["hub_audit", "hub_audit_base", "hub_history"])
def test_every_flipped_bit_is_found(store_url: str, table: str) -> None:
    filled(store_url, COUNT)
    unguarded(store_url)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    wanted, tried = 60 if table == "hub_audit" else 20, 0
    columns = {"hub_audit": COLUMNS, "hub_audit_base": ("seq", "mac", "at", "key", "seal"), "hub_history": ("data",)}
    while tried < wanted:
        name = columns[table][tried % len(columns[table])]
        seq = chance.choice([1, COUNT, chance.randint(1, COUNT)])
        where = "one = 1" if table == "hub_audit_base" else f"seq = {seq}"
        with past(store_url) as connection:
            old = connection.execute(text(f'select "{name}" from {table} where {where}')).scalar_one_or_none()
        if table == "hub_history":
            if old is None:
                continue
            held = bytearray(bytes(old))
            held[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
            new: Any = bytes(held)
            run(store_url, f"update hub_history set data = :new where {where}", new=new)
        else:
            new = flipped(old, chance.randrange(4096))
            if new is None and old == "":
                new = b"x"  # what is empty has no bit
            if new is None or not change(store_url, table, where, name, new):
                continue
        tried += 1
        found = check(store_url, anchor_at(store_url, COUNT) if name not in ("seq", "mac") else Anchor(0, GENESIS))
        about = f"seed {seed}: {table}.{name} of {where}: {old!r} to {new!r}: {found}"
        assert found.code == 1, about
        if table == "hub_audit" and name != "seq":
            assert found.faults[0].seq == seq, about
        back = where if name != "seq" else f'"seq" = {new}'
        run(store_url, f'update {table} set "{name}" = :old where {back}', old=old)
    assert check(store_url).code == 0


def rewrite(url: str, key: bytes, first: int = 1) -> None:
    """As somebody who has the key: another actor in every entry, and macs that fit."""
    with past(url) as connection:
        mac = (
            GENESIS
            if first == 1
            else connection.execute(text("select mac from hub_audit where seq = :seq"), {"seq": first - 1}).scalar_one()
        )
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        rows = connection.execute(text(f"select {columns} from hub_audit where seq >= {first} order by seq")).all()
        for row in rows:
            body = Body(**{**dict(zip(COLUMNS[1:-1], row[1:-1], strict=True)), "actor": "duty-2"})
            mac = link(key, mac, row[0], body)
            connection.execute(
                text("update hub_audit set actor = 'duty-2', mac = :mac where seq = :seq"), {"mac": mac, "seq": row[0]}
            )


def sql(*statements: str) -> Callable[[str], None]:
    """An attack that is a few statements."""

    def attack(url: str) -> None:
        for statement in statements:
            run(url, statement)

    return attack


NUMBERED = [f"update hub_audit set seq = {n - 1} where seq = {n}" for n in range(12, COUNT + 1)]
CUT = "the tail is cut: {}–20 missing (an anchor says that there was an entry 20)"
ATTACKS: dict[str, tuple[Callable[[str], None], str, str]] = {
    "edit": (sql("update hub_audit set actor = 'duty-2' where seq = 11"), "entry 11 was changed", ""),
    "delete": (sql("delete from hub_audit where seq = 11"), "entry 11 is missing", ""),
    "delete several": (sql("delete from hub_audit where seq in (11, 12, 13)"), "entries 11–13 are missing", ""),
    "delete and number anew": (sql("delete from hub_audit where seq = 11", *NUMBERED), "entry 11 was changed", ""),
    "swap": (
        sql(*(f"update hub_audit set seq = {to} where seq = {at}" for at, to in ((11, 99), (12, 11), (99, 12)))),
        "entry 11 was changed",
        "",
    ),
    "insert": (
        sql(
            *(f"update hub_audit set seq = {n + 1} where seq = {n}" for n in range(COUNT, 10, -1)),
            'insert into hub_audit select 11, at, actor, role, action, "table", entity, rev, purpose, outcome, before, '
            "after, facts, request, centre, node, mac from hub_audit where seq = 10",
        ),
        "entry 11 was changed",
        "",
    ),
    "cut the head": (sql("delete from hub_audit where seq < 4"), "entries 1–3 are missing", ""),
    "cut the head and move the base": (
        sql(
            "update hub_audit_base set seq = 3, mac = (select mac from hub_audit where seq = 3)",
            "delete from hub_audit where seq < 4",
        ),
        "the note of where the chain begins was changed",
        "",
    ),
    "no base": (sql("delete from hub_audit_base"), "the note of where the chain begins was deleted", ""),
    "a fact": (
        sql(
            "update hub_history set data = (select data from hub_history where seq = 1) where entity = 'u1' and rev = 2"
        ),
        "entry 8: its fact was changed in the history: units u1 0.2",
        "",
    ),
    "no fact": (
        sql("delete from hub_history where entity = 'u1' and rev = 2"),
        "entry 8: its fact is gone from the history: units u1 0.2",
        "",
    ),
    "cut the tail": (sql("delete from hub_audit where seq > 15"), "", CUT.format(16)),
    "all of it": (sql("delete from hub_audit"), "", CUT.format(1)),
    "rewritten with the key": (
        lambda url: rewrite(url, BYTES),
        "",
        "entries 1–10 were rewritten after anchor 10 was published",
    ),
    "its end rewritten with the key": (
        lambda url: rewrite(url, BYTES, 14),
        "",
        "entries 11–20 were rewritten after anchor 20 was published",
    ),
    "rewritten without the key": (
        lambda url: rewrite(url, b"x" * 32, 14),
        "entry 14 was changed",
        "entries 11–20 were rewritten after anchor 20 was published",
    ),
}
"""What is done, what is said of it first, and what with anchors when that is something else."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found_and_the_row_named(store_url: str, attack: str) -> None:
    """Without anchors some cannot be found by anybody; with them every one is."""
    does, alone, anchored = ATTACKS[attack]
    filled(store_url, COUNT, time.time())
    anchors = [anchor_at(store_url, 10), Anchor(20, macs(store_url)[20][:SHORT])]
    unguarded(store_url)
    does(store_url)
    first = said(check(store_url))
    assert first[:1] == ([alone] if alone else []), "alone"
    found = check(store_url, *anchors)
    assert found.code == 1
    assert said(found)[0] == (anchored or alone), "with anchors"


def test_one_who_rewrites_all_of_it_with_another_key_is_found_by_the_anchors(store_url: str) -> None:
    filled(store_url, COUNT)
    anchors = [anchor_at(store_url, 10)]
    unguarded(store_url)
    other = b"y" * 64
    rewrite(store_url, other)
    run(store_url, f"update hub_audit_base set key = '{key_name(other)}', seal = '{seal(other, 0, GENESIS, 0.0)}'")
    assert check(store_url).code == 2, "another key is no proof"
    assert said(check(store_url, *anchors)) == ["entries 1–10 were rewritten after anchor 10 was published"]


def test_without_the_key_or_with_another_one_it_cannot_be_checked(store_url: str) -> None:
    filled(store_url, 5)
    for key, words in ((None, "without the audit key"), (b"x" * 64, "is not this chain's")):
        found = verify(store_url, key, [anchor_at(store_url, 5)])
        assert (found.code, found.faults, found.anchors) == (2, (), 1)
        assert words in found.unchecked[0].en
        assert found.unchecked[0].zh
    unguarded(store_url)
    run(store_url, "delete from hub_audit where seq = 2")
    assert said(verify(store_url, None, [])) == ["entry 2 is missing"]


def test_facts_that_time_took_are_not_missed(store_url: str) -> None:
    filled(store_url, 6)  # of years ago
    store = SqlStore(store_url, audit_key=KEY)
    assert store.retain({}, AT + 500 * DAY_S, 600.0)["history"] == 5
    decide(store, 6, at=AT + 500 * DAY_S)
    store.close()
    found = check(store_url)
    assert (found.code, found.entries, found.facts) == (0, 7, 1)


def test_what_is_no_store_of_this_version_is_said(tmp_path: Path, store_url: str) -> None:
    with pytest.raises(HubError, match="there is no store"):
        check(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()
    run(store_url, "create table something (x integer)")
    with pytest.raises(HubError, match="its schema is not there"):
        check(store_url)
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at" * 30)
    with pytest.raises(StoreDown, match="not a database"):
        check(f"sqlite:///{tmp_path}/text.db")
