"""What programs may ask for, as paths of the OpenAPI document: state, history, drafts, advice, paper."""

from __future__ import annotations

from typing import Any

from hub.paper.words import FORMS
from layouts.api import FIND_MAX

Json = dict[str, Any]
REASON: Json = {
    "type": "object",
    "required": ["code", "zh", "en"],
    "properties": {name: {"type": "string"} for name in ("code", "zh", "en")},
}
ACTOR: Json = {
    "name": "Hub-Actor",
    "in": "header",
    "required": False,
    "description": "Account that acts; the duty officer when it is missing or empty.",
    "schema": {"type": "string"},
}
_OBJECT: Json = {"type": "object"}
_LIST: Json = {"type": "array", "items": _OBJECT}
_ERROR: Json = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_REFUSED: Json = {"type": "object", "required": ["reason"], "properties": {"reason": REASON}}
_TIME: Json = {"type": "string", "format": "date-time"}
_DRAFT_KEY = "^[A-Za-z0-9._~-]{1,120}$"


def paths() -> Json:
    """Path → what may be done there."""
    return {**_state(), **_advice(), **_desk()}


def _state() -> Json:
    entry = {
        "type": "object",
        "required": ["type", "rev", "epoch", "at", "seen", "source", "data"],
        "properties": {"type": {"type": "string"}, "rev": {"type": "integer"}, "data": _OBJECT},
    }
    limit = {"type": "integer", "minimum": 1, "maximum": 100_000}
    return {
        "/healthz": _get("health", "How the hub does", said("Ready", _OBJECT), {"503": said("Not ready", _OBJECT)}),
        "/api/v1/tables": _get("tables", "Tables there are", said("Tables", _LIST)),
        "/api/v1/rows/{table}": _get(
            "rows",
            "Rows of a table, or those with some words in them",
            said("Rows", _LIST),
            {"404": said("No such table", _ERROR), "422": said("Too many words", _ERROR)},
            _path("table"),
            _query("find", {"type": "string", "maxLength": FIND_MAX}),
        ),
        "/api/v1/history/{table}/{id}": _get(
            "history",
            "Applied facts of one thing, oldest first",
            said("Facts; none, when there is no such thing", {"type": "array", "items": entry}),
            {},
            _path("table"),
            _path("id"),
        ),
        "/api/v1/dead-letters": _get(
            "refused",
            "Records that were refused, newest first",
            said("Refused records", _LIST),
            {"422": said("No such limit", _ERROR)},
            _query("limit", limit),
        ),
        "/api/v1/spec": _get("spec", "What a page must know once", said("Specification", _OBJECT)),
        "/api/v1/schema": _get("schemas", "Every topic and event", said("AsyncAPI document", _OBJECT)),
        "/api/v1/schema/{type}": _get(
            "schema",
            "One event type",
            said("JSON schema", _OBJECT),
            {"404": said("No such type", _ERROR)},
            _path("type"),
        ),
        "/api/v1/road": _get("road", "States, moves, reasons, roles and clocks", said("The road", _OBJECT)),
        "/api/v1/accounts": _get(
            "accounts", "Who may act here, and who acts now", said("Accounts", _OBJECT), {}, ACTOR
        ),
    }


def _advice() -> Json:
    asked = [
        _query(name, {"type": "string", "minLength": 1, "maxLength": 160}) for name in ("incident", "clue", "task")
    ]
    asked += [
        _query("lon", {"type": "number", "minimum": -180, "maximum": 180}),
        _query("lat", {"type": "number", "minimum": -90, "maximum": 90}),
        _query("kind", {"type": "string", "minLength": 1, "maxLength": 160}),
        _query("drones", {"type": "integer", "minimum": 0, "maximum": 10}),
    ]
    no = {"404": said("Nothing of that id", _REFUSED), "422": said("Not a question", _REFUSED)}
    return {
        "/api/v1/recommendation": _get(
            "recommend", "Who could go, and what that leaves bare", said("A proposal", _OBJECT), no, *asked
        ),
        "/api/v1/recommendation/kinds": _get("needs", "What is usually needed", said("Templates", _LIST)),
        "/api/v1/recommendation/{id}": _get(
            "recall", "A proposal of before", said("A proposal", _OBJECT), {"404": no["404"]}, _path("id")
        ),
        "/api/v1/changes": _get(
            "changes",
            "What changed in a time, for a hand-over",
            said("Changes", _OBJECT),
            {"422": said("Not a time that can be told", _ERROR), "503": said("History cannot be read", _ERROR)},
            {**_query("since", _TIME), "required": True},
            _query("until", _TIME),
        ),
    }


def _desk() -> Json:
    case = [_query(name, {"type": "string", "minLength": 1, "maxLength": 160}) for name in ("operation", "incident")]
    sheet = {"description": "A sheet", "content": {"application/pdf": {"schema": {"type": "string"}}}}
    no = {code: said(words, _REFUSED) for code, words in _NO_PAPER.items()}
    form = {**_path("form"), "schema": {"enum": [*FORMS]}}
    return {
        "/api/v1/paper/{form}": _get("paper", "A form as it is now, as PDF", sheet, no, form, *case, ACTOR),
        "/api/v1/templates": _get(
            "templates",
            "Task lists to begin with",
            said("Templates", _LIST),
            {"404": plain("This server has no pages")},
        ),
        "/api/v1/drafts/{key}": _draft(),
    }


_NO_PAPER = {"404": "No such form or case", "422": "Not one case, or no account", "503": "History cannot be read"}


def _draft() -> Json:
    key = {**_path("key"), "schema": {"type": "string", "pattern": _DRAFT_KEY}}
    no = {code: said(words, _REFUSED) for code, words in _NO_DRAFT.items()} | {"400": plain("An address not taken")}
    at: Json = {"type": "object", "required": ["at"], "properties": {"at": _TIME}}
    body = {"required": True, "content": {"application/json": {"schema": {}}}}
    kept = {"200": said("Kept", at), **no, "413": plain("More than 256 KiB")}
    gone = {"204": {"description": "Not there any more"}, **no}
    of_key = [key, ACTOR]
    return {
        **_get(
            "draft",
            "What somebody is writing",
            said("The draft", at),
            {"204": {"description": "There is none"}, **no},
            *of_key,
        ),
        "put": {"operationId": "keep", "parameters": of_key, "requestBody": body, "responses": kept},
        "delete": {"operationId": "drop", "parameters": of_key, "responses": gone},
    }


_NO_DRAFT = {"409": "No such account", "422": "Not a name, or not JSON", "503": "Drafts cannot be kept now"}


def said(words: str, schema: Json) -> Json:
    """An answer as JSON."""
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def plain(words: str) -> Json:
    """An answer of the gate, which is a line of text."""
    return {"description": words, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _get(name: str, words: str, good: Json, other: Json | None = None, *parameters: Json) -> Json:
    answers = {"200": good, **(other or {}), "400": plain("An address that is not taken")}
    if any(parameter["in"] == "query" for parameter in parameters):
        answers["414"] = plain("The question is too long")
    return {"get": {"operationId": name, "summary": words, "parameters": [*parameters], "responses": answers}}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema}
