"""A seventh centre: the template copied, names changed inside the copy only, in a copy of the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, free_port

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
    """What the template tells a newcomer to change."""
    for old, new in TEMPLATE_NAMES.items():
        text = text.replace(old, new)
    return text


TEMPLATE_NAMES: dict[str, str] = {}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied(tmp_path)


def run(project: Path, *args: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *args], cwd=project, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_the_contract_suite_runs_the_seventh(project: Path) -> None:
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_centres.py", "-k", NAME)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


def test_free_port_is_free() -> None:
    assert free_port() > 0
