"""A replay as a person starts it: which mapping, which folder, playing in a thread, counting, its local time."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from threading import Event as Flag
from typing import NoReturn
from zoneinfo import ZoneInfo

from tqdm import tqdm

from hub.engine import Engine
from hub.errors import HubError
from hub.picture.rows import JSON
from hub.ports import Log
from streams.bridges import examples
from streams.bridges.plan import Plan
from streams.bridges.replay import SettableClock, done, play


class Player:
    """Plays a plan in a thread and counts what became of its rows."""

    def __init__(self, planned: Plan, log: Log, clock: SettableClock, speed: float | None) -> None:
        """``speed``: hub seconds per second, ``None`` as fast as it goes."""
        self._plan, self._log, self._clock, self._speed = planned, log, clock, speed
        self.ended = False
        self.error: str | None = None

    def run(self, stop: Flag) -> None:
        """Go on from what the log already has; ends with the plan, with ``stop`` or with a log that stays down."""
        topic = self._plan.intake.topic
        try:
            before = done(self._log, topic)
            with tqdm(total=self._plan.rows, initial=min(before, self._plan.rows), unit="row", mininterval=1.0) as bar:
                last = play(
                    self._plan.after(before),
                    self._log,
                    topic,
                    clock=self._clock,
                    speed=self._speed,
                    stop=stop,
                    progress=lambda progress: _advance(bar, before + progress.rows),
                )
        except HubError as error:
            self.error = str(error)
            _say(f"replay stopped: {error}")
            return
        self.ended = last.state == "ended"
        for line in self._plan.summary():
            _say(f"    {line}")

    def counts(self, engine: Engine) -> dict[str, JSON]:
        """``rows_in`` = ``applied`` + ``superseded`` + ``dead_letters``: source rows taken in so far."""
        topic = self._plan.intake.topic
        done = self.ended and engine.caught_up()  # first: the counts of a replay that is done are its last ones
        taken = {name: engine.counters[f"{topic} {name}"] for name in ("applied", "superseded", "dead")}
        return {
            "done": done,
            "rows": self._plan.rows,
            "rows_in": sum(taken.values()),
            "applied": taken["applied"],
            "superseded": taken["superseded"],
            "dead_letters": taken["dead"],
            "warnings": sum(self._plan.warnings.values()),
            "error": self.error,
        }


def _advance(bar: tqdm[NoReturn], rows: int) -> None:
    bar.update(rows - bar.n)


def mapping_file(path: Path) -> Path:
    """The mapping a person named: a file, or the name of an example that ships with the project."""
    if path.exists():
        return path
    shipped = {p.stem: p for p in Path(str(files(examples))).glob("*.toml")}
    if path.stem in shipped and path.parent == Path():
        return shipped[path.stem]
    raise HubError(f"--map {path}: no such file; the examples that ship are {', '.join(sorted(shipped))}")


def same_replay(note: Path, file: Path, mapping: Path, kind: str) -> None:
    """Refuse to mix two replays in one data folder. Raises ``HubError`` naming the other one."""
    what = {
        "file": file.name,
        "bytes": file.stat().st_size,
        "as": kind,
        "mapping": sha256(mapping.read_bytes()).hexdigest(),
    }
    if note.exists():
        held = json.loads(note.read_text("utf-8"))
        if held != what:
            raise HubError(
                f"--data {note.parent}: holds a replay of {held.get('file')} as {held.get('as')} with another file or "
                "mapping; choose another folder"
            )
        return
    note.write_text(json.dumps(what), "utf-8")


def offset_min(planned: Plan) -> int:
    """Local time of a recording: its mapping's zone at its first record, UTC when the mapping names none."""
    first = next(iter(planned), None)
    if planned.zone is None or first is None:
        return 0
    offset = datetime.fromtimestamp(first.at, ZoneInfo(planned.zone)).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
