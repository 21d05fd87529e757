"""Scripted viewers that only count bytes: ``python -m hub.bench.crowd PORT PATH N PLAIN|DEFLATE``.

Prints ``{"port": PORT}`` when all are in; answers every line on its input with what came so far. A process of its own,
so that counting is not charged to anybody else.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

import uvloop

_ASK = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
_DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
AT_ONCE = 50


class Viewer(asyncio.Protocol):
    """One connection; ``messages`` and ``bytes`` (frames with their headers) count from the upgrade on."""

    def __init__(self, asking: bytes) -> None:
        """``asking``: the upgrade request."""
        self._asking = asking
        self._head = b""
        self._skip = 0
        self.open = asyncio.get_running_loop().create_future()
        self.messages = self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._asking)

    def connection_lost(self, exc: Exception | None) -> None:
        """A viewer that loses its connection while it joins fails the lane."""
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed before the upgrade"))

    def data_received(self, data: bytes) -> None:
        """Count whole frames, without looking into them."""
        if not self.open.done():
            answer, gap, data = (self._head + data).partition(b"\r\n\r\n")
            self._head = b""
            if not gap:
                self._head = answer
                return
            if b" 101 " not in answer.splitlines()[0]:
                self.open.set_exception(ConnectionError(answer.splitlines()[0].decode("latin-1")))
                return
            self.open.set_result(None)
        self.bytes += len(data)
        if len(data) < self._skip:
            self._skip -= len(data)
            return
        data, self._skip = self._head + data[self._skip :], 0
        self._frames(data)

    def _frames(self, data: bytes) -> None:
        at = 0
        while len(data) >= at + 2:
            size, head = data[at + 1] & 127, 2
            if size > 125:
                head = 4 if size == 126 else 10
                if len(data) < at + head:
                    break
                size = int.from_bytes(data[at + 2 : at + head], "big")
            kind = data[at] & 15
            if kind == 9:
                self._transport.write(
                    bytes((0x8A, 0x80, 0, 0, 0, 0))
                )  # the server asks whether we live; its word is not looked at
            self.messages += kind in (1, 2)
            at += head + size
        self._head, self._skip = (data[at:], 0) if at <= len(data) else (b"", at - len(data))


async def crowd(port: int, path: str, count: int, deflate: bool) -> None:
    """Join, say so, and answer until the input ends."""
    loop = asyncio.get_running_loop()
    asking = _ASK.format(path=path, port=port, more=_DEFLATE if deflate else "").encode()
    viewers: list[Viewer] = []
    for first in range(0, count, AT_ONCE):
        some = [
            loop.create_connection(lambda: Viewer(asking), "127.0.0.1", port)
            for _ in range(min(AT_ONCE, count - first))
        ]
        new = [protocol for _, protocol in await asyncio.gather(*some)]
        await asyncio.gather(*(viewer.open for viewer in new))
        viewers += new
    _say({"port": port})
    while await loop.run_in_executor(None, sys.stdin.readline):
        _say({"messages": sum(v.messages for v in viewers), "bytes": sum(v.bytes for v in viewers)})


def _say(what: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(crowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "DEFLATE"))
