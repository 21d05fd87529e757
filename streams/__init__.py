"""The outside world: logs, the store, coordinates, the outbox relay. Knows ``hub``, never centres or layouts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from hub.errors import HubError
from hub.ports import Log
from hub.settings import Kafka

_FORMS = "memory:  sqlite:///FILE  kafka://HOST:PORT[,HOST:PORT]  recording:///FILE"


def open_log(url: str, now: Callable[[], float] = time.time, security: Kafka | None = None) -> Log:
    """The log an address names: ``memory:``, ``sqlite:///FILE``, ``kafka://HOST:PORT[,HOST:PORT]``, ``recording:///FILE``.

    As with SQLAlchemy, three slashes come before a relative path and four begin an absolute one. ``now`` stamps records
    (memory, SQLite); Kafka stamps its own. ``security``: how to get into a Kafka cluster. Raises ``HubError`` naming
    what is wrong with the address, without a password that may stand in it. An adapter is imported only when it is
    asked for, so a hub on SQLite does not pay for the Kafka client.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in ("memory", "sqlite", "kafka", "recording"):
        raise HubError(f"log address {_shown(url)}: must be one of {_FORMS}")
    if scheme == "memory":
        return _memory(url, rest, now)
    if scheme == "kafka":
        from streams.kafka_log import KafkaLog

        return KafkaLog(servers(url), security)
    path = _path(url, rest)
    if scheme == "sqlite":
        from streams.sqlite_log import SqliteLog

        return SqliteLog(path, now=now)
    from streams.recording import Recording

    return Recording(path)


def _memory(url: str, rest: str, now: Callable[[], float]) -> Log:
    from streams.memory_log import MemoryLog

    if rest.strip("/"):
        raise HubError(f"log address {_shown(url)}: nothing may follow memory:")
    return MemoryLog(now=now)


def _path(url: str, rest: str) -> Path:
    if not rest.startswith("///") or not rest[3:]:
        raise HubError(
            f"log address {_shown(url)}: a file must follow three slashes (a fourth begins an absolute path)"
        )
    return Path(rest[3:])


def servers(url: str) -> str:
    """``HOST:PORT[,HOST:PORT]`` of a ``kafka://`` address. Raises ``HubError``."""
    rest = url.removeprefix("kafka:")
    found = rest.removeprefix("//").rstrip("/")
    if not rest.startswith("//") or not found:
        raise HubError(f"log address {_shown(url)}: must be kafka://HOST:PORT[,HOST:PORT]")
    if "@" in found:
        raise HubError(
            f"log address {_shown(url)}: takes no user name; set kafka.username and kafka.password "
            "(HUB_KAFKA_USERNAME, HUB_KAFKA_PASSWORD)"
        )
    for server in found.split(","):
        host, _, port = server.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise HubError(f"log address {_shown(url)}: {server!r} must be HOST:PORT with a port from 1 to 65535")
    return found


def _shown(url: str) -> str:
    return repr(re.sub(r"//.*@", "//***@", url))
