"""The official JSON Schema of AsyncAPI 3.0 documents, from its npm package: fetched once, outside the tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

VERSION = "6.11.1"
FETCH_S = 120.0


def missing() -> str | None:
    """Why it cannot be had on this machine, or ``None``."""
    if (_folder() / "3.0.0.json").exists() or shutil.which("npm"):
        return None
    return "no official AsyncAPI schema: npm not found"


def schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 7). Raises ``RuntimeError`` with npm's own words when it cannot be fetched."""
    kept = _folder() / "3.0.0.json"
    if not kept.exists():
        _fetch(kept)
    out: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return out


def _folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "one-hub-six-centres" / f"asyncapi-{VERSION}"


def _fetch(kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", f"@asyncapi/specs@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_S, check=False, cwd=kept.parent)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch @asyncapi/specs {VERSION}: {done.stderr[-2000:]}")
    archive = kept.parent / done.stdout.split()[-1]
    with tarfile.open(archive) as packed:
        held = packed.extractfile("package/schemas/3.0.0.json")
        assert held is not None
        kept.write_bytes(held.read())
    archive.unlink()
