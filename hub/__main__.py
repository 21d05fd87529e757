"""The verbs. Parses what was typed and hands it to ``hub.wiring``; a HubError is one line and exit code 2."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from hub import __version__
from hub.errors import HubError

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
_DATA = Path("hub-data")


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


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hub",
        description="One hub, six centres: the live wall of a district command hub.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"hub {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    _demo(verbs)
    _serve(verbs)
    _simulate(verbs)
    _replay(verbs)
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, more: str
) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name, help=what, description=what, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _demo(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(
        verbs,
        "demo",
        "A district at work in one process: synthetic field, six centres, six stories.",
        "Everything is kept in the data folder; a second start goes on from where it was.\n"
        "next: open the printed address, then try 'hub demo --speed 20'.",
    )
    _common(verb, _DATA)
    verb.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="hub seconds per second (default 1)")
    verb.add_argument("--seed", type=int, default=1, help="another seed is another district (default 1)")

    def run(args: argparse.Namespace) -> int:
        from hub.wiring import demo

        return demo(port=args.port, data=args.data, speed=args.speed, seed=args.seed)

    verb.set_defaults(run=run)


def _serve(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(
        verbs,
        "serve",
        "The wall over the topics of a real log (Apache Kafka).",
        "next: 'hub simulate --log kafka://HOST:PORT' in another terminal gives it something to show.",
    )
    verb.add_argument("--log", required=True, metavar="URL", help="kafka://HOST:PORT[,HOST:PORT] or sqlite:///FILE")
    verb.add_argument("--store", metavar="URL", help="database URL (default: SQLite in the data folder)")
    verb.add_argument(
        "--ground",
        choices=("demo", "none"),
        default="demo",
        help="demo: the invented district under simulated data (default); none: plain ground under real data",
    )
    verb.add_argument("--host", default="127.0.0.1", help="only loopback until sign-in exists (default 127.0.0.1)")
    _common(verb, Path("hub-serve"))

    def run(args: argparse.Namespace) -> int:
        from hub.wiring import serve

        return serve(log=args.log, store=args.store, ground=args.ground, host=args.host, port=args.port, data=args.data)

    verb.set_defaults(run=run)


def _simulate(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(
        verbs,
        "simulate",
        "Run the simulators as producers of their own.",
        "Without --centre: the field, the stories and every centre. With it: only those centres, so that six centres\n"
        "can be six processes ('--centre field' is the hub's own feed). All processes must share --seed and --since.\n"
        "next: 'hub serve --log URL' shows it.",
    )
    verb.add_argument("--log", required=True, metavar="URL", help="kafka://HOST:PORT or sqlite:///FILE")
    verb.add_argument("--centre", action="append", metavar="NAME", help="may be given several times")
    verb.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="hub seconds per second (default 1)")
    verb.add_argument("--seed", type=int, default=1, help="the district's seed (default 1)")
    verb.add_argument(
        "--since", metavar="TIME", help="when the stories begin, RFC 3339 (default: the last full hour, UTC)"
    )

    def run(args: argparse.Namespace) -> int:
        from hub.wiring import simulate

        return simulate(log=args.log, centres=args.centre, speed=args.speed, seed=args.seed, since=args.since)

    verb.set_defaults(run=run)


def _replay(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(
        verbs,
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
    verb.add_argument("--speed", type=_speed_or_max, default=None, metavar="N|max", help="default max")
    _common(verb, None)

    def run(args: argparse.Namespace) -> int:
        from hub.wiring import replay

        return replay(
            file=args.file, kind=args.kind, mapping=args.mapping, speed=args.speed, port=args.port, data=args.data
        )

    verb.set_defaults(run=run)


def _common(verb: argparse.ArgumentParser, data: Path | None) -> None:
    where = f"./{data}" if data else "./hub-data/replay-FILE-KIND"
    verb.add_argument("--port", type=int, default=8050, help="port on 127.0.0.1 (default 8050)")
    verb.add_argument("--data", type=Path, default=data, metavar="DIR", help=f"data folder (default {where})")


def _speed(text: str, most: float = 1000.0) -> float:
    try:
        speed = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < speed <= most:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {most:g}")
    return speed


def _speed_or_max(text: str) -> float | None:
    return None if text == "max" else _speed(text, most=1e6)


if __name__ == "__main__":
    raise SystemExit(main())
