"""Drafts over HTTP: each actor's own, JSON of a bounded size, and a store that is down is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from hub.access import Actor, accounts
from hub.domain.model import Text
from layouts import drafts
from layouts.gate import Rules, gate
from streams.store import SqlStore
from tests.unit.test_pages import Client

NOW = 1_760_000_000.0
PLACE = "/api/v1/drafts/list-1"
PEOPLE = accounts([("north", Text("北", "North"))])


def found(id: str) -> Actor | None:
    return PEOPLE.get(id)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{tmp_path / 'store.db'}")
    yield made
    made.close()


@pytest.fixture
def client(store: SqlStore) -> Client:
    return Client(gate(Starlette(routes=drafts.routes(store, found, lambda: NOW)), Rules()))


def test_a_draft_is_kept_read_again_and_dropped(client: Client) -> None:
    assert client.get(PLACE).status_code == 204
    body = {"任务": ["封控四个路口"], "n": 1}
    assert client.request("PUT", PLACE, json=body).json() == {"at": "2025-10-09T08:53:20.000Z"}
    assert client.get(PLACE).json() == {"at": "2025-10-09T08:53:20.000Z", "body": body}
    assert client.request("PUT", PLACE, json=[]).status_code == 200
    assert client.get(PLACE).json()["body"] == []
    assert client.request("DELETE", PLACE).status_code == 204
    assert client.request("DELETE", PLACE).status_code == 204
    assert client.get(PLACE).status_code == 204


def test_every_actor_has_their_own(client: Client) -> None:
    for actor in ("duty-1", "duty-2", "lead-north"):
        client.request("PUT", PLACE, json=actor, headers={"Hub-Actor": actor})
    for actor in ("duty-1", "duty-2", "lead-north"):
        assert client.get(PLACE, headers={"Hub-Actor": actor}).json()["body"] == actor
    assert client.get(PLACE).json()["body"] == "duty-1", "the desk's own account"
    assert client.get(PLACE, headers={"Hub-Actor": "nobody"}).status_code == 409


@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"\xff\xfe", b"[" * 100_000, b"NaN"])
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    answer = client.request("PUT", PLACE, content=body)
    assert answer.status_code == 422
    assert answer.json()["reason"]["zh"]
    assert client.get(PLACE).status_code == 204


def test_it_has_a_limit(client: Client) -> None:
    whole = '"' + "x" * (drafts.BODY_MAX - 2) + '"'
    assert client.request("PUT", PLACE, content=whole).status_code == 200
    assert client.request("PUT", PLACE, content=whole + " ").status_code == 413


@pytest.mark.parametrize("name", ["a b", "x" * 121, "a*b", "a:b"])
def test_a_name_is_a_plain_one(client: Client, name: str) -> None:
    assert client.request("PUT", f"/api/v1/drafts/{name}", json=1).status_code == 422


def test_a_store_that_is_down_is_said(client: Client, store: SqlStore) -> None:
    store.close()
    for answer in (client.get(PLACE), client.request("PUT", PLACE, json=1), client.request("DELETE", PLACE)):
        assert answer.status_code == 503
        assert "closed" in answer.json()["reason"]["en"]


def test_another_site_cannot_write_one(client: Client) -> None:
    assert client.request("PUT", PLACE, json=1, headers={"origin": "http://elsewhere.example"}).status_code == 403
