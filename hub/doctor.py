"""Is everything there that a hub needs? Runs probes side by side, each within a limit of time. Pure: it must not know
what a probe looks at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

import msgspec

from hub.errors import HubError

State = Literal["ok", "warning", "failure"]
LIMIT_S = 10.0
CODES = {"ok": 0, "warning": 1, "failure": 2}
"""The worst state as an exit code."""


class Check(msgspec.Struct, frozen=True):
    """One line: what was looked at, how it is, what was seen, and what to do about it (``""`` when it is ``ok``)."""

    name: str
    state: State
    seen: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """Looks at one thing. ``run`` gives its checks one by one; a ``HubError`` it raises is a failure.

    ``do``: what to do when it raises, or gives no answer in time.
    """

    name: str
    run: Callable[[], Iterable[Check]]
    do: str


@dataclass(slots=True)
class _Course:
    """A probe on its way. ``out`` only grows, so it may be read while the thread is still at it."""

    probe: Probe
    out: list[Check] = field(default_factory=list)

    def run(self) -> None:
        try:
            for check in self.probe.run():
                self.out.append(check)
        except HubError as error:
            self.failed(str(error))
        except Exception as error:  # a bug in one probe must not hide what the others saw
            self.failed(f"could not be looked at: {type(error).__name__}: {' '.join(str(error).split())}")

    def failed(self, why: str) -> None:
        self.out.append(Check(self.probe.name, "failure", why, self.probe.do))


def examine(probes: Sequence[Probe], limit_s: float = LIMIT_S) -> list[Check]:
    """All checks in the order of the probes. A probe that has not ended in time is left behind and is a failure."""
    courses = [_Course(probe) for probe in probes]
    threads = [Thread(target=each.run, name=f"doctor {each.probe.name}", daemon=True) for each in courses]
    end = time.monotonic() + limit_s
    for thread in threads:
        thread.start()
    out: list[Check] = []
    for course, thread in zip(courses, threads, strict=True):
        thread.join(max(0.0, end - time.monotonic()))
        hung = thread.is_alive()
        out += course.out
        if hung:
            out.append(Check(course.probe.name, "failure", f"no answer within {limit_s:g} s", course.probe.do))
    return out


def worst(checks: Iterable[Check]) -> State:
    """The worst state there is; ``ok`` of nothing."""
    return max((check.state for check in checks), key=lambda state: CODES[state], default="ok")
