"""Refused records: grouping, the field that does not fit, the verdict after mending, and what is safe to print."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from hub.codec import Codec, encode
from hub.domain.events import Emission
from hub.domain.field import Clue, Incident
from hub.domain.model import Position, Text, instant
from hub.field.topics import ACTIONS, FIELD, STREAMS, TABLES
from hub.letters import Judge, Letter, Place, grouped, place
from hub.picture.fold import Picture
from hub.picture.rows import Row
from hub.wiring.letters_shown import pretty, safe
from streams.geo import locator

NOW = 1_760_000_000.0
OPENED = "cn.hub.incident.opened.v1"
AT = Place(FIELD.topic, 0, 12)


def fact(rev: int = 3) -> Incident:
    return Incident(
        id="I-1",
        rev=rev,
        kind="theft",
        priority=3,
        state="open",
        opened_at=instant(NOW),
        position=Position(lon=104.05, lat=30.66, frame="WGS84"),
        place=Text("某处", "Somewhere"),
    )


def body() -> dict[str, Any]:
    sent = encode(Emission(topic=FIELD.topic, source="/hub/x", type=OPENED, at=NOW, data=fact()))
    return json.loads(sent.value or b"")  # type: ignore[no-any-return]


def judge(held: Incident | None = None) -> Judge:
    picture = Picture(TABLES)
    if held is not None:
        picture.apply({"incidents": {held.id: Row(held, NOW, NOW, OPENED)}})
    return Judge(STREAMS, Codec(STREAMS, locator()), picture)


def changed(path: tuple[str | int, ...], value: object) -> bytes:
    out = body()
    inner: Any = out
    for step in path[:-1]:
        inner = inner[step]
    if value is msgspec.UNSET:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(out).encode()


@pytest.mark.parametrize(
    ("path", "value", "where", "wanted"),
    [
        (("data", "priority"), 9, "$.data.priority", {"type": "integer", "minimum": 1, "maximum": 4}),
        (("data", "kind"), msgspec.UNSET, "$.data.kind", {"type": "string", "minLength": 1, "maxLength": 160}),
        (("data", "position", "lon"), "east", "$.data.position.lon", {"type": "number"}),
        (("data", "units"), [7], "$.data.units[0]", {"type": "string", "minLength": 1, "maxLength": 160}),
        (("specversion",), "2.0", "$.specversion", {"enum": ["1.0"]}),
        (("time",), msgspec.UNSET, "$.time", {"type": "string", "format": "date-time"}),
    ],
)
def test_the_field_that_does_not_fit(path: tuple[str | int, ...], value: object, where: str, wanted: object) -> None:
    found = judge().fault(AT, changed(path, value))
    assert found is not None
    assert (found.path, found.wanted) == (where, wanted)
    assert found.found == (7 if value == [7] else value)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\x00", b'{"a":' * 5000, b"17"])
def test_what_is_no_event_at_all_has_no_such_field_or_only_the_whole(raw: bytes) -> None:
    found = judge().fault(AT, raw)
    assert found is None or found.path == "$"


def test_what_fits_has_none() -> None:
    assert judge().fault(AT, json.dumps(body()).encode()) is None
    assert judge().fault(Place("nobody.knows", 0, 1), json.dumps(body()).encode()) is None


def test_the_verdict_is_the_hub_s_own() -> None:
    raw = json.dumps(body()).encode()
    good = judge().judge(AT, raw, NOW)
    assert (good.state, good.record and good.record.key, good.record and good.record.value) == ("good", b"I-1", raw)
    assert judge(fact(rev=2)).judge(AT, raw, NOW).state == "good"
    assert judge(fact(rev=3)).judge(AT, raw, NOW).state == "old"
    refused = judge().judge(AT, changed(("data", "priority"), 9), NOW)
    assert (refused.state, "priority" in refused.why, refused.record) == ("refused", True, None)
    swapped = changed(("data", "position"), {"lon": 30.66, "lat": 104.05, "frame": "WGS84"})
    assert "swapped" in judge().judge(AT, swapped, NOW).why
    assert judge().judge(Place("nobody.knows", 0, 1), raw, NOW).state == "refused"


def test_a_rule_of_the_fold_refuses_too() -> None:
    """Not only what a record is decides: a centre may not report another one's clue."""
    from hub.domain.events import Stream
    from hub.road import REPORTED, reported_by

    own = Stream(
        topic="centre.one.events", source="/centre/one/", events={REPORTED: Clue}, folds={REPORTED: reported_by("one")}
    )
    clue = Clue(
        id="C-1",
        rev=1,
        title=Text("线索", "A clue"),
        priority=3,
        state="reported",
        origin="two",
        owner="two",
        reported_at=instant(NOW),
    )
    sent = encode(Emission(topic=own.topic, source="/centre/one/x", type=REPORTED, at=NOW, data=clue))
    asked = Judge([own], Codec([own], locator()), Picture(TABLES)).judge(Place(own.topic, 0, 1), sent.value or b"", NOW)
    assert (asked.state, "only report its own" in asked.why) == ("refused", True)


def test_grouped_by_what_is_wrong_not_by_whom_it_hit() -> None:
    reasons = [f"subject EV-{n:04} is not the id in data, EV-{n + 1:04}" for n in range(5)] + ["empty value"]
    letters = [
        Letter(place=Place(ACTIONS.topic, 0, n), reason=reason, at=NOW + n, size=1) for n, reason in enumerate(reasons)
    ]
    groups = grouped(letters)
    assert [len(group.letters) for group in groups] == [5, 1]
    assert groups[0].letters[0].place.offset == 4, "newest first"


@pytest.mark.parametrize("text", ["", "a/b", "a/0/x", "a/0/-1", "a/0/1/2", "a b/0/1", "/0/1"])
def test_what_is_no_place(text: str) -> None:
    assert place(text) is None
    assert place("hub.actions/0/17") == Place("hub.actions", 0, 17)


@pytest.mark.parametrize("bad", ["\x1b[2J", "\u202e", "\x07", "\r", "\x9b31m", "\u200b"])
def test_nothing_that_commands_a_terminal_is_printed(bad: str) -> None:
    assert bad not in safe(f"a{bad}b")
    assert bad not in pretty(json.dumps({"a": f"x{bad}y"}, ensure_ascii=False).encode())
    assert bad not in pretty(f"no json {bad}".encode())
    assert bad not in pretty(b"\xff" + bad.encode())


def test_records_are_shown_as_what_they_are() -> None:
    assert pretty(b'{"a": [1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert pretty("警情".encode()) == "警情"
    assert pretty(b"\xff\x00A").startswith("00000000  ff 00 41")
    assert pretty(b"[" * 5000).startswith("[[[")
    assert "bytes more" in pretty(b"\xff" * 9000)
