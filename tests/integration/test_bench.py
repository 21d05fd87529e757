"""``hub bench`` as a person runs it: the JSON's shape, and that what passes follows from the figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 400
KEYS = {"title", "unit", "ours", "limit", "peer", "ratio", "min", "max", "goal", "goal_is", "pass", "void"}


def run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *arguments],
        capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def measured() -> tuple[int, dict[str, Any]]:
    code, out, err = run("--quick", "--json", "--seed", "3", "M2", "M4")
    assert code in (0, 1), err
    return code, json.loads(out)


def test_every_figure_has_its_parts(measured: tuple[int, dict[str, Any]]) -> None:
    _, found = measured
    assert set(found) == {"M2", "M4", "machine"}
    for name in ("M2", "M4"):
        figure = found[name]
        assert KEYS <= figure.keys()
        assert figure["ours"] > 0
        assert figure["limit"] > 0
        assert figure["min"] <= figure["ratio"] <= figure["max"]


def test_the_verdict_follows_from_the_figures(measured: tuple[int, dict[str, Any]]) -> None:
    code, found = measured
    missed = False
    for name, at_most in (("M2", False), ("M4", True)):
        figure = found[name]
        met = figure["ratio"] <= figure["goal"] if at_most else figure["ratio"] >= figure["goal"]
        assert figure["pass"] == (None if figure["void"] else met)
        missed = missed or figure["pass"] is False
    assert code == int(missed)


def test_bytes_are_bounded_by_what_is_possible_and_what_is_usual(measured: tuple[int, dict[str, Any]]) -> None:
    figure = measured[1]["M4"]
    assert figure["limit"] < figure["ours"] < figure["peer"]
    assert sum(figure["detail"]["bits"].values()) / 8 == pytest.approx(figure["limit"], rel=0.05)


def test_the_machine_is_described(measured: tuple[int, dict[str, Any]]) -> None:
    machine = measured[1]["machine"]
    assert {"hub", "python", "cores", "versions", "load_before", "load_after"} <= machine.keys()
    assert machine["seed"] == 3
    assert machine["versions"]["uvicorn"] != "absent"


def test_an_unknown_metric_is_one_line() -> None:
    code, out, err = run("M99")
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "M99" in err
