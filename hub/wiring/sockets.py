"""uvicorn's WebSocket with a short way out for frames that were made once for everybody (``layouts.sockets``).

The handshake, closing, keep-alive and limits stay uvicorn's own. Must not know what a frame holds.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from layouts.sockets import DIRECT, Frame

HELD_MAX = 4096
"""Bytes not yet handed to the system above which a page gets no further frame: it would only be an old one."""


class Direct(WebSocketsSansIOProtocol):
    """Offers itself to the application as the ``Line`` to its page."""

    async def run_asgi(self) -> None:
        """Run the application."""
        extensions: Any = self.scope["extensions"]
        extensions[DIRECT] = self
        await super().run_asgi()

    @property
    def ready(self) -> bool:
        """See ``Line``."""
        return (
            not self.close_sent
            and not self.transport.is_closing()
            and self.transport.get_write_buffer_size() <= HELD_MAX
        )

    def put(self, frame: Frame) -> None:
        """See ``Line``."""
        self.transport.write(frame.wire)

    def drop(self) -> None:
        """See ``Line``."""
        self.transport.abort()
