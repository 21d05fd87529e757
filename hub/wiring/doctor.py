"""``hub doctor``: is everything there that a hub needs, and what to do when it is not.

A package may be what is missing, so each probe imports what it needs by itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import msgspec

from hub.doctor import CODES, Check, Probe, State, examine, worst
from hub.settings import Settings, hide

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (Path("hub-data"), Path("hub-serve"))
"""Where a hub keeps its data unless it is told: what ``hub demo`` and ``hub serve`` use."""
MODULES = ("centres", "streams.checks", "streams.checks_store", "streams.checks_audit", "streams.checks_kafka")
"""Loaded before the clock of the checks begins to run: on a busy machine that takes seconds."""
COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}
INSTALL = "python -m pip install -e . in the project's folder"


def doctor(*, settings: Settings, data: Path | None, port: int, ground: Path | None, as_json: bool) -> int:
    """``hub doctor``; the exit code: 0 all ok, 1 with a warning, 2 with a failure."""
    folder = data or next((each for each in FOLDERS if each.exists()), FOLDERS[0])
    for module in MODULES:
        with suppress(ImportError):  # the check that needs it says so
            import_module(module)
    found = [hidden(check, settings) for check in examine(probes(settings, folder, port, ground))]
    state = worst(found)
    if as_json:
        sys.stdout.write(json.dumps({"state": state, "checks": msgspec.to_builtins(found)}) + "\n")
    else:
        show(found, state)
    return CODES[state]


def probes(settings: Settings, folder: Path, port: int, ground: Path | None) -> list[Probe]:
    """What is looked at, in this order."""
    return [
        Probe("python", lambda: of_machine("python"), INSTALL),
        Probe("packages", lambda: of_machine("packages"), INSTALL),
        Probe("crc32c", lambda: of_machine("crc32c"), INSTALL),
        Probe("memory", lambda: of_machine("memory"), INSTALL),
        Probe(
            "data folder",
            lambda: of_machine("folder", folder),
            "choose another --data folder: its disk does not answer",
        ),
        Probe("port", lambda: of_machine("port", port), "end what listens there, or choose another --port"),
        Probe("pages", lambda: of_machine("pages", ROOT / "assets"), INSTALL),
        Probe("font", font, INSTALL),
        Probe("basemap", lambda: of_machine("basemap", ground), "make it again with 'hub basemap FILE'"),
        log_probe(settings, folder),
        Probe("database", lambda: database(settings, folder), "see that it runs and answers, then check --store"),
    ]


def of_machine(name: str, *about: object) -> Iterator[Check]:
    """One function of ``streams.checks``."""
    from streams import checks

    yield from getattr(checks, name)(*about)


def font() -> Iterator[Check]:
    """The font that a package ships."""
    import justmytype_intl_cjk

    yield from of_machine(
        "font", Path(justmytype_intl_cjk.__file__).parent / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
    )


def log_probe(settings: Settings, folder: Path) -> Probe:
    """The broker when one is named, else the log in the data folder."""
    url = settings.log or f"sqlite:///{folder / 'log.db'}"
    if url.startswith("kafka://"):
        return Probe("broker", lambda: broker(url, settings), "see that it runs and answers, then check --log")
    return Probe("log", lambda: log(url), "see that the file can be read, then check --log")


def broker(url: str, settings: Settings) -> Iterator[Check]:
    """A Kafka cluster."""
    import centres as plugs
    from hub.wiring.logs import topics_of
    from streams import servers
    from streams.checks_kafka import broker as look
    from streams.kafka_security import Cluster

    for line in settings.warnings():
        yield Check("security", "warning", line, "set kafka.security to SASL_SSL")
    yield from look(Cluster(servers(url), settings.kafka), topics_of(settings, plugs.discover()))


def log(url: str) -> Iterator[Check]:
    """A log in a file, without making one."""
    import centres as plugs
    from hub.wiring.logs import streams_of
    from streams import open_log

    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        yield Check("log", "ok", f"{path} is not there yet; the first start makes it")
        return
    opened = open_log(url)
    try:
        topics = [stream.topic for stream in streams_of(plugs.discover())]
        first, end = opened.beginnings(topics), opened.ends(topics)
    finally:
        opened.close()
    yield Check("log", "ok", f"{path}, {sum(end.values()) - sum(first.values())} records in {len(end)} topics")


def database(settings: Settings, folder: Path) -> Iterator[Check]:
    """The store, and the audit in it."""
    from hub.settings import audit_key, key_file
    from streams import checks_audit, checks_store

    url = settings.store_url(f"sqlite:///{folder / 'store.db'}")
    good = True
    for check in checks_store.store(url):
        good = good and check.state != "failure"
        yield check
    if good:
        yield from checks_audit.audit_chain(url, audit_key(settings, url, make=False), key_file(url))


def hidden(check: Check, settings: Settings) -> Check:
    """A check without any secret, whoever said it."""
    seen, do = (hide(text, settings.secrets) for text in (check.seen, check.do))
    return Check(check.name, check.state, seen, do)


def show(found: Sequence[Check], state: State) -> None:
    """A line for each, with what to do below it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hub.wiring.letters_shown import WIDE, safe

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    table = Table.grid(padding=(0, 2))
    for check in found:
        seen = Text(safe(check.seen))
        if check.do:
            seen.append(f"\n→ {safe(check.do)}", style="bold")
        table.add_row(Text(check.state, style=COLOURS[check.state]), check.name, seen)
    console.print(table)
    counts = {each: sum(check.state == each for check in found) for each in CODES}
    last = f"{counts['ok']} ok, {counts['warning']} warning(s), {counts['failure']} failure(s)"
    console.print(last, style=COLOURS[state])
