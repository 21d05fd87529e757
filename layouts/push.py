"""`/feed`: one WebSocket per page. The first change goes out at once, then at most ten frames a second.

A viewer is a cursor: while its socket is slow nothing is queued for it, its next frame is the merged change. Must not
know what a frame holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

FRAME_S = 0.1
BEAT_S = 1.0
SEND_S = 20.0
"""A viewer whose socket takes longer than this for one frame is dropped; it comes back with its cursor."""


class Source(Protocol):
    """Where frames come from (``hub.feed.Feed``)."""

    def frame(self, cursor: str | None) -> tuple[bytes, str] | None:
        """The merged change since ``cursor`` and the next cursor; ``None``: nothing may be said now."""
        ...

    def on_change(self, wake: Callable[[], None] | None) -> None:
        """Call ``wake`` (any thread) after every change."""
        ...


class Push:
    """Paces flushes for all viewers together, so that viewers at one cursor share one encoded frame."""

    def __init__(self, source: Source) -> None:
        """``source``: the feed."""
        self._source = source
        self._loop: asyncio.AbstractEventLoop | None = None
        self._flushed = asyncio.Event()
        self._waiting = False
        self._last = 0.0
        self.viewers = 0

    def route(self) -> WebSocketRoute:
        """The route to mount."""
        return WebSocketRoute("/feed", self.endpoint)

    def _bind(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._waiting = False
            self._source.on_change(self._changed)

    def _changed(self) -> None:
        """Any thread: ask the loop for a flush unless one is already asked for."""
        if self._waiting or self._loop is None or self._loop.is_closed():
            return
        self._waiting = True
        self._loop.call_soon_threadsafe(self._plan)

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(max(0.0, self._last + FRAME_S - loop.time()), self._flush)

    def _flush(self) -> None:
        self._waiting = False
        self._last = asyncio.get_running_loop().time()
        flushed, self._flushed = self._flushed, asyncio.Event()
        flushed.set()

    async def endpoint(self, socket: WebSocket) -> None:
        """Serve one page until it goes away."""
        self._bind()
        await socket.accept()
        closed = asyncio.create_task(_until_closed(socket))
        self.viewers += 1
        try:
            await self._serve(socket, closed)
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            pass  # the page is gone or too slow: it reconnects with its cursor
        finally:
            self.viewers -= 1
            closed.cancel()

    async def _serve(self, socket: WebSocket, closed: asyncio.Task[None]) -> None:
        cursor = socket.query_params.get("since")
        while not closed.done():
            flushed = self._flushed  # taken before the frame is made: a change in between is not missed
            made = self._source.frame(cursor)
            if made is not None:
                raw, cursor = made
                async with asyncio.timeout(SEND_S):
                    await socket.send_bytes(raw)
            waiter = asyncio.create_task(flushed.wait())
            await asyncio.wait({waiter, closed}, timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()


async def _until_closed(socket: WebSocket) -> None:
    """Returns when the page closes its end; what it sends is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
