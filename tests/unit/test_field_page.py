"""The field page's own document and worker, without a browser: what it loads, what it keeps, what no other loads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hub.domain.model import Text
from layouts import theme
from layouts.app import assets_folder
from layouts.pages import field
from tests.browser.scripted_day import furnish
from tests.browser.scripted_hub import Scripted, app
from tests.unit.test_pages import Client

NAME = Text("试验区", "Trial")


@pytest.fixture(scope="module")
def client() -> Client:
    hub = Scripted()
    furnish(hub, units=1, incidents=1)
    hub.feed.alive()
    return Client(app(hub))


def kept(worker: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(worker.split("\n", 1)[0].removeprefix("const KEPT = ").removesuffix(";"))
    return found


def test_the_page_loads_its_own_files_and_no_inline_script(client: Client) -> None:
    answer = client.get("/field?unit=U-001&lang=zh")
    assert answer.status_code == 200
    scripts = re.findall(r'<script src="([^"]+)" defer></script>', answer.text)
    assert answer.text.count("<script") == len(scripts)
    assert [name for name in scripts if "field-outbox" in name]
    assert not [name for name in scripts if "worker" in name]
    assert "_dash" not in answer.text
    for address in scripts:
        assert client.get(address).status_code == 200, address


def test_no_other_page_loads_them(client: Client) -> None:
    for path in ("/", "/wall/main", "/centre/south"):
        assert "-field" not in client.get(path).text


def test_the_worker_keeps_what_the_page_needs_and_nothing_that_changes(client: Client) -> None:
    answer = client.get("/field-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    files = kept(answer.text)["files"]
    assert isinstance(files, list)
    page = client.get("/field").text
    assert set(re.findall(r'(?:src|href)="(/[^"]+)"', page)) | {"/field"} == set(files)
    assert not [name for name in files if name.startswith(("/api", "/feed", "/_dash"))]
    assert all(client.get(name).status_code == 200 for name in files)


def test_another_file_makes_another_worker(tmp_path: Path) -> None:
    for path in assets_folder().iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())

    def version(style: str) -> object:
        worker = next(
            route for route in field.routes(tmp_path, NAME, style) if getattr(route, "path", "") == field.WORKER
        )
        answer = Client(worker).get(field.WORKER)
        return kept(answer.text)["version"]

    first = version(theme.css())
    assert version(theme.css()) == first
    assert version(theme.css(20)) != first
    script = tmp_path / "72-field-outbox.js"
    script.write_text(script.read_text("utf-8") + "\n// changed\n", "utf-8")
    assert version(theme.css()) != first


def test_the_start_page_leads_there(client: Client) -> None:
    from tests.unit.test_pages import call

    page = call(client, "page.children", [("url", "pathname", "/")], [("url", "search", "")])
    assert '"/field"' in json.dumps(page)


# --- by day: black on white, every text and mark with enough contrast in the sun


def day() -> dict[str, str]:
    sheet = (assets_folder() / "70-field.css").read_text("utf-8")
    block = re.search(r'html\[data-field="day"\] \{([^}]*)\}', sheet)
    assert block is not None
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block.group(1)))


def test_it_can_be_read_in_the_sun() -> None:
    from tests.unit.test_theme import contrast

    colours = day()
    assert set(colours) <= set(theme.TOKENS)
    for ground in ("page", "panel", "inner"):
        assert contrast(colours["strong"], colours[ground]) >= 15
        assert contrast(colours["text"], colours[ground]) >= 12
        for text in ("second", "third", "late", "sky"):
            assert contrast(colours[text], colours[ground]) >= 5.5, (text, ground)
    for mark in ("p1", "p2", "p3", "p4", "blue"):
        assert contrast(colours[mark], "#ffffff") >= 4.5, mark
