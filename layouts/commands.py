"""The write side for programs and pages alike: one command in, accepted with its facts or refused with the reason in
two languages; and what there is to ask for: the road's states and moves, the accounts, the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, Protocol

import msgspec
from msgspec import to_builtins as builtins
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.access import MAY, ROLES, Actor
from hub.domain.model import Text
from hub.ports import HistoryEntry
from hub.road.clocks import Targets
from hub.road.commands import PURPOSES, Command, decode
from hub.road.reasons import CLOSINGS, REFUSALS, RETURNS, Refused, refused
from hub.road.states import MACHINES
from layouts import openapi
from layouts.acting import Find, actor_of

KEY_MAX = 200
HISTORY_MAX = 1000


class Door(Protocol):
    """What takes commands (``hub.orders.Orders``)."""

    def give(self, command: Command, actor: Actor, key: str) -> list[str]: ...  # noqa: D102


class Past(Protocol):
    """What tells the past of one thing (``hub.ports.Store``)."""

    def history(self, table: str, entity: str, limit: int = 200) -> list[HistoryEntry]: ...  # noqa: D102


def routes(
    orders: Door, past: Past, find: Find, accounts: Sequence[Actor], centres: Mapping[str, Text], targets: Targets
) -> list[BaseRoute]:
    """``POST /api/v1/commands``: 200 accepted · 409 refused by the rules · 422 not a command · 503 cannot be stored.

    ``GET /api/v1/road``, ``/api/v1/accounts``, ``/api/v1/history/TABLE/ID``, ``/api/v1/openapi.json``.
    """
    told = msgspec.json.encode(_road(centres, targets))
    document = msgspec.json.encode(openapi.document())

    async def commands(request: Request) -> JSONResponse:
        key = request.headers.get("idempotency-key") or token_hex(16)
        if len(key) > KEY_MAX or not (key.isascii() and key.isprintable()):
            words = f"Idempotency-Key: up to {KEY_MAX} printable ASCII characters - at `header.idempotency-key`"
            return JSONResponse({"accepted": False, "error": words}, status_code=422)
        raw = await request.body()
        try:
            command = _read(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return JSONResponse({"accepted": False, "error": str(error)}, status_code=422)
        except Refused as no:
            return _no(no)
        try:
            events = await run_in_threadpool(orders.give, command, actor_of(request, find), key)
        except Refused as no:
            return _no(no)
        return JSONResponse({"accepted": True, "events": events})

    async def road(request: Request) -> Response:
        return Response(told, media_type="application/json")

    async def people(request: Request) -> Response:
        try:
            acting = actor_of(request, find)
        except Refused:
            acting = None
        shown = [builtins(each) for each in accounts]
        if acting is not None and acting not in accounts:
            shown.append(builtins(acting))
        return JSONResponse({"accounts": shown, "acting": None if acting is None else acting.id})

    def history(request: Request) -> Response:
        table, entity = request.path_params["table"], request.path_params["id"]
        found = [_entry(each) for each in past.history(table, entity, HISTORY_MAX)]
        return Response(msgspec.json.encode(found), media_type="application/json")

    async def described(request: Request) -> Response:
        return Response(document, media_type="application/json")

    return [
        Route("/api/v1/commands", commands, methods=["POST"]),
        Route("/api/v1/commands", _only_given),
        Route("/api/v1/road", road),
        Route("/api/v1/accounts", people),
        Route("/api/v1/history/{table}/{id:path}", history),
        Route("/api/v1/openapi.json", described),
    ]


def _no(refused: Refused) -> JSONResponse:
    reason = {"code": refused.code, "zh": refused.reason.zh, "en": refused.reason.en}
    return JSONResponse({"accepted": False, "reason": reason}, status_code=503 if refused.store else 409)


def _read(raw: bytes) -> Command:
    """A command; 2.0 counts as the whole number that it is, as JSON Schema has it. Raises ``Refused`` for a character
    that no database stores.
    """
    if b"\\u0000" in raw:
        raise refused("nul", "文字或编号中不得有空字符", "a NUL character cannot be stored")
    try:
        return decode(raw)
    except msgspec.ValidationError:
        return decode(msgspec.json.encode(_whole(msgspec.json.decode(raw))))


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {key: _whole(each) for key, each in value.items()} if isinstance(value, dict) else value


async def _only_given(request: Request) -> Response:
    """Else whoever asks for it would be told that there is no such address."""
    return JSONResponse({"error": "commands are given by POST"}, status_code=405, headers={"allow": "POST"})


def _road(centres: Mapping[str, Text], targets: Targets) -> dict[str, Any]:
    """What a page needs to offer the right next step, in the rules' own words."""
    return {
        "machines": {
            machine.table: {
                "title": builtins(machine.title),
                "states": builtins(machine.states),
                "ends": sorted(machine.ends),
                "moves": [builtins(move) for move in machine.moves],
            }
            for machine in MACHINES
        },
        "refusals": {code: builtins(words) for code, (words, _) in REFUSALS.items()},
        "returns": builtins(RETURNS),
        "closings": builtins(CLOSINGS),
        "purposes": builtins(PURPOSES),
        "centres": builtins(centres),
        "targets": builtins(targets),
        "roles": {role: {"title": builtins(title), "may": sorted(MAY[role])} for role, title in ROLES.items()},
    }


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "type": entry.type,
        "rev": entry.rev,
        "epoch": entry.epoch,
        "at": entry.at,
        "seen": entry.seen,
        "source": entry.source,
        "data": msgspec.Raw(entry.data),
    }
