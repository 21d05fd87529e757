"""Oversight in the demo: marks of police conduct, the evaluation index, findings of the 21 models and their notices.

The findings are not made up: the rules are evaluated over the demo's orders, calls and marks of a day. Pure functions.
Must not know folds or panels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

from hub.domain.model import Text, instant
from hub.field.world import HOUR, World, arrivals, midnight, rev_at

from .catalogue import MarkKind, RuleKey, Scope
from .events import Diversion, Finding, Mark, Notice, NoticeState, Unit, UnitKind, UnitState, WorkOrder
from .orders import MINUTE, stations
from .rules import CONDUCT_RULES, DIVERSION_RULES, ORDER_RULES, ConductMark, Evidence, evaluate

MARKS_PER_HOUR = 1.5
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
SQUADS = (
    Text("巡特警大队", "Patrol and special police"),
    Text("治安大队", "Public order"),
    Text("户政窗口", "Household registration counter"),
    Text("法制大队", "Legal affairs"),
)
POINTS_PER_MARK = 1.5
CITY_DISTRICTS = 23
MOST_IDS = 20
FINISHED_S = 18 * HOUR  # a finding and its notice are done with by then


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence of a rule, and what people make of it. Epoch seconds; ``noticed`` is ``None`` when it was rejected."""

    id: str
    rule: RuleKey
    scope: Scope
    threshold: int
    evidence: Evidence
    duty: str
    reviewed: float
    noticed: float | None
    rectifying: float
    rectified: float
    closed: float

    def steps(self) -> list[tuple[str, float]]:
        """(verb, time) of the finding."""
        first = [("found", self.evidence.found.timestamp()), ("reviewed", self.reviewed)]
        return first if self.noticed is None else [*first, ("noticed", self.noticed)]

    def notice_steps(self) -> list[tuple[NoticeState, float]]:
        """(verb, time) of the notice, none when the finding was rejected."""
        if self.noticed is None:
            return []
        return [
            ("issued", self.noticed),
            ("rectifying", self.rectifying),
            ("rectified", self.rectified),
            ("closed", self.closed),
        ]


def units(world: World) -> list[tuple[str, UnitKind, Text]]:
    """(id, kind, title) of the police units in the index."""
    listed: list[tuple[str, UnitKind, Text]] = [(place.id, "station", place.name) for place in stations(world)]
    return [*listed, *((f"squad_{index}", "squad", title) for index, title in enumerate(SQUADS, start=1))]


def marks(world: World, start: float, end: float) -> list[ConductMark]:
    """Marks of police conduct with start < time <= end."""
    listed = units(world)
    found = []
    for t, number, rng in arrivals(world, "supervision.marks", start, end, MARKS_PER_HOUR):
        unit = rng.choice(listed)[2]
        found.append(ConductMark(id=f"MK-{number}", unit=unit, kind=rng.choice(MARK_KINDS), at=instant(t)))
    return found


def index(world: World, t: float) -> list[Unit]:
    """The evaluation index at ``t``: every unit, best first, and the district in the city."""
    today = marks(world, midnight(t), t)
    counted = {key: Counter(m.kind for m in today if m.unit == title) for key, _, title in units(world)}
    day = int(t // (24 * HOUR))
    base = {key: world.rng("supervision.base", key, day).uniform(93, 99) for key in counted}
    scores = {key: round(max(0.0, base[key] - POINTS_PER_MARK * counted[key].total()), 1) for key in counted}
    before = _ranks(base)
    now = _ranks(scores)
    ranked = [
        Unit(
            id=key,
            rev=rev_at(t),
            kind=kind,
            state=_grade(scores[key]),
            title=title,
            score=scores[key],
            rank=now[key],
            out_of=len(scores),
            rank_before=before[key],
            marks=tuple(Mark(m, counted[key][m]) for m in MARK_KINDS),
        )
        for key, kind, title in units(world)
    ]
    return [*ranked, _district(world, day, sum(scores.values()) / len(scores), t)]


def _district(world: World, day: int, score: float, t: float) -> Unit:
    rank, before = (world.rng("supervision.city", day - back).randrange(2, 8) for back in (0, 1))
    return Unit(
        id="district",
        rev=rev_at(t),
        kind="district",
        state=_grade(score),
        title=Text(f"{world.district.name.zh}(全市排名)", f"{world.district.name.en} (in the city)"),
        score=round(score, 1),
        rank=rank,
        out_of=CITY_DISTRICTS,
        rank_before=before,
    )


def findings(world: World, midnight: float, orders: Sequence[WorkOrder], calls: Sequence[Diversion]) -> Iterator[Found]:
    """What the 21 rules find in the day that begins at ``midnight``, with what people make of it.

    ``orders``, ``calls``: whole lives of everything that can be evidence on that day.
    """
    since, now = instant(midnight), instant(midnight) + timedelta(days=1, milliseconds=-1)
    for key, rule in ORDER_RULES.items():
        for evidence in evaluate(rule, orders, since, now):
            yield _found(world, key, rule.scope, rule.at_least, evidence)
    for key, over in DIVERSION_RULES.items():
        for evidence in evaluate(over, calls, since, now):
            yield _found(world, key, over.scope, over.at_least, evidence)
    conduct = marks(world, midnight, midnight + 24 * HOUR)
    for key, of_police in CONDUCT_RULES.items():
        for evidence in evaluate(of_police, conduct, since, now):
            yield _found(world, key, of_police.scope, of_police.at_least, evidence)


def finding_at(found: Found, t: float) -> Finding:
    """What is known of a finding at ``t``: the evidence there is by then, and the review once it has happened."""
    by_now = [moment for moment in found.evidence.moments if moment <= instant(t)]
    reviewed = t >= found.reviewed
    noticed = found.noticed is not None and t >= found.noticed
    evidence = found.evidence
    return Finding(
        id=found.id,
        rev=rev_at(t),
        kind=found.rule,
        state="noticed" if noticed else "reviewed" if reviewed else "found",
        scope=found.scope,
        about=evidence.about,
        evidence=len(by_now),
        threshold=found.threshold,
        found_at=evidence.found,
        first_at=by_now[0],
        last_at=by_now[-1],
        orders=evidence.items[: min(len(by_now), MOST_IDS)],
        verdict=None if not reviewed else "rejected" if found.noticed is None else "accepted",
        reviewed_by=found.duty if reviewed else None,
        reviewed_at=instant(found.reviewed) if reviewed else None,
        notice=_notice_id(found) if noticed else None,
    )


def notice_at(found: Found, t: float) -> Notice:
    """The notice of an accepted finding at ``t``."""
    state: NoticeState = "issued"
    for reached, since in found.notice_steps():
        state = reached if since <= t else state
    issued = instant(found.noticed or found.reviewed)
    return Notice(
        id=_notice_id(found),
        rev=rev_at(t),
        kind=found.rule,
        state=state,
        finding=found.id,
        about=found.evidence.about,
        issued_by=found.duty,
        issued_at=issued,
        due_at=issued + timedelta(hours=12),
        rectified_at=instant(found.rectified) if state in ("rectified", "closed") else None,
        closed_at=instant(found.closed) if state == "closed" else None,
    )


def _found(world: World, key: RuleKey, scope: Scope, threshold: int, evidence: Evidence) -> Found:
    found = evidence.found.timestamp()
    rng = world.rng("supervision.finding", key, evidence.about.zh, found)
    reviewed = found + rng.uniform(5, 45) * MINUTE
    noticed = reviewed + rng.uniform(3, 30) * MINUTE if rng.random() < 0.72 else None
    rectifying = (noticed or reviewed) + rng.uniform(0.3, 2) * HOUR
    rectified = rectifying + rng.uniform(1.5, 9) * HOUR
    return Found(
        id=f"SF-{evidence.found + timedelta(hours=8):%m%d%H%M}-{rng.randrange(16**4):04x}",
        rule=key,
        scope=scope,
        threshold=threshold,
        evidence=evidence,
        duty=f"{rng.randrange(301, 360):04d}",
        reviewed=reviewed,
        noticed=noticed,
        rectifying=rectifying,
        rectified=rectified,
        closed=rectified + rng.uniform(0.3, 2) * HOUR,
    )


def _ranks(scores: dict[str, float]) -> dict[str, int]:
    """Best score first; equal scores by id."""
    listed = sorted(scores, key=lambda key: (-scores[key], key))
    return {key: place for place, key in enumerate(listed, start=1)}


def _grade(score: float) -> UnitState:
    return "good" if score >= 92 else "fair" if score >= 85 else "poor"


def _notice_id(found: Found) -> str:
    return found.id.replace("SF-", "DC-")
