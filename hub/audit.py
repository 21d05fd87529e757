"""The audit chain: what an entry is bound to, and what an anchor says of it. Must not know where entries are kept.

``mac`` of entry n = HMAC-SHA256(key, mac of n-1 | n | body): nobody without the key can change, drop or insert an entry
so that the rest still fits. Who has the key can write all of it anew: against that the newest (seq, mac) is published
now and then where it cannot be taken back, as an anchor.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from hub.domain.model import Text
from hub.ports import Anchor, AuditEntry

GENESIS = "0" * 64
"""What the first entry follows."""
SHORT = 12
"""Hex digits of a mac that are printed on a sheet of paper."""
_DIGEST = 16
_encode = msgspec.json.Encoder().encode


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A fact that came of a decision: where its history stands, and the hash of its JSON."""

    event: str
    table: str
    entity: str
    epoch: int
    rev: int
    hash: str


class Body(msgspec.Struct, frozen=True):
    """What the mac is about, in the order in which it is written. ``facts``: a list of ``Place`` as JSON text."""

    at: float
    actor: str
    role: str
    action: str
    table: str
    entity: str
    rev: int
    purpose: str
    outcome: str
    before: str
    after: str
    facts: str
    request: str
    centre: str
    node: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was written. ``seq``: the entry, or the first it may be; ``upto``: the last."""

    seq: int
    upto: int
    what: Text


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. ``first``, ``last``: the entries there are; ``anchors``: how many could be compared, and
    ``anchored``: the newest of them; ``facts``: how many were compared with their hash. ``faults``: the first of each
    kind, by entry. ``unchecked``: why not all could be checked.
    """

    entries: int
    first: int
    last: int
    mac: str
    anchors: int
    anchored: int
    facts: int
    faults: tuple[Fault, ...] = ()
    unchecked: tuple[Text, ...] = ()

    @property
    def code(self) -> int:
        """As an exit code: 0 good, 1 broken, 2 cannot be checked."""
        return 1 if self.faults else 2 if self.unchecked else 0


def fingerprint(data: bytes) -> str:
    """The hash of a fact's JSON, as an entry names it."""
    return blake2b(data, digest_size=_DIGEST).hexdigest()


def body(entry: AuditEntry, places: Iterable[Place]) -> Body:
    """An entry as it is bound. Texts become such as every database can hold."""
    facts = _encode(list(places)).decode()
    held: dict[str, Any] = {name: getattr(entry, name) for name in Body.__struct_fields__} | {"facts": facts}
    values: dict[str, Any] = {name: clean(value) if isinstance(value, str) else value for name, value in held.items()}
    return Body(**values)


def clean(text: str) -> str:
    """Without what no database stores as text: NUL and half surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\\0")


def link(key: bytes, before: str, seq: int, what: Body) -> str:
    """The mac of entry ``seq``; ``before``: that of the one before."""
    return hmac.digest(key, f"{before}|{seq}|".encode() + _encode(what), "sha256").hex()


def seal(key: bytes, seq: int, mac: str, at: float) -> str:
    """What proves that the entries up to ``seq``, of the time ``at``, were left behind by somebody who has the key."""
    return hmac.digest(key, f"base|{seq}|{mac}|{at!r}".encode(), "sha256").hex()


def key_name(key: bytes) -> str:
    """Which key a chain is of, without saying the key."""
    return hmac.digest(key, b"key|", "sha256").hex()[:16]


def agrees(anchor: Anchor, mac: str) -> bool:
    """Whether an entry's mac is that of the anchor; one from paper is short."""
    return len(anchor.mac) >= SHORT and mac.startswith(anchor.mac)
