"""``hub basemap``: the ground of the map from a user's own files."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hub.domain.model import Frame
from hub.errors import HubError
from hub.wiring.say import say
from streams.basemap import Made, Wanted, make
from streams.basemap_file import SUFFIX


def basemap(
    *,
    files: Sequence[Path],
    out: Path | None,
    bounds: tuple[float, float, float, float] | None,
    frames: Sequence[str],
    mapping: Path | None,
    crs: str | None,
    credit: str | None,
) -> int:
    """``hub basemap``: make the file and say what is in it."""
    target = out or Path(files[0].name.split(".")[0] + SUFFIX)
    wanted = Wanted(
        files=files,
        out=target,
        bounds=bounds,
        frames=frames_of(frames, files),
        mapping=mapping,
        crs=crs,
        credit=credit,
    )
    logging.getLogger("pyogrio").setLevel(logging.WARNING)  # it tells of every tile layer it wrote
    began = time.monotonic()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("reading", total=None)
        made = make(wanted, lambda what, done, of: bar.update(task, description=what, completed=done, total=of))
    _report(made, target, time.monotonic() - began)
    return 0


def frames_of(given: Sequence[str], files: Sequence[Path]) -> dict[Path, Frame]:
    """Which file is in which frame: ``FRAME`` is for all of them, ``FILE=FRAME`` for one."""
    found: dict[Path, Frame] = {}
    for text in sorted(given, key=lambda each: "=" in each):
        name, _, word = text.rpartition("=")
        frame = next((known for known in get_args(Frame) if known == word.upper().replace("-", "")), None)
        if frame is None:
            raise HubError(f"--frame {text}: {word!r} is not known; it is one of {', '.join(get_args(Frame))}")
        chosen = [file for file in files if name in ("", str(file), file.name)]
        if not chosen:
            raise HubError(f"--frame {text}: {name} is not among the files")
        found |= dict.fromkeys(chosen, frame)
    return found


def _report(made: Made, target: Path, seconds: float) -> None:
    manifest = made.manifest
    west, south, east, north = manifest.bounds
    say(f"{target}: {manifest.name.zh} · {manifest.name.en}, {made.size / 1e6:.1f} MB, {seconds:.0f} s")
    say(f"    {west:.4f}, {south:.4f} to {east:.4f}, {north:.4f}")
    say(f"    {', '.join(f'{count:,} {name}' for name, count in manifest.counts.items())}")
    if made.unused:
        say(f"    {made.unused:,} features fit no rule and are not drawn")
    if made.broken:
        say(f"    {made.broken:,} geometries are broken and are not drawn")
    say(f"next: hub serve --ground {target} --log URL")
