"""Publishes where the audit chain ends, once a minute when it grew: on the log, and in one line for the journal.

Whoever changes the database afterwards, even with the key, cannot change that too. Must not know how the chain is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event as Flag

import msgspec

from hub.audit import SHORT
from hub.errors import HubError, LogDown
from hub.ports import Anchor, Log, Outgoing, Store

TOPIC = "hub.audit.anchor"
KEEP_DAYS = 365.0
"""How long the log keeps anchors; they are never compacted."""
EVERY_S = 60.0
AT_ONCE, WAIT_S, PATIENCE = 5000, 0.5, 20
KEY = b"audit"
say = logging.getLogger("hub.audit")
_decode = msgspec.json.Decoder(Anchor).decode


class Anchors:
    """``run`` has a thread of its own."""

    def __init__(self, store: Store, log: Log, *, mine: Callable[[], bool], every_s: float = EVERY_S) -> None:
        """``mine()``: whether this server is the one that publishes: the recorder."""
        self._store, self._out, self._mine, self._every_s = store, log, mine, every_s
        self._told: Anchor | None = None
        self._fault = ""

    def run(self, stop: Flag) -> None:
        """Until ``stop``; then once more. A failure is said once and tried again a minute later."""
        going = True
        while going:
            going = not stop.wait(self._every_s)
            try:
                self.publish()
                self._fault = ""
            except HubError as error:
                if not self._fault:
                    say.warning("the audit's anchor is not published: %s", error)
                self._fault = str(error)

    def publish(self) -> Anchor | None:
        """Publish the end of the chain; ``None`` when that was told already, or is another server's to tell."""
        if not self._mine():
            return None
        anchor = self._store.anchor()
        if anchor is None or anchor == self._told:
            return None
        self._out.append(TOPIC, [record(anchor)])
        self._told = anchor
        say.info("anchor: entry %d, %s", anchor.seq, anchor.mac)
        return anchor


def record(anchor: Anchor) -> Outgoing:
    """An anchor as a record."""
    return Outgoing(KEY, msgspec.json.encode(anchor), (("content-type", b"application/json"),))


def published(log: Log) -> tuple[list[Anchor], int]:
    """Every anchor on the log, and how many records there are none. Raises ``LogDown``."""
    at, ends = dict(log.beginnings([TOPIC])), log.ends([TOPIC])
    found: list[Anchor] = []
    strange = empty = 0
    while any(at[place] < end for place, end in ends.items()):
        records = log.read(at, AT_ONCE, WAIT_S)
        empty = 0 if records else empty + 1
        if empty > PATIENCE:  # one that is not compared must not look like one that agrees
            raise LogDown(f"{TOPIC}: not all of its records are given")
        for each in records:
            at[each.topic, each.partition] = each.offset + 1
            try:
                found.append(_decode(each.value or b""))
            except msgspec.MsgspecError:
                strange += 1
    return found, strange


def written(lines: Iterable[str]) -> list[Anchor]:
    """Anchors of a file: lines of an entry's number and its mac, or the first 12 digits of it as a sheet prints them;
    what follows ``#`` is not read. Raises ``HubError`` naming the line that is none.
    """
    out = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        mac = words[1].lower() if len(words) == 2 else ""
        if not words[0].isascii() or not words[0].isdecimal() or len(mac) < SHORT or set(mac) - set("0123456789abcdef"):
            raise HubError(f"line {number}: must be an entry's number and at least {SHORT} hex digits of its mac")
        out.append(Anchor(int(words[0]), mac))
    return out
