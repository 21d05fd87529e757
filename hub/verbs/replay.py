"""``hub replay``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.verbs.shape import Add, quickly, speed_or_max, where_to_serve


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "replay",
        "Play somebody else's export through the same road, and go on serving.",
        "FIELDS.toml says which column is what; examples ship with the project in streams/bridges/examples/.\n"
        "A row that cannot be read is kept with its reason (GET /api/v1/dead-letters) and never stops the replay.\n"
        "A replay that was stopped goes on from where it was when started again with the same --data folder.",
    )
    verb.add_argument("file", type=Path, metavar="FILE", help=".csv .csv.gz .jsonl .jsonl.gz .geojson")
    verb.add_argument("--as", dest="kind", required=True, metavar="KIND", help="incidents, units or complaints")
    verb.add_argument(
        "--map", dest="mapping", type=Path, required=True, metavar="FIELDS.toml", help="a file or a shipped example"
    )
    verb.add_argument("--speed", type=speed_or_max, default=None, metavar="N|max", help="default max")
    where_to_serve(verb, None)

    def run(args: argparse.Namespace) -> int:
        quickly()
        from hub.wiring.replay import replay

        return replay(
            file=args.file, kind=args.kind, mapping=args.mapping, speed=args.speed, port=args.port, data=args.data
        )

    verb.set_defaults(run=run)
