"""Cells as strangers write them → values: numbers, lists, yes and no, the part of a cell that is meant.

Must not know any fact type or column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from hub.errors import BadPayload
from streams.bridges.mapping import Rule
from streams.bridges.places import street

Read = Callable[[str], object]
"""Text of a cell → value; raises ``BadPayload`` saying what is wrong with it."""


def chain(rule: Rule, read: Read) -> Read:
    """``extract`` and ``street_only`` before the field's own reading; ``None`` when nothing is left."""
    pattern = re.compile(rule.extract) if rule.extract is not None else None

    def chained(text: str) -> object:
        if pattern is not None:
            match = pattern.search(text)
            text = "" if match is None else (match.group(1) if pattern.groups else match.group()).strip()
        if rule.street_only:
            text = street(text)
        return read(text) if text else None

    return chained


def number(text: str, factor: float, *, whole: bool) -> float | int:
    """A finite number times ``factor``; with ``whole`` it must be a whole one."""
    try:
        value = float(text)
    except ValueError:
        raise BadPayload(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise BadPayload(f"{text!r} is not finite")
    if whole and value != int(value):
        raise BadPayload(f"{text!r} is not a whole number")
    return int(value) if whole else value * factor


def list_of(split: str) -> Read:
    """Cells of a CSV are split; a JSON list is one already."""

    def read(text: str) -> object:
        if text.startswith("["):
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                raise BadPayload(f"{text!r} is not a JSON list") from None
        return [part.strip() for part in text.split(split) if part.strip()]

    return read


def truth(text: str) -> bool:
    """Yes or no in English, Chinese or as 1 and 0."""
    word = text.lower()
    if word not in ("true", "1", "yes", "y", "是", "false", "0", "no", "n", "否"):
        raise BadPayload(f"{text!r} is neither yes nor no")
    return word in ("true", "1", "yes", "y", "是")
