"""The verbs. Parses what was typed and hands it to ``hub.wiring``; a HubError is one line and exit code 2."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from hub import __version__
from hub.errors import HubError
from hub.verbs import ALL

_EPILOG = """\
start here:
  hub demo                            a district at work in one process; open the address it prints
  hub demo --speed 20                 the same, twenty times faster
  hub replay FILE --as incidents --map FIELDS.toml --speed 60
                                      play your own export (CSV, JSONL, GeoJSON) on the wall
  hub simulate --log kafka://HOST:PORT     the six centres and the field as Kafka producers
  hub serve --log kafka://HOST:PORT        the wall over real topics

'hub VERB --help' says more about each.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; gives the exit code: 0 fine, 2 wrong input or a thing that cannot be reached."""
    args = _parser().parse_args(argv)
    if args.verb is None:
        _parser().print_help()
        return 0
    signal.signal(signal.SIGTERM, _stop)  # a service manager's stop commits what is pending, as Ctrl+C does
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    try:
        return int(args.run(args))
    except HubError as error:
        sys.stderr.write(f"hub {args.verb}: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other refusal."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="hub",
        description="One hub, six centres: the live wall of a district command hub.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"hub {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")

    def add(name: str, what: str, more: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, help=what, description=what, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
        )

    for verb in ALL:
        verb.register(add)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
