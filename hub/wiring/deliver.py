"""From a store's outbox to the log for a command that is not a server: the server that records does it, when there is
one; otherwise the command does it itself, under the same lease.
"""

from __future__ import annotations

import os
import socket
import time

from hub.errors import HubError
from hub.settings import Kafka
from streams import open_log
from streams.relay import Relay
from streams.store import SqlStore

LEASE_S = 5.0
WAIT_S = 15.0
"""How long the recording server may take. One that was killed is noticed within ``LEASE_S``."""
PAUSE_S = 0.1


def deliver(store: SqlStore, log: str | None, security: Kafka) -> str:
    """See that the outbox is emptied; what happened, for a person. ``log``: its address, ``None`` when not known;
    ``security``: how to get into a Kafka cluster.

    Never raises for a log that is down: what is in the outbox is safe there and goes later.
    """
    me = f"hub dead-letters on {socket.gethostname()}, process {os.getpid()}"
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        if not store.outbox(1):
            return "delivered"
        lease = store.lease(me, 0.0 if log is None else LEASE_S)
        if lease.left_s > 0 and lease.holder == me and log is not None:
            return _carry(store, log, security, me)
        if lease.left_s <= 0 and log is None:
            return "waits in the outbox: no server records now. Start one on this store, or give --log URL"
        time.sleep(PAUSE_S)
    return f"waits in the outbox: {store.lease(me, 0.0).holder or 'the server'} has not delivered it yet"


def _carry(store: SqlStore, log: str, security: Kafka, me: str) -> str:
    try:
        opened = open_log(log, security=security)
        try:
            relay = Relay(store, opened)
            while relay.step():
                store.lease(me, LEASE_S)
        finally:
            opened.close()
            store.release(me)
    except HubError as error:
        return f"waits in the outbox: {error}"
    return "delivered"
