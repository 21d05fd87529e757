"""``hub simulate``: its options."""

from __future__ import annotations

import argparse

from hub.settings import Settings
from hub.verbs.settle import settled, where_it_is
from hub.verbs.shape import Add, speed


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "simulate",
        "Run the simulators as producers of their own.",
        "Without --centre: the field, the stories and every centre. With it: only those centres, so that six centres\n"
        "can be six processes ('--centre field' is the hub's own feed). All processes must share --seed and --since.\n"
        "next: 'hub serve --log URL' shows it.",
    )
    where_it_is(verb, store=False)
    verb.add_argument("--centre", action="append", metavar="NAME", help="may be given several times")
    verb.add_argument("--speed", type=speed, default=1.0, metavar="N", help="hub seconds per second (default 1)")
    verb.add_argument("--seed", type=int, default=1, help="the district's seed (default 1)")
    verb.add_argument(
        "--since", metavar="TIME", help="when the stories begin, RFC 3339 (default: the last full hour, UTC)"
    )

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _simulate(settings, args))

    verb.set_defaults(run=run)


def _simulate(settings: Settings, args: argparse.Namespace) -> int:
    from hub.wiring.simulate import simulate  # only now: settings that are wrong are said at once

    return simulate(settings, centres=args.centre, speed=args.speed, seed=args.seed, since=args.since)
