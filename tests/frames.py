"""Reads a frame of the feed, written from the documentation of ``hub.feed`` alone."""

from __future__ import annotations

import json
import zlib
from itertools import accumulate
from typing import Any

COLUMNS = ("index", "lon", "lat", "at", "heading")


def read(raw: bytes) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The JSON head, and the columns by name (empty without positions). Fails on a frame that is not exactly filled."""
    assert raw[0] in (0, 1)
    body = zlib.decompress(raw[1:]) if raw[0] else raw[1:]
    length = int.from_bytes(body[:4], "little")
    head, rest = json.loads(body[4 : 4 + length]), body[4 + length :]
    columns: dict[str, list[int]] = {name: [] for name in COLUMNS}
    if "fix" in head:
        n, at = head["fix"]["n"], 0
        for name, how in zip(COLUMNS, head["fix"]["of"], strict=True):
            low, width = how[:2]
            stored = [int.from_bytes(rest[at + i : at + n * width : n], "little") for i in range(n)]
            at += n * width
            if len(how) == 2:
                columns[name] = [low + value for value in stored]
            else:
                assert stored[0] == 0
                columns[name] = list(accumulate((low + step for step in stored[1:]), initial=how[2]))
        rest = rest[at:]
    assert rest == b""
    return head, columns
