"""``hub serve``: the wall over a real log."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

import centres as plugs
from hub.clock import LiveClock
from hub.field.district import build
from hub.recorder import Role
from hub.service import Setting
from hub.settings import Settings, data_folder, listen, node_name, require_loopback
from hub.wiring.logs import open_topics
from hub.wiring.run import setting_of, start
from hub.wiring.say import say
from hub.wiring.stores import store_of
from hub.wiring.web import addresses, api_server, ground_in, ground_of, page_server

if TYPE_CHECKING:
    from streams.basemap_file import Manifest

VIEW_TILES = 1.8
"""Width of a map panel in tiles of 512 px."""


def serve(settings: Settings, *, role: Role, ground: str, host: str, port: int, data: Path) -> int:
    """``hub serve``: the wall over a real log."""
    require_loopback(host)
    settings.the_log()  # said before anything else happens
    with listen(host, port) as listener, ExitStack() as opened:
        centres = plugs.discover()
        district = build(1)
        made = None
        if ground not in ("demo", "none"):
            from streams.basemap_file import Basemap  # it brings geopandas

            made = opened.enter_context(closing(Basemap(Path(ground))))
        opened.enter_context(data_folder(data))
        store = opened.enter_context(closing(store_of(settings, data)))
        log = opened.enter_context(closing(open_topics(settings, centres)))
        setting = setting_of("live", district.name, district)
        if made is not None:
            setting = over(setting, made.manifest)
        running = start(
            log=log,
            store=store,
            clock=LiveClock(),
            centres=centres,
            setting=setting,
            home=None,
            node=node_name(data, settings.node),
            targets=settings.clocks,
            ended_s=settings.screens.ended_hours * 3600,
            role=role,
        )
        if role == "recorder":
            serve_pages = api_server(running, listener)
            say(f"ready: recording, health at http://127.0.0.1:{port}/healthz")
        else:
            drawn = ground_in(made) if made else ground_of(district, shown=ground == "demo")
            known = district if ground == "demo" else None
            serve_pages = page_server(running, drawn, listener, known)
            addresses(port, centres, "")
        try:
            serve_pages()
        finally:
            running.close()
    return 0


def over(setting: Setting, manifest: Manifest) -> Setting:
    """The setting of a hub over a district of its own: its name, and a first view that holds all of it."""
    west, _, east, _ = manifest.bounds
    zoom = min(15.0, max(4.0, log2(360.0 * VIEW_TILES / (east - west))))
    return replace(setting, district=manifest.name, view=(*manifest.centre, round(zoom, 2)))
