"""The composition root: chooses adapters, starts threads, serves. The only module that knows every package."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import justmytype_intl_cjk
import uvicorn

import centres as plugs
from hub.centre import Centre, Intake
from hub.clock import LiveClock, RunningClock
from hub.codec import Codec
from hub.domain.events import Stream
from hub.domain.field import Clue
from hub.domain.model import Text
from hub.engine import Engine
from hub.errors import HubError, LogDown
from hub.feed import Feed
from hub.field import topics
from hub.field.district import District, build, geojson
from hub.field.intakes import INTAKES
from hub.field.world import HOUR, UTC_OFFSET, World
from hub.picture.fold import Picture
from hub.picture.rows import JSON
from hub.ports import Clock, Log, Store
from hub.producer import Played, Producer, read_played, write_played
from hub.road import REPORTED, reported_by
from hub.service import Hub, Setting, declared_tables
from hub.settings import data_folder, listen, moment, require_loopback
from hub.simulators import parts
from layouts import api
from layouts.app import Deps, make_app
from layouts.push import Push
from layouts.texts import LABELS
from streams import open_log
from streams.bridges.plan import plan
from streams.bridges.player import Player, mapping_file, offset_min, same_replay
from streams.geo import locator
from streams.kafka_client import ensure_topics
from streams.sqlite_log import SqliteLog
from streams.store import SqlStore

ENGINE_STOP_S = 15.0
TRIM_S = 60.0
KEEP_POSITIONS, KEEP_FACTS = 100_000, 500_000
"""Records per topic that stay in the embedded log after they are stored (about half an hour and a day of the demo)."""
ZOOM = 12.6
STORY_LEAD_S = 12 * 60.0
"""The first stories began this long before the demo's first start, so that a newcomer sees operations at once."""
STORIES = Path(plugs.__file__).parent / "_stories"


def say(line: str) -> None:
    """One line of progress for the person who started the command."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


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


@dataclass(slots=True)
class Running:
    """A hub put together, with the threads that serve it."""

    hub: Hub
    log: Log
    store: Store
    stop: Flag
    engine: Thread
    failed: Flag

    def close(self) -> None:
        """Stop the engine, commit what is pending, release files. Raises ``HubError`` when the engine had failed."""
        self.stop.set()
        self.engine.join(ENGINE_STOP_S)
        self.log.close()
        self.store.close()
        if self.failed.is_set():
            raise HubError("the engine failed; what it said stands above. Nothing stored was lost: start again")


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
    ended: Callable[[], bool] = lambda: False,
    progress: Callable[[], dict[str, JSON]] | None = None,
) -> Running:
    """Build picture, codec, engine and feed over a log and a store and start the engine's thread."""
    streams = streams_of(centres)
    picture = Picture(declared_tables(topics.TABLES, centres))
    feed = Feed(picture.tables, clock, lambda: {"mode": setting.mode, "ended": ended()})
    idle: list[Callable[[], None]] = []

    def every_step() -> None:
        for each in idle:
            each()

    engine = Engine(
        log=log,
        store=store,
        picture=picture,
        codec=Codec(streams, locator(home)),
        streams=streams,
        clock=clock,
        publish=feed.publish,
        idle=every_step,
    )
    hub = Hub(setting, centres, engine, feed, store, clock, progress)
    idle.append(hub.idle)
    engine.load()
    if isinstance(log, SqliteLog):
        idle.append(trimmer(log, engine.committed))
    stop, failed = Flag(), Flag()
    thread = Thread(target=run_engine, args=(engine, stop, failed), name="engine", daemon=True)
    thread.start()
    return Running(hub, log, store, stop, thread, failed)


def run_engine(engine: Engine, stop: Flag, failed: Flag) -> None:
    """The engine's thread. A hub without its engine must not go on looking alive: a bug in it ends the process."""
    try:
        engine.run(stop)
    except Exception:
        logging.getLogger("hub").exception("the engine failed; the hub ends")
        failed.set()
        os.kill(os.getpid(), signal.SIGTERM)  # lets the server close its connections


def setting_of(mode: str, name: Text, district: District, utc_offset_min: int = int(UTC_OFFSET // 60)) -> Setting:
    """What a run shows of itself; it begins over the district, at the district's time."""
    return Setting(
        mode=mode, district=name, view=(*district.centre, ZOOM), utc_offset_min=utc_offset_min, labels=LABELS
    )


def page_server(running: Running, ground: Mapping[str, bytes], listener: socket.socket) -> Callable[[], None]:
    """The web server over a running hub; the returned function serves until interrupted."""
    hub = running.hub
    push = Push(hub.feed)
    app = make_app(
        Deps(
            rows=hub.rows,
            tables=lambda: list(hub.engine.picture.tables),
            spec=hub.spec,
            centres=hub.centres,
            basemap=ground,
            font=font_file(),
            assets=Path(__file__).resolve().parent.parent / "assets",
            now=hub.clock.now,
            routes=(*api.routes(hub), push.route()),
            district=hub.setting.district,
            view=hub.setting.view,
            mode=hub.setting.mode,
        )
    )
    config = uvicorn.Config(
        app, log_level="warning", ws_per_message_deflate=False, access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    return lambda: server.run(sockets=[listener])


def font_file() -> Path:
    """The one font of all screens (Noto Sans SC variable), shipped by a package."""
    return Path(justmytype_intl_cjk.__file__).parent / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"


def demo(*, port: int, data: Path, speed: float, seed: int) -> int:
    """``hub demo``: everything in one process on the embedded default."""
    listener = listen("127.0.0.1", port)
    with data_folder(data):
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
        log = open_log(f"sqlite:///{data / 'log.db'}")
        store = SqlStore(f"sqlite:///{data / 'store.db'}")
        world = World(district, seed, played.anchor)
        producer = Producer(
            log=log,
            parts=parts(centres, streams_of(centres), STORIES, None),
            world=world,
            clock=clock,
            until=played.until,
            save=lambda until: write_played(played_file, replace(played, until=until)),
        )
        if held is None:
            count = producer.warm_up(lambda done, of: say(f"3/5 the hours before: {done} of {of} simulators"))
            say(f"    {count} facts")
        else:
            say("3/5 going on from where it was")
        setting = setting_of("demo", district.name, district)
        running = start(log=log, store=store, clock=clock, centres=centres, setting=setting, home=district.bounds)
        clock.set(played.until, speed)
        life = Thread(target=producer.run, args=(running.stop,), name="producer", daemon=True)
        life.start()
        say("4/5 pages")
        serve_pages = page_server(running, ground_of(district), listener)
        addresses(port, centres, "5/5 ")
        try:
            serve_pages()
        finally:
            running.stop.set()
            life.join(ENGINE_STOP_S)
            running.close()
    return 0


def serve(*, log: str, store: str | None, ground: str, host: str, port: int, data: Path) -> int:
    """``hub serve``: the wall over a real log."""
    require_loopback(host)
    listener = listen(host, port)
    centres = plugs.discover()
    district = build(1)
    with data_folder(data):
        opened = open_topics(log, centres)
        setting = setting_of("live", district.name, district)
        running = start(
            log=opened,
            store=SqlStore(store or f"sqlite:///{data / 'store.db'}"),
            clock=LiveClock(),
            centres=centres,
            setting=setting,
            home=None,
        )
        serve_pages = page_server(running, ground_of(district, shown=ground == "demo"), listener)
        addresses(port, centres, "")
        try:
            serve_pages()
        finally:
            running.close()
    return 0


def simulate(*, log: str, centres: Sequence[str] | None, speed: float, seed: int, since: str | None) -> int:
    """``hub simulate``: simulators as producers of their own, from now on, until interrupted."""
    known = plugs.discover()
    chosen = parts(known, streams_of(known), STORIES, centres)
    now = time.time()
    anchor = moment(since) if since else now // HOUR * HOUR
    opened = open_topics(log, known)
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


def ground_of(district: District, *, shown: bool = True) -> dict[str, bytes]:
    """The basemap's layers as GeoJSON bytes, by name; empty ones when the invented streets must not be ``shown``."""
    layers = geojson(district)
    if not shown:
        layers = {name: {"type": "FeatureCollection", "features": []} for name in layers}
    return {name: json.dumps(layer, separators=(",", ":")).encode() for name, layer in layers.items()}


def addresses(port: int, centres: Sequence[Centre], step: str) -> None:
    """Tell the person where to look."""
    base = f"http://127.0.0.1:{port}"
    say(f"{step}ready: open {base}/wall/main")
    say(f"    all pages  {base}/")
    for centre in centres:
        say(f"    {centre.title.en:<40} {base}/centre/{centre.name}")
    say(f"    health     {base}/healthz")


def intakes(centres: Sequence[Centre]) -> dict[str, Intake]:
    """What an export may be played as, by name: the hub's own and the centres'."""
    return {intake.name: intake for intake in (*INTAKES, *(i for centre in centres for i in centre.intakes))}


def open_topics(url: str, centres: Sequence[Centre]) -> Log:
    """Open the log, on Kafka with the topics the hub and the centres speak on (created when they are missing).

    A broker that is down now is no reason not to start: a wall shows what it has stored, and says so.
    """
    log = open_log(url)
    if url.startswith("kafka://"):
        try:
            missing = ensure_topics(url.removeprefix("kafka://").rstrip("/"), [s.topic for s in streams_of(centres)])
        except LogDown as error:
            say(f"going on without the log until it answers: {error}")
            return log
        if missing:
            say(f"created topics {', '.join(missing)}")
    return log


def replay(*, file: Path, kind: str, mapping: Path, speed: float | None, port: int, data: Path | None) -> int:
    """``hub replay``: a stranger's export on the wall."""
    centres = plugs.discover()
    known = intakes(centres)
    if kind not in known:
        raise HubError(f"--as {kind}: not known; it is one of {', '.join(known)}")
    listener = listen("127.0.0.1", port)
    chosen = mapping_file(mapping)
    say(f"1/3 reading {file.name} with {chosen.name}")
    planned = plan(file, chosen, known[kind])
    folder = data or Path("hub-data") / f"replay-{file.name.split('.')[0]}-{kind}"
    with data_folder(folder):
        same_replay(folder / "replay.json", file, chosen, kind)
        log = open_log(f"sqlite:///{folder / 'log.db'}")
        clock = RunningClock(0.0, 0.0)
        player = Player(planned, log, clock, speed)
        name = file.name.split(".")[0]
        district = build(1)
        running = start(
            log=log,
            store=SqlStore(f"sqlite:///{folder / 'store.db'}"),
            clock=clock,
            centres=centres,
            setting=setting_of("replay", Text(f"回放 {name}", f"Replay {name}"), district, offset_min(planned)),
            home=None,
            ended=lambda: player.ended,
            progress=lambda: player.counts(running.hub.engine),
        )
        clock.set(
            max((row.at for row in running.hub.engine.picture.rows(known[kind].table).values()), default=0.0), 0.0
        )
        say(f"2/3 {planned.rows} rows, {'as fast as it goes' if speed is None else f'{speed:g}×'}")
        thread = Thread(target=player.run, args=(running.stop,), name="player", daemon=True)
        thread.start()
        serve_pages = page_server(running, ground_of(district, shown=False), listener)
        addresses(port, centres, "3/3 ")
        try:
            serve_pages()
        finally:
            running.stop.set()
            thread.join(ENGINE_STOP_S)
            running.close()
    return 0
