"""The recommender's rules one by one: who may go, who may not and why, how old, how far, what is left bare."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.domain.field import Operation, Task
from hub.domain.model import Position, Text, instant
from hub.recommend.model import Partner, Proposal
from hub.recommend.settings import Flying, Settings
from tests.unit.recommending import (
    HERE,
    NOW,
    answer,
    ask,
    at,
    call,
    cell,
    choice,
    chosen,
    codes,
    drone,
    need,
    picture,
    put,
    rejected,
    unit,
)


def test_the_first_to_arrive_is_proposed_with_distance_time_and_age() -> None:
    proposal = answer(picture(unit("U-2", 2000), unit("U-1", 1000), unit("U-3", 3000)), ask(need()))
    assert chosen(proposal) == ["U-1"]
    first = choice(proposal, "U-1")
    assert first.distance_m == 1000
    assert first.eta_s == 118  # 10 s to start, then 1000 m * 1.35 at 12.5 m/s
    assert (first.age_s, first.look) == (3.0, "fresh")
    assert "1.0 km away, there in about 2 min" in first.reason.en
    assert "距 1.0 公里，约 2 分钟到达；位置 3 秒前" in first.reason.zh
    assert codes(proposal) == {"U-2": "outranked", "U-3": "outranked"}
    assert "no. 3 in line" in rejected(proposal, "U-3").reason.en


def test_a_nearer_walker_comes_after_a_farther_car() -> None:
    held = picture(unit("U-1", 700, kind="foot"), unit("U-2", 1500))
    assert chosen(answer(held, ask(need(units=("patrol_car", "foot"))))) == ["U-2"]


def test_ties_go_by_id() -> None:
    held = picture(unit("U-9", 500), unit("U-3", -500), unit("U-5", 0, 500))
    assert chosen(answer(held, ask(need(count=2)))) == ["U-3", "U-5"]


def test_whoever_is_bound_says_to_what() -> None:
    held = picture(
        unit("U-1", status="off_duty", position=None),
        unit("U-2", status="on_scene", incident="I-7"),
        unit("U-3", status="busy"),
        unit("U-4", 100),
        unit("U-5", 200, kind="fire"),
        unit("U-6", 300),
        call("I-8", units=("U-4",)),  # its own report has not come yet
    )
    operation = Operation(
        id="O-1", rev=1, number="26-018", title=Text("a", "a"), state="running", started_at=instant(NOW)
    )
    task = Task(
        id="T-1",
        rev=1,
        operation="O-1",
        title=Text("a", "a"),
        assignee=Text("a", "a"),
        assignee_id="U-6",
        state="accepted",
        issued_at=instant(NOW),
    )
    put(held, operation, NOW)
    put(held, task, NOW)
    proposal = answer(held, ask(need()))
    assert codes(proposal) == {
        "U-1": "off_duty",
        "U-2": "busy",
        "U-3": "busy",
        "U-4": "busy",
        "U-5": "wrong_kind",
        "U-6": "on_task",
    }
    assert rejected(proposal, "U-2").reason == Text("正在处置警情 I-7", "On the scene of incident I-7")
    assert rejected(proposal, "U-4").reason.en == "Assigned to incident I-8"
    assert rejected(proposal, "U-6").reason.en == "It holds an open task of operation 26-018"
    assert proposal.shortfalls[0].why == {"off_duty": 1, "busy": 3, "on_task": 1}
    assert proposal.shortfalls[0].reason.zh == "缺 1：下勤 1，勤务中 3，有任务 1"
    done = msgspec.structs.replace(task, rev=2, state="done")
    put(held, done, NOW)
    assert chosen(answer(held, ask(need()))) == ["U-6"]


def test_units_on_it_already_count_and_are_not_proposed_again() -> None:
    held = picture(
        unit("U-1", status="en_route", incident="I-1"), unit("U-2", 400), unit("U-3", 800), call(units=("U-1",))
    )
    proposal = answer(held, ask(need(count=2), subject=("incidents", "I-1")))
    line = proposal.lines[0]
    assert (line.asked, line.already, line.chosen, line.missing) == (2, 1, 1, 0)
    assert chosen(proposal) == ["U-2"]
    assert codes(proposal)["U-1"] == "already_there"


def test_units_on_it_already_count_for_the_next_need_when_the_first_is_full() -> None:
    there = [unit(f"U-{k}", status="on_scene", incident="I-1") for k in (1, 2, 3)]
    lines = answer(
        picture(*there, call()), ask(need(), need(units=("foot",)), need(count=4), subject=("incidents", "I-1"))
    ).lines
    assert [(line.already, line.missing) for line in lines] == [(1, 0), (0, 1), (2, 2)]


@pytest.mark.parametrize(
    ("age", "look", "used"),
    [(20.0, "fresh", True), (50.0, "late", True), (90.0, "stale", True), (211.0, "lost", False), (-9.0, "stale", True)],
)
def test_an_old_position_is_said_and_a_lost_one_is_not_used(age: float, look: str, used: bool) -> None:
    proposal = answer(picture(unit("U-1", 500), ages={"U-1": age}), ask(need()))
    if not used:
        assert codes(proposal) == {"U-1": "lost_position"}
        assert rejected(proposal, "U-1").reason.en == "Last position 4 min ago: too old to be used"
        return
    it = choice(proposal, "U-1")
    assert (it.age_s, it.look) == (age, look)
    said = "STALE" in it.reason.en or "clock is ahead" in it.reason.en
    assert said is (look == "stale")
    assert ("位置已过期" in it.reason.zh or "时钟超前" in it.reason.zh) is (look == "stale")


def test_at_twenty_times_the_speed_a_second_of_transport_is_not_age() -> None:
    held = picture(unit("U-1", 500), ages={"U-1": 100.0})
    assert choice(answer(held, ask(need())), "U-1").look == "stale"
    assert choice(answer(held, ask(need()), settings=Settings(grace_s=20)), "U-1").look == "late"


@pytest.mark.parametrize("position", [None, Position(104.05, 30.67, "GCJ02"), Position(30.67, 104.05, "WGS84")])
def test_without_a_position_that_can_be_reckoned_with_nobody_is_sent(position: Position | None) -> None:
    assert codes(answer(picture(unit("U-1", position=position)), ask(need()))) == {"U-1": "no_position"}


def test_too_far_for_the_time_is_a_shortfall_that_names_the_nearest() -> None:
    proposal = answer(picture(unit("U-1", 9000), unit("U-2", 8000)), ask(need(count=2, within_s=300)))
    assert proposal.choices == ()
    assert codes(proposal) == {"U-1": "too_late", "U-2": "too_late"}
    gap = proposal.shortfalls[0]
    assert (gap.missing, gap.nearest, gap.nearest_eta_s) == (2, "U-2", 874)
    assert gap.reason.en == "2 missing: 2 too far; the nearest, C-U-2, takes 15 min"
    late = answer(picture(unit("U-1", 100)), ask(need(), by=instant(NOW - 5)))
    assert rejected(late, "U-1").reason.en.startswith("The time is over")


def test_a_deadline_on_the_question_holds_for_every_line() -> None:
    held = picture(unit("U-1", 4000))
    assert chosen(answer(held, ask(need(within_s=900), by=instant(NOW + 900)))) == ["U-1"]
    assert chosen(answer(held, ask(need(within_s=900), by=instant(NOW + 60)))) == []


def test_without_a_place_nobody_can_be_proposed_and_it_is_said() -> None:
    proposal = answer(picture(unit("U-1"), drone("D-1")), ask(need(), where=None, drones=1))
    assert codes(proposal) == {"U-1": "no_place", "D-1": "no_place"}
    assert "Nobody knows the place" in proposal.not_known[0].en
    assert [gap.missing for gap in proposal.shortfalls] == [1, 1]


def test_a_place_in_another_frame_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="WGS84"):
        answer(picture(), ask(need(), where=Position(104.0, 30.0, "GCJ02")))


def test_a_speciality_is_a_team() -> None:
    held = picture(
        unit("U-1", 100, team=Text("巡特警", "Patrol")), unit("U-2", 900, team=Text("谈判组", "Negotiators"))
    )
    proposal = answer(held, ask(need(team="谈判组")))
    assert chosen(proposal) == ["U-2"]
    assert "（谈判组）" in choice(proposal, "U-2").reason.zh
    assert codes(proposal) == {"U-1": "wrong_team"}


def test_an_old_status_is_said() -> None:
    held = picture(unit("U-1", 100))
    row = held.get("units", "U-1")
    assert row is not None
    held.apply({"units": {"U-1": msgspec.structs.replace(row, told=NOW - 7200)}})
    it = choice(answer(held, ask(need())), "U-1")
    assert (it.age_s, it.told_s) == (3.0, 7200.0)
    assert "its status was said 120 min ago" in it.reason.en


# cover


def test_what_would_be_left_bare_is_named_and_counted() -> None:
    cells = [cell("West", -2000), cell("Middle", 0), cell("East", 5200)]
    held = picture(unit("U-1", 2600), unit("U-2", -2500), unit("U-3", -3000, status="busy"))
    proposal = answer(held, ask(need(), where=at(3500)), cells)
    it = choice(proposal, "U-1")
    assert [place.en for place in it.bares] == ["East"]
    assert "leaves bare: East" in it.reason.en
    assert "调走后 East片区 失去覆盖" in it.reason.zh
    cover = proposal.cover[0]
    assert (cover.service, cover.cells, cover.free, cover.before) == ("police", 3, 2, 1.0)
    assert cover.after == pytest.approx(2 / 3, abs=1e-4)
    assert [place.en for place in cover.bare] == ["East"]
    assert cover.busy == pytest.approx(1 / 3, abs=1e-3)
    # West and Middle: two and one unit; each is found free with 2/3
    assert cover.sure_before == pytest.approx((2 / 3 + 8 / 9 + 2 / 3) / 3, abs=1e-3)
    assert cover.sure_after == pytest.approx((2 / 3 + 2 / 3) / 3, abs=1e-3)


def test_the_second_to_go_leaves_bare_what_the_first_still_covered() -> None:
    held = picture(unit("U-1", 100), unit("U-2", 200))
    proposal = answer(held, ask(need(count=2)), [cell("Here", 0)])
    assert choice(proposal, "U-1").bares == ()
    assert [place.en for place in choice(proposal, "U-2").bares] == ["Here"]
    assert (proposal.cover[0].before, proposal.cover[0].after) == (1.0, 0.0)
    assert [(thin.name.en, thin.before, thin.after) for thin in proposal.cover[0].thin] == [("Here", 2, 0)]


def test_another_unit_that_leaves_nothing_bare_is_named_beside_it() -> None:
    cells = [cell("East", 5000)]
    held = picture(unit("U-1", 2400), unit("U-2", -2500), unit("U-3", -8000))
    it = choice(answer(held, ask(need()), cells), "U-1")
    assert it.instead is not None
    assert (it.instead.id, it.instead.later_s, it.instead.bares) == ("U-2", 10, ())
    assert it.instead.reason == Text("改派 C-U-2：晚 10 秒，不留空白", "C-U-2: 10 s later, leaves nothing bare")
    assert choice(answer(held, ask(need()), cells, settings=Settings(trade_s=5)), "U-1").instead is None
    old = picture(unit("U-1", 2400), unit("U-2", -2500), ages={"U-2": 100.0})
    assert choice(answer(old, ask(need()), cells), "U-1").instead is None


def test_an_exchange_that_leaves_as_much_bare_is_not_named() -> None:
    held = picture(unit("U-1", 2400), unit("U-2", -2500))
    assert choice(answer(held, ask(need()), [cell("East", 5000), cell("West", -5000)]), "U-1").instead is None


def test_ambulances_and_police_cover_apart() -> None:
    held = picture(unit("U-1", 0, kind="ambulance"), unit("U-2", 100))
    proposal = answer(held, ask(need(), need(units=("ambulance",))), [cell("Here", 0)])
    assert [(c.service, c.after) for c in proposal.cover] == [("police", 0.0), ("medical", 0.0)]
    assert answer(held, ask(need(units=("escort",))), [cell("Here", 0)]).cover == ()


def test_a_stale_unit_promises_no_cover() -> None:
    held = picture(unit("U-1"), unit("U-2"), ages={"U-2": 120.0})
    cover = answer(held, ask(need(count=1)), [cell("Here", 0)]).cover[0]
    assert (cover.free, cover.left_out, cover.after) == (1, 1, 0.0)


def test_without_cells_cover_is_not_known_rather_than_full() -> None:
    proposal = answer(picture(unit("U-1")), ask(need()))
    assert (proposal.cover[0].before, proposal.cover[0].after) == (None, None)
    assert "No grid is set up" in " ".join(text.en for text in proposal.not_known)


# drones


def test_the_drone_that_is_there_first_with_time_to_stay_and_fly_home() -> None:
    held = picture(drone("D-1", 3000), drone("D-2", 1200), drone("D-3", 600, battery_pct=30.0))
    proposal = answer(held, ask(drones=1))
    assert chosen(proposal, of="drones") == ["D-2"]
    flight = choice(proposal, "D-2").flight
    assert flight is not None
    assert (flight.there, flight.home, flight.estimated) == (2.42, 1.67, True)
    assert flight.station == pytest.approx(38 * 80 / 85 - 2.42 - 1.67, abs=0.1)
    assert "estimated from its battery" in choice(proposal, "D-2").reason.en
    assert codes(proposal) == {"D-1": "outranked", "D-3": "battery"}
    assert rejected(proposal, "D-3").reason.en == (
        "Not enough battery: 7 min left (estimated), there, a while and back take 10 min"
    )


def test_a_drone_in_the_air_counts_the_longest_way_home() -> None:
    held = picture(drone("D-1", 1440, mode="returning", minutes_left=14.0, home_minutes=1.0))
    flight = choice(answer(held, ask(drones=1)), "D-1").flight
    assert flight is not None
    assert (flight.left, flight.there, flight.home, flight.station, flight.estimated) == (14.0, 2.0, 3.0, 9.0, False)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mode": "lost_link"}, "link"),
        ({"link": 1}, "link"),
        ({"mode": "on_station", "incident": "I-9"}, "busy"),
        ({"mode": "transit", "mission": Text("巡查", "Patrol flight")}, "busy"),
        ({"mode": "landing"}, "busy"),
        ({"battery_pct": None}, "battery_unknown"),
        ({"mode": "returning", "minutes_left": 20.0, "home_minutes": None}, "battery_unknown"),
        ({"position": None}, "no_position"),
        ({"position": at(9000)}, "too_late"),
    ],
)
def test_why_a_drone_is_not_sent(more: dict[str, Any], code: str) -> None:
    proposal = answer(picture(drone("D-1", **more)), ask(drones=1, drones_within_s=300))
    assert codes(proposal) == {"D-1": code}
    assert proposal.shortfalls[0].why == {code: 1}
    assert proposal.lines[0].missing == 1


def test_a_drone_over_it_already_counts() -> None:
    held = picture(drone("D-1", mode="on_station", incident="I-1", minutes_left=9.0), drone("D-2", 300), call())
    proposal = answer(held, ask(drones=1, subject=("incidents", "I-1")))
    assert (proposal.lines[0].already, proposal.choices, proposal.shortfalls) == (1, (), ())
    assert codes(proposal) == {"D-1": "already_there", "D-2": "outranked"}


def test_a_silent_drone_is_not_used_and_the_reserve_is_never_flown() -> None:
    lost = answer(picture(drone("D-1"), ages={"D-1": 40.0}), ask(drones=1))
    assert codes(lost) == {"D-1": "lost_position"}
    low = answer(picture(drone("D-1", battery_pct=15.0)), ask(drones=1))
    assert rejected(low, "D-1").reason.en.startswith("Not enough battery: 0 min left")
    near = Settings(flying=Flying(least_station_min=1))
    assert chosen(answer(picture(drone("D-1", battery_pct=25.0)), ask(drones=1), settings=near), of="drones") == ["D-1"]


# centres and the whole


def test_which_centres_join_and_why_not_the_others() -> None:
    partners = [
        Partner(name="one", title=Text("一", "One"), joins={"fraud": Text("止付", "Stopping payments")}),
        Partner(name="two", title=Text("二", "Two"), look="lost"),
        Partner(name="three", title=Text("三", "Three")),
    ]
    proposal = answer(picture(), ask(template="fraud", known_centres=("two",)), partners=partners)
    said = {joining.name: (joining.joins, joining.reason.en) for joining in proposal.centres}
    assert said == {
        "one": (True, "Stopping payments"),
        "two": (True, "It found this or has it in hand (its data have stopped: use the telephone)"),
        "three": (False, "Matters of this kind are not on its list"),
    }


def test_a_proposal_is_named_after_its_inputs_and_travels_as_json() -> None:
    held, question, cells = picture(unit("U-1", 100), drone("D-1", 100)), ask(need(), drones=1), [cell("Here", 0)]
    first = answer(held, question, cells)
    assert answer(held, question, cells) == first
    assert msgspec.json.decode(msgspec.json.encode(first), type=Proposal) == first
    others = [
        answer(held, msgspec.structs.replace(question, priority=1), cells),
        answer(held, question, []),
        answer(held, question, cells, settings=Settings(detour=1.4)),
        answer(picture(unit("U-1", 101), drone("D-1", 100)), question, cells),
        answer(picture(unit("U-1", 100), drone("D-1", 100), ages={"U-1": 4.0}), question, cells),
    ]
    assert len({first.id, *(other.id for other in others)}) == 6


def test_a_proposal_changes_nothing() -> None:
    held = picture(unit("U-1", 100), drone("D-1", 100), call())
    before = held.state_hash()
    answer(held, ask(need(), drones=1, where=HERE), [cell("Here", 0)])
    assert held.state_hash() == before
