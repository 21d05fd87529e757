"""A day of protective security: posts relieved in turn, crowds that swell in the evening, alarms that mostly are wind.

A pure function of the window: no clock, no state, no chance but ``world.rng(name)``. Must not know folds or panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sin

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import spoken
from hub.field.world import World, arrivals, local_hour, rev_at, ticks, within

from .events import (
    Agency,
    AlarmCause,
    AlarmKind,
    AlarmState,
    CrowdZone,
    Level,
    LevelReason,
    PlaceName,
    Post,
    PostKind,
    PostState,
    ProtectionLevel,
    SiteAlarm,
    ZoneKind,
    ZoneState,
)
from .plans import plans
from .voice import RESTATE_S, beside, named, signed

POSTS, ZONES, SITES = 12, 8, 4
POST_S, ZONE_S, LEVEL_S = 5.0, 7.0, 24.0  # one thing of each sort speaks this often, in turn
SHIFT_S = 1800.0
LEVEL_BLOCK_S = 6 * 3600.0
ALARM_LIFE_S = 3600.0
LEVELS: tuple[Level, ...] = ("blue", "yellow", "orange", "red")
REASONS: tuple[LevelReason, ...] = ("routine", "holiday", "major_event", "weather")
POST_KINDS: tuple[PostKind, ...] = ("post", "checkpoint", "joint")
AGENCIES: tuple[tuple[Agency, ...], ...] = (("police",), ("police", "guard"), ("police", "traffic", "urban", "medical"))
ZONE_KINDS: tuple[ZoneKind, ...] = ("entrance", "stand", "square", "corridor", "platform")
ALARM_KINDS: tuple[AlarmKind, ...] = ("perimeter", "gate_held", "gate_forced", "intercom", "power")
ALARM_CAUSES: tuple[AlarmCause, ...] = ("weather", "animal", "works", "fault", "drill", "intrusion")
ALARM_STEPS: tuple[AlarmState, ...] = ("raised", "acknowledged", "cleared")


def simulate(world: World, start: float, end: float) -> list[Emission]:
    """Facts with start < time <= end, in time order."""
    said = (
        *_posts(world, start, end),
        *_zones(world, start, end),
        *_levels(world, start, end),
        *_alarms(world, start, end),
        *plans(world, start, end),
    )
    return within(said, start, end)


def _posts(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, POST_S):
        n = round(t / POST_S) % POSTS
        kind = POST_KINDS[n % 3]
        state, since = _manning(world, n, t)
        planned = (4, 6, 8)[n % 3]
        post = Post(
            id=f"{('PO', 'CP', 'JD')[n % 3]}-{n + 1:02d}",
            rev=rev_at(t),
            kind=kind,
            state=state,
            place=named(world, n),
            position=beside(world, n, 0.0007),
            staff={"manned": planned, "relief": planned // 2, "unmanned": 0}[state],
            staff_planned=planned,
            agencies=AGENCIES[n % 3],
            since_at=instant(since),
        )
        yield signed("duty_post.reported", t, post)


def _manning(world: World, n: int, t: float) -> tuple[PostState, float]:
    """State of a post and since when: at the start of a shift a relief takes some minutes; rarely nobody comes."""
    shift = t // SHIFT_S * SHIFT_S
    rng = world.rng("protective.shift", n, shift)
    chance, minutes = rng.random(), rng.uniform(120, 540)
    if t >= shift + minutes or chance > 0.12:
        return "manned", shift + minutes if chance <= 0.12 else shift
    return ("unmanned" if chance < 0.03 else "relief"), shift


def _zones(world: World, start: float, end: float) -> Iterator[Emission]:
    for t in ticks(start, end, ZONE_S):
        n = round(t / ZONE_S) % ZONES
        capacity = (800, 3000, 5000, 600, 1200)[n % 5]
        load = _load(world, n, t)
        count = round(capacity * load)
        zone = CrowdZone(
            id=f"CZ-{n + 1:02d}",
            rev=rev_at(t),
            kind=ZONE_KINDS[n % 5],
            state=zone_state(count, capacity),
            place=named(world, n // 2),
            position=beside(world, n // 2, 0.0004 * (1 + n % 2)),
            count=count,
            capacity=capacity,
            net_per_min=round((load - _load(world, n, t - 60)) * capacity, 1),
        )
        yield signed("crowd_zone.counted", t, zone)


def zone_state(count: int, capacity: int) -> ZoneState:
    """What a count means against a capacity: busy from 60 %, near from 85 %, over above 100 %."""
    load = count / capacity
    if load > 1:
        return "over"
    return "near" if load >= 0.85 else "busy" if load >= 0.6 else "normal"


def _load(world: World, n: int, t: float) -> float:
    """Fraction of capacity: an afternoon hill, a higher evening one that differs from day to day, and a swell."""
    hour = local_hour(t)
    height = world.rng("protective.crowd", n, int((t + 8 * 3600) // 86400)).uniform(0.35, 0.85)
    evening = height * exp(-(((hour - 19.5) / 2.6) ** 2))
    afternoon = 0.4 * exp(-(((hour - 14) / 3.5) ** 2))
    return max(0.01, 0.04 + evening + afternoon + 0.03 * sin(t / 240 + n))


def _levels(world: World, start: float, end: float) -> Iterator[Emission]:
    """Entity 0 is the district, the others key sites. Changes speak at once, all are stated in turn."""
    for t in ticks(start, end, LEVEL_S):
        n = round(t / LEVEL_S) % (SITES + 1)
        yield signed("protection_level.stated", t, _level(world, n, t))
    for change in ticks(start - 60, end, LEVEL_BLOCK_S):
        for n in range(SITES + 1):
            now, before = LEVELS.index(_in_force(world, n, change)), LEVELS.index(_in_force(world, n, change - 1))
            t = change + 7.0 * n + 1.5
            if now != before:
                verb = "raised" if now > before else "lowered"
                yield signed(f"protection_level.{verb}", t, _level(world, n, t))


def _in_force(world: World, n: int, t: float) -> Level:
    chance = world.rng("protective.level", n, t // LEVEL_BLOCK_S).random()
    return LEVELS[0 if chance < 0.55 else 1 if chance < 0.85 else 2 if chance < 0.98 else 3]


def _level(world: World, n: int, t: float) -> ProtectionLevel:
    now = _in_force(world, n, t)
    block = t // LEVEL_BLOCK_S * LEVEL_BLOCK_S
    since, floor = block, block - 12 * LEVEL_BLOCK_S
    while since > floor and _in_force(world, n, since - 1) == now:
        since -= LEVEL_BLOCK_S
    before = _in_force(world, n, since - 1)
    return ProtectionLevel(
        id="LV-00" if n == 0 else f"LV-{n:02d}",
        rev=rev_at(t),
        kind="district" if n == 0 else "site",
        state=now,
        place=PlaceName(world.district.name.zh, world.district.name.en) if n == 0 else named(world, 2 * n + 1),
        position=None if n == 0 else beside(world, 2 * n + 1, 0.0),
        since_at=instant(since),
        reason="routine" if now == "blue" else world.rng("protective.why", n, since).choice(REASONS[1:]),
        previous=before if before != now else None,
    )


def _alarms(world: World, start: float, end: float) -> Iterator[Emission]:
    for raised, number, rng in arrivals(world, "protective.alarms", start - ALARM_LIFE_S, end, 5.0, steady=True):
        site = rng.randrange(1, SITES + 1)
        kind = rng.choices(ALARM_KINDS, (5, 4, 1, 2, 1))[0]
        cause = rng.choices(ALARM_CAUSES, (6, 4, 3, 4, 2, 1))[0]
        seen = raised + rng.uniform(15, 150)
        times = (raised, seen, seen + rng.uniform(180, 2400))
        for t, step in spoken(times, start, end, RESTATE_S):
            alarm = SiteAlarm(
                id=f"SA-{number}",
                rev=rev_at(t),
                kind=kind,
                state=ALARM_STEPS[step],
                site=f"KS-{site:02d}",
                place=named(world, 2 * site + 1),
                position=beside(world, 2 * site + 1, 0.0003),
                raised_at=instant(raised),
                acknowledged_at=instant(seen) if step >= 1 else None,
                cleared_at=instant(times[2]) if step == 2 else None,
                cause=cause if step == 2 else None,
            )
            yield signed(f"site_alarm.{ALARM_STEPS[step]}", t, alarm)
