"""Many scripted viewers in one event loop, each keeping the picture by the page's rule (see ``assets/10-feed.js``).

A thread of its own runs them; the test asks from outside. Two viewers at one cursor get the same bytes, so a frame is
read once for all of them, and merged by each.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.frames import read

AGAIN_S = 0.5
_CACHED = 64
_frames: OrderedDict[bytes, tuple[dict[str, Any], tuple[list[int], list[int], list[int]]]] = OrderedDict()


def read_frame(raw: bytes) -> tuple[dict[str, Any], tuple[list[int], list[int], list[int]]]:
    """The JSON head and the columns (index, lon, lat in millionths of a degree) of a frame."""
    held = _frames.get(raw)
    if held is not None:
        return held
    head, columns = read(raw)
    made = head, (columns["index"], columns["lon"], columns["lat"])
    _frames[raw] = made
    if len(_frames) > _CACHED:
        _frames.popitem(last=False)
    return made


@dataclass(slots=True)
class Viewer:
    """One page without a browser. ``late``: seconds from the hub's clock in a frame to its arrival, of every frame."""

    name: int
    port: int
    cursor: str = ""
    connected: bool = False
    frames: int = 0
    snaps: int = 0
    reconnects: int = 0
    received: int = 0
    last: float = 0.0
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    fixes: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def take(self, raw: bytes) -> None:
        """Merge a frame as the page does."""
        head, (index, lon, lat) = read_frame(raw)
        now = time.monotonic()
        if self.last:
            self.gaps.append(now - self.last)
        self.last = now
        self.late.append(time.time() - head["clock"]["now"] / 1000)
        self.frames += 1
        self.received += len(raw)
        if head["k"] == "snap":
            self.snaps += 1
            self.tables, self.names, self.fixes = {}, {}, {}
        for table, rows in head.get("up", {}).items():
            held = self.tables.setdefault(table, {})
            for row in rows:
                held[row["id"]] = row
        for table, ids in head.get("rm", {}).items():
            for key in ids:
                self.tables.get(table, {}).pop(key, None)
        for number, table, key in head.get("fix", {}).get("names", ()):
            self.names[number] = table, key
        for i, x, y in zip(index, lon, lat, strict=True):
            place = self.names.get(i)
            if place is None:
                self.faults.append(f"a fix of index {i}, whose name was never told")
            else:
                self.fixes[place] = x, y
        self.cursor = head["cursor"]

    def revs(self, without: frozenset[str] = frozenset()) -> dict[str, dict[str, int]]:
        """Table → id → revision of what it holds, without derived rows."""
        return {
            table: {key: row["rev"] for key, row in rows.items() if "rev" in row}
            for table, rows in self.tables.items()
            if rows and table not in without and any("rev" in row for row in rows.values())
        }


class Viewers:
    """``count`` viewers spread over the ports in turn, from ``with`` to its end."""

    def __init__(self, ports: list[int], count: int) -> None:
        self.all = [Viewer(n, ports[n % len(ports)]) for n in range(count)]
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._closing = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(30)
        self._loop.close()

    def until(self, true: Callable[[Viewer], bool], limit_s: float = 30.0) -> None:
        """Wait until it is so of every viewer; the picture is looked at in the viewers' own thread."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if not (lag := self.ask(lambda: [v.name for v in self.all if not true(v)])):
                return
            time.sleep(0.1)
        raise AssertionError(f"not within {limit_s} s for viewers {lag}; faults {[v.faults[:2] for v in self.all]}")

    def forget(self) -> None:
        """What was measured so far; to be asked between two frames."""
        for viewer in self.all:
            viewer.late.clear()
            viewer.gaps.clear()

    def ask(self, question: Callable[[], Any]) -> Any:
        """The answer of a question asked between two frames."""

        async def answer() -> Any:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(60)

    def _run(self) -> None:
        self._loop.run_until_complete(self._watch_all())

    async def _watch_all(self) -> None:
        tasks = [asyncio.create_task(self._watch(viewer)) for viewer in self.all]
        await self._closing.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, viewer: Viewer) -> None:
        while True:
            since = f"?since={viewer.cursor}" if viewer.cursor else ""
            try:
                async with connect(
                    f"ws://127.0.0.1:{viewer.port}/feed{since}", compression=None, max_size=None, open_timeout=5
                ) as link:
                    viewer.connected = True
                    async for raw in link:
                        assert isinstance(raw, bytes)
                        viewer.take(raw)
            except (OSError, WebSocketException, TimeoutError):
                pass
            viewer.connected, viewer.last = False, 0.0
            viewer.reconnects += 1
            await asyncio.sleep(AGAIN_S)


def mute_viewer(port: int) -> socket.socket:
    """A viewer that asks for the feed and never reads a byte of it. The caller closes it."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.connect(("127.0.0.1", port))
    link.sendall(
        f"GET /feed HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return link
