"""The processes a measurement needs: the real ``hub serve``, and lanes that are modules of this package."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

import psutil

from hub.bench.machine import spent_by
from hub.errors import HubError
from hub.settings import listen

START_S = 90.0
STOP_S = 20.0


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on now."""
    with listen("127.0.0.1", 0) as probe:
        port: int = probe.getsockname()[1]
        return port


class Running:
    """A process of ours. ``port``: where it listens."""

    def __init__(self, arguments: list[str], log: Path, port: int = 0) -> None:
        """``arguments`` of the Python interpreter; what it complains of goes to the file ``log``."""
        self.port, self.log = port, log
        self.began = time.monotonic()
        with log.open("ab") as errors:
            self.popen = subprocess.Popen(  # noqa: S603 (our own modules)
                [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self.process = psutil.Process(self.popen.pid)

    def spent(self) -> float:
        """CPU seconds so far."""
        return spent_by(self.process)

    def ask(self, line: str = "") -> Any:
        """Send a line and read the JSON it answers with. Raises ``HubError`` when the process has ended."""
        if line:
            _pipe(self.popen.stdin).write(line + "\n")
            _pipe(self.popen.stdin).flush()
        answer = _pipe(self.popen.stdout).readline()
        if not answer:
            raise HubError(f"a lane of the benchmark ended: {self.said()}")
        return json.loads(answer)

    def said(self) -> str:
        """The last of what it complained of, in one line."""
        return " ".join(self.log.read_text("utf-8", "replace").split())[-600:]

    def health(self) -> dict[str, Any] | None:
        """What /healthz says; ``None`` while it does not answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            found: dict[str, Any] = json.load(connection.getresponse())
            return found
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def ready(self, poll_s: float = 0.1, limit_s: float = START_S) -> dict[str, Any]:
        """Wait until /healthz says that everything is taken in; gives what it says then."""
        while time.monotonic() < self.began + limit_s:
            if self.popen.poll() is not None:
                raise HubError(f"hub serve ended: {self.said()}")
            health = self.health()
            if health is not None and health.get("ready"):
                return health
            time.sleep(poll_s)
        raise HubError(f"hub serve was not ready within {limit_s:.0f} s: {self.said()}")

    def stop(self) -> None:
        """End it politely, by force when it does not go."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait(STOP_S)
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                pipe.close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise HubError("a lane of the benchmark was started without pipes")
    return pipe


@contextmanager
def serving(log: str, data: Path, *options: str, limit_s: float = START_S) -> Iterator[Running]:
    """The real ``hub serve`` over a log, ready."""
    running = start_serving(log, data, *options)
    try:
        running.ready(limit_s=limit_s)
        yield running
    finally:
        running.stop()


def start_serving(log: str, data: Path, *options: str) -> Running:
    """The real ``hub serve`` over a log, just started."""
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    where = ["--log", log, "--data", str(data), "--port", str(port)]
    return Running(["-m", "hub", "serve", *where, *options], data / "said", port)


@contextmanager
def lane(module: str, *arguments: str | int | float | Path, folder: Path) -> Iterator[Running]:
    """A module of this package as a process; it prints ``{"port": …}`` when it is ready."""
    running = Running(["-m", f"hub.bench.{module}", *map(str, arguments)], folder / f"{module}.said")
    try:
        running.port = running.ask().get("port", 0)
        yield running
    finally:
        running.stop()
