"""What all logs share: what may be appended, which positions still exist, and how one read is shared out.

Must not know any broker or file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.errors import HubError, PositionLost
from hub.ports import Outgoing, Partition, Positions, Record

LIMIT_BYTES = 1_000_000
"""Largest record, key and value together. Kafka's default for a request is 1 MiB; all logs keep to what it takes."""

Fetch = Callable[[Partition, int, int], Sequence[Record]]
"""(partition, first offset, at most) → records in offset order."""


def check(topic: str, records: Sequence[Outgoing]) -> None:
    """Refuse what some log could not store. Raises ``HubError``; nothing has been written then."""
    for record in records:
        size = len(record.key or b"") + len(record.value or b"")
        if record.key is None and record.value is None:
            raise HubError(f"{topic}: a record needs a key or a value")
        if size > LIMIT_BYTES:
            raise HubError(f"{topic}: a record of {size} bytes is larger than {LIMIT_BYTES}")


def check_position(log: str, place: Partition, offset: int, first: int, end: int) -> None:
    """Raise ``PositionLost`` unless ``first <= offset <= end``."""
    topic, partition = place
    if offset < first:
        raise PositionLost(f"{log}: {topic}/{partition} begins at {first}, position {offset} is no longer kept")
    if offset > end:
        raise PositionLost(f"{log}: {topic}/{partition} ends at {end}, before position {offset}: it is another log")


def in_turn(fetch: Fetch, positions: Positions, limit: int) -> list[Record]:
    """Up to ``limit`` records, every partition getting an equal share first so that a busy one cannot starve a quiet
    one. The same positions give the same records while nothing new arrives.
    """
    out: list[Record] = []
    waiting = dict(positions)
    while waiting and len(out) < limit:
        share = max(1, (limit - len(out)) // len(waiting))
        for place, offset in list(waiting.items()):
            wanted = min(share, limit - len(out))
            got = fetch(place, offset, wanted) if wanted else ()
            out.extend(got)
            if len(got) < wanted:
                del waiting[place]
            elif got:
                waiting[place] = got[-1].offset + 1
    return out
