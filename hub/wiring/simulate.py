"""``hub simulate``: simulators as producers of their own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag

import centres as plugs
from hub.clock import RunningClock
from hub.field.district import build
from hub.field.world import HOUR, World
from hub.producer import Producer
from hub.settings import Settings, moment
from hub.simulators import parts
from hub.wiring.logs import open_topics, streams_of
from hub.wiring.say import say

STORIES = Path(plugs.__file__).parent / "_stories"


def simulate(settings: Settings, *, centres: Sequence[str] | None, speed: float, seed: int, since: str | None) -> int:
    """``hub simulate``: simulators as producers of their own, from now on, until interrupted."""
    known = plugs.discover()
    chosen = parts(known, streams_of(known), STORIES, centres)
    now = time.time()
    anchor = moment(since) if since else now // HOUR * HOUR
    opened = open_topics(settings, known)
    clock = RunningClock(now, speed)
    producer = Producer(
        log=opened,
        parts=chosen,
        world=World(build(seed), seed, anchor),
        clock=clock,
        until=now,
        save=lambda until: None,
    )
    try:
        count = producer.warm_up(lambda done, of: say(f"the hours before: {done} of {of} simulators"))
        say(f"{count} facts; going on at {speed:g}× until interrupted (Ctrl+C)")
        clock.set(now, speed)
        producer.run(Flag())
    finally:
        opened.close()
    return 0
