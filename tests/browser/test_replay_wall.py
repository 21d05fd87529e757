"""`hub replay` with somebody else's week: the numbers add up, rows equal a plain fold, the wall goes there."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import opened
from tests.running import hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.shared]
EXPORT = "data/calls_houston/events_2024-01-08_week.jsonl.gz"
WEST, SOUTH, EAST, NORTH = -96.0, 29.2, -94.8, 30.3


def plain_fold(path: Path) -> tuple[int, dict[str, dict[str, Any]], set[str]]:
    """(rows, last full state by id, ids that are gone), read from the log's own description alone."""
    last: dict[str, dict[str, Any]] = {}
    gone: set[str] = set()
    rows = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows += 1
            if row["op"] == "gone":
                gone.add(row["id"])
            else:
                gone.discard(row["id"])
                last[row["id"]] = row
    return rows, last, gone


def test_a_week_of_houston(shared: Path, browser: Browser, tmp_path: Path) -> None:
    rows, last, gone = plain_fold(shared / EXPORT)
    arguments = (shared / EXPORT, "--as", "incidents", "--map", "houston_live", "--data", tmp_path / "data")
    with hub("replay", *arguments, folder=tmp_path) as process:
        counts = process.until(lambda health: health["replay"]["done"], 120)["replay"]
        assert counts["rows_in"] == rows == counts["applied"] + counts["superseded"] + counts["dead_letters"]
        held = {row["id"]: row for row in process.get("/api/v1/rows/incidents", 60)}
        assert held.keys() == last.keys()
        assert {key for key, row in held.items() if row["closed_at"] is not None} == gone
        for key, row in held.items():
            wanted = last[key]
            assert datetime.fromisoformat(row["opened_at"]) == datetime.fromtimestamp(wanted["CALL_TIME"] / 1000, UTC)
            assert row["position"]["lon"] == pytest.approx(wanted["LONGITUDE"])
            assert row["position"]["lat"] == pytest.approx(wanted["LATITUDE"])
            assert row["units"] == [unit.strip() for unit in (wanted["Units"] or "").split(",") if unit.strip()]
        with opened(browser, f"{process.url}/wall/main") as wall:
            wall.until("hub.tables.incidents?.size === x", len(last.keys() - gone))
            inside = f"(c => c.lng > {WEST} && c.lng < {EAST} && c.lat > {SOUTH} && c.lat < {NORTH})"
            wall.until(f"hub.map?.map && {inside}(hub.map.map.getCenter())")
            assert "REPLAY" in wall.ask("document.getElementById('mode').innerText")
            assert wall.complaints == []
