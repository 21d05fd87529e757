"""`hub basemap` on a small made-up city: the same in every format, in the right place, and clear when it cannot."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import coordTransform
import geopandas as gpd
import pyogrio
import pytest
import shapely

from hub.domain.model import Text
from hub.errors import HubError
from hub.wiring.basemap import frames_of
from streams.basemap import LAYERS, Made, Wanted, make
from streams.basemap_file import Basemap
from tests import city

HALF_KM = 0.6
Tables = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("basemap")


@pytest.fixture(scope="module")
def source(folder: Path) -> Path:
    path = folder / "city.geojson"
    city.write_geojson(path, city.city(HALF_KM))
    return path


@pytest.fixture(scope="module")
def made(folder: Path, source: Path) -> Made:
    return built(folder / "city.mbtiles", source)


def built(out: Path, *files: Path, **more: Any) -> Made:
    return make(Wanted(files=files, out=out, **more), lambda what, done, of: None)


def drawn(path: Path, layer: str, zoom: int = 14) -> gpd.GeoDataFrame:
    """What a tile archive holds at a zoom level, read by GDAL as a GIS program does; web mercator."""
    return pyogrio.read_dataframe(path, layer=layer, ZOOM_LEVEL=str(zoom))


def refused(out: Path, *files: Path, **more: Any) -> str:
    with pytest.raises(HubError) as error:
        built(out, *files, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


def written(path: Path, features: list[tuple[Any, dict[str, Any]]]) -> Path:
    """A GeoJSON file of (geometry, properties)."""
    found = [{"type": "Feature", "geometry": shapely.geometry.mapping(g), "properties": p} for g, p in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found}, ensure_ascii=False), "utf-8")
    return path


LINE = shapely.LineString([(104.05, 30.67), (104.06, 30.67)])


# --- what is made


def test_everything_is_found_and_the_district_is_named_by_its_outline(made: Made) -> None:
    assert set(made.manifest.counts) == set(LAYERS)
    things = list(city.city(HALF_KM))
    assert made.manifest.counts["streets"] == sum("highway" in thing.tags for thing in things)
    assert made.manifest.counts["blocks"] == sum("building" in thing.tags for thing in things)
    assert (made.unused, made.broken) == (0, 0)
    assert made.manifest.name == Text("示例区", "Sample District")
    assert made.manifest.bounds == pytest.approx((104.0438, 30.6671, 104.0562, 30.6779), abs=0.001)


def test_streets_lie_where_they_lay_and_none_is_lost(folder: Path, source: Path, made: Made) -> None:
    streets = drawn(folder / "city.mbtiles", "streets")
    raw = pyogrio.read_dataframe(source, where="highway IS NOT NULL").to_crs("EPSG:3857")
    there, here = shapely.union_all(streets.geometry.values), shapely.union_all(raw.geometry.values)
    assert shapely.hausdorff_distance(there, here) < 2.5  # mercator metres; half a metre is one step of a tile
    assert there.length == pytest.approx(here.length, rel=0.01)


def test_names_stand_in_both_languages(folder: Path, made: Made) -> None:
    streets = drawn(folder / "city.mbtiles", "streets")
    named = [thing.tags for thing in city.city(HALF_KM) if "highway" in thing.tags and "name" in thing.tags]
    assert set(streets["zh"]) - {""} == {tags["name:zh"] for tags in named}
    assert set(streets["en"]) - {""} == {tags["name:en"] for tags in named}
    assert not streets["zh"].fillna("").str.contains("[A-Za-z]").any()
    assert not streets["en"].fillna("").str.contains("[\u4e00-\u9fff]").any()


def test_a_zoom_level_holds_what_can_be_seen_at_it(folder: Path, made: Made) -> None:
    def kinds(zoom: int) -> set[str]:
        return set(drawn(folder / "city.mbtiles", "streets", zoom)["kind"])

    assert kinds(9) == {"trunk"}
    assert kinds(12) == {"trunk", "main"}
    assert kinds(14) == {"trunk", "main", "minor", "path"}
    names = {row[0] for row in pyogrio.list_layers(folder / "city.mbtiles")}
    assert names == set(LAYERS)
    far = {name for name in LAYERS if name != "blocks"}
    for layer in far:
        assert len(drawn(folder / "city.mbtiles", layer, 8)) <= len(drawn(folder / "city.mbtiles", layer))


def test_pieces_of_one_street_become_one_line(folder: Path, source: Path, made: Made) -> None:
    named = drawn(folder / "city.mbtiles", "streets")
    named = named[named["zh"].notna() & (named["kind"] == "trunk")]
    assert len(named) < made.manifest.counts["streets"] / 20


def test_an_extract_gives_the_same_as_geojson(folder: Path, made: Made) -> None:
    pbf = folder / "city.osm.pbf"
    city.write_pbf(pbf, city.city(HALF_KM))
    other = built(folder / "pbf.mbtiles", pbf)
    assert other.manifest.counts == made.manifest.counts
    assert other.manifest.attribution == "© OpenStreetMap contributors, ODbL"
    assert other.manifest.bounds == pytest.approx(made.manifest.bounds, abs=1e-5)


def test_a_geopackage_in_another_coordinate_system(folder: Path, source: Path, made: Made) -> None:
    rows = pyogrio.read_dataframe(source).to_crs("EPSG:4544")  # CGCS2000, 3-degree zone of 105 E
    package = folder / "city.gpkg"
    lines = rows.geometry.geom_type == "LineString"
    pyogrio.write_dataframe(rows[lines], package, layer="道路")
    pyogrio.write_dataframe(rows[~lines], package, layer="rest", append=True, geometry_type="Unknown")
    other = built(folder / "gpkg.mbtiles", package)
    assert other.manifest.counts == made.manifest.counts
    assert other.manifest.bounds == pytest.approx(made.manifest.bounds, abs=1e-5)


@pytest.mark.parametrize("frame", ["GCJ02", "BD09"])
def test_a_chinese_frame_is_undone(folder: Path, frame: str) -> None:
    ways: dict[str, Callable[[float, float], list[float]]] = {
        "GCJ02": coordTransform.wgs84_to_gcj02,
        "BD09": lambda lon, lat: coordTransform.gcj02_to_bd09(*coordTransform.wgs84_to_gcj02(lon, lat)),
    }
    moved = shapely.LineString([ways[frame](*point) for point in LINE.coords])
    file = written(folder / f"{frame}.geojson", [(moved, {"highway": "primary"})])
    built(folder / "framed.mbtiles", file, frames={file: frame}, bounds=(104.04, 30.66, 104.07, 30.68))
    found = drawn(folder / "framed.mbtiles", "streets").to_crs("EPSG:4326")
    assert shapely.hausdorff_distance(shapely.union_all(found.geometry.values), LINE) < 1.5e-5
    built(folder / "wrong.mbtiles", file)
    wrong = drawn(folder / "wrong.mbtiles", "streets").to_crs("EPSG:4326")
    assert shapely.hausdorff_distance(shapely.union_all(wrong.geometry.values), LINE) > 1e-3


def test_bounds_cut_and_the_cut_is_nobodys_border(folder: Path, source: Path) -> None:
    bounds = (104.048, 30.6705, 104.052, 30.6745)
    part = built(folder / "part.mbtiles", source, bounds=bounds)
    assert part.manifest.bounds == bounds
    west, south, east, north = drawn(folder / "part.mbtiles", "streets").to_crs("EPSG:4326").total_bounds
    assert (west, south) >= (bounds[0] - 1e-5, bounds[1] - 1e-5)
    assert east <= bounds[2] + 1e-5
    assert north <= bounds[3] + 1e-5
    assert "boundary" not in part.manifest.fields  # the outline runs around the part, not through it


def test_plain_chinese_columns_and_a_mapping_of_ones_own(folder: Path) -> None:
    file = written(
        folder / "plain.geojson",
        [
            (LINE, {"道路等级": "主干道", "道路名称": "光华大道"}),
            (LINE, {"道路等级": "支路", "道路名称": "青羊巷"}),
            (shapely.box(104.05, 30.67, 104.06, 30.68), {"类型": "湖泊", "名称": "月湖"}),
            (LINE, {"DLDJ": "一级", "道路名称": "清江路"}),
        ],
    )
    assert built(folder / "plain.mbtiles", file).unused == 1
    rules = folder / "own.toml"
    rules.write_text(
        '[[rule]]\nlayer = "streets"\nkind = "trunk"\nzoom = 9\ncolumns = ["DLDJ"]\nvalues = ["一级"]\n', "utf-8"
    )
    assert built(folder / "plain.mbtiles", file, mapping=rules).unused == 0
    streets = drawn(folder / "plain.mbtiles", "streets")
    assert set(zip(streets["kind"], streets["zh"], strict=True)) == {
        ("trunk", "光华大道"), ("minor", "青羊巷"), ("trunk", "清江路"),
    }  # fmt: skip
    assert set(drawn(folder / "plain.mbtiles", "water")["zh"]) == {"月湖"}


def test_a_whole_layer_can_be_one_thing(folder: Path) -> None:
    package = folder / "outline.gpkg"
    rows = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(104.0, 30.6, 104.1, 30.7)], crs="EPSG:4326")
    pyogrio.write_dataframe(rows, package, layer="outline")
    rules = folder / "outline.toml"
    rules.write_text('[[rule]]\nlayer = "boundary"\nkind = "district"\ntable = "outline"\n', "utf-8")
    assert built(folder / "outline.mbtiles", package, mapping=rules).manifest.counts == {"boundary": 1}


def test_the_border_of_two_neighbours_is_drawn_once(folder: Path) -> None:
    boxes = [shapely.box(104.0, 30.6, 104.1, 30.7), shapely.box(104.1, 30.6, 104.2, 30.7)]
    file = written(
        folder / "two.geojson", [(each, {"level": "district", "name": f"{k}区"}) for k, each in enumerate(boxes)]
    )
    built(folder / "two.mbtiles", file)
    drawn_m = drawn(folder / "two.mbtiles", "boundary", 8).length.sum()
    whole = gpd.GeoSeries([shapely.union_all([each.boundary for each in boxes])], crs="EPSG:4326")
    assert drawn_m == pytest.approx(whole.to_crs("EPSG:3857").length.iloc[0], rel=0.01)


def test_a_broken_ring_is_mended_or_counted(folder: Path) -> None:
    bow = shapely.Polygon([(104.0, 30.6), (104.01, 30.61), (104.01, 30.6), (104.0, 30.61)])
    file = written(folder / "bow.geojson", [(bow, {"natural": "water"}), (shapely.Polygon(), {"natural": "water"})])
    got = built(folder / "bow.mbtiles", file)
    assert got.broken == 1
    area = drawn(folder / "bow.mbtiles", "water").to_crs("EPSG:32648").area.sum()
    assert area == pytest.approx(shapely.make_valid(bow).area * 111_320**2 * 0.8607, rel=0.05)


# --- the file


def test_a_stranger_opens_it(folder: Path, made: Made) -> None:
    with closing(sqlite3.connect(folder / "city.mbtiles")) as db:
        said = dict(db.execute("SELECT name, value FROM metadata"))
        tiles = list(db.execute("SELECT tile_data FROM tiles"))
    assert said["format"] == "pbf"
    assert {layer["id"] for layer in json.loads(said["json"])["vector_layers"]} == set(LAYERS)
    assert tiles
    assert all(gzip.decompress(tile) for (tile,) in tiles)


def test_it_is_opened_again_with_its_manifest_and_a_key_of_its_content(folder: Path, source: Path, made: Made) -> None:
    opened = Basemap(folder / "city.mbtiles")
    assert opened.manifest == made.manifest
    part = built(folder / "other.mbtiles", source, bounds=(104.048, 30.6705, 104.052, 30.6745))
    other = Basemap(folder / "other.mbtiles")
    assert part.manifest.counts != made.manifest.counts
    assert opened.key != other.key
    opened.close()
    other.close()


def test_a_square_is_cut_at_its_edge(folder: Path, made: Made) -> None:
    ground = Basemap(folder / "city.mbtiles")
    cell = ground.cell(15, 25854, 13448)  # holds the middle of the city
    ground.close()
    assert {name for name, layer in cell.items() if layer["features"]} >= {"streets", "blocks"}
    shapes = [shapely.geometry.shape(f["geometry"]) for layer in cell.values() for f in layer["features"]]
    west, south, east, north = shapely.total_bounds(shapes)
    assert east - west <= 360 / (1 << 15) + 1e-6
    assert north - south <= 360 / (1 << 15)
    assert west < 104.05 < east
    assert south < 30.6725 < north
    heights = [f["properties"]["height"] for f in cell["blocks"]["features"]]
    assert min(heights) >= 2 * 3.2


# --- what is refused


def test_nothing_recognised_lists_what_stands_there_and_how_often(folder: Path) -> None:
    file = written(folder / "odd.geojson", [(LINE, {"类": "甲"}), (LINE, {"类": "甲"}), (LINE, {"类": "乙"})])
    said = refused(folder / "odd.mbtiles", file)
    assert "类: 甲 (2), 乙 (1)" in said
    assert "--map" in said


def test_a_known_column_with_unknown_words_lists_them(folder: Path) -> None:
    file = written(folder / "words.geojson", [(LINE, {"highway": "proposed"})] * 3)
    assert "highway: proposed (3)" in refused(folder / "words.mbtiles", file)


def test_no_coordinate_system_is_said_and_mended_by_crs(folder: Path) -> None:
    package = folder / "bare.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.write_dataframe(gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[LINE]), package, layer="roads")
    said = refused(folder / "bare.mbtiles", package)
    assert "layer 'roads'" in said
    assert "--crs" in said
    assert built(folder / "bare.mbtiles", package, crs="EPSG:4326").manifest.counts == {"streets": 1}
    assert "--crs nonsense" in refused(folder / "bare.mbtiles", package, crs="nonsense")


def test_a_layer_that_is_not_there_is_named_with_those_that_are(folder: Path, source: Path) -> None:
    rules = folder / "slip.toml"
    rules.write_text('[[rule]]\nlayer = "boundary"\ntable = "outlime"\n', "utf-8")
    said = refused(folder / "slip.mbtiles", source, mapping=rules)
    assert "'outlime'" in said
    assert "there are: city" in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("layer = ", "own.toml"),
        ('[[rule]]\nlayer = "roads"\n', "roads"),
        ('[[rule]]\nlayer = "water"\nkid = 1\n', "kid"),
    ],
)
def test_a_mapping_that_cannot_be_read_says_where(folder: Path, source: Path, text: str, part: str) -> None:
    rules = folder / "own.toml"
    rules.write_text(text, "utf-8")
    assert part in refused(folder / "no.mbtiles", source, mapping=rules)


def test_metres_declared_as_degrees_are_refused(folder: Path) -> None:
    file = written(
        folder / "metres.geojson",
        [(shapely.LineString([(400_000, 3_390_000), (400_100, 3_390_000)]), {"highway": "road"})],
    )
    assert "no longitudes and latitudes" in refused(folder / "metres.mbtiles", file)


def test_a_country_wants_bounds_and_empty_bounds_are_said(folder: Path, source: Path) -> None:
    wide = written(folder / "wide.geojson", [(shapely.LineString([(100, 30), (110, 30)]), {"highway": "primary"})])
    assert "--bounds" in refused(folder / "wide.mbtiles", wide)
    assert "inside --bounds 10,10,11,11" in refused(folder / "far.mbtiles", source, bounds=(10.0, 10.0, 11.0, 11.0))


def test_a_chinese_frame_elsewhere_is_a_mistake(folder: Path) -> None:
    file = written(folder / "paris.geojson", [(shapely.LineString([(2.3, 48.8), (2.4, 48.8)]), {"highway": "primary"})])
    assert "--frame GCJ02" in refused(folder / "paris.mbtiles", file, frames={file: "GCJ02"})


def test_no_such_file_no_map_no_folder_and_a_wrong_ending(folder: Path, source: Path) -> None:
    text = folder / "words.txt"
    text.write_text("no map at all", "utf-8")
    assert "no such file" in refused(folder / "x.mbtiles", folder / "nowhere.geojson")
    assert "cannot be read as a map file" in refused(folder / "x.mbtiles", text)
    assert "no such folder" in refused(folder / "nowhere" / "x.mbtiles", source)
    assert "must end in .mbtiles" in refused(folder / "x.geojson", source)


def test_what_was_there_stays_when_making_fails(folder: Path) -> None:
    good = written(folder / "good.geojson", [(LINE, {"highway": "primary"})])
    out = folder / "kept.mbtiles"
    built(out, good)
    before = out.read_bytes()
    refused(out, written(folder / "bad.geojson", [(LINE, {"a": "b"})]))
    assert out.read_bytes() == before
    assert not list(folder.glob(".*draft*"))


def test_frames_are_given_for_all_files_or_for_one() -> None:
    roads, outline = Path("a/roads.geojson"), Path("outline.geojson")
    assert frames_of(["gcj02"], [roads, outline]) == {roads: "GCJ02", outline: "GCJ02"}
    assert frames_of(["outline.geojson=BD-09"], [roads, outline]) == {outline: "BD09"}
    assert frames_of(["roads.geojson=WGS84", "GCJ02"], [roads, outline]) == {roads: "WGS84", outline: "GCJ02"}
    with pytest.raises(HubError, match="'UTM' is not known; it is one of WGS84, GCJ02, BD09"):
        frames_of(["UTM"], [roads])
    with pytest.raises(HubError, match="not among the files"):
        frames_of(["river.geojson=GCJ02"], [roads])


@pytest.mark.parametrize(
    ("make_it", "part"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_bytes(b"not a database, but long enough to look like one" * 9), "cannot be read"),
        (lambda path: _empty_archive(path), "not made by 'hub basemap'"),
    ],
)
def test_what_is_no_basemap_is_refused(tmp_path: Path, make_it: Callable[[Path], None], part: str) -> None:
    path = tmp_path / "ground.mbtiles"
    make_it(path)
    with pytest.raises(HubError, match=part):
        Basemap(path)


def _empty_archive(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")


def test_a_geojson_given_as_ground_says_what_makes_one(source: Path) -> None:
    with pytest.raises(HubError, match=r"hub basemap city\.geojson"):
        Basemap(source)
