"""``hub serve``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.settings import Settings
from hub.verbs.settle import settled, where_it_is
from hub.verbs.shape import Add, quickly, where_to_serve


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "serve",
        "The wall over the topics of a real log (Apache Kafka).",
        "next: 'hub simulate --log kafka://HOST:PORT' in another terminal gives it something to show.",
    )
    where_it_is(verb, store=True)
    verb.add_argument(
        "--ground",
        default="demo",
        metavar="demo|none|FILE",
        help="demo: the invented district under simulated data (default); none: plain ground; "
        "FILE: your own, made by 'hub basemap'",
    )
    verb.add_argument(
        "--role",
        choices=("all", "wall", "recorder"),
        default="all",
        help="all: pages, and records when no other server does (default); wall: pages only; recorder: no pages",
    )
    verb.add_argument("--host", default="127.0.0.1", help="only loopback until sign-in exists (default 127.0.0.1)")
    where_to_serve(verb, Path("hub-serve"))

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _serve(settings, args))

    verb.set_defaults(run=run)


def _serve(settings: Settings, args: argparse.Namespace) -> int:
    quickly()
    from hub.wiring.serve import serve  # only now: settings that are wrong are said at once

    return serve(settings, role=args.role, ground=args.ground, host=args.host, port=args.port, data=args.data)
