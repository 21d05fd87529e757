"""The recommender for programs and pages: a question in the address, a proposal or an error with a reason as JSON."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.domain.model import Text
from hub.recommend.model import Proposal
from hub.recommend.service import Question, Unanswerable

_encode = msgspec.json.Encoder().encode
_LISTS = ("units",)


class Adviser(Protocol):
    """What answers (``hub.recommend.service.Recommender``)."""

    def recommend(self, question: Question) -> Proposal: ...  # noqa: D102
    def recall(self, id: str) -> Proposal | None: ...  # noqa: D102
    def kinds(self) -> list[dict[str, Any]]: ...  # noqa: D102


def routes(adviser: Adviser) -> list[BaseRoute]:
    """``GET /api/v1/recommendation?…``: 200 a proposal · 404 no such thing · 422 not a question. Parameters: see
    ``hub.recommend.service.Question``; ``units`` with commas. ``…/kinds``: the templates; ``…/ID``: one of before.
    Plain functions: Starlette runs them in its thread pool.
    """

    def recommendation(request: Request) -> Response:
        try:
            return _json(adviser.recommend(_question(request)))
        except msgspec.ValidationError as error:
            return _refused("not_a_question", Text(f"参数有误：{error}", str(error)), 422)
        except Unanswerable as error:
            return _refused(error.code, error.reason, 404 if error.there else 422)

    def recalled(request: Request) -> Response:
        id = request.path_params["id"]
        proposal = adviser.recall(id)
        if proposal is None:
            return _refused("not_there", Text(f"建议 {id} 已不在", f"proposal {id} is not kept any more"), 404)
        return _json(proposal)

    def kinds(request: Request) -> Response:
        return _json(adviser.kinds())

    return [
        Route("/api/v1/recommendation", recommendation),
        Route("/api/v1/recommendation/kinds", kinds),
        Route("/api/v1/recommendation/{id}", recalled),
    ]


def _question(request: Request) -> Question:
    """Raises ``msgspec.ValidationError`` with the path of what is wrong."""
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise msgspec.ValidationError(f"given twice - at `$.{name}`")
        given[name] = [part for part in value.split(",") if part] if name in _LISTS else value
    return msgspec.convert(given, Question, strict=False)


def _json(body: Any, status: int = 200) -> Response:
    return Response(_encode(body), status_code=status, media_type="application/json")


def _refused(code: str, reason: Text, status: int) -> Response:
    return _json({"error": reason.en, "reason": {"code": code, "zh": reason.zh, "en": reason.en}}, status)
