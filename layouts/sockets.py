"""A frame made once for many pages, and the ways it leaves. Must not know what a frame holds or who is told when.

The ASGI way to send costs several times the write itself: a coroutine, a frame built anew, a state machine, for every
page. A server may offer a shorter one, a ``Line`` in the scope's extensions under ``DIRECT``; where none is offered
(another server, a test without a network) the page is sent to as always.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from starlette.websockets import WebSocket

DIRECT = "hub.direct"


class Frame:
    """``payload``, and ``wire``: the same as an unmasked binary WebSocket message (RFC 6455, 5.2)."""

    __slots__ = ("payload", "wire")

    def __init__(self, payload: bytes) -> None:
        """Builds the header: once, not once a page."""
        self.payload = payload
        size = len(payload)
        if size < 126:
            head = bytes((0x82, size))
        elif size < 65536:
            head = b"\x82\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x82\x7f" + size.to_bytes(8, "big")
        self.wire = head + payload


class Line(Protocol):
    """The way to one page."""

    @property
    def ready(self) -> bool:
        """Whether it takes a frame now: the last one has left, and nobody is closing."""
        ...

    def put(self, frame: Frame) -> None:
        """Send a frame without waiting for it. Only when ``ready``."""
        ...

    def drop(self) -> None:
        """End a line that takes nothing, without a goodbye."""
        ...


class Plain:
    """The way every ASGI server has."""

    def __init__(self, socket: WebSocket) -> None:
        """``socket``: accepted; nobody else reads from it."""
        self._socket = socket
        self._sending: asyncio.Task[None] | None = None
        self._reading = asyncio.create_task(until_closed(socket))

    @property
    def ready(self) -> bool:
        """See ``Line``."""
        return self._sending is None and not self._reading.done()

    def put(self, frame: Frame) -> None:
        """See ``Line``."""
        self._sending = asyncio.create_task(self._socket.send_bytes(frame.payload))
        self._sending.add_done_callback(self._sent)

    def _sent(self, sending: asyncio.Task[None]) -> None:
        self._sending = None
        if sending.cancelled() or sending.exception() is not None:
            self._reading.cancel()  # the page is gone: it reconnects with its cursor

    def drop(self) -> None:
        """See ``Line``."""
        self._reading.cancel()

    async def closed(self) -> None:
        """Returns when the page is gone or was dropped."""
        try:
            await asyncio.wait({self._reading})
        finally:
            self._reading.cancel()
            if self._sending is not None:
                self._sending.cancel()


def line_to(socket: WebSocket) -> tuple[Line, Callable[[], Coroutine[Any, Any, None]]]:
    """The shortest way to the page of an accepted socket, and what returns when it is gone."""
    direct: Line | None = (socket.scope.get("extensions") or {}).get(DIRECT)
    if direct is not None:
        return direct, lambda: until_closed(socket)
    plain = Plain(socket)
    return plain, plain.closed


async def until_closed(socket: WebSocket) -> None:
    """Returns when the page closes its end; what it sends is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
