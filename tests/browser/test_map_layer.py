"""The live map and the drone pictures in a real Chromium, with a fake feed: what is drawn, when, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.browser import map_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LIMIT_MS = 30_000
HERE = {"lon": 104.05, "lat": 30.6725}
Pixel = tuple[int, int, int]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with map_page.serving() as url:
        yield url


class Sheet:
    """A page with the map on it. ``outside``: requests to other hosts. ``errors``: what the page complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.outside, self.errors = page, list[str](), list[str]()
        ours = (address, "blob:", "data:")
        page.on("request", lambda r: None if r.url.startswith(ours) else self.outside.append(r.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.goto(address)
        self.until("document.querySelector('#map .js-plotly-plot')?._fullLayout?.map")

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"async (x) => {{ {script} }}", argument)

    def until(self, expression: str, limit_ms: int = LIMIT_MS) -> None:
        self.page.wait_for_function(f"() => {{ return Boolean({expression}); }}", timeout=limit_ms, polling=50)

    def mount(self, options: str = "{}") -> None:
        self.run(f"hub.map.mount('map', {options})")
        self.until("hub.map.map?.getLayer('hub_drones') && hub.map.map.loaded()")

    def patch(self, x: float, y: float, half: int = 14) -> Image.Image:
        clip = {"x": x - half, "y": y - half, "width": 2 * half, "height": 2 * half}
        return Image.open(BytesIO(self.page.screenshot(clip=clip))).convert("RGB")  # type: ignore[arg-type]

    def inked(self, identity: str, colour: Pixel = (143, 163, 184)) -> int:
        """Pixels near the thing that have (nearly) its colour."""
        spot = self.run("return hub.map.pixelOf(x)", identity)
        return count(self.patch(spot["x"], spot["y"]), colour)

    def wait_inked(self, identity: str, low: int, high: int = 10_000) -> int:
        """Its pixels, as soon as they are between two numbers; the last count when they never are."""
        found = -1
        for _ in range(60):
            found = self.inked(identity)
            if low <= found <= high:
                break
            self.page.wait_for_timeout(100)
        return found


def pixels(image: Image.Image) -> list[Pixel]:
    raw = image.tobytes()
    return [(raw[k], raw[k + 1], raw[k + 2]) for k in range(0, len(raw), 3)]


def count(image: Image.Image, colour: Pixel, slack: int = 30) -> int:
    return sum(all(abs(a - b) <= slack for a, b in zip(p, colour, strict=True)) for p in pixels(image))


@pytest.fixture
def sheet(browser: Browser, address: str) -> Iterator[Sheet]:
    page = browser.new_page(viewport={"width": 900, "height": 560})
    try:
        yield Sheet(page, address)
    finally:
        page.close()


def test_a_fix_draws_a_unit_where_it_is_and_moves_it(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run("hub.map.fly({lon: x.lon, lat: x.lat, zoom: 17})", HERE)
    sheet.until("!hub.map.map.isMoving()")
    sheet.run("fake.fixes([['units', 'U-1', x.lon, x.lat, 90]])", HERE)
    assert sheet.wait_inked("U-1", 20) >= 20
    old = sheet.run("return hub.map.pixelOf('U-1')")
    sheet.run("fake.fixes([['units', 'U-1', x.lon + 0.001, x.lat, 90]])", HERE)
    sheet.page.wait_for_timeout(1500)  # it glides there
    new = sheet.run("return hub.map.pixelOf('U-1')")
    assert new["x"] - old["x"] > 50
    assert sheet.wait_inked("U-1", 20) >= 20
    assert count(sheet.patch(old["x"], old["y"]), (143, 163, 184)) < 10
    assert not sheet.errors


def test_a_fix_from_before_the_map_was_there_wins_over_an_older_row(sheet: Sheet) -> None:
    """A snapshot's rows may be older than its columns, and the page may hear both before it has a map."""
    sheet.run(
        """const now = Date.now(), at = (s) => new Date(now - s * 1000).toISOString();
        const row = (id, s) => ({id, status: 'available', at: at(s), position: {lon: x.lon, lat: x.lat}});
        hub.thing = (table, id) => id === 'U-3' ? undefined : ({table, id, at: Math.floor((now - 5000) / 100) * 100,
          lon: Math.round((x.lon + 0.01) * 1e7), lat: Math.round(x.lat * 1e7), heading: 9000});
        fake.put('units', [row('U-1', 60), row('U-2', 1), row('U-3', 60)]);""",
        HERE,
    )
    sheet.mount()
    units = "hub.mapParts.units"
    places = sheet.run(
        f"return ['U-1', 'U-2', 'U-3'].map((id) => {units}.lonLat({units}.slotOf.get(id))[0] - {HERE['lon']})"
    )
    assert places == [pytest.approx(0.01, abs=1e-5), pytest.approx(0, abs=1e-5), pytest.approx(0, abs=1e-5)]


def test_an_older_fix_never_moves_a_unit_back(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run("hub.map.fly({lon: x.lon, lat: x.lat, zoom: 14})", HERE)  # a view that stays where it is
    sheet.until("!hub.map.map.isMoving()")
    sheet.run("fake.fixes([['units', 'U-1', x.lon, x.lat, 0]])", HERE)
    before = sheet.run("return hub.map.pixelOf('U-1')")
    sheet.run("fake.fixes([['units', 'U-1', x.lon + 0.01, x.lat, 0, hub.now() - 60000]])", HERE)
    assert sheet.run("return hub.map.pixelOf('U-1')") == before


def test_a_unit_that_stops_reporting_becomes_hollow(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run("hub.map.fly({lon: x.lon, lat: x.lat, zoom: 17})", HERE)
    sheet.until("!hub.map.map.isMoving()")
    sheet.run("fake.fixes([['units', 'U-1', x.lon, x.lat, 0]])", HERE)
    full = sheet.wait_inked("U-1", 20)
    sheet.run("hub.offset = 21000 * 5")  # five expected intervals on, and not a word
    hollow = sheet.wait_inked("U-1", 1, full * 2 // 3)
    assert 0 < hollow <= full * 2 // 3
    # The foot counts once a second.
    sheet.until("document.querySelector('.hub-map-foot').textContent.startsWith('1单元 units1滞后 stale')")


@pytest.mark.alone
def test_twenty_thousand_units_at_ten_hertz_never_redraw_the_figure(sheet: Sheet) -> None:
    sheet.mount()
    session = sheet.page.context.new_cdp_session(sheet.page)
    session.send("Performance.enable")

    def busy() -> float:
        metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])

    sheet.page.wait_for_timeout(2000)  # plotly reports its own first drawing late
    sheet.run(
        "window.plots = 0; document.querySelector('.js-plotly-plot').on('plotly_afterplot', () => { plots++; });"
        "window.stop = fake.crowd(20000, [104.012, 30.652, 104.09, 30.694], 10)"
    )
    sheet.page.wait_for_timeout(2000)
    layer = "hub.map.spent().units"
    start, painted, took = busy(), sheet.run(f"return {layer}"), sheet.run("return fake.took")
    sheet.page.wait_for_timeout(5000)
    work, after = busy() - start, sheet.run(f"return {layer}")
    frames = after["frames"] - painted["frames"]
    ingest = (sheet.run("return fake.took") - took) / 50
    draw = (after["ms"] - painted["ms"]) / max(1, frames)
    print(
        f"\n20,000 fixes a frame at 10 Hz: {work / 50 * 1000:.1f} ms of main thread a frame, of it {ingest:.1f} ms "
        f"taking fixes in; {frames} pictures, {draw:.2f} ms of ours each"
    )
    sheet.run("stop()")
    assert sheet.run("return plots") == 0
    assert frames > 3
    assert sheet.run("return hub.mapParts.units.n") == 20000
    assert work / 50 < 0.06
    assert not sheet.outside
    assert not sheet.errors


def test_it_comes_back_after_a_new_style_and_a_new_map(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run("fake.fixes([['units', 'U-1', x.lon, x.lat, 0]])", HERE)
    sheet.run(
        "const gd = document.querySelector('.js-plotly-plot'); window.first = hub.map.map;"
        "const layout = {...gd.layout, map: {...gd.layout.map, style: '/basemap/style.json?again'}};"
        "await window.Plotly.react(gd, gd.data, layout);"
    )
    sheet.until("hub.map.map === first && first.getLayer('hub_units') && first.getLayer('hub_incidents')")
    sheet.run(
        "const gd = document.querySelector('.js-plotly-plot'), {data, layout} = gd; window.Plotly.purge(gd);"
        "await window.Plotly.newPlot(gd, data, {...layout}, {displayModeBar: false});"
    )
    sheet.until("hub.map.map !== first && hub.map.map?.getLayer('hub_units') && hub.map.map.loaded()")
    assert sheet.wait_inked("U-1", 20) >= 20
    assert sheet.run("return document.querySelectorAll('.hub-map-shell').length") == 1
    assert not sheet.outside


def test_when_plotly_moves_its_map_the_page_says_so(sheet: Sheet) -> None:
    sheet.run("document.querySelector('.js-plotly-plot')._fullLayout.map._subplot = {}")
    sheet.run("hub.map.mount('map', {patience_ms: 300})")
    sheet.until("document.querySelector('.hub-map-note')?.textContent.includes('Map engine not reachable')")
    sheet.page.wait_for_timeout(1500)
    assert len([e for e in sheet.errors if "hub map" in e]) == 1


INCIDENTS = """
const at = new Date(hub.now() - 761000).toISOString();
const row = (id, priority, dx, dy) => ({id, priority, state: 'open', units: ['a', 'b'],
  title: {zh: '高处救援', en: 'Rooftop rescue'}, position: {lon: x.lon + dx, lat: x.lat + dy}, opened_at: at, at});
const rows = [row('I-1', 1, 0, 0), row('I-2', 2, .001, .001), row('I-3', 2, .001, 0), row('I-4', 4, .01, 0)];
fake.put('incidents', rows);
"""


def test_only_grave_incidents_are_labelled_and_labels_keep_apart(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run(INCIDENTS, HERE)
    sheet.until("document.querySelectorAll('.hub-map-label').length === 3")
    boxes = sheet.run(
        "return [...document.querySelectorAll('.hub-map-label')].filter((n) => n.style.visibility === 'visible')"
        ".map((n) => n.getBoundingClientRect().toJSON())"
    )
    assert boxes
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            beside = a["right"] <= b["left"] or b["right"] <= a["left"]
            assert beside or a["bottom"] <= b["top"] or b["bottom"] <= a["top"], (a, b)
    assert "2 单元 units" in sheet.run("return document.querySelector('.hub-map-label').textContent")
    sheet.run("hub.lang = 'en'; hub.emit('lang')")
    sheet.until("!/[\\u4e00-\\u9fff]/.test(document.querySelector('.hub-map-labels').textContent)")
    sheet.run("hub.map.fly({lon: x.lon + .01, lat: x.lat, zoom: 16})", HERE)
    sheet.until("!hub.map.map.isMoving()")
    assert sheet.run("return hub.map.map.queryRenderedFeatures({layers: ['hub_incidents']}).length") >= 1


def test_the_view_goes_where_the_data_is_unless_a_hand_holds_it(sheet: Sheet) -> None:
    sheet.mount()
    sheet.run(INCIDENTS, HERE)
    sheet.page.wait_for_timeout(1300)
    houston = (
        "for (const id of ['I-1', 'I-2', 'I-3', 'I-4']) fake.drop('incidents', id);"
        "const place = (_, k) => ['units', `H-${k}`, -95.37 + k / 1000, 29.76 + (k % 7) / 100, 0];"
        "fake.fixes(Array.from({length: 50}, place))"
    )
    sheet.page.mouse.move(450, 280)
    sheet.page.mouse.down()
    sheet.page.mouse.move(500, 300, steps=4)
    sheet.page.mouse.up()
    sheet.until("hub.map.locked")
    sheet.run(houston)
    sheet.page.wait_for_timeout(1500)
    assert abs(sheet.run("return hub.map.map.getCenter().lng") - 104.05) < 0.5
    sheet.page.click(".hub-map-return")
    sheet.until("Math.abs(hub.map.map.getCenter().lng + 95.35) < .1 && !hub.map.map.isMoving()")
    sheet.until("hub.map.map.queryRenderedFeatures({layers: ['hub_graticule']}).length > 4")
    assert not sheet.run("return hub.map.locked")
    sheet.run("fake.fixes([['units', 'H-1', -95.3, 29.9, 0]])")
    before = sheet.run("return hub.map.map.getCenter().toArray()")
    sheet.page.wait_for_timeout(1500)
    assert sheet.run("return hub.map.map.getCenter().toArray()") == before, "the view moved because something happened"


FLIGHT = """
document.getElementById('map').style.display = 'none';
const tile = document.querySelector('.tile');
tile.style.cssText = 'width:480px;height:270px';
window.report = {frames: true, link: true};
const tell = () => {
  if (!report.link) return;
  const at = new Date(hub.now()).toISOString(), t = performance.now() / 1000;
  const frame_at = report.frames ? at : hub.tables.drones.get('D-1').frame_at;
  fake.put('drones', [{id: 'D-1', call_sign: 'D-01', mode: 'on_station', link: 5, height_m: 90, hfov_deg: 70,
    position: {lon: x.lon, lat: x.lat}, gimbal_pitch_deg: -35, gimbal_yaw_deg: (t * 25) % 360, at, frame_at}]);
};
hub.mapParts.hourForced = 13;
tell();
setInterval(tell, 500);
hub.camera.mount(document.getElementById('cam-0'), 'D-1');
"""


def colourful(image: Image.Image) -> float:
    """Share of pixels with a visible hue."""
    seen = pixels(image)
    return sum(max(p) - min(p) > 14 for p in seen) / len(seen)


def test_a_drone_picture_moves_then_freezes_grey_then_is_lost(sheet: Sheet) -> None:
    sheet.run(FLIGHT, HERE)
    picture = "document.getElementById('cam-0').dataset.picture"
    sheet.until(f"{picture} === 'live'")
    sheet.page.wait_for_timeout(1500)
    first = sheet.patch(240, 150, 80)
    sheet.page.wait_for_timeout(1500)
    second = sheet.patch(240, 150, 80)
    assert sum(a != b for a, b in zip(pixels(first), pixels(second), strict=True)) > 2000
    assert len(set(pixels(first))) > 20, "an empty picture"
    assert colourful(first) > 0.05, "the live picture is grey"
    sheet.run("report.frames = false")
    sheet.until(f"{picture} === 'frozen'", 8000)
    assert colourful(sheet.patch(240, 150, 80)) < 0.01, "the stopped picture is not grey"
    drawn = sheet.run("return hub.camera.spent()[0].frames")
    sheet.page.wait_for_timeout(2000)
    redrawn = sheet.run("return hub.camera.spent()[0].frames") - drawn
    assert redrawn <= 4, "a stopped picture is only redrawn for its age"
    assert "PICTURE FROZEN" in sheet.run("return document.getElementById('cam-0').ariaLabel")
    sheet.run("report.link = false; hub.offset = 60000")
    sheet.until(f"{picture} === 'lost'", 8000)
    sheet.run("hub.offset = 0; report.link = report.frames = true")
    sheet.until(f"{picture} === 'live'", 8000)
    assert not sheet.errors


def test_hidden_pictures_cost_nothing(sheet: Sheet) -> None:
    sheet.run(FLIGHT, HERE)
    sheet.until("document.getElementById('cam-0').dataset.picture === 'live'")
    sheet.run("document.querySelector('.tile').style.display = 'none'")
    sheet.page.wait_for_timeout(500)
    drawn = sheet.run("return hub.camera.spent()[0].frames")
    sheet.page.wait_for_timeout(1500)
    assert sheet.run("return hub.camera.spent()[0].frames") == drawn
