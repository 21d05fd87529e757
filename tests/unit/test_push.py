"""`/feed` over a real server and real sockets, and over plain ASGI: the same frames, however slow a viewer is."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.wiring.sockets import Direct
from layouts import push as push_module
from layouts.push import BURST, FRAME_S, Pace, Push
from layouts.sockets import Frame
from tests.faults.viewers import mute_viewer

VIEWERS = 50


class Numbers:
    """A source whose frames are ``from>to|filling``; a cursor is a number."""

    def __init__(self, filling: int = 20) -> None:
        self.now, self.made, self.silent = 0, 0, False
        self.filling = b"." * filling
        self._wake: Callable[[bool], None] | None = None

    def frame(self, cursor: str | None) -> tuple[bytes, str] | None:
        if self.silent:
            return None
        self.made += 1
        return f"{cursor or 0}>{self.now}|".encode() + self.filling, str(self.now)

    def on_change(self, wake: Callable[[bool], None] | None) -> None:
        self._wake = wake

    def add(self, fact: bool = True) -> None:
        self.now += 1
        if self._wake is not None:
            self._wake(fact)


class Served:
    """A running server: ``push`` and its ``source``."""

    def __init__(self, source: Numbers, push: Push, port: int, server: uvicorn.Server) -> None:
        self.source, self.push, self.port, self.server = source, push, port, server
        self.url = f"ws://127.0.0.1:{port}/feed"


@contextmanager
def served(source: Numbers, **settings: Any) -> Iterator[Served]:
    push = Push(source)
    config = uvicorn.Config(
        Starlette(routes=[push.route()]), log_level="warning", ws_per_message_deflate=False, **{"ws": Direct} | settings
    )
    server, listener = uvicorn.Server(config), socket.socket()
    listener.bind(("127.0.0.1", 0))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        limit = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < limit
            time.sleep(0.01)
        yield Served(source, push, listener.getsockname()[1], server)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
    assert not thread.is_alive()


@pytest.fixture(params=[Direct, "auto"], ids=["direct", "plain"])
def way(request: pytest.FixtureRequest) -> Any:
    """The server's short way, and the one every server has."""
    return request.param


async def until(true: Callable[[], bool], limit_s: float = 10.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def told(link: ClientConnection, number: int) -> list[bytes]:
    """Everything until a frame that leads to ``number``."""
    out: list[bytes] = []
    async with asyncio.timeout(10):
        while not out or int(out[-1].split(b"|")[0].split(b">")[1]) < number:
            raw = await link.recv()
            assert isinstance(raw, bytes)
            out.append(raw)
    return out


def chained(frames: list[bytes]) -> bool:
    """Whether every frame begins where the one before ended."""
    ends = [raw.split(b"|")[0].split(b">") for raw in frames]
    return all(before[1] == after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize("filling", [10, 200, 70_000], ids=["7 bits", "16 bits", "64 bits"])
def test_everybody_gets_the_same_frames_in_order(way: Any, filling: int) -> None:
    async def watch(at: Served) -> None:
        count = VIEWERS if filling < 1000 else 5
        links = await asyncio.gather(*(connect(at.url, max_size=None) for _ in range(count)))
        await asyncio.gather(*(told(link, 0) for link in links))
        for number in range(1, 8):
            at.source.add()
            every = await asyncio.gather(*(told(link, number) for link in links))
            assert all(chained(frames) and frames[-1].endswith(at.source.filling) for frames in every)
            assert len({frames[-1] for frames in every}) == 1
        await asyncio.gather(*(link.close() for link in links))
        assert {link.close_code for link in links} == {1000}

    with served(Numbers(filling), ws=way) as at:
        asyncio.run(watch(at))


def test_a_frame_is_made_once_for_all_at_one_cursor() -> None:
    async def watch(at: Served) -> None:
        links = await asyncio.gather(*(connect(at.url) for _ in range(VIEWERS)))
        await asyncio.gather(*(told(link, 0) for link in links))
        made = at.source.made
        at.source.add()
        await asyncio.gather(*(told(link, 1) for link in links))
        assert at.source.made - made <= 3  # that frame, and beats of viewers that came at different times
        await asyncio.gather(*(link.close() for link in links))

    with served(Numbers()) as at:
        asyncio.run(watch(at))


def test_a_page_comes_back_with_its_cursor(way: Any) -> None:
    async def watch(at: Served) -> None:
        async with connect(at.url) as link:
            await told(link, 0)
            at.source.add()
            assert (await told(link, 1))[-1].startswith(b"0>1|")
        at.source.add()
        at.source.add()
        async with connect(f"{at.url}?since=1") as link:
            assert (await told(link, 3)) == [b"1>3|" + at.source.filling]

    with served(Numbers(), ws=way) as at:
        asyncio.run(watch(at))


def test_a_cut_page_is_noticed_and_hurts_nobody(way: Any) -> None:
    async def watch(at: Served) -> None:
        one, other = await connect(at.url), await connect(at.url)
        await until(lambda: at.push.viewers == 2)
        one.transport.abort()
        for number in range(1, 4):
            at.source.add()
            await told(other, number)
        await until(lambda: at.push.viewers == 1)
        await other.close()
        await until(lambda: at.push.viewers == 0)

    with served(Numbers(), ws=way) as at:
        asyncio.run(watch(at))


def test_one_that_never_reads_costs_little_delays_nobody_and_is_dropped(
    way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "SEND_S", 1.5)
    puts: list[object] = []
    put = Direct.put

    def noted(line: Direct, frame: Frame) -> None:
        puts.append(line)
        put(line, frame)

    monkeypatch.setattr(Direct, "put", noted)

    async def watch(at: Served) -> None:
        mute = mute_viewer(at.port)
        async with connect(at.url, max_size=None) as good:
            await until(lambda: at.push.viewers == 2)
            slowest = 0.0
            for number in range(1, 12):
                began = time.monotonic()
                at.source.add()
                await told(good, number)
                slowest = max(slowest, time.monotonic() - began)
            assert slowest < 1.0
            await until(lambda: at.push.viewers == 1)
        mute.close()
        if way is Direct:  # a megabyte each: the system took one or a few, none was queued behind them
            counts = sorted(puts.count(line) for line in set(puts))
            assert len(counts) == 2
            assert counts[0] <= 6 < 11 <= counts[1]

    with served(Numbers(1_000_000), ws=way) as at:
        asyncio.run(watch(at))


def test_a_page_that_reads_again_gets_what_it_missed_as_one_frame(way: Any) -> None:
    async def watch(at: Served) -> None:
        link = await connect(at.url, max_size=None, max_queue=1)
        await told(link, 0)
        for _ in range(30):  # nobody reads: three megabytes each
            at.source.add()
            await asyncio.sleep(0.02)
        frames = await told(link, 30)
        assert chained(frames)
        assert len(frames) < 15
        await link.close()

    with served(Numbers(3_000_000), ws=way) as at:
        asyncio.run(watch(at))


def test_the_server_says_goodbye_answers_pings_and_keeps_its_limits() -> None:
    async def watch(at: Served) -> None:
        async with connect(at.url) as link:
            await told(link, 0)
            assert await asyncio.wait_for(await link.ping(), 5) < 5
            await link.send("x" * 20)
            at.source.add()
            await told(link, 1)
            await link.send("x" * 2000)
            with pytest.raises(ConnectionClosed):
                await told(link, 99)
            assert link.close_code == 1009
        async with connect(at.url) as link:
            await told(link, 1)
            await asyncio.sleep(0.5)  # pings of the server's own go between the frames
            at.server.should_exit = True
            with pytest.raises(ConnectionClosed):
                await told(link, 99)
            assert link.close_code == 1012

    with served(Numbers(), ws_max_size=1000, ws_ping_interval=0.1, ws_ping_timeout=2) as at:
        asyncio.run(watch(at))


def test_beats_come_and_stop_with_the_hub(way: Any) -> None:
    async def watch(at: Served) -> None:
        async with connect(at.url) as link:
            await told(link, 0)
            for _ in range(2):
                began = time.monotonic()
                await asyncio.wait_for(link.recv(), 5)
                assert 0.6 < time.monotonic() - began < 2.5
            at.source.silent = True
            at.source.add()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(link.recv(), 1.6)
            at.source.silent = False
            assert (await told(link, 1))[-1].startswith(b"0>1|")

    with served(Numbers(), ws=way) as at:
        asyncio.run(watch(at))


def test_over_asgi_alone() -> None:
    source = Numbers()
    push = Push(source)
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/feed", "query_string": b"since=0", "headers": [], "subprotocols": []}
        app: Callable[..., Awaitable[None]] = Starlette(routes=[push.route()])
        page: asyncio.Task[None] = asyncio.ensure_future(app(scope, incoming.get, send))
        await until(lambda: len(sent) == 2)
        source.add()
        await until(lambda: len(sent) == 3)
        incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(page, 5)
        assert push.viewers == 0

    asyncio.run(run())
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.send"]
    assert sent[2]["bytes"].startswith(b"0>1|")


CHANGE = st.tuples(st.floats(0.0, 0.4), st.booleans())


def frames_of(changes: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """(when something changed first since the last frame, when its frame went out) for (gap, fact) changes."""
    pace, now, out = Pace(), 0.0, []
    times = []
    for gap, fact in changes:
        now += gap
        times.append((now, fact))
    waiting: float | None = None
    due = float("inf")
    for at, fact in [*times, (now + 10, False)]:
        if due <= at and waiting is not None:
            pace.spend(due)
            out.append((waiting, due))
            waiting, due = None, float("inf")
        if at > now:
            break
        waiting = at if waiting is None else waiting
        due = min(due, at + pace.wait(at, fact))
    return out


@given(st.lists(CHANGE, max_size=120))
def test_never_more_than_ten_frames_a_second_in_the_long_run(changes: list[tuple[float, bool]]) -> None:
    frames = [out for _, out in frames_of(changes)]
    for i in range(len(frames)):
        for j in range(i + 1, len(frames)):
            assert j - i <= (frames[j] - frames[i]) / FRAME_S + BURST - 1 + 1e-6


@given(st.lists(CHANGE, max_size=60))
def test_nothing_waits_longer_than_until_all_is_saved(changes: list[tuple[float, bool]]) -> None:
    assert all(out - at <= BURST * FRAME_S + 1e-6 for at, out in frames_of(changes))


def test_a_fact_amid_movement_does_not_wait() -> None:
    pace, now = Pace(), 0.0
    for _ in range(50):  # movement all the time
        now += pace.wait(now, fact=False)
        pace.spend(now)
    assert now == pytest.approx(49 * FRAME_S)
    for _ in range(BURST - 1):
        now += 0.005
        assert pace.wait(now, fact=True) == 0.0
        pace.spend(now)
    assert 0.0 < pace.wait(now, fact=True) <= FRAME_S
    assert pace.wait(now, fact=False) > 2 * FRAME_S
