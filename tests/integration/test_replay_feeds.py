"""Real exports through the whole bridge, held against folds written here with pandas and nothing of the bridge.

Every feed runs plan → player → log → codec → Picture. The expected rows come from the source file alone.
"""

from __future__ import annotations

import gzip
import json
import re
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from threading import Event as Flag
from typing import Any

import numpy as np
import pandas as pd
import pytest

import centres
from hub.clock import RunningClock
from hub.codec import FOLLOWUP, Codec
from hub.domain.events import Stream
from hub.domain.model import seconds
from hub.errors import BadPayload
from hub.field.intakes import INTAKES
from hub.field.topics import STREAMS, TABLES
from hub.picture.fold import Picture
from streams.bridges.mapping import load
from streams.bridges.plan import plan
from streams.bridges.replay import play
from streams.geo import locator
from streams.memory_log import MemoryLog

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared data folder"),
]


HOUSE = re.compile(r"\d+(BLK|[A-Z])?\s")


class Played:
    """A feed after its replay: the facts by id, the outcome of every source row, and why rows were refused."""

    def __init__(self, file: str, example: str) -> None:
        path = DATA / file
        plugs = centres.discover()
        streams = [*STREAMS, *(centre.stream() for centre in plugs)]
        tables = [*TABLES, *(table for centre in plugs for table in centre.tables)]
        known = {each.name: each for each in (*INTAKES, *(intake for centre in plugs for intake in centre.intakes))}
        intake = known[load(example).intake]
        made, log = plan(path, example, intake), MemoryLog()
        end = play(made, log, intake.topic, clock=RunningClock(0, 1), speed=None, stop=Flag())
        self.picture, self.reasons = Picture(tables), list[str]()
        self.rows_in = made.rows
        self.outcome = _fold(log, streams, intake.topic, self.picture, self.reasons)
        self.facts: dict[str, Any] = {id: row.fact for id, row in self.picture.rows(intake.table).items()}
        self.warnings = dict(made.warnings)
        counted = {name: self.outcome[name] for name in ("applied", "superseded", "dead_letters")}
        print(f"{file}: rows_in {self.rows_in} = {counted}, further {self.outcome['followups']}, ids {len(self.facts)}")
        print(f"  warnings {self.warnings}, reasons {Counter(reason[-40:] for reason in self.reasons).most_common(4)}")
        assert end.rows == made.rows
        assert sum(counted.values()) == self.rows_in

    def column(self, name: str) -> dict[str, Any]:
        return {id: getattr(fact, name) for id, fact in self.facts.items()}

    def times(self, name: str) -> dict[str, float | None]:
        return {id: seconds(moment) for id, moment in self.column(name).items()}

    def places(self) -> dict[str, tuple[float, float] | None]:
        return {id: place and (place.lon, place.lat) for id, place in self.column("position").items()}


def _fold(log: MemoryLog, streams: list[Stream], topic: str, picture: Picture, reasons: list[str]) -> Counter[str]:
    stream = {each.topic: each for each in streams}[topic]
    codec, outcome, at = Codec(streams, locator()), Counter[str](), 0
    while records := log.read({(topic, 0): at}, 5000, 0.0):
        for record in records:
            counted = record.header(FOLLOWUP) is None
            try:
                event = codec.decode(record, 0.0)
                delta = stream.folds[event.type](picture, event)
            except BadPayload as error:
                reasons.append(str(error))
                outcome["dead_letters" if counted else "bad followups"] += 1
                continue
            picture.apply(delta)
            outcome[("applied" if delta else "superseded") if counted else "followups"] += 1
        at += len(records)
    assert not outcome["bad followups"]
    return outcome


def csv(file: str) -> pd.DataFrame:
    return pd.read_csv(DATA / file, dtype=str, keep_default_na=False)


def jsonl(file: str) -> pd.DataFrame:
    with gzip.open(DATA / file, "rt", encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines])


def stamp(text: pd.Series, format: str | None = None, zone: str | None = None) -> pd.Series:
    """Epoch seconds, ``None`` where the cell is empty."""
    moment = pd.to_datetime(text.where(text != ""), format=format, utc=zone is None)
    if zone is not None:
        moment = moment.dt.tz_localize(zone, ambiguous=np.full(len(moment), True))
    whole = (moment - pd.Timestamp(0, tz="UTC")).dt.total_seconds().astype(object)
    return whole.where(moment.notna(), None)


def keyed(ids: pd.Series, values: pd.Series) -> dict[str, Any]:
    assert ids.is_unique
    return dict(zip(ids, values, strict=True))


def same(actual: dict[str, Any], expected: dict[str, Any]) -> None:
    """Equal, or a few of the differences (a diff of 50,000 entries would take longer than the test)."""
    differ = [id for id in actual.keys() | expected.keys() if actual.get(id, "-") != expected.get(id, "-")]
    assert not differ, f"{len(differ)} differ: " + str([(i, actual.get(i), expected.get(i)) for i in differ[:5]])


def points(frame: pd.DataFrame, lon: str, lat: str) -> pd.Series:
    return pd.Series(
        [(float(x), float(y)) if x != "" else None for x, y in zip(frame[lon], frame[lat], strict=True)],
        index=frame.index,
        dtype=object,
    )


def closings(frame: pd.DataFrame, closed: pd.Series) -> dict[str, float]:
    """id → when the last unbroken run of closed rows began, for ids whose last row is closed."""
    began = closed & ~closed.groupby(frame["id"]).shift(fill_value=False)
    last = frame["seen"].where(began).groupby(frame["id"]).last()
    over = closed.groupby(frame["id"]).last()
    return {str(id): float(last[id]) for id in over.index[over]}


def test_houston_live() -> None:
    played = Played("calls_houston/events_2024-01-08_week.jsonl.gz", "houston_live")
    frame = jsonl("calls_houston/events_2024-01-08_week.jsonl.gz")
    full = frame[frame["op"] != "gone"].groupby("id").tail(1)
    assert played.outcome["applied"] == played.rows_in == len(frame)
    same(played.times("opened_at"), keyed(full["id"], full["CALL_TIME"] / 1000))
    closed = closings(frame, frame["op"] == "gone")
    same({id: at for id, at in played.times("closed_at").items() if at is not None}, closed)
    assert {id for id, state in played.column("state").items() if state == "closed"} == set(closed)
    same(played.places(), keyed(full["id"], points(full, "LONGITUDE", "LATITUDE")))
    same(played.column("units"), keyed(full["id"], full["Units"].map(lambda text: tuple(text.split(",")))))
    expected = {"EMS EVENT": 2, "APARTMENT FIRE": 1, "CRASH/MINOR/FSGI": 3, "AUTOMATIC ALARM": 3, "TRASH FIRE": 3}
    some = full[full["IncidentType"].isin(list(expected))]
    priority = some["IncidentType"].map(expected).where(some["ALARM_LEVEL"] == 0, 1)
    same({id: played.facts[id].priority for id in some["id"]}, keyed(some["id"], priority))
    assert len(some) > 8000
    assert (full["ALARM_LEVEL"] > 0).any()
    assert not played.warnings
    assert not [fact for fact in played.facts.values() if fact.place and HOUSE.match(fact.place.en)]


@pytest.mark.parametrize("month", ["2023-11", "2024-01"])
def test_houston_table(month: str) -> None:
    played = Played(f"calls_houston/incidents_{month}.csv.gz", "houston_table")
    frame = csv(f"calls_houston/incidents_{month}.csv.gz")
    ids = frame["incident_id"]
    assert played.outcome["applied"] == len(frame) == len(played.facts)
    same(played.times("opened_at"), keyed(ids, stamp(frame["call_time_utc"])))
    same(played.times("closed_at"), keyed(ids, stamp(frame["gone_by_utc"])))
    same(played.places(), keyed(ids, points(frame, "longitude", "latitude")))
    same(played.column("units"), keyed(ids, frame["units_all_seen"].map(lambda text: tuple(text.split(" ")))))
    same(played.column("state"), keyed(ids, frame["gone_by_utc"].map(lambda text: "closed" if text else "?")))
    medical = frame["incident_type"] == "EMS EVENT"
    assert {played.facts[id].kind for id in ids[medical]} == {"medical"}


DONE = ("Finished", "Out / Completed")


@pytest.mark.parametrize("month", ["07", "08", "09", "10"])
def test_canberra_live(month: str) -> None:
    played = Played(f"calls_canberra_esa/events_2024-{month}.jsonl.gz", "canberra_live")
    frame = jsonl(f"calls_canberra_esa/events_2024-{month}.jsonl.gz")
    gone = frame["op"] == "gone"
    described = (~gone).groupby(frame["id"]).cummax()
    assert played.outcome["dead_letters"] == (~described).sum()
    assert all("was never described" in reason for reason in played.reasons)
    frame, gone = frame[described], gone[described]
    full = frame[~gone].groupby("id").tail(1)
    assert set(played.facts) == set(full["id"])
    local = stamp(full["time_of_call"], "%d %b %Y %H:%M:%S", "Australia/Sydney")
    first = full["id"].map(frame.groupby("id")["seen"].first())
    same(played.times("opened_at"), keyed(full["id"], local.where(full["region"] == "act", first)))
    closed = closings(frame, gone | frame["status"].isin(DONE))
    same({id: at for id, at in played.times("closed_at").items() if at is not None}, closed)
    words = {"Resource Allocation Pending": "open", "Units On Route": "dispatched", "Out of control": "open"}
    state = full["status"].map(words).fillna("on_scene")
    same(played.column("state"), keyed(full["id"], state.where(~full["id"].isin(list(closed)), "closed")))
    same(played.places(), keyed(full["id"], points(full, "longitude", "latitude")))
    urgent = full["alert_level"].isin(["Emergency Warning", "Watch and Act"])
    expected = {"AMBULANCE RESPONSE": 2, "Structure Fire": 1, "HOUSE FIRE": 1, "Burn off": 4, "Grass Fire": 2}
    some = full[full["type"].isin(list(expected))]
    priority = some["type"].map(expected).where(~urgent, 1)
    same({id: played.facts[id].priority for id in some["id"]}, keyed(some["id"], priority))
    assert not played.warnings


def test_canberra_table() -> None:
    played = Played("calls_canberra_esa/incident_first_seen_per_status.csv.gz", "canberra_table")
    frame = csv("calls_canberra_esa/incident_first_seen_per_status.csv.gz")
    steps = [name for name in map(str, frame) if name.startswith("seen_") or name == "gone_utc"]
    assert played.outcome["applied"] == len(frame)
    assert played.outcome["followups"] == (frame[steps] != "").sum().sum()
    same(played.times("arrived_at"), keyed(frame["id"], stamp(frame["seen_on_scene"])))
    ends = pd.concat([stamp(frame[name]) for name in ("gone_utc", "seen_finished", "seen_out_completed")], axis=1)
    assert set(played.column("state").values()) == {"closed"}
    # Some went back to work after "finished" and ended again; the others ended when they first did.
    back = frame[["seen_on_scene", "seen_units_on_route", "seen_resource_allocation_pending"]].max(axis=1)
    over = frame[["seen_finished", "seen_out_completed"]].where(lambda each: each != "", "9").min(axis=1)
    plain = back < over
    closed = played.times("closed_at")
    same({id: closed[id] for id in frame["id"][plain]}, keyed(frame["id"][plain], ends[plain].min(axis=1)))
    assert plain.mean() > 0.99


def test_columbia_table() -> None:
    played = Played("calls_columbia_mo/como_incidents_2025-11_2026-03.csv.gz", "columbia_table")
    frame = csv("calls_columbia_mo/como_incidents_2025-11_2026-03.csv.gz")
    nameless = frame["type"].str.strip() == ""
    assert played.outcome["dead_letters"] == nameless.sum() == 3
    full = frame[~nameless].groupby("incident").tail(1)
    expected = stamp(full["datetime"], "%m/%d/%Y %I:%M:%S %p", "America/Chicago")
    same(played.times("opened_at"), keyed(full["incident"], expected))
    same(played.places(), keyed(full["incident"], points(full, "lon", "lat")))
    assert set(played.column("state").values()) == {"dispatched"}
    assert set(played.times("closed_at").values()) == {None}
    some = full[full["type"].isin(["TRAFFIC STOP", "ROBBERY", "Medical Response"])]
    priority = some["type"].map({"TRAFFIC STOP": 4, "ROBBERY": 1, "Medical Response": 2})
    same({id: played.facts[id].priority for id in some["incident"]}, keyed(some["incident"], priority))
    assert not played.warnings


TRACKS = [
    ("goa_fire_avl/goa_fire_polls_2025-11-09_15.csv.gz", "goa_fire_avl", "Vehicle_No", "GPSActualTime", 1 / 3.6),
    ("capmetro_bus_avl/2015-03-07.csv.gz", "capmetro_2015", "vehicle_id", "timestamp", 0.44704),
    ("capmetro_bus_avl/2017-03-21.csv.gz", "capmetro_2017", "vehicle_id", "timestamp", 1.0),
]


@pytest.mark.parametrize(("file", "example", "id", "fixed", "factor"), TRACKS)
def test_tracks(file: str, example: str, id: str, fixed: str, factor: float) -> None:
    played = Played(f"tracks_{file}", example)
    frame = csv(f"tracks_{file}").rename(columns={"lon": "longitude", "lat": "latitude", "Speed": "speed"})
    goa = example.startswith("goa")
    frame["fix"] = stamp(frame[fixed], *(("%d-%m-%Y %H:%M:%S", "Asia/Kolkata") if goa else ())).astype(float)
    nowhere = (frame["longitude"].astype(float) == 0) & (frame["latitude"].astype(float) == 0)
    good = frame[~nowhere]
    again = good.duplicated([id, "fix"])
    assert played.outcome["dead_letters"] == nowhere.sum()
    assert played.outcome["superseded"] == again.sum()
    # Of the rows of one fix the first counts.
    last = good[~again].sort_values("fix", kind="stable").groupby(id).tail(1)
    same(played.places(), keyed(last[id], points(last, "longitude", "latitude")))
    speed = last["speed"].astype(float).where(last["speed"] != "113.9952") * factor
    expected = keyed(last[id], speed.astype(object).where(speed.notna(), None))
    assert played.column("speed_mps") == pytest.approx(expected)
    same(played.column("rev"), keyed(last[id], (last["fix"] * 1000).astype(int)))
    if goa:
        words = {"STOP": "available", "IDLE": "available", "RUNNING": "busy", "INACTIVE": "off_duty"}
        same(played.column("status"), keyed(last[id], last["Status"].map(words)))


@pytest.mark.parametrize("poll", [1762802554, 1762989477, 1763185942])
def test_goa_geojson(poll: int) -> None:
    file = f"tracks_goa_fire_avl/snapshot_{poll}.geojson"
    played = Played(file, "goa_fire_geojson")
    frame = pd.json_normalize(json.loads((DATA / file).read_text("utf-8"))["features"])
    point = frame["geometry.coordinates"].map(lambda pair: (pair[0], pair[1]))
    same(played.places(), keyed(frame["properties.Vehicle_No"], point))
    assert played.outcome["applied"] == len(frame)


PACIFIC = "America/Los_Angeles"
GONE = {"Cancelled": "cancelled", "Referred Out": "referred", "Pending": "assigned", "Open": "received"}


def test_la311_2018() -> None:
    played = Played("complaints_la311/la311_2018-12_schemaA_39col.csv.gz", "la311_2018")
    frame = csv("complaints_la311/la311_2018-12_schemaA_39col.csv.gz")
    ids, clock = frame["SRNumber"], "%m/%d/%Y %I:%M:%S %p"
    received, closed = (stamp(frame[name], clock, PACIFIC) for name in ("CreatedDate", "ClosedDate"))
    assert played.outcome["applied"] == len(frame) == 10_000
    assert played.outcome["followups"] == (frame["ClosedDate"] != "").sum()
    same(played.times("received_at"), keyed(ids, received))
    same(played.times("closed_at"), keyed(ids, closed))
    same(played.column("state"), keyed(ids, frame["Status"].map(GONE).fillna("closed")))
    same(played.places(), keyed(ids, points(frame, "Longitude", "Latitude")))
    early = (closed.astype(float) < received.astype(float)).sum()
    assert played.warnings == {("ClosedDate", "ends before it began"): early}
    ways = {"Call": "phone", "Mobile App": "mobile_app", "Self Service": "website", "Driver Self Report": "field_crew"}
    some = frame[frame["RequestSource"].isin(list(ways))]
    same(
        {id: played.facts[id].channel for id in some["SRNumber"]},
        keyed(some["SRNumber"], some["RequestSource"].map(ways)),
    )
    numbers = frame["HouseNumber"] != ""
    shown = {id: played.facts[id].place.en.split() for id in ids[numbers] if played.facts[id].place}
    assert not [
        id for id, number in zip(ids[numbers], frame["HouseNumber"][numbers], strict=True) if number in shown[id]
    ]


def test_la311_2020() -> None:
    played = Played("complaints_la311/la311_2020-01_normalised_fk_13col.csv.gz", "la311_2020")
    frame = csv("complaints_la311/la311_2020-01_normalised_fk_13col.csv.gz")
    ids = frame["srnumber"]
    same(played.times("received_at"), keyed(ids, stamp(frame["created_date"], zone=PACIFIC)))
    same(played.times("closed_at"), keyed(ids, stamp(frame["closed_date"], zone=PACIFIC)))
    same(played.column("state"), keyed(ids, (frame["closed_date"] != "").map({True: "closed", False: "received"})))
    same(played.places(), keyed(ids, points(frame, "longitude", "latitude")))
    kinds = pd.Series(played.column("kind")).value_counts()
    assert kinds["bulky_items"] == (frame["type_id"] == "4").sum()
    channels = pd.Series(played.column("channel")).value_counts()
    assert channels["field_crew"] == (frame["source_id"] == "18").sum()
    assert not played.warnings


def test_chinese_messages() -> None:
    played = Played("complaints_zh_gov/messages_labelled_295.csv", "zh_messages")
    frame = csv("complaints_zh_gov/messages_labelled_295.csv")
    moments = pd.to_datetime(frame["留言时间"], format="mixed").dt.tz_localize("Asia/Shanghai")
    same(played.times("received_at"), keyed(frame["留言编号"], moments.map(pd.Timestamp.timestamp)))
    words = {"城乡建设": "urban_rural", "教育文体": "education", "交通运输": "transport", "环境保护": "environment"}
    same(played.column("kind"), keyed(frame["留言编号"], frame["一级分类"].map(words).fillna("labour")))
    assert set(played.column("state").values()) == {"received"}
    assert played.rows_in == len(frame) == 295
    # Nothing of the author, the subject or the text has come in.
    held = str(played.facts)
    assert not [
        each for name in ("留言用户", "留言主题", "留言详情") for each in frame[name] if each.strip()[:12] in held
    ]


def test_chinese_replies() -> None:
    played = Played("complaints_zh_gov/messages_with_reply_60.csv", "zh_replies")
    frame = csv("complaints_zh_gov/messages_with_reply_60.csv")
    for field, name in (("received_at", "留言时间"), ("answered_at", "答复时间")):
        moments = pd.to_datetime(frame[name], format="mixed").dt.tz_localize("Asia/Shanghai")
        same(played.times(field), keyed(frame["留言编号"], moments.map(pd.Timestamp.timestamp)))
    assert set(played.column("state").values()) == {"answered"}
    assert played.outcome == {"applied": 60, "followups": 60}


def test_a_table_of_a_month_starts_quickly_and_stays_small() -> None:
    began = time.perf_counter()
    intake = {each.name: each for each in INTAKES}["incidents"]
    records = iter(plan(DATA / "calls_houston/incidents_2024-01.csv.gz", "houston_table", intake))
    next(records)
    assert time.perf_counter() - began < 3
    del records
    tracemalloc.start()
    for _ in plan(DATA / "calls_houston/incidents_2024-01.csv.gz", "houston_table", intake):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"54,042 rows, 108,084 records: peak {peak / 1e6:.0f} MB")
    assert peak < 500e6
