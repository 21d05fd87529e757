"""A day of criminal intelligence: cases, joint analyses, desks of three levels; ``fraud`` has the anti-fraud work.

A pure function of the window: no clock, no state, no chance but ``world.rng(name)``. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import beside, place_at, speaker, spoken
from hub.field.world import HOUR, World, arrivals, local_hour, rev_at, rhythm, ticks, within

from .events import (
    SOURCE,
    TOPIC,
    Analysis,
    AnalysisKind,
    AnalysisState,
    Case,
    CaseKind,
    CaseState,
    Desk,
    DeskState,
    Finding,
    Level,
    LinkedDesk,
)
from .fraud import frauds

signed = speaker(TOPIC, SOURCE)

DESK_S = 5.0  # one desk speaks this often, in turn
OUTAGE_S = 1800.0
CASE_LIFE_S = 18 * HOUR
DESKS: tuple[Desk, ...] = ("antifraud", "banks", "telecom", "forensics")
LEVELS: tuple[Level, ...] = ("district", "city", "province")
CASE_KINDS: tuple[CaseKind, ...] = ("theft", "burglary", "robbery", "assault", "fraud", "vehicle", "other")
CASE_STEPS: tuple[CaseState, ...] = ("opened", "investigating", "solved")
CASE_VERBS = ("opened", "updated", "solved")
ANALYSIS_KINDS: tuple[AnalysisKind, ...] = ("funds", "series", "goods", "scene", "data")
ANALYSIS_STEPS: tuple[AnalysisState, ...] = ("requested", "working", "answered")
ANALYSIS_VERBS = ("requested", "started", "answered")
FINDINGS: tuple[Finding, ...] = ("confirmed", "partly_confirmed", "unfounded")


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    said = (
        *_desks(world, start, end),
        *_cases(world, start, end),
        *frauds(world, start, end),
    )
    return within(said, start, end)


def _desks(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, DESK_S):
        n = round(t / DESK_S) % (len(DESKS) * len(LEVELS))
        block = t // OUTAGE_S * OUTAGE_S
        rng = world.rng("criminal.desk", n, block)
        chance = rng.random()
        state: DeskState = "lost" if chance < 0.01 else "slow" if chance < 0.06 else "linked"
        base = rng.uniform(3, 12) * (1 + n // 4)
        desk = LinkedDesk(
            id=f"LD-{n + 1:02d}",
            rev=rev_at(t),
            kind=DESKS[n % 4],
            state=state,
            level=LEVELS[n // 4],
            open=round(rng.uniform(0, 4) * rhythm(t)) + (5 if state != "linked" else 0),
            answered_today=round(local_hour(t) * (6 - n // 4 * 2)),
            answer_min=None if state == "lost" else round(base * (3 if state == "slow" else 1), 1),
            heard_at=instant(block if state == "lost" else t),
        )
        yield signed("linked_desk.reported", t, desk)


def _cases(world: World, start: float, end: float) -> Iterator[Emission]:
    """Cases and, for a third of them, the joint analysis that was asked for."""
    for opened, number, rng in arrivals(world, "criminal.cases", start - CASE_LIFE_S, end, 2.0):
        kind = rng.choices(CASE_KINDS, (8, 2, 1, 2, 5, 2, 2))[0]
        loss = round(rng.lognormvariate(8.3, 1.0), -1) if kind != "assault" else None
        back = rng.uniform(0.2, 1.0)
        suspects = rng.randrange(1, 4)
        solved = rng.random() < 0.6
        work = opened + rng.uniform(0.5, 3) * HOUR
        ended = opened + rng.uniform(4, 16) * HOUR
        times = (opened, work, ended) if solved else (opened, work)
        n = rng.randrange(1000)
        # Stated until its life ends here; later silence says nothing about a case.
        for t, step in spoken(times, start, end, 450.0, opened + CASE_LIFE_S - times[-1]):
            case = Case(
                id=f"CA-{number}",
                rev=rev_at(t),
                kind=kind,
                state=CASE_STEPS[step],
                level="district",
                place=place_at(world, n).name,
                position=beside(world, n, -0.0005),
                opened_at=instant(opened),
                loss_yuan=loss,
                recovered_yuan=round((loss or 0.0) * back, 2) if step == 2 else 0.0,
                suspects=suspects if step == 2 else 0,
                solved_at=instant(ended) if step == 2 else None,
            )
            yield signed(f"case.{CASE_VERBS[step]}", t, case)
        if rng.random() < 0.35:
            yield from _analysis(world, work + rng.uniform(300, 3000), number, n, start, end)


def _analysis(world: World, asked: float, number: str, n: int, start: float, end: float) -> Iterator[Emission]:
    rng = world.rng("criminal.analysis", number, round(asked))
    kind, finding = rng.choice(ANALYSIS_KINDS), rng.choices(FINDINGS, (6, 3, 1))[0]
    begun = asked + rng.uniform(300, 2400)
    times = (asked, begun, begun + rng.uniform(0.5, 6) * HOUR)
    records, agencies = rng.randrange(40, 9000), rng.randrange(2, 5)
    for t, step in spoken(times, start, end, 300.0):
        analysis = Analysis(
            id=f"JA-{number}",
            rev=rev_at(t),
            kind=kind,
            state=ANALYSIS_STEPS[step],
            level="district" if records < 6000 else "city",
            requested_at=instant(asked),
            due_at=instant(asked + 8 * HOUR),
            case=f"CA-{number}",
            agencies=agencies,
            records=records if step >= 1 else None,
            finding=finding if step == 2 else None,
            answered_at=instant(times[2]) if step == 2 else None,
            place=place_at(world, n).name,
        )
        yield signed(f"joint_analysis.{ANALYSIS_VERBS[step]}", t, analysis)
