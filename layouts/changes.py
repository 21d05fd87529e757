"""``GET /api/v1/changes?since=…&until=…``: what changed since you left, for the hand-over of a shift and programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.changes import TABLES, changes
from hub.errors import StoreDown
from hub.picture.rows import stamp
from hub.ports import Anchor, Past

WINDOW_S = 7 * 86_400.0
FACTS_MAX = 100_000
"""Facts of things with a line of their own; a window with more of them is asked for in parts."""
SETTLE_S = 3.0
"""Real seconds until what was taken in is surely stored: a list that two people sign ends before that."""
CODE = 12


class Kept(Protocol):
    """What is asked (``hub.ports.Store``)."""

    def past(  # noqa: D102
        self, since: float, until: float, tables: Sequence[str], expected: Mapping[str, float], limit: int
    ) -> Past: ...
    def anchor(self) -> Anchor | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``now()``: hub time; ``rate()``: hub seconds per real second; ``owners``: table → owner; ``topics``: topic →
    centre; ``expected``: topic → seconds after which its silence is told.
    """

    now: Callable[[], float]
    rate: Callable[[], float]
    owners: Mapping[str, str]
    topics: Mapping[str, str]
    expected: Mapping[str, float]


class _Wrong(Exception):
    """What is wrong with the question."""


def routes(store: Kept, known: Known) -> list[BaseRoute]:
    """200: the list (``hub.changes.Changes``) with ``settled`` and the audit's ``anchor`` · 422: not a window."""

    def told(request: Request) -> Response:
        try:
            since, until = _window(request.query_params, known.now() - SETTLE_S * known.rate(), known.now())
            past = store.past(since, until, TABLES, known.expected, FACTS_MAX)
            if past.full:
                raise _Wrong(f"until: more than {FACTS_MAX:,} facts since then; ask for a shorter time")
            anchor = store.anchor()
        except _Wrong as wrong:
            return JSONResponse({"error": str(wrong)}, status_code=422)
        except StoreDown as error:
            return JSONResponse({"error": str(error)}, status_code=503)
        found = changes(past, since, until, known.owners, known.topics)
        out: dict[str, Any] = msgspec.to_builtins(found)
        out["settled"] = until <= known.now() - SETTLE_S * known.rate()
        out["anchor"] = None if anchor is None else {"seq": anchor.seq, "code": anchor.mac[:CODE]}
        return Response(msgspec.json.encode(out), media_type="application/json")

    return [Route("/api/v1/changes", told)]


def _window(query: Mapping[str, str], settled: float, now: float) -> tuple[float, float]:
    if "since" not in query:
        raise _Wrong("since: is missing; write it like 2026-11-23T08:00:00+08:00")
    since = _moment("since", query["since"])
    until = _moment("until", query["until"]) if "until" in query else max(settled, since)
    if until > now:
        raise _Wrong(f"until: lies in the future; it is {stamp(now)} now")
    if until < since:
        raise _Wrong("since: is later than until")
    if until - since > WINDOW_S:
        raise _Wrong(f"since: more than {WINDOW_S / 86_400:.0f} days before until; ask for a shorter time")
    return round(since, 3), round(until, 3)  # as both are said: the same window when they are given back


def _moment(name: str, text: str) -> float:
    try:
        when = datetime.fromisoformat(text.strip().replace(" ", "+"))  # a plus sign in an address is a blank
    except ValueError:
        raise _Wrong(f"{name}: not a time; write it like 2026-11-23T08:00:00+08:00") from None
    if when.tzinfo is None:
        raise _Wrong(f"{name}: say the offset too, for example {text}+08:00")
    return when.timestamp()
