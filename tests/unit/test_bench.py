"""What the benchmark computes from what it measured: ratios, verdicts, voids, entropy, exponents, slopes."""

from __future__ import annotations

import io
import math
import time
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest
from rich.console import Console

from hub.bench.lanes import OTHERS_MAX, Round, interleave, quiet
from hub.bench.load import Movers, alarm, fill, mixed
from hub.bench.m1_pixel import waits
from hub.bench.m4_bytes import Truth, entropy
from hub.bench.m6_growth import exponent
from hub.bench.m7_shift import blocks, slope
from hub.bench.machine import Watch
from hub.bench.report import as_json, judged, show, verdict
from hub.bench.run import bench
from hub.errors import HubError
from streams.memory_log import MemoryLog

BUSY = OTHERS_MAX + 0.01


def rounds(*pairs: tuple[float, float], others: float = 0.0) -> list[Round]:
    return [Round({"ours": ours, "limit": limit, "peer": 9.0}, others) for ours, limit in pairs]


@pytest.mark.parametrize(("goal", "met"), [(1.6, True), (1.5, True), (1.4, False)])
def test_a_ratio_is_judged_by_its_median(goal: float, met: bool) -> None:
    figure = judged(title="t", unit="ms", rounds=rounds((3, 2), (2, 2), (8, 2)), goal=goal)
    assert (figure.ratio, figure.min, figure.max, figure.ours, figure.limit, figure.peer) == (1.5, 1.0, 4.0, 3, 2, 9)
    assert figure.passed is met
    assert not figure.void


@pytest.mark.parametrize(
    ("ratio", "low", "high", "goal", "goal_is", "met"),
    [
        (0.7, 0.5, 0.9, 0.6, "at_least", True),
        (0.5, 0.4, 0.9, 0.6, "at_least", False),
        (0.1, -0.1, 0.2, 0.0, "contains", True),
        (0.1, 0.05, 0.2, 0.0, "contains", False),
        (9.0, 9.0, 9.0, None, "at_most", None),
    ],
)
def test_verdicts(ratio: float, low: float, high: float, goal: float | None, goal_is: str, met: bool | None) -> None:
    assert verdict(ratio, low, high, goal, goal_is) is met


def test_an_unknown_goal_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="about"):
        verdict(1.0, 1.0, 1.0, 1.0, "about")


def test_a_busy_round_does_not_count() -> None:
    mixed_rounds = [*rounds((2, 2), (2, 2)), *rounds((9, 2), others=BUSY)]
    figure = judged(title="t", unit="ms", rounds=mixed_rounds, goal=1.0)
    assert (figure.ratio, figure.max, figure.passed, figure.void) == (1.0, 1.0, True, False)


def test_mostly_busy_is_void_and_not_judged_but_shown() -> None:
    figure = judged(title="t", unit="ms", rounds=[*rounds((2, 2)), *rounds((4, 2), (4, 2), others=BUSY)], goal=1.0)
    assert (figure.ratio, figure.passed, figure.void) == (2.0, None, True)
    assert quiet([]) == ([], True)


def test_counts_need_no_quiet_machine() -> None:
    figure = judged(title="t", unit="B", rounds=rounds((4, 2), others=BUSY), goal=2.0, quiet_needed=False)
    assert figure.passed is True


def test_lanes_take_turns() -> None:
    order: list[str] = []

    def lane(name: str) -> float:
        order.append(name)
        return float(len(order))

    done = interleave({"a": lambda _: lane("a"), "b": lambda _: lane("b")}, 3, Watch(), lambda text: None)
    assert order == ["a", "b"] * 3
    assert [r.values for r in done] == [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}, {"a": 5.0, "b": 6.0}]


def test_a_moment_is_too_short_to_tell_whose_load_it_was() -> None:
    watch = Watch()
    watch._ours = lambda: 0.0  # type: ignore[method-assign]
    with watch:
        sum(range(1000))
    assert watch.others == 0.0


def test_our_own_load_is_not_others() -> None:
    with Watch() as watch:
        until = time.process_time() + 0.5
        while time.process_time() < until:
            math.sqrt(2.0)
    alone = watch.others
    busy = Watch()
    busy._own = watch._own  # the same process, but nothing counted as ours
    busy._ours = lambda: 0.0  # type: ignore[method-assign]
    with busy:
        until = time.process_time() + 0.5
        while time.process_time() < until:
            math.sqrt(2.0)
    assert busy.others > 0.0
    assert alone < 1.0


def test_json_and_table_hold_every_figure() -> None:
    figure = judged(title="event to pixel", unit="ms", rounds=rounds((3, 2)), goal=1.4, note="through nothing")
    out = msgspec.json.decode(as_json({"M1": figure}, {"cores": 2}))
    assert out["machine"] == {"cores": 2}
    assert {"ours", "limit", "peer", "ratio", "min", "max", "goal", "pass", "void", "unit"} <= out["M1"].keys()
    assert out["M1"]["pass"] is False
    text = io.StringIO()
    show({"M1": figure}, {"cores": 2}, Console(file=text, width=200))
    assert all(word in text.getvalue() for word in ("event to pixel", "1.5 (1.5–1.5)", "≤ 1.4", "missed", "through"))


def test_an_event_is_seen_with_the_first_state_that_includes_it() -> None:
    assert waits({1: 100.0, 2: 110.0, 3: 120.0}, {2: 130.0, 5: 190.0}) == [30.0, 20.0, 70.0]
    assert waits({6: 100.0}, {5: 190.0}) == [math.inf]


def test_entropy_of_known_distributions() -> None:
    assert entropy(Counter({0: 8})) == 0
    assert entropy(Counter({0: 4, 1: 4})) == pytest.approx(1)
    assert entropy(Counter(dict.fromkeys(range(256), 1))) == pytest.approx(8)


def test_truth_counts_steps_not_places() -> None:
    movers = Movers(50, 1, 1000.0)
    truth = Truth(movers)
    truth.take([])
    assert truth.bits() == dict.fromkeys(("id_gap", "lon", "lat", "turn", "time"), 0)
    for second in range(1, 30):
        truth.take(movers.tick(1000.0 + second, 20))
    bits = truth.bits()
    assert 0 < bits["id_gap"] < 4  # two in five report: gaps are short
    assert bits["lon"] < 10
    assert bits["time"] <= math.log2(10) + 1e-9


def test_movers_are_seeded_and_drive_at_their_speed() -> None:
    one, two = Movers(10, 7, 1000.0), Movers(10, 7, 1000.0)
    assert [e.data for e in one.tick(1001.0, 5)] == [e.data for e in two.tick(1001.0, 5)]
    assert [e.data for e in Movers(10, 8, 1000.0).everyone()] != [e.data for e in Movers(10, 7, 1000.0).everyone()]
    at = [e.at for e in one.tick(1002.0, 10)]
    assert at == sorted(at)
    assert 1001.0 <= at[0]
    assert at[-1] <= 1002.0


def test_the_mix_is_nineteen_positions_to_a_fact() -> None:
    log = MemoryLog()
    assert fill(log, mixed(1000, 300, 1, 1000.0)) == 1000
    assert log.ends(["hub.field.events", "hub.field.positions"]) == {
        ("hub.field.events", 0): 50,
        ("hub.field.positions", 0): 950,
    }
    log.close()


def test_an_alarm_says_what_is_looked_for() -> None:
    said = alarm("A", 3, 1000.0, "#3#")
    assert (said.data.rev, said.type) == (3, "cn.hub.alarm.raised.v1")


@pytest.mark.parametrize("b", [0.0, 0.5, 1.0])
def test_the_exponent_is_found_again(b: float) -> None:
    assert exponent({n: 7 * n**b for n in (100, 1000, 20_000)}) == pytest.approx(b)


def test_a_flat_line_with_noise_holds_zero_and_a_leak_does_not() -> None:
    rng = Random(1)
    flat = [(h / 12, 300 + rng.gauss(0, 2)) for h in range(240)]
    leak = [(h / 12, 300 + h / 12 + rng.gauss(0, 2)) for h in range(240)]
    _, low, high = slope(blocks(flat))
    assert low <= 0 <= high
    found, low, high = slope(blocks(leak))
    assert low > 0
    assert found == pytest.approx(1, abs=0.1)
    assert len(blocks(flat)) == 20


def test_a_slope_needs_three_points() -> None:
    with pytest.raises(ValueError, match="three"):
        slope([(0, 1), (1, 2)])


@pytest.mark.parametrize(("metrics", "log", "named"), [(["M9"], None, "M9"), (["M2"], "sqlite:///x", "--log")])
def test_what_cannot_be_measured_is_named(metrics: list[str], log: str | None, named: str) -> None:
    with pytest.raises(HubError, match=named):
        bench(metrics=metrics, json=True, quick=True, log=log, seed=1)


def test_the_page_script_is_beside_the_module() -> None:
    script = Path(__file__).resolve().parents[2] / "hub/bench/page.js"
    assert "__watch" in script.read_text("utf-8")
