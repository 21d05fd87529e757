"""Who may import whom, and what may be named where. Walks the source; a mutation of each rule is shown to fail."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hub", "centres", "streams", "layouts")
OUTSIDE: dict[str, set[str]] = {
    "hub": {"msgspec", "numpy"},
    "centres": {"msgspec"},
    "streams": {
        "msgspec", "kafka", "crc32c", "sqlalchemy", "alembic", "psycopg", "pandas", "geopandas", "shapely", "pyogrio",
        "coordTransform", "tqdm", "psutil", "packaging",
    },
    "layouts": {"msgspec", "dash", "dash_ag_grid", "plotly", "pandas", "starlette", "fastapi"},
    "wiring": {"uvicorn", "justmytype_intl_cjk", "rich", "msgspec", "starlette"},
    "bench": {
        "playwright", "websockets", "psutil", "uvicorn", "uvloop", "starlette", "fastapi", "dash", "rich", "msgspec",
        "kafka",
    },
}  # fmt: skip
INNER = {"hub/domain": ("hub.domain",), "hub/picture": ("hub.domain", "hub.picture", "hub.errors")}
OWN = {"hub/paper/": {"fpdf", "fontTools", "segno"}}
"""Folders with libraries of their own besides those of their package."""
EVERYTHING = {"hub/wiring/": "wiring", "hub/bench/": "bench"}
"""Folders that may import every package of ours, and whose outside packages they may."""
ALLOWED_TOP = {
    "pyproject.toml", "README.md", "hub", "centres", "layouts", "assets", "streams", "tests",
}  # fmt: skip


def imports(path: str, source: str) -> Iterator[str]:
    """Every module a source imports, absolute."""
    folders = path.split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folders[: len(folders) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def breach(path: str, source: str) -> list[str]:
    """What a file imports against the rules; ``path`` relative to the root with forward slashes."""
    everything = next((outside for folder, outside in EVERYTHING.items() if path.startswith(folder)), None)
    if everything is not None:
        modules = {module.split(".")[0] for module in imports(path, source)}
        strange = modules - OUTSIDE[everything] - set(PACKAGES) - sys.stdlib_module_names
        return [f"{path} imports {module}" for module in sorted(strange)]
    package = path.split("/")[0]
    centre = path.split("/")[1] if package == "centres" and path.count("/") > 1 else None
    out = []
    for module in imports(path, source):
        top = module.split(".")[0]
        inner = next((ok for folder, ok in INNER.items() if path.startswith(folder + "/")), None)
        if top in sys.stdlib_module_names:
            continue
        if top not in PACKAGES:
            ok = any(top in own for folder, own in OWN.items() if path.startswith(folder)) or top in OUTSIDE[package]
        elif top == "hub":
            ok = not module.startswith(("hub.wiring", "hub.bench")) or path.startswith("hub/verbs/")
            if inner is not None:
                ok = any(module == name or module.startswith(name + ".") for name in inner)
        elif top == package == "centres":
            ok = centre is None or module.startswith(f"centres.{centre}")
        else:
            ok = top == package
        if not ok:
            out.append(f"{path} imports {module}")
    return out


def sources() -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def centre_names() -> list[str]:
    return sorted(p.parent.name for p in (ROOT / "centres").glob("[a-z]*/__init__.py"))


def named(text: str) -> list[str]:
    """Centres whose id stands in a text as a word of its own (in code, quotes, topics or addresses)."""
    import re

    return [name for name in centre_names() if re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", text)]


def test_no_import_across_layers() -> None:
    assert [line for path, text in sources() for line in breach(path, text)] == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("hub/engine.py", "import sqlalchemy"),
        ("hub/engine.py", "from streams.store import SqlStore"),
        ("hub/domain/model.py", "from hub.picture.rows import Row"),
        ("hub/picture/fold.py", "from hub.engine import Engine"),
        ("hub/engine.py", "import hub.wiring"),
        ("hub/engine.py", "from fpdf import FPDF"),
        ("hub/__main__.py", "from hub.wiring.demo import demo"),
        ("layouts/app.py", "from hub.wiring.run import start"),
        ("hub/wiring/run.py", "import sqlalchemy"),
        ("hub/service.py", "from hub.bench.report import Figure"),
        ("hub/bench/run.py", "import sqlalchemy"),
        ("centres/one/fold.py", "from centres.two.events import Thing"),
        ("centres/one/fold.py", "from ..two.events import Thing"),
        ("centres/one/fold.py", "import pandas"),
        ("streams/store.py", "import layouts.app"),
        ("layouts/app.py", "from streams.store import SqlStore"),
        ("layouts/app.py", "import kafka"),
    ],
)
def test_a_mutation_of_the_imports_is_caught(path: str, line: str) -> None:
    assert breach(path, line) != []


def test_six_centres_and_a_template() -> None:
    assert len(centre_names()) == 6
    assert (ROOT / "centres/_template/__init__.py").exists()


def test_nothing_in_hub_layouts_assets_names_a_centre() -> None:
    found = []
    for folder in ("hub", "layouts", "assets"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".js", ".css", ".json", ".toml", ".html"):
                found += [f"{path.relative_to(ROOT)}: {name}" for name in named(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("text", ['topic = "centre.{0}.events"', "if (name === '{0}')", "# only {0} does this"])
def test_a_named_centre_is_caught(text: str) -> None:
    assert all(named(text.format(name)) == [name] for name in centre_names())


def test_the_top_level_is_the_users() -> None:
    visible = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")}
    made_by_tools = {n for n in visible if n.endswith(".egg-info") or n in ("build", "dist") or n.startswith("hub-")}
    assert visible - made_by_tools <= ALLOWED_TOP | {"__pycache__"}


def test_importing_has_no_side_effect_on_threads_and_files() -> None:
    import subprocess

    code = (
        "import threading, sys, os; before = set(os.listdir('.'));"
        "import hub.service, hub.codec, hub.producer, centres;"
        "assert threading.active_count() == 1; assert set(os.listdir('.')) == before"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
