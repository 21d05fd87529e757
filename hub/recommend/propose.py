"""The whole answer to one question: units, drones, centres, cover before and after, and what was not known."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from hub.domain.field import UnitKind
from hub.domain.model import Text, instant
from hub.recommend import words
from hub.recommend.board import Board, placed
from hub.recommend.cover import Post, Standing, cover, standing
from hub.recommend.drones import Sent, send
from hub.recommend.fleet import Fleet, muster
from hub.recommend.model import Ask, Choice, Cover, Joining, Partner, Proposal, Service
from hub.recommend.rank import choices, draw
from hub.recommend.settings import Settings

ID_BYTES = 12
_encode = msgspec.json.Encoder(order="deterministic").encode


def propose(board: Board, ask: Ask, title: Text, now: float, settings: Settings) -> Proposal:
    """What could be done. The same arguments give the same proposal, byte for byte; ``now``: epoch seconds.

    Raises ``ValueError`` when the place asked about is not a WGS84 position on the earth.
    """
    if ask.where is not None and placed(ask.where) is None:
        raise ValueError("the place must be a WGS84 position on the earth")
    fleet = muster(board, ask, settings, now)
    drawn = draw(fleet, ask, now)
    standings = _standings(fleet, ask, board, settings)
    units = choices(drawn, standings, board.cells, settings)
    flown = send(board, ask, settings, now)
    return Proposal(
        id=_id(board, ask, now, settings),
        at=instant(now),
        ask=ask,
        title=title,
        lines=(*drawn.lines, *flown.lines),
        choices=(*units, *flown.choices),
        rejected=(*sorted((*fleet.out, *drawn.rejected), key=lambda r: r.id), *flown.rejected),
        shortfalls=(*drawn.shortfalls, *flown.shortfalls),
        cover=_covers(standings, units, fleet, board, settings),
        centres=tuple(_joining(partner, ask) for partner in board.partners),
        not_known=_not_known(ask, flown, board),
    )


def _standings(fleet: Fleet, ask: Ask, board: Board, settings: Settings) -> dict[str, Standing]:
    """The cover of every service that is asked to give somebody away."""
    posts = [
        Post(id=r.unit.id, kind=r.unit.kind, position=r.position, fresh=r.look in ("fresh", "late"))
        for r in fleet.ready
    ]
    return {service: standing(posts, service, board.cells, settings) for service in _services(ask, settings)}


def _services(ask: Ask, settings: Settings) -> list[Service]:
    kinds: list[UnitKind] = [kind for need in ask.needs for kind in need.units]
    return list(dict.fromkeys(settings.services[kind] for kind in kinds if kind in settings.services))


def _covers(
    standings: dict[str, Standing], units: tuple[Choice, ...], fleet: Fleet, board: Board, settings: Settings
) -> tuple[Cover, ...]:
    leaving = [choice.id for choice in units]
    out = []
    for service, held in standings.items():
        mine = {kind for kind, of in settings.services.items() if of == service}
        free = sum(r.unit.kind in mine for r in fleet.ready)
        busy = sum(count for kind, count in fleet.busy.items() if kind in mine)
        out.append(cover(held, leaving, busy / (free + busy) if free + busy else 0.0, board.cells, settings))
    return tuple(out)


def _joining(partner: Partner, ask: Ask) -> Joining:
    """A centre joins when it has the matter in hand, or its own list says so for matters of this kind."""
    reason = words.KNOWN_CENTRE if partner.name in ask.known_centres else partner.joins.get(ask.template)
    said = words.NOT_IN_LIST if reason is None else words.together(reason, words.silent(partner.look))
    return Joining(name=partner.name, title=partner.title, joins=reason is not None, reason=said, look=partner.look)


def _not_known(ask: Ask, flown: Sent, board: Board) -> tuple[Text, ...]:
    out = [words.NO_PLACE] if ask.where is None else []
    if ask.needs:
        out += [words.STREETS, words.CREWS]
        out += [] if board.cells else [words.NO_CELLS]
    return (*out, words.AIRSPACE) if flown.lines else tuple(out)


def _id(board: Board, ask: Ask, now: float, settings: Settings) -> str:
    """A hash of the question, the moment, the settings and every row that was looked at."""
    rows = [
        [(key, seen.at, seen.told, seen.fact) for key, seen in sorted(board.units.items())],
        [(key, seen.at, seen.told, seen.fact) for key, seen in sorted(board.drones.items())],
    ]
    held = [sorted(board.incident_of.items()), sorted(board.tasks_of.items()), sorted(board.numbers.items())]
    raw = _encode([ask, round(now, 3), _plain(settings), rows, held, board.cells, board.partners])
    return f"R-{blake2b(raw, digest_size=ID_BYTES).hexdigest()}"


def _plain(settings: Settings) -> dict[str, object]:
    """The settings with read-only tables as plain ones, which is what the encoder takes."""
    plain = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return plain | {name: dict(plain[name]) for name in ("paces", "services", "targets")}
