"""A TCP line in front of a server that can be cut, hung, slowed and mended, so that a page really has a bad connection.

Nothing is made up between the two ends: bytes are late, stalled or held back, in order, as TCP would show it; what the
line cannot carry waits at the sender.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from random import Random
from threading import Thread
from typing import Any, Self

CHUNK = 65536
QUEUE = 32
"""Chunks that may be under way in one direction; more wait at the sender."""


class Line:
    """Forwards ``port`` on 127.0.0.1 to ``target``.

    ``latency_s``: added to each direction. ``loss``: the share of chunks that stall their direction for ``stall_s``, as
    a lost packet does until it is sent again. ``rate``: bytes a second in each direction, 0 for no limit.
    ``cut``: drop every connection and accept none. ``hang``: keep them, and carry nothing. ``mend``: as at first.
    ``carried``: bytes brought from the target so far.
    """

    def __init__(
        self,
        target: int,
        *,
        latency_s: float = 0.0,
        loss: float = 0.0,
        stall_s: float = 0.5,
        rate: int = 0,
        seed: int = 1,
    ) -> None:
        self.latency_s, self.loss, self.stall_s, self.rate = latency_s, loss, stall_s, rate
        self.carried = 0
        self._target, self._chance = target, Random(seed)
        self._whole = True
        self._joined: set[asyncio.Task[None]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._accepting = asyncio.run_coroutine_threadsafe(self._accept(), self._loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._listener.close()

    def cut(self) -> None:
        self._do(self._cut())

    def hang(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def mend(self) -> None:
        self._whole = True
        self._loop.call_soon_threadsafe(self._flowing.set)

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    async def _end(self) -> None:
        self._accepting.cancel()
        await self._cut()

    async def _cut(self) -> None:
        self._whole = False
        tasks = list(self._joined)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self) -> None:
        while True:
            near, _ = await self._loop.sock_accept(self._listener)
            if not self._whole:
                near.close()
                continue
            task = self._loop.create_task(self._join(near))
            self._joined.add(task)
            task.add_done_callback(self._joined.discard)

    async def _join(self, near: socket.socket) -> None:
        far = socket.socket()
        try:
            for one in (near, far):
                one.setblocking(False)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.rate:  # what the kernel holds must not hide that the line is slow
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            await self._loop.sock_connect(far, ("127.0.0.1", self._target))
            ways = [asyncio.create_task(self._carry(near, far, 0)), asyncio.create_task(self._carry(far, near, 1))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass  # nobody listens there: this end is closed as well
        finally:
            near.close()
            far.close()

    async def _carry(self, source: socket.socket, sink: socket.socket, counts: int) -> None:
        """One direction, until either end closes."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(4 if self.rate else QUEUE)
        arriving = asyncio.create_task(self._arrive(under_way, sink))
        try:
            with contextlib.suppress(OSError):
                while data := await self._loop.sock_recv(source, max(1, min(CHUNK, self.rate // 10 or CHUNK))):
                    self.carried += counts * len(data)
                    await under_way.put((self._loop.time() + self.latency_s, data))
                await under_way.put((self._loop.time() + self.latency_s, b""))
                await arriving
        finally:
            arriving.cancel()
            await asyncio.gather(arriving, return_exceptions=True)

    async def _arrive(self, under_way: asyncio.Queue[tuple[float, bytes]], sink: socket.socket) -> None:
        while True:
            due, data = await under_way.get()
            if not data:
                return
            stalled = self.stall_s if self.loss and self._chance.random() < self.loss else 0.0
            await asyncio.sleep(max(0.0, due - self._loop.time()) + stalled)
            await self._flowing.wait()
            with contextlib.suppress(OSError):
                await self._loop.sock_sendall(sink, data)
            if self.rate:
                await asyncio.sleep(len(data) / self.rate)
