"""The least a WebSocket broadcast can cost in Python: ``python -m hub.bench.ceiling SIZE PERIOD``.

Raw asyncio on uvloop: one frame of SIZE bytes, built once per PERIOD seconds, written to every transport as it is.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import sys
from typing import cast

import uvloop

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ANSWER = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n"
)
open_transports: set[asyncio.Transport] = set()


class Raw(asyncio.Protocol):
    """The handshake and nothing else."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request."""
        self._transport = cast(asyncio.Transport, transport)
        self._asked = b""

    def data_received(self, data: bytes) -> None:
        """Answer the upgrade; what comes later is ignored."""
        if self._transport in open_transports:
            return
        self._asked += data
        if b"\r\n\r\n" not in self._asked:
            return
        lines = self._asked.decode("latin-1").split("\r\n")
        key = next(line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()  # noqa: S324 (RFC 6455)
        self._transport.write(_ANSWER.format(accept).encode())
        open_transports.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        open_transports.discard(self._transport)


def framed(payload: bytes) -> bytes:
    """An unmasked binary WebSocket frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, size)) + payload
    return (b"\x82\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x82\x7f" + size.to_bytes(8, "big")) + payload


async def broadcast(size: int, period_s: float) -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Raw, "127.0.0.1", 0)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    payload, due = os.urandom(size), loop.time()
    while True:
        due = max(due + period_s, loop.time())
        await asyncio.sleep(due - loop.time())
        frame = framed(payload)
        for transport in open_transports:
            transport.write(frame)


if __name__ == "__main__":
    uvloop.run(broadcast(int(sys.argv[1]), float(sys.argv[2])))
