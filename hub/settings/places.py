"""Places a command uses (port, data folder) and times it is given, checked: each refusal names the option and says
what to do.
"""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex

from hub.errors import HubError

_BOUNDS = {"TCP_NOTSENT_LOWAT": 16_384, "TCP_USER_TIMEOUT": 20_000}
"""What every connection inherits from the listener, where the system knows it. Bytes not sent yet: without a bound the
kernel queues some megabytes of old frames for a viewer that reads slowly. Milliseconds without any progress: otherwise
a viewer that never reads keeps its connection, and what waits for it, for ever.
"""


def require_loopback(host: str) -> None:
    """Refuse to listen where strangers can reach it: nothing signs anybody in yet."""
    try:
        inside = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        raise HubError(f"--host {host}: not an address; use 127.0.0.1") from None
    if not inside:
        raise HubError(
            f"--host {host}: refused. There is no sign-in yet, so the hub listens on loopback only (127.0.0.1); "
            "reach it from another machine through an SSH tunnel"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a port in use is said before anything else happens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for name, value in _BOUNDS.items():
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise HubError(f"--port {port}: cannot listen on {host} ({error}); choose another port") from None
    return listener


@contextmanager
def data_folder(path: Path) -> Iterator[None]:
    """Make the data folder and hold its lock: two hubs must not write one folder."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        handle = (path / "lock").open("w")
    except OSError as error:
        raise HubError(f"--data {path}: cannot be used ({error.strerror}); choose another folder") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HubError(f"--data {path}: another hub is running on it; stop that one or choose another") from None
        yield


def node_name(folder: Path, given: str | None = None) -> str:
    """The name of a server among those that share a store: ``given`` or the machine's, and a word of its data folder's
    own that stays the same when it is started again; two servers never have the same.
    """
    note = folder / "node"
    if not note.exists():
        note.write_text(token_hex(3), "utf-8")
    return f"{given or socket.gethostname()}-{note.read_text('utf-8').strip()}"


def moment(text: str) -> float:
    """RFC 3339 to epoch seconds."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise HubError(f"--since {text}: not a time; write it like 2026-11-23T08:00:00+08:00") from None
    if when.tzinfo is None:
        raise HubError(f"--since {text}: say the offset too, for example {text}+08:00")
    return when.timestamp()
