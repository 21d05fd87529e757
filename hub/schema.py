"""What may be said on the topics, as documents other programs read: JSON Schemas and one AsyncAPI document.

Made from the declared streams and their fact types alone, so they cannot say anything else than the decoder does.
What no schema can say (a time before another one, a position outside the country) the decoder refuses besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hub import __version__
from hub.codec import CONTENT_TYPE, Envelope
from hub.domain.events import Stream
from hub.domain.model import Fact

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "envelope"
"""The name of the schema that fits every event."""
HUB = "/hub/"
JSON = dict[str, Any]
_EXTENSIONS = {
    "exercise": "Extension: o operation, e exercise, s simulation.",
    "correlationid": "Extension: the same for all events that belong to one matter.",
    "causationid": "Extension: the id of the event that led to this one.",
}


def documents(streams: Sequence[Stream]) -> dict[str, JSON]:
    """Name → JSON Schema (draft 2020-12), each complete in itself: ``envelope``, and one per event type."""
    facts = _facts(streams)
    names, components = _components(facts.values(), "#/$defs/{name}")
    sources = _sources(streams)
    every = "|".join(sorted({prefix for found in sources.values() for prefix in found}))
    out = {ENVELOPE: _document(ENVELOPE, "Every event", _envelope(f"^({every})"), {})}
    for type_, fact in sorted(facts.items()):
        data = {"$ref": f"#/$defs/{names[fact]}"}
        body = _envelope(f"^({'|'.join(sources[type_])})", type_, data)
        out[type_] = _document(type_, type_, body, _needed(data, components))
    return out


def asyncapi(streams: Sequence[Stream]) -> JSON:
    """The AsyncAPI 3.0 document of the hub: it receives from every topic and sends on those that are its own.

    Payloads are in AsyncAPI's own schema language, which is that of JSON Schema draft 7.
    """
    facts = _facts(streams)
    names, components = _components(facts.values(), "#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "One hub, six centres",
            "version": __version__,
            "description": "Facts on the topics of a district command hub. Every fact carries the whole state of its "
            "entity and a revision set by its owner; the newest (epoch, rev) wins, so repeating or reordering records "
            "changes nothing. An added optional field is a minor change; any other becomes a new type, .v2.",
        },
        "defaultContentType": CONTENT_TYPE.decode(),
        "servers": {
            "broker": {
                "host": "{host}:{port}",
                "protocol": "kafka",
                "description": "The hub's Apache Kafka; which one it is, each installation knows.",
                "variables": {"host": {"default": "localhost"}, "port": {"default": "9092"}},
            }
        },
        "channels": {stream.topic: _channel(stream) for stream in streams},
        "operations": dict(_operations(streams)),
        "components": {
            "messages": {type_: _message(type_, names[fact]) for type_, fact in sorted(facts.items())},
            "schemas": {ENVELOPE: _draft7(_envelope(None)), **{n: _draft7(s) for n, s in sorted(components.items())}},
        },
    }


def _facts(streams: Iterable[Stream]) -> dict[str, type[Fact]]:
    return {type_: fact for stream in streams for type_, fact in stream.events.items()}


def _sources(streams: Iterable[Stream]) -> dict[str, list[str]]:
    """Event type → what its source may begin with, as patterns."""
    out: dict[str, set[str]] = {}
    for stream in streams:
        for type_ in stream.events:
            out.setdefault(type_, set()).add(re.escape(stream.source))
    return {type_: sorted(found) for type_, found in out.items()}


def _components(facts: Iterable[type[Fact]], ref: str) -> tuple[dict[type[Fact], str], dict[str, JSON]]:
    """The name of each fact's schema, and all schemas by name: what facts are made of too."""
    types = list(dict.fromkeys(facts))
    refs, components = msgspec.json.schema_components(types, ref_template=ref)
    return {fact: _named(found) for fact, found in zip(types, refs, strict=True)}, components


def _envelope(source: str | None, type_: str | None = None, data: JSON | None = None) -> JSON:
    """The envelope's schema, narrowed to a source (a pattern), an event type and what is in ``data``."""
    _, components = msgspec.json.schema_components([Envelope])
    body = components["Envelope"]
    fields = {name: dict(held) for name, held in body["properties"].items()}
    for name, what in _EXTENSIONS.items():
        fields[name]["description"] = what
    fields["subject"]["description"] = "The entity's id: data.id, and the record's key."
    fields["datacontenttype"] = {"const": "application/json"}
    fields["data"] = data or {"type": "object"}
    if source is not None:
        fields["source"]["pattern"] = source
    if type_ is not None:
        fields["type"] = {"const": type_}
    return {**body, "title": type_ or body["title"], "properties": fields}


def _document(name: str, title: str, body: JSON, defs: JSON) -> JSON:
    head = {"$schema": DRAFT, "$id": f"urn:hub:schema:{name}", **body, "title": title}
    return {**head, "$defs": defs} if defs else head


def _needed(schema: Any, components: Mapping[str, JSON]) -> dict[str, JSON]:
    """The components a schema refers to, directly or through others."""
    out: dict[str, JSON] = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        if name not in out:
            out[name] = components[name]
            waiting += _references(components[name])
    return dict(sorted(out.items()))


def _references(schema: Any) -> list[str]:
    if isinstance(schema, Mapping):
        own = [_named(schema)] if isinstance(schema.get("$ref"), str) else []
        return own + [name for held in schema.values() for name in _references(held)]
    if isinstance(schema, list | tuple):
        return [name for held in schema for name in _references(held)]
    return []


def _named(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _channel(stream: Stream) -> JSON:
    return {
        "address": stream.topic,
        "description": f"The source of every record begins with {stream.source}"
        + (" (high rate: only the newest of each entity counts)." if stream.ephemeral else "."),
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in sorted(stream.events)},
        "bindings": {"kafka": {"topic": stream.topic, "bindingVersion": "0.5.0"}},
    }


def _operations(streams: Iterable[Stream]) -> Iterable[tuple[str, JSON]]:
    for stream in streams:
        channel = f"#/channels/{stream.topic}"
        messages = [{"$ref": f"{channel}/messages/{type_}"} for type_ in sorted(stream.events)]
        for action in ("receive", "send") if stream.source == HUB else ("receive",):
            yield f"{action}.{stream.topic}", {"action": action, "channel": {"$ref": channel}, "messages": messages}


def _message(type_: str, fact: str) -> JSON:
    narrowed = {"type": {"const": type_}, "data": {"$ref": f"#/components/schemas/{fact}"}}
    return {
        "name": type_,
        "contentType": CONTENT_TYPE.decode(),
        "payload": {"allOf": [{"$ref": f"#/components/schemas/{ENVELOPE}"}, {"properties": narrowed}]},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _draft7(schema: Any) -> Any:
    """The same in JSON Schema draft 7: a list of fixed length is spelt otherwise there."""
    if isinstance(schema, list | tuple):
        return [_draft7(held) for held in schema]
    if not isinstance(schema, Mapping):
        return schema
    out = {key: _draft7(held) for key, held in schema.items()}
    if "prefixItems" in out:
        rest = out.pop("items", True)
        out["items"] = out.pop("prefixItems")
        out["additionalItems"] = rest
    return out
