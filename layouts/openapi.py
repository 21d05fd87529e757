"""The OpenAPI 3.1 document: commands from their own types; what else may be asked is in ``openapi_reads``."""

from __future__ import annotations

from typing import Any

import msgspec

from hub import __version__
from hub.road.commands import BODIES
from layouts.openapi_reads import ACTOR, REASON, paths, plain, said

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request of this account; the same key gets the same answer and nothing happens twice. "
    "Missing or empty: a key of its own.",
    "schema": {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"},
}
_ACCEPTED: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "events"],
    "properties": {"accepted": {"const": True}, "events": {"type": "array", "items": {"type": "string"}}},
    "additionalProperties": False,
}
_REFUSED: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "reason"],
    "properties": {"accepted": {"const": False}, "reason": REASON},
}
_WRONG: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "error"],
    "properties": {"accepted": {"const": False}, "error": {"type": "string"}},
}


def document() -> dict[str, Any]:
    """The whole document."""
    bodies = [*BODIES.values()]
    (refs, components) = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    names = [ref["$ref"] for ref in refs]
    mapping = dict(zip(BODIES, names, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "One hub, six centres",
            "version": __version__,
            "description": "Commands are imperative and always answered; the rest is asked for.",
        },
        "servers": [{"url": "/"}],
        "paths": {"/api/v1/commands": {"post": _command(names, mapping)}, **paths()},
        "components": {"schemas": components},
    }


def _command(names: list[str], mapping: dict[str, str]) -> dict[str, Any]:
    one = {
        "oneOf": [{"$ref": name} for name in names],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    return {
        "operationId": "command",
        "summary": "Give one command",
        "parameters": [_KEY, ACTOR],
        "requestBody": {"required": True, "content": {"application/json": {"schema": one}}},
        "responses": {
            "200": said("Accepted, and what it became", _ACCEPTED),
            "400": plain("A request that is not taken"),
            "409": said("Refused by the rules, and why", _REFUSED),
            "413": plain("The body is too large"),
            "422": said("Not a command: the path of what is wrong", _WRONG),
            "503": said("Cannot be recorded now; nothing happened", _REFUSED),
        },
    }
