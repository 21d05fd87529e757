"""What is asked and what is proposed, as values that go out as JSON. Must not know where rows come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.field import DroneMode, UnitKind
from hub.domain.model import Count, Instant, Key, Position, Priority, Text
from hub.health import Look

Many = Annotated[int, Meta(ge=1, le=50)]
Seconds = Annotated[float, Meta(gt=0, le=172_800)]
Of = Literal["units", "drones"]
Service = Literal["police", "fire", "medical"]
Code = Literal[
    "off_duty", "already_there", "busy", "on_task", "wrong_kind", "wrong_team", "no_position", "lost_position",
    "no_place", "too_late", "outranked", "battery", "battery_unknown", "link",
]  # fmt: skip
"""Why a candidate was not proposed. ``outranked``: it could go, but enough others are there sooner."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what is needed: ``count`` units of any of ``units``, on the spot ``within_s`` seconds from now.

    ``team``: only units of that team (in either language), for a speciality that the kind does not say.
    """

    title: Text
    count: Many
    units: Annotated[tuple[UnitKind, ...], Meta(min_length=1)]
    within_s: Seconds | None = None
    team: str | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A whole question. ``subject``: (table, id) it is about. ``where``: ``None`` is unknown, and then nobody can be
    proposed. ``template``: key of the template the needs came from. ``by``: a deadline that holds for every need and
    every drone. ``known_centres``: centres that are in it already (who found it, who owns it).
    """

    needs: tuple[Need, ...] = ()
    drones: Count = 0
    drones_within_s: Seconds | None = None
    where: Position | None = None
    priority: Priority = 4
    template: str = "other"
    subject: tuple[Key, Key] | None = None
    by: Instant | None = None
    known_centres: tuple[Key, ...] = ()


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the district for which cover is counted; ``position``: its middle."""

    name: Text
    position: Position


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """A centre as the recommender sees it. ``joins``: template key → what it would do there. ``look``: of its topic."""

    name: Key
    title: Text
    joins: Mapping[str, Text] = {}
    look: Look = "fresh"


class Instead(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is there ``later_s`` seconds later and leaves fewer places bare: for a person to weigh."""

    id: Key
    call_sign: Key
    eta_s: Count
    later_s: Count
    bares: tuple[Text, ...]
    reason: Text


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a drone's energy is enough, minutes. ``left``: flying time; ``estimated``: worked out from the battery
    because the drone does not say it. ``home``: the longest the way home from there can be. ``station``: what remains.
    """

    mode: DroneMode
    left: float
    there: float
    home: float
    station: float
    estimated: bool
    battery_pct: float | None
    link: int | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or drone that is proposed. ``line``: index of the need (``None`` for drones); ``rank``: from 1 within it.

    ``age_s``: how old the position is from which it was reckoned, seconds; ``look``: what that means (``stale`` is also
    said in ``reason``). ``told_s``: how old its status is. ``bares``: places that nobody of its service reaches in time
    any more once it has gone.
    """

    of: Of
    id: Key
    call_sign: Key
    kind: str
    line: int | None
    rank: int
    distance_m: Count
    eta_s: Count
    age_s: float
    look: Look
    told_s: float
    reason: Text
    bares: tuple[Text, ...] = ()
    instead: Instead | None = None
    flight: Flight | None = None


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that is not proposed, and why. Distance and time stand where they could be reckoned."""

    of: Of
    id: Key
    call_sign: Key
    kind: str
    code: Code
    reason: Text
    line: int | None = None
    distance_m: Count | None = None
    eta_s: Count | None = None
    age_s: float | None = None
    look: Look | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a need: ``asked`` = ``already`` (there or on the way) + ``chosen`` + ``missing``, always."""

    title: Text
    units: tuple[str, ...]
    asked: Count
    already: Count
    chosen: Count
    missing: Count


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """What cannot be filled. ``why``: how many candidates failed for which reason; ``nearest``: the one that would be
    there first of those that are too late, with its time.
    """

    line: int | None
    title: Text
    missing: Count
    reason: Text
    why: Mapping[str, int]
    nearest: Key | None = None
    nearest_eta_s: Count | None = None


class Thin(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that loses some of the free units that reach it: how many there were and are left (0: bare)."""

    name: Text
    before: Count
    after: Count


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the district a service's free units reach within ``target_s``, before and after the choices go.

    Shares of cells, 0..1 (``None`` without cells). ``sure_before``, ``sure_after``: the same, discounted by the chance
    that every unit in reach is busy when the next call comes (``busy``). ``bare``: cells that become bare;
    ``bare_before``: that are bare anyhow; ``thin``: the few that lose somebody and are left with fewest.
    ``free``: units counted; ``left_out``: free units not counted because their position is too old.
    """

    service: Service
    target_s: Seconds
    cells: Count
    free: Count
    left_out: Count
    busy: float
    before: float | None
    after: float | None
    sure_before: float | None
    sure_after: float | None
    bare: tuple[Text, ...]
    bare_before: tuple[Text, ...]
    thin: tuple[Thin, ...] = ()


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a centre should be in it, and why (not)."""

    name: Key
    title: Text
    joins: bool
    reason: Text
    look: Look


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the recommender says. ``id``: a hash of everything it was reckoned from, so an answer can name it.

    Every unit of the picture is in ``choices`` or in ``rejected``, once; drones too, when a drone is asked for.
    ``not_known``: what was left out of account.
    """

    id: Key
    at: Instant
    ask: Ask
    title: Text
    lines: tuple[Line, ...]
    choices: tuple[Choice, ...]
    rejected: tuple[Rejected, ...]
    shortfalls: tuple[Shortfall, ...]
    cover: tuple[Cover, ...]
    centres: tuple[Joining, ...]
    not_known: tuple[Text, ...]
