"""Golden cases: one field, one question for each template, and who must come out of it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import centres
from hub.domain.field import UnitKind
from hub.domain.kinds import KINDS
from hub.domain.model import Text
from hub.errors import HubError
from hub.picture.fold import Picture
from hub.recommend import joins, needs
from hub.recommend.model import Proposal
from hub.recommend.needs import Template, Templates, shipped
from tests.unit.recommending import answer, by_template, cell, choice, chosen, codes, drone, picture, unit

CELLS = [cell("West", -2500), cell("Middle", 0), cell("East", 2500), cell("North", 0, 2500), cell("Far", 9000)]


@lru_cache(maxsize=1)
def field() -> Picture:
    """Around the place: cars at 400, 900, 1500 … m, walkers, traffic police, two fire engines, ambulances, drones."""
    kinds: dict[str, tuple[UnitKind, tuple[float, ...]]] = {
        "PC": ("patrol_car", (400, -900, 1500, -2100, 2700, -3300)),
        "MC": ("motorcycle", (600, -1800, 2400)),
        "FT": ("foot", (200, -350, 1400)),
        "TR": ("traffic", (700, -1000, 1900, -2600, 3100)),
        "FD": ("fire", (1600, 2600, 12_000)),
        "AM": ("ambulance", (2000, -4000)),
        "ES": ("escort", (5000,)),
    }
    units = [unit(f"{sign}-{k}", far, kind=kind) for sign, (kind, fars) in kinds.items() for k, far in enumerate(fars)]
    busy = unit("PC-9", 50, status="on_scene", incident="I-7")
    old = unit("PC-8", 100)
    drones = [drone("D-1", 3000), drone("D-2", 1000, battery_pct=22.0), drone("D-3", 4000)]
    return picture(*units, busy, old, *drones, ages={"PC-8": 150.0})


def ask_for(key: str, **more: Any) -> Proposal:
    return answer(field(), by_template(key, **more), CELLS)


GOLDEN: dict[str, tuple[int, list[list[str]], list[str]]] = {
    # template: (priority, units of each line, drones)
    "rescue": (1, [["PC-8", "PC-0"], ["FD-0"], ["AM-0"], ["TR-0"]], ["D-1"]),
    "fire": (1, [["FD-0", "FD-1"], ["PC-8", "PC-0"], ["AM-0"], ["TR-0"]], ["D-1"]),
    "hazmat": (1, [["FD-0", "FD-1"], ["PC-8", "PC-0", "MC-0"], ["TR-0", "TR-1"], ["AM-0"]], ["D-1"]),
    "violence": (1, [["PC-8", "PC-0"], ["PC-1"], ["AM-0"]], []),
    "missing": (2, [["PC-8", "PC-0", "MC-0"], ["FT-0", "FT-1"]], ["D-1"]),
    "injury": (2, [["TR-0"], ["AM-0"], ["PC-8"]], []),
    "traffic": (3, [["MC-0"]], []),
    "lanes_closed": (2, [["TR-0", "TR-1", "TR-2", "TR-3"], ["MC-0", "MC-1"]], ["D-1"]),
    "medical": (2, [["AM-0"], ["PC-8"]], []),
    "theft": (3, [["PC-8"], ["PC-0"]], []),
    "fraud": (2, [["PC-8"]], []),
    "data_trading": (2, [["PC-8", "PC-0", "PC-1", "PC-2"], ["MC-0", "MC-1"], ["ES-0"]], []),
    "dispute": (4, [["PC-8"]], []),
    "storm": (3, [["PC-8"]], []),
    "help": (4, [["PC-8"]], []),
    "rubbish_fire": (3, [["FD-0"]], []),
    "other": (4, [["PC-8"]], []),
    "clue": (3, [], []),
}


@pytest.mark.parametrize("key", GOLDEN)
def test_golden(key: str) -> None:
    priority, lines, drones = GOLDEN[key]
    proposal = ask_for(key, priority=priority)
    assert [chosen(proposal, k) for k in range(len(lines))] == lines
    assert chosen(proposal, of="drones") == drones
    assert len({c.id for c in proposal.choices}) == len(proposal.choices)
    for made in proposal.choices:
        assert ("STALE" in made.reason.en) is (made.id == "PC-8")
        assert made.reason.zh != made.reason.en
    assert all(line.asked == line.already + line.chosen + line.missing for line in proposal.lines)


def test_every_shipped_template_has_a_golden_case_and_every_kind_of_call_a_template() -> None:
    assert set(GOLDEN) == {template.key for template in shipped().all}
    claimed = {kind for template in shipped().all for kind in template.kinds}
    assert claimed == set(KINDS)
    assert all(shipped().of_kind(kind).key for kind in KINDS)
    assert shipped().of_kind("never heard of").key == "other"
    assert shipped().named("never heard of") is None
    assert shipped().named("wages") is shipped().named("dispute")


def test_the_golden_shortfall_escort_teams() -> None:
    proposal = ask_for("data_trading", priority=2)
    assert [(gap.title.en, gap.missing) for gap in proposal.shortfalls] == [("Escort", 1)]
    assert proposal.shortfalls[0].reason == Text("缺 1：无此类单元", "1 missing: there is none of that kind")
    assert [c.service for c in proposal.cover] == ["police"]


def test_the_golden_rescue_explains_everybody_else() -> None:
    proposal = ask_for("rescue", priority=1)
    said = codes(proposal)
    assert said["PC-9"] == "busy"
    assert said["FD-2"] == "too_late"
    assert said["ES-0"] == "wrong_kind"
    assert said["D-2"] == "battery"
    assert said["D-3"] == "outranked"
    assert said["PC-1"] == "outranked"
    assert "Far" in [place.en for place in proposal.cover[0].bare_before]
    assert choice(proposal, "FD-0").eta_s == 240
    police, fire, medical = proposal.cover
    assert (police.left_out, fire.service, medical.service) == (1, "fire", "medical")


@pytest.mark.parametrize("name", [centre.name for centre in centres.discover(include_template=True)])
def test_what_each_centre_joins_is_readable_and_said_in_both_languages(name: str) -> None:
    known = {template.key for template in shipped().all}
    folder = Path(centres.__file__).parent / ("_template" if name == "template" else name)
    found = joins.read(folder, known)
    assert found
    assert all(text.zh and text.en and text.zh != text.en for text in found.values())


def test_every_template_has_a_centre_unless_it_is_routine() -> None:
    known = {template.key for template in shipped().all}
    folders = [Path(centres.__file__).parent / centre.name for centre in centres.discover()]
    joined = {key for folder in folders for key in joins.read(folder, known)}
    assert known - joined == {"rubbish_fire", "injury", "traffic", "medical", "other"}
    assert {"fraud", "data_trading", "clue", "dispute", "missing", "fire"} <= joined


def test_a_centre_without_a_list_joins_nothing_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    assert joins.read(tmp_path, {"fire"}) == {}
    file = tmp_path / joins.FILE
    file.write_text('[joins]\nfire = { zh = "甲", en = "a" }\nflood = { zh = "甲", en = "a" }\n', "utf-8")
    with pytest.raises(HubError, match=r"joins\.toml: there is no template flood; there are: fire"):
        joins.read(tmp_path, {"fire"})
    file.write_text("[joins]\nfire = 3\n", "utf-8")
    with pytest.raises(HubError, match="Expected `object`, got `int`"):
        joins.read(tmp_path, {"fire"})


def test_a_wrong_template_is_named(tmp_path: Path) -> None:
    file = tmp_path / "needs.toml"
    file.write_text('[[template]]\nkey = "x"\ntitle = { zh = "甲", en = "a" }\nneed = []\n', "utf-8")
    with pytest.raises(HubError, match=r"needs\.toml: .*unknown field `need`"):
        needs.read(file)
    every = shipped().all
    title = Text("甲", "a")
    for more, words in (
        (Template(key="fire", title=title), "keys of their own"),
        (Template(key="x", title=title, kinds=("fire",)), "taken already"),
        (Template(key="x", title=title, kinds=("flood",)), "not a kind of call"),
    ):
        with pytest.raises(HubError, match=words):
            Templates((*every, more))
    with pytest.raises(HubError, match="'other'"):
        Templates([template for template in every if template.key != "other"])
