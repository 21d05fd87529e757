"""From a Kafka topic to the wall's DOM and to the map's pixels, in a real Chromium over a real broker."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops

from hub.codec import encode
from hub.domain.events import Emission
from hub.domain.field import Alarm, Incident
from hub.domain.model import Position, Text, instant
from hub.field.topics import FIELD_TOPIC
from hub.ports import Log
from streams import open_log
from tests.browser.pages import Watched, opened
from tests.proxy import Line
from tests.running import Process, hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.kafka, pytest.mark.browser]


@pytest.fixture(scope="module")
def server(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("wall")
    with hub("serve", "--log", f"kafka://{kafka}", "--data", folder / "data", folder=folder) as process:
        process.ready()
        yield process


@pytest.fixture(scope="module")
def log(kafka: str) -> Iterator[Log]:
    made = open_log(f"kafka://{kafka}")
    yield made
    made.close()


def alarm(number: int, rev: int = 1, **changes: Any) -> Emission:
    now = time.time()
    fields: dict[str, Any] = {
        "priority": 1,
        "state": "raised",
        "title": Text(f"试验告警第 {number} 号", f"Trial alarm no. {number}"),
        "raised_at": instant(now),
        **changes,
    }
    data = Alarm(id=f"A-test-{number}", rev=rev, **fields)
    return Emission(topic=FIELD_TOPIC, source="/hub/test", type="cn.hub.alarm.raised.v1", at=now, data=data)


def incident(key: str, lon: float, lat: float) -> Emission:
    now = time.time()
    data = Incident(
        id=key,
        rev=1,
        kind="rescue",
        priority=1,
        state="open",
        opened_at=instant(now),
        position=Position(lon=lon, lat=lat, frame="WGS84"),
        place=Text("试验路口", "Trial crossing"),
    )
    return Emission(topic=FIELD_TOPIC, source="/hub/test", type="cn.hub.incident.opened.v1", at=now, data=data)


def send(log: Log, *emissions: Emission) -> None:
    log.append(FIELD_TOPIC, [encode(emission) for emission in emissions])


def around(wall: Watched, key: str, size: int = 40) -> tuple[int, int, int, int]:
    """The square of the page in which a thing is drawn, CSS pixels."""
    at = wall.ask("hub.map.pixelOf(x)", key)
    box = wall.ask("(r => ({x: r.x, y: r.y}))(document.getElementById('map').getBoundingClientRect())")
    left, top = int(box["x"] + at["x"] - size / 2), int(box["y"] + at["y"] - size / 2)
    return left, top, left + size, top + size


def picture(wall: Watched) -> Image.Image:
    return Image.open(io.BytesIO(wall.page.screenshot())).convert("RGB")


def is_alarm_red(pixel: object) -> bool:
    return isinstance(pixel, tuple) and pixel[0] > 200 and pixel[1] < 120 and pixel[2] < 120


def test_a_fact_on_a_topic_reaches_the_wall_s_text(server: Process, log: Log, browser: Browser) -> None:
    with opened(browser, f"{server.url}/wall/main") as wall:
        send(log, alarm(0))  # the first one also connects the producer
        wall.until("document.getElementById('alarms').innerText.includes('试验告警第 0 号')")
        begin = time.monotonic()
        send(log, alarm(1))
        wall.until("document.getElementById('alarms').innerText.includes('试验告警第 1 号')")
        print(f"from append to text in the DOM: {(time.monotonic() - begin) * 1000:.0f} ms")
        assert "Trial alarm no. 1" in wall.ask("document.getElementById('alarms').innerText")


def test_a_fact_on_a_topic_reaches_the_map_s_pixels(server: Process, log: Log, browser: Browser) -> None:
    with opened(browser, f"{server.url}/wall/main") as wall:
        wall.until("hub.map && hub.map.map")
        before = picture(wall)
        send(log, incident("I-pixel", 104.03, 30.68))
        wall.until("hub.tables.incidents?.has('I-pixel') && hub.map.pixelOf('I-pixel')")
        wall.page.wait_for_timeout(1500)
        square = around(wall, "I-pixel")
        after = picture(wall)
        assert ImageChops.difference(before.crop(square), after.crop(square)).getbbox() is not None
        red = sum(is_alarm_red(after.getpixel((x, y))) for x in range(*square[::2]) for y in range(*square[1::2]))
        assert red > 40, "a first-priority incident is a red triangle"


def test_two_walls_agree_and_a_reconnected_one_has_no_gap(server: Process, log: Log, browser: Browser) -> None:
    with (
        Line(server.port) as line,
        opened(browser, f"{server.url}/wall/main") as one,
        opened(browser, f"http://127.0.0.1:{line.port}/wall/main") as two,
    ):
        line.cut()
        two.until("!hub.connected")
        for number in range(100, 160):
            send(log, alarm(number))
        one.until("hub.tables.alarms.has('A-test-159')")
        send(log, *(alarm(number, 2, state="cleared") for number in range(100, 130)))
        one.until("!hub.tables.alarms.has('A-test-129')")
        assert not two.ask("hub.tables.alarms?.has('A-test-159')")
        line.mend()
        two.until("hub.tables.alarms.has('A-test-159') && !hub.tables.alarms.has('A-test-129')")
        assert one.state() == two.state()
        with opened(browser, f"{server.url}/wall/main") as fresh:
            assert fresh.state() == two.state()


def test_no_other_host_is_asked_and_nothing_complains(server: Process, browser: Browser) -> None:
    centre = server.get("/api/v1/spec")["centres"][0]["name"]
    for path in ("/wall/main", "/", f"/centre/{centre}", "/wall/main?lang=en&pitch_mm=0.9&eye_m=6"):
        with opened(browser, server.url + path) as page:
            page.page.wait_for_timeout(3000)
            assert page.hosts == {f"127.0.0.1:{server.port}"}
            assert page.complaints == []
