"""Run as a process of its own: decides, publishes, and ends itself with SIGKILL at a named point.

Arguments: the store's address, the log's file, the first number, a point, and at which passing of it to end; the point
``never`` goes on until somebody else ends it. Prints each decision once it is acknowledged: number, entry, mac.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from streams.relay import Relay
from streams.sqlite_log import SqliteLog
from streams.store import SqlStore
from tests.contract.deciding import KEY, decide

POINTS = ("statement", "commit", "committed", "append", "appended", "delivered")


def main(url: str, log_file: str, first: int, point: str, nth: int) -> None:
    """Decide, and carry the outbox to the log after each decision."""
    passed = dict.fromkeys(POINTS, 0)

    def reach(name: str) -> None:
        passed[name] += 1
        if name == point and passed[name] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    store, log = SqlStore(url, audit_key=KEY), SqliteLog(log_file)

    class Watched:
        """The log, with a point before and after each append."""

        def append(self, topic: str, records: Any) -> Any:
            reach("append")
            out = log.append(topic, records)
            reach("appended")
            return out

    relay = Relay(store, Watched())  # type: ignore[arg-type]
    event.listen(store._writer, "after_cursor_execute", lambda *given: reach("statement"))
    event.listen(store._writer, "commit", lambda *given: reach("commit"))
    number = first
    while True:
        decide(store, number)
        reach("committed")
        entry = store.anchor()
        assert entry is not None
        print(number, entry.seq, entry.mac, flush=True)
        while relay.step():
            reach("delivered")
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
