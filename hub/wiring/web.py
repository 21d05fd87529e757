"""The web server over a running hub, the ground it draws on, and the addresses a person opens."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import justmytype_intl_cjk
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from hub.access import accounts
from hub.centre import Centre
from hub.field.district import District, geojson
from hub.health import STALE
from hub.people import People
from hub.recommend.ground import cells
from hub.service import Hub
from hub.wiring.advice import adviser, printer
from hub.wiring.run import Running
from hub.wiring.say import say
from hub.wiring.schema import schemas
from hub.wiring.sockets import Direct
from layouts import api, changes, commands, drafts, paper, recommend
from layouts.app import Deps, make_app
from layouts.gate import Rules, gate
from layouts.ground import Ground, Tiled
from layouts.push import Push

if TYPE_CHECKING:  # it brings geopandas, for which nobody who has no basemap of their own should wait
    from streams.basemap_file import Basemap

LATER = ("pandas", "hub.paper.out")
"""What centre pages filter with, and what prints."""
FETCH_S = 0.5
CELLS = 256
"""Squares of a basemap kept ready for cameras: some tens of kilobytes each."""
QUIET_S = 60.0
"""Shorter silences are not told at a hand-over."""


def page_server(
    running: Running, ground: Ground, listener: socket.socket, district: District | None = None
) -> Callable[[], None]:
    """The web server over a running hub; the returned function serves until interrupted. ``district``:
    the one on the map, when it is known street by street: its grid is what cover is reckoned over, its outline what is
    printed.
    """
    hub = running.hub
    push = Push(hub.feed)
    app = make_app(
        Deps(
            rows=hub.rows,
            tables=lambda: list(hub.engine.picture.tables),
            spec=hub.spec,
            centres=hub.centres,
            basemap=ground,
            font=font_file(),
            assets=Path(__file__).resolve().parents[2] / "assets",
            now=hub.clock.now,
            routes=(*programs(running, district), push.route()),
            district=hub.setting.district,
            view=hub.setting.view,
            mode=hub.setting.mode,
        )
    )
    Thread(target=_fetch, args=(running,), name="libraries", daemon=True).start()
    return _server(app, listener)


def _fetch(running: Running) -> None:
    """The libraries only some pages need are brought in when the first picture is out, so that no page waits either."""
    while not running.hub.engine.state.ready:
        if running.stop.wait(FETCH_S):
            return
    for name in LATER:
        if running.stop.wait(FETCH_S):
            return
        import_module(name)


def api_server(running: Running, listener: socket.socket) -> Callable[[], None]:
    """The same without pages: health and data of a hub that only records."""
    return _server(gate(Starlette(routes=programs(running)), Rules()), listener)


def programs(running: Running, district: District | None = None) -> list[BaseRoute]:
    """What programs may ask of a running hub: its data, and its door for commands."""
    hub, orders = running.hub, running.orders
    people = People(hub.engine, accounts((centre.name, centre.title) for centre in hub.centres))
    return [
        *api.routes(hub, cache(lambda: schemas(hub.centres))),  # when one is asked for: a start must be quick
        *commands.routes(
            orders, hub.store, people.find, [*people.accounts.values()], orders.rules.centres, orders.rules.targets
        ),
        *recommend.routes(adviser(hub, [] if district is None else cells(district))),
        paper.route(printer(hub, district, font_file()), people.find),
        *drafts.routes(hub.store, people.find, hub.clock.now),
        *changes.routes(hub.store, watched(hub)),
    ]


def watched(hub: Hub) -> changes.Known:
    """What the list of changes is made with: whose tables are whose, and how long each topic may be silent."""
    owners = {table.name: table.owner for table in hub.engine.picture.tables.values()}
    expected = {centre.topic: max(QUIET_S, STALE * centre.expected_s) for centre in hub.centres}
    return changes.Known(
        now=hub.clock.now,
        rate=hub.clock.rate,
        owners=owners,
        topics={centre.topic: centre.name for centre in hub.centres},
        expected={"": QUIET_S, **expected},
    )


def _server(app: Any, listener: socket.socket) -> Callable[[], None]:
    config = uvicorn.Config(
        app, log_level="warning", ws=Direct, ws_per_message_deflate=False, access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    return lambda: server.run(sockets=[listener])


def font_file() -> Path:
    """The one font of all screens (Noto Sans SC variable), shipped by a package."""
    return Path(justmytype_intl_cjk.__file__).parent / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"


def ground_of(district: District, *, shown: bool = True) -> dict[str, bytes]:
    """The basemap's layers as GeoJSON bytes, by name; empty ones when the invented streets must not be ``shown``."""
    layers = geojson(district)
    if not shown:
        layers = {name: {"type": "FeatureCollection", "features": []} for name in layers}
    return {name: json.dumps(layer, separators=(",", ":")).encode() for name, layer in layers.items()}


def ground_in(made: Basemap) -> Tiled:
    """A basemap that ``hub basemap`` made, as the pages ask for it."""

    @lru_cache(maxsize=CELLS)
    def cell(zoom: int, x: int, y: int) -> bytes:
        return gzip.compress(msgspec.json.encode(made.cell(zoom, x, y)), 6, mtime=0)

    manifest = made.manifest
    return Tiled(
        key=made.key,
        bounds=manifest.bounds,
        zooms=manifest.zooms,
        layers=frozenset(manifest.fields),
        tile=made.tile,
        cell=cell,
        credit=manifest.attribution,
    )


def addresses(port: int, centres: Sequence[Centre], step: str) -> None:
    """Tell the person where to look."""
    base = f"http://127.0.0.1:{port}"
    say(f"{step}ready: open {base}/wall/main")
    say(f"    all pages  {base}/")
    for centre in centres:
        say(f"    {centre.title.en:<40} {base}/centre/{centre.name}")
    say(f"    health     {base}/healthz")
