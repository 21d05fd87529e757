"""``hub verify``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.settings import Settings
from hub.verbs.settle import settled
from hub.verbs.shape import Add

_MORE = """\
Walks the audit from its first entry to its last: every entry against the one before it, the newest ones against the
anchors on the log (and in a file: lines of an entry's number and its mac, or the 12 digits a hand-over sheet prints),
the facts that came of decisions against their hash. Needs no server, works beside one, changes nothing.

Without --data and --store: ./hub-data (hub demo), else ./hub-serve. The key: audit.key beside the SQLite file, or
audit_key in the settings file, or HUB_AUDIT_KEY.
exit code: 0 as it was written, 1 broken, 2 cannot be checked
"""


def register(add: Add) -> None:
    """Add the verb."""
    verb = add("verify", "Is the audit as it was written? Names the first entry that is not.", _MORE)
    verb.add_argument("--data", type=Path, metavar="DIR", help="the hub's data folder")
    verb.add_argument("--store", metavar="URL", help="the hub's database, when it is not in the data folder")
    verb.add_argument("--log", metavar="URL", help="the log with the anchors (default: the one in the data folder)")
    verb.add_argument("--anchors", type=Path, metavar="FILE", help="more anchors, for example from paper")
    verb.add_argument("--settings", type=Path, metavar="FILE", help="settings and passwords, TOML")
    verb.add_argument("--json", dest="as_json", action="store_true", help="for programs")

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _verify(settings, args))

    verb.set_defaults(run=run)


def _verify(settings: Settings, args: argparse.Namespace) -> int:
    from hub.wiring.verify import verify

    return verify(settings=settings, data=args.data, anchors=args.anchors, as_json=args.as_json)
