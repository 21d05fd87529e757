"""``hub topics``: makes the topics as they should be and shows what differs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import centres as plugs
from hub.errors import HubError
from hub.settings import Settings
from hub.wiring.logs import topics_of
from hub.wiring.say import say
from streams import servers
from streams.kafka_security import Cluster
from streams.kafka_topics import Difference, apply, compare, ensure_topics

WIDE = 200
"""Columns of the table where nobody looks at it: a pipe or a file gets whole lines."""


def topics(settings: Settings, *, change: bool) -> int:
    """``hub topics``; gives the exit code: 0 as it should be, 1 something differs."""
    log = settings.the_log()
    if not log.startswith("kafka://"):
        raise HubError(f"--log {log}: only Kafka has topics to make; give kafka://HOST:PORT")
    cluster = Cluster(servers(log), settings.kafka)
    wanted = topics_of(settings, plugs.discover())
    made = ensure_topics(cluster, wanted)
    if made:
        say(f"created {', '.join(made)}")
    found = compare(cluster, wanted)
    if change and found:
        left = apply(cluster, wanted)
        for one in found:
            if one not in left:
                say(f"changed {one.topic}: {one.what} from {one.found} to {one.wanted}")
        found = left
    if found:
        show(found)
        return 1
    say(f"{len(wanted)} topics are as they should be")
    return 0


def show(differences: Sequence[Difference]) -> None:
    """A table on the standard output."""
    table = Table(box=SIMPLE, title="What differs", title_justify="left")
    for heading in ("topic", "what", "is", "should be", "what to do"):
        table.add_column(heading, overflow="fold")
    for one in differences:
        table.add_row(one.topic, one.what, one.found, one.wanted, one.remedy)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDE).print(table)
