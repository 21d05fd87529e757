"""`hub basemap` on maps other people drew: Helsinki, roads and outlines of Chengdu, councils of Los Angeles."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from hub.domain.model import Text
from hub.errors import HubError
from streams.basemap import Wanted, make
from streams.basemap_file import Basemap

pytestmark = pytest.mark.shared
HELSINKI = "data/geo_helsinki_osm/Helsinki.osm.pbf"
ROADS = "data/geo_chengdu/chengdu_core_roads_osm_wgs84.geojson"
OUTLINES = "data/geo_chengdu/chengdu_districts_cnmaps_amap_gcj02.geojson"
COUNCILS = "data/geo_los_angeles/neighborhood_councils.geojson"


def quietly(what: str, done: int, of: int) -> None:
    """Nobody looks at the progress."""


def drawn(path: Path, layer: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=layer, ZOOM_LEVEL="14").to_crs("EPSG:4326")


def test_an_extract_of_helsinki(shared: Path, tmp_path: Path) -> None:
    made = make(Wanted(files=[shared / HELSINKI], out=tmp_path / "helsinki.mbtiles"), quietly)
    assert made.manifest.counts["streets"] > 2000
    assert made.manifest.counts["blocks"] > 400
    assert made.broken == 11  # rings of two points and the like
    places = drawn(tmp_path / "helsinki.mbtiles", "places")
    square = places[places["en"] == "Helsinki Senate Square"].geometry.iloc[0]
    assert (square.x, square.y) == pytest.approx((24.9522, 60.1694), abs=0.001)  # a point in its area
    assert set(places["zh"]) >= {"參議院廣場"}
    cell = Basemap(tmp_path / "helsinki.mbtiles").cell(15, 18654, 9484)
    assert len(cell["blocks"]["features"]) > 20


def test_roads_and_outlines_of_chengdu_meet_only_when_the_frame_is_said(shared: Path, tmp_path: Path) -> None:
    roads, outlines = shared / ROADS, shared / OUTLINES
    core = (104.03, 30.61, 104.09, 30.66)
    ring: dict[str, shapely.Geometry] = {}
    for frame in ("GCJ02", "WGS84"):
        out = tmp_path / f"{frame}.mbtiles"
        made = make(Wanted(files=[roads, outlines], out=out, bounds=core, frames={outlines: frame}), quietly)
        assert made.manifest.counts["streets"] == 850
        assert made.manifest.name == Text("武侯区", "武侯区")
        ring[frame] = shapely.union_all(drawn(out, "boundary").geometry.values)
    streets = drawn(tmp_path / "GCJ02.mbtiles", "streets")
    assert {"人民南路四段", "科华北路"} <= set(streets["zh"])
    moved_m = shapely.hausdorff_distance(ring["GCJ02"], ring["WGS84"]) * 111_000
    assert 200 < moved_m < 1200


def test_councils_are_refused_with_what_stands_in_them_and_taken_with_a_rule(shared: Path, tmp_path: Path) -> None:
    wanted = Wanted(files=[shared / COUNCILS], out=tmp_path / "la.mbtiles")
    with pytest.raises(HubError, match=r"SERVICE_RE: REGION 11 - WEST LA \(11\)"):
        make(wanted, quietly)
    rules = tmp_path / "la.toml"
    rules.write_text('[[rule]]\nlayer = "boundary"\nkind = "township"\ncolumns = ["NC_ID"]\n', "utf-8")
    made = make(Wanted(files=[shared / COUNCILS], out=tmp_path / "la.mbtiles", mapping=rules), quietly)
    assert made.manifest.counts == {"boundary": 99}
