"""``hub doctor``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.settings import Settings
from hub.verbs.settle import settled
from hub.verbs.shape import Add

_MORE = """\
Looks at Python and packages, memory, data folder, port, pages, font, basemap, log and database; changes nothing, and
takes ten seconds at most. Without --log and --store: the files in the data folder (./hub-data, else ./hub-serve).
exit code: 0 all ok, 1 something to know (warning), 2 something is wrong (failure)
"""


def register(add: Add) -> None:
    """Add the verb."""
    verb = add("doctor", "Is everything there that a hub needs? Says what to do when it is not.", _MORE)
    verb.add_argument("--log", metavar="URL", help="the log, as for serve")
    verb.add_argument("--store", metavar="URL", help="the database, as for serve")
    verb.add_argument("--data", type=Path, metavar="DIR", help="the data folder")
    verb.add_argument("--port", type=int, default=8050, help="the port of the pages (default 8050)")
    verb.add_argument("--ground", type=Path, metavar="FILE", help="the basemap, as for serve")
    verb.add_argument("--settings", type=Path, metavar="FILE", help="settings and passwords, TOML")
    verb.add_argument("--json", dest="as_json", action="store_true", help="for programs")

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _doctor(settings, args))

    verb.set_defaults(run=run)


def _doctor(settings: Settings, args: argparse.Namespace) -> int:
    from hub.wiring.doctor import doctor

    return doctor(settings=settings, data=args.data, port=args.port, ground=args.ground, as_json=args.as_json)
