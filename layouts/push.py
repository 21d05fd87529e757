"""`/feed`: one WebSocket per page. A first change goes out at once; in the long run there are ten frames a second.

A viewer is a cursor: while its socket is slow nothing is queued for it, its next frame is the merged change. Must not
know what a frame holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from layouts.sockets import Frame, Line, line_to

FRAME_S = 0.1
BURST = 3
"""Frames that facts may bring at once; each is paid back by the movement after it, which waits until all is saved."""
BEAT_S = 1.0
LOOK_S = 0.25
"""How often it is looked who needs a beat, or has become able to take a frame."""
SEND_S = 20.0
"""A viewer whose socket takes nothing for this long is dropped; it comes back with its cursor."""


class Source(Protocol):
    """Where frames come from (``hub.feed.Feed``)."""

    def frame(self, cursor: str | None) -> tuple[bytes, str] | None:
        """The merged change since ``cursor`` and the next cursor; ``None``: nothing may be said now."""
        ...

    def on_change(self, wake: Callable[[bool], None] | None) -> None:
        """Call ``wake`` (any thread) after every change; with ``True`` when it is a fact and may not wait."""
        ...


class Pace:
    """When the next frame is due: a frame costs one, ten are earned a second, ``BURST`` can be saved."""

    def __init__(self) -> None:
        """Begins with everything saved."""
        self._saved, self._at = float(BURST), 0.0

    def wait(self, now: float, fact: bool) -> float:
        """Seconds: a fact needs one frame saved, what only moves all of them, so that it never spends a fact's."""
        return max(0.0, ((1.0 if fact else BURST) - self._credit(now)) * FRAME_S)

    def spend(self, now: float) -> None:
        """A frame goes out."""
        self._saved, self._at = self._credit(now) - 1.0, now

    def _credit(self, now: float) -> float:
        return min(float(BURST), self._saved + (now - self._at) / FRAME_S)


class Viewer:
    """One page: where it is, when it was last sent something, and since when its line takes nothing."""

    __slots__ = ("cursor", "line", "sent", "stuck")

    def __init__(self, line: Line, cursor: str | None) -> None:
        """``cursor``: what the page knows already."""
        self.line, self.cursor = line, cursor
        self.sent = 0.0
        self.stuck: float | None = None


class Push:
    """Paces flushes for all viewers together, so that viewers at one cursor share one frame."""

    def __init__(self, source: Source) -> None:
        """``source``: the feed."""
        self._source = source
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = 0  # 1: something changed, 2: a fact among it; since the last flush
        self._due: asyncio.TimerHandle | None = None
        self._pace = Pace()
        self._viewers: set[Viewer] = set()
        self._looking = False

    @property
    def viewers(self) -> int:
        """How many pages are connected."""
        return len(self._viewers)

    def route(self) -> WebSocketRoute:
        """The route to mount."""
        return WebSocketRoute("/feed", self.endpoint)

    async def endpoint(self, socket: WebSocket) -> None:
        """Serve one page until it goes away."""
        self._bind()
        await socket.accept()
        line, gone = line_to(socket)
        viewer = Viewer(line, socket.query_params.get("since"))
        self._viewers.add(viewer)
        try:
            self._send([viewer])
            if not self._looking:
                self._looking = True
                self._look()
            await gone()
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page is gone: it reconnects with its cursor
        finally:
            self._viewers.discard(viewer)

    def _bind(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._asked, self._due, self._looking = 0, None, False
            self._viewers = set()
            self._source.on_change(self._changed)

    def _changed(self, fact: bool) -> None:
        """Any thread: ask the loop for a flush unless one as urgent is already asked for."""
        loop, wanted = self._loop, 2 if fact else 1
        if loop is None or loop.is_closed() or self._asked >= wanted:
            return
        self._asked = wanted
        loop.call_soon_threadsafe(self._plan)

    def _plan(self) -> None:
        if not self._asked:
            return  # a flush came in between
        loop = asyncio.get_running_loop()
        if self._due is not None:
            self._due.cancel()
        wait = self._pace.wait(loop.time(), fact=self._asked == 2)
        if wait > 0:
            self._due = loop.call_later(wait, self._flush)
        else:
            self._flush()

    def _flush(self) -> None:
        self._asked, self._due = 0, None  # before frames are made: a change in between is not missed
        self._pace.spend(asyncio.get_running_loop().time())
        self._send(self._viewers)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._looking = bool(self._viewers)
        if self._looking:
            loop.call_later(LOOK_S, self._look)
            old = loop.time() - BEAT_S + LOOK_S / 2
            self._send([viewer for viewer in self._viewers if viewer.stuck is not None or viewer.sent < old])

    def _send(self, viewers: Iterable[Viewer]) -> None:
        """Bring viewers up to now; one whose line is not free keeps its cursor."""
        now = asyncio.get_running_loop().time()
        made: dict[str | None, tuple[Frame, str] | None] = {}
        for viewer in viewers:
            if not viewer.line.ready:
                self._wait(viewer, now)
                continue
            viewer.stuck = None
            if viewer.cursor not in made:
                found = self._source.frame(viewer.cursor)
                made[viewer.cursor] = None if found is None else (Frame(found[0]), found[1])
            next_frame = made[viewer.cursor]
            if next_frame is not None:
                frame, viewer.cursor = next_frame
                viewer.line.put(frame)
                viewer.sent = now

    def _wait(self, viewer: Viewer, now: float) -> None:
        if viewer.stuck is None:
            viewer.stuck = now
        elif now - viewer.stuck > SEND_S:
            viewer.line.drop()
