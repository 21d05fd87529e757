"""The outside world: logs, the store, coordinates, the outbox relay. Knows ``hub``, never centres or layouts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from hub.errors import HubError
from hub.ports import Log

_FORMS = "memory:  sqlite:///FILE  kafka://HOST:PORT[,HOST:PORT]  recording:///FILE"


def open_log(url: str, now: Callable[[], float] = time.time) -> Log:
    """The log an address names: ``memory:``, ``sqlite:///FILE``, ``kafka://HOST:PORT[,HOST:PORT]``, ``recording:///FILE``.

    As with SQLAlchemy, three slashes come before a relative path and four begin an absolute one. ``now`` stamps records
    (memory, SQLite); Kafka stamps its own. Raises ``HubError`` naming what is wrong with the address. An adapter is
    imported only when it is asked for, so a hub on SQLite does not pay for the Kafka client.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in ("memory", "sqlite", "kafka", "recording"):
        raise HubError(f"log address {url!r}: must be one of {_FORMS}")
    if scheme == "memory":
        return _memory(url, rest, now)
    if scheme == "kafka":
        from streams.kafka_log import KafkaLog

        return KafkaLog(_servers(url, rest))
    path = _path(url, rest)
    if scheme == "sqlite":
        from streams.sqlite_log import SqliteLog

        return SqliteLog(path, now=now)
    from streams.recording import Recording

    return Recording(path)


def _memory(url: str, rest: str, now: Callable[[], float]) -> Log:
    from streams.memory_log import MemoryLog

    if rest.strip("/"):
        raise HubError(f"log address {url!r}: nothing may follow memory:")
    return MemoryLog(now=now)


def _path(url: str, rest: str) -> Path:
    if not rest.startswith("///") or not rest[3:]:
        raise HubError(f"log address {url!r}: a file must follow three slashes (a fourth begins an absolute path)")
    return Path(rest[3:])


def _servers(url: str, rest: str) -> str:
    servers = rest.removeprefix("//").rstrip("/")
    if not rest.startswith("//") or not servers:
        raise HubError(f"log address {url!r}: must be kafka://HOST:PORT[,HOST:PORT]")
    for server in servers.split(","):
        host, _, port = server.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise HubError(f"log address {url!r}: {server!r} must be HOST:PORT with a port from 1 to 65535")
    return servers
