"""Which drone: the first to be over the place that has the energy to stay a while and still fly home.

The way home is reckoned as the way there plus the time home from where it is now: by the triangle inequality it is
never longer, and for a docked drone it is exact. What a drone does not say is unknown, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from hub.domain.field import Drone
from hub.domain.model import Text
from hub.health import Look
from hub.recommend import words
from hub.recommend.board import Board, Seen, placed
from hub.recommend.fleet import held_by_task
from hub.recommend.model import Ask, Choice, Code, Flight, Line, Rejected, Shortfall
from hub.recommend.rank import left_s
from hub.recommend.settings import Flying, Settings
from hub.recommend.ways import aged, distances

TITLE = Text("无人机", "Drone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """A drone that could fly there."""

    drone: Drone
    metres: float
    eta: int
    age_s: float
    look: Look
    told_s: float
    flight: Flight


Judged = Able | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the drones; all empty when none was asked for."""

    choices: tuple[Choice, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    lines: tuple[Line, ...] = ()


def send(board: Board, ask: Ask, settings: Settings, now: float) -> Sent:
    """Look at every drone once, if one is asked for."""
    if ask.drones == 0:
        return Sent()
    judged = [judge(board, seen, ask, settings, now) for _, seen in sorted(board.drones.items())]
    able = sorted((j for j in judged if isinstance(j, Able)), key=lambda a: (a.eta, a.drone.id))
    out = [j for j in judged if isinstance(j, Rejected)]
    already = min(ask.drones, sum(r.code == "already_there" for r in out))
    wanted = ask.drones - already
    left = [
        _refused(a.drone, "outranked", words.outranked(a.metres, a.eta, a.age_s, a.look, place), a)
        for place, a in enumerate(able[wanted:], wanted + 1)
    ]
    chosen = able[:wanted]
    missing = wanted - len(chosen)
    line = Line(title=TITLE, units=("drone",), asked=ask.drones, already=already, chosen=len(chosen), missing=missing)
    return Sent(
        choices=tuple(_choice(a, rank) for rank, a in enumerate(chosen, 1)),
        rejected=(*out, *left),
        shortfalls=(_shortfall(missing, out),) if missing else (),
        lines=(line,),
    )


def judge(board: Board, seen: Seen[Drone], ask: Ask, settings: Settings, now: float) -> Judged:
    """Whether a drone could do it: free, heard of, linked, with a place to fly to and the energy for it."""
    drone = seen.fact
    bound = _bound(board, drone, ask, settings.flying)
    if bound is not None:
        return _refused(drone, *bound)
    age, look = aged(seen.at, now, board.expected_s["drones"], settings)
    at = placed(drone.position)
    if at is None:
        return _refused(drone, "no_position", words.NO_POSITION)
    if look == "lost":
        return _refused(drone, "lost_position", words.lost(age))
    if ask.where is None:
        return _refused(drone, "no_place", words.NO_PLACE)
    metres = distances(ask.where)(at)
    flight = _flight(drone, metres, settings.flying)
    if isinstance(flight, Text):
        return _refused(drone, "battery_unknown", flight)
    eta = ceil(flight.there * 60)
    told = max(age, round(now - seen.told, 1))
    able = Able(drone=drone, metres=metres, eta=eta, age_s=age, look=look, told_s=told, flight=flight)
    if flight.station < settings.flying.least_station_min:
        wanted = flight.there + flight.home + settings.flying.least_station_min
        return _refused(drone, "battery", words.battery(flight.left, wanted, flight.estimated), able)
    limit = left_s(ask.drones_within_s, ask, now)
    if limit is not None and eta > limit:
        return _refused(drone, "too_late", words.too_late(eta, limit, age, look), able)
    return able


def _bound(board: Board, drone: Drone, ask: Ask, flying: Flying) -> tuple[Code, Text] | None:
    if drone.incident is not None:
        if ask.subject == ("incidents", drone.incident):
            return "already_there", words.ALREADY
        return "busy", words.busy("on_scene" if drone.mode == "on_station" else "en_route", drone.incident)
    if drone.mode == "lost_link":
        return "link", words.OUT_OF_LINK
    if drone.link is not None and drone.link < flying.least_link:
        return "link", words.weak_link(drone.link)
    if drone.mode not in ("docked", "returning") and drone.mission is not None:
        return "busy", words.on_mission(drone.mission)
    if drone.mode in ("takeoff", "landing"):
        return "busy", words.on_mission(None)
    return held_by_task(board, drone.id, ask)


def _flight(drone: Drone, metres: float, flying: Flying) -> Flight | Text:
    """The flight there, above, and home in minutes; or what is not known of it."""
    left, estimated = drone.minutes_left, False
    if left is None and drone.battery_pct is not None:
        usable = max(0.0, drone.battery_pct - flying.reserve_pct) / (100.0 - flying.reserve_pct)
        left, estimated = usable * flying.endurance_min, True
    if left is None:
        return words.NO_LIMIT
    home_now = 0.0 if drone.mode == "docked" else drone.home_minutes
    if home_now is None:
        return words.NO_HOME
    way = metres / flying.cruise_mps / 60.0
    there = way + (flying.takeoff_s / 60.0 if drone.mode == "docked" else 0.0)
    home = way + home_now
    return Flight(
        mode=drone.mode,
        left=round(left, 1),
        there=round(there, 2),
        home=round(home, 2),
        station=round(left - there - home, 1),
        estimated=estimated,
        battery_pct=drone.battery_pct,
        link=drone.link,
    )


def _choice(able: Able, rank: int) -> Choice:
    flight = able.flight
    return Choice(
        of="drones",
        id=able.drone.id,
        call_sign=able.drone.call_sign,
        kind="drone",
        line=None,
        rank=rank,
        distance_m=round(able.metres),
        eta_s=able.eta,
        age_s=able.age_s,
        look=able.look,
        told_s=able.told_s,
        reason=words.together(
            words.flying(able.metres, able.eta, flight.station, flight.home, able.age_s, able.look, flight.estimated),
            words.status(able.told_s),
        ),
        flight=flight,
    )


def _refused(drone: Drone, code: Code, reason: Text, able: Able | None = None) -> Rejected:
    return Rejected(
        of="drones",
        id=drone.id,
        call_sign=drone.call_sign,
        kind="drone",
        code=code,
        reason=reason,
        distance_m=None if able is None else round(able.metres),
        eta_s=None if able is None else able.eta,
        age_s=None if able is None else able.age_s,
        look=None if able is None else able.look,
    )


def _shortfall(missing: int, rejected: list[Rejected]) -> Shortfall:
    codes: list[str] = [r.code for r in rejected]
    why = {code: codes.count(code) for code in words.SHORT if code in codes and code != "already_there"}
    first = min((r for r in rejected if r.code == "too_late"), key=lambda r: (r.eta_s or 0, r.id), default=None)
    nearest = None if first is None or first.eta_s is None else (first.call_sign, first.eta_s)
    return Shortfall(
        line=None,
        title=TITLE,
        missing=missing,
        reason=words.missing(missing, why, nearest),
        why=why,
        nearest=None if first is None else first.id,
        nearest_eta_s=None if first is None else first.eta_s,
    )
