"""``hub demo``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.verbs.shape import Add, quickly, speed, where_to_serve


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "demo",
        "A district at work in one process: synthetic field, six centres, six stories.",
        "Everything is kept in the data folder; a second start goes on from where it was.\n"
        "next: open the printed address, then try 'hub demo --speed 20'.",
    )
    where_to_serve(verb, Path("hub-data"))
    verb.add_argument("--speed", type=speed, default=1.0, metavar="N", help="hub seconds per second (default 1)")
    verb.add_argument(
        "--decisions",
        choices=("script", "people"),
        default="script",
        help="who triages, transfers and orders: the script (not what a person takes in hand), or only people",
    )
    verb.add_argument("--seed", type=int, default=1, help="another seed is another district (default 1)")

    def run(args: argparse.Namespace) -> int:
        quickly()
        from hub.wiring.demo import demo

        return demo(port=args.port, data=args.data, speed=args.speed, seed=args.seed, decisions=args.decisions)

    verb.set_defaults(run=run)
