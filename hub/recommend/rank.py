"""Which units for which line: the one that is there first, then the next; and what an exchange would save.

Sending the closest is not always best for the calls that come after (Carter, Chaiken and Ignall, Operations Research
20(3), 1972). Jagtenberg, Bhulai and van der Mei (Health Care Management Science 20, 2017) had 18 % fewer late arrivals
by weighing the cover that is left, but 37 % longer mean response, and do not call it preferable. So time alone ranks
here, which everybody can check, and the unit that leaves less bare is named beside it: that is a person's choice.
Because the key is (time, id) and nothing else, one more free unit can only make the first time shorter or leave it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.model import Text
from hub.recommend import words
from hub.recommend.cover import Standing, named
from hub.recommend.fleet import Fleet, Ready, fits, in_team, refused, taken_up
from hub.recommend.model import Ask, Cell, Choice, Code, Instead, Line, Need, Rejected, Shortfall
from hub.recommend.settings import Settings


@dataclass(slots=True)
class Drawn:
    """What became of the ready units. ``picked``: per line, in order; ``spare``: per line, in time, not needed."""

    lines: list[Line] = field(default_factory=list)
    picked: list[list[Ready]] = field(default_factory=list)
    spare: list[list[Ready]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)


def draw(fleet: Fleet, ask: Ask, now: float) -> Drawn:
    """Fill the lines in their order. Every ready unit ends in ``picked`` or in ``rejected``, once."""
    out = Drawn()
    gone: set[str] = set()
    have = taken_up(fleet.bound, ask.needs)
    for k, need in enumerate(ask.needs):
        able = [r for r in fleet.ready if r.unit.id not in gone and fits(r.unit, need) and _in_time(r, need, ask, now)]
        picked = able[: max(0, need.count - have[k])]
        gone.update(r.unit.id for r in picked)
        missing = need.count - have[k] - len(picked)
        out.picked.append(picked)
        out.lines.append(
            Line(
                title=need.title,
                units=need.units,
                asked=need.count,
                already=have[k],
                chosen=len(picked),
                missing=missing,
            )
        )
    left = [r for r in fleet.ready if r.unit.id not in gone]
    for need in ask.needs:
        out.spare.append([r for r in left if fits(r.unit, need) and _in_time(r, need, ask, now)])
    places = [{r.unit.id: n for n, r in enumerate(line, 1)} for line in out.spare]
    out.rejected = [_left(r, ask, now, out, places) for r in left]
    rejected = [*fleet.out, *out.rejected]
    for k, line in enumerate(out.lines):
        if line.missing:
            out.shortfalls.append(_shortfall(k, line, ask.needs[k], fleet, rejected))
    return out


def left_s(need_within: float | None, ask: Ask, now: float) -> float | None:
    """Seconds from now in which somebody must be there; ``None``: no limit. Negative when the deadline has passed."""
    limits = [] if need_within is None else [need_within]
    if ask.by is not None:
        limits.append(ask.by.timestamp() - now)
    return min(limits, default=None)


def _in_time(ready: Ready, need: Need, ask: Ask, now: float) -> bool:
    limit = left_s(need.within_s, ask, now)
    return ready.eta is not None and (limit is None or ready.eta <= limit)


def _left(ready: Ready, ask: Ask, now: float, out: Drawn, places: Sequence[Mapping[str, int]]) -> Rejected:
    """Why a ready unit is not among the chosen."""
    unit = ready.unit
    kinds = [k for k, need in enumerate(ask.needs) if unit.kind in need.units]
    if not kinds:
        return _out(ready, "wrong_kind", words.not_asked(words.KINDS[unit.kind]))
    lines = [k for k in kinds if in_team(unit, ask.needs[k])]
    if not lines:
        return _out(ready, "wrong_team", words.wrong_team(ask.needs[kinds[0]].team or ""), kinds[0])
    if ready.eta is None or ready.metres is None:
        return _out(ready, "no_place", words.NO_PLACE, lines[0])
    able = [k for k in lines if unit.id in places[k]]
    if able:
        place = len(out.picked[able[0]]) + places[able[0]][unit.id]
        reason = words.outranked(ready.metres, ready.eta, ready.age_s, ready.look, place)
        return _out(ready, "outranked", reason, able[0])
    limit = max(left_s(ask.needs[k].within_s, ask, now) or 0.0 for k in lines)
    return _out(ready, "too_late", words.too_late(ready.eta, limit, ready.age_s, ready.look), lines[0])


def _out(ready: Ready, code: Code, reason: Text, line: int | None = None) -> Rejected:
    """A ready unit that is left; distance and time go with those codes that speak of them."""
    told = code in ("outranked", "too_late") and ready.metres is not None
    return refused(
        ready.unit,
        code,
        reason,
        line=line,
        distance_m=round(ready.metres) if told and ready.metres is not None else None,
        eta_s=ready.eta if told else None,
        age_s=ready.age_s,
        look=ready.look,
    )


def _shortfall(k: int, line: Line, need: Need, fleet: Fleet, rejected: Sequence[Rejected]) -> Shortfall:
    """Why a line is short. Units chosen for another line are not counted: they are proposed, not rejected."""
    mine = [r for r in rejected if r.kind in need.units and r.code != "already_there"]
    counted: Counter[str] = Counter(r.code for r in mine if r.code not in ("wrong_kind", "outranked"))
    why = {code: counted[code] for code in words.SHORT if counted[code]}
    ready = {r.unit.id: r for r in fleet.ready}
    late = [r for r in mine if r.code == "too_late" and fits(ready[r.id].unit, need)]
    first = min(late, key=lambda r: (r.eta_s or 0, r.id), default=None)
    nearest = None if first is None or first.eta_s is None else (first.call_sign, first.eta_s)
    return Shortfall(
        line=k,
        title=line.title,
        missing=line.missing,
        reason=words.missing(line.missing, why, nearest),
        why=why,
        nearest=None if first is None else first.id,
        nearest_eta_s=None if first is None else first.eta_s,
    )


def choices(
    drawn: Drawn, standings: Mapping[str, Standing], cells: Sequence[Cell], settings: Settings
) -> tuple[Choice, ...]:
    """The picked units with what each leaves bare (after those before it have gone) and the exchange, if one helps."""
    out: list[Choice] = []
    gone: list[str] = []
    for k, picked in enumerate(drawn.picked):
        for rank, ready in enumerate(picked, 1):
            held = standings.get(settings.services.get(ready.unit.kind, ""))
            bare = [] if held is None else held.bares(ready.unit.id, gone)
            swap = _instead(ready, drawn.spare[k], len(bare), standings, gone, cells, settings) if bare else None
            out.append(_choice(ready, k, rank, named(bare, cells), swap))
            gone.append(ready.unit.id)
    return tuple(out)


def _choice(ready: Ready, line: int, rank: int, bares: tuple[Text, ...], swap: Instead | None) -> Choice:
    unit, metres, eta = ready.unit, ready.metres or 0.0, ready.eta or 0
    why = words.going(words.KINDS[unit.kind], metres, eta, ready.age_s, ready.look, unit.team)
    return Choice(
        of="units",
        id=unit.id,
        call_sign=unit.call_sign,
        kind=unit.kind,
        line=line,
        rank=rank,
        distance_m=round(metres),
        eta_s=eta,
        age_s=ready.age_s,
        look=ready.look,
        told_s=ready.told_s,
        reason=words.together(why, words.status(ready.told_s), words.leaving(bares)),
        bares=bares,
        instead=swap,
    )


def _instead(
    chosen: Ready,
    spare: Sequence[Ready],
    bare: int,
    standings: Mapping[str, Standing],
    gone: Sequence[str],
    cells: Sequence[Cell],
    settings: Settings,
) -> Instead | None:
    """The spare unit that leaves fewer cells bare and comes at most ``trade_s`` later; fewest, then soonest."""
    best: tuple[int, int, str] | None = None
    found: tuple[Ready, list[int]] | None = None
    for other in spare:
        later = (other.eta or 0) - (chosen.eta or 0)
        if later > settings.trade_s:
            break
        held = standings.get(settings.services.get(other.unit.kind, ""))
        bares = [] if held is None else held.bares(other.unit.id, gone)
        key = (len(bares), other.eta or 0, other.unit.id)
        if len(bares) < bare and other.look in ("fresh", "late") and (best is None or key < best):
            best, found = key, (other, bares)
    if found is None:
        return None
    other, bares = found
    places = named(bares, cells)
    later = (other.eta or 0) - (chosen.eta or 0)
    return Instead(
        id=other.unit.id,
        call_sign=other.unit.call_sign,
        eta_s=other.eta or 0,
        later_s=later,
        bares=places,
        reason=words.instead(other.unit.call_sign, later, places),
    )
