"""``python -m tests.faults.killing POINT COUNT VERB …``: the ordinary command, that ends itself with kill -9 at a named
point between a request and its publishing, once COUNT commands have come in. Nothing of the product knows of it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from hub.__main__ import main
from hub.ports import Log, Outgoing
from streams import decisions
from streams.kafka_log import KafkaLog
from streams.sqlite_log import SqliteLog
from streams.store import SqlStore

BEFORE = ("asked", "looked", "written")
"""Before the transaction; in it, after the lock was taken; in it, all written and nothing committed."""
BETWEEN = ("committed",)
"""Committed, nobody told."""
AFTER = ("answered", "half", "appended", "delivered")
"""The answer is out: nothing appended; one record of several; all, and the outbox does not know; the outbox knows."""
POINTS = (*BEFORE, *BETWEEN, *AFTER)
TOLD_S = 0.3
"""Until an answer has reached whoever asked."""


class Trap:
    """Counts commands; armed from the COUNT-th on."""

    def __init__(self, point: str, count: int) -> None:
        self.point, self.left = point, count

    def came(self) -> None:
        self.left -= 1

    def at(self, point: str) -> None:
        """The end, when this is the point."""
        if point == self.point and self.left <= 0:
            if point in AFTER:
                time.sleep(TOLD_S)
            end()


def end() -> NoReturn:
    """As the power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here")


def lay(trap: Trap) -> None:
    """Wrap what a command passes through, in this process only."""
    _lay_decide(trap)
    _lay_relay(trap)
    for log in (SqliteLog, KafkaLog):
        _lay_append(trap, log)


def _lay_decide(trap: Trap) -> None:
    whole, inside = SqlStore.decide, decisions.decide

    def decide(self: SqlStore, key: str, judge: Callable[..., Any]) -> Any:
        trap.came()
        trap.at("asked")
        out = whole(self, key, judge)
        trap.at("committed")
        return out

    def within(connection: Any, secret: bytes, request: str, judge: Callable[..., Any]) -> Any:
        def looked(look: Any) -> Any:
            trap.at("looked")
            return judge(look)

        out = inside(connection, secret, request, looked)
        trap.at("written")
        return out

    SqlStore.decide = decide  # type: ignore[method-assign]
    decisions.decide = within  # type: ignore[assignment]


def _lay_relay(trap: Trap) -> None:
    outbox, delivered = SqlStore.outbox, SqlStore.delivered

    def read(self: SqlStore, limit: int) -> Any:
        found = outbox(self, limit)
        if found:
            trap.at("answered")
        return found

    def forget(self: SqlStore, upto: int) -> None:
        trap.at("appended")
        delivered(self, upto)
        trap.at("delivered")

    SqlStore.outbox = read  # type: ignore[method-assign]
    SqlStore.delivered = forget  # type: ignore[method-assign]


def _lay_append(trap: Trap, cls: Any) -> None:
    append = cls.append

    def watched(self: Log, topic: str, records: Sequence[Outgoing]) -> Any:
        if trap.point == "half" and trap.left <= 0:
            append(self, topic, records[:1])
            trap.at("half")
        return append(self, topic, records)

    cls.append = watched


if __name__ == "__main__":
    lay(Trap(sys.argv[1], int(sys.argv[2])))
    raise SystemExit(main(sys.argv[3:]))
