"""Reads an audit chain from its first entry to its last and says what is not as it was written.

Needs no server and changes nothing. Every entry is bound to the one before it (``hub.audit``), the newest ones to
anchors that were published elsewhere, and the facts that came of a decision to the hash in its entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, func, select
from sqlalchemy.exc import OperationalError

from hub.audit import GENESIS, Body, Fault, Verdict, agrees, key_name, link, seal
from hub.domain.model import Text
from hub.errors import HubError, StoreDown
from hub.ports import Anchor
from streams import database, migrations
from streams.tables import AUDIT, AUDIT_BASE
from streams.verify_facts import Facts

AT_ONCE = 1000
KEPT_FAULTS, SHOWN = 1000, 20
Progress = Callable[[int, int], None]
"""(entries read, entries there are)."""
_QUERY = select(AUDIT.c.seq, *(AUDIT.c[name] for name in Body.__struct_fields__), AUDIT.c.mac).order_by(AUDIT.c.seq)
_BY_INDEX = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
NO_KEY = Text("没有审计密钥，各条内容无法核对", "without the audit key the entries themselves cannot be checked")
OTHER_KEY = Text("所给密钥不是这条审计链的密钥", "the audit key that was given is not this chain's")


def verify(
    url: str, key: bytes | None, anchors: Sequence[Anchor], progress: Progress = lambda done, of: None
) -> Verdict:
    """Check the chain of a store. ``key``: the chain's, ``None`` where it is not known: then changed entries are not
    found, and the verdict says so. Raises ``HubError`` for what is no store of this version, ``StoreDown`` when it
    cannot be read.
    """
    parts = database.parse(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).is_file():
        raise HubError(f"{parts.database}: there is no store; give the hub's --data DIR or --store URL")
    try:
        try:
            return _walked(parts, key, anchors, progress)
        except OperationalError as error:
            if "decode" not in str(error):
                raise
            return _walked(parts, key, anchors, progress, as_it_is=True)
    except database.FAULTS as error:
        raise StoreDown(f"{database.where(parts)}: {database.reason(error, parts.password)}") from error


def _walked(
    parts: URL, key: bytes | None, anchors: Sequence[Anchor], progress: Progress, *, as_it_is: bool = False
) -> Verdict:
    with _reading(parts, as_it_is=as_it_is) as connection:
        held = migrations.current(connection)
        if held != migrations.HEAD:
            what = f"its schema is {held or 'not there'}, this version checks {migrations.HEAD}"
            raise HubError(f"{database.where(parts)}: {what}: start the hub on it once, or use its own version")
        return _Walk(connection, key, anchors).run(progress)


@contextmanager
def _reading(parts: URL, *, as_it_is: bool) -> Iterator[Connection]:
    """One state of the store, for as long as it takes. ``as_it_is``: also where text is none any more (slower)."""
    sqlite = parts.get_backend_name() == "sqlite"
    engine = database.reader(parts) if sqlite else database.writer(parts, patient=True)
    if sqlite and as_it_is:
        event.listen(engine, "connect", _as_it_is)
    elif not sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with engine.connect() as connection:
            for name in () if sqlite else _BY_INDEX:
                connection.exec_driver_sql(f"SET LOCAL {name} = off")
            yield connection
    finally:
        engine.dispose()


def _as_it_is(connection: Any, _: Any) -> None:
    """Text that is not UTF-8 any more must be named, not end the reading."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


class _Walk:
    """One check. ``seq``, ``mac``: what the next entry must follow."""

    def __init__(self, connection: Connection, key: bytes | None, anchors: Sequence[Anchor]) -> None:
        self._connection, self._key = connection, key
        self._anchors = sorted(anchors, key=lambda each: each.seq)
        self._faults: list[Fault] = []
        self._unchecked: list[Text] = []
        self._base = connection.execute(select(AUDIT_BASE)).one_or_none()
        self.seq: int = 0 if self._base is None else self._base.seq
        self.mac: str = GENESIS if self._base is None else str(self._base.mac)
        self._first = self._count = self._compared = self._anchored = 0
        self._misfits, self._doubtful = 0, False

    def run(self, progress: Progress) -> Verdict:
        """Walk all of it."""
        there, newest = self._connection.execute(select(func.count(AUDIT.c.seq), func.max(AUDIT.c.at))).one()
        facts = Facts(self._connection, newest, self._fault)
        self._beginning()
        anchors = iter(self._anchors)
        anchor = next(anchors, None)
        while anchor is not None and anchor.seq <= self.seq:  # of what was left behind
            self._meet(anchor, self.seq, self.mac)
            anchor = next(anchors, None)
        found = self._connection.execute(_QUERY, execution_options={"yield_per": AT_ONCE})
        for some in found.partitions():
            for row in some:
                self._entry(row)
                while anchor is not None and anchor.seq <= self.seq:
                    self._meet(anchor, self.seq, self.mac)
                    anchor = next(anchors, None)
            facts.compare(some)
            progress(self._count, there)
        self._judge_key()
        if anchor is not None:
            self._cut(self._anchors[-1].seq)
        return self._verdict(facts.compared)

    # the beginning and the key

    def _beginning(self) -> None:
        base, key = self._base, self._key
        if base is None:
            self._fault(0, 0, "审计链起点记录已被删除", "the note of where the chain begins was deleted")
        elif key is not None and base.key == key_name(key) and base.seal != _sealed(key, base):
            words = "审计链起点记录被改动", "the note of where the chain begins was changed"
            self._fault(base.seq + 1, base.seq + 1, *words)

    def _judge_key(self) -> None:
        """A key that fits no entry is another one; one that fits some is the chain's, whatever the note of it says."""
        if not self._count:
            return
        if self._key is None:
            self._unchecked.append(NO_KEY)
        elif self._base is not None and self._base.key != key_name(self._key):
            if self._misfits < self._count:
                words = "审计密钥的标识被改动", "the note of which key the chain is of was changed"
                self._fault(self._first, self._first, *words)
            else:
                self._faults = [each for each in self._faults if each.what != _changed(each.seq)]
                self._unchecked.append(OTHER_KEY)

    # one entry

    def _entry(self, row: Any) -> None:
        self._count += 1
        self._first = self._first or row.seq
        follows = row.seq == self.seq + 1
        if not follows:
            self._gap(row.seq)
        fits = self._key is None or _fits(self._key, self.mac, row)
        if not fits:
            self._misfits += 1
            if follows and not self._doubtful:  # else it is the one before that does not fit
                words = _changed(row.seq)
                self._fault(row.seq, row.seq, words.zh, words.en)
        self._doubtful = not fits
        self.seq, self.mac = row.seq, str(row.mac)

    def _gap(self, seq: int) -> None:
        first, last = self.seq + 1, seq - 1
        if last < first:
            self._fault(seq, seq, f"第 {seq} 条排在链首之前", f"entry {seq} stands before the beginning of the chain")
        elif last == first:
            self._fault(first, last, f"第 {first} 条缺失", f"entry {first} is missing")
        else:
            self._fault(first, last, f"第 {first}–{last} 条缺失", f"entries {first}–{last} are missing")

    def _meet(self, anchor: Anchor, seq: int, mac: str) -> None:
        """Compare with what was published of that entry."""
        if anchor.seq != seq or seq == 0:
            return
        if agrees(anchor, mac):
            self._compared += 1
            self._anchored = seq
            return
        first = self._anchored + 1
        zh = f"锚点 {seq} 发布之后，第 {first}–{seq} 条被改写"
        self._fault(first, seq, zh, f"entries {first}–{seq} were rewritten after anchor {seq} was published")

    def _cut(self, upto: int) -> None:
        first = self.seq + 1
        which = f"{first}" if first == upto else f"{first}–{upto}"
        zh = f"链尾被截：第 {which} 条缺失（锚点证明曾有第 {upto} 条）"
        en = f"the tail is cut: {which} missing (an anchor says that there was an entry {upto})"
        self._faults.append(Fault(seq=first, upto=upto, what=Text(zh, en)))

    # the end

    def _fault(self, seq: int, upto: int, zh: str, en: str) -> None:
        if len(self._faults) < KEPT_FAULTS:
            self._faults.append(Fault(seq=seq, upto=upto, what=Text(zh, en)))

    def _verdict(self, facts: int) -> Verdict:
        return Verdict(
            entries=self._count,
            first=self._first,
            last=self.seq,
            mac=self.mac,
            anchors=self._compared,
            anchored=self._anchored,
            facts=facts,
            faults=tuple(sorted(self._faults, key=lambda each: each.seq)[:SHOWN]),
            unchecked=tuple(self._unchecked),
        )


def _changed(seq: int) -> Text:
    return Text(f"第 {seq} 条被改动", f"entry {seq} was changed")


def _sealed(key: bytes, base: Any) -> str:
    try:
        return seal(key, base.seq, base.mac, base.at)
    except UnicodeError:
        return ""


def _fits(key: bytes, before: str, row: Any) -> bool:
    try:
        return link(key, before, row[0], Body(*row[1:-1])) == str(row[-1])
    except (UnicodeError, TypeError):  # a text that is none any more, or another type than the column's
        return False
