"""Serves the ground of the map: whole GeoJSON layers, or vector tiles of a basemap too large to be sent whole.

Everything is compressed once and its address changes with its content, so that a browser asks for it once. Must not
know where the ground comes from.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from layouts import basemap, theme

Bounds = tuple[float, float, float, float]
FOREVER = "public, max-age=31536000, immutable"
CELL_ZOOM = 15
"""Side of the squares in which cameras ask for their surroundings: about a kilometre."""
_TILES = "ground"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiled:
    """A basemap in tiles. ``key`` changes with its content. ``zooms``: first and last.

    ``tile(zoom, x, y)``: a gzipped vector tile or ``None``. ``cell(zoom, x, y)``: the finest vectors of a square,
    GeoJSON collections by layer as gzipped JSON. Both are asked from worker threads, rows count from the north.
    """

    key: str
    bounds: Bounds
    zooms: tuple[int, int]
    layers: Collection[str]
    tile: Callable[[int, int, int], bytes | None]
    cell: Callable[[int, int, int], bytes]
    credit: str = ""


Ground = Mapping[str, bytes] | Tiled
"""GeoJSON bytes by layer, or tiles."""


def routes(ground: Ground) -> list[Route]:
    """``/basemap/style.json`` (the style), ``/basemap/ground.json`` (where it is, how cameras get at it), the data."""
    return _tiled(ground) if isinstance(ground, Tiled) else _whole(ground)


def _whole(layers: Mapping[str, bytes]) -> list[Route]:
    packed = {name: gzip.compress(body, 6, mtime=0) for name, body in layers.items()}
    keys = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in layers.items()}
    urls = {name: f"/basemap/{name}.geojson?v={keys[name]}" for name in layers}
    sources = {
        name: {"type": "geojson", "data": urls[name], "tolerance": 0.3} for name in basemap.LAYERS if name in layers
    }
    about = {"bounds": bounds_of(layers), "layers": urls}

    async def style(request: Request) -> Response:
        return _style(request, sources, layers)

    async def layer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in packed:
            return PlainTextResponse("404 Not Found\n", status_code=404)
        known = request.query_params.get("v") == keys[name]
        return _packed(request, packed[name], keys[name], "application/geo+json", known)

    return [
        Route("/basemap/style.json", style),
        Route("/basemap/ground.json", _json(about)),
        Route("/basemap/{name}.geojson", layer),
    ]


def _tiled(ground: Tiled) -> list[Route]:
    about = {
        "bounds": ground.bounds,
        "cells": {"zoom": CELL_ZOOM, "url": f"/basemap/{ground.key}/cell/{{x}}/{{y}}.json"},
    }

    async def style(request: Request) -> Response:
        # A worker has no address of its own to which a path could be relative.
        base = str(request.base_url).rstrip("/")
        source: dict[str, Any] = {
            "type": "vector",
            "tiles": [f"{base}/basemap/{ground.key}/{{z}}/{{x}}/{{y}}.mvt"],
            "minzoom": ground.zooms[0],
            "maxzoom": ground.zooms[1],
            "attribution": ground.credit,
        }
        return _style(request, {_TILES: source}, ground.layers)

    def tile(request: Request) -> Response:
        place = request.path_params
        first, last = ground.zooms
        if not (first <= place["z"] <= last and _inside(place, place["z"])):
            return PlainTextResponse("404 Not Found\n", status_code=404)
        body = ground.tile(place["z"], place["x"], place["y"])
        known = place["key"] == ground.key
        if body is None:
            return Response(status_code=204, headers={"cache-control": FOREVER if known else "no-store"})
        return _packed(request, body, ground.key, "application/vnd.mapbox-vector-tile", known)

    def cell(request: Request) -> Response:
        place = request.path_params
        if not _inside(place, CELL_ZOOM):
            return PlainTextResponse("404 Not Found\n", status_code=404)
        body = ground.cell(CELL_ZOOM, place["x"], place["y"])
        return _packed(request, body, ground.key, "application/json", place["key"] == ground.key)

    return [
        Route("/basemap/style.json", style),
        Route("/basemap/ground.json", _json(about)),
        Route("/basemap/{key}/{z:int}/{x:int}/{y:int}.mvt", tile),
        Route("/basemap/{key}/cell/{x:int}/{y:int}.json", cell),
    ]


def _inside(place: Mapping[str, Any], zoom: int) -> bool:
    return all(0 <= int(place[axis]) < 1 << zoom for axis in ("x", "y"))


def _style(request: Request, sources: Mapping[str, Any], layers: Collection[str]) -> Response:
    lang = request.query_params.get("lang", "both")
    return JSONResponse(basemap.style(theme.TOKENS, sources=sources, layers=layers, lang=lang))


def _json(value: Any) -> Callable[[Request], Any]:
    async def answer(_: Request) -> Response:
        return JSONResponse(value)

    return answer


def _packed(request: Request, body: bytes, key: str, kind: str, known: bool) -> Response:
    """A gzipped body. ``known``: the address names this very content, so it may be kept for ever."""
    tag = f'"{key}"'
    headers = {"cache-control": FOREVER if known else "no-cache", "etag": tag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(body), media_type=kind, headers=headers)
    return Response(body, media_type=kind, headers={**headers, "content-encoding": "gzip"})


def bounds_of(layers: Mapping[str, bytes]) -> Bounds | None:
    """(west, south, east, north) of the boundary, where there is none of the streets; ``None`` when both are empty."""
    for name in ("boundary", "streets"):
        features = json.loads(layers.get(name, _EMPTY))["features"]
        points = [point for feature in features for point in _points(feature["geometry"]["coordinates"])]
        if points:
            lons, lats = [p[0] for p in points], [p[1] for p in points]
            return min(lons), min(lats), max(lons), max(lats)
    return None


_EMPTY = b'{"features": []}'


def _points(coordinates: Any) -> list[Any]:
    if coordinates and isinstance(coordinates[0], int | float):
        return [coordinates]
    return [point for part in coordinates for point in _points(part)]
