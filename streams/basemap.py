"""Makes a basemap out of a user's map files: read, classify, put right, cut into tiles, pack. Must not know pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from hub.domain.model import Frame, Text
from hub.errors import HubError
from streams import basemap_file, basemap_read, basemap_rules
from streams.basemap_file import Manifest
from streams.basemap_rules import SHIPPED
from streams.basemap_tiles import FIRST_ZOOM, LAST_ZOOM, Tell, prepared, tiles
from streams.geo import Bounds

LAYERS = ("boundary", "parks", "water", "blocks", "streets", "places")
"""In the order in which a tile holds them."""
FIELDS: Mapping[str, list[str]] = {
    "boundary": ["kind"],
    "parks": ["kind", "zh", "en"],
    "water": ["kind", "zh", "en"],
    "blocks": ["height"],
    "streets": ["kind", "class", "zh", "en"],
    "places": ["kind", "zh", "en", "rank"],
}
WIDEST_DEG = 3.0
"""A district, a city, a small province: more is a mistake, and a million tiles."""
OSM_CREDIT = "© OpenStreetMap contributors, ODbL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to make. ``frames``: what a file's coordinates really are, by file; WGS-84 where nothing is said.

    ``bounds``: (west, south, east, north), WGS-84, else all there is. ``mapping``: rules of the user's own. ``crs``:
    for files that declare none. ``credit``: who is to be named on the map.
    """

    files: Sequence[Path]
    out: Path
    bounds: Bounds | None = None
    frames: Mapping[Path, Frame] = field(default_factory=dict)
    mapping: Path | None = None
    crs: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made. ``unused``: features no rule fitted. ``broken``: geometries nobody can draw."""

    manifest: Manifest
    size: int
    unused: int
    broken: int


def make(wanted: Wanted, tell: Tell) -> Made:
    """Make the file. Raises ``HubError`` with what to do; an old file of that name stays until the new one is whole."""
    if wanted.out.suffix != basemap_file.SUFFIX:
        raise HubError(f"--out {wanted.out}: the name must end in {basemap_file.SUFFIX}")
    if not wanted.out.parent.is_dir():
        raise HubError(f"--out {wanted.out}: no such folder")
    if wanted.crs is not None:
        basemap_read.check_crs(wanted.crs)
    found, unused, broken = _collected(wanted, tell)
    tell("joining and clipping", 0, 1)
    layers = prepared(found, wanted.bounds)
    if not layers:
        raise HubError(f"--bounds {_edges(wanted.bounds)}: nothing of {_names(wanted)} lies in it")
    bounds = wanted.bounds or _extent(found)
    manifest = Manifest(
        name=_name(found, bounds, wanted),
        bounds=bounds,
        centre=(round((bounds[0] + bounds[2]) / 2, 6), round((bounds[1] + bounds[3]) / 2, 6)),
        zooms=(FIRST_ZOOM, LAST_ZOOM),
        counts={name: len(rows) for name, rows in found.items()},
        fields={name: FIELDS[name] for name in layers},
        sources=[file.name for file in wanted.files],
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        attribution=_credit(wanted),
    )
    basemap_file.write(wanted.out, manifest, tiles(layers, FIELDS, tell))
    return Made(manifest=manifest, size=wanted.out.stat().st_size, unused=unused, broken=broken)


def _collected(wanted: Wanted, tell: Tell) -> tuple[dict[str, gpd.GeoDataFrame], int, int]:
    """(features by layer, how many no rule fitted, how many are broken)."""
    rules = basemap_rules.rules(wanted.mapping)
    _known_tables(wanted, rules)
    parts: dict[str, list[gpd.GeoDataFrame]] = {}
    unused, broken, seen = 0, 0, list[str]()
    for done, file in enumerate(wanted.files):
        tell(f"reading {file.name}", done, len(wanted.files))
        for table in basemap_read.read(
            file,
            wanted=rules.columns(),
            deciding=rules.deciding,
            bounds=wanted.bounds,
            frame=wanted.frames.get(file, "WGS84"),
            crs=wanted.crs,
        ):
            got = basemap_rules.classify(table.rows, table.name, rules)
            for layer, rows in got.items():
                parts.setdefault(layer, []).append(rows)
            unused += table.unread + len(table.rows) - sum(len(rows) for rows in got.values())
            broken += table.broken
            seen.append(f"layer {table.name!r} of {file.name}, {len(table.rows)} features: {_what(table, rules)}")
    if not parts:
        raise HubError(_nothing(wanted, seen))
    found = {layer: pd.concat(parts[layer], ignore_index=True) for layer in LAYERS if layer in parts}
    _not_too_wide(found, wanted)
    return found, unused, broken


def _what(table: basemap_read.Table, rules: basemap_rules.Rules) -> str:
    return basemap_rules.seen(table.rows, rules.deciding(table.name) or [])


def _known_tables(wanted: Wanted, rules: basemap_rules.Rules) -> None:
    """A mapping that names a layer no file has is a slip of the pen, not an empty map."""
    known = [name for file in wanted.files for name in basemap_read.layers(file)]
    for rule in rules.rule:
        if rule.table is not None and rule.table not in known:
            raise HubError(
                f"--map {wanted.mapping}: no layer {rule.table!r} in {_names(wanted)}; there are: {', '.join(known)}"
            )


def _nothing(wanted: Wanted, seen: Sequence[str]) -> str:
    where = "" if wanted.bounds is None else f" inside --bounds {_edges(wanted.bounds)}"
    return (
        f"{_names(wanted)}: nothing was recognised as a street, water, green, a house, a place or a boundary{where}. "
        f"Seen: {' | '.join(seen)}. Say what is what: --map FIELDS.toml, with rules as in streams/{SHIPPED.name}"
    )


def _not_too_wide(found: Mapping[str, gpd.GeoDataFrame], wanted: Wanted) -> None:
    west, south, east, north = wanted.bounds or _extent(found)
    if max(east - west, north - south) > WIDEST_DEG:
        raise HubError(
            f"{_names(wanted)} reaches from {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f}: more than "
            f"{WIDEST_DEG:g} degrees. Give --bounds WEST,SOUTH,EAST,NORTH"
        )


def _extent(layers: Mapping[str, gpd.GeoDataFrame]) -> Bounds:
    """The district: its outline where there is one, else all there is (an extract may hold pieces of outlines)."""
    rows = list(layers.values())
    if "boundary" in layers:
        outline = layers["boundary"][layers["boundary"]["kind"] == "district"]
        whole = outline[shapely.get_dimensions(outline.geometry.values) == 2]
        rows = [whole] if len(whole) else rows
    edges = [each.total_bounds for each in rows]
    return (
        round(float(min(e[0] for e in edges)), 6),
        round(float(min(e[1] for e in edges)), 6),
        round(float(max(e[2] for e in edges)), 6),
        round(float(max(e[3] for e in edges)), 6),
    )


def _name(found: Mapping[str, gpd.GeoDataFrame], bounds: Bounds, wanted: Wanted) -> Text:
    """The name of the district around the middle, else the first file's."""
    stem = wanted.files[0].name.split(".")[0]
    if "boundary" not in found:
        return Text(stem, stem)
    rows = found["boundary"][found["boundary"]["kind"] == "district"]
    middle = shapely.box(*bounds).centroid
    around = rows[shapely.intersects(rows.geometry.values, middle) & ((rows["zh"] != "") | (rows["en"] != ""))]
    if not len(around):
        return Text(stem, stem)
    row = around.iloc[int(shapely.area(around.geometry.values).argmin())]
    return Text(row["zh"] or row["en"], row["en"] or row["zh"])


def _credit(wanted: Wanted) -> str:
    if wanted.credit is not None:
        return wanted.credit
    return OSM_CREDIT if any(basemap_read.is_osm(file) for file in wanted.files) else ""


def _names(wanted: Wanted) -> str:
    return ", ".join(file.name for file in wanted.files)


def _edges(bounds: Bounds | None) -> str:
    return ",".join(f"{edge:g}" for edge in bounds or ())
