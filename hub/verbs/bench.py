"""``hub bench``: its options."""

from __future__ import annotations

import argparse

from hub.verbs.shape import Add


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "bench",
        "How fast the hub is, as ratios to what is possible, measured here and now.",
        "METRIC: M1 event to pixel, M2 ingest, M3 cold start, M4 bytes per change, M5 viewers per core, M6 growth\n"
        "with entities, M7 memory over a shift; all of them without one. M1, M6 and M7 need Chromium and playwright.\n"
        "The exit code is 1 when a goal is missed. A measurement is void when the machine was busy with other things.\n"
        "next: 'hub bench --quick M2 M4' takes about a minute; all of it in full takes about forty.",
    )
    verb.add_argument("metrics", nargs="*", metavar="METRIC", help="M1 … M7 (default: all)")
    verb.add_argument("--quick", action="store_true", help="smaller and fewer rounds: to see that it works")
    verb.add_argument("--json", action="store_true", help="one JSON object on the standard output instead of the table")
    verb.add_argument(
        "--log", metavar="URL", help="kafka://HOST:PORT of an empty broker for M1 and M2 (default: SQLite)"
    )
    verb.add_argument("--seed", type=int, default=1, help="of the input (default 1)")

    def run(args: argparse.Namespace) -> int:
        from hub.bench.run import bench

        return bench(metrics=args.metrics, json=args.json, quick=args.quick, log=args.log, seed=args.seed)

    verb.set_defaults(run=run)
