"""``hub topics``: its options."""

from __future__ import annotations

import argparse

from hub.settings import Settings
from hub.verbs.settle import settled, where_it_is
from hub.verbs.shape import Add


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "topics",
        "Make the Kafka topics of the hub and its centres, and say what differs from them.",
        "Missing topics are created. What an existing one has otherwise is shown with what to do; --apply changes\n"
        "settings and adds partitions. Nothing ever deletes a topic or takes partitions away.\n"
        "Ends with 0 when all is as it should be and with 1 when something differs.",
    )
    where_it_is(verb, store=False)
    verb.add_argument("--partitions", type=_count, metavar="N", help="partitions of each topic (default 1)")
    verb.add_argument(
        "--replication", type=_count, metavar="N", help="copies of each partition (default 3, or one on each broker)"
    )
    verb.add_argument(
        "--apply", action="store_true", help="change what differs, where that loses no topic or partition"
    )

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _topics(settings, change=args.apply))

    verb.set_defaults(run=run)


def _topics(settings: Settings, *, change: bool) -> int:
    from hub.wiring.topics import topics  # only now: settings that are wrong are said at once

    return topics(settings, change=change)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
