"""One line of what changed, and the lines of what befell the hub itself. Must not know how a thing's line is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from hub.domain.field import Tally
from hub.domain.model import Text, instant
from hub.ports import Past


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that began, ended or changed its state or owner, or was chased; or something that befell the hub itself.

    ``before``: its state when the window began, ``""`` when there was none; ``through``: the states in between;
    ``after``: at the end. ``actors``: accounts, or where it came from another system, who said it. ``facts``: how many
    it had. ``open``: nothing has ended it; ``late``: past ``due_at`` at the end of the window. ``link``: where it is.
    """

    table: str
    id: str
    title: Text
    first: datetime
    last: datetime
    link: str
    priority: int | None = None
    before: str = ""
    through: tuple[str, ...] = ()
    after: str = ""
    owner: str | None = None
    open: bool = False
    late: bool = False
    due_at: datetime | None = None
    chased: int = 0
    actors: tuple[str, ...] = ()
    reason: Text | None = None
    results: tuple[Tally, ...] = ()
    facts: int = 0


def befell(past: Past, topics: Mapping[str, str]) -> Iterable[Line]:
    """What befell the hub itself: holes in the log, refused records, silence."""
    for gap in past.gaps:
        lost = max(0, gap.after - gap.first)
        yield _own(
            "gaps",
            f"{gap.topic}/{gap.partition}/{gap.first}",
            Text(f"日志缺口：{gap.topic} 缺 {lost} 条", f"Hole in the log: {lost} records of {gap.topic}"),
            gap.at,
            gap.at,
            "/healthz",
        )
    for letters in past.refused:
        words = Text(
            f"拒收 {letters.letters} 条：{letters.topic}", f"{letters.letters} records refused: {letters.topic}"
        )
        yield _own("dead_letters", letters.topic, words, letters.first, letters.last, "/api/v1/dead-letters")
    whole = [(each.since, each.until) for each in past.silences if not each.topic]
    for each in past.silences:
        centre = topics.get(each.topic)
        if each.topic and any(_most(each.since, each.until, *other) for other in whole):
            continue  # nothing at all was taken in then: said once
        minutes = (each.until - each.since) / 60
        key = f"{centre or each.topic or 'hub'}/{round(each.since)}"
        words = Text(f"无数据 {minutes:.0f} 分钟", f"no data for {minutes:.0f} min")
        if not each.topic:
            words = Text(f"中枢未接收任何数据 {minutes:.0f} 分钟", f"the hub took nothing in for {minutes:.0f} min")
        yield _own(
            "silences", key, words, each.since, each.until, f"/centre/{centre}" if centre else "/healthz", centre
        )


def _most(since: float, until: float, other_since: float, other_until: float) -> bool:
    """Whether the other time covers most of this one."""
    return min(until, other_until) - max(since, other_since) > 0.8 * (until - since)


def _own(table: str, key: str, title: Text, first: float, last: float, link: str, owner: str | None = None) -> Line:
    return Line(
        table=table, id=key, title=title, first=instant(first), last=instant(last), link=link, owner=owner, priority=3
    )  # fmt: skip
