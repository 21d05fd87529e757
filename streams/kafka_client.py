"""Making Kafka clients that give up in time and leave nothing running. Must not know what is read or written.

kafka-python 3.0 leaves a thread behind when a client cannot reach the broker at its birth, and takes no connection
timeout as a setting; both are mended here, through its ``kafka_client`` setting.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient

from hub.errors import HubError, LogDown

REACH_MS = 2000
"""How long a client may take to find the cluster when it is made."""
ASK_MS = 1000
"""How long a question about partitions or offsets may go without an answer."""


def require_crc32c() -> None:
    """Raise ``HubError`` without the ``crc32c`` package: both directions are then 4 to 9 times slower."""
    if find_spec("crc32c") is None:
        raise HubError("the package crc32c is missing: pip install 'kafka-python[crc32c,lz4,zstd]'")


def down(bootstrap: str, what: str, error: Exception) -> LogDown:
    """What to raise for an error of the client, naming the broker."""
    said = " ".join(str(error).split()) or type(error).__name__
    return LogDown(f"Kafka at {bootstrap}: {what}: {said}")


def connect(kind: type[Any], bootstrap: str, **settings: Any) -> Any:
    """A client of that kind, connected. Raises ``LogDown`` after at most ``REACH_MS`` and leaves no thread behind."""
    _quiet()
    made: list[KafkaNetClient] = []

    def build(**configs: Any) -> KafkaNetClient:
        limits = {"socket_connection_setup_timeout_ms": REACH_MS, "socket_connection_setup_timeout_max_ms": REACH_MS}
        made.append(KafkaNetClient(**{**configs, **limits}))
        return made[-1]

    try:
        return kind(
            bootstrap_servers=bootstrap.split(","),
            bootstrap_timeout_ms=REACH_MS,
            reconnect_backoff_max_ms=1000,
            kafka_client=build,
            **settings,
        )
    except (KafkaError, OSError) as error:
        for client in made:
            client.close()
        raise down(bootstrap, "cannot be reached", error) from error


def admin(bootstrap: str) -> Any:
    """A client that answers questions about topics within about ``ASK_MS``. Raises ``LogDown``."""
    return connect(KafkaAdminClient, bootstrap, request_timeout_ms=ASK_MS)


def ensure_topics(bootstrap: str, topics: Iterable[str], partitions: int = 1, replication: int = 1) -> list[str]:
    """Create those topics that are missing and wait until they can be used; gives the ones it created.

    Existing topics stay as they are. Raises ``LogDown`` when the broker cannot be reached or refuses.
    """
    wanted = sorted(set(topics))
    client = connect(KafkaAdminClient, bootstrap, request_timeout_ms=15_000)
    try:
        there = set(client.list_topics())
        absent = [name for name in wanted if name not in there]
        options = {"num_partitions": partitions, "replication_factor": replication}
        try:
            if absent:
                client.create_topics(dict.fromkeys(absent, options))
        except TopicAlreadyExistsError:
            pass  # another process was a moment faster; waiting below shows whether all are there
        client.wait_for_topics(wanted)
    except (KafkaError, OSError) as error:
        raise down(bootstrap, f"topics {', '.join(wanted)} cannot be created", error) from error
    finally:
        client.close()
    return absent


def _quiet() -> None:
    """The client logs every failed attempt, many a second; what matters is raised and said once. Set a level to see."""
    log = logging.getLogger("kafka")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL)
