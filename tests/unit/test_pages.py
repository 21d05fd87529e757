"""Pages and the gate in front of them, over hand-made rows, without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Literal, get_args

import httpx
import pytest

from hub.domain import field
from hub.domain.model import Text
from hub.show import Chart, Series
from layouts import texts
from layouts.gate import BODY_MAX
from layouts.pages import centre as centre_page
from layouts.panels import charts, filters, grid
from layouts.panels.filters import Filters
from tests.browser.scripted_day import furnish
from tests.browser.scripted_hub import Scripted, app

BASE = "http://127.0.0.1:8050"


class Client:
    """The application without a network: requests and sockets as ASGI calls."""

    def __init__(self, made: Any) -> None:
        self._app = made

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def socket(self, path: str, origin: str | None = None) -> list[dict[str, Any]]:
        """What a WebSocket is sent until its first frame, or until it is closed."""
        headers = [(b"host", b"127.0.0.1:8050")] + ([(b"origin", origin.encode())] if origin else [])
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "scheme": "ws",
            "root_path": "",
            "subprotocols": [],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8050),
        }
        sent: list[dict[str, Any]] = []

        async def run() -> None:
            incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            incoming.put_nowait({"type": "websocket.connect"})

            async def send(message: Any) -> None:
                sent.append(message)
                if message["type"] != "websocket.accept":
                    incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})

            await asyncio.wait_for(self._app(scope, incoming.get, send), 10)

        asyncio.run(run())
        return sent


@pytest.fixture(scope="module")
def hub() -> Scripted:
    made = Scripted()
    furnish(made, units=3, incidents=5)
    made.feed.alive()
    return made


@pytest.fixture(scope="module")
def client(hub: Scripted) -> Client:
    return Client(app(hub))


# --- the gate


@pytest.mark.parametrize("path", ["/", "/wall/main", "/centre/south", "/centre/south/"])
def test_every_page_is_served_with_its_scripts(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "/assets/10-feed.js" in answer.text
    assert "/theme.css" in answer.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/centre/nobody", "/docs", "/openapi.json", "/redoc", "/_mcp", "/assets/../pyproject.toml"]
)
def test_what_nobody_declared_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8050"])
def test_strange_hosts_are_refused(client: Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8050", "localhost:9", "localhost", "[::1]:8050"])
def test_own_hosts_are_let_in(client: Client, host: str) -> None:
    assert client.get("/theme.css", headers={"host": host}).status_code == 200


def test_another_sites_page_gets_nothing(client: Client) -> None:
    assert client.get("/api/v1/spec", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/api/v1/spec", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/api/v1/spec", headers={"origin": "http://127.0.0.1:8050"}).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "CONNECT", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert client.request(method, "/").status_code == 405


def test_large_bodies_are_refused_whether_announced_or_not(client: Client) -> None:
    url = "/_dash-update-component"
    assert client.request("POST", url, content=b"x" * (BODY_MAX + 1)).status_code == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_MAX // 65536 + 2):
            yield b" " * 65536

    unannounced = client.request("POST", url, content=chunks(), headers={"content-type": "application/json"})
    assert unannounced.status_code == 413


@pytest.mark.parametrize("path", ["/a//b", "/a/..%2fb", "/%00", "/" + "a" * 600])
def test_odd_paths_are_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_socket_of_another_site_is_closed_before_it_opens(client: Client) -> None:
    sent = client.socket("/feed", origin="http://evil.example")
    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 4403)]


@pytest.mark.parametrize("origin", [BASE, None])
def test_our_own_socket_gets_a_frame(client: Client, origin: str | None, hub: Scripted) -> None:
    hub.feed.alive()
    sent = client.socket("/feed", origin=origin)
    assert sent[0]["type"] == "websocket.accept"
    assert len(sent[1]["bytes"]) > 100


def test_dash_opens_no_socket_of_its_own(client: Client) -> None:
    assert [message["type"] for message in client.socket("/_dash-ws-callback", origin=BASE)] == ["websocket.close"]
    assert '"websocket"' not in client.get("/").text


def test_headers_let_only_our_own_origin_in(client: Client) -> None:
    headers = client.get("/").headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


# --- files


def test_style_sheet_follows_the_geometry(client: Client) -> None:
    assert "font-size: 16px" in client.get("/theme.css").text
    assert "font-size: 42.1px" in client.get("/theme.css?pitch_mm=0.9&eye_m=6").text
    assert client.get("/theme.css?pitch_mm=0.9").status_code == 400
    assert client.get("/theme.css?pitch_mm=x&eye_m=6").status_code == 400


def test_base_map_is_ours_alone(client: Client) -> None:
    style = client.get("/basemap/style.json").json()
    assert "glyphs" not in style
    for source in style["sources"].values():
        assert client.get(source["data"]).json()["type"] == "FeatureCollection"
    assert client.get("/basemap/nothing.geojson").status_code == 404


def test_font_is_served_for_a_year(client: Client) -> None:
    answer = client.request("HEAD", "/fonts/NotoSansSC.ttf")
    assert int(answer.headers["content-length"]) > 1_000_000
    assert "max-age=31536000" in answer.headers["cache-control"]


# --- pages


def test_first_answer_holds_no_data(client: Client) -> None:
    layout = client.get("/_dash-layout").text
    assert len(layout) < 1000


FILLED = (
    *("counts", "faults", "clock-time", "mode", "map", "drones", "alarms-list", "incidents-list", "board-list"),
    *("clues-list", "road-steps", "figures-list", "strip-list"),
)


def test_wall_skeleton_has_every_place_a_script_fills(client: Client, hub: Scripted) -> None:
    page = call(
        client,
        "..page.children..." if False else "page.children",
        [("url", "pathname", "/wall/main")],
        [("url", "search", "")],
    )
    text = json.dumps(page)
    for place in FILLED:
        assert f'"id": "{place}"' in text


def test_unknown_address_says_so(client: Client) -> None:
    page = call(client, "page.children", [("url", "pathname", "/nowhere")], [("url", "search", "")])
    assert texts.NOT_FOUND.zh in json.dumps(page, ensure_ascii=False)


def call(client: Client, output: str, inputs: list[tuple[str, str, Any]], state: list[tuple[str, str, Any]]) -> Any:
    """Run a callback as the browser does; the value of its one output."""
    name, prop = output.split(".")
    body = {
        "output": output,
        "outputs": {"id": name, "property": prop},
        "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
        "state": [{"id": i, "property": p, "value": v} for i, p, v in state],
        "changedPropIds": [f"{i}.{p}" for i, p, _ in inputs],
    }
    answer = client.request("POST", "/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["response"][name][prop]


# --- filters, table, charts


def test_filters_come_from_the_address() -> None:
    wanted = filters.from_query("?q=资金&place=光华,草堂&period=8h&status=open&tab=t&lang=en")
    assert wanted == Filters(text="资金", place=("光华", "草堂"), period="8h", status=("open",), tab="t")
    assert filters.from_query("?period=century").period == "all"
    assert filters.from_query("") == Filters()


def test_selection_is_newest_first_and_every_filter_narrows(hub: Scripted) -> None:
    one = hub.centres[2].panels.grids[0]
    rows, now = hub.rows(one.table), hub.clock.now()
    everything = filters.select(rows, one, Filters(), now)
    assert len(everything) == len(rows) == 240
    assert [row["at"] for row in everything] == sorted((row["at"] for row in rows), reverse=True)
    for narrower in (
        Filters(status=("open",)),
        Filters(kind=("a",)),
        Filters(place=("光华",)),
        Filters(period="1h"),
        Filters(text="17"),
        Filters(text="guanghua payment"),
    ):
        assert 0 < len(filters.select(rows, one, narrower, now)) < 240
    assert all(row["state"] == "open" for row in filters.select(rows, one, Filters(status=("open",)), now))
    assert filters.select(rows, one, Filters(text="nothing like this"), now) == []
    assert filters.select([], one, Filters(period="1h"), now) == []


def test_free_text_is_no_pattern(hub: Scripted) -> None:
    one = hub.centres[2].panels.grids[0]
    assert filters.select(hub.rows(one.table), one, Filters(text=".*("), hub.clock.now()) == []


@pytest.mark.parametrize(
    ("lang", "state", "header"),
    [("zh", "在办", "状态"), ("en", "Open", "State"), ("both", "在办\nOpen", "状态\nState")],
)
def test_table_speaks_the_language(hub: Scripted, lang: str, state: str, header: str) -> None:
    one = hub.centres[2].panels.grids[0]
    row = filters.select(hub.rows(one.table), one, Filters(status=("open",)), hub.clock.now())[0]
    record = grid.records([row], one, lang)[0]
    assert record["c3"] == state
    assert record["id"] == row["id"]
    assert isinstance(record["c7"], float)
    columns = grid.columns(one, lang)
    assert columns[3]["headerName"] == header
    assert [column["pinned"] for column in columns] == [None] * (len(columns) - 1) + ["right"]


def test_lists_and_unknown_values_are_shown_as_words() -> None:
    labels = {"police": Text("公安", "Police")}
    assert filters.shown(["police", "guard"], labels, "zh") == "公安、guard"
    assert filters.shown([], labels, "zh") == ""
    assert filters.shown(None, labels, "both") == ""
    assert filters.shown(True, {"true": Text("是", "Yes")}, "en") == "Yes"


def test_charts_follow_the_filters_and_say_when_empty(hub: Scripted) -> None:
    made = hub.centres[2]
    wanted = Filters(status=("open",))
    records, counted, figures = centre_page.answer(made, wanted, "zh", hub.rows, hub.clock.now())
    assert len(figures) == 2
    sums = {trace["name"]: sum(trace["x"]) for trace in figures[0]["data"]}
    assert sums["在办"] == len(records)
    assert sums["办结"] == 0
    assert str(len(records)) in json.dumps(counted, default=lambda c: c.to_plotly_json())
    empty = charts.figure(made.panels.charts[1], [], hub.clock.now(), "zh")
    assert empty["layout"]["annotations"][0]["text"] == charts.NOTHING["zh"]


def drawn(series: Series, lang: str, *, kind: Literal["bar", "line"] = "bar", **more: Any) -> dict[str, Any]:
    chart = Chart(id="x", title=texts.ROAD, table="t", kind=kind, series=lambda rows, now: [series], **more)
    return charts.figure(chart, [], 0.0, lang, charts.Box(400, 400))


@pytest.mark.parametrize(
    ("lang", "name"), [("zh", "危险驾驶"), ("en", "Dangerous driving"), ("both", "危险驾驶 Dangerous driving")]
)
def test_categories_lie_and_speak_the_language(lang: str, name: str) -> None:
    made = drawn(Series(name=texts.ROAD, x=[Text("危险驾驶", "Dangerous driving")], y=[3.0]), lang)
    trace = made["data"][0]
    assert (trace["orientation"], trace["x"], trace["y"]) == ("h", [3.0], [name])
    assert made["layout"]["yaxis"]["tickvals"] == [name]
    said = made["layout"]["yaxis"]["ticktext"][0]
    assert ("危险驾驶" in said, "Dangerous driving" in said) == (lang != "en", lang != "zh")


def many(count: int) -> Series:
    return Series(name=texts.ROAD, x=[Text(f"渠道{n}", f"Way {n}") for n in range(count)], y=list(range(count)))


def test_every_category_has_its_name_and_what_has_no_room_is_summed() -> None:
    whole = drawn(many(23), "zh")
    assert whole["layout"]["yaxis"]["tickvals"] == [f"渠道{n}" for n in range(23)]
    assert len(whole["layout"]["yaxis"]["ticktext"]) == 23
    folded = drawn(many(60), "zh")["data"][0]
    assert len(folded["y"]) <= 23
    hidden = 60 - (len(folded["y"]) - 1)
    assert folded["y"][-1] == f"其余 {hidden} 项"
    assert folded["x"][-1] == sum(range(hidden))
    assert sum(folded["x"]) == sum(range(60))


def test_what_does_not_add_up_is_not_summed() -> None:
    folded = drawn(many(60), "en", adds=False)["data"][0]
    assert folded["y"][-1].endswith("not drawn")
    assert folded["x"][-1] == 0


def test_times_are_drawn_in_the_districts_own_time() -> None:
    made = drawn(Series(name=texts.ROAD, x=["2026-11-23T16:30:00.000Z"], y=[1.0]), "zh", kind="line")
    assert made["data"][0]["x"] == ["2026-11-24T00:30:00"]


def test_sizes_the_page_did_not_measure_are_left_out() -> None:
    sent = {"a": [400, 300], "b": [0, 300], "c": "x", "d": [1], "e": [400, None]}
    assert charts.boxes(sent) == {"a": charts.Box(400, 300)}
    assert charts.boxes(None) == {}


# --- words


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("incident_state", field.IncidentState),
        ("unit_kind", field.UnitKind),
        ("unit_status", field.UnitStatus),
        ("drone_mode", field.DroneMode),
        ("alarm_state", field.AlarmState),
        ("clue_state", field.ClueState),
        ("operation_state", field.OperationState),
        ("task_state", field.TaskState),
    ],
)
def test_every_value_of_the_hub_has_words(group: str, values: Any) -> None:
    words = texts.labels()[group]
    assert set(words) == set(get_args(values))
    assert all(text.zh and text.en for text in words.values())
