"""Who of the units could go at all, and how soon; everybody else with the reason. Ranks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.field import Unit
from hub.domain.model import Position, Text
from hub.health import Look
from hub.recommend import words
from hub.recommend.board import Board, Seen, placed
from hub.recommend.model import Ask, Code, Need, Rejected
from hub.recommend.settings import Settings
from hub.recommend.ways import aged, distances, eta_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A free unit with a position that may be used. ``metres``, ``eta``: to the place; ``None`` without a place.
    ``told_s``: how long ago it said that it is free.
    """

    unit: Unit
    position: Position
    age_s: float
    look: Look
    told_s: float
    metres: float | None
    eta: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """``ready``: by (time, id). ``bound``: units on the subject already. ``out``: everybody else.

    ``busy``: unit kind → units on duty that are not free.
    """

    ready: tuple[Ready, ...]
    bound: tuple[Unit, ...]
    out: tuple[Rejected, ...]
    busy: dict[str, int]


def muster(board: Board, ask: Ask, settings: Settings, now: float) -> Fleet:
    """Look at every unit once."""
    to = None if ask.where is None else distances(ask.where)
    ready: list[Ready] = []
    bound: list[Unit] = []
    out: list[Rejected] = []
    busy: dict[str, int] = {}
    for _, seen in sorted(board.units.items()):
        unit = seen.fact
        found = _bound(board, unit, ask)
        if found is not None:
            if found[0] != "off_duty":
                busy[unit.kind] = busy.get(unit.kind, 0) + 1
            if found[0] == "already_there":
                bound.append(unit)
            out.append(refused(unit, *found))
            continue
        judged = _positioned(board, seen, settings, now)
        if isinstance(judged, Rejected):
            out.append(judged)
            continue
        position, age, look = judged
        metres = None if to is None else to(position)
        eta = None if metres is None else eta_s(metres, unit.kind, ask.priority, settings)
        told_s = max(age, round(now - seen.told, 1))
        ready.append(Ready(unit=unit, position=position, age_s=age, look=look, told_s=told_s, metres=metres, eta=eta))
    ready.sort(key=lambda r: (r.eta or 0, r.unit.id))
    return Fleet(ready=tuple(ready), bound=tuple(bound), out=tuple(out), busy=busy)


def _bound(board: Board, unit: Unit, ask: Ask) -> tuple[Code, Text] | None:
    """Why a unit is not free, if it is not."""
    if unit.status == "off_duty":
        return "off_duty", words.OFF_DUTY
    incident = unit.incident or board.incident_of.get(unit.id)
    if incident is not None and ask.subject == ("incidents", incident):
        return "already_there", words.ALREADY
    if incident is not None or unit.status != "available":
        return "busy", words.busy(unit.status, incident)
    return held_by_task(board, unit.id, ask)


def held_by_task(board: Board, id: str, ask: Ask) -> tuple[Code, Text] | None:
    """The open task that binds a unit or drone, if one does."""
    for task in board.tasks_of.get(id, ()):
        subjects = {("tasks", task.id), ("operations", task.operation), ("incidents", task.incident)}
        if ask.subject in subjects:
            return "already_there", words.ALREADY
        return "on_task", words.on_task(board.numbers.get(task.operation, task.operation))
    return None


def _positioned(
    board: Board, seen: Seen[Unit], settings: Settings, now: float
) -> tuple[Position, float, Look] | Rejected:
    unit = seen.fact
    age, look = aged(seen.at, now, board.expected_s["units"], settings)
    at = placed(unit.position)
    if at is None:
        return refused(unit, "no_position", words.NO_POSITION, age_s=age, look=look)
    if look == "lost":
        return refused(unit, "lost_position", words.lost(age), age_s=age, look=look)
    return at, age, look


def refused(
    unit: Unit,
    code: Code,
    reason: Text,
    *,
    line: int | None = None,
    distance_m: int | None = None,
    eta_s: int | None = None,
    age_s: float | None = None,
    look: Look | None = None,
) -> Rejected:
    """A unit that is not proposed."""
    return Rejected(
        of="units",
        id=unit.id,
        call_sign=unit.call_sign,
        kind=unit.kind,
        code=code,
        reason=reason,
        line=line,
        distance_m=distance_m,
        eta_s=eta_s,
        age_s=age_s,
        look=look,
    )


def fits(unit: Unit, need: Need) -> bool:
    """Whether kind and team are what the need asks for."""
    return unit.kind in need.units and in_team(unit, need)


def in_team(unit: Unit, need: Need) -> bool:
    """Whether it is of the team asked for, if one is."""
    return need.team is None or (unit.team is not None and need.team in (unit.team.zh, unit.team.en))


def taken_up(bound: tuple[Unit, ...], needs: tuple[Need, ...]) -> list[int]:
    """How many units that are on it already each need has; a unit counts for the first need with room."""
    have = [0] * len(needs)
    for unit in bound:
        for k in _lines(unit, needs):
            if have[k] < needs[k].count:
                have[k] += 1
                break
    return have


def _lines(unit: Unit, needs: tuple[Need, ...]) -> Iterator[int]:
    return (k for k, need in enumerate(needs) if fits(unit, need))
