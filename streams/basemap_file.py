"""The basemap file: an MBTiles 1.3 archive of vector tiles, which GIS programs open, with a manifest in its metadata.

Must not know how tiles are cut or drawn.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import msgspec
import pandas as pd
import pyogrio
import shapely

from hub.domain.model import Text
from hub.errors import HubError
from streams.geo import Bounds

SUFFIX = ".mbtiles"
FORMAT = 1
_DIGITS = 6  # of a degree: a tenth of a metre
_WORLD_M = 40_075_016.7


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a basemap. ``bounds``: the district, WGS-84. ``counts``: features per layer. ``made_at``: RFC 3339."""

    name: Text
    bounds: Bounds
    centre: tuple[float, float]
    zooms: tuple[int, int]
    counts: dict[str, int]
    fields: dict[str, list[str]]
    sources: list[str]
    made_at: str
    attribution: str = ""
    format: int = FORMAT


def write(path: Path, manifest: Manifest, tiles: Iterable[tuple[int, int, int, bytes]]) -> None:
    """The file, whole or not at all: it is written beside its place and then moved there."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(draft)) as db, db:
            db.execute("CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT)")
            db.execute(
                "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB, "
                "PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID"
            )
            db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
            db.executemany("INSERT INTO metadata VALUES (?, ?)", _metadata(manifest).items())
        os.replace(draft, path)
    except (OSError, sqlite3.Error) as error:
        raise HubError(f"--out {path}: cannot be written ({error})") from None
    finally:
        draft.unlink(missing_ok=True)


def _metadata(manifest: Manifest) -> dict[str, str]:
    first, last = manifest.zooms
    types = {"rank": "Number", "height": "Number"}
    layers = [
        {"id": name, "minzoom": first, "maxzoom": last, "fields": {each: types.get(each, "String") for each in fields}}
        for name, fields in manifest.fields.items()
    ]
    return {
        "name": manifest.name.zh or manifest.name.en,
        "format": "pbf",
        "type": "baselayer",
        "version": "1",
        "description": f"made from {', '.join(manifest.sources)}",
        "attribution": manifest.attribution,
        "bounds": ",".join(f"{edge:g}" for edge in manifest.bounds),
        "center": f"{manifest.centre[0]:.6f},{manifest.centre[1]:.6f},{min(12, last)}",
        "minzoom": str(first),
        "maxzoom": str(last),
        "json": json.dumps({"vector_layers": layers}),
        "hub": msgspec.json.encode(manifest).decode(),
    }


class Basemap:
    """An open basemap. ``key`` changes with the content, so that an address with it can be kept for ever."""

    def __init__(self, path: Path) -> None:
        """Raises ``HubError`` when it is no basemap of ours."""
        if not path.is_file():
            raise HubError(f"--ground {path}: no such file; 'hub basemap FILE' makes one")
        if path.suffix != SUFFIX:
            raise HubError(f"--ground {path}: not a basemap; make one of it with 'hub basemap {path.name}'")
        self._path, self._lock = path, threading.Lock()
        try:
            self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            held = self._db.execute("SELECT value FROM metadata WHERE name = 'hub'").fetchone()
        except sqlite3.Error as error:
            raise HubError(f"--ground {path}: cannot be read ({error})") from None
        if held is None:
            raise HubError(f"--ground {path}: was not made by 'hub basemap'; make it again")
        try:
            self.manifest = msgspec.json.decode(held[0], type=Manifest)
        except msgspec.MsgspecError as error:
            raise HubError(f"--ground {path}: its manifest cannot be read ({error}); make it again") from None
        if self.manifest.format != FORMAT:
            raise HubError(f"--ground {path}: made by another version; make it again with 'hub basemap'")
        with path.open("rb") as file:
            self.key = hashlib.file_digest(file, "sha256").hexdigest()[:12]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """A gzipped vector tile, rows from the north; ``None`` where nothing is."""
        with self._lock:
            found = self._db.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, x, (1 << zoom) - 1 - y),
            ).fetchone()
        return None if found is None else bytes(found[0])

    def cell(self, zoom: int, x: int, y: int) -> dict[str, Any]:
        """The finest vectors of one square as GeoJSON by layer, cut at its edge: what a camera near it looks at."""
        side = _WORLD_M / (1 << zoom)
        west, north = x * side - _WORLD_M / 2, _WORLD_M / 2 - y * side
        box = (west, north - side, west + side, north)
        return {name: self._cut(name, box) for name in ("streets", "water", "parks", "blocks")}

    def _cut(self, name: str, box: Bounds) -> dict[str, Any]:
        nothing: dict[str, Any] = {"type": "FeatureCollection", "features": []}
        if name not in self.manifest.fields:
            return nothing
        rows = _features(self._path, name, self.manifest.fields[name], box, self.manifest.zooms[1])
        if not len(rows):
            return nothing
        return json.loads(rows.to_json(drop_id=True))  # type: ignore[no-any-return]


def _features(path: Path, name: str, fields: list[str], box: Bounds, zoom: int) -> gpd.GeoDataFrame:
    asked = {"bbox": box, "ZOOM_LEVEL": str(zoom), "on_invalid": "fix"}
    rows = pyogrio.read_dataframe(path, layer=name, columns=fields, **asked)
    usable = rows[~shapely.is_missing(rows.geometry.values)]
    usable = usable.set_geometry(shapely.clip_by_rect(usable.geometry.values, *box))
    kept = usable[~usable.geometry.is_empty].to_crs("EPSG:4326")
    kept["geometry"] = shapely.transform(kept.geometry.values, lambda points: points.round(_DIGITS))
    return kept.astype(dict.fromkeys(fields, object)).where(pd.notna(kept), None)
