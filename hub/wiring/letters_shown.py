"""Refused records on the terminal and as JSON. What came from outside is escaped: it could command the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hub.letters import KEPT, Fault, Group, Letter, Place, Verdict
from hub.picture.rows import stamp

EXAMPLES = 3
WIDE = 200
SHOWN_BYTES = 4096
"""How much of a record that is no text is dumped."""
WORDS = {"good": "fed back", "refused": "not sent: would be refused again", "old": "not sent: changes nothing"}


def table(groups: Sequence[Group], total: int, *, most: int) -> None:
    """Groups as a table, the largest first."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)  # a file or another program: nothing is cut
    if not groups:
        console.print("Nothing was refused.")
        return
    made = Table("refused", "fed back", "newest reason")
    made.add_column("newest", no_wrap=True)
    made.add_column("where", no_wrap=True)
    for group in groups:
        newest = group.letters[0]
        places = "\n".join(str(letter.place) for letter in group.letters[:EXAMPLES])
        cells = (str(len(group.letters)), str(group.replayed), newest.reason[:300], stamp(newest.at)[:19], places)
        made.add_row(*(Text(safe(cell)) for cell in cells))
    console.print(made)
    cut = f" (the newest {most}: there are more)" if total >= most else ""
    console.print(f"{total} refused{cut}. One in full: hub dead-letters show TOPIC/PARTITION/OFFSET")


def letter(held: Letter, value: bytes, fault: Fault | None) -> None:
    """One letter in full."""
    console = Console(highlight=False, soft_wrap=True)
    lines = {"where": str(held.place), "refused": stamp(held.at), "reason": held.reason}
    if fault is not None:
        lines |= {"field": fault.path, "holds": _json(fault.found), "wanted": _json(fault.wanted)}
    if held.replayed_at is not None:
        lines["fed back"] = f"{stamp(held.replayed_at)} by {held.replayed_by}"
    for name, text in lines.items():
        console.print(Text(f"{name + ':':<10}{safe(text)}"))
    console.print(Text(f"\n{pretty(value)}"))
    if len(value) >= KEPT:
        console.print(f"(cut: only the first {KEPT} bytes of it were kept)")


def verdicts(done: Sequence[tuple[Place, Verdict]], *, dry_run: bool) -> None:
    """What became of each, and a count."""
    console = Console(highlight=False, soft_wrap=True)
    for at, verdict in done:
        console.print(Text(safe(f"{at}: {_word(verdict, dry_run)}: {verdict.why}")))
    counts = {word: sum(_word(verdict, dry_run) == word for _, verdict in done) for word in _words(dry_run)}
    console.print(", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing fits")


def plain(groups: Sequence[Group], total: int) -> dict[str, Any]:
    """Groups for programs."""
    return {
        "total": total,
        "groups": [
            {
                "reason": group.letters[0].reason,
                "count": len(group.letters),
                "fed_back": group.replayed,
                "topics": group.topics,
                "letters": [_plain(each) for each in group.letters],
            }
            for group in groups
        ],
    }


def plain_letter(held: Letter, value: bytes, fault: Fault | None) -> dict[str, Any]:
    """One letter for programs; ``raw`` as text, ``hex`` when it is none."""
    try:
        raw = {"raw": value.decode()}
    except UnicodeDecodeError:
        raw = {"hex": value.hex()}
    found = {} if fault is None else {"field": _fault(fault)}
    return {**_plain(held), **found, **raw, "whole": len(value) < KEPT}


def plain_verdicts(done: Sequence[tuple[Place, Verdict]], *, dry_run: bool) -> list[dict[str, Any]]:
    """What became of each, for programs."""
    return [
        {"place": str(at), "state": verdict.state, "sent": verdict.state == "good" and not dry_run, "why": verdict.why}
        for at, verdict in done
    ]


def pretty(value: bytes) -> str:
    """JSON indented, other text as it is, anything else as a hex dump; nothing in it moves the cursor."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return _dump(value)
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        pass  # no JSON: that may be why it was refused
    return safe(text)


def safe(text: str) -> str:
    """Escapes for everything that is not printed as itself: control characters, changes of direction, halves."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _dump(value: bytes) -> str:
    lines = []
    for start in range(0, min(len(value), SHOWN_BYTES), 16):
        part = value[start : start + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {text}")
    more = [f"… {len(value) - SHOWN_BYTES} bytes more"] if len(value) > SHOWN_BYTES else []
    return "\n".join([*lines, *more])


def _plain(held: Letter) -> dict[str, Any]:
    fed = None if held.replayed_at is None else {"at": stamp(held.replayed_at), "by": held.replayed_by}
    head = {"place": str(held.place), "reason": held.reason, "at": stamp(held.at), "bytes": held.size}
    return {**head, **msgspec.structs.asdict(held.place), "fed_back": fed}


def _fault(fault: Fault) -> Mapping[str, Any]:
    found = {} if fault.found is msgspec.UNSET else {"found": fault.found}
    return {"path": fault.path, "wanted": fault.wanted, **found}


def _json(value: Any) -> str:
    if value is msgspec.UNSET:
        return "nothing: it is missing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 1000 else text[:1000] + "…"


def _word(verdict: Verdict, dry_run: bool) -> str:
    return "would be fed back" if dry_run and verdict.state == "good" else WORDS[verdict.state]


def _words(dry_run: bool) -> list[str]:
    return list(dict.fromkeys(_word(Verdict(state=state, why=""), dry_run) for state in ("good", "refused", "old")))
