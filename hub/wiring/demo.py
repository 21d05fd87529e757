"""``hub demo``: a district at work in one process."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

import centres as plugs
from hub.clock import RunningClock
from hub.errors import HubError
from hub.field.district import build
from hub.field.world import World
from hub.hand import Decisions, Hand
from hub.producer import Played, Producer, read_played, write_played
from hub.settings import Settings, data_folder, listen, node_name
from hub.simulators import parts
from hub.wiring.logs import streams_of
from hub.wiring.run import STOP_S, setting_of, start
from hub.wiring.say import say
from hub.wiring.simulate import STORIES
from hub.wiring.stores import store_of
from hub.wiring.web import addresses, ground_of, page_server
from streams import open_log

STORY_LEAD_S = 12 * 60.0
"""The first stories began this long before the demo's first start, so that a newcomer sees operations at once."""


def demo(*, port: int, data: Path, speed: float, seed: int, decisions: Decisions = "script") -> int:
    """``hub demo``: everything in one process on the embedded default. ``decisions``: who takes them."""
    with listen("127.0.0.1", port) as listener, data_folder(data), ExitStack() as opened:
        say("1/5 ground: streets, water and places of the district")
        district = build(seed)
        played_file = data / "demo.json"
        held = read_played(played_file)
        if held is not None and held.seed != seed:
            raise HubError(f"{data} holds a demo with --seed {held.seed}; use that seed or another --data folder")
        begin = time.time()
        played = held or Played(anchor=begin - STORY_LEAD_S, until=begin, seed=seed)
        clock = RunningClock(played.until, speed)
        centres = plugs.discover()
        say(f"2/5 log and store in {data}/")
        log = opened.enter_context(closing(open_log(f"sqlite:///{data / 'log.db'}")))
        store = opened.enter_context(closing(store_of(Settings(), data)))
        world = World(district, seed, played.anchor)
        hand = Hand(decisions)
        producer = Producer(
            log=log,
            parts=parts(centres, streams_of(centres), STORIES, None),
            world=world,
            clock=clock,
            until=played.until,
            save=lambda until: write_played(played_file, replace(played, until=until)),
            says=hand.says,
        )
        if held is None:
            count = producer.warm_up(lambda done, of: say(f"3/5 the hours before: {done} of {of} simulators"))
            say(f"    {count} facts")
        else:
            say("3/5 going on from where it was")
        setting = setting_of("demo", district.name, district)
        running = start(
            log=log,
            store=store,
            clock=clock,
            centres=centres,
            setting=setting,
            home=district.bounds,
            node=node_name(data),
        )
        hand.engine = running.hub.engine
        clock.set(played.until, speed)
        life = Thread(target=producer.run, args=(running.stop,), name="producer", daemon=True)
        life.start()
        say("4/5 pages")
        serve_pages = page_server(running, ground_of(district), listener, district)
        addresses(port, centres, "5/5 ")
        try:
            serve_pages()
        finally:
            running.stop.set()
            life.join(STOP_S)
            running.close()
    return 0
