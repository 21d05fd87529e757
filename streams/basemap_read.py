"""Reads a user's map file (GeoJSON, GeoPackage, OSM extract, whatever GDAL opens) into WGS-84 tables, one per layer.

Only the layers, columns and features somebody asks for are read. Must not know what a street is or how it is drawn.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import shapely

from hub.domain.model import Frame, Position
from hub.errors import HubError
from streams.geo import MAINLAND, Bounds, to_wgs84

FRAME_REACH_DEG = 0.02
"""GCJ-02 and BD-09 are up to some hundred metres off: so much more is read than is wanted."""
_OSM_LAYERS = ("points", "lines", "multipolygons")
_AREAS = (
    "amenity,boundary,building,historic,landuse,leisure,military,natural,office,place,shop,sport,tourism,"
    "waterway=riverbank"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``name``: the file's layer. ``rows``: its wanted features, WGS-84. ``broken``: geometries nobody can draw.

    ``unread``: features without any of the columns asked for, where the file tells how many it has.
    """

    name: str
    rows: gpd.GeoDataFrame
    broken: int
    unread: int


def layers(path: Path) -> list[str]:
    """Names of the file's layers. ``HubError`` when it is no map file."""
    if not path.is_file():
        raise HubError(f"{path}: no such file")
    try:
        with _quiet():
            names = [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise HubError(f"{path.name}: cannot be read as a map file ({error})") from None
    if is_osm(path):
        names = [name for name in names if name in _OSM_LAYERS]
    if not names:
        raise HubError(f"{path.name}: holds no layer with a geometry")
    return names


def is_osm(path: Path) -> bool:
    """Whether it is an extract of OpenStreetMap."""
    return path.name.endswith((".pbf", ".osm"))


def read(
    path: Path,
    *,
    wanted: Sequence[str],
    deciding: Callable[[str], list[str] | None],
    bounds: Bounds | None,
    frame: Frame,
    crs: str | None,
) -> Iterator[Table]:
    """The file's tables, one by one.

    ``wanted``: columns to keep. ``deciding(layer)``: the columns one of which must be filled, ``None`` for every
    feature. ``bounds``: only what touches this, WGS-84. ``frame``: what the coordinates really are. ``crs``: used
    where the file declares none. ``HubError`` names the layer and what to do.
    """
    with _options(path, wanted) as options:
        for name in layers(path):
            yield _table(path, name, wanted, deciding(name), bounds, frame, crs, options)


def _table(
    path: Path,
    name: str,
    wanted: Sequence[str],
    deciding: list[str] | None,
    bounds: Bounds | None,
    frame: Frame,
    crs: str | None,
    options: dict[str, Any],
) -> Table:
    try:
        with _quiet():
            info = pyogrio.read_info(path, layer=name, **options)
            known = [str(field) for field in info["fields"]]
            asked = None if deciding is None else [column for column in deciding if column in known]
            system = info["crs"] or crs
            if system is None:
                raise HubError(f"{path.name}, layer {name!r}: declares no coordinate system; say it: --crs EPSG:4326")
            # A file without any of the columns is read whole: its values are what the error will show.
            where = " OR ".join(f'"{column}" IS NOT NULL' for column in asked) if asked else None
            rows = pyogrio.read_dataframe(
                path,
                layer=name,
                columns=[column for column in wanted if column in known] if asked or asked is None else None,
                where=where,
                bbox=None if bounds is None else _box(bounds, frame, system),
                force_2d=True,
                on_invalid="fix",
                **options,
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise HubError(f"{path.name}, layer {name!r}: cannot be read ({error})") from None
    rows = rows.set_crs(system, allow_override=True)
    usable = ~(shapely.is_missing(rows.geometry.values) | shapely.is_empty(rows.geometry.values))
    broken = int((~usable).sum())
    unread = max(0, info["features"] - len(rows)) if bounds is None else 0
    rows = rows[usable].to_crs("EPSG:4326")
    _check(path, name, rows)
    return Table(name=name, rows=rows.set_geometry(shift(rows.geometry.values, frame)), broken=broken, unread=unread)


def check_crs(crs: str) -> None:
    """Raise ``HubError`` for a coordinate system nobody knows."""
    try:
        gpd.GeoSeries([], crs=crs)
    except RuntimeError as error:
        raise HubError(f"--crs {crs}: not known ({error})") from None


def _box(bounds: Bounds, frame: Frame, system: str) -> tuple[float, ...]:
    """The bounds in the file's own coordinates, a little wider where the frame is another."""
    more = FRAME_REACH_DEG if frame != "WGS84" else 0.0
    west, south, east, north = bounds
    box = gpd.GeoSeries([shapely.box(west - more, south - more, east + more, north + more)], crs="EPSG:4326")
    return tuple(float(edge) for edge in box.to_crs(system).total_bounds)


def _check(path: Path, name: str, rows: gpd.GeoDataFrame) -> None:
    if not len(rows):
        return
    west, south, east, north = rows.total_bounds
    if not (west >= -180.0001 and east <= 180.0001 and south >= -90.0001 and north <= 90.0001):
        raise HubError(
            f"{path.name}, layer {name!r}: coordinates from {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g} are no "
            "longitudes and latitudes; the declared coordinate system is wrong"
        )


def shift(geometries: Any, frame: Frame) -> Any:
    """Geometries of a frame in WGS-84. Outside the mainland's box the frames do not differ."""
    if frame == "WGS84" or not len(geometries):
        return geometries
    west, south, east, north = shapely.total_bounds(geometries)
    if east < MAINLAND[0] or west > MAINLAND[2] or north < MAINLAND[1] or south > MAINLAND[3]:
        raise HubError(f"--frame {frame}: {west:.4f}, {south:.4f} to {east:.4f}, {north:.4f} lies outside the mainland")

    @cache  # streets share their crossings
    def one(lon: float, lat: float) -> tuple[float, float]:
        at = to_wgs84(Position(lon, lat, frame))
        return at.lon, at.lat

    def every(points: Any) -> Any:
        for row in points:
            row[0], row[1] = one(float(row[0]), float(row[1]))
        return points

    return shapely.transform(geometries, every)


@contextmanager
def _options(path: Path, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """How GDAL opens the file: an OSM extract gives only the tags that are asked for, each as a column of its own."""
    if not is_osm(path):
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "osm.ini"
        tags = ",".join(tag for tag in wanted if tag.isascii())
        sections = "\n".join(f"[{name}]\nosm_id=no\nattributes={tags}\nother_tags=no" for name in _OSM_LAYERS)
        config.write_text(f"closed_ways_are_polygons={_AREAS}\nattribute_name_laundering=no\n{sections}\n", "utf-8")
        yield {"CONFIG_FILE": str(config)}


@contextmanager
def _quiet() -> Iterator[None]:
    """Broken rings of a stranger's file are counted, not printed one by one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
