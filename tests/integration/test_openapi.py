"""The OpenAPI document is true: a generator makes requests from it, right and wrong ones, against a real server, and
holds every answer against it. Afterwards the hub still works, nothing it accepted was refused by the log's readers, and
the audit's chain holds.

``HUB_TEST_SEED``: another seed than 1; ``HUB_TEST_FAULTS=10``: a random one and five times as many requests.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.books import proved, sqlite
from tests.faults.measure import busy_s, long_form, rounds
from tests.running import Process, hub

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 10
LIMIT_S = 60.0
"""For the generator's run, on a core of its own."""


def generated(server: Process, folder: Path, seed: int) -> str:
    """What the generator says; fails with it when an answer was not as the document says."""
    asked = ["--seed", str(seed), "--max-examples", str(EXAMPLES * (5 if long_form() else 1)), "--continue-on-failure"]
    asked += ["--phases", "examples,coverage,fuzzing", "--mode", "all", "--workers", "1", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    done = subprocess.run(
        [*command, f"{server.url}/api/v1/openapi.json", *asked],
        capture_output=True,
        text=True,
        timeout=LIMIT_S * rounds(1) * (1 + busy_s()),
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


def routes(server: Process) -> set[tuple[str, str]]:
    document = server.get("/api/v1/openapi.json")
    return {(path, method) for path, item in document["paths"].items() for method in item}


def test_every_answer_is_as_the_document_says(tmp_path: Path) -> None:
    seed = int(os.environ.get("HUB_TEST_SEED", "1")) if not long_form() else random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    address = f"sqlite:///{tmp_path / 'log.db'}"
    store = tmp_path / "data" / "store.db"
    with hub("serve", "--log", address, "--data", tmp_path / "data", folder=tmp_path) as server:
        server.until(lambda h: h["ready"] and h["recorder"]["leading"])
        began = time.monotonic()
        said = generated(server, tmp_path, seed)
        took = time.monotonic() - began
        end = time.monotonic() + 30
        while sqlite(store)("SELECT * FROM hub_outbox"):
            assert time.monotonic() < end, server.get("/healthz")
            time.sleep(0.1)
        health = server.until(lambda h: not h["recorder"]["waiting"])
        assert health["dead_letters"] == 0, server.get("/api/v1/dead-letters")
        count = len(routes(server))
    with hub("serve", "--log", address, "--data", tmp_path / "data", folder=tmp_path) as again:
        again.ready()  # what was accepted can be read back
    [(entries,)] = sqlite(store)("SELECT count(*) FROM hub_audit")
    proved(f"sqlite:///{store}", (tmp_path / "data" / "audit.key").read_text().strip(), entries)
    [(accepted,)] = sqlite(store)("SELECT count(*) FROM hub_audit WHERE outcome = 'ok'")
    [cases] = re.findall(r"\d+ generated, \d+ passed", said)
    print(f"{count} operations, {cases}, {took:.0f} s; {entries} commands judged, {accepted} accepted")
    assert accepted > 10
    assert entries - accepted > 10
