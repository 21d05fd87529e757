"""The read side for programs: health, tables, rows, dead letters, spec, schemas; an error is JSON with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.picture.rows import stamp
from hub.ports import DeadLetter

LIMIT, LIMIT_MAX = 1000, 100_000
FIND_MAX = 200


def no_schemas() -> Mapping[str, bytes]:
    """A hub that serves none."""
    return {}


_encode = msgspec.json.Encoder().encode


class Readable(Protocol):
    """What the API reads (``hub.service.Hub``)."""

    def health(self) -> dict[str, Any]: ...  # noqa: D102
    def tables(self) -> list[dict[str, Any]]: ...  # noqa: D102
    def rows(self, name: str, find: str = "") -> list[dict[str, Any]]: ...  # noqa: D102
    def dead_letters(self, limit: int) -> list[DeadLetter]: ...  # noqa: D102
    def spec(self) -> dict[str, Any]: ...  # noqa: D102


def routes(hub: Readable, schemas: Callable[[], Mapping[str, bytes]] = no_schemas) -> list[BaseRoute]:
    """The routes of the API over a hub. They are plain functions: Starlette runs them in its thread pool.

    ``schemas()``: JSON documents by name, ``asyncapi`` and one for each event type; asked for with every request.
    """

    def healthz(request: Request) -> Response:
        health = hub.health()
        return _json(health, status=200 if health["ready"] else 503)

    def tables(request: Request) -> Response:
        return _json(hub.tables())

    def rows(request: Request) -> Response:
        name, find = request.path_params["table"], request.query_params.get("find", "")
        if len(find) > FIND_MAX:
            return JSONResponse({"error": f"find may have {FIND_MAX} characters, not {len(find)}"}, status_code=422)
        try:
            return _json(hub.rows(name, find))
        except KeyError:
            known = ", ".join(sorted(table["name"] for table in hub.tables()))
            return JSONResponse({"error": f"no table {name!r}; there are: {known}"}, status_code=404)

    def dead_letters(request: Request) -> Response:
        text = request.query_params.get("limit", str(LIMIT))
        if not text.isdigit() or not 1 <= int(text) <= LIMIT_MAX:
            return JSONResponse({"error": f"limit must be 1..{LIMIT_MAX}, not {text!r}"}, status_code=422)
        return _json([_letter(letter) for letter in hub.dead_letters(int(text))])

    def spec(request: Request) -> Response:
        return _json(hub.spec())

    def schema(request: Request) -> Response:
        name, known = request.path_params.get("type", "asyncapi"), schemas()
        if name not in known:
            return JSONResponse({"error": f"no schema {name!r}; there are: {', '.join(known)}"}, status_code=404)
        return Response(known[name], media_type="application/json")

    return [
        Route("/healthz", healthz),
        Route("/api/v1/tables", tables),
        Route("/api/v1/rows/{table}", rows),
        Route("/api/v1/dead-letters", dead_letters),
        Route("/api/v1/spec", spec),
        Route("/api/v1/schema", schema),
        Route("/api/v1/schema/{type}", schema),
    ]


def _json(body: Any, status: int = 200) -> Response:
    return Response(_encode(body), status_code=status, media_type="application/json")


def _letter(letter: DeadLetter) -> dict[str, Any]:
    return {
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "raw": letter.raw.decode("utf-8", "replace"),
        "at": stamp(letter.at),
    }
