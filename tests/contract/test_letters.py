"""Refused records in the store and their way back into the outbox, on each kind of database."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from hub.errors import HubError
from hub.letters import Place
from hub.ports import Batch, DeadLetter, Outgoing
from streams.letters import Fed, Letters
from streams.store import SqlStore

FACT = Outgoing(b"I-1", b'{"mended": true}', (("content-type", b"application/cloudevents+json"),))


def filled(url: str) -> SqlStore:
    store = SqlStore(url)
    letters = [
        DeadLetter("a", 0, 1, "Expected `int`, 100% wrong", b"raw 1", 10.0),
        DeadLetter("a", 0, 2, "swapped", b"raw 2\xff", 20.0),
        DeadLetter("b", 1, 1, "Swapped again", b"", 30.0),
    ]
    store.commit(Batch(rows={}, dead_letters=letters))
    return store


def test_found_by_topic_reason_and_time(store_url: str) -> None:
    filled(store_url).close()
    letters = Letters(store_url)
    try:
        assert [str(x.place) for x in letters.find(limit=10)] == ["b/1/1", "a/0/2", "a/0/1"]
        assert [str(x.place) for x in letters.find(limit=1)] == ["b/1/1"]
        assert [str(x.place) for x in letters.find(topic="a", limit=10)] == ["a/0/2", "a/0/1"]
        assert [str(x.place) for x in letters.find(reason="SWAPPED", limit=10)] == ["b/1/1", "a/0/2"]
        assert [str(x.place) for x in letters.find(reason="100%", limit=10)] == ["a/0/1"], "% is no wildcard"
        assert letters.find(reason="100_", limit=10) == []
        assert [str(x.place) for x in letters.find(since=20.0, limit=10)] == ["b/1/1", "a/0/2"]
        found = letters.read(Place("a", 0, 2))
        assert found is not None
        assert (found[0].reason, found[0].size, found[1]) == ("swapped", 6, b"raw 2\xff")
        assert letters.read(Place("a", 9, 2)) is None
    finally:
        letters.close()


def test_fed_back_once(store_url: str) -> None:
    store = filled(store_url)
    letters = Letters(store_url)
    try:
        at = Place("a", 0, 1)
        assert letters.feed([Fed(at, FACT, 100.0, "me"), Fed(Place("b", 1, 1), FACT, 100.0, "me")]) == 2
        assert [(topic, record) for _, topic, record in store.outbox(10)] == [("a", FACT), ("b", FACT)]
        assert letters.feed([Fed(at, FACT, 200.0, "you")]) == 0, "the same again"
        store.delivered(store.outbox(10)[-1][0])
        assert letters.feed([Fed(at, FACT, 200.0, "you")]) == 0, "also after it was delivered"
        assert store.outbox(10) == []
        assert letters.fed(at, FACT.value or b"") == (100.0, "me")
        other = Outgoing(FACT.key, b"mended otherwise", FACT.headers)
        assert letters.fed(at, b"mended otherwise") is None
        assert letters.feed([Fed(at, other, 300.0, "you")]) == 1, "another mend is another record"
        marks = {str(x.place): (x.replayed_at, x.replayed_by) for x in letters.find(limit=10)}
        assert marks == {"a/0/1": (300.0, "you"), "a/0/2": (None, None), "b/1/1": (100.0, "me")}
    finally:
        letters.close()
        store.close()


def test_several_at_once_feed_it_once(store_url: str) -> None:
    store = filled(store_url)
    letters = Letters(store_url)
    counts: list[int] = []
    items = [Fed(Place("a", 0, n), FACT, float(n), "me") for n in range(20)]

    def feed(turned: bool) -> None:
        counts.append(letters.feed(items[::-1] if turned else items))

    threads = [Thread(target=feed, args=(n % 2 == 0,)) for n in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(counts) == [0, 0, 0, 20]
        assert len(store.outbox(100)) == 1, "one and the same record waits once"
    finally:
        letters.close()
        store.close()


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no store at"):
        Letters(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_an_older_version_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE hub_schema (version_num VARCHAR(32) PRIMARY KEY)")
        connection.execute("INSERT INTO hub_schema VALUES ('0002')")
    connection.close()
    with pytest.raises(HubError, match="schema is 0002"):
        Letters(f"sqlite:///{path}")
