"""The web application: Dash on FastAPI behind the gate. A function of its dependencies; importing it starts nothing.

Must not know how rows are kept or how the feed is made: both come in through ``Deps``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.backends import get_backend
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.centre import Centre
from hub.domain.model import Text
from hub.road.templates import shipped
from layouts import ground, theme
from layouts.gate import LOCAL_HOSTS, Rules, gate
from layouts.pages import centre as centre_page
from layouts.pages import desk as desk_page
from layouts.pages import field as field_page
from layouts.pages import index as index_page
from layouts.pages import wall as wall_page

WALL = "/wall/main"
DESK = "/desk"
YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What the pages are given.

    ``rows(table)``: view rows of a table as JSON objects. ``tables()``: what tables there are. ``spec()``: the
    specification the scripts read. ``basemap``: the ground of the map. ``font``: the font file. ``assets``: the
    folder of scripts and styles. ``now()``: hub time, epoch seconds. ``routes``: the API and the feed. ``view``:
    (lon, lat, zoom). ``mode``: ``live``, ``demo`` or ``replay``. ``hosts``: names the hub may be called by.
    """

    rows: Callable[[str], list[dict[str, Any]]]
    tables: Callable[[], Sequence[Any]]
    spec: Callable[[], dict[str, Any]]
    centres: Sequence[Centre]
    basemap: ground.Ground
    font: Path
    now: Callable[[], float]
    routes: Sequence[BaseRoute]
    district: Text
    view: tuple[float, float, float]
    mode: str = "live"
    assets: Path = field(default_factory=lambda: assets_folder())
    hosts: Sequence[str] = LOCAL_HOSTS


def assets_folder() -> Path:
    """Where the browser's files lie: beside this package, in a checkout and where it is installed.

    ``importlib.resources`` cannot be asked: ``assets`` is no package, and an editable install breaks its namespace.
    """
    return Path(__file__).resolve().parent.parent / "assets"


class _Backend(get_backend("fastapi")):  # type: ignore[misc]
    """Dash's FastAPI backend without its own WebSocket (every page would open one) and without the API's own docs."""

    websocket_capability = False

    @staticmethod
    def create_app(name: str = "hub", config: dict[str, Any] | None = None) -> FastAPI:
        return FastAPI(title=name, docs_url=None, redoc_url=None, openapi_url=None)


def make_app(deps: Deps) -> ASGIApp:
    """The whole web application as one ASGI app; run it with ``uvicorn`` and ``ws_per_message_deflate=False``."""
    dash = Dash(
        "hub",
        backend=_Backend,
        assets_folder=str(deps.assets.resolve()),
        assets_ignore=field_page.OWN,
        external_stylesheets=["/theme.css"],
        index_string=_INDEX,
        title=f"{deps.district.zh} · {deps.district.en}",
        update_title="",
        suppress_callback_exceptions=True,
        add_log_handler=False,
        enable_mcp=False,
    )
    dash.layout = _shell
    _route_pages(dash, deps)
    centre_page.register(dash, centres=deps.centres, rows=deps.rows, now=deps.now)
    server: FastAPI = dash.server
    field = field_page.routes(deps.assets, deps.district, theme.css())
    own = [*field, *desk_page.routes(shipped()), *_files(deps)]
    server.router.routes.extend([*deps.routes, *own, Route("/{path:path}", _nothing_here)])
    pages = {"/", WALL, DESK, *(f"/centre/{centre.name}" for centre in deps.centres)}
    rules = Rules(hosts=deps.hosts, scripts=dash.csp_hashes(), located=(field_page.ADDRESS,))
    return gate(_page_paths(server, pages), rules)


def _shell() -> html.Div:
    """What every address gets first; the page itself is chosen by the path."""
    return html.Div([dcc.Location(id="url", refresh=False), dcc.Store(id="lang"), html.Div(id="page")])


def _route_pages(dash: Dash, deps: Deps) -> None:
    by_name = {centre.name: centre for centre in deps.centres}

    @dash.callback(Output("page", "children"), Input("url", "pathname"), State("url", "search"))
    async def page(path: str, search: str | None) -> Any:
        if path == WALL:
            return wall_page.page(deps.district, deps.view)
        if path == DESK:
            return desk_page.page(deps.district)
        name = path.removeprefix("/centre/")
        if path.startswith("/centre/") and name in by_name:
            return centre_page.page(by_name[name], deps.district, deps.view, search or "", deps.rows)
        return index_page.page(deps.district, deps.centres, found=path == "/")

    dash.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("hub", "lang"), Output("lang", "data"), Input("url", "search"), prevent_initial_call=False
    )


def _files(deps: Deps) -> list[Route]:
    """The generated style sheet, the base map and the font."""

    async def sheet(request: Request) -> Response:
        query = request.query_params
        try:
            root = theme.root_px(*(float(query[key]) if key in query else None for key in ("pitch_mm", "eye_m")))
        except ValueError as wrong:
            return PlainTextResponse(f"{wrong}\n", status_code=400)
        return Response(theme.css(root), media_type="text/css")

    async def font(_: Request) -> Response:
        return FileResponse(
            deps.font, media_type="font/ttf", headers={"cache-control": f"public, max-age={YEAR_S}, immutable"}
        )

    return [
        Route("/theme.css", sheet),
        *ground.routes(deps.basemap),
        Route("/fonts/NotoSansSC.ttf", font),
    ]


async def _nothing_here(request: Request) -> Response:
    """Every address nobody declared; Dash would answer all of them with its start page."""
    return PlainTextResponse("404 Not Found\n", status_code=404)


def _page_paths(app: ASGIApp, pages: set[str]) -> ASGIApp:
    """Give Dash its start page for each page's path: the browser chooses by the address, the server by "/"."""

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and scope["path"].rstrip("/") in pages - {"/"}
        ):
            scope = {**scope, "path": "/", "raw_path": b"/"}
        await app(scope, receive, send)

    return routed


_INDEX = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    {%metas%}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>
      {%config%}
      {%scripts%}
      {%renderer%}
    </footer>
  </body>
</html>
"""
