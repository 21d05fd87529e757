"""Finding plugs, naming what is wrong with one, and the rules of the centres for places, grids and cases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

import centres
from centres import discover
from centres._template import CENTRE as TEMPLATE
from centres.basic import modules
from centres.basic.events import Dispute
from centres.basic.panels import coverage, resolution
from centres.basic.simulate import patrol_state
from centres.check import check, check_together, choices
from centres.criminal import CENTRE as CRIMINAL
from centres.criminal import panels as criminal
from centres.criminal.events import PaymentStop
from centres.protective import CENTRE as PROTECTIVE
from centres.protective.events import EVENTS as PROTECTIVE_EVENTS
from centres.protective.events import PlaceName, Post
from centres.protective.panels import manned
from centres.protective.simulate import zone_state
from hub.centre import Centre, Sample
from hub.domain.events import Event
from hub.domain.model import Fact, Text, instant
from hub.errors import HubError
from hub.field.voice import spoken, told
from hub.picture.fold import Picture
from hub.picture.rows import Row
from hub.show import Layer

PACKAGE = Path(centres.__file__).parent
NOW = 1_760_000_000.0


def rows(table: str, facts: list[Fact]) -> Callable[[str], Mapping[str, Row]]:
    """A table with these facts, as tiles read it."""
    held = {fact.id: Row(fact=fact, at=NOW, seen=NOW, type="t") for fact in facts}
    return lambda name: held if name == table else {}


def plug(folder: Path, name: str) -> Path:
    """The template copied as a stranger would, with the one word changed."""
    target = folder / name
    shutil.copytree(PACKAGE / "_template", target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in target.glob("*.py"):
        path.write_text(path.read_text("utf-8").replace("template", name), "utf-8")
    return target


def test_the_template_is_found_only_when_asked() -> None:
    assert "template" not in {centre.name for centre in discover()}
    assert "template" in {centre.name for centre in discover(include_template=True)}


def test_centres_stand_in_order() -> None:
    found = [centre.name for centre in discover()]
    assert [name for name in found if name in ("protective", "basic", "criminal")] == [
        "protective",
        "basic",
        "criminal",
    ]


def test_a_copy_in_another_folder_is_a_centre(tmp_path: Path) -> None:
    plug(tmp_path, "harbour")
    plug(tmp_path, "airport")
    (tmp_path / "_notes").mkdir()
    (tmp_path / "_notes" / "__init__.py").write_text("raise RuntimeError")
    (tmp_path / "data").mkdir()
    own = {centre.name for centre in discover()}
    found = discover(tmp_path)
    assert {centre.name for centre in found} - own == {"harbour", "airport"}
    assert [centre.name for centre in found][-2:] == ["airport", "harbour"]  # one order: then by name
    harbour = found[-1]
    assert harbour.topic == "centre.harbour.events"
    assert [table.name for table in harbour.tables] == ["harbour_lamps", "harbour_faults"]
    assert discover(tmp_path)[-1] is harbour


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="does not exist"):
        discover(tmp_path / "nowhere")


def test_a_plug_that_cannot_be_imported_is_named_with_its_cause(tmp_path: Path) -> None:
    folder = plug(tmp_path, "harbour")
    (folder / "fold.py").write_text("from hub.picture.fold import sink\n")
    with pytest.raises(HubError, match="harbour: cannot be imported: ImportError: cannot import name 'sink'"):
        discover(tmp_path)


def test_a_folder_without_centre_is_named(tmp_path: Path) -> None:
    (tmp_path / "harbour").mkdir()
    (tmp_path / "harbour" / "__init__.py").write_text('CENTER = "misspelt"\n')
    with pytest.raises(HubError, match=r"harbour: __init__.py must set CENTRE"):
        discover(tmp_path)


def test_a_copy_whose_names_were_not_changed_is_told(tmp_path: Path) -> None:
    first = plug(tmp_path, "harbour")
    shutil.copytree(first, tmp_path / "other")
    with pytest.raises(HubError, match=r"other: topic centre\.harbour\.events is already that of .*harbour"):
        discover(tmp_path)


def test_two_centres_may_not_share_a_type() -> None:
    with pytest.raises(HubError, match=r"event type cn\.hub\.template_lamp\.reported\.v1 is already declared"):
        check_together([("a", TEMPLATE), ("b", replace(TEMPLATE, name="other"))])


def _table(**changes: Any) -> Centre:
    return replace(TEMPLATE, tables=(replace(TEMPLATE.tables[0], **changes), TEMPLATE.tables[1]))


def _panels(**changes: Any) -> Centre:
    return replace(TEMPLATE, panels=replace(TEMPLATE.panels, **changes))


FIRST = "cn.hub.template_lamp.reported.v1"
LAMP = TEMPLATE.events[FIRST]
NOT_A_FACT: Any = Text


@pytest.mark.parametrize(
    ("centre", "why"),
    [
        (replace(TEMPLATE, name="Template_A"), "must be lower-case"),
        (replace(TEMPLATE, expected_s=0), "expected_s must be above 0"),
        (replace(TEMPLATE, events={}, folds={}), "declares no events"),
        (replace(TEMPLATE, folds={}), "no fold for cn.hub.template_fault.assigned.v1"),
        (replace(TEMPLATE, folds={**TEMPLATE.folds, "x": TEMPLATE.folds[FIRST]}), "not in events: x"),
        (replace(TEMPLATE, events={**TEMPLATE.events, "lamp.on": LAMP}), "'lamp.on' must read cn.hub"),
        (replace(TEMPLATE, events={**TEMPLATE.events, "cn.hub.clue.reported.v1": LAMP}), "is the hub's own"),
        (replace(TEMPLATE, events={**TEMPLATE.events, FIRST: NOT_A_FACT}), "a subclass of Fact"),
        (_table(name="lamps"), "lamps must be named template_<thing>"),
        (_table(name="template_faults"), "template_faults is declared 2 times"),
        (_table(owner="hub"), "must have owner 'template'"),
        (_table(data=Post), "no event carries its fact Post"),
        (replace(TEMPLATE, protection={}), "template_lamps has no protection"),
        (
            replace(TEMPLATE, protection={**TEMPLATE.protection, "template_x": TEMPLATE.protection["template_lamps"]}),
            "protection for template_x, which is no table",
        ),
        (
            replace(
                TEMPLATE,
                protection={k: replace(p, level="secret", keep_days=0) for k, p in TEMPLATE.protection.items()},
            ),
            "keep_days must be at least 1",
        ),
        (_panels(headline="best"), "headline 'best' is none of its tiles"),
        (_panels(tiles=(*TEMPLATE.panels.tiles, TEMPLATE.panels.tiles[0])), "tile working is declared 2 times"),
        (_panels(grids=()), "at least one grid"),
        (_panels(grids=(replace(TEMPLATE.panels.grids[0], table="clues"),)), "grid of table clues"),
        (_panels(grids=(replace(TEMPLATE.panels.grids[0], labels={}),)), "no label for state 'lost'"),
        (_panels(layers=(Layer(table="roads", title=Text("路", "Roads")),)), "layer of table roads"),
        (replace(TEMPLATE, samples=(Sample(type="x", data="{}"),)), "sample of type x"),
    ],
)
def test_a_malformed_plug_is_told_what_to_do(centre: Centre, why: str) -> None:
    with pytest.raises(HubError, match="centre /plugs/x: ") as caught:
        check(centre, "/plugs/x")
    assert why in str(caught.value)


def test_a_layer_needs_positions() -> None:
    layer = Layer(table="criminal_levels", title=Text("席位", "Desks"))
    wrong = replace(CRIMINAL, panels=replace(CRIMINAL.panels, layers=(layer,)))
    with pytest.raises(HubError, match="layer of table criminal_levels: its rows have no field position"):
        check(wrong, "x")


def test_choices_are_the_words_of_a_field() -> None:
    assert set(choices(Post, "state")) == {"manned", "relief", "unmanned"}
    assert "medical" in choices(Post, "agencies")
    assert set(choices(Dispute, "party")) == {"police", "justice", "community", "department", "lawyer"}
    assert choices(Post, "staff") == ()
    assert choices(Post, "absent") == ()


def test_a_road_speaks_at_each_step_and_between() -> None:
    times = (1000.0, 1700.0, 1750.0)
    assert list(spoken(times, 0, 9000, 300)) == [(1000.0, 0), (1300.0, 0), (1600.0, 0), (1700.0, 1), (1750.0, 2)]
    assert list(spoken(times, 1300, 1700, 300)) == [(1600.0, 0), (1700.0, 1)]
    assert list(spoken(times, 1750, 9000, 300)) == []
    assert list(spoken(times, 1700, 9000, 300, 600)) == [(1750.0, 2), (2050.0, 2)]  # at 2350 its tail is over
    steps = [("opened", 1000.0), ("closed", 1700.0)]
    assert list(told(steps, 1300, 9000, 300, 301)) == [(1600.0, "opened"), (1700.0, "closed"), (2000.0, "closed")]
    assert list(told([], 0, 9000, 300, 301)) == []


def test_a_road_speaks_the_same_however_its_window_is_cut() -> None:
    times = (0.1, 700.3, 700.4, 2500.9)
    whole = list(spoken(times, 0, 4000, 240, 777))
    cut = [said for k in range(400) for said in spoken(times, k * 10, (k + 1) * 10, 240, 777)]
    assert cut == whole
    assert len(whole) > 10


def test_protective_facts_have_no_field_for_a_person_an_opinion_or_a_message() -> None:
    """Every leaf is a number, a time, one of a closed list, a short code, or the bounded public name of a place."""
    texts: set[str] = set()

    def walk(kind: Any, path: str) -> None:
        if isinstance(kind, inspect.StructType):
            for field in kind.fields:
                walk(field.type, f"{path}.{field.name}")
        elif isinstance(kind, inspect.UnionType):
            for part in kind.types:
                walk(part, path)
        elif isinstance(kind, inspect.VarTupleType):
            walk(kind.item_type, path)
        elif isinstance(kind, inspect.StrType):
            assert kind.pattern, path
            texts.add(path.split(".", 1)[1])
        else:
            assert isinstance(
                kind,
                inspect.LiteralType | inspect.IntType | inspect.FloatType | inspect.DateTimeType | inspect.NoneType,
            ), path

    for data in set(PROTECTIVE_EVENTS.values()):
        walk(inspect.type_info(data), data.__name__)
    assert texts == {"id", "site", "event", "place.zh", "place.en"}


@pytest.mark.parametrize("words", ["02886123456", "a@b", "line\nbreak", "x" * 49, ""])
def test_a_place_name_takes_no_number_no_message_and_no_markup(words: str) -> None:
    raw = msgspec.json.encode({"zh": "天府广场", "en": words})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=PlaceName)
    good = msgspec.json.encode({"zh": "蔡桥-1 东门（南）", "en": "People's Park, gate 3"})
    assert msgspec.json.decode(good, type=PlaceName).en == "People's Park, gate 3"


@pytest.mark.parametrize(
    ("count", "state"), [(0, "normal"), (59, "normal"), (60, "busy"), (85, "near"), (100, "near"), (101, "over")]
)
def test_zone_states(count: int, state: str) -> None:
    assert zone_state(count, 100) == state


def post(key: str, kind: str, state: str) -> Fact:
    return Post(
        id=key,
        rev=1,
        kind=kind,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        place=PlaceName("某地", "place"),
        staff=1,
        staff_planned=2,
        agencies=("police",),
        since_at=instant(NOW),
    )


def test_posts_manned_is_a_fraction_and_a_relief_is_not_manned() -> None:
    held = [
        post("PO-01", "post", "manned"),
        post("CP-02", "checkpoint", "relief"),
        post("CP-03", "checkpoint", "manned"),
    ]
    assert manned("post", "checkpoint")(rows("protective_posts", held), NOW) == pytest.approx(2 / 3)
    assert manned("checkpoint")(rows("protective_posts", held), NOW) == 0.5
    assert manned("joint")(rows("protective_posts", held), NOW) is None


@pytest.mark.parametrize(
    ("kind", "value", "state"),
    [
        ("transport", 180.0, "normal"),
        ("transport", 180.1, "high"),
        ("logistics", 94.9, "low"),
        ("finance", 0.0, "normal"),
    ],
)
def test_readings_stand_against_the_band_of_their_module(kind: str, value: float, state: str) -> None:
    assert modules.reading_state(kind, value) == state


@pytest.mark.parametrize(("share", "state"), [(0.75, "on_plan"), (0.74, "behind"), (0.4, "behind"), (0.39, "missed")])
def test_patrol_states(share: float, state: str) -> None:
    assert patrol_state(share) == state


def dispute(key: str, state: str, settled_h: float | None, registered_h: float = -100) -> Fact:
    return Dispute(
        id=key,
        rev=1,
        kind="estate",
        state=state,  # type: ignore[arg-type]
        channel="grid",
        place=Text("某地", "place"),
        party="community",
        registered_at=instant(NOW + registered_h * 3600),
        due_at=instant(NOW + (registered_h + 72) * 3600),
        settled_at=None if settled_h is None else instant(NOW + (registered_h + settled_h) * 3600),
    )


def test_resolution_counts_settled_in_three_days_against_all_that_were_due() -> None:
    assert resolution(rows("basic_disputes", []), NOW) is None
    assert resolution(rows("basic_disputes", [dispute("a", "mediating", None, -1)]), NOW) is None
    held = [
        dispute("in time", "followed_up", 40),
        dispute("too late", "settled", 73),
        dispute("open", "mediating", None),
        dispute("court", "referred", None),
        dispute("not due", "mediating", None, -1),
    ]
    assert resolution(rows("basic_disputes", held), NOW) == 0.25
    assert coverage(rows("basic_disputes", held), NOW) is None


def payment(key: str, stopped: float, at: float) -> Fact:
    return PaymentStop(
        id=key,
        rev=1,
        kind="loan",
        state="stopped",
        channel="bank",
        level="district",
        amount_yuan=stopped * 2,
        requested_at=instant(at - 60),
        stopped_yuan=stopped,
        stopped_at=instant(at),
    )


def test_money_today_begins_at_the_districts_midnight() -> None:
    midnight = criminal.midnight(NOW)
    assert 0 <= NOW - midnight < 86400
    assert instant(midnight + 8 * 3600).strftime("%H:%M") == "00:00"
    held = [payment("a", 100.0, midnight - 1), payment("b", 20.0, midnight + 1), payment("c", 3.0, NOW)]
    assert criminal.money_today("stopped")(rows("criminal_payments", held), NOW) == 23.0
    assert criminal.money_today("frozen")(rows("criminal_payments", held), NOW) == 0.0
    assert criminal.money_today("stopped")(rows("criminal_payments", []), NOW) is None


def test_the_transfer_to_a_stranger_can_be_told() -> None:
    """Warning → call unanswered → officer sent → payment stopped → frozen → city informed, each with its own type."""
    for verb in ("fraud_warning.issued", "fraud_warning.unanswered", "fraud_warning.officer_sent"):
        assert f"cn.hub.{verb}.v1" in CRIMINAL.events
    for verb in ("payment_stop.stopped", "payment_stop.frozen", "referral.sent", "joint_analysis.answered"):
        assert f"cn.hub.{verb}.v1" in CRIMINAL.events


def test_a_cleared_alarm_leaves_the_map_and_stays_in_the_list() -> None:
    table = next(table for table in PROTECTIVE.tables if table.name == "protective_alarms")
    sample = next(s for s in PROTECTIVE.samples if s.type.endswith("site_alarm.cleared.v1") and s.bad is None)
    fact = msgspec.json.decode(sample.data, type=table.data)
    assert table.derive(fact) == {"position": None}
    assert table.derive(msgspec.structs.replace(fact, state="raised")) == {}
    picture = Picture(PROTECTIVE.tables)
    event = Event(
        id="e", source="/centre/protective/x", type=sample.type, subject=fact.id, time=NOW, seen=NOW, data=fact
    )
    picture.apply(PROTECTIVE.folds[sample.type](picture, event))
    assert list(picture.rows("protective_alarms")) == [fact.id]
