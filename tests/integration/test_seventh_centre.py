"""A seventh centre: the template copied, names changed inside the copy only, in a copy of the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import opened
from tests.running import ROOT, Process, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAME, ZH, EN = "harbour", "港区联防", "Harbour watch"


def copied(folder: Path) -> Path:
    """The project in another folder, with a seventh centre made from the template."""
    project = folder / "project"
    project.mkdir()
    for part in ("hub", "centres", "streams", "layouts", "assets", "tests", "pyproject.toml"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, project / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, project / part)
    shutil.copytree(project / "centres/_template", project / "centres" / NAME)
    for path in (project / "centres" / NAME).rglob("*.py"):
        path.write_text(renamed(path.read_text("utf-8")), "utf-8")
    return project


def renamed(text: str) -> str:
    """What the template tells a newcomer to change: the id and the names."""
    return text.replace("template", NAME).replace("样例", ZH).replace("Template centre", EN)


def test_the_contract_suite_runs_the_seventh(tmp_path: Path) -> None:
    project = copied(tmp_path)
    suite = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/contract/test_centres.py",
        "-k",
        NAME,
    ]
    done = subprocess.run(suite, cwd=project, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


@pytest.mark.browser
def test_the_seventh_appears_by_itself(browser: Browser, tmp_path: Path) -> None:
    project = copied(tmp_path)
    port = free_port()
    arguments = ["demo", "--data", str(tmp_path / "data"), "--port", str(port)]
    process = Process(arguments, tmp_path / "demo.log", port, folder=project)
    try:
        health = process.ready()
        assert set(health["centres"]) > {NAME}
        tables = [t["name"] for t in process.get("/api/v1/tables") if t["owner"] == NAME]
        assert len(tables) == 2
        assert all(process.get(f"/api/v1/rows/{table}") for table in tables)
        layers = [layer for layer in process.get("/api/v1/spec")["layers"] if layer["centre"] == NAME]
        assert layers
        with opened(browser, f"{process.url}/wall/main") as wall:
            wall.until(f"document.getElementById('strip').innerText.includes('{ZH}')")
            legend = layers[0]["title"]["zh"]
            wall.until(f"document.querySelector('.hub-map-shell')?.innerText.includes('{legend}')")
        with opened(browser, f"{process.url}/") as index:
            index.until(f"document.body.innerText.includes('{ZH}')")
        with opened(browser, f"{process.url}/centre/{NAME}") as page:
            page.until(f"document.body.innerText.includes('{EN}')")
            page.until("document.querySelectorAll('.ag-row').length > 3")
            assert page.complaints == []
    finally:
        process.close()
