"""``GET /api/v1/changes``: the list over HTTP, and what is no window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
import pytest
from starlette.requests import Request

from hub.errors import StoreDown
from hub.picture.rows import stamp
from hub.ports import Anchor, Counted, Past
from layouts.changes import FACTS_MAX, SETTLE_S, Known, routes

NOW = 1_795_443_200.0


class Kept:
    """``asked``: what was asked for; ``past``: what is told, or raised."""

    def __init__(self, past: Past | Exception) -> None:
        self.told = past
        self.asked: list[tuple[float, float, Mapping[str, float], int]] = []

    def past(
        self, since: float, until: float, tables: Sequence[str], expected: Mapping[str, float], limit: int
    ) -> Past:
        self.asked.append((since, until, expected, limit))
        if isinstance(self.told, Exception):
            raise self.told
        return self.told

    def anchor(self) -> Anchor | None:
        return Anchor(7, "0123456789abcdef" * 4, NOW)


def asked(query: str, past: Past | Exception | None = None, rate: float = 1.0) -> tuple[int, Any, Kept]:
    kept = Kept(Past(counted=[Counted("cameras", "C", "x", 3)]) if past is None else past)
    known = Known(
        now=lambda: NOW, rate=lambda: rate, owners={"cameras": "hub"}, topics={"t": "north"}, expected={"t": 75.0}
    )
    (route,) = routes(kept, known)
    request = Request({"type": "http", "query_string": query.removeprefix("?").encode(), "headers": []})
    answer = cast(Any, route).endpoint(request)
    return answer.status_code, msgspec.json.decode(answer.body), kept


def test_the_list_ends_where_everything_is_stored_by_itself() -> None:
    status, told, kept = asked(f"?since={stamp(NOW - 100)}")
    assert status == 200
    assert kept.asked == [(NOW - 100, NOW - SETTLE_S, {"t": 75.0}, FACTS_MAX)]
    assert (told["facts"], told["settled"], len(told["digest"])) == (3, True, 32)
    assert told["anchor"] == {"seq": 7, "code": "0123456789ab"}


def test_a_fast_clock_settles_later() -> None:
    assert asked(f"?since={stamp(NOW - 100)}", rate=20.0)[2].asked[0][1] == NOW - 20 * SETTLE_S


def test_the_same_window_given_back_is_the_same_to_the_millisecond() -> None:
    _, told, kept = asked("?since=2026-11-23T03:59:00.1234567%2B08:00")
    again = asked(f"?since={told['since']}&until={told['until']}")
    assert again[2].asked[0][:2] == kept.asked[0][:2]
    assert again[1]["digest"] == told["digest"]


def test_what_may_still_change_is_said() -> None:
    assert asked(f"?since={stamp(NOW - 100)}&until={stamp(NOW - 1)}")[1]["settled"] is False


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_an_offset_may_be_written_as_it_is(plus: str) -> None:
    assert asked(f"?since=2026-11-23T08:00:00{plus}08:00")[0] == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "since: is missing"),
        ("?since=yesterday", "since: not a time"),
        ("?since=2026-11-23T08:00:00", "since: say the offset too"),
        (f"?since={stamp(NOW - 9)}&until=later", "until: not a time"),
        (f"?since={stamp(NOW - 9)}&until={stamp(NOW + 9)}", "until: lies in the future"),
        (f"?since={stamp(NOW - 9)}&until={stamp(NOW - 10)}", "since: is later than until"),
        (f"?since={stamp(NOW - 8 * 86400)}", "since: more than 7 days"),
    ],
)
def test_what_is_no_window_is_refused_with_the_reason(query: str, said: str) -> None:
    status, told, kept = asked(query)
    assert status == 422
    assert said in told["error"]
    assert kept.asked == []


def test_too_many_facts_are_asked_for_in_parts() -> None:
    status, told, _ = asked(f"?since={stamp(NOW - 9)}", Past(full=True))
    assert status == 422
    assert "ask for a shorter time" in told["error"]


def test_a_store_that_is_down_is_said() -> None:
    status, told, _ = asked(f"?since={stamp(NOW - 9)}", StoreDown("the store is away"))
    assert (status, told) == (503, {"error": "the store is away"})
