"""What somebody is writing and has not given yet, kept by the server: it outlives a reload, another machine, a restart.

Every actor has drafts of their own, under names the pages choose. Must not know what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.domain.model import Text
from hub.errors import StoreDown
from hub.picture.rows import stamp
from hub.ports import Draft
from hub.road.reasons import Refused
from layouts.acting import Find, actor_of

BODY_MAX = 256 * 1024
KEY = re.compile(r"[A-Za-z0-9._~-]{1,120}")
_encode = msgspec.json.Encoder().encode


class Drafts(Protocol):
    """What keeps them (``hub.ports.Store``). Each raises ``StoreDown``."""

    def draft(self, actor: str, key: str) -> Draft | None: ...  # noqa: D102
    def keep_draft(self, actor: str, key: str, draft: Draft) -> None: ...  # noqa: D102
    def drop_draft(self, actor: str, key: str) -> None: ...  # noqa: D102


def routes(drafts: Drafts, find: Find, now: Callable[[], float]) -> list[BaseRoute]:
    """``GET`` (200 ``{"at", "body"}`` · 204 there is none), ``PUT`` (a JSON body → 200 ``{"at"}``) and ``DELETE`` (204)
    of ``/api/v1/drafts/KEY``; 409 no such account · 413 too large · 422 no JSON, or no name · 503 the store is down.

    ``find``: see ``layouts.acting``; ``now()``: hub time, epoch seconds.
    """

    async def one(request: Request) -> Response:
        key = request.path_params["key"]
        if not KEY.fullmatch(key):
            return _refused("no_name", Text("草稿名不合规", f"a draft's name must be {KEY.pattern}"), 422)
        try:
            actor = actor_of(request, find).id
            if request.method == "PUT":
                return await kept(actor, key, await request.body())
            if request.method == "DELETE":
                await run_in_threadpool(drafts.drop_draft, actor, key)
                return Response(status_code=204)
            found = await run_in_threadpool(drafts.draft, actor, key)
        except Refused as refused:
            return _refused(refused.code, refused.reason, 409)
        except StoreDown as error:
            return _refused("not_kept", Text(f"草稿未能保存：{error}", f"drafts cannot be kept now: {error}"), 503)
        if found is None:
            return Response(status_code=204)
        return _json({"at": stamp(found.at), "body": msgspec.Raw(found.body)})

    async def kept(actor: str, key: str, body: bytes) -> Response:
        if len(body) > BODY_MAX:
            words = Text(f"草稿超过 {BODY_MAX // 1024} KiB", f"a draft holds {BODY_MAX // 1024} KiB at most")
            return _refused("too_large", words, 413)
        try:
            msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _refused("not_json", Text(f"不是 JSON：{error}", f"not JSON: {error}"), 422)
        draft = Draft(round(now(), 3), body)
        await run_in_threadpool(drafts.keep_draft, actor, key, draft)
        return _json({"at": stamp(draft.at)})

    return [Route("/api/v1/drafts/{key}", one, methods=["GET", "PUT", "DELETE"])]


def _json(body: Any) -> Response:
    return Response(_encode(body), media_type="application/json")


def _refused(code: str, reason: Text, status: int) -> JSONResponse:
    return JSONResponse({"reason": {"code": code, "zh": reason.zh, "en": reason.en}}, status_code=status)
