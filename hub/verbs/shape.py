"""What the verbs share: how one is added, and the options several of them have."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from pathlib import Path

Add = Callable[[str, str, str], argparse.ArgumentParser]
"""(name, one line, what to say below the options) → the verb's parser; it sets ``run(args) -> exit code``."""


def where_to_serve(verb: argparse.ArgumentParser, data: Path | None) -> None:
    """``--port`` and ``--data``; ``data``: the default folder."""
    where = f"./{data}" if data else "./hub-data/replay-FILE-KIND"
    verb.add_argument("--port", type=int, default=8050, help="port on 127.0.0.1 (default 8050)")
    verb.add_argument("--data", type=Path, default=data, metavar="DIR", help=f"data folder (default {where})")


def quickly() -> None:
    """What a start makes stays: to look through it for garbage again and again would take a tenth of the start. Who
    runs on afterwards switches the collector on (``hub.wiring.run.steady_memory``).
    """
    gc.disable()


def speed(text: str, most: float = 1000.0) -> float:
    """A speed above 0 and up to ``most``; argparse says what is wrong."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {most:g}")
    return number


def speed_or_max(text: str) -> float | None:
    """``None`` for ``max``: as fast as it goes."""
    return None if text == "max" else speed(text, most=1e6)
