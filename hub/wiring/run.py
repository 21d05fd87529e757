"""A hub put together: picture, codec, engine and feed over a log and a store, with the threads that run them."""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event as Flag
from threading import Thread

from hub.anchors import Anchors
from hub.centre import Centre
from hub.codec import Codec
from hub.domain.model import Text
from hub.engine import Engine
from hub.errors import HubError, LogDown
from hub.feed import Feed
from hub.field import topics
from hub.field.district import District
from hub.field.world import UTC_OFFSET
from hub.orders import Orders
from hub.picture.fold import Picture
from hub.picture.rows import JSON
from hub.ports import Clock, Log, Store
from hub.recorder import Recorder, Role
from hub.road.act import Rules
from hub.road.clocks import Targets
from hub.service import Hub, Setting, declared_tables
from hub.wiring.logs import streams_of
from layouts.texts import LABELS
from streams.geo import locator
from streams.relay import Relay
from streams.sqlite_log import SqliteLog

STOP_S = 15.0
TRIM_S = 60.0
KEEP_POSITIONS, KEEP_FACTS = 100_000, 500_000
"""Records per topic that stay in the embedded log after they are stored (about half an hour and a day of the demo)."""
ZOOM = 12.6
TARGETS = Targets()


@dataclass(slots=True)
class Running:
    """A hub put together, with the threads that serve it."""

    hub: Hub
    orders: Orders
    log: Log
    store: Store
    stop: Flag
    engine: Thread
    recorder: Thread
    relay: Relay
    failed: Flag
    engine_gone: Flag
    anchors: Thread

    def close(self) -> None:
        """Stop the engine, store what is left, release files. Raises ``HubError`` when the engine had failed."""
        self.stop.set()
        self.relay.stop()
        self.anchors.join(STOP_S)  # while this server still holds the lease
        self.engine.join(STOP_S)
        self.engine_gone.set()  # only now: the recorder ends when nothing can be added any more
        self.recorder.join(STOP_S)
        self.log.close()
        self.store.close()
        if self.failed.is_set():
            raise HubError("a part of the hub failed; what it said stands above. Nothing stored was lost: start again")


def trimmer(log: SqliteLog, committed: Mapping[tuple[str, int], int]) -> Callable[[], None]:
    """Keeps the embedded log bounded: once a minute forgets old records that have been taken in and stored."""
    due = time.monotonic() + TRIM_S

    def trim() -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + TRIM_S
        for (topic, _), offset in committed.items():
            keep = KEEP_POSITIONS if topic == topics.POSITIONS_TOPIC else KEEP_FACTS
            if offset > keep:
                try:
                    log.trim(topic, offset - keep)
                except LogDown as error:
                    logging.getLogger("hub").warning("old records stay for another minute: %s", error)

    return trim


def start(
    *,
    log: Log,
    store: Store,
    clock: Clock,
    centres: Sequence[Centre],
    setting: Setting,
    home: tuple[float, float, float, float] | None,
    node: str,
    role: Role = "all",
    ended: Callable[[], bool] = lambda: False,
    progress: Callable[[], dict[str, JSON]] | None = None,
    targets: Targets = TARGETS,
    ended_s: float | None = None,
) -> Running:
    """Build picture, codec, engine and feed over a log and a store and start the threads.

    ``node``: this server's name among those that share the store. ``targets``: how long each step of the road may take.
    ``ended_s``: how long what has ended stays at hand, as the tables say without.
    """
    streams = streams_of(centres)
    picture = Picture(declared_tables(topics.TABLES, centres, ended_s))
    feed = Feed(picture.tables, clock, lambda: {"mode": setting.mode, "ended": ended()})
    idle: list[Callable[[], None]] = []

    def every_step() -> None:
        for each in idle:
            each()

    recorder = Recorder(store, holder=node, records=role != "wall", chores=lambda: forget(store, clock.now()))
    engine = Engine(
        log=log,
        store=store,
        picture=picture,
        codec=Codec(streams, locator(home)),
        streams=streams,
        clock=clock,
        publish=feed.publish,
        idle=every_step,
        recorder=recorder,
        forgets=setting.mode != "replay",  # a recording is looked at as a whole
    )
    relay = Relay(store, log, mine=lambda: recorder.leading)
    hub = Hub(setting, centres, engine, recorder, feed, store, clock, progress, targets)
    rules = Rules(
        centres={centre.name: centre.title for centre in centres},
        source=f"/hub/{node}",
        targets=targets,
        exercise="s" if setting.mode == "demo" else "o",
    )
    orders = Orders(engine, store, recorder, clock, node, rules, relay.wake)
    idle.append(hub.idle)
    engine.load()
    recorder.step()  # the lease, before anybody asks who records
    if isinstance(log, SqliteLog):
        idle.append(trimmer(log, recorder.committed))
    steady_memory()
    stop, gone, failed = Flag(), Flag(), Flag()

    def thread(name: str, run: Callable[[], None]) -> Thread:
        made = Thread(target=guarded, args=(run, name, failed), name=name, daemon=True)
        made.start()
        return made

    writing = thread("recorder", lambda: recorder.run(gone))
    thread("relay", relay.run)
    reading = thread("engine", lambda: engine.run(stop))
    anchors = Anchors(store, log, mine=lambda: recorder.leading)
    telling = thread("anchors", lambda: anchors.run(stop))
    return Running(hub, orders, log, store, stop, reading, writing, relay, failed, gone, telling)


def steady_memory() -> None:
    """The collector looks at new objects less often and never at what was loaded: with some ten thousand rows it took a
    quarter of the reading thread's time, and found nothing. What a start leaves behind is some thousand objects. Not
    too seldom either: garbage that lies about leaves holes in memory (8 MB in thirteen busy minutes at 50,000, 20, 20).
    """
    gc.freeze()
    gc.set_threshold(20_000, 5, 10)
    gc.enable()


def forget(store: Store, now: float) -> None:
    """Time limits are kept, not promised: what is older goes, a little every few minutes."""
    gone = store.retain({}, now)
    if any(gone.values()):
        said = ", ".join(f"{count} of {table}" for table, count in gone.items() if count)
        logging.getLogger("hub").info("forgot what was kept long enough: %s", said)


def guarded(run: Callable[[], None], name: str, failed: Flag) -> None:
    """A thread's life. A hub that lost one must not go on looking alive: a bug in it ends the process."""
    try:
        run()
    except Exception:
        logging.getLogger("hub").exception("the %s failed; the hub ends", name)
        failed.set()
        os.kill(os.getpid(), signal.SIGTERM)  # lets the server close its connections


def setting_of(mode: str, name: Text, district: District, utc_offset_min: int = int(UTC_OFFSET // 60)) -> Setting:
    """What a run shows of itself; it begins over the district, at the district's time."""
    return Setting(
        mode=mode, district=name, view=(*district.centre, ZOOM), utc_offset_min=utc_offset_min, labels=LABELS
    )
