"""The usual way to fan out: a Starlette WebSocket under uvicorn's defaults, ``python -m hub.bench.usual SIZE PERIOD``.

Every viewer gets the uncompressed message and uvicorn compresses it for each of them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.settings import listen


def application(size: int, period_s: float) -> Starlette:
    """``/feed`` sends ``size`` bytes of JSON text every ``period_s`` to each viewer."""
    row = '{"id":"B-%05d","lon":104.0%05d,"lat":30.6%05d,"heading_deg":%d,"status":"available"},'
    rows = "".join(row % (i, i * 7919 % 99991, i * 104729 % 99991, i % 360) for i in range(size // 85 + 1))
    message = f"[{rows[:-1]}]"

    async def feed(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await socket.send_text(message)
                await asyncio.sleep(period_s)

    return Starlette(routes=[WebSocketRoute("/feed", feed)])


def main(size: int, period_s: float) -> None:
    """Serve until ended."""
    listener = listen("127.0.0.1", 0)
    sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    config = uvicorn.Config(application(size, period_s), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
