"""``hub dead-letters``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.settings import Settings
from hub.verbs.settle import settled
from hub.verbs.shape import Add

_MORE = """\
list     what was refused, grouped by reason
show     one in full: why, where, the field that does not fit and what it should hold, the record itself
replay   feed back, after mending: 'show PLACE --raw > fact.json', edit it, 'replay PLACE --with fact.json'; or many
         that the hub would take today, by --reason, --topic, --since. What would be refused again is not sent.

Without --data and --store: ./hub-data (hub demo), else ./hub-serve. It works while a hub is running on it; without one
it delivers by itself. Feeding the same record back twice changes nothing.
exit code of replay: 0, or 1 when something was not sent because it would be refused again
"""


def register(add: Add) -> None:
    """Add the verb."""
    verb = add("dead-letters", "Refused records: look at them, mend them, feed them back.", _MORE)
    verb.add_argument("what", choices=("list", "show", "replay"), metavar="WHAT", help="list, show or replay")
    verb.add_argument("place", nargs="*", metavar="PLACE", help="TOPIC/PARTITION/OFFSET, as list shows it")
    verb.add_argument("--topic", metavar="TOPIC", help="only those of this topic")
    verb.add_argument("--reason", metavar="TEXT", help="only those with these words in the reason")
    verb.add_argument("--since", metavar="TIME", help="only those refused then or later, RFC 3339")
    verb.add_argument("--with", dest="mended", type=Path, metavar="FILE", help="replay: the mended record")
    verb.add_argument("--dry-run", action="store_true", help="replay: only say what would be done")
    verb.add_argument("--raw", action="store_true", help="show: only the bytes of the record, for a file")
    verb.add_argument("--json", dest="as_json", action="store_true", help="for programs")
    verb.add_argument("--data", type=Path, metavar="DIR", help="the hub's data folder")
    verb.add_argument("--store", metavar="URL", help="the hub's database, when it is not in the data folder")
    verb.add_argument("--log", metavar="URL", help="replay: the log, when no server is running")
    verb.add_argument("--settings", type=Path, metavar="FILE", help="settings and passwords, TOML")

    def run(args: argparse.Namespace) -> int:
        return settled(args, lambda settings: _dead_letters(settings, args))

    verb.set_defaults(run=run)


def _dead_letters(settings: Settings, args: argparse.Namespace) -> int:
    from hub.settings import moment
    from hub.wiring import dead_letters as wiring

    since = moment(args.since) if args.since else None
    choice = wiring.Choice(places=wiring.places(args.place), topic=args.topic, reason=args.reason, since=since)
    if args.what == "list":
        return wiring.listed(data=args.data, settings=settings, choice=choice, as_json=args.as_json)
    if args.what == "show":
        return wiring.showed(data=args.data, settings=settings, choice=choice, as_json=args.as_json, raw=args.raw)
    return wiring.replayed(
        data=args.data,
        settings=settings,
        choice=choice,
        as_json=args.as_json,
        mended=args.mended,
        dry_run=args.dry_run,
    )
