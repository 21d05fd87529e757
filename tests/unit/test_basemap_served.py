"""How the ground reaches a page: compressed once, kept for as long as it is the same, and nothing outside of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from hub.domain.model import Text
from hub.service import Setting
from hub.wiring.serve import over
from hub.wiring.web import ground_in
from layouts import basemap, ground, theme
from streams.basemap import Wanted, make
from streams.basemap_file import Basemap
from tests import city
from tests.unit.test_pages import BASE, Client

LAYER = {"type": "FeatureCollection", "features": []}
OUTLINE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[104.0, 30.6], [104.1, 30.6], [104.1, 30.7], [104.0, 30.6]]],
            },
        }
    ],
}


def serving(drawn: ground.Ground) -> Client:
    return Client(Starlette(routes=ground.routes(drawn)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Basemap]:
    folder = tmp_path_factory.mktemp("served")
    city.write_geojson(folder / "city.geojson", city.city(0.6))
    make(Wanted(files=[folder / "city.geojson"], out=folder / "city.mbtiles", credit="© us"), lambda *step: None)
    opened = Basemap(folder / "city.mbtiles")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tiled(made: Basemap) -> Client:
    return serving(ground_in(made))


@pytest.fixture(scope="module")
def whole() -> Client:
    layers = {name: json.dumps(LAYER).encode() for name in basemap.LAYERS}
    return serving({**layers, "boundary": json.dumps(OUTLINE).encode()})


# --- whole layers


def test_whole_layers_are_sources_of_their_own_and_kept_for_ever(whole: Client) -> None:
    style = whole.get("/basemap/style.json").json()
    assert set(style["sources"]) == set(basemap.LAYERS)
    for source in style["sources"].values():
        answer = whole.get(source["data"])
        assert answer.json()["type"] == "FeatureCollection"
        assert answer.headers["cache-control"] == ground.FOREVER
        assert answer.headers["content-encoding"] == "gzip"
    assert {layer.get("source-layer") for layer in style["layers"]} == {None}


def test_an_address_without_its_version_is_asked_again_and_answered_shortly(whole: Client) -> None:
    first = whole.get("/basemap/streets.geojson")
    assert first.headers["cache-control"] == "no-cache"
    again = whole.get("/basemap/streets.geojson", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_who_takes_no_gzip_gets_plain(whole: Client) -> None:
    answer = whole.get("/basemap/streets.geojson", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.json() == LAYER


def test_bounds_are_those_of_the_outline_else_of_the_streets_else_none(whole: Client) -> None:
    assert whole.get("/basemap/ground.json").json()["bounds"] == [104.0, 30.6, 104.1, 30.7]
    assert (
        ground.bounds_of({"boundary": json.dumps(LAYER).encode(), "streets": json.dumps(OUTLINE).encode()}) is not None
    )
    assert ground.bounds_of({name: json.dumps(LAYER).encode() for name in basemap.LAYERS}) is None


# --- tiles


def test_one_source_of_tiles_draws_every_layer(tiled: Client, made: Basemap) -> None:
    style = tiled.get("/basemap/style.json").json()
    assert list(style["sources"]) == ["ground"]
    assert style["sources"]["ground"]["attribution"] == "© us"
    assert {layer["source-layer"] for layer in style["layers"] if layer["type"] != "background"} == set(basemap.LAYERS)
    template = style["sources"]["ground"]["tiles"][0]
    assert template.startswith(f"{BASE}/")  # a worker has nothing a path could be relative to
    assert made.key in template


def test_a_tile_is_compressed_once_and_kept_for_ever(tiled: Client, made: Basemap) -> None:
    path = f"/basemap/{made.key}/14/12927/6724.mvt"
    answer = tiled.get(path)
    assert answer.headers["cache-control"] == ground.FOREVER
    assert answer.headers["content-encoding"] == "gzip"
    held = made.tile(14, 12927, 6724)
    assert held is not None
    assert answer.content == gzip.decompress(held)
    for name in ("streets", "places"):
        assert name.encode() in answer.content
    assert tiled.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_an_address_of_another_basemap_is_never_kept(tiled: Client) -> None:
    assert tiled.get("/basemap/000000000000/14/12927/6724.mvt").headers["cache-control"] == "no-cache"


def test_where_nothing_is_there_is_an_empty_answer_and_off_the_world_none(tiled: Client, made: Basemap) -> None:
    assert tiled.get(f"/basemap/{made.key}/14/0/0.mvt").status_code == 204
    for place in ("14/16384/0", "14/0/16384", "15/0/0", "7/0/0", "999999999/1/1", f"14/{10**40}/1"):
        assert tiled.get(f"/basemap/{made.key}/{place}.mvt").status_code == 404
    assert tiled.get(f"/basemap/{made.key}/cell/32768/0.json").status_code == 404


def test_a_camera_asks_for_the_square_it_looks_at(tiled: Client, made: Basemap) -> None:
    about = tiled.get("/basemap/ground.json").json()
    assert about["bounds"] == list(made.manifest.bounds)
    assert about["cells"]["zoom"] == ground.CELL_ZOOM
    answer = tiled.get(about["cells"]["url"].format(x=25854, y=13448))
    assert answer.headers["cache-control"] == ground.FOREVER
    assert answer.json()["streets"]["features"]
    empty = tiled.get(about["cells"]["url"].format(x=1, y=1)).json()
    assert all(layer == LAYER for layer in empty.values())


# --- the style


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_every_layer_of_names_can_change_its_language(lang: str) -> None:
    style = basemap.style(theme.TOKENS, sources={name: {} for name in basemap.LAYERS}, lang=lang)
    symbols = [layer for layer in style["layers"] if layer["type"] == "symbol"]
    assert len(symbols) >= 5
    for layer in symbols:
        assert set(layer["metadata"]) == {"hub:zh", "hub:en", "hub:both"}
        assert layer["layout"]["text-field"] == layer["metadata"][f"hub:{lang}"]
    assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])


def test_the_first_view_is_over_the_made_district_and_holds_it(made: Basemap) -> None:
    before = Setting(mode="live", district=Text("青羊", "Qingyang"), view=(0, 0, 1), utc_offset_min=480, labels={})
    after = over(before, made.manifest)
    assert after.district == Text("示例区", "Sample District")
    lon, lat, zoom = after.view
    assert (lon, lat) == pytest.approx((104.05, 30.6725), abs=0.001)
    west, _, east, _ = made.manifest.bounds
    assert 400 < (east - west) / 360 * 512 * 2**zoom < 1100  # px


def test_the_basemap_file_itself_is_not_served(tiled: Client, made: Basemap, tmp_path: Path) -> None:
    for path in ("/basemap/city.mbtiles", "/basemap/streets.geojson"):
        assert tiled.get(path).status_code == 404
