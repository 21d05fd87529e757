"""Mapping files: what is refused at once, what is counted, and what a row becomes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.centre import Intake
from hub.codec import FOLLOWUP, REFUSED
from hub.errors import BadPayload, HubError
from hub.field.intakes import INTAKES
from streams.bridges.mapping import Moment, Place, columns, examples, load
from streams.bridges.places import position, street
from streams.bridges.plan import Plan, Planned, plan
from streams.bridges.times import reader

INCIDENTS, UNITS = INTAKES
HEAD = """
as = "incidents"
id = "no"
[time]
column = "at"
format = "%Y-%m-%d %H:%M"
zone = "Asia/Shanghai"
[position]
lon = "x"
lat = "y"
frame = "WGS84"
bounds = [103, 30, 105, 32]
[fields.opened_at]
column = "at"
"""
KINDS = """
[[values]]
column = "type"
default = { kind = "other", priority = 4 }
[values.exact]
"火" = { kind = "fire", priority = 1 }
[[values.like]]
match = "theft"
set = { kind = "theft", priority = 3 }
"""
STATE = """
[fields.state]
value = "open"
"""
COLUMNS = "no,at,x,y,type,end\n"
GOOD = "7,2026-11-23 08:00,104.05,30.67,火,\n"


def make(tmp_path: Path, toml: str, csv: str, intake: Intake = INCIDENTS) -> Plan:
    (tmp_path / "m.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "calls.csv").write_text(csv, encoding="utf-8")
    return plan(tmp_path / "calls.csv", tmp_path / "m.toml", intake)


def fact(planned: Planned) -> dict[str, Any]:
    assert planned.outgoing.value is not None
    found: dict[str, Any] = json.loads(planned.outgoing.value)["data"]
    return found


def reason(planned: Planned) -> str:
    assert planned.refused
    return dict(planned.outgoing.headers)[REFUSED].decode()


def test_a_row_becomes_a_fact(tmp_path: Path) -> None:
    [only] = make(tmp_path, HEAD + STATE + KINDS, COLUMNS + GOOD)
    assert fact(only) == {
        **{"id": "7", "rev": 1795392000000, "epoch": 0, "kind": "fire", "priority": 1, "state": "open"},
        "opened_at": "2026-11-23T00:00:00Z",
        "position": {"lon": 104.05, "lat": 30.67, "frame": "WGS84", "ce_m": None},
        **dict.fromkeys(["place", "title", "answered_at", "dispatched_at", "arrived_at", "closed_at"]),
        **{"reason": None, "diverted_to": None, "operation": None, "channel": "110", "units": []},
        **{"owner": "hub", "due_at": None, "hops": [], "results": []},
    }
    assert only.outgoing.key == b"7"
    event = json.loads(only.outgoing.value or b"")
    assert (event["id"], event["type"]) == ("calls.csv:1:0", "cn.hub.incident.opened.v1")


def test_an_unknown_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"column 'tipe' is not in calls\.csv; did you mean 'type'\?"):
        make(tmp_path, (HEAD + STATE + KINDS).replace('"type"', '"tipe"'), COLUMNS + GOOD)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[fields.state]", "[fields.stat]", "no field 'stat'; did you mean 'state'"),
        ('value = "open"', 'value = "ajar"', "state = 'ajar'"),
        ("priority = 1", "priority = 9", "priority = 9"),
        ("Asia/Shanghai", "Asia/Shanghigh", "'Asia/Shanghigh' is no IANA time zone"),
        ('zone = "Asia/Shanghai"', "", "so it needs zone"),
        ('frame = "WGS84"', "", "missing required field `frame`"),
        ('frame = "WGS84"', 'frame = "CGCS"', "Invalid enum value 'CGCS'"),
        ('match = "theft"', 'match = "the("', "is no regular expression"),
        ('lat = "y"\n', "", "either lon and lat"),
        ('value = "open"', "", "needs exactly one of column, value"),
        ('as = "incidents"', 'as = "units"', 'as = "units"'),
        ('id = "no"', 'ident = "no"', "unknown field `ident`"),
        ("[fields.opened_at]", "[fields.closed_at]", "nothing gives 'opened_at'"),
        ('id = "no"', "id = no", "m.toml: "),
    ],
)
def test_a_wrong_mapping_is_refused_at_once(tmp_path: Path, old: str, new: str, said: str) -> None:
    toml = HEAD + STATE + KINDS
    assert old in toml
    with pytest.raises(HubError) as error:
        make(tmp_path, toml.replace(old, new), COLUMNS + GOOD)
    assert said in str(error.value)


def test_unknown_values_are_counted_and_take_the_default(tmp_path: Path) -> None:
    rows = GOOD + GOOD.replace("7,", "8,").replace("火", "cat") + GOOD.replace("7,", "9,").replace("火", "Bike THEFT")
    made = make(tmp_path, HEAD + STATE + KINDS, COLUMNS + rows)
    assert [fact(each)["kind"] for each in made] == ["fire", "other", "theft"]
    assert dict(made.warnings) == {("type", "cat"): 1}
    assert len(list(made)) == 3
    assert dict(made.warnings) == {("type", "cat"): 1}, "a second run counts anew"
    assert made.summary() == ["type: 'cat' is in no value table (1×)"]


def test_without_default_an_unknown_value_refuses_its_row(tmp_path: Path) -> None:
    toml = (HEAD + STATE + KINDS).replace('default = { kind = "other", priority = 4 }\n', "")
    made = make(tmp_path, toml, COLUMNS + GOOD.replace("火", "cat") + GOOD.replace("火", ""))
    assert [reason(each) for each in made] == ["column 'type': unknown value 'cat'", "column 'type' is empty"]
    assert dict(made.warnings) == {("type", "cat"): 1}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("0,0", "0, 0: the source had no fix"),
        ("0.0,-0.0", "0, 0: the source had no fix"),
        ("30.67,104.05", "outside the earth: swapped?"),
        ("30.67,31", "outside the mapping's bounds"),
        ("31,104", "outside the earth: swapped?"),
        ("nan,30.67", "'nan' is not finite"),
        ("104.05,", "without latitude"),
        ("104.05,north", "'north' is not a number"),
        ("200,30", "outside the earth"),
    ],
)
def test_an_impossible_position_refuses_the_row(tmp_path: Path, cells: str, said: str) -> None:
    [only] = make(tmp_path, HEAD + STATE + KINDS, COLUMNS + GOOD.replace("104.05,30.67", cells))
    assert said in reason(only)
    raw = json.loads(only.outgoing.value or b"")
    assert (raw["file"], raw["row"], raw["cells"]["type"]) == ("calls.csv", 1, "火")


def test_swapped_within_the_earth_is_seen_by_the_bounds() -> None:
    goa = Place(frame="WGS84", lon="a", lat="b", bounds=(73.5, 14.7, 74.6, 16.0))
    with pytest.raises(BadPayload, match="swapped"):
        position(goa, "15.5", "73.8")


def test_an_empty_position_is_no_position(tmp_path: Path) -> None:
    [only] = make(tmp_path, HEAD + STATE + KINDS, COLUMNS + GOOD.replace("104.05,30.67", ","))
    assert not only.refused
    assert fact(only)["position"] is None


def test_bad_rows_are_kept_with_their_reason_and_never_fatal(tmp_path: Path) -> None:
    rows = GOOD + "8,yesterday,104,30.6,火,\n" + "9,2026-11-23 09:00\n" + GOOD.replace("7,2", ",2")
    found = list(make(tmp_path, HEAD + STATE + KINDS, COLUMNS + rows + "\n" + GOOD.replace("7,", "10,")))
    assert sorted(each.row for each in found) == [1, 2, 3, 4, 5]
    said = {each.row: reason(each) for each in found if each.refused}
    assert said == {
        2: "'yesterday' is not a time like %Y-%m-%d %H:%M",
        3: "2 cells, the header has 6",
        4: "column 'no' (the id) is empty",
    }
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_only_mapped_columns_are_kept_of_a_refused_row(tmp_path: Path) -> None:
    toml = HEAD + STATE + KINDS + '[fields.place]\ncolumn = "address"\nstreet_only = true\n'
    header = "no,at,x,y,type,name,address\n"
    [only] = make(tmp_path, toml, header + "1,2026-11-23 08:00,0,0,火,A. Person,12 Long Rd\n")
    assert b"Person" not in (only.outgoing.value or b"")
    assert json.loads(only.outgoing.value or b"")["cells"]["address"] == "Long Rd"


ZONES = [
    ("2025-11-02 01:30", "earlier", 1762065000),
    ("2025-11-02 01:30", "later", 1762068600),
    ("2025-11-02 00:30", "refuse", 1762061400),
    ("2026-03-08 01:59", "earlier", 1772956740),
    ("2026-03-08 03:00", "earlier", 1772956800),
]


@pytest.mark.parametrize(("text", "ambiguous", "expected"), ZONES)
def test_clock_changes(text: str, ambiguous: Any, expected: float) -> None:
    moment = Moment(format="%Y-%m-%d %H:%M", zone="America/Chicago", ambiguous=ambiguous)
    assert reader(moment, moment, "x")(text) == expected


@pytest.mark.parametrize(
    ("text", "said"), [("2025-11-02 01:30", "happened twice"), ("2026-03-08 02:30", "does not exist")]
)
def test_clock_changes_that_cannot_be_told(text: str, said: str) -> None:
    moment = Moment(format="%Y-%m-%d %H:%M", zone="America/Chicago", ambiguous="refuse")
    with pytest.raises(BadPayload, match=said):
        reader(moment, moment, "x")(text)


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        ("iso", "2026-11-23T08:00:00+08:00", 1795392000),
        ("iso", "2026-11-23T00:00:00Z", 1795392000),
        ("epoch_s", "1795392000", 1795392000),
        ("epoch_ms", "1795392000500", 1795392000.5),
        (["%d/%m/%Y %H:%M", "iso"], "23/11/2026 08:00", 1795392000),
        (["%d/%m/%Y %H:%M", "iso"], "2026-11-23 08:00", 1795392000),
        ("%m/%d/%Y %I:%M:%S %p", "11/23/2026 8:00:00 AM", 1795392000),
    ],
)
def test_formats(format: str | list[str], text: str, expected: float) -> None:
    moment = Moment(format=format, zone="Asia/Shanghai")
    assert reader(moment, moment, "x")(text) == expected


@pytest.mark.parametrize("text", ["", "23/13/2026 08:00", "nan", "1795392000e99", "1900-01-01 00:00"])
def test_what_is_no_time(text: str) -> None:
    moment = Moment(format=["%d/%m/%Y %H:%M", "iso", "epoch_s"], zone="Asia/Shanghai")
    with pytest.raises(BadPayload):
        reader(moment, moment, "x")(text)


LIVE = """
as = "incidents"
id = "no"
[time]
column = "seen"
format = "epoch_s"
[life]
op = "op"
opens = ["new"]
changes = ["update"]
ends = ["gone"]
[fields.opened_at]
first_seen = true
[fields.units]
column = "units"
[fields.arrived_at]
entered = { state = ["on_scene"] }
[[values]]
column = "status"
exact = { "Waiting" = { state = "open" }, "There" = { state = "on_scene" }, "Done" = { state = "closed" } }
""" + KINDS.replace('"火"', '"fire"')
T = 1_795_392_000


def live(tmp_path: Path, rows: Iterable[dict[str, Any]]) -> list[Planned]:
    (tmp_path / "m.toml").write_text(LIVE, encoding="utf-8")
    with gzip.open(tmp_path / "log.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return list(plan(tmp_path / "log.jsonl.gz", tmp_path / "m.toml", INCIDENTS))


def seen(minute: int, op: str, **cells: object) -> dict[str, Any]:
    full = {"type": "fire", "units": "A1,B2", "status": "Waiting"} if op != "gone" else {}
    return {"no": "1", "seen": T + 60 * minute, "op": op, **full, **cells}


def test_a_live_log_opens_changes_and_ends(tmp_path: Path) -> None:
    rows = [seen(0, "new"), seen(1, "update", units="A1"), seen(2, "update", status="There"), seen(9, "gone")]
    facts = [fact(each) for each in live(tmp_path, rows)]
    assert [each["state"] for each in facts] == ["open", "open", "on_scene", "closed"]
    assert [each["units"] for each in facts] == [["A1", "B2"], ["A1"], ["A1", "B2"], ["A1", "B2"]]
    assert {each["opened_at"] for each in facts} == {"2026-11-23T00:00:00Z"}
    assert facts[-1]["arrived_at"] == "2026-11-23T00:02:00Z"
    assert facts[-1]["closed_at"] == "2026-11-23T00:09:00Z"
    assert [each["rev"] for each in facts] == [1000 * (T + 60 * minute) for minute in (0, 1, 2, 9)]


def test_backwards_and_back_again(tmp_path: Path) -> None:
    rows = [
        *(seen(0, "new"), seen(1, "update", status="Done"), seen(2, "update", status="There")),
        *(seen(3, "update", status="Done"), seen(5, "gone"), seen(8, "new"), seen(9, "gone")),
    ]
    facts = [fact(each) for each in live(tmp_path, rows)]
    closed = [each["closed_at"] and each["closed_at"][14:16] for each in facts]
    assert closed == [None, "01", None, "03", "03", None, "09"]
    assert facts[0]["opened_at"] == facts[-1]["opened_at"], "the same call, back on the board"


def test_two_changes_of_one_second_keep_their_order(tmp_path: Path) -> None:
    facts = [fact(each) for each in live(tmp_path, [seen(0, "new"), seen(0, "update", units="C3")])]
    assert facts[1]["rev"] == facts[0]["rev"] + 1


def test_odd_rows_of_a_live_log(tmp_path: Path) -> None:
    rows = [seen(0, "gone", no="2"), seen(1, "vanish"), seen(2, "update"), seen(3, "update", units=["a"])]
    found = live(tmp_path, rows)
    assert reason(found[0]) == "2 ends here but was never described"
    assert reason(found[1]) == "column 'op': unknown value 'vanish'"
    assert json.loads(found[2].outgoing.value or b"")["type"] == "cn.hub.incident.opened.v1"
    assert fact(found[3])["units"] == ["a"]


def test_broken_json_lines_are_counted(tmp_path: Path) -> None:
    live(tmp_path, [seen(0, "new")])
    with gzip.open(tmp_path / "log.jsonl.gz", "at", encoding="utf-8") as out:
        out.write('{"no": \n[]\n\n')
    found = list(plan(tmp_path / "log.jsonl.gz", tmp_path / "m.toml", INCIDENTS))
    assert [each.refused for each in found] == [False, True, True]
    assert "not JSON" in reason(found[1])


def test_a_file_that_breaks_off_gives_what_was_read(tmp_path: Path) -> None:
    live(tmp_path, [seen(minute, "new", no=str(minute), units=str(minute * 7919)) for minute in range(4000)])
    whole = (tmp_path / "log.jsonl.gz").read_bytes()
    (tmp_path / "log.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    found = list(plan(tmp_path / "log.jsonl.gz", tmp_path / "m.toml", INCIDENTS))
    assert 500 < len(found) < 4000
    assert "breaks off" in reason(found[-1])


STEPS = HEAD + STATE + KINDS + '[[steps]]\ncolumn = "end"\nends = true\n'


def test_a_row_with_an_end_gives_a_followup_in_its_time(tmp_path: Path) -> None:
    rows = GOOD.replace("火,", "火,2026-11-23 09:00") + GOOD.replace("7,2026-11-23 08:00", "8,2026-11-23 08:30")
    found = list(make(tmp_path, STEPS, COLUMNS + rows))
    assert [(each.row, each.followup) for each in found] == [(1, False), (2, False), (1, True)]
    assert (FOLLOWUP, b"1") in found[2].outgoing.headers
    assert fact(found[2])["state"] == "closed"
    assert fact(found[2])["closed_at"] == "2026-11-23T01:00:00Z"
    assert fact(found[2])["rev"] > fact(found[0])["rev"]


def test_an_end_before_the_beginning_is_played_after_it_and_counted(tmp_path: Path) -> None:
    made = make(tmp_path, STEPS, COLUMNS + GOOD.replace("火,", "火,2026-11-23 07:00"))
    first, last = list(made)
    assert first.at == last.at
    assert fact(last)["closed_at"] == "2026-11-22T23:00:00Z"
    assert dict(made.warnings) == {("end", "ends before it began"): 1}
    assert made.summary() == ["end: ends before it began (1×)"]


TRACK = """
as = "units"
id = "no"
[time]
column = "at"
format = "iso"
zone = "UTC"
[life]
same_time = "repeat"
[fields]
call_sign = { column = "no" }
kind = { value = "fire" }
status = { value = "available" }
speed_mps = { column = "v", unit = "km/h", empty = ["999"] }
"""


def test_a_repeated_fix_has_the_same_revision(tmp_path: Path) -> None:
    rows = "no,at,v\nE1,2026-11-23T00:01:00,36\nE1,2026-11-23T00:00:00,18\nE1,2026-11-23T00:01:00,999\n"
    facts = [fact(each) for each in make(tmp_path, TRACK, rows, UNITS)]
    assert [each["rev"] - 1000 * T for each in facts] == [0, 60_000, 60_000], "in order of time, not of the file"
    assert [each["speed_mps"] for each in facts] == [5.0, 10.0, None]


def test_geojson(tmp_path: Path) -> None:
    toml = TRACK.replace('"no"', '"id"') + '[position]\ngeometry = true\nframe = "GCJ02"\n'
    (tmp_path / "m.toml").write_text(toml, encoding="utf-8")
    cells = {"at": "2026-11-23T00:00:00Z", "v": None}
    shapes = [{"type": "Point", "coordinates": [104.0, 30.0, 500]}, None, {"type": "Point", "coordinates": [0, 0]}]
    collection = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": []}, shapes[0]]}
    features = [{"id": n, "properties": cells, "geometry": g} for n, g in enumerate([*shapes, collection])]
    (tmp_path / "f.geojson").write_text(json.dumps({"features": [*features, 3]}), encoding="utf-8")
    found = list(plan(tmp_path / "f.geojson", tmp_path / "m.toml", UNITS))
    point = {"lon": 104.0, "lat": 30.0, "frame": "GCJ02", "ce_m": None}
    assert [fact(found[n])["position"] for n in (0, 1, 3)] == [point, None, point]
    assert [each.refused for each in found] == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("6999 TIDWELL RD", "TIDWELL RD"),
        ("100 BLOCK  CONLEY RD", "CONLEY RD"),
        ("109-336 N KEENE ST", "N KEENE ST"),
        ("9757 N RESEDA BLVD, 91324", "N RESEDA BLVD"),
        ("1016 W 51ST ST, 90037", "W 51ST ST"),
        ("HILLTOP 877 CHAKOLA RD, CHAKOLA 2630", "CHAKOLA RD, CHAKOLA"),
        ("E STADIUM BLVD/S PROVIDENCE RD", "E STADIUM BLVD/S PROVIDENCE RD"),
        ("EXIT 8A W IH 610 FWY S", "EXIT 8A W IH 610 FWY S"),
        ("W BUSINESS LOOP 70", "W BUSINESS LOOP 70"),
        ("9452 N HWY VV", "N HWY VV"),
        ("12 MAIN ST APT 4B", "MAIN ST"),
        ("2900BLK  S RICHEY ST", "S RICHEY ST"),
        ("Behind/33 Dale Cr, Armidale, NSW 2350", "Dale Cr, Armidale, NSW"),
        ("RIVERSIDE LODGE UNIT 52/5189 RIVERINA HWY, HOWLONG 2643", "RIVERINA HWY, HOWLONG"),
        ("1134 I70 E", "I70 E"),
        ("-28.41523, 152.81030", ""),
        ("50 A1", ""),
        ("", ""),
    ],
)
def test_streets(address: str, expected: str) -> None:
    assert street(address) == expected


def test_the_same_file_gives_the_same_records(tmp_path: Path) -> None:
    rows = COLUMNS + GOOD + GOOD.replace("7,", "8,").replace("火,", "火,2026-11-23 09:00")
    made = make(tmp_path, STEPS, rows)
    assert list(made) == list(made) == list(make(tmp_path, STEPS, rows))
    assert list(made.after(2)) == list(made)[2:]


def test_examples_are_found_by_name_and_sound() -> None:
    assert {load(name).about for name in examples()} == {load(path).about for path in examples().values()}
    with pytest.raises(HubError, match="did you mean 'houston_live'"):
        load("houston_life")


def test_example_incidents_fit_the_intake(tmp_path: Path) -> None:
    """Every shipped mapping of the hub's own intakes holds against its fact type, and names no person's column."""
    for name, path in examples().items():
        mapping = load(path)
        if mapping.intake not in ("incidents", "units"):
            continue
        intake = {each.name: each for each in INTAKES}[mapping.intake]
        toml = msgspec.structs.replace(mapping, format="csv")
        (tmp_path / "head.csv").write_text(",".join(columns(toml)), encoding="utf-8")
        assert plan(tmp_path / "head.csv", toml, intake).rows == 0, name
