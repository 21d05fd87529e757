"""A page with nothing but our map in it: plotly's scattermap, our assets, a fake feed client. For tests of the map."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import uvicorn
from dash import Dash, dcc, html
from fastapi import FastAPI

from hub.field.district import build, geojson
from layouts import ground, theme

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "assets"


def figure(lon: float = 104.05, lat: float = 30.6725, zoom: float = 12) -> dict[str, Any]:
    """An empty scattermap on our style, as the wall has it."""
    return {
        "data": [{"type": "scattermap", "lon": [lon], "lat": [lat], "mode": "markers", "marker": {"opacity": 0}}],
        "layout": {
            "map": {"style": "/basemap/style.json", "center": {"lon": lon, "lat": lat}, "zoom": zoom},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "uirevision": "constant",
            "paper_bgcolor": theme.TOKENS["land"],
        },
    }


def app() -> FastAPI:
    """The page at ``/`` and the ground under ``/basemap/``."""
    api = FastAPI()
    layers = {name: json.dumps(layer).encode() for name, layer in geojson(build()).items()}
    api.router.routes.extend(ground.routes(layers))

    page = Dash(__name__, server=cast(Any, api), assets_folder=str(ASSETS), assets_ignore=r"^[^23]", serve_locally=True)
    head = f"<style>{theme.css()}html,body{{margin:0;background:var(--page);font-family:var(--family)}}</style>"
    script = (HERE / "fake_hub.js").read_text("utf-8")
    page.index_string = (
        "<!DOCTYPE html><html><head>{%metas%}<title>map</title>{%css%}" + head + "</head><body><script>" + script
        + "</script>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body></html>"
    )  # fmt: skip
    graph = dcc.Graph(
        figure=figure(),
        config={"displayModeBar": False, "scrollZoom": True, "responsive": True},
        style={"width": "100vw", "height": "100vh"},
    )
    tiles = [html.Div(html.Canvas(id=f"cam-{k}"), className="tile", style={"display": "none"}) for k in range(6)]
    page.layout = html.Div([html.Div(graph, id="map"), html.Div(tiles, id="tiles")])
    return api


@contextmanager
def serving() -> Iterator[str]:
    """The page on a free port of 127.0.0.1; yields its address."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app(), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise RuntimeError("the test page did not start")
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)
