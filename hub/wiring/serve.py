"""``hub serve``: the wall over a real log."""

from __future__ import annotations

from pathlib import Path

import centres as plugs
from hub.clock import LiveClock
from hub.field.district import build
from hub.recorder import Role
from hub.settings import Settings, data_folder, listen, node_name, require_loopback
from hub.wiring.logs import open_topics
from hub.wiring.run import setting_of, start
from hub.wiring.say import say
from hub.wiring.web import addresses, api_server, ground_of, page_server
from streams.store import SqlStore


def serve(settings: Settings, *, role: Role, ground: str, host: str, port: int, data: Path) -> int:
    """``hub serve``: the wall over a real log."""
    require_loopback(host)
    settings.the_log()  # said before anything else happens
    listener = listen(host, port)
    centres = plugs.discover()
    district = build(1)
    with data_folder(data):
        opened = open_topics(settings, centres)
        setting = setting_of("live", district.name, district)
        running = start(
            log=opened,
            store=SqlStore(settings.store_url(f"sqlite:///{data / 'store.db'}")),
            clock=LiveClock(),
            centres=centres,
            setting=setting,
            home=None,
            node=settings.node or node_name(data),
            role=role,
        )
        if role == "recorder":
            serve_pages = api_server(running, listener)
            say(f"ready: recording, health at http://127.0.0.1:{port}/healthz")
        else:
            serve_pages = page_server(running, ground_of(district, shown=ground == "demo"), listener)
            addresses(port, centres, "")
        try:
            serve_pages()
        finally:
            running.close()
    return 0
