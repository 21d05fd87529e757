"""Durable history: one server at a time writes what all of them read.

Every server that may record queues what its engine took in. The one that holds the lease commits the queue; the others
follow the stored positions and forget what that one has written, so any of them can go on where it ended. Its own
thread: a database that hangs stops neither the reading nor the screens. Must not know what a fact says.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition
from threading import Event as Flag
from typing import Literal, TypeVar

from hub.errors import Fenced, StoreDown
from hub.picture.delta import merge_into
from hub.ports import Batch, Lease, Partition, Store

say = logging.getLogger("hub.recorder")
Role = Literal["wall", "recorder", "all"]
LEASE_S = 5.0
"""A recorder that has not renewed its lease for this long is replaced."""
RENEW_S = 1.0
RETRY_S = 0.5
HANG_S = 3.0
"""A question to the database that takes longer than this is said: nothing is being recorded meanwhile."""
COMMIT_MAX = 5000
"""History entries in one transaction, so that it ends well before the lease does."""
SNAPSHOT_S, FIRST_SNAPSHOT_S = 300.0, 60.0
"""How often what a cold start reads is written anew; the first time soon, for whoever dies young."""
LAST_S = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recording:
    """How recording does. ``on``: somebody records. ``leading``: this server does. ``waiting``: entries not stored yet.

    ``recorder``: who holds the lease, ``""`` when nobody does or it is not known. ``error``: why it is off.
    """

    on: bool
    leading: bool
    recorder: str
    epoch: int
    waiting: int
    error: str


class Recorder:
    """``add`` and ``state`` from any thread; everything else from the recorder's own."""

    def __init__(
        self, store: Store, *, holder: str, records: bool = True, chores: Callable[[], None] | None = None
    ) -> None:
        """``holder``: this server's name in the lease, the same after a restart. ``records``: whether it may become
        the recorder. ``chores()``: what a recorder does now and then besides (retention); may raise ``StoreDown``.
        """
        self._store, self._holder, self._may, self._chores = store, holder, records, chores
        self._queue: deque[Batch] = deque()
        self._changed = Condition()
        self._flying = 0
        self._waiting = 0
        self._lease: Lease | None = None
        self._asked = float("-inf")
        self._error = ""
        self._calling: float | None = None
        self._retry_at = 0.0
        self._snapshot_due = time.monotonic() + FIRST_SNAPSHOT_S
        self.committed: dict[Partition, int] = {}
        """How far durable history goes, as last seen."""

    def add(self, batch: Batch) -> None:
        """Queue what the next transaction writes. A server that never records keeps nothing."""
        if not self._may:
            return
        with self._changed:
            last = self._queue[-1] if len(self._queue) > self._flying else None
            if last is not None and len(last.history) + len(batch.history) <= COMMIT_MAX:
                _merge(last, batch)  # while nothing can be stored memory grows with what changed, not with time
            else:
                self._queue.append(batch)
            self._waiting += len(batch.history)
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """History entries that are not stored yet."""
        return self._waiting

    @property
    def leading(self) -> bool:
        """Whether this server holds the lease, as far as it knows."""
        lease = self._lease
        return lease is not None and lease.holder == self._holder and time.monotonic() < self._asked + lease.left_s

    def state(self) -> Recording:
        """What /healthz and the wall say of it."""
        error, since, lease = self._error, self._calling, self._lease
        if since is not None and (hung := time.monotonic() - since) > HANG_S:
            error = error or f"the database has not answered for {hung:.0f} s"
        if not error and lease is not None and not self.leading and lease.left_s <= 0:
            error = f"{lease.holder} ended and no other server records" if lease.holder else "no server records"
        if not error and lease is None:
            error = "no server records yet"  # the database has not been asked
        held = lease or Lease("", 0, 0.0)
        return Recording(not error, self.leading and not error, held.holder, held.epoch, self._waiting, error)

    def run(self, stop: Flag) -> None:
        """Until ``stop``; then what is queued is stored (for ``LAST_S`` at most) and the lease given up."""
        while not stop.is_set():
            if not self.step():
                with self._changed:
                    if not self._queue or not self.leading or time.monotonic() < self._retry_at:
                        self._changed.wait(min(RENEW_S, RETRY_S))
        end = time.monotonic() + LAST_S
        while self._queue and self.leading and time.monotonic() < end:
            if not self.step():
                stop.wait(0.05)
        self._last()

    def step(self) -> int:
        """Renew or follow the lease, and commit some of the queue when it is ours; gives the number of batches."""
        try:
            self._look_at_lease()
            if not self.leading or time.monotonic() < self._retry_at:
                return 0
            return self._commit()
        except Fenced as error:
            say.warning("no longer the recorder: %s", error)
            self._lease, self._asked = None, float("-inf")
        except StoreDown as error:
            if not self._error:
                say.error("not recording: %s", error)
            self._error = str(error)
            self._retry_at = time.monotonic() + RETRY_S
        return 0

    # the lease

    def _look_at_lease(self) -> None:
        now = time.monotonic()
        if now - self._asked < RENEW_S or now < self._retry_at:
            return
        held, led = self._lease, self.leading
        lease = self._call(lambda: self._store.lease(self._holder, LEASE_S if self._may else 0.0))
        positions = self._call(self._store.positions)
        self._lease, self._asked = lease, time.monotonic()
        self.committed = dict(positions)
        if not led:
            self._forget(positions)
        if not (self.leading and self._queue):  # else it shows when that is stored: a full disk renews a lease, too
            self._recovered()
        if self.leading and (not led or held is None or held.epoch != lease.epoch):
            say.info("recording from now on, epoch %d", lease.epoch)
        elif held is not None and held.holder == self._holder != lease.holder:  # also one that was frozen meanwhile
            say.warning("%s records from now on, epoch %d", lease.holder, lease.epoch)

    def _forget(self, positions: Mapping[Partition, int]) -> None:
        """Drop from the queue's front what the recorder has stored."""
        with self._changed:
            while self._queue and all(positions.get(at, 0) >= to for at, to in self._queue[0].positions.items()):
                self._waiting -= len(self._queue.popleft().history)

    # writing

    def _commit(self) -> int:
        if self._lease is None:
            return 0
        epoch, batch = self._lease.epoch, self._oldest()
        count = self._flying
        if count:
            try:
                self._call(lambda: self._store.commit(batch, epoch))
            finally:
                self._flying = 0
            self._recovered()
            self.committed.update(batch.positions)
            with self._changed:
                for _ in range(count):
                    self._waiting -= len(self._queue.popleft().history)
        self._now_and_then()
        return count

    def _oldest(self) -> Batch:
        """The oldest of the queue as one batch; they stay queued, and unchanged, until it is stored."""
        out = Batch(rows={})
        with self._changed:
            for batch in self._queue:
                if self._flying and len(out.history) + len(batch.history) > COMMIT_MAX:
                    break
                _merge(out, batch)
                self._flying += 1
        return out

    def _now_and_then(self) -> None:
        if time.monotonic() < self._snapshot_due:
            return
        self._snapshot_due = time.monotonic() + SNAPSHOT_S
        self._snapshot()
        if self._chores is not None:
            self._call(self._chores)

    def _snapshot(self) -> None:
        try:
            self._call(self._store.snapshot)
        except StoreDown as error:  # the rows themselves are stored: a start takes longer, nothing is lost
            say.warning("no snapshot: %s", error)

    def _last(self) -> None:
        if not self.leading:
            return
        if self._queue:
            say.error("stopped with %d entries not stored; the log still has them", self._waiting)
        else:
            self._snapshot()
        try:
            self._call(lambda: self._store.release(self._holder))
        except StoreDown as error:
            say.warning("the lease runs out by itself: %s", error)

    def _call(self, question: Callable[[], T]) -> T:
        self._calling = time.monotonic()
        try:
            return question()
        finally:
            self._calling = None

    def _recovered(self) -> None:
        if self._error:
            say.info("recording again")
        self._error = ""


def _merge(older: Batch, newer: Batch) -> None:
    """Two batches as one, changing ``older`` in place."""
    merge_into(older.rows, newer.rows)
    older.history += newer.history
    older.gaps += newer.gaps
    older.dead_letters += newer.dead_letters
    older.outbox += newer.outbox
    older.positions.update(newer.positions)
    older.counters = newer.counters or older.counters
    older.meta.update(newer.meta)
