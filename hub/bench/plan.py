"""What a run of the benchmark is: how much, from which seed, where its files lie, and whom it tells of its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from hub.bench.machine import Watch

T = TypeVar("T")


@dataclass(slots=True)
class Plan:
    """``kafka``: ``kafka://HOST:PORT`` for the metrics that go through a log, ``None`` for the embedded one.

    ``step(text)`` is called before every piece of work. ``used``: the broker holds records of this run already.
    """

    quick: bool
    seed: int
    folder: Path
    kafka: str | None
    step: Callable[[str], None]
    watch: Watch = field(default_factory=Watch)
    used: bool = False

    @property
    def rounds(self) -> int:
        """How often every lane is run."""
        return 2 if self.quick else 5

    def pick(self, *, quick: T, full: T) -> T:
        """One of the two sizes of a thing."""
        return quick if self.quick else full

    def fresh(self, name: str) -> Path:
        """A new folder."""
        return Path(mkdtemp(prefix=f"{name}-", dir=self.folder))
