"""Poison at 1 % in a centre's topic: dead letters exactly as planted, all else applied, the count on the wall."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import centres
from hub.codec import encode
from hub.field.district import build
from hub.field.world import World
from hub.ports import Outgoing
from streams import open_log
from tests.browser.pages import opened
from tests.running import hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FACTS = 3000


def poison(record: Outgoing, number: int) -> tuple[bytes | None, str]:
    """The n-th kind of poison made from a good record, and a word its reason must contain."""
    body: dict[str, Any] = json.loads(record.value or b"")

    def changed(**over: Any) -> bytes:
        return json.dumps({**body, **over}).encode()

    def data(**over: Any) -> bytes:
        return changed(data={**body["data"], **over})

    kinds: list[tuple[bytes | None, str]] = [
        (b'{"specversion": "1.0", ', "truncated"),
        (b"\x00\xff\xfe\x80 not text", "JSON"),
        (data(rev=-5), "rev"),
        (json.dumps(body).replace(f'"rev": {body["data"]["rev"]}', '"rev": NaN').encode(), "JSON"),
        (b'{"a":' * 5000, ""),
        (changed(type=body["type"].removesuffix(".v1") + ".v7"), "not declared"),
        (None, "empty"),
        (changed(specversion="0.3"), "specversion"),
        (changed(source="/centre/elsewhere/x"), "may not write"),
        (data(id=body["subject"] + "-x"), "subject"),
        (changed(time="not a time"), "time"),
        (data(rev="seven"), "rev"),
    ]
    if isinstance(body["data"].get("position"), dict):
        lon, lat = body["data"]["position"]["lon"], body["data"]["position"]["lat"]
        kinds.append((data(position={"lon": lat, "lat": lon, "frame": "WGS84"}), "lat"))
        kinds.append((data(position={"lon": 0, "lat": 0, "frame": "WGS84"}), "zero"))
    return kinds[number % len(kinds)]


def planted(topic: str, records: list[Outgoing]) -> tuple[list[Outgoing], dict[int, str]]:
    """One poisoned record after every hundredth good one; offset → word of its reason."""
    out: list[Outgoing] = []
    reasons: dict[int, str] = {}
    for number, record in enumerate(records):
        out.append(record)
        if number % 100 == 99:
            value, word = poison(record, number // 100)
            reasons[len(out)] = word
            out.append(Outgoing(record.key, value, record.headers))
    return out, reasons


def facts() -> tuple[str, list[Outgoing]]:
    """The first facts of the busiest centre."""
    now = time.time()
    world = World(build(1), 1, now - 7200)
    by_topic: dict[str, list[Outgoing]] = {}
    for centre in centres.discover():
        said = [encode(emission) for emission in centre.simulate(world, now - 7200, now)]
        by_topic[centre.topic] = said
    return max(by_topic.items(), key=lambda item: len(item[1]))


def newest(records: list[Outgoing]) -> dict[tuple[str, str], int]:
    """(entity in the type, id) → newest revision: an independent fold."""
    out: dict[tuple[str, str], int] = {}
    for record in records:
        body = json.loads(record.value or b"")
        key = (body["type"].split(".")[2], body["subject"])
        out[key] = max(out.get(key, 0), body["data"]["rev"])
    return out


@pytest.mark.kafka
@pytest.mark.browser
def test_poison_in_a_centre_s_topic(kafka: str, browser: Browser, tmp_path: Path) -> None:
    topic, records = facts()
    random.Random(5).shuffle(records)  # reordered as well: the newest revision must win
    records = records[:FACTS]
    mixed, reasons = planted(topic, records)
    with hub("serve", "--log", f"kafka://{kafka}", "--data", tmp_path / "data", folder=tmp_path) as process:
        before = process.ready()["dead_letters"]
        log = open_log(f"kafka://{kafka}")
        try:
            first = log.ends([topic])[topic, 0]
            placed = log.append(topic, mixed)
        finally:
            log.close()
        health = process.until(lambda h: h["dead_letters"] >= before + len(reasons))
        time.sleep(1.0)  # anything refused beyond what was planted would come now
        health = process.get("/healthz")
        letters = [x for x in process.get("/api/v1/dead-letters") if x["topic"] == topic and x["offset"] >= first]
        with opened(browser, f"{process.url}/wall/main") as wall:
            count = health["dead_letters"]
            wall.until("document.getElementById('faults').innerText.includes(x)", f"拒收 {count}")
        name = topic.split(".")[1]
        rows = {
            row["id"]: row["rev"]
            for table in process.get("/api/v1/tables")
            if table["owner"] == name
            for row in process.get(f"/api/v1/rows/{table['name']}")
        }
    assert health["dead_letters"] == before + len(reasons)
    offsets = {placed[index][1]: word for index, word in reasons.items()}
    assert {letter["offset"] for letter in letters} == set(offsets)
    for letter in letters:
        assert offsets[letter["offset"]] in letter["reason"], letter
    wanted = newest(records)
    assert sorted(rows) == sorted(key for _, key in wanted)
    assert sorted(rows.values()) == sorted(wanted.values())
    assert len(reasons) == len(records) // 100
