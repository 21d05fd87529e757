"""Rows and cells of the forms: what a task, a unit, an entry of the log looks like in a table."""

from __future__ import annotations

from hub.domain.model import Text
from hub.paper import times
from hub.paper.flow import Bit, Cell
from hub.paper.page import Style
from hub.paper.views import Case, Entry, Group, Line, Need, Resource
from hub.paper.words import BOLD, CUT, LABEL, LARGE, NONE, PLAIN, SMALL, WORDS, both, pair, said

_DUE = Style(size=7.6, bold=True)
_SHORT = 56
"""Both languages share a line when they take less than so many half-width signs."""


def work(group: Group, line: Line, off: int) -> list[Cell]:
    """A task as a line of the planning sheet."""
    have = None if line.unit is None else 0 if line.dropped else 1
    due = said(times.short(line.due_at, off))
    what = [*both(line.title), *state(line)]
    return [said(str(line.number)), both(group.name), what, said(line.unit, SMALL), [], count(have), [], [], due]


def named(case: Case, first: str) -> list[Bit]:
    """The case with its state; ``first``: its Chinese line."""
    return [Bit(first, BOLD), Bit(case.title.en, PLAIN), *pair(case.state, SMALL)]


def centres(case: Case) -> list[Bit]:
    """Who takes part."""
    if not case.centres:
        return said(None)
    return [Bit("、".join(name.zh for name in case.centres), PLAIN), Bit("; ".join(n.en for n in case.centres), SMALL)]


def results(case: Case) -> list[Bit]:
    """Counted results."""
    return [bit for result in case.results for bit in both(result)] or said(None)


def status(resource: Resource) -> list[Bit]:
    """Status with its age."""
    old = times.age(resource.age_s)
    return both(Text(f"{resource.status.zh} · {old.zh}", f"{resource.status.en} · {old.en}"))


def assignment(group: Group, line: Line, off: int) -> list[Cell]:
    """A task as a line of its group's list, with room for the result by hand."""
    who = [] if line.assignee == group.name else both(line.assignee, SMALL)
    what = [*both(line.title), Bit(line.id, LABEL)]
    return [said(str(line.number)), what, [*said(line.unit), *who], clocks(line, off), state(line, off), []]


def clocks(line: Line, off: int) -> list[Bit]:
    """Issued, to be accepted, to be done."""
    out = [Bit(f"{_pair('issued')} {times.short(line.issued_at, off)}", LABEL)]
    if line.accept_by is not None:
        out.append(Bit(f"{_pair('accept')} {times.short(line.accept_by, off)}", LABEL))
    due = times.short(line.due_at, off)
    return [*out, Bit(f"{_pair('until')} {due or NONE}", _DUE)]


def _pair(key: str) -> str:
    return f"{WORDS[key].zh} {WORDS[key].en.lower()}"


def state(line: Line, off: int | None = None) -> list[Bit]:
    """State, lateness in words, share, cause and result: all the state knows of how it goes."""
    out = pair(line.state, BOLD)
    if line.late:
        out.append(Bit(f"{WORDS['late'].zh} {WORDS['late'].en}", BOLD))
    if line.ended_at is not None and off is not None:
        out.append(Bit(times.short(line.ended_at, off) or NONE, SMALL))
    elif line.progress is not None:
        out.append(Bit(f"{line.progress:.0%}", PLAIN))
    for text in (line.cause, line.result, *line.results):
        out += both(text, SMALL) if text is not None else []
    return out


def objective(line: Line, off: int) -> list[Cell]:
    """A task as a line of the briefing."""
    assigned = [*both(line.assignee), *(said(line.unit, SMALL) if line.unit else [])]
    return [said(str(line.number)), both(line.title), assigned, said(times.short(line.due_at, off)), state(line)]


def entry(said_: Entry, off: int) -> list[Cell]:
    """A line of the log: time, about, what, by."""
    what = pair(said_.what, BOLD)
    if said_.detail is not None:
        short = 2 * len(said_.detail.zh) + len(said_.detail.en) < _SHORT
        what += pair(said_.detail) if short else both(said_.detail)
    return [said(times.precise(said_.at, off)), both(said_.about), what, said(said_.by, SMALL)]


def summary(r: Resource, off: int) -> list[Cell]:
    """A unit or drone as a line of the briefing."""
    notes = [*status(r), *(both(r.team, SMALL) if r.team else []), *(both(r.notes, SMALL) if r.notes else [])]
    arrived = said(times.short(r.arrived_at, off)) if r.arrived_at is not None else []
    return [said(r.call_sign, BOLD), both(r.kind), said(times.short(r.ordered_at, off)), [], arrived, notes]


def kinds(need: Need) -> list[Bit]:
    """Any of these."""
    return [
        Bit(" / ".join(kind.zh for kind in need.kinds), PLAIN),
        Bit(" / ".join(kind.en for kind in need.kinds), SMALL),
    ]


def count(number: int | None) -> Cell:
    """A number, or room for the pen."""
    return [] if number is None else [Bit(str(number), LARGE)]


def nothing(key: str, columns: int) -> list[Cell]:
    """A row that says there is nothing; in the widest of the usual columns."""
    at = min(2, columns - 1)
    return [both(WORDS[key]) if n == at else [] for n in range(columns)]


def older(cut: int) -> list[Bit]:
    """How many older entries there are that are not printed."""
    return both(Text(CUT.zh.format(cut), CUT.en.format(cut)))
