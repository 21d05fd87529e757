"""Everything a hub has written of orders, read past it: log, history, rows, answers, audit; and whether they agree with
what the people were told.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from hub.access import ROLES
from hub.road.commands import PURPOSES
from streams.verify import verify
from tests.faults.actors import Said
from tests.faults.independent import TABLES, Folded

Select = Callable[[str], list[tuple[Any, ...]]]
Record = tuple[str, bytes]
"""Topic and value."""
_ABOUT = {"list": "operation"}
_AUDIT = (
    "seq", "actor", "role", "centre", "action", "table", "entity", "rev", "purpose", "outcome", "before", "after",
    "facts", "request", "node", "at",
)  # fmt: skip


class _Cloud(msgspec.Struct):
    id: str
    source: str
    data: msgspec.Raw


_cloud = msgspec.json.Decoder(_Cloud).decode


def sqlite(path: Path) -> Select:
    """Reads a store's file."""

    def select(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    return select


@dataclass(frozen=True, slots=True)
class Books:
    """``facts``: event id → (source, data as it stood in the log); ``again``: records that said the same once more."""

    select: Select
    facts: dict[str, tuple[str, bytes]]
    again: int
    folded: Folded
    audit: list[dict[str, Any]]

    @classmethod
    def read(cls, select: Select, records: Sequence[Record]) -> Books:
        """Fails when two records of one event id are not the same to the last byte."""
        said: dict[str, bytes] = {}
        facts: dict[str, tuple[str, bytes]] = {}
        folded = Folded()
        for topic, value in records:
            cloud = _cloud(value)
            assert said.setdefault(cloud.id, value) == value, f"{cloud.id} is published as two different facts"
            facts[cloud.id] = cloud.source, bytes(cloud.data)
            folded.take(topic, value)
        again = len(records) - len(facts)
        columns = ", ".join(f'"{name}"' for name in _AUDIT)
        found = select(f"SELECT {columns} FROM hub_audit ORDER BY seq")
        return cls(select, facts, again, folded, [dict(zip(_AUDIT, row, strict=True)) for row in found])

    # what each command came to

    def keep(self, said: Sequence[Said], *, seeded: int = 0) -> None:
        """Each accepted command stands in log, history, rows and audit exactly once, each refused one in the audit with
        its reason, and there is nothing else. ``seeded``: facts in the log that nobody commanded.
        """
        for each in said:
            assert all(answer == each.answers[0] for answer in each.answers), f"{each.key}: answered twice: {each}"
            assert each.status in (200, 409), each
        accepted = [each for each in said if each.status == 200]
        commanded = Counter(event for each in accepted for event in each.events)
        assert set(commanded.values()) <= {1}, "two commands became the same fact"
        assert len(self.facts) == len(commanded) + seeded, _apart(set(self.facts), set(commanded))
        assert set(commanded) <= set(self.facts), _apart(set(self.facts), set(commanded))
        self._audited(said)
        self.stored(set(commanded))
        self.unbroken(set(commanded))

    def _audited(self, said: Sequence[Said]) -> None:
        assert [row["seq"] for row in self.audit] == list(range(1, len(self.audit) + 1)), "a gap in the audit"
        rows = {(row["actor"], row["request"]): row for row in self.audit}
        assert len(rows) == len(self.audit), "a command stands twice in the audit"
        assert set(rows) == {(each.actor, each.key) for each in said}
        for each in said:
            self._one(each, rows[each.actor, each.key])

    def _one(self, each: Said, row: dict[str, Any]) -> None:
        """Who, what, why, about what, with what outcome."""
        role, _, rest = each.actor.partition("-")
        first = each.body["type"].split(".")[0]
        assert row["role"] == role
        assert role in ROLES
        assert row["centre"] == (rest if role == "lead" else "")
        assert row["action"] == each.body["type"]
        assert (row["table"], row["entity"]) == (TABLES[_ABOUT.get(first, first)], each.body["data"]["id"])
        assert row["purpose"] in PURPOSES
        assert row["node"]
        assert row["outcome"] == (f"refused:{each.code}" if each.code else "ok"), (each, row)
        if each.code:
            reason = each.answers[0][1]["reason"]
            assert reason["zh"], each
            assert reason["en"], each
        places = json.loads(row["facts"])
        assert [place[0] for place in places] == each.events
        for event, table, entity, epoch, rev, digest in places:
            assert event.endswith(f":{entity}:{epoch}.{rev}")
            data = self.facts[event][1]
            assert blake2b(data, digest_size=16).hexdigest() == digest
            if (table, entity) == (row["table"], row["entity"]):
                assert row["after"] == digest
                assert rev == row["rev"] + 1
        expected = each.body.get("expected_rev")
        assert each.code or expected is None or row["rev"] == expected, "decided against a revision nobody had seen"

    # where it is stored

    def stored(self, commanded: set[str]) -> None:
        """History has each decided fact once, as the log says it; rows are what the log folds to; nothing waits."""
        history = self.select("SELECT event, source, data FROM hub_history")
        assert len({event for event, _, _ in history}) == len(history), "a fact stands twice in the history"
        held = {event: (source, bytes(data)) for event, source, data in history}
        for event in commanded:
            assert held[event] == self.facts[event], event
        assert not self.select("SELECT * FROM hub_outbox"), "accepted and not delivered"
        assert not self.select("SELECT reason FROM hub_dead_letter"), "a decision that the log's readers refuse"
        rows = self.select('SELECT "table", id, epoch, rev, data FROM hub_row WHERE data IS NOT NULL')
        found = {(table, key): ((epoch, rev), bytes(data)) for table, key, epoch, rev, data in rows}
        decided = {place: (order, data) for place, (order, _, _, data) in self.folded.rows.items()}
        assert {place: found.get(place) for place in decided} == decided

    def unbroken(self, commanded: set[str]) -> None:
        """Of every thing that was decided about, each revision from the first one on was won by exactly one command."""
        revs: dict[tuple[str, str], list[int]] = defaultdict(list)
        for event in commanded:
            kind, key, order = event.split(":")
            revs[kind.split(".")[2], key].append(int(order.split(".")[1]))
        for place, found in revs.items():
            first = 1 if min(found) == 1 else min(found)  # an alarm begins elsewhere
            assert sorted(found) == list(range(first, first + len(found))), f"{place}: {sorted(found)}"


def proved(url: str, key: str, entries: int) -> str:
    """The chain, walked from its first entry: its newest mac."""
    verdict = verify(url, key.encode(), [])
    assert verdict.code == 0, verdict
    assert verdict.entries == entries, verdict
    return verdict.mac


def _apart(log: set[str], told: set[str]) -> str:
    lost, more = told - log, log - told
    return f"{len(lost)} accepted, not published: {sorted(lost)[:3]}; {len(more)} nobody asked for: {sorted(more)[:3]}"
