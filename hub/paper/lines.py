"""Breaks text into lines that fit: Chinese between any two signs but not before a closing one, English between words.

Must not know fonts: it is given a function that measures. Nothing is ever cut off or hyphenated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Measure = Callable[[str], float]
"""Text → its width, in the unit of the width asked for."""
_NOT_FIRST = frozenset("!%),.:;?]}°’”、。〉》」』】〕！％），．：；？］｝～·…—")
_NOT_LAST = frozenset("([{‘“〈《「『【〔（［｛￥")
_WIDE_FROM = 0x2E80


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of a text, at least one. ``width`` > 0; a sign wider than that still gets a line of its own."""
    out: list[str] = []
    for part in text.splitlines() or [""]:
        out.extend(_fill(part, width, measure))
    return out


def _fill(text: str, width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for chunk in _chunks(text):
        if measure((line + chunk).rstrip()) <= width:
            line += chunk
            continue
        if line.strip():
            lines.append(line.rstrip())
        *full, line = _forced(chunk.lstrip(), width, measure)
        lines.extend(full)
    return [*lines, line.rstrip()]


def _forced(chunk: str, width: float, measure: Measure) -> list[str]:
    """A chunk too wide for any line, cut where it must be; otherwise the chunk alone."""
    parts, part = [], ""
    for sign in chunk:
        if part and measure((part + sign).rstrip()) > width:
            parts.append(part.rstrip())
            part = ""
        part += sign
    return [*parts, part]


def _chunks(text: str) -> Iterator[str]:
    """Pieces between which a line may end; together they are the text."""
    chunk = ""
    for sign in text:
        if chunk and _may_break(chunk[-1], sign):
            yield chunk
            chunk = ""
        chunk += sign
    if chunk:
        yield chunk


def _may_break(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST or after.isspace():
        return False
    return before.isspace() or ord(before) >= _WIDE_FROM or ord(after) >= _WIDE_FROM
