"""``hub dead-letters``: look at what was refused, mend it, feed it back."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

import centres as plugs
from hub.codec import Codec
from hub.errors import HubError
from hub.field import topics
from hub.field.district import build
from hub.letters import KEPT, Judge, Letter, Place, Verdict, grouped, place
from hub.picture.fold import Picture
from hub.picture.rows import stamp
from hub.producer import read_played
from hub.service import declared_tables
from hub.settings import Settings
from hub.wiring import letters_shown as shown
from hub.wiring.deliver import deliver
from hub.wiring.doctor import FOLDERS
from hub.wiring.logs import streams_of
from hub.wiring.say import say
from streams.geo import locator
from streams.letters import Fed, Letters
from streams.store import SqlStore

MOST = 100_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which letters: those places, or those that fit all of the rest."""

    places: Sequence[Place]
    topic: str | None
    reason: str | None
    since: float | None

    def of(self, letters: Letters) -> list[Letter]:
        """The chosen letters, newest first. Raises ``HubError`` naming a place where nothing was refused."""
        if not self.places:
            return letters.find(topic=self.topic, reason=self.reason, since=self.since, limit=MOST)
        return [_read(letters, each)[0] for each in self.places]


def places(texts: Iterable[str]) -> list[Place]:
    """What was typed as places. Raises ``HubError``."""
    out = []
    for text in texts:
        found = place(text)
        if found is None:
            raise HubError(f"{text}: must be TOPIC/PARTITION/OFFSET, as 'hub dead-letters list' shows it")
        out.append(found)
    return out


def folder(data: Path | None, settings: Settings) -> Path | None:
    """The data folder, given or found; ``None`` when the store is named by an address."""
    if data is not None or settings.store is not None:
        return data
    found = [each for each in FOLDERS if (each / "store.db").is_file()]
    if not found:
        raise HubError(f"no store in {' or '.join(map(str, FOLDERS))}: give the hub's --data DIR or --store URL")
    return found[0]


def listed(*, data: Path | None, settings: Settings, choice: Choice, as_json: bool) -> int:
    """``hub dead-letters list``."""
    letters = Letters(_store(folder(data, settings), settings))
    try:
        found = choice.of(letters)
    finally:
        letters.close()
    if as_json:
        _out(msgspec.json.encode(shown.plain(grouped(found), len(found))) + b"\n")
    else:
        shown.table(grouped(found), len(found), most=MOST)
    return 0


def showed(*, data: Path | None, settings: Settings, choice: Choice, as_json: bool, raw: bool) -> int:
    """``hub dead-letters show``. ``raw``: only the bytes as they were kept."""
    if len(choice.places) != 1:
        raise HubError("show: name one letter, TOPIC/PARTITION/OFFSET, as 'hub dead-letters list' shows it")
    letters = Letters(_store(folder(data, settings), settings))
    try:
        letter, value = _read(letters, choice.places[0])
    finally:
        letters.close()
    if raw:
        _out(value)
        return 0
    streams = streams_of(plugs.discover())
    fault = Judge(streams, Codec(streams, locator(None)), Picture(())).fault(letter.place, value)
    if as_json:
        _out(msgspec.json.encode(shown.plain_letter(letter, value, fault)) + b"\n")
    else:
        shown.letter(letter, value, fault)
    return 0


def replayed(
    *, data: Path | None, settings: Settings, choice: Choice, as_json: bool, mended: Path | None, dry_run: bool
) -> int:
    """``hub dead-letters replay``: 0 when nothing that was chosen would be refused again, else 1."""
    _check(choice, mended)
    held = folder(data, settings)
    url = _store(held, settings)
    letters = Letters(url)
    store = SqlStore(url)
    try:
        judge = _judge(store, held)
        value = None if mended is None else _file(mended)
        done = [_one(letters, judge, letter.place, value) for letter in reversed(choice.of(letters))]
        if not dry_run:
            _feed(letters, [Fed(at, verdict.record, time.time(), _who()) for at, verdict in done if verdict.record])
            if any(verdict.record for _, verdict in done):
                say(deliver(store, _log(held, settings), settings.kafka))
    finally:
        letters.close()
        store.close()
    if as_json:
        _out(msgspec.json.encode(shown.plain_verdicts(done, dry_run=dry_run)) + b"\n")
    else:
        shown.verdicts(done, dry_run=dry_run)
    return 1 if any(verdict.state == "refused" for _, verdict in done) else 0


def _check(choice: Choice, mended: Path | None) -> None:
    if not choice.places and choice.topic is None and choice.reason is None and choice.since is None:
        raise HubError("replay: say which: TOPIC/PARTITION/OFFSET, or --reason, --topic, --since; --dry-run only looks")
    if mended is not None and len(choice.places) != 1:
        raise HubError("--with: goes with one letter, TOPIC/PARTITION/OFFSET")


def _one(letters: Letters, judge: Judge, at: Place, mended: bytes | None) -> tuple[Place, Verdict]:
    kept = _read(letters, at)[1]
    value = kept if mended is None else mended
    fed = letters.fed(at, value)
    if fed is not None:
        return at, Verdict(state="old", why=f"fed back already, {stamp(fed[0])} by {fed[1]}")
    if mended is None and len(kept) >= KEPT:
        return at, Verdict(state="refused", why=f"only {KEPT} bytes of it were kept; give it whole, --with FILE")
    return at, judge.judge(at, value, time.time())


def _feed(letters: Letters, items: Sequence[Fed]) -> None:
    for start in range(0, len(items), AT_ONCE):
        letters.feed(items[start : start + AT_ONCE])


def _judge(store: SqlStore, held: Path | None) -> Judge:
    """The rules of the hub on that store, with what it holds."""
    centres = plugs.discover()
    streams = streams_of(centres)
    picture = Picture(declared_tables(topics.TABLES, centres))
    picture.apply({table: dict(rows) for table, rows in store.load(picture.tables).rows.items()})
    played = None if held is None else read_played(held / "demo.json")
    home = None if played is None else build(played.seed).bounds  # the demo knows its district
    return Judge(streams, Codec(streams, locator(home)), picture)


def _read(letters: Letters, at: Place) -> tuple[Letter, bytes]:
    found = letters.read(at)
    if found is None:
        raise HubError(f"{at}: nothing was refused there; 'hub dead-letters list' shows what was")
    return found


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise HubError(f"--with {path}: cannot be read ({error.strerror})") from None


def _store(held: Path | None, settings: Settings) -> str:
    return settings.store_url("" if held is None else f"sqlite:///{held / 'store.db'}")


def _log(held: Path | None, settings: Settings) -> str | None:
    if settings.log is None and held is not None and (held / "log.db").is_file():
        return f"sqlite:///{held / 'log.db'}"
    return settings.log


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def _out(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
