"""What every centre owes the hub, run over each centre found and over the template. A stranger's centre is run too.

Nothing here names a centre: the same claims hold for all of them.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from centres import discover
from centres.check import TYPE, problems
from hub.centre import Centre, Sample
from hub.codec import encode
from hub.domain.events import Emission, Event
from hub.domain.model import Fact, Text
from hub.field.district import build
from hub.field.world import UTC_OFFSET, World
from hub.picture.fold import Picture
from hub.picture.rows import JSON, view

CENTRES = discover(include_template=True)
NOON = 20_000 * 86400.0 - UTC_OFFSET + 12 * 3600.0
"""Twelve o'clock in the district on a day long past any anchor."""
WINDOW_S = 1200.0
FORBIDDEN = set(
    "name names surname phone mobile telephone tel idcard passport face embedding gait biometric biometrics fingerprint"
    " iris dna voiceprint religion belief beliefs ethnicity race nationality opinion opinions political message text"
    " note notes remark comment person gender birthday address plate imsi imei mac friends contacts".split()
)
HAN = re.compile(r"[一-鿿]")

each_centre = pytest.mark.parametrize("centre", CENTRES, ids=lambda centre: centre.name)
each_sample = pytest.mark.parametrize(
    ("centre", "sample"),
    [
        pytest.param(centre, sample, id=f"{centre.name}-{sample.type}-{'bad' if sample.bad else 'good'}")
        for centre in CENTRES
        for sample in centre.samples
    ],
)


@cache
def world() -> World:
    return World(build(1), 1, NOON)


@cache
def noon_of(name: str) -> tuple[Emission, ...]:
    """Twenty minutes of a centre's life from noon on."""
    centre = next(c for c in CENTRES if c.name == name)
    return tuple(centre.simulate(world(), NOON, NOON + WINDOW_S))


def taken(centre: Centre, said: list[tuple[str, Fact, float]]) -> Picture:
    picture = Picture(centre.tables)
    for type_, fact, at in said:
        picture.apply(centre.folds[type_](picture, arrived(centre, type_, fact, at)))
    return picture


def arrived(centre: Centre, type_: str, fact: Fact, at: float) -> Event:
    return Event(id="e", source=f"{centre.source}x", type=type_, subject=fact.id, time=at, seen=at, data=fact)


def lived(centre: Centre) -> Picture:
    """The picture after twenty simulated minutes."""
    return taken(centre, [(e.type, e.data, e.at) for e in noon_of(centre.name)])


def sampled(centre: Centre) -> Picture:
    """The picture after the good samples, each as an entity of its own."""
    said = []
    for index, sample in enumerate(s for s in centre.samples if s.bad is None):
        fact = msgspec.structs.replace(decoded(centre, sample), rev=index + 1)
        said.append((sample.type, fact, NOON))
    return taken(centre, said)


def decoded(centre: Centre, sample: Sample) -> Fact:
    return msgspec.json.decode(sample.data, type=centre.events[sample.type])


def views(centre: Centre, picture: Picture, table: str) -> list[dict[str, JSON]]:
    return [view(picture.tables[table], row) for row in picture.rows(table).values()]


def test_the_six_and_the_template_are_found() -> None:
    assert len(CENTRES) >= 7
    assert CENTRES[-1].name == "template"
    assert [c.order for c in CENTRES] == sorted(c.order for c in CENTRES)


@each_centre
def test_it_is_well_formed(centre: Centre) -> None:
    assert list(problems(centre)) == []
    assert all(TYPE.fullmatch(type_) for type_ in centre.events)
    assert centre.events.keys() == centre.folds.keys()
    assert all(table.name.startswith(f"{centre.name}_") for table in centre.tables)
    assert centre.protection.keys() == {table.name for table in centre.tables}


@each_centre
def test_every_type_has_a_good_and_a_bad_sample(centre: Centre) -> None:
    for type_ in centre.events:
        bad = [sample.bad for sample in centre.samples if sample.type == type_]
        assert None in bad, f"{type_} has no good sample"
        assert any(bad), f"{type_} has no bad sample"


@each_sample
def test_a_sample_is_taken_or_refused(centre: Centre, sample: Sample) -> None:
    if sample.bad is not None:
        assert msgspec.json.decode(sample.data)["id"] is not None  # it is JSON: only the type refuses it
        with pytest.raises(msgspec.ValidationError):
            decoded(centre, sample)
        return
    fact = decoded(centre, sample)
    picture = Picture(centre.tables)
    event = arrived(centre, sample.type, fact, NOON)
    delta = centre.folds[sample.type](picture, event)
    assert sum(len(rows) for rows in delta.values()) >= 1
    picture.apply(delta)
    assert centre.folds[sample.type](picture, event) == {}, "the same fact again changes nothing"
    assert msgspec.json.decode(msgspec.json.encode(fact), type=type(fact)) == fact


@each_centre
def test_tiles_give_a_number_or_say_that_it_is_not_known(centre: Centre) -> None:
    for picture in (Picture(centre.tables), lived(centre), sampled(centre)):
        for tile in centre.panels.tiles:
            value = tile.value(picture.rows, NOON + WINDOW_S)
            assert value is None or math.isfinite(value), tile.id
            if value is not None and tile.format == "percent":
                assert 0 <= value <= 2, f"{tile.id}: a percent tile takes a fraction"


@each_centre
def test_the_headline_is_known_after_twenty_minutes(centre: Centre) -> None:
    tile = next(tile for tile in centre.panels.tiles if tile.id == centre.panels.headline)
    assert tile.value(lived(centre).rows, NOON + WINDOW_S) is not None


@each_centre
def test_charts_give_series(centre: Centre) -> None:
    assert len(centre.panels.charts) >= 2
    for picture in (Picture(centre.tables), lived(centre), sampled(centre)):
        for chart in centre.panels.charts:
            drawn = chart.series(views(centre, picture, chart.table), NOON + WINDOW_S)
            for series in drawn:
                assert len(series.x) == len(series.y), chart.id
                assert all(isinstance(y, int | float) and math.isfinite(y) for y in series.y), chart.id
                assert both(series.name), chart.id
                assert len(set(series.x)) == len(series.x), f"{chart.id}: two points of one name"
                for name in series.x:
                    assert both(name) if isinstance(name, Text) else not HAN.search(str(name)), f"{chart.id} {name}"
    full = lived(centre)
    for chart in centre.panels.charts:
        assert chart.series(views(centre, full, chart.table), NOON + WINDOW_S), f"{chart.id} draws nothing"


@each_centre
def test_grid_columns_are_there_and_no_raw_word_is_shown(centre: Centre) -> None:
    filled: set[str] = set()
    for picture in (lived(centre), sampled(centre)):
        for grid in centre.panels.grids:
            for row in views(centre, picture, grid.table):
                filled.add(grid.table)
                for column in grid.columns:
                    assert column.field.split(".")[0] in row, f"{grid.table}.{column.field}"
                for field in (grid.kind, grid.status, grid.time):
                    assert field in row, f"{grid.table}.{field}"
                worded = {grid.kind, grid.status} | {c.field for c in grid.columns if c.kind in ("label", "state")}
                for field in worded:
                    for word in words(row[field]):
                        assert word in grid.labels, f"{grid.table}.{field} {word!r}"
    assert filled == {grid.table for grid in centre.panels.grids}


def words(value: JSON) -> list[str]:
    """The words a cell holds; a text in both languages needs no label, nor does yes or no."""
    if isinstance(value, list):
        return [word for item in value for word in words(item)]
    return [value] if isinstance(value, str) else []


@each_centre
def test_everything_shown_is_in_both_languages(centre: Centre) -> None:
    panels = centre.panels
    shown = [centre.title, *(t.title for t in centre.tables), *(p.purpose for p in centre.protection.values())]
    shown += [tile.title for tile in panels.tiles] + [chart.title for chart in panels.charts]
    shown += [layer.title for layer in panels.layers] + [grid.title for grid in panels.grids]
    shown += [column.title for grid in panels.grids for column in grid.columns]
    shown += [text for grid in panels.grids for text in grid.labels.values()]
    shown += [tile.unit for tile in panels.tiles if tile.unit] + ([panels.plan.title] if panels.plan else [])
    assert [text for text in shown if not both(text)] == []


def both(text: Text) -> bool:
    """Chinese that is Chinese (or a sign), English that has no Chinese in it."""
    return (
        bool(text.zh.strip() and text.en.strip())
        and not HAN.search(text.en)
        and (bool(HAN.search(text.zh)) or text.zh == text.en)
    )


@each_centre
def test_a_plan_has_zones_that_fit_it_and_stays_in_them(centre: Centre) -> None:
    plan = centre.panels.plan
    if plan is None:
        assert centre.panels.layers, "neither map nor plan"
        return
    picture = lived(centre)
    zones = {row["id"]: row for row in views(centre, picture, plan.table)}
    cells: set[tuple[int, int]] = set()
    for row in zones.values():
        box = row[plan.box]
        own = {
            (x, y)
            for x in range(box["left"], box["left"] + box["wide"])
            for y in range(box["top"], box["top"] + box["high"])
        }
        assert own
        assert not own & cells, f"{row['id']} lies over another zone"
        cells |= own
        assert row[plan.name]["zh"]
        assert row[plan.inside] >= 0 < row[plan.capacity]
    assert cells <= {(x, y) for x in range(plan.wide) for y in range(plan.high)}
    assert plan.stays is not None
    stays = [row for row in views(centre, picture, plan.stays.table) if row[plan.stays.zone] is not None]
    assert stays
    assert {row[plan.stays.zone] for row in stays} <= zones.keys()
    assert all(row[plan.stays.since] and row[plan.stays.number] for row in stays)


@each_centre
@pytest.mark.parametrize("cut", [NOON + 1.0, NOON + 60.0, NOON + 617.25, NOON + 1000.0])
def test_two_windows_are_one(centre: Centre, cut: float) -> None:
    whole = list(noon_of(centre.name))
    first, second = centre.simulate(world(), NOON, cut), centre.simulate(world(), cut, NOON + WINDOW_S)
    assert [*first, *second] == whole


@each_centre
def test_many_small_windows_are_one(centre: Centre) -> None:
    pieces = [centre.simulate(world(), NOON + 5 * k, NOON + 5 * (k + 1)) for k in range(24)]
    assert [e for piece in pieces for e in piece] == [e for e in noon_of(centre.name) if e.at <= NOON + 120]


@each_centre
def test_what_is_simulated_is_in_the_window_in_order_and_its_own(centre: Centre) -> None:
    said = noon_of(centre.name)
    assert said
    assert all(NOON < e.at <= NOON + WINDOW_S for e in said)
    assert [e.at for e in said] == sorted(e.at for e in said)
    for e in said:
        assert e.topic == centre.topic
        assert e.source.startswith(centre.source)
        assert type(e.data) is centre.events[e.type]


@each_centre
def test_revisions_grow(centre: Centre) -> None:
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    for e in noon_of(centre.name):
        entity, order = (type(e.data).__name__, e.data.id), (e.data.epoch, e.data.rev)
        assert order > newest.get(entity, (-1, 0)), entity
        newest[entity] = order


@each_centre
def test_what_is_simulated_survives_the_wire(centre: Centre) -> None:
    for e in noon_of(centre.name):
        value = encode(e).value
        assert value is not None
        data = msgspec.json.decode(value, type=dict[str, msgspec.Raw])["data"]
        assert msgspec.json.decode(data, type=centre.events[e.type]) == e.data


@each_centre
def test_it_speaks_as_often_as_it_says_and_does_not_flood(centre: Centre) -> None:
    times = [NOON, *(e.at for e in noon_of(centre.name)), NOON + WINDOW_S]
    gaps = [b - a for a, b in pairwise(times)]
    assert max(gaps) <= centre.expected_s
    assert len(times) / WINDOW_S < 3


@each_centre
def test_standing_rows_are_stated_as_often_as_their_table_says(centre: Centre) -> None:
    expected = {table.data: table.expected_s for table in centre.tables if table.expected_s is not None}
    heard: dict[tuple[type[Fact], str], list[float]] = defaultdict(list)
    for e in noon_of(centre.name):
        if type(e.data) in expected:
            heard[type(e.data), e.data.id].append(e.at)
    assert {data for data, _ in heard} == set(expected), "a table of standing rows that nobody fills"
    for (data, key), times in heard.items():
        gaps = [b - a for a, b in pairwise(times)]
        assert gaps, f"{data.__name__} {key} spoke once in twenty minutes"
        assert max(gaps) <= (expected[data] or 0), f"{data.__name__} {key}"


@each_centre
def test_no_field_can_hold_what_must_not_be_stored(centre: Centre) -> None:
    for path in {path for data in centre.events.values() for path, _ in leaves(data, data.__name__)}:
        field = path.rsplit(".", 1)[-1]
        assert not FORBIDDEN & set(field.split("_")), path
        assert "id_number" not in field, path


@each_centre
def test_no_text_is_without_bounds(centre: Centre) -> None:
    """Outside the hub's bilingual ``Text`` every string is an id, a code or a word of a list, so never free text."""
    for data in centre.events.values():
        for path, kind in leaves(data, data.__name__):
            if isinstance(kind, inspect.StrType) and not path.endswith((".zh", ".en", ".frame")):
                assert kind.pattern or (kind.max_length or 10**9) <= 160, path
            assert not isinstance(kind, inspect.AnyType | inspect.BytesType | inspect.DictType), path


@each_centre
def test_every_number_has_a_bound(centre: Centre) -> None:
    for data in centre.events.values():
        for path, kind in leaves(data, data.__name__):
            if isinstance(kind, inspect.IntType | inspect.FloatType) and ".position" not in path:
                assert kind.ge is not None or kind.gt is not None, path


def leaves(data: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every field below a fact type, as (dotted path, msgspec's description of what it may hold)."""
    info = inspect.type_info(data)
    assert isinstance(info, inspect.StructType)
    yield from _below(info, path)


def _below(kind: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, inspect.Metadata):
        yield from _below(kind.type, path)
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from _below(field.type, f"{path}.{field.name}")
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _below(part, path)
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        yield from _below(kind.item_type, path)
    else:
        yield path, kind


def test_centres_do_not_share_a_topic_a_table_or_a_type() -> None:
    seen: Mapping[str, list[str]] = defaultdict(list)
    for centre in CENTRES:
        for claim in {centre.topic, *(table.name for table in centre.tables), *centre.events}:
            seen[claim].append(centre.name)
    assert {claim: owners for claim, owners in seen.items() if len(owners) > 1} == {}
