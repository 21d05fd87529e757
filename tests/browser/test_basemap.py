"""A made district of 20 MB under the live wall: it is there at once, costs the page next to nothing, lies right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import city
from tests.browser.pages import Watched, opened
from tests.running import Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

pytestmark = pytest.mark.browser
HALF_KM = 11.0
MAKE_S = 240
LIMIT_MS = 90_000
TASK_MS = 200.0
BYTES = 3_000_000
TRACE = ["toplevel", "devtools.timeline"]
VIEWS = ((104.05, 30.67, 10.5), (104.09, 30.70, 12), (104.0, 30.64, 13), (104.1, 30.62, 14), (104.04, 30.72, 15.5))
GO = """(async ([lon, lat, zoom]) => {
  const still = new Promise((done) => hub.map.map.once('idle', done));
  hub.map.fly({lon, lat, zoom});  // the view is ours from now on
  hub.map.map.jumpTo({center: [lon, lat], zoom}, {originalEvent: {type: 'hub', hub: true}});
  await still;
})(x)"""
SHOWN = "hub.map?.map?.getLayer('hub_incidents') && hub.map.map.isStyleLoaded() && hub.map.map.areTilesLoaded()"


@dataclass
class Ground:
    """What a page fetched of the ground. ``tiles``: addresses."""

    size: int = 0
    tiles: list[str] = field(default_factory=list)

    def take(self, request: Request) -> None:
        if "/basemap/" in request.url:
            self.size += request.sizes()["responseBodySize"]
            if request.url.endswith(".mvt"):
                self.tiles.append(request.url)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The basemap of the made city, by the real command."""
    folder = tmp_path_factory.mktemp("district")
    source = folder / "city.geojson"
    city.write_geojson(source, city.city(HALF_KM))
    assert source.stat().st_size > 20_000_000
    with hub("basemap", source, "--out", folder / "city.mbtiles", folder=folder, serves=False) as making:
        assert making.popen.wait(MAKE_S) == 0, making.text()
        print(f"\n{source.stat().st_size / 1e6:.1f} MB of GeoJSON:\n{making.text()}")
    return folder / "city.mbtiles"


@pytest.fixture(scope="module")
def wall(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A wall over simulated facts on that ground."""
    folder = tmp_path_factory.mktemp("wall")
    log = f"sqlite:///{folder / 'log.db'}"
    with (
        hub("simulate", "--log", log, folder=folder, serves=False),
        hub("serve", "--log", log, "--ground", district, "--data", folder / "data", folder=folder) as process,
    ):
        process.ready()
        yield process


def longest(trace: bytes) -> tuple[float, float]:
    """(longest task, all tasks) of the page's main thread, milliseconds of its own CPU: other jobs do not count."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    spent: dict[int, list[float]] = {}
    for event in events:
        if event["ph"] == "X" and event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in mains:
            spent.setdefault(event["pid"], []).append(event.get("tdur", 0) / 1000)
    busiest = max(spent.values(), key=sum)
    return max(busiest), sum(busiest)


def visit(page: Watched, views: tuple[tuple[float, float, float], ...]) -> None:
    for view in views:
        page.ask(GO, view)


def settled(page: Watched) -> None:
    """Wait until the map is there, has taken its first view and the figure has drawn itself for the last time."""
    page.until(SHOWN, limit_ms=LIMIT_MS)
    page.until("hub.tables.units?.size", limit_ms=LIMIT_MS)
    page.page.wait_for_timeout(3000)
    page.until(SHOWN, limit_ms=LIMIT_MS)


def test_twenty_megabytes_load_without_a_hitch(browser: Browser, wall: Process) -> None:
    ground = Ground()
    with opened(browser, f"{wall.url}/wall/main") as page:
        page.page.on("requestfinished", ground.take)
        settled(page)
        browser.start_tracing(page=page.page, categories=TRACE)
        visit(page, VIEWS)  # places and depths the page has not seen yet
        worst, whole = longest(browser.stop_tracing())
        print(
            f"\nlongest main-thread task {worst:.0f} ms, all {whole:.0f} ms over {len(VIEWS)} views never seen before"
        )
        print(f"{len(ground.tiles)} tiles, {ground.size / 1000:.0f} kB of ground on the wire")
        assert len(ground.tiles) > 10
        assert worst < TASK_MS
        assert ground.size < BYTES
        assert page.hosts == {f"127.0.0.1:{wall.port}"}
        assert page.complaints == []


@pytest.mark.parametrize(("lang", "wanted"), [("zh", "zh"), ("en", "en"), ("both", "zh")])
def test_names_and_streets_stand_where_they_are(browser: Browser, wall: Process, lang: str, wanted: str) -> None:
    places = [(thing.tags[f"name:{wanted}"], thing.points[0]) for thing in city.city(HALF_KM) if "place" in thing.tags]
    streets = {thing.tags[f"name:{wanted}"] for thing in city.city(HALF_KM) if thing.tags.get("highway") == "secondary"}
    with opened(browser, f"{wall.url}/wall/main?lang={lang}") as page:
        settled(page)
        page.ask(GO, (104.05, 30.67, 14.8))
        assert page.ask("hub.map.map.getZoom()") == pytest.approx(14.8)
        drawn = page.ask(
            "hub.map.map.queryRenderedFeatures({layers: ['place-names', 'street-names']}).map(f => "
            f"[f.layer.id, f.properties.{wanted}, f.geometry.coordinates])"
        )
        spots = [(name, at) for layer, name, at in drawn if layer == "place-names"]
        assert spots
        for name, at in spots:  # two places may have one name
            assert any(point == pytest.approx(at, abs=1e-5) for known, point in places if known == name)
        assert {name for layer, name, _ in drawn if layer == "street-names"} & streets
        field = page.ask("JSON.stringify(hub.map.map.getLayoutProperty('street-names', 'text-field'))")
        assert '"zh"' in field
        assert '"en"' in field
        assert page.complaints == []


def test_the_wall_has_the_districts_name_and_looks_at_it(browser: Browser, wall: Process) -> None:
    with opened(browser, f"{wall.url}/wall/main") as page:
        settled(page)
        assert "示例区" in page.ask("document.body.innerText")
        centre = page.ask("hub.map.map.getCenter().toArray()")
        assert centre == pytest.approx((104.05, 30.6725), abs=0.06)


def test_cameras_see_the_houses_of_the_made_district(browser: Browser, wall: Process) -> None:
    with opened(browser, f"{wall.url}/wall/main") as page:
        page.until("hub.mapParts?.loadScene")
        page.page.evaluate("async () => { window.scene = await hub.mapParts.loadScene('/basemap/'); }")
        box = page.ask("[...scene.metres([104.048, 30.671]), ...scene.metres([104.052, 30.674])]")
        page.until("((t) => t.houses.length && t.strips.length)(scene.near(...x))", box, LIMIT_MS)
        assert page.complaints == []
