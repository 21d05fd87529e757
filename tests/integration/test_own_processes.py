"""Centres as processes of their own on one Kafka: each speaks for itself, and one that stops goes late alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import centres
from tests.running import hub


@pytest.mark.kafka
def test_two_centres_two_processes_one_falls_silent(broker_url: str, tmp_path: Path) -> None:
    one, two = sorted(centres.discover(), key=lambda centre: centre.expected_s)[:2]
    log = ("--log", broker_url)
    with (
        hub("serve", *log, "--data", tmp_path / "data", folder=tmp_path) as server,
        hub("simulate", *log, "--centre", one.name, folder=tmp_path, serves=False) as first,
        hub("simulate", *log, "--centre", two.name, folder=tmp_path, serves=False),
    ):
        server.until(lambda h: all(h["centres"][c.name]["state"] == "fresh" for c in (one, two)))
        others = {c.name for c in centres.discover()} - {one.name, two.name}
        health = server.get("/healthz")
        assert all(health["centres"][name]["records"] == 0 for name in others)
        first.kill()
        health = server.until(lambda h: h["centres"][one.name]["state"] == "late", one.expected_s * 2 + 30)
        assert health["centres"][two.name]["state"] == "fresh"


@pytest.fixture
def broker_url(broker: object) -> str:
    """A broker of this module's own: what other tests wrote must not speak here."""
    return f"kafka://{broker.bootstrap}"  # type: ignore[attr-defined]
