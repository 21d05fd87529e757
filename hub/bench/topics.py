"""The log a measurement runs through: the embedded one in a file of its own, or the topics of a given Kafka."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import centres as plugs
from hub.bench.plan import Plan
from hub.errors import HubError
from hub.ports import Log
from hub.settings import Topics
from hub.wiring.logs import streams_of
from streams import open_log
from streams.kafka_security import Cluster
from streams.kafka_topics import Wanted, ensure_topics, wanted_topics


@contextmanager
def opened(plan: Plan, folder: Path, more: Sequence[str]) -> Iterator[tuple[str, Log]]:
    """(address, log), with the hub's topics and ``more``. A Kafka must be empty: it is filled and left so.

    Raises ``HubError`` for a broker whose topics hold records, ``LogDown`` for one that cannot be reached.
    """
    if plan.kafka is None:
        url = f"sqlite:///{folder / 'log.db'}"
        log = open_log(url)
    else:
        url = plan.kafka
        wanted = wanted_topics(streams_of(plugs.discover()), Topics())
        extra = [Wanted(name=name, partitions=1, replication=1, configs={}) for name in more]
        ensure_topics(Cluster(url.removeprefix("kafka://").rstrip("/")), [*wanted, *extra])
        names = [topic.name for topic in wanted]
        log = open_log(url)
        if not plan.used and any(log.ends(names).values()):
            log.close()
            raise HubError(f"{url} is in use: the benchmark writes its own records, so give it an empty broker")
        plan.used = True
    try:
        yield url, log
    finally:
        log.close()
