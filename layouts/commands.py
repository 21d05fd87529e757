"""The write side for programs: one command in, accepted with its facts or refused with the reason in two languages."""

from __future__ import annotations

from typing import Protocol

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub.orders import Command, Refused

_decode = msgspec.json.Decoder(Command).decode


class Door(Protocol):
    """What takes commands (``hub.orders.Orders``)."""

    def give(self, command: Command) -> list[str]: ...  # noqa: D102


def route(orders: Door) -> Route:
    """``POST /api/v1/commands``: 200 accepted · 409 refused by the rules · 422 not a command · 503 cannot be stored."""

    async def commands(request: Request) -> JSONResponse:
        try:
            command = _decode(await request.body())
        except msgspec.MsgspecError as error:
            return JSONResponse({"accepted": False, "error": str(error)}, status_code=422)
        try:
            events = await run_in_threadpool(orders.give, command)
        except Refused as refused:
            reason = {"code": refused.code, "zh": refused.reason.zh, "en": refused.reason.en}
            return JSONResponse({"accepted": False, "reason": reason}, status_code=503 if refused.store else 409)
        return JSONResponse({"accepted": True, "events": events})

    return Route("/api/v1/commands", commands, methods=["POST"])
