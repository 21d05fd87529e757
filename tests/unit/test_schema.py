"""The generated documents against what really is said: samples, simulators, the decoder, the committed copy."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import jsonschema
import msgspec
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT7
from starlette.applications import Starlette

import centres
from hub.__main__ import main
from hub.centre import Centre, Sample
from hub.codec import encode
from hub.domain.events import Emission
from hub.field import topics
from hub.field.district import build
from hub.field.world import UTC_OFFSET, World
from hub.schema import ENVELOPE, asyncapi, documents
from hub.simulators import parts
from hub.wiring.logs import streams_of
from hub.wiring.schema import ASYNCAPI, schemas
from hub.wiring.simulate import STORIES
from layouts import api
from tests.conftest import absent
from tests.servers import asyncapi as official

CENTRES = centres.discover()
PLUGS = {centre.name: centre for centre in centres.discover(include_template=True)}
STREAMS = streams_of(CENTRES)
NOON = 20_000 * 86400.0 - UTC_OFFSET + 12 * 3600.0
EACH = 5
"""Facts of each type that are looked at."""
COMMITTED = Path(__file__).parents[2] / "streams/schema/asyncapi.json"
RENEW = "hub schema > streams/schema/asyncapi.json"
FORMATS = jsonschema.FormatChecker(formats=())


def is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS.checks("date-time", raises=ValueError)(is_instant)


@cache
def made() -> dict[str, Any]:
    return documents(STREAMS)


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(made()[name], format_checker=FORMATS)


@cache
def document() -> dict[str, Any]:
    return json.loads(json.dumps(asyncapi(STREAMS)))  # type: ignore[no-any-return]


@cache
def payload(type_: str) -> jsonschema.Draft7Validator:
    """What the AsyncAPI document says of a message's payload."""
    held = Registry().with_resource("urn:doc", DRAFT7.create_resource(document()))
    reference = {"$ref": f"urn:doc#/components/messages/{type_}/payload"}
    return jsonschema.Draft7Validator(reference, registry=held, format_checker=FORMATS)


@cache
def said() -> tuple[Emission, ...]:
    """Up to ``EACH`` facts of every type that is said in twenty minutes (ten seconds for positions)."""
    world = World(build(1), 1, NOON)
    seen: Counter[str] = Counter()
    out: list[Emission] = []
    for part in parts(CENTRES, STREAMS, STORIES, None):
        start = NOON - (10 if part.warm_up_s < 100 else 1200)
        for emission in part.simulate(world, start, NOON):
            seen[emission.type] += 1
            if seen[emission.type] <= EACH:
                out.append(emission)
    return tuple(out)


def event(source: str, type_: str, data: object) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "x",
        "source": source,
        "type": type_,
        "subject": "x",
        "time": "2026-11-23T08:00:00Z",
        "data": data,
    }


def samples() -> list[Any]:
    return [
        pytest.param(centre, sample, id=f"{centre.name}-{number}-{'bad' if sample.bad else 'good'}")
        for centre in PLUGS.values()
        for number, sample in enumerate(centre.samples)
    ]


@cache
def of_centre(name: str) -> dict[str, Any]:
    return documents([PLUGS[name].stream()])


def structural(centre: Centre, sample: Sample) -> bool:
    """Whether the decoder refuses a bad sample for its structure, and not by a rule between fields."""
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(sample.data, type=centre.events[sample.type])
    return refused.value.__cause__ is None


@pytest.mark.parametrize(("centre", "sample"), samples())
def test_a_sample_fits_its_schema_exactly_when_the_decoder_takes_it(centre: Centre, sample: Sample) -> None:
    schema = jsonschema.Draft202012Validator(of_centre(centre.name)[sample.type], format_checker=FORMATS)
    errors = list(schema.iter_errors(event(f"{centre.source}x", sample.type, json.loads(sample.data))))
    if sample.bad is None:
        assert errors == []
    elif structural(centre, sample):
        assert errors != [], sample.bad


def test_most_bad_samples_are_bad_by_their_structure() -> None:
    bad = [(centre, sample) for centre in CENTRES for sample in centre.samples if sample.bad]
    found = Counter(structural(centre, sample) for centre, sample in bad)
    assert found[True] > 0.5 * len(bad), found


def test_what_the_simulators_say_fits() -> None:
    assert {e.topic for e in said()} == {stream.topic for stream in STREAMS}
    for emission in said():
        body = json.loads(encode(emission).value or b"")
        for schema in (validator(emission.type), validator(ENVELOPE), payload(emission.type)):
            assert list(schema.iter_errors(body)) == [], emission.type


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("specversion",), "2.0"),
        (("type",), "cn.hub.incident.opened.v9"),
        (("time",), "noon"),
        (("time",), "2026-01-01T00:00:00"),
        (("subject",), ""),
        (("data", "priority"), 9),
        (("data", "rev"), 0),
        (("data", "kind"), None),
        (("data", "position"), {"lon": "east", "lat": 1, "frame": "WGS84"}),
        (("data", "position"), {"lon": 104, "lat": 31}),
    ],
)
def test_poison_does_not_fit(path: tuple[str, ...], value: object) -> None:
    emission = next(e for e in said() if e.type == "cn.hub.incident.opened.v1")
    body = json.loads(encode(emission).value or b"")
    held = body
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    assert not validator(emission.type).is_valid(body)
    assert not payload(emission.type).is_valid(body)


def test_only_the_owner_of_a_topic_may_say_it() -> None:
    emission = next(e for e in said() if e.topic == topics.FIELD_TOPIC)
    body = json.loads(encode(emission).value or b"")
    body["source"] = "/elsewhere/x"
    assert not validator(emission.type).is_valid(body)


def test_an_added_field_fits() -> None:
    emission = said()[0]
    body = json.loads(encode(emission).value or b"")
    body["data"]["colour"] = "blue"
    assert validator(emission.type).is_valid(body)


def test_every_document_is_a_schema_complete_in_itself() -> None:
    assert set(made()) == {ENVELOPE, *(type_ for stream in STREAMS for type_ in stream.events)}
    for name, schema in made().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        wanted = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
        assert wanted == set(schema.get("$defs", {})), name


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document())))
    assert len(references) > 200
    for reference in references:
        held: Any = document()
        for step in reference.split("/"):
            held = held[step]
        assert isinstance(held, dict)


def test_the_asyncapi_document_names_every_topic_and_type() -> None:
    held = document()
    assert set(held["channels"]) == {stream.topic for stream in STREAMS}
    for stream in STREAMS:
        assert set(held["channels"][stream.topic]["messages"]) == set(stream.events)
        assert f"receive.{stream.topic}" in held["operations"]
        assert (f"send.{stream.topic}" in held["operations"]) == stream.topic.startswith("hub.")


def test_the_asyncapi_document_is_valid_by_the_official_schema() -> None:
    reason = official.missing()
    if reason:
        absent("asyncapi", reason)
    schema = jsonschema.Draft7Validator(official.schema())
    assert [error.message[:300] for error in schema.iter_errors(document())] == []
    broken = {**document(), "operations": {"x": {"action": "shout", "channel": {"$ref": "#/channels/hub.actions"}}}}
    assert not schema.is_valid(broken)


def test_the_committed_document_is_what_the_types_say_now() -> None:
    assert COMMITTED.read_bytes() == schemas(CENTRES)[ASYNCAPI], f"the types have changed; renew it with: {RENEW}"


def test_a_hub_serves_them() -> None:
    served = schemas(CENTRES)
    app = Starlette(routes=api.routes(cast(Any, None), lambda: served))

    def get(path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub") as client:
                return await client.get(path)

        return asyncio.run(ask())

    assert get("/api/v1/schema").content == COMMITTED.read_bytes()
    answer = get("/api/v1/schema/cn.hub.incident.opened.v1")
    assert answer.json()["$id"] == "urn:hub:schema:cn.hub.incident.opened.v1"
    unknown = get("/api/v1/schema/cn.hub.nothing.v1")
    assert (unknown.status_code, "no schema" in unknown.json()["error"]) == (404, True)


def test_the_verb_writes_them(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema"]) == 0
    assert capfdbinary.readouterr().out == COMMITTED.read_bytes()
    assert main(["schema", "--out", str(tmp_path / "new")]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{name}.json" for name in schemas(CENTRES)}
    (tmp_path / "file").touch()
    assert main(["schema", "--out", str(tmp_path / "file")]) == 2
    assert b"--out" in capfdbinary.readouterr().err
