"""The streams of the hub and of every centre, and the log they are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.centre import Centre
from hub.domain.events import Stream
from hub.domain.field import Clue
from hub.errors import HubError, LogDown
from hub.field import topics
from hub.ports import Log
from hub.road import REPORTED, reported_by
from hub.settings import Settings
from hub.wiring.say import say
from streams import open_log, servers

if TYPE_CHECKING:
    from streams.kafka_topics import Wanted


def streams_of(centres: Sequence[Centre]) -> list[Stream]:
    """The hub's streams and every centre's; each centre may also report clues on its own topic."""
    out = list(topics.STREAMS)
    for centre in centres:
        stream = centre.stream()
        out.append(
            replace(
                stream,
                events={**stream.events, REPORTED: Clue},
                folds={**stream.folds, REPORTED: reported_by(centre.name)},
            )
        )
    return out


def topics_of(settings: Settings, centres: Sequence[Centre]) -> list[Wanted]:
    """The topics of a cluster as they should be: of the hub, of the centres, and of the audit's anchors."""
    from streams.kafka_topics import anchors_topic, wanted_topics

    wanted = [anchors_topic(settings.topics), *wanted_topics(streams_of(centres), settings.topics)]
    return sorted(wanted, key=lambda topic: topic.name)


def open_topics(settings: Settings, centres: Sequence[Centre]) -> Log:
    """Open the log, on Kafka with the topics the hub and the centres speak on (created when they are missing).

    A broker that is down now is no reason not to start: a wall shows what it has stored, and says so. Settings that a
    broker refuses are one: raises ``HubError``.
    """
    url = settings.the_log()
    log = open_log(url, security=settings.kafka)
    if not url.startswith("kafka://"):
        return log
    from streams.kafka_security import Cluster, Refused
    from streams.kafka_topics import ensure_topics

    try:
        missing = ensure_topics(Cluster(servers(url), settings.kafka), topics_of(settings, centres))
    except LogDown as error:
        if isinstance(error, Refused):
            log.close()
            raise
        say(f"going on without the log until it answers: {error}")
        return log
    except HubError:
        log.close()
        raise
    if missing:
        say(f"created topics {', '.join(missing)}")
    return log
