"""Finds the account that acts: the named ones, and one for each unit and drone there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.access import Actor, unit
from hub.domain.field import Drone, Unit
from hub.engine import Engine


@dataclass(frozen=True, slots=True)
class People:
    """``accounts``: the named ones, by id."""

    engine: Engine
    accounts: Mapping[str, Actor]

    def find(self, account: str) -> Actor | None:
        """The actor of an account; ``unit-ID`` is the crew of a unit or a drone on the picture."""
        named = self.accounts.get(account)
        if named is not None or not account.startswith("unit-"):
            return named
        key = account.removeprefix("unit-")
        with self.engine.lock:
            for table in ("units", "drones"):
                row = self.engine.picture.get(table, key)
                if row is not None and isinstance(row.fact, Unit | Drone):
                    return unit(key, row.fact.call_sign)
        return None
