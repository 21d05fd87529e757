"""What changed between two moments: every fact of that time is in a line, one for each thing whose state changed, or is
counted under what is minor.

Pure: the same facts, in whatever order and however often, give the same list and the same digest on every server.
Must not know how the history is kept or how the list is shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from hub.changed import Line, befell
from hub.domain.field import Hop, Tally
from hub.domain.kinds import kind
from hub.domain.model import Text, instant
from hub.ports import Counted, HistoryEntry, Past
from hub.road.clocks import CHASED, Clocked, clock_of
from hub.road.clocks import state as clock_state
from hub.road.states import MACHINES, Machine

MACHINE_OF: Mapping[str, Machine] = {machine.table: machine for machine in MACHINES}
TABLES: tuple[str, ...] = tuple(MACHINE_OF)
"""Tables whose things have lines of their own; of all others facts are counted."""
ON_DESK = frozenset({"clues", "incidents", "operations", "tasks"})
_DIGEST = 16
_encode = msgspec.json.Encoder(order="sorted").encode


class Minor(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a table that changed no state. ``types``: event type → how many; ``things``: of how many things."""

    table: str
    facts: int
    things: int
    types: dict[str, int]
    link: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The list. ``facts``: how many the window had: those of all lines and all minor counts together."""

    since: datetime
    until: datetime
    lines: tuple[Line, ...]
    minor: tuple[Minor, ...]
    facts: int
    digest: str


class _Said(Clocked, frozen=True, kw_only=True):
    """What a line needs of any fact; what an older version wrote may miss some of it."""

    state: str = ""
    title: Text | None = None
    kind: str | None = None
    place: Text | None = None
    priority: int | None = None
    owner: str | None = None
    number: str | None = None
    assignee: Text | None = None
    out_by: str | None = None
    in_by: str | None = None
    reason: Text | None = None
    cause: Text | None = None
    results: tuple[Tally, ...] = ()


_read = msgspec.json.Decoder(_Said).decode


def changes(past: Past, since: float, until: float, owners: Mapping[str, str], topics: Mapping[str, str]) -> Changes:
    """The list of a window (epoch seconds). ``owners``: table → the centre it belongs to, ``hub`` for the hub's own;
    ``topics``: topic → the centre that speaks on it.
    """
    things = _things(past.facts)
    before = {place: held[-1] for place, held in _things(past.before).items()}
    actors: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table, key, actor in past.actors:
        actors[table, key].add(actor)
    lines: list[Line] = []
    rest: list[Counted] = list({(c.table, c.entity, c.type): c for c in past.counted}.values())
    for place, facts in things.items():
        line = _line(facts, before.get(place), actors[place], until)
        if line is None:
            rest += [Counted(fact.table, fact.entity, fact.type, 1) for fact in facts]
        else:
            lines.append(line)
    lines += befell(past, topics)
    lines.sort(key=_order)
    minor = tuple(_minor(rest, owners))
    facts_all = sum(line.facts for line in lines) + sum(each.facts for each in minor)
    body = _encode((instant(since), instant(until), lines, minor))
    digest = blake2b(body, digest_size=_DIGEST).hexdigest()
    return Changes(
        since=instant(since), until=instant(until), lines=tuple(lines), minor=minor, facts=facts_all, digest=digest
    )


def _things(entries: Iterable[HistoryEntry]) -> dict[tuple[str, str], list[HistoryEntry]]:
    """The facts of each thing by their revision, each once, in the order of places."""
    once = {(each.table, each.entity, each.epoch, each.rev): each for each in entries}
    out: dict[tuple[str, str], list[HistoryEntry]] = {}
    for (table, entity, _, _), each in sorted(once.items(), key=lambda item: item[0]):
        out.setdefault((table, entity), []).append(each)
    return out


def _line(facts: Sequence[HistoryEntry], before: HistoryEntry | None, by: set[str], until: float) -> Line | None:
    """The line of one thing, ``None`` when nothing about it changed that anybody would ask about."""
    try:
        told = [_read(each.data) for each in facts]
        was = None if before is None else _read(before.data)
    except msgspec.MsgspecError:  # of an older version: counted, not guessed at
        return None
    last, machine = told[-1], MACHINE_OF[facts[0].table]
    path = _path([was.state if was else "", *(each.state for each in told)])
    old = was or told[0]
    hops = _new_hops(last.hops, () if was is None else was.hops)
    chased = sum(hop.verb == CHASED for hop in hops)
    if len(path) == 1 and old.owner == last.owner and not chased:
        return None
    ended = last.state in machine.ends
    due = None if ended else clock_of(facts[0].table, last).due
    seen = sorted(each.seen for each in facts)
    return Line(
        table=facts[0].table,
        id=facts[0].entity,
        title=_title(facts[0].table, last),
        first=instant(seen[0]),
        last=instant(seen[-1]),
        link=f"/desk?open={facts[0].table}/{facts[0].entity}" if facts[0].table in ON_DESK else _elsewhere(last),
        priority=last.priority,
        before=path[0],
        through=tuple(path[1:-1]),
        after=path[-1],
        owner=last.owner,
        open=not ended,
        late=clock_state(None, due, until)[0] == "late",
        due_at=None if due is None else instant(due),
        chased=chased,
        actors=tuple(sorted(by | {hop.actor or hop.sender for hop in hops} | _signed(last, was))),
        reason=(hops[-1].reason if hops else None) or last.cause or (last.reason if ended else None),
        results=last.results if ended else (),
        facts=len(facts),
    )


def _path(states: Iterable[str]) -> list[str]:
    """States one after the other, without those that stayed."""
    out: list[str] = []
    for each in states:
        if not out or out[-1] != each:
            out.append(each)
    return out


def _new_hops(now: Sequence[Hop], then: Sequence[Hop]) -> list[Hop]:
    known = {_encode(hop) for hop in then}
    return [hop for hop in now if _encode(hop) not in known]


def _signed(last: _Said, was: _Said | None) -> set[str]:
    """Who signed a hand-over within the window."""
    known = set() if was is None else {was.out_by, was.in_by}
    return {who for who in (last.out_by, last.in_by) if who is not None and who not in known}


def _title(table: str, said: _Said) -> Text:
    """What a line calls the thing, as the screens do."""
    if table == "handovers":
        return Text(f"交接班 {said.out_by} → {said.in_by or '—'}", f"Hand-over {said.out_by} → {said.in_by or '—'}")
    if said.title is None:
        named = kind(said.kind or "").title
        place = said.place
        return named if place is None else Text(f"{named.zh} · {place.zh}", f"{named.en}, {place.en}")
    after = Text(said.number, said.number) if said.number else said.assignee
    return said.title if after is None else Text(f"{said.title.zh} · {after.zh}", f"{said.title.en}, {after.en}")


def _elsewhere(said: _Said) -> str:
    return "/desk" if said.out_by else "/wall/main"


def _minor(counted: Iterable[Counted], owners: Mapping[str, str]) -> Iterable[Minor]:
    types: dict[str, Counter[str]] = defaultdict(Counter)
    things: dict[str, set[str]] = defaultdict(set)
    for each in counted:
        types[each.table][each.type] += each.facts
        things[each.table].add(each.entity)
    for table in sorted(types):
        owner = owners.get(table, "hub")
        yield Minor(
            table=table,
            facts=types[table].total(),
            things=len(things[table]),
            types=dict(sorted(types[table].items())),
            link="/wall/main" if owner == "hub" else f"/centre/{owner}?tab={table}",
        )


_RANK = {table: rank for rank, table in enumerate(("clues", "operations", "tasks", "incidents", "alarms", "handovers"))}


def _order(line: Line) -> tuple[Any, ...]:
    """By table, then what is late, what is open, the most urgent, the newest."""
    rank = _RANK.get(line.table, len(_RANK))
    return (rank, line.table, not line.late, not line.open, line.priority or 9, -line.last.timestamp(), line.id)
