"""The shortest way from a log to a page: ``python -m hub.bench.bare LOG TOPIC``.

Reads the topic and sends every value, as it is, to every open WebSocket. Beside it the usual way: a Dash page whose
``dcc.Interval`` asks every second for the newest value (the address of both is the same).
"""

from __future__ import annotations

import asyncio
import json
import sys
from threading import Thread
from typing import Any

import uvicorn
from dash import Dash, Input, Output, dcc, html
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.ports import Log
from hub.settings import listen
from streams import open_log

INTERVAL_MS = 1000


class Bare:
    """``newest`` is what came last; ``open`` are the sockets."""

    def __init__(self, log: Log, topic: str) -> None:
        """``topic`` must be there."""
        self._log, self._topic = log, topic
        self.newest = ""
        self.open: set[WebSocket] = set()

    async def socket(self, socket: WebSocket) -> None:
        """Until the page closes its end."""
        await socket.accept()
        self.open.add(socket)
        try:
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            self.open.discard(socket)

    def read(self, loop: asyncio.AbstractEventLoop) -> None:
        """A thread's life: everything that is appended from now on."""
        positions = self._log.ends([self._topic])
        while True:
            for record in self._log.read(positions, 100, 0.1):
                positions[record.topic, record.partition] = record.offset + 1
                self.newest = (record.value or b"").decode()
                asyncio.run_coroutine_threadsafe(self._send(self.newest), loop)

    async def _send(self, text: str) -> None:
        for socket in list(self.open):
            await socket.send_text(text)


def pages(bare: Bare) -> FastAPI:
    """``/bare`` for the socket, ``/`` for the Dash page."""
    api = FastAPI(routes=[WebSocketRoute("/bare", bare.socket)])
    server: Any = api
    dash = Dash("bare", server=server, add_log_handler=False, assets_ignore=".*")
    dash.layout = html.Div([html.Div(id="newest"), dcc.Interval(id="every", interval=INTERVAL_MS)])

    @dash.callback(Output("newest", "children"), Input("every", "n_intervals"))
    async def newest(_: int | None) -> str:
        return bare.newest

    return api


async def serve(url: str, topic: str) -> None:
    """Serve until ended."""
    bare = Bare(open_log(url), topic)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(pages(bare), log_level="warning", access_log=False, ws_per_message_deflate=False)
    Thread(target=bare.read, args=(asyncio.get_running_loop(),), daemon=True).start()
    sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
