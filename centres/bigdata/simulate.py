"""Big-data investigation's day: sources fill, models run, some runs find something, a person reviews every finding.

A pure function of the window (see ``centres/_template/simulate.py``). Findings belong to runs, so the number of the
run is the number of the finding. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from hub.domain.events import Emission
from hub.domain.model import Text, instant
from hub.field.voice import speaker, told
from hub.field.world import HOUR, World, local_hour, midnight, rev_at, rhythm, ticks, within

from .catalogue import MODELS, SOURCES, Design
from .events import SOURCE, TOPIC, Finding, FindingState, Model, Source, SourceState
from .hotspots import hot_spots
from .rules import drift_state

signed = speaker(TOPIC, SOURCE)

DAY = 24 * HOUR
REPORT_S = 60.0
RESTATE_S = 300.0
LIFE_S = 2 * HOUR  # a finding is reviewed and reported well within this
PRECISION_DAYS = 30
YEAR_START = 1_767_196_800.0  # 2026-01-01 00:00 of the district; the pool's start-of-year counts stand there


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    facts = (*_models(world, start, end), *_findings(world, start, end), *_sources(world, start, end))
    cells = (signed("hot_spot.counted", t, cell) for t, cell in hot_spots(world, start, end))
    return within([*facts, *cells], start, end)


def _models(world: World, start: float, end: float) -> Iterator[Emission]:
    for index, (key, design) in enumerate(MODELS.items()):
        for t in ticks(start, end, design.every_min * 60.0, _phase(index)):
            yield signed("model.ran", t, _model(world, key, design, index, t))
        for t in ticks(start, end, REPORT_S, index * REPORT_S / len(MODELS)):
            yield signed("model.stated", t, _model(world, key, design, index, t))


def _model(world: World, key: str, design: Design, index: int, t: float) -> Model:
    period = design.every_min * 60.0
    runs = int((t - _phase(index)) // period)
    run_at = runs * period + _phase(index)
    read, hits, duration = _run(world, key, design, runs)
    returned, confirmed = _fed_back(world, key, design, t)
    drift = _drift(world, key, t)
    return Model(
        id=key,
        rev=rev_at(t),
        kind=design.kind,
        title=design.title,
        version=design.version,
        state=drift_state(drift),
        run_at=instant(run_at),
        read=read,
        hits=hits,
        drift=drift,
        returned=returned,
        confirmed=confirmed,
        runs_today=max(0, int((t - _phase(index)) // period) - int((midnight(t) - _phase(index)) // period)),
        duration_s=duration,
    )


def _run(world: World, key: str, design: Design, run: int) -> tuple[int, int, float]:
    """Records read, records that matched, seconds it took."""
    rng = world.rng("bigdata.run", key, run)
    read = round(design.read * rng.uniform(0.9, 1.1))
    return read, rng.randrange(4, 40), round(read / 9_000 + rng.uniform(2, 8), 1)


def _fed_back(world: World, key: str, design: Design, t: float) -> tuple[int, int]:
    """Findings of the last 30 days that came back with a result, and how many of them were right."""
    today = int(midnight(t) // HOUR)
    days = [_of_day(world, key, design.right, today - 24 * back) for back in range(PRECISION_DAYS)]
    so_far = days[0][: int(len(days[0]) * local_hour(t) / 24)]
    results = [right for day in (so_far, *days[1:]) for right in day]
    return len(results), sum(results)


@lru_cache(maxsize=PRECISION_DAYS * 32)
def _of_day(world: World, key: str, share_right: float, day: int) -> tuple[bool, ...]:
    """The results that came back on a day (told by the hour it began in): right or not."""
    rng = world.rng("bigdata.results", key, day)
    return tuple(rng.random() < share_right for _ in range(rng.randrange(0, 4)))


def _drift(world: World, key: str, t: float) -> float:
    """A slow walk from one level of the day to the next."""
    day, part = divmod(t, DAY)
    levels = [world.rng("bigdata.drift", key, int(day) + step).betavariate(1.6, 14) for step in (0, 1)]
    return round(levels[0] + (levels[1] - levels[0]) * part / DAY, 3)


def _findings(world: World, start: float, end: float) -> Iterator[Emission]:
    for index, (key, design) in enumerate(MODELS.items()):
        for run_at in ticks(start - LIFE_S, end, design.every_min * 60.0, _phase(index)):
            run = int((run_at - _phase(index)) // (design.every_min * 60.0) + 0.5)
            rng = world.rng("bigdata.finding", key, run)
            if rng.random() < design.finds * rhythm(run_at):
                yield from _road(world, key, design, run, run_at, rng, start, end)


def _road(
    world: World, key: str, design: Design, run: int, run_at: float, rng: Random, start: float, end: float
) -> Iterator[Emission]:
    """One finding: found when the run ends, reviewed by a duty officer, reported when accepted."""
    read, hits, duration = _run(world, key, design, run)
    found = run_at + duration
    reviewed = found + rng.uniform(4 * 60, 35 * 60)
    accepted = rng.random() < 0.62
    reported = reviewed + rng.uniform(40, 6 * 60)
    duty = f"{rng.randrange(301, 360):04d}"
    place = rng.choice(list(world.district.grids)).name
    steps: list[tuple[FindingState, float]] = [("found", found), ("reviewed", reviewed)]
    if accepted:
        steps.append(("reported", reported))
    for t, state in told(steps, start, end, RESTATE_S, HOUR):
        yield signed(
            f"finding.{state}",
            t,
            Finding(
                id=f"BF-{key[2:]}-{run % 1_000_000:06d}",
                rev=rev_at(t),
                kind=design.kind,
                state=state,
                model=key,
                model_title=design.title,
                version=design.version,
                items=tuple(SOURCES[item].title for item in design.items),
                records=hits,
                explanation=_said(design.says, read, hits),
                found_at=instant(found),
                place=place,
                verdict=None if state == "found" else "accepted" if accepted else "rejected",
                reviewed_by=None if state == "found" else duty,
                reviewed_at=None if state == "found" else instant(reviewed),
                reported_at=instant(reported) if state == "reported" else None,
            ),
        )


def _sources(world: World, start: float, end: float) -> Iterator[Emission]:
    for index, (key, pool) in enumerate(SOURCES.items()):
        for t in ticks(start, end, REPORT_S, 2.5 + index * REPORT_S / len(SOURCES)):
            filled, state = _filled(world, key, pool.every_min * 60.0, t)
            today = int(pool.per_day * local_hour(filled) / 24) if filled >= midnight(t) else 0
            days = max(0, int((filled - YEAR_START) // DAY))
            fact = Source(
                id=key,
                rev=rev_at(t),
                kind=pool.kind,
                title=pool.title,
                state=state,
                records=pool.records + days * pool.per_day + int(pool.per_day * local_hour(filled) / 24),
                records_today=today,
                updated_at=instant(filled),
                every_min=pool.every_min,
            )
            yield signed("data_source.counted", t, fact)


def _filled(world: World, key: str, period: float, t: float) -> tuple[float, SourceState]:
    """When the source was last filled. Now and then a filling fails; two in a row make it late, four stop it."""
    slot = int(t // period)
    missed = 0
    while missed < 5 and world.rng("bigdata.fill", key, slot - missed).random() < 0.08:
        missed += 1
    state: SourceState = "fresh" if missed == 0 else "late" if missed < 3 else "stopped"
    return (slot - missed) * period, state


def _said(text: Text, read: int, hits: int) -> Text:
    return Text(text.zh.format(records=read, hits=hits), text.en.format(records=f"{read:,}", hits=hits))


def _phase(index: int) -> float:
    return 37.0 * (index + 1)
