"""The store of a server, with the key of its audit chain."""

from __future__ import annotations

from pathlib import Path

from hub.settings import Settings, audit_key
from hub.wiring.say import say
from streams.store import SqlStore


def store_of(settings: Settings, data: Path) -> SqlStore:
    """Open the store that is set, else the one in the data folder. Says so when orders cannot be taken on it."""
    url = store_url(settings, data)
    key = audit_key(settings, url, make=True)
    if not key:
        say("warning: no audit_key (HUB_AUDIT_KEY) is set: the wall works, but no order is taken on this store")
    return SqlStore(url, audit_key=key)


def store_url(settings: Settings, data: Path) -> str:
    """The store's address with the password in it."""
    return settings.store_url(f"sqlite:///{data / 'store.db'}")
