"""Plays story files: resolves their words against the ground and gives facts, assignments and flights in a window.

A round of a story is computed once and kept; ids carry the round, so two rounds never meet. It knows no story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import cos, radians, sin
from typing import Any

import msgspec

from hub.domain.events import Emission
from hub.domain.model import Text, instant
from hub.errors import HubError
from hub.field.ground import Point, shifted
from hub.field.roads import stretches
from hub.field.script import Flying, Script, Sending, Step, Story, offset_s
from hub.field.world import HOUR, UTC_OFFSET, World, rev_at

_LEAD_IN_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """Units of a story on their way to, at and back from a point; times in epoch seconds."""

    units: tuple[str, ...]
    incident: str
    point: Point
    leave: float
    arrive: float
    until: float


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """A story's drone over a point; times in epoch seconds."""

    drone: str
    point: Point
    leave: float
    until: float
    mission: Text
    incident: str | None
    relay: bool
    announcement: Text | None
    announce: tuple[float, float]
    finding: Text | None


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """One round of a story: all it says. ``held``: entities it speaks for, with the time from first to last word."""

    facts: tuple[Emission, ...]
    sent: tuple[Sent, ...]
    flights: tuple[Flight, ...]
    held: Mapping[str, tuple[float, float]]


def rounds(world: World, script: Script, start: float, end: float) -> Iterator[Round]:
    """Every round that may say or move something with start < time <= end, in the order of the files."""
    for index, story in enumerate(script.stories):
        first = world.anchor + offset_s(story.offset)
        period = story.period_h * HOUR
        n = max(0, int((start - first) // period) - 1)
        while first + n * period <= end:
            if first + (n + 1) * period > start:
                yield _round(world, script, index, n)
            n += 1


@lru_cache(maxsize=64)
def _round(world: World, script: Script, index: int, n: int) -> Round:
    story = script.stories[index]
    begin = world.anchor + offset_s(story.offset) + n * story.period_h * HOUR
    player = _Player(
        world, script, story, begin, {**_labels(begin, story.period_h), "seq": f"{18 + n * 6 + index:03d}"}
    )
    facts = sorted(player.facts(), key=lambda e: e.at)
    held: dict[str, tuple[float, float]] = {}
    for fact in facts:
        held[fact.data.id] = (held.get(fact.data.id, (fact.at, 0.0))[0], fact.at)
    return Round(
        tuple(facts),
        tuple(player.sent(sending) for sending in story.sending),
        tuple(player.flight(flying) for flying in story.flying),
        held,
    )


def _labels(begin: float, period_h: float) -> dict[str, str]:
    """``round``: month, day and a letter for the part of the day; ``yy``: year. Unique for a year."""
    local = instant(begin) + timedelta(seconds=UTC_OFFSET)
    letter = "ABCDEFGHIJKLMNOPQRSTUVWX"[int((begin + UTC_OFFSET) % 86400 // min(24 * HOUR, period_h * HOUR)) % 24]
    return {"round": f"{local:%m%d}{letter}", "yy": f"{local:%y}"}


class _Player:
    """Resolves the words of one round."""

    def __init__(self, world: World, script: Script, story: Story, begin: float, labels: dict[str, str]) -> None:
        self._world, self._script, self._story, self._begin, self._labels = world, script, story, begin, labels

    def facts(self) -> Iterator[Emission]:
        steps = self._story.steps()
        state: dict[str, dict[str, Any]] = {}
        for number, step in enumerate(steps):
            key = self._word(step.id)
            state[key] = _merged(state.get(key, {}), {k: self._value(v) for k, v in step.set.items()})
            last = next((later for later in steps[number + 1 :] if self._word(later.id) == key), None)
            for at in self._times(step, last):
                yield self._emission(step, key, state[key], at)

    def _times(self, step: Step, following: Step | None) -> Iterator[float]:
        at = self._begin + offset_s(step.at)
        yield at
        if step.every is None:
            return
        stop = step.until or (following.at if following is not None else None)
        if stop is None:
            raise self._wrong(step, "'every' needs 'until' or a later step of the same id")
        while (at := at + offset_s(step.every)) < self._begin + offset_s(stop):
            yield at

    def _emission(self, step: Step, key: str, fields: Mapping[str, Any], at: float) -> Emission:
        try:
            fact = msgspec.convert({**fields, "id": key, "rev": rev_at(at)}, self._script.types[step.type])
        except msgspec.ValidationError as error:
            raise self._wrong(step, str(error)) from error
        return Emission(
            topic=self._word(step.topic),
            source=self._word(step.source),
            type=step.type,
            at=at,
            data=fact,
            correlation=f"{self._story.id}-{self._labels['round']}",
        )

    def _wrong(self, step: Step, why: str) -> HubError:
        return HubError(
            f"story {self._story.id}, step {step.at} {step.id} ({step.type}): {why}; correct the story file"
        )

    def sent(self, sending: Sending) -> Sent:
        """Absolute times and the point of a sending."""
        begin = self._begin
        return Sent(
            sending.units,
            self._word(sending.incident),
            self.point(sending.place),
            begin + offset_s(sending.leave),
            begin + offset_s(sending.arrive),
            begin + offset_s(sending.until),
        )

    def flight(self, flying: Flying) -> Flight:
        """Absolute times and the point of a flight."""
        begin, until = self._begin, self._begin + offset_s(flying.until)
        return Flight(
            flying.drone,
            self.point(flying.place),
            begin + offset_s(flying.leave),
            until,
            flying.mission,
            None if flying.incident is None else self._word(flying.incident),
            flying.relay,
            flying.announcement,
            (
                begin + offset_s(flying.announce_from or flying.leave),
                begin + offset_s(flying.announce_until) if flying.announce_until else until,
            ),
            flying.finding,
        )

    def _word(self, text: str) -> str:
        for name, value in self._labels.items():
            text = text.replace("{" + name + "}", value)
        return text

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, str):
            return value
        if len(value) == 9 and value[0] == "+" and value[3] == value[6] == ":":
            return instant(self._begin + offset_s(value))
        return self._reference(value[1:]) if value.startswith("@") else self._word(value)

    def _reference(self, text: str) -> Any:
        """``@at:PLACE``, ``@near:PLACE``, ``@name:PLACE``, ``@road:ID``, ``@sector:PLACE:K/N:METRES``; a PLACE may
        carry an offset in metres east and north, ``tower+80-40``.
        """
        what, _, rest = text.partition(":")
        if what == "at":
            return _position(self.point(rest))
        if what == "near":
            return msgspec.to_builtins(self._world.district.near(self.point(rest)))
        if what == "name":
            return msgspec.to_builtins(self._world.district.place(rest).name)
        if what == "road":
            return [_position(point) for point in stretches(self._world)[rest].path.points]
        if what == "sector":
            place, share, size = rest.split(":")
            k, n = share.split("/")
            return [_position(point) for point in _sector(self.point(place), int(k), int(n), float(size))]
        raise HubError(f"story {self._story.id}: @{text} is not a reference; use @at, @near, @name, @road or @sector")

    def point(self, text: str) -> Point:
        """A place of the district, with an offset in metres when one is given."""
        cut = min((i for i, letter in enumerate(text) if letter in "+-"), default=len(text))
        place, shift = text[:cut], text[cut:]
        try:
            base = self._world.district.place(place).point
        except KeyError:
            raise HubError(f"story {self._story.id}: the district has no place {place!r}") from None
        if not shift:
            return base
        second = max(shift.rfind("+"), shift.rfind("-"))
        return shifted(base, float(shift[:second]), float(shift[second:]))


def _merged(before: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(before)
    for name, value in fields.items():
        if name.endswith("+"):
            out[name[:-1]] = [*out.get(name[:-1], ()), *value]
        else:
            out[name] = value
    return out


def _position(point: Point) -> dict[str, Any]:
    return {"lon": point[0], "lat": point[1], "frame": "WGS84"}


def _sector(centre: Point, k: int, n: int, size_m: float) -> list[Point]:
    """The k-th of n slices (1..n) of a circle, closed."""
    arc = [360.0 * (k - 1 + step / 4) / n for step in range(5)]
    rim = [shifted(centre, size_m * sin(radians(a)), size_m * cos(radians(a))) for a in reversed(arc)]
    return [centre, *rim, centre]


def facts(world: World, script: Script, start: float, end: float) -> list[Emission]:
    """What the stories say with start < time <= end."""
    return [e for played in rounds(world, script, start, end) for e in played.facts if start < e.at <= end]


def held(world: World, script: Script, start: float, end: float) -> dict[str, list[tuple[float, float]]]:
    """Entity id → times during which a story speaks for it, so that the ordinary simulator keeps silent."""
    out: dict[str, list[tuple[float, float]]] = {}
    for played in rounds(world, script, start, end):
        for key, (first, last) in played.held.items():
            out.setdefault(key, []).append((first - _LEAD_IN_S, last + _LEAD_IN_S))
    return out
