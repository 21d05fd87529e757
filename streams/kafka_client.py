"""Making Kafka clients that give up in time and leave nothing running. Must not know what is read or written.

kafka-python 3.0 leaves a thread behind when a client cannot reach the broker at its birth, takes no connection timeout
as a setting, and tells nobody why a connection failed; all three are mended here, through its ``kafka_client`` setting.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from hub.errors import HubError
from streams.kafka_security import Cluster

REACH_MS = 2000
"""How long a client may take to find the cluster when it is made."""
ASK_MS = 1000
"""How long a question about partitions or offsets may go without an answer."""


def require_crc32c() -> None:
    """Raise ``HubError`` without the ``crc32c`` package: both directions are then 4 to 9 times slower."""
    if find_spec("crc32c") is None:
        raise HubError("the package crc32c is missing: pip install 'kafka-python[crc32c,lz4,zstd]'")


def connect(kind: type[Any], cluster: Cluster, **settings: Any) -> Any:
    """A client of that kind, connected. Raises ``LogDown`` after at most ``REACH_MS`` and leaves no thread behind."""
    _quiet()
    made: list[KafkaNetClient] = []

    def build(**configs: Any) -> KafkaNetClient:
        limits = {"socket_connection_setup_timeout_ms": REACH_MS, "socket_connection_setup_timeout_max_ms": REACH_MS}
        net = NetworkSelector(**configs)
        made.append(KafkaNetClient(net=net, manager=_telling(cluster)(net, **{**configs, **limits})))
        return made[-1]

    try:
        return kind(
            bootstrap_servers=cluster.bootstrap.split(","),
            bootstrap_timeout_ms=REACH_MS,
            reconnect_backoff_max_ms=1000,
            kafka_client=build,
            **cluster.options(),
            **settings,
        )
    except (KafkaError, OSError) as error:
        for client in made:
            client.close()
        raise cluster.unreachable(error) from error


def admin(cluster: Cluster) -> Any:
    """A client that answers questions about topics within about ``ASK_MS``. Raises ``LogDown``."""
    return connect(KafkaAdminClient, cluster, client_id="hub-asks", request_timeout_ms=ASK_MS)


def _telling(cluster: Cluster) -> type[KafkaConnectionManager]:
    """Connections that tell the cluster why they failed: bootstrapping only ever says that time ran out."""

    class Telling(KafkaConnectionManager):  # type: ignore[misc]
        def get_connection(self, *args: Any, **kwargs: Any) -> Any:
            connection = super().get_connection(*args, **kwargs)
            if not connection.init_future.is_done:
                connection.init_future.add_callback(lambda _: cluster.connected()).add_errback(cluster.failed)
            return connection

        async def _build_transport(self, *args: Any, **kwargs: Any) -> Any:
            transport = await super()._build_transport(*args, **kwargs)
            receive = transport._sock_recv  # noqa: SLF001

            def keep_the_last_words() -> tuple[bytes, Any]:
                # 3.0.12 throws away what arrives together with the end: why it is not let in, for one
                data, error = receive()
                return data, None if data else error

            transport._sock_recv = keep_the_last_words  # noqa: SLF001
            return transport

    return Telling


def _quiet() -> None:
    """The client logs every failed attempt, many a second; what matters is raised and said once. Set a level to see."""
    log = logging.getLogger("kafka")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL)
