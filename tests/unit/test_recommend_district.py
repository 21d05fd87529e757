"""The recommender over the demo's district at noon: plausible, quick, and its detour factor held against streets."""

from __future__ import annotations

import time
from collections import Counter
from functools import lru_cache
from random import Random
from statistics import mean, quantiles

import pytest

from hub.domain.events import Event
from hub.domain.field import Incident, Unit
from hub.domain.model import Position, Text
from hub.field import simulate, topics
from hub.field.district import District, build
from hub.field.ground import inside, metres
from hub.field.world import HOUR, World
from hub.picture.fold import Picture
from hub.recommend.board import board
from hub.recommend.ground import cells, over
from hub.recommend.model import Proposal
from hub.recommend.propose import propose
from hub.recommend.settings import Settings
from tests.unit.recommending import by_template

NOON = 1_763_870_400.0


@lru_cache(maxsize=1)
def district() -> District:
    return build(1)


@lru_cache(maxsize=1)
def noon() -> Picture:
    """The district at noon: the facts of two hours, positions of the last five minutes."""
    world = World(district(), 1, NOON)
    made = Picture(topics.TABLES)
    folds = {type_: fold for stream in topics.STREAMS for type_, fold in stream.folds.items()}
    said = [*simulate.events(world, NOON - 2 * HOUR, NOON), *simulate.positions(world, NOON - 300, NOON)]
    for e in said:
        event = Event(
            id=f"{e.data.id}.{e.data.rev}", source=e.source, type=e.type, subject=e.data.id, time=e.at, seen=e.at,
            data=e.data,
        )  # fmt: skip
        made.apply(folds[e.type](made, event))
    return made


def somewhere(seed: int) -> Position:
    return district().somewhere(Random(seed))


def ask_at(where: Position, key: str, priority: int) -> Proposal:
    seen = board(noon(), cells(district()))
    return propose(seen, by_template(key, where=where, priority=priority), Text("甲", "a"), NOON, Settings())


@pytest.mark.parametrize("seed", range(6))
def test_a_rescue_anywhere_gets_somebody_soon_from_near_by(seed: int) -> None:
    where = somewhere(seed)
    proposal = ask_at(where, "rescue", 1)
    first = next(c for c in proposal.choices if c.line == 0)
    assert first.eta_s < 240
    assert first.distance_m < 2500
    units = {key: row.fact for key, row in noon().rows("units").items() if isinstance(row.fact, Unit)}
    chosen = {made.id for made in proposal.choices if made.of == "units"}
    assert chosen | {left.id for left in proposal.rejected if left.of == "units"} == set(units)
    for made in (c for c in proposal.choices if c.of == "units"):
        at = units[made.id].position
        assert units[made.id].status == "available"
        assert at is not None
        assert made.distance_m == pytest.approx(metres((at.lon, at.lat), (where.lon, where.lat)), rel=0.003, abs=1)
    assert not [gap for gap in proposal.shortfalls if gap.line == 0]


def test_the_reasons_are_those_of_the_field() -> None:
    proposal = ask_at(somewhere(1), "dispute", 4)
    why = Counter(r.code for r in proposal.rejected)
    on_call = {u for r in noon().rows("incidents").values() if isinstance(r.fact, Incident) for u in r.fact.units}
    assert why["busy"] >= len(on_call) > 5
    assert why["outranked"] > 100
    assert why["wrong_kind"] > 20
    assert 0 < why["off_duty"] < 80
    assert len(proposal.rejected) + len(proposal.choices) == len(noon().rows("units"))


def test_cover_of_the_district_is_that_of_a_town_with_many_units() -> None:
    police = ask_at(somewhere(2), "dispute", 4).cover[0]
    assert police.cells == 14
    assert police.before is not None
    assert police.before > 0.9
    assert police.sure_before is not None
    assert police.sure_before <= police.before
    fire = next(c for c in ask_at(somewhere(2), "fire", 1).cover if c.service == "fire")
    assert 0 < fire.free <= 14
    assert [thin.after for thin in police.thin] == sorted(thin.after for thin in police.thin)
    assert all(0 < thin.after < thin.before for thin in police.thin)
    assert all(inside((c.position.lon, c.position.lat), district().boundary) for c in cells(district()))


def test_a_proposal_takes_milliseconds_with_twenty_cells() -> None:
    grid = over(district().bounds, 4, 5, district().near)
    assert len(grid) == 20
    assert all(cell.name.zh and cell.name.en for cell in grid)
    seen, question = board(noon(), grid), by_template("hazmat", where=somewhere(3), priority=1)
    took = []
    for _ in range(9):
        start = time.perf_counter()
        propose(seen, question, Text("甲", "a"), NOON, Settings())
        took.append(time.perf_counter() - start)
    print(f"one proposal, {len(seen.units)} units x 20 cells: {min(took) * 1000:.1f} ms")
    assert min(took) < 0.06


def test_the_detour_factor_is_on_the_careful_side_of_the_streets() -> None:
    chance = Random(5)
    ratios: list[float] = []
    while len(ratios) < 300:
        a, b = district().somewhere(chance), district().somewhere(chance)
        line = metres((a.lon, a.lat), (b.lon, b.lat))
        if 500 < line < 4000:
            ratios.append(district().route((a.lon, a.lat), (b.lon, b.lat)).length / line)
    usual, ninth = mean(ratios), quantiles(ratios, n=10)[8]
    print(f"streets over line of sight: mean {usual:.3f}, 90th percentile {ninth:.3f}")
    assert 1.2 < usual <= Settings().detour < ninth


def test_when_positions_stop_coming_it_says_so_and_then_proposes_nobody() -> None:
    seen, question = board(noon(), cells(district())), by_template("missing", where=somewhere(4), priority=2)
    stale = propose(seen, question, Text("甲", "a"), NOON + 100, Settings())
    units = [made for made in stale.choices if made.of == "units"]
    assert len(units) == 5
    assert all("STALE" in made.reason.en and "位置已过期" in made.reason.zh for made in units)
    assert (stale.cover[0].free, stale.cover[0].after) == (0, 0.0)
    assert stale.cover[0].left_out > 200
    lost = propose(seen, question, Text("甲", "a"), NOON + 300, Settings())
    assert lost.choices == ()
    assert lost.shortfalls[0].why["lost_position"] > 150
