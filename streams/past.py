"""What a window of time brought, read from the history. Must not know what a fact says, nor which database it is.

The window is (since, until] by when a fact was taken in, which one index serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, RowMapping, and_, cast, func, select

from hub.ports import Counted, Gap, HistoryEntry, Past, Refusals, Silence
from streams.tables import AUDIT, DEAD_LETTER, GAP, HISTORY

OK = "ok"
_FIELDS = HistoryEntry.__struct_fields__
_OF = HISTORY.c


def past(
    connection: Connection,
    since: float,
    until: float,
    tables: Sequence[str],
    expected: Mapping[str, float],
    limit: int,
) -> Past:
    """See ``hub.ports.Store.past``."""
    inside = and_(_OF.seen > since, _OF.seen <= until)
    mine = _one_of(_OF.table, tables)
    held = select(HISTORY).where(inside, mine).order_by(_OF.table, _OF.entity, _OF.epoch, _OF.rev).limit(limit + 1)
    facts = [entry(row) for row in connection.execute(held).mappings()]
    return Past(
        facts=facts[:limit],
        before=list(_before(connection, since, inside, mine)),
        counted=list(_counted(connection, and_(inside, ~mine))),
        actors=list(_actors(connection, since, until, tables)),
        gaps=list(_gaps(connection, since, until)),
        refused=list(_refused(connection, since, until)),
        silences=sorted(_silences(connection, since, until, inside, expected), key=lambda one: (one.topic, one.since)),
        full=len(facts) > limit,
    )


def _one_of(name: ColumnElement[str], tables: Sequence[str]) -> ColumnElement[bool]:
    """Written so that no index serves it: one by table would read all that these tables ever went through."""
    return name.concat("").in_(tables)


def entry(row: RowMapping) -> HistoryEntry:
    """A row of the history."""
    return HistoryEntry(**{name: row[name] for name in _FIELDS})


def _before(
    connection: Connection, since: float, inside: ColumnElement[bool], mine: ColumnElement[bool]
) -> Iterator[HistoryEntry]:
    """The newest fact that was there when the window began, of each thing that has one within it. Each is looked for
    from the thing's newest fact on, so it costs what the window holds and not what the thing has gone through.
    """
    things = select(_OF.table, _OF.entity).where(inside, mine).distinct().subquery()
    earlier = HISTORY.alias()
    newest = (
        select(earlier.c.seq)
        .where(earlier.c.table == things.c.table, earlier.c.entity == things.c.entity, earlier.c.seen <= since)
        .order_by(earlier.c.epoch.desc(), earlier.c.rev.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(HISTORY).where(_OF.seq.in_(select(newest).select_from(things))).order_by(_OF.table, _OF.entity)
    for row in connection.execute(query).mappings():
        yield entry(row)


def _counted(connection: Connection, which: ColumnElement[bool]) -> Iterator[Counted]:
    by = (_OF.table, _OF.entity, _OF.type)
    query = select(*by, func.count().label("facts")).where(which).group_by(*by).order_by(*by)
    for row in connection.execute(query):
        yield Counted(row.table, row.entity, row.type, row.facts)


def _actors(
    connection: Connection, since: float, until: float, tables: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    of = AUDIT.c
    which = and_(of.at > since, of.at <= until, of.outcome == OK, _one_of(of.table, tables))
    by = (of.table, of.entity, of.actor)
    for row in connection.execute(select(*by).where(which).distinct().order_by(*by)):
        yield row.table, row.entity, row.actor


def _gaps(connection: Connection, since: float, until: float) -> Iterator[Gap]:
    of = GAP.c
    query = select(GAP).where(of.at > since, of.at <= until).order_by(of.at, of.topic, of.partition, of.first)
    for row in connection.execute(query):
        yield Gap(row.topic, row.partition, row.first, row.after, row.at)


def _refused(connection: Connection, since: float, until: float) -> Iterator[Refusals]:
    of = DEAD_LETTER.c
    counts = (func.count().label("letters"), func.min(of.at).label("first"), func.max(of.at).label("last"))
    which = select(of.topic, *counts).where(of.at > since, of.at <= until).group_by(of.topic).order_by(of.topic)
    for row in connection.execute(which):
        yield Refusals(row.topic, row.letters, row.first, row.last)


def _silences(
    connection: Connection, since: float, until: float, inside: ColumnElement[bool], expected: Mapping[str, float]
) -> Iterator[Silence]:
    """Steps from one fact to the next that are too wide. Before the store's first fact nothing was silent."""
    oldest = connection.execute(select(func.min(_OF.seen))).scalar_one()
    if not expected or oldest is None or oldest > until:
        return
    begin = max(since, oldest)
    last = dict.fromkeys(expected, begin)
    # Facts of a topic within a short time are one line of the answer: a wide step is never within one.
    short = cast(_OF.seen / (min(expected.values()) / 2), BigInteger)
    ends = (func.min(_OF.seen).label("first"), func.max(_OF.seen).label("last"))
    query = select(_OF.topic, *ends).where(inside).group_by(_OF.topic, short)
    for row in sorted(connection.execute(query), key=lambda row: float(row.first)):
        for topic in ("", row.topic):
            if topic not in last:
                continue
            if row.first - last[topic] > expected[topic]:
                yield Silence(topic, last[topic], row.first)
            last[topic] = max(last[topic], row.last)
    for topic, held in last.items():
        if until - held > expected[topic]:
            yield Silence(topic, held, until)
