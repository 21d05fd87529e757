"""The activity log of a case, from history: who did what when. Incidents' words stay where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from hub.domain.field import Tally
from hub.domain.model import Text
from hub.paper import views
from hub.paper.held import Taken
from hub.paper.known import Known, counted
from hub.paper.verbs import said
from hub.ports import HistoryEntry

History = Callable[[str, str], Sequence[HistoryEntry]]
"""(table, entity) → applied facts, oldest first (``hub.ports.Store.history``)."""
ROUTINE = ("updated", "delivered", "seen", "progressed")
"""Verbs that are for the log alone: a briefing does without them."""


def entries(taken: Taken, stamp: views.Stamp, known: Known, history: History) -> tuple[views.Entry, ...]:
    """All of the operation, its clue, its incident and its tasks up to the time of printing, oldest first."""
    places: list[tuple[str, str]] = [
        (table, fact.id)
        for table, fact in (("operations", taken.operation), ("clues", taken.clue), ("incidents", taken.incident))
        if fact is not None
    ]
    places += [("tasks", task.id) for task in taken.tasks]
    found = [entry for place in places for entry in history(*place) if entry.at <= stamp.printed_at]
    found.sort(key=lambda e: (e.at, e.table, e.entity, e.epoch, e.rev))
    return tuple(_entry(entry, taken, known) for entry in found)


def _entry(entry: HistoryEntry, taken: Taken, known: Known) -> views.Entry:
    about, what = said(entry.type)
    data: dict[str, Any] = msgspec.json.decode(entry.data)
    hop = _hop(entry, data)
    return views.Entry(
        at=entry.at,
        about=Text(f"{about.zh} {entry.entity}", f"{about.en} {entry.entity}"),
        what=what,
        by=hop.get("actor") or entry.source,
        routine=entry.type.split(".")[3] in ROUTINE,
        detail=_detail(entry, data, taken, known),
    )


def _hop(entry: HistoryEntry, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The hop this fact added, or nothing: not every fact adds one."""
    hops = data.get("hops")
    if not hops or hops[-1]["verb"] != entry.type.split(".")[3]:
        return {}
    last: Mapping[str, Any] = hops[-1]
    return last


def _detail(entry: HistoryEntry, data: Mapping[str, Any], taken: Taken, known: Known) -> Text | None:
    """What a fact adds to its verb; of an incident only which units, never its words."""
    if entry.table == "incidents":
        units = [taken.call_sign(key) or key for key in data.get("units") or ()]
        sent = units and entry.type.split(".")[3] == "unit_assigned"
        return Text("、".join(units), ", ".join(units)) if sent else None
    if entry.table == "tasks":
        title = _text(data["title"])
        extra = _text(data.get("result") or data.get("cause") or _hop(entry, data).get("reason"))
        share = data.get("progress") if entry.type.split(".")[3] == "progressed" else None
        if extra is None and share is not None:
            extra = Text(f"{share:.0%}", f"{share:.0%}")
        return title if title is None or extra is None else Text(f"{title.zh}：{extra.zh}", f"{title.en}: {extra.en}")
    hop = _hop(entry, data)
    if entry.table == "clues" and hop:
        ends = [known.owner(hop[end]) for end in ("sender", "receiver")]
        reason = _text(hop.get("reason"))
        zh, en = f"{ends[0].zh} → {ends[1].zh}", f"{ends[0].en} → {ends[1].en}"
        return Text(zh, en) if reason is None else Text(f"{zh}：{reason.zh}", f"{en}: {reason.en}")
    if entry.table == "operations":
        tallies = [counted(tally) for tally in msgspec.convert(data.get("results") or [], list[Tally])]
        if tallies:
            return Text("；".join(t.zh for t in tallies), "; ".join(t.en for t in tallies))
        return _text(data["title"])
    return None


def _text(value: Any) -> Text | None:
    return None if value is None else msgspec.convert(value, Text)
