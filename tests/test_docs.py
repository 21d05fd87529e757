"""The README against the code: every verb, option, centre, variable and address is named, and what it names exists."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import centres
from hub.__main__ import _parser
from hub.road.clocks import Targets
from layouts import api, app, changes, commands, drafts, paper, push, recommend

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"`(\.?[a-z_]+(?:/[a-z_]+)+(?:\.[a-z]+)?)`")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
API_PATH = re.compile(r"/api/v1/[\w-]+")
VARIABLE = re.compile(r"HUB(?:_[A-Z]+)+")


def unnamed(text: str, things: Iterable[str]) -> list[str]:
    """Those of ``things`` that do not stand in ``text`` as a word of their own."""
    return [thing for thing in things if not re.search(rf"(?<![\w/-]){re.escape(thing)}(?![\w/-])", text)]


def verbs() -> dict[str, argparse.ArgumentParser]:
    found = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices)


def options(parser: argparse.ArgumentParser) -> list[str]:
    """Long options and the names of what is given without one; ``--help`` is left out, as everybody has it."""
    named: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        named += action.option_strings or [str(action.metavar or action.dest)]
    return named


def verb_row(verb: str) -> str:
    """The README's row of a verb, or ``""``."""
    return next((line for line in README.splitlines() if line.startswith(f"| `hub {verb} ")), "")


def variables() -> list[str]:
    """Every environment variable of ours that code or tests read: each is written as one string."""
    found: set[str] = set()
    for folder in ("hub", "centres", "streams", "layouts", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                    found.add(node.value)
    return sorted(found)


def api_paths() -> list[str]:
    """As the README writes them: ``/api/v1/rows/TABLE``."""
    nothing = cast(Any, None)  # routes are made without asking what they serve
    routes = (
        *api.routes(nothing),
        *commands.routes(nothing, nothing, nothing, [], {}, Targets()),
        *recommend.routes(nothing),
        *drafts.routes(nothing, nothing, nothing),
        *changes.routes(nothing, nothing),
        paper.route(nothing, nothing),
        push.Push(nothing).route(),
    )
    paths = [cast(Any, route).path for route in routes]
    return [PLACEHOLDER.sub(lambda name: name[1].upper(), path) for path in paths]


def shell_blocks(text: str) -> list[str]:
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


def absent(text: str) -> Iterator[str]:
    """Relative links, pictures and files that are named but not there."""
    for target in (*LINK.findall(text), *FILE.findall(text)):
        if "://" not in target and not target.startswith("#") and not (ROOT / target.partition("#")[0]).exists():
            yield target


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_and_option_is_in_its_row(verb: str) -> None:
    command, cell_ends, _ = verb_row(verb).partition("` |")
    assert cell_ends
    assert unnamed(command, options(verbs()[verb])) == []


def test_every_option_of_hub_itself_is_named() -> None:
    assert unnamed(README, options(_parser())) == []


def test_no_option_is_named_that_is_not_there() -> None:
    known = {name for parser in (_parser(), *verbs().values()) for name in options(parser)}
    assert set(OPTION.findall(README)) - known == set()


def test_every_centre_is_named() -> None:
    names = [centre.name for centre in centres.discover()]
    assert len(names) == 6
    assert unnamed(README, [f"| `{name}` |" for name in names]) == []


def test_every_variable_is_named() -> None:
    assert {"HUB_TEST_REQUIRE", "HUB_TEST_KAFKA", "HUB_TEST_SOAK", "HUB_SHARED"} <= set(variables())
    assert unnamed(README, variables()) == []


def test_every_page_is_named() -> None:
    assert unnamed(README, [f"`{page}`" for page in ("/", app.WALL, "/centre/NAME")]) == []


def test_every_address_for_programs_is_named_and_no_other() -> None:
    paths = api_paths()
    assert {"/healthz", "/api/v1/rows/TABLE", "/feed"} <= set(paths)
    assert unnamed(README, paths) == []
    assert set(API_PATH.findall(README)) == {found[0] for path in paths if (found := API_PATH.match(path))}


def test_the_two_shell_blocks_are_one_line_of_two_commands_each() -> None:
    assert [block.split(" && ") for block in shell_blocks(README)] == [
        ["python -m pip install -e .", "hub demo"],
        ["python -m pip install -e '.[test]'", "python -m pytest"],
    ]


def test_every_link_picture_and_file_is_there() -> None:
    assert ".docs/wall.png" in LINK.findall(README)
    assert list(absent(README)) == []


@pytest.mark.parametrize("text", ["[x](no/such.md)", "![x](.docs/none.png)", "see `hub/nothing.py`", "[x](none.md#y)"])
def test_a_dead_link_is_caught(text: str) -> None:
    assert len(list(absent(text))) == 1


@pytest.mark.parametrize(
    ("text", "thing"),
    [("--speeds 3", "--speed"), ("/wall/maintenance", "/wall/main"), ("GET /api/v1/table", "/api/v1/tables")],
)
def test_a_near_miss_is_caught(text: str, thing: str) -> None:
    assert unnamed(text, [thing]) == [thing]
