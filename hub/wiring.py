"""The composition root: chooses adapters, starts threads, serves. The only module that knows every package."""

from __future__ import annotations

import fcntl
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from ipaddress import ip_address
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
from hub.errors import HubError
from hub.feed import Feed
from hub.field import topics
from hub.field.district import District, build, geojson
from hub.field.intakes import INTAKES
from hub.field.world import HOUR, World
from hub.picture.fold import Picture
from hub.picture.rows import JSON
from hub.ports import Clock, Log, Store
from hub.producer import Part, Played, Producer, read_played, write_played
from hub.road import REPORTED, reported_by
from hub.service import Hub, Setting, declared_tables
from layouts import api
from layouts.app import Deps, make_app
from layouts.push import Push
from layouts.texts import labels
from streams.geo import locator
from streams.logs import open_log
from streams.store import SqlStore

ENGINE_STOP_S = 15.0
FIELD = "field"
"""Name under which ``hub simulate --centre`` knows the hub's own feed."""


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

    def close(self) -> None:
        """Stop the engine, commit what is pending, release files."""
        self.stop.set()
        self.engine.join(ENGINE_STOP_S)
        self.log.close()
        self.store.close()


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
    engine = Engine(
        log=log,
        store=store,
        picture=picture,
        codec=Codec(streams, locator(home)),
        streams=streams,
        clock=clock,
        publish=feed.publish,
        idle=lambda: [each() for each in idle].clear(),
    )
    hub = Hub(setting, centres, engine, feed, store, clock, progress)
    idle.append(hub.idle)
    engine.load()
    stop = Flag()
    thread = Thread(target=engine.run, args=(stop,), name="engine", daemon=True)
    thread.start()
    return Running(hub, log, store, stop, thread)


def page_server(running: Running, ground: Mapping[str, bytes], listener: socket.socket) -> Callable[[], None]:
    """The web server over a running hub; the returned function serves until interrupted."""
    hub = running.hub
    push = Push(hub.feed)
    app = make_app(
        Deps(
            rows=hub.rows,
            tables=hub.tables,
            spec=hub.spec,
            centres=hub.centres,
            basemap=ground,
            font=font_file(),
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


def assets_folder() -> Path:
    """Where the browser's files lie, in a checkout and in an installed package."""
    return Path(str(files("assets")))


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
        played = held or Played(anchor=begin, until=begin, seed=seed)
        clock = RunningClock(played.until, speed)
        centres = plugs.discover()
        say(f"2/5 log and store in {data}/")
        log = open_log(f"sqlite:///{data / 'log.db'}")
        store = SqlStore(f"sqlite:///{data / 'store.db'}")
        world = World(district, seed, played.anchor)
        producer = Producer(
            log=log,
            parts=parts(centres, None),
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
        setting = Setting(mode="demo", district=district.name, view=(*district.centre, 12.6), labels=labels())
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


def serve(*, log: str, store: str | None, host: str, port: int, data: Path) -> int:
    """``hub serve``: the wall over a real log."""
    require_loopback(host)
    listener = listen(host, port)
    centres = plugs.discover()
    district = build(1)
    with data_folder(data):
        opened = open_log(log, topics=[stream.topic for stream in streams_of(centres)])
        setting = Setting(mode="live", district=district.name, view=(*district.centre, 12.6), labels=labels())
        running = start(
            log=opened,
            store=SqlStore(store or f"sqlite:///{data / 'store.db'}"),
            clock=LiveClock(),
            centres=centres,
            setting=setting,
            home=None,
        )
        serve_pages = page_server(running, ground_of(district), listener)
        addresses(port, centres, "")
        try:
            serve_pages()
        finally:
            running.close()
    return 0


def simulate(*, log: str, centres: Sequence[str] | None, speed: float, seed: int, since: str | None) -> int:
    """``hub simulate``: simulators as producers of their own, from now on, until interrupted."""
    known = plugs.discover()
    chosen = parts(known, centres)
    now = time.time()
    anchor = moment(since) if since else now // HOUR * HOUR
    opened = open_log(log, topics=[stream.topic for stream in streams_of(known)])
    clock = RunningClock(now, speed)
    producer = Producer(
        log=opened, parts=chosen, world=World(build(seed), seed, anchor), clock=clock, until=now, save=lambda until: None
    )
    try:
        count = producer.warm_up(lambda done, of: say(f"the hours before: {done} of {of} simulators"))
        say(f"{count} facts; going on at {speed:g}× until interrupted (Ctrl+C)")
        clock.set(now, speed)
        producer.run(Flag())
    finally:
        opened.close()
    return 0


def parts(centres: Sequence[Centre], names: Sequence[str] | None) -> list[Part]:
    """The simulators to run: all, or those of the named centres (``field`` is the hub's own feed)."""
    if names is None:
        return [*field_parts(centres), *(Part(centre.simulate, CENTRE_WARM_UP_S) for centre in centres)]
    by_name = {centre.name: centre for centre in centres}
    unknown = [name for name in names if name not in by_name and name != FIELD]
    if unknown:
        raise HubError(f"--centre {unknown[0]}: no such centre; there are {', '.join([FIELD, *by_name])}")
    out: list[Part] = []
    for name in names:
        out += field_parts(centres) if name == FIELD else [Part(by_name[name].simulate, CENTRE_WARM_UP_S)]
    return out


def ground_of(district: District) -> dict[str, bytes]:
    """The basemap's layers as GeoJSON bytes, by name."""
    return {name: json.dumps(layer, separators=(",", ":")).encode() for name, layer in geojson(district).items()}


def addresses(port: int, centres: Sequence[Centre], step: str) -> None:
    """Tell the person where to look."""
    base = f"http://127.0.0.1:{port}"
    say(f"{step}ready: open {base}/wall/main")
    say(f"    all pages  {base}/")
    for centre in centres:
        say(f"    {centre.title.en:<40} {base}/centre/{centre.name}")
    say(f"    health     {base}/healthz")


def require_loopback(host: str) -> None:
    """Refuse to listen where strangers can reach it: nothing signs anybody in yet."""
    try:
        inside = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        raise HubError(f"--host {host}: not an address; use 127.0.0.1") from None
    if not inside:
        raise HubError(
            f"--host {host}: refused. There is no sign-in yet, so the hub listens on loopback only (127.0.0.1); "
            "reach it from another machine through an SSH tunnel"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a port in use is said before anything else happens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise HubError(f"--port {port}: cannot listen on {host} ({error}); choose another port") from None
    return listener


@contextmanager
def data_folder(path: Path) -> Iterator[None]:
    """Make the data folder and hold its lock: two hubs must not write one folder."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        handle = (path / "lock").open("w")
    except OSError as error:
        raise HubError(f"--data {path}: cannot be used ({error.strerror}); choose another folder") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HubError(f"--data {path}: another hub is running on it; stop that one or choose another") from None
        yield


def moment(text: str) -> float:
    """RFC 3339 to epoch seconds."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise HubError(f"--since {text}: not a time; write it like 2026-11-23T08:00:00+08:00") from None
    if when.tzinfo is None:
        raise HubError(f"--since {text}: say the offset too, for example {text}+08:00")
    return when.timestamp()


def intakes(centres: Sequence[Centre]) -> dict[str, Intake]:
    """What an export may be played as, by name: the hub's own and the centres'."""
    return {intake.name: intake for intake in (*INTAKES, *(i for centre in centres for i in centre.intakes))}
