"""Sheets of paper for pages and programs: a PDF of an operation or incident as it is now, or JSON with the reason."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.access import Actor
from hub.domain.model import Text
from hub.errors import StoreDown
from hub.paper.held import NotHeld
from hub.paper.service import Sheet
from hub.paper.words import FORMS
from hub.road.reasons import Refused
from layouts.acting import Find, actor_of

KEY_MAX = 160


class Press(Protocol):
    """What prints (``hub.paper.service.Printer``)."""

    def sheet(self, form: str, by: Actor, *, operation: str | None = None, incident: str | None = None) -> Sheet:  # noqa: D102
        ...


def route(press: Press, find: Find) -> Route:
    """``GET /api/v1/paper/FORM?operation=ID`` or ``?incident=ID``: 200 a PDF · 404 no such form or case · 422 not asked
    for one case, or an unknown account · 503 history cannot be read. A plain function: it runs in the thread pool.
    """

    def paper(request: Request) -> Response:
        form = request.path_params["form"]
        if form not in FORMS:
            known = ", ".join(FORMS)
            return _refused(
                "no_form", Text(f"没有表格 {form}；有：{known}", f"no form {form!r}; there are {known}"), 404
            )
        asked = {name: request.query_params.getlist(name) for name in ("operation", "incident")}
        given = [value for values in asked.values() for value in values]
        if len(given) != 1 or not 1 <= len(given[0]) <= KEY_MAX:
            words = Text("须指定一个 operation 或一个 incident", "give one operation=ID or one incident=ID")
            return _refused("no_case", words, 422)
        try:
            by = actor_of(request, find)
            sheet = press.sheet(form, by, **{name: values[0] for name, values in asked.items() if values})
        except Refused as refused:
            return _refused(refused.code, refused.reason, 422)
        except NotHeld as error:
            return _refused("not_there", Text(f"没有该行动或警情：{given[0]}", str(error)), 404)
        except StoreDown as error:
            return _refused("store", Text(f"数据库不可读：{error}", f"the store cannot be read: {error}"), 503)
        return Response(sheet.body, media_type="application/pdf", headers={"content-disposition": disposition(sheet)})

    return Route("/api/v1/paper/{form}", paper)


def disposition(sheet: Sheet) -> str:
    """Shown in the browser; saved under form, number and short hash, in Chinese where the browser can (RFC 6266)."""
    tail = f"{sheet.number}-{sheet.state_hash[:8]}.pdf"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", f"{sheet.form}-{tail}")
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{sheet.title.zh}-{tail}', safe='')}"


def _refused(code: str, reason: Text, status: int) -> JSONResponse:
    return JSONResponse(
        {"error": reason.en, "reason": {"code": code, "zh": reason.zh, "en": reason.en}}, status_code=status
    )
