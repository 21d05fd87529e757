"""Options of every verb that works on a log or a store, and the settings they end in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from hub.settings import Settings, hushed, read

_OPTIONS = {"log": "log", "store": "store", "partitions": "topics.partitions", "replication": "topics.replication"}


def where_it_is(verb: argparse.ArgumentParser, *, store: bool) -> None:
    """``--log``, ``--settings`` and, with ``store``, ``--store``."""
    verb.add_argument(
        "--log",
        metavar="URL",
        help="kafka://HOST:PORT[,HOST:PORT] or sqlite:///FILE (else HUB_LOG or the settings file)",
    )
    if store:
        verb.add_argument(
            "--store",
            metavar="URL",
            help="sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE (default: SQLite in the data folder)",
        )
    verb.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="TOML: log, store, node, [kafka] security, username, password, …; every key also from the environment",
    )


def settled(args: argparse.Namespace, run: Callable[[Settings], int]) -> int:
    """Run with the settings of the command line, the environment and the file, in this order of precedence.

    Meanwhile nothing the process prints shows one of their secrets. Raises ``HubError``.
    """
    from hub.wiring.say import say

    options = {key: getattr(args, name, None) for name, key in _OPTIONS.items()}
    settings = read(options, file=args.settings)
    with hushed(settings.secrets):
        for line in settings.warnings():
            say(f"warning: {line}")
        return run(settings)
