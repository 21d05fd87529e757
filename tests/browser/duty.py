"""A duty officer as a program: commands by POST, and what became of a thing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from uuid import uuid4

from tests.running import Process


def give(server: Process, type: str, data: dict[str, Any], *, actor: str = "duty-1") -> tuple[int, dict[str, Any]]:
    """Status and answer of one command."""
    headers = {"content-type": "application/json", "hub-actor": actor, "idempotency-key": uuid4().hex}
    request = Request(
        f"{server.url}/api/v1/commands", json.dumps({"type": type, "data": data}).encode(), headers, method="POST"
    )
    try:
        with urlopen(request, timeout=15) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def order(server: Process, type: str, data: dict[str, Any], *, actor: str = "duty-1") -> list[str]:
    """The same; it must be accepted."""
    status, answer = give(server, type, data, actor=actor)
    assert status == 200, (type, answer)
    events: list[str] = answer["events"]
    return events


def history(server: Process, table: str, key: str) -> list[dict[str, Any]]:
    """Applied facts of one thing, oldest first."""
    found: list[dict[str, Any]] = server.get(f"/api/v1/history/{table}/{quote(key)}")
    return found


def road(server: Process, table: str, key: str) -> list[str]:
    """The verbs of the hops of a thing, as its newest fact tells them."""
    return [hop["verb"] for hop in history(server, table, key)[-1]["data"]["hops"]]


def state(server: Process, table: str, key: str) -> str:
    """The newest state of a thing."""
    found: str = history(server, table, key)[-1]["data"]["state"]
    return found


def later(minutes: float) -> str:
    """An instant that many minutes from now."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def a_unit(server: Process) -> dict[str, Any]:
    """A unit with a position that is on no call."""
    rows: list[dict[str, Any]] = server.get("/api/v1/rows/units")
    return next(row for row in rows if row["position"] and row["status"] == "available")


def tasks_for(server: Process, assignee: str, count: int, *, centres: tuple[str, ...] = ()) -> list[str]:
    """An operation of today with that many tasks for one assignee; their ids."""
    tag = uuid4().hex[:6]
    order(
        server,
        "operation.start",
        {"id": f"O-{tag}", "words": {"zh": "试验行动", "en": "Trial operation"}, "centres": list(centres)},
    )
    tasks: list[dict[str, Any]] = [
        {
            "id": f"T-{tag}-{n}",
            "words": {"zh": f"任务第 {n} 项", "en": f"Task no. {n}"},
            "assignee": assignee,
            "assignee_id": assignee,
            "due_at": later(60 + n),
        }
        for n in range(1, count + 1)
    ]
    order(server, "list.issue", {"id": f"O-{tag}", "tasks": tasks})
    return [task["id"] for task in tasks]
