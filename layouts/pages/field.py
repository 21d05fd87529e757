"""The field unit's page, for a telephone: one small document of its own, without Dash, so that it opens fast on a bad
line and without any. A service worker keeps the document and its files on the device; rows and actions are the scripts'
affair.

Must not know rows, states or rules: the scripts take them from the feed and from ``/api/v1/road``.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from html import escape
from pathlib import Path
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from hub.domain.model import Text

ADDRESS = "/field"
WORKER = "/field-worker.js"
OWN = r"^7\d-field"
"""Files of this page alone, as a pattern over their names: no other page loads them."""
_SHARED = (
    "10-columns.js",
    "10-feed.js",
    "11-age.js",
    "12-words.js",
    "13-clock.js",
    "13-dom.js",
    "14-panels.js",
    "55-acting.js",
    "56-counted.js",
)
_STYLES = ("01-base.css", "13-clock.css", "70-field.css")
_WORKER_FILE = "79-field-worker.js"


def routes(assets: Path, district: Text, theme: str) -> list[BaseRoute]:
    """The page and its service worker. ``theme``: the style sheet of tokens, which the device keeps too."""
    scripts = [*_SHARED, *(path.name for path in sorted(assets.glob("7?-field-*.js")) if path.name != _WORKER_FILE)]
    styles = [_address(assets, name) for name in _STYLES]
    links = [_address(assets, name) for name in scripts]
    page = _page(district, styles, links)
    kept = [ADDRESS, "/theme.css", *styles, *links]
    worker = _worker((assets / _WORKER_FILE).read_text("utf-8"), kept, page + theme)

    async def field(request: Request) -> Response:
        return HTMLResponse(page)

    async def service(request: Request) -> Response:
        return Response(worker, media_type="text/javascript")

    return [Route(ADDRESS, field), Route(WORKER, service)]


def _address(assets: Path, name: str) -> str:
    """Where a file lies; its digest is part of the address, so what is kept under it never goes out of date."""
    return f"/assets/{quote(name)}?v={blake2b((assets / name).read_bytes(), digest_size=6).hexdigest()}"


def _worker(source: str, kept: Sequence[str], content: str) -> str:
    """The worker with what it keeps. Its text changes with any of it, which is how a browser learns of a new one."""
    version = blake2b(content.encode(), digest_size=6).hexdigest()
    told = msgspec.json.encode({"version": version, "page": ADDRESS, "files": list(kept)}).decode()
    return f"const KEPT = {told};\n{source}"


def _page(district: Text, styles: Sequence[str], scripts: Sequence[str]) -> str:
    title = escape(f"{district.zh} · 一线 Field")
    sheets = "\n".join(f'    <link rel="stylesheet" href="{address}">' for address in ("/theme.css", *styles))
    code = "\n".join(f'    <script src="{address}" defer></script>' for address in scripts)
    return _DOCUMENT.format(title=title, sheets=sheets, code=code)


_DOCUMENT = """<!DOCTYPE html>
<html lang="zh-CN" data-field="day">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="format-detection" content="telephone=no">
    <title>{title}</title>
    <link rel="icon" href="data:,">
{sheets}
{code}
  </head>
  <body>
    <main id="field" class="field">
      <header class="f-top">
        <button id="f-unit" class="f-unit" type="button"></button>
        <button id="f-link" class="f-link" type="button" aria-live="polite"></button>
        <button id="f-menu" class="f-menu" type="button" aria-label="菜单 Menu">☰</button>
      </header>
      <div id="f-told" class="f-told" role="alert"></div>
      <div id="f-body" class="f-body"></div>
      <div id="f-bar" class="f-bar"></div>
      <nav id="f-tabs" class="f-tabs"></nav>
      <dialog id="f-sheet" class="f-sheet"></dialog>
    </main>
  </body>
</html>
"""
