"""Envelope in and out; every kind of poison is refused with a reason and nothing else is raised."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.codec import REFUSED, Codec, encode, refuse
from hub.domain.events import Emission
from hub.domain.field import Incident
from hub.domain.model import Position, instant
from hub.errors import BadPayload
from hub.field.topics import FIELD, STREAMS
from hub.ports import Outgoing, Record

NOW = 1_760_000_000.0
OPENED = "cn.hub.incident.opened.v1"


def locate(position: Position) -> Position:
    if abs(position.lat) > 90:
        raise BadPayload("latitude out of range")
    return position


CODEC = Codec(STREAMS, locate)


def incident(**changes: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": "I-1",
        "rev": 3,
        "kind": "theft",
        "priority": 3,
        "state": "open",
        "opened_at": instant(NOW),
        "position": Position(lon=104.05, lat=30.66, frame="WGS84"),
    }
    return Incident(**{**fields, **changes})


def record(outgoing: Outgoing, topic: str = FIELD.topic) -> Record:
    return Record(topic, 0, 7, outgoing.key, outgoing.value, outgoing.headers)


def good() -> dict[str, Any]:
    outgoing = encode(Emission(topic=FIELD.topic, source="/hub/sim", type=OPENED, at=NOW, data=incident()))
    body: dict[str, Any] = json.loads(outgoing.value or b"")
    return body


def raw(body: object) -> Record:
    value = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Record(FIELD.topic, 0, 7, b"I-1", value)


def test_round_trip() -> None:
    emission = Emission(topic=FIELD.topic, source="/hub/sim", type=OPENED, at=NOW, data=incident(), correlation="c")
    outgoing = encode(emission)
    assert outgoing.key == b"I-1"
    assert outgoing.headers[0] == ("content-type", b"application/cloudevents+json")
    event = CODEC.decode(record(outgoing), NOW + 1)
    assert (event.data, event.time, event.seen, event.correlation) == (incident(), NOW, NOW + 1, "c")
    assert encode(emission) == outgoing, "the same fact is the same event"


def test_an_added_field_is_accepted() -> None:
    body = good()
    body["data"]["colour"] = "blue"
    assert CODEC.decode(raw(body), NOW).data == incident()


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("specversion",), "2.0", "specversion"),
        (("type",), "cn.hub.incident.opened.v9", "not declared"),
        (("source",), "/somebody/else", "may not write"),
        (("subject",), "I-2", "subject"),
        (("id",), "a\0b", "NUL"),
        (("time",), "1970-01-01T00:00:00Z", "outside"),
        (("time",), "2026-01-01T00:00:00", "timezone"),
        (("data", "priority"), 9, "priority"),
        (("data", "rev"), 0, "rev"),
        (("data", "kind"), None, "kind"),
        (("data", "opened_at"), "yesterday", "opened_at"),
        (("data", "position", "lat"), 104.05, "latitude"),
        (("data", "position", "frame"), "MARS", "frame"),
        (("data", "position", "lon"), "east", "lon"),
    ],
)
def test_poison_is_refused_with_its_reason(path: tuple[str, ...], value: object, reason: str) -> None:
    body = good()
    held = body
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    with pytest.raises(BadPayload, match=reason):
        CODEC.decode(raw(body), NOW)


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"\xff\xfe\x00", b"[" * 5000, b'{"a":' * 5000, b"NaN", b"null", b'"x"', b"{}", b"x" * ((1 << 20) + 1)],
)
def test_bytes_that_are_no_envelope(value: bytes) -> None:
    with pytest.raises(BadPayload):
        CODEC.decode(raw(value), NOW)


def test_nan_and_infinity_in_data() -> None:
    for word in ("NaN", "Infinity", "1e999"):
        text = json.dumps(good()).replace("30.66", word).encode()
        with pytest.raises(BadPayload):
            CODEC.decode(raw(text), NOW)


def test_a_removed_required_field_is_named() -> None:
    body = good()
    del body["data"]["kind"]
    with pytest.raises(BadPayload, match="kind"):
        CODEC.decode(raw(body), NOW)


def test_key_must_be_the_subject() -> None:
    with pytest.raises(BadPayload, match="key"):
        CODEC.decode(Record(FIELD.topic, 0, 7, b"other", json.dumps(good()).encode()), NOW)


def test_what_a_producer_refused_keeps_its_reason() -> None:
    outgoing = refuse(b'{"row": 1}', "time: 31 February", "row-1")
    assert outgoing.headers == ((REFUSED, b"time: 31 February"),)
    with pytest.raises(BadPayload, match="31 February"):
        CODEC.decode(record(outgoing), NOW)


@given(st.binary(max_size=300))
def test_any_bytes_only_ever_raise_bad_payload(value: bytes) -> None:
    with pytest.raises(BadPayload):
        CODEC.decode(raw(value), NOW)


def test_instants_keep_their_offset() -> None:
    body = good()
    body["data"]["opened_at"] = "2026-11-23T13:00:00+08:00"
    decoded = CODEC.decode(raw(body), NOW).data
    assert isinstance(decoded, Incident)
    assert decoded.opened_at == datetime(2026, 11, 23, 5, tzinfo=UTC)
