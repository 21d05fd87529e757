"""``hub schema``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.verbs.shape import Add


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "schema",
        "What may be said on the topics: an AsyncAPI 3 document and JSON Schemas.",
        "Without --out the AsyncAPI document goes to the standard output. A running hub serves the same at\n"
        "/api/v1/schema and /api/v1/schema/TYPE.",
    )
    verb.add_argument("--out", type=Path, metavar="DIR", help="write asyncapi.json and one JSON Schema per event type")

    def run(args: argparse.Namespace) -> int:
        from hub.wiring.schema import schema

        return schema(out=args.out)

    verb.set_defaults(run=run)
