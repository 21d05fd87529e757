"""Runs the real command as a process of its own and talks to it over HTTP. Every wait has a limit."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

START_S = 60.0
ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One ``hub`` command, run from ``folder``. ``port`` is where its pages are. ``module``: what runs it."""

    def __init__(
        self, args: list[str], log: Path, port: int, *, folder: Path = ROOT, module: tuple[str, ...] = ("hub",)
    ) -> None:
        self.port, self.log = port, log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *module, *args], stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, timeout_s: float = 10.0) -> Any:
        """The JSON at a path; also of an answer that is not 200."""
        try:
            with urlopen(self.url + path, timeout=timeout_s) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                return json.load(error)

    def text(self) -> str:
        """What it has printed so far."""
        return self.log.read_text("utf-8", "replace")

    def until(self, true: Callable[[dict[str, Any]], bool], limit_s: float = START_S) -> dict[str, Any]:
        """Poll /healthz until it is so; fails with what was printed when it never is."""
        end = time.monotonic() + limit_s
        health: dict[str, Any] = {}
        while time.monotonic() < end:
            assert self.popen.poll() is None, f"ended with {self.popen.returncode}:\n{self.text()}"
            try:
                health = self.get("/healthz")
                if true(health):
                    return health
            except (URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.1)
        raise AssertionError(f"not within {limit_s} s; last health {health}\n{self.text()}")

    def ready(self) -> dict[str, Any]:
        return self.until(lambda health: bool(health.get("ready")))

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.popen.pid, number)

    def kill(self) -> None:
        """End it without any chance to say goodbye."""
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(10)

    def close(self) -> None:
        """End it politely; by force when it does not go."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.send_signal(signal.SIGINT)
            try:
                self.popen.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def hub(verb: str, *args: str | Path, folder: Path, port: int | None = None, serves: bool = True) -> Iterator[Process]:
    """``hub VERB ARGS`` with a free port; ``serves``: whether the verb has pages. Ended when the block ends."""
    port = port or free_port()
    served = ["--port", str(port)] if serves else []
    process = Process([verb, *map(str, args), *served], folder / f"{verb}-{port}.log", port)
    try:
        yield process
    finally:
        process.close()
