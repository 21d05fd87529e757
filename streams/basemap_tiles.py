"""Cuts classified layers into vector tiles: each zoom level gets what can be seen at it, simplified to its pixels.

GDAL's tile writer does the cutting; a tile of several layers is the concatenation of theirs (Protocol Buffers add up).
Must not know what a layer means to anybody.
"""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from math import log2
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from streams.geo import Bounds

FIRST_ZOOM, LAST_ZOOM = 8, 14
"""Below the first nothing of a district can be told apart; the last is drawn larger when one looks closer."""
EXTENT = 4096
"""Steps across a tile: 0.5 m at zoom 14."""
TILE_BYTES = 5_000_000
SEEN_PX2 = 12.0
"""An area smaller than this is not drawn at a zoom level."""
_WORLD_M = 40_075_016.7
_TILE_PX = 512
_WEB = "EPSG:3857"
Tell = Callable[[str, int, int], None]
"""(what is being done, how much is done, of how much)."""
Layers = Mapping[str, gpd.GeoDataFrame]


def prepared(layers: Layers, bounds: Bounds | None) -> dict[str, gpd.GeoDataFrame]:
    """The layers as they are drawn: clipped, areas made valid, outlines as lines, streets of one name in one piece."""
    out = {}
    for name, rows in layers.items():
        made = rows.copy()
        areas = shapely.get_dimensions(made.geometry.values) == 2
        made.loc[areas, "geometry"] = shapely.make_valid(made.geometry.values[areas])
        if name == "boundary":  # before the clip, whose edge is nobody's border
            made = _borders(made)
        if bounds is not None:
            made["geometry"] = shapely.clip_by_rect(made.geometry.values, *bounds)
        made = _plain(made)
        if name == "streets":
            made = _joined(made)
        made = made.to_crs(_WEB)
        if name in ("water", "parks"):
            made["zoom"] = made["zoom"].clip(lower=_zoom_of(made.geometry.area))
        if len(made):
            out[name] = made
    return out


def _borders(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Outlines as lines; the border of two neighbours once, as two dashed lines on one another look solid."""
    keys = ["kind", "zoom"]
    lines = rows.assign(geometry=[each.boundary if each.area else each for each in rows.geometry])
    once = [
        (*key, shapely.line_merge(shapely.union_all(group.geometry.values)))
        for key, group in lines.groupby(keys, sort=False)
    ]
    return gpd.GeoDataFrame(pd.DataFrame(once, columns=[*keys, "geometry"]), geometry="geometry", crs=rows.crs)


def _plain(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Single parts only, without empty ones and without lines and points a clipped or mended area left behind."""
    was = shapely.get_dimensions(rows.geometry.values)
    parts = rows.assign(_was=was).explode(ignore_index=True)
    kept = ~parts.geometry.is_empty & (shapely.get_dimensions(parts.geometry.values) == parts["_was"])
    return parts[kept].drop(columns="_was")


def _joined(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pieces of one street as one line where they meet end to end: a name needs room to stand on."""
    keys = ["kind", "class", "zoom", "rank", "zh", "en"]
    named = (rows["zh"] != "") | (rows["en"] != "")
    whole = [
        (*key, shapely.line_merge(shapely.multilinestrings(group.geometry.values)))
        for key, group in rows[named].groupby(keys, sort=False)
    ]
    if not whole:
        return rows
    joined = gpd.GeoDataFrame(pd.DataFrame(whole, columns=[*keys, "geometry"]), geometry="geometry", crs=rows.crs)
    return pd.concat([rows[~named], joined.explode(ignore_index=True)], ignore_index=True)


def _zoom_of(area_m2: pd.Series) -> pd.Series:
    """From which zoom level an area can be seen (lines have none and are not held back)."""
    per_px = _WORLD_M / _TILE_PX
    sizes = area_m2.where(area_m2 > 0, per_px**2)
    return sizes.map(lambda size: min(LAST_ZOOM, max(FIRST_ZOOM, int(log2(per_px * (SEEN_PX2 / size) ** 0.5) + 1))))


def tiles(layers: Layers, columns: Mapping[str, list[str]], tell: Tell) -> Iterator[tuple[int, int, int, bytes]]:
    """(zoom, column, row from the south, gzipped tile) of everything. ``columns``: what each layer's features carry."""
    steps = [(zoom, name) for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1) for name in layers]
    held: dict[tuple[int, int, int], list[bytes]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for done, (zoom, name) in enumerate(steps):
            tell(f"tiles of zoom {zoom}: {name}", done, len(steps))
            rows = layers[name]
            seen = rows[rows["zoom"] <= zoom]
            if len(seen):
                draft = Path(folder) / f"{zoom}-{name}.mbtiles"
                for key, tile in _cut(seen[[*columns[name], "geometry"]], name, zoom, draft):
                    held[key].append(tile)
            if done + 1 == len(steps) or steps[done + 1][0] != zoom:
                for key, parts in sorted(held.items()):
                    yield *key, gzip.compress(b"".join(parts), 9, mtime=0)
                held.clear()
    tell("tiles", len(steps), len(steps))


def _cut(rows: gpd.GeoDataFrame, name: str, zoom: int, path: Path) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    pyogrio.write_dataframe(
        rows,
        path,
        layer=name,
        driver="MBTiles",
        geometry_type="Unknown",
        dataset_options={
            "MINZOOM": zoom,
            "MAXZOOM": zoom,
            "EXTENT": EXTENT,
            "BUFFER": EXTENT // 32,
            "MAX_SIZE": TILE_BYTES,
            "MAX_FEATURES": 1_000_000,
            "SIMPLIFICATION": 1 if zoom == LAST_ZOOM else EXTENT // _TILE_PX // 2,
        },
    )
    with closing(sqlite3.connect(path)) as db:
        for z, x, y, tile in db.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
            yield (z, x, y), gzip.decompress(tile)
    path.unlink()
