"""What holds for any field: nobody forgotten, sums add up, one more free unit never harms, age is always said."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.field import Unit, UnitKind
from hub.domain.model import Text
from hub.health import LOST, STALE
from hub.recommend.model import Ask, Need, Proposal
from tests.unit.recommending import answer, ask, cell, drone, picture, unit

KINDS: list[UnitKind] = ["patrol_car", "foot", "motorcycle", "traffic", "fire", "ambulance", "escort"]
CELLS = [cell(f"{x},{y}", x, y) for x in (-3000, 0, 3000) for y in (-2000, 2000)]
TABLE_S = 20.0
GRACE_S = 1.0
metres = st.integers(-80, 80).map(lambda step: step * 50.0)
ages = st.sampled_from([-20.0, 0.5, 5.0, 30.0, 62.0, 64.0, 150.0, 209.0, 211.0, 5000.0])
fixed = settings(max_examples=150, deadline=None)


@st.composite
def units(draw: st.DrawFn, /, prefix: str = "U", most: int = 12, **more: Any) -> list[Unit]:
    out = []
    for k in range(draw(st.integers(0, most))):
        status = draw(st.sampled_from(["available", "available", "available", "busy", "on_scene", "off_duty"]))
        given_: dict[str, Any] = {
            "kind": draw(st.sampled_from(KINDS)),
            "status": status,
            "incident": "I-7" if status == "on_scene" else None,
            "team": draw(st.sampled_from([None, Text("谈判组", "Negotiators")])),
            **more,
        }
        made = unit(f"{prefix}-{k:02d}", draw(metres), draw(metres), **given_)
        if draw(st.integers(0, 9)) == 0:
            made = unit(made.id, **{**given_, "position": None})
        out.append(made)
    return out


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    def need() -> Need:
        return Need(
            title=Text("需", "Need"),
            count=draw(st.integers(1, 4)),
            units=tuple(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True))),
            within_s=draw(st.sampled_from([None, 120.0, 300.0, 900.0])),
            team=draw(st.sampled_from([None, None, "谈判组"])),
        )

    subject = draw(st.sampled_from([None, ("incidents", "I-7")]))
    drones = draw(st.integers(0, 2))
    return ask(
        *[need() for _ in range(draw(st.integers(0, 3)))],
        priority=draw(st.integers(1, 4)),
        subject=subject,
        drones=drones,
        **({} if draw(st.integers(0, 9)) else {"where": None}),
    )


def first(proposal: Proposal, line: int) -> float:
    return min((c.eta_s for c in proposal.choices if c.line == line), default=float("inf"))


@fixed
@given(field=units(), question=asks(), old=st.lists(ages, min_size=12, max_size=12), far=metres)
def test_everybody_is_named_once_and_the_sums_add_up(
    field: list[Unit], question: Ask, old: list[float], far: float
) -> None:
    drones = [drone("D-1", far), drone("D-2", far, battery_pct=20.0), drone("D-3", mode="lost_link")]
    held = picture(*field, *drones, ages={u.id: age for u, age in zip(field, old, strict=False)})
    proposal = answer(held, question, CELLS)
    named = [*(c.id for c in proposal.choices), *(r.id for r in proposal.rejected)]
    expected = {u.id for u in field} | ({"D-1", "D-2", "D-3"} if question.drones else set())
    assert len(named) == len(set(named))
    assert set(named) == expected
    assert len(proposal.lines) == len(question.needs) + (question.drones > 0)
    for k, need in enumerate(question.needs):
        line = proposal.lines[k]
        chosen = [c for c in proposal.choices if c.line == k]
        short = sum(gap.missing for gap in proposal.shortfalls if gap.line == k)
        assert line.asked == need.count == len(chosen) + short + line.already
        assert [c.rank for c in chosen] == list(range(1, len(chosen) + 1))
        assert [(c.eta_s, c.id) for c in chosen] == sorted((c.eta_s, c.id) for c in chosen)
        assert all(c.kind in need.units for c in chosen)
        assert need.within_s is None or all(c.eta_s <= need.within_s for c in chosen)
    assert len(held.rows("units")) == len(field)


@fixed
@given(field=units(), question=asks(), old=st.lists(ages, min_size=12, max_size=12))
def test_an_old_position_is_never_used_without_saying_so(field: list[Unit], question: Ask, old: list[float]) -> None:
    by_id = {u.id: age for u, age in zip(field, old, strict=False)}
    proposal = answer(picture(*field, ages=by_id), question, CELLS)
    for made in proposal.choices:
        age = by_id[made.id]
        assert age <= LOST * (TABLE_S + GRACE_S)
        assert made.age_s == max(age, 0.0) or made.age_s == age < -5
        doubtful = age > STALE * (TABLE_S + GRACE_S) or age < -5
        assert (made.look == "stale") is doubtful
        assert ("STALE" in made.reason.en or "clock is ahead" in made.reason.en) is doubtful
        assert ("过期" in made.reason.zh or "时钟超前" in made.reason.zh) is doubtful
    for left in proposal.rejected:
        if left.eta_s is not None and left.look == "stale":
            assert "STALE" in left.reason.en or "clock is ahead" in left.reason.en


@fixed
@given(field=units(), question=asks(), more=units(prefix="V", most=1, status="available", incident=None))
def test_one_more_free_unit_never_harms(field: list[Unit], question: Ask, more: list[Unit]) -> None:
    before = answer(picture(*field), question, CELLS)
    after = answer(picture(*field, *more), question, CELLS)
    for k in range(len(question.needs)):
        assert first(after, k) <= first(before, k)
        assert after.lines[k].missing <= before.lines[k].missing
    assert [c.service for c in after.cover] == [c.service for c in before.cover]
    for was, now in zip(before.cover, after.cover, strict=True):
        for name in ("before", "after", "sure_before", "sure_after"):
            assert getattr(now, name) >= getattr(was, name), name
        assert {b.en for b in now.bare_before} <= {b.en for b in was.bare_before}


@fixed
@given(field=units(), question=asks())
def test_what_is_left_bare_by_each_adds_up_to_what_is_left_bare_by_all(field: list[Unit], question: Ask) -> None:
    proposal = answer(picture(*field), question, CELLS)
    service = {"fire": "fire", "ambulance": "medical", "escort": "none"}
    for cover in proposal.cover:
        mine = [c for c in proposal.choices if service.get(c.kind, "police") == cover.service]
        assert sorted(b.en for c in mine for b in c.bares) == sorted(b.en for b in cover.bare)
        assert cover.before is not None
        assert cover.after is not None
        assert round((cover.before - cover.after) * cover.cells) == len(cover.bare)
    for made in proposal.choices:
        if made.instead is not None:
            assert len(made.instead.bares) < len(made.bares)
            assert made.instead.id not in {c.id for c in proposal.choices}
            assert 0 <= made.instead.later_s <= 120


@fixed
@given(field=units(), question=asks(), seed=st.randoms())
def test_the_order_of_the_rows_does_not_matter(field: list[Unit], question: Ask, seed: Any) -> None:
    mixed = list(field)
    seed.shuffle(mixed)
    assert answer(picture(*mixed), question, CELLS) == answer(picture(*field), question, CELLS)
