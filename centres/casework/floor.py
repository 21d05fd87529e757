"""The case-handling area as a floor plan, and its rules: who may stay where for how long, and what must be checked.

Zones are rooms of a building. There are no coordinates here, on purpose: a person in custody is in a zone or not.
Must not know facts or simulators.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hub.domain.model import Text

ZoneKey = Literal[
    "entry", "search", "medical", "waiting", "interview_east", "interview_west", "meeting", "rest", "exit",
]  # fmt: skip
ZoneKind = Literal["entry", "search", "medical", "waiting", "interview", "meeting", "rest", "exit"]
Stage = Literal["investigation", "prosecution", "trial"]

LONGEST_CUSTODY = timedelta(hours=24)
MINOR_CASE_LIMIT = timedelta(hours=48)
"""A minor case is investigated, prosecuted and tried within 48 hours of its opening."""
STAGE_LIMITS: dict[Stage, timedelta] = {
    "investigation": timedelta(hours=24),
    "prosecution": timedelta(hours=36),
    "trial": MINOR_CASE_LIMIT,
}
OFFICERS_PER_PERSON = 2
PLAN_WIDE, PLAN_HIGH = 12, 8
"""Cells of the plan's grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A zone. ``longest_min``: how long one may be in it; ``check_min``: how often an officer must look in.

    ``box``: where the plan draws it as (left, top, width, height) in cells of a 12 by 8 grid.
    """

    kind: ZoneKind
    title: Text
    capacity: int
    longest_min: int
    check_min: int
    box: tuple[int, int, int, int]


ROOMS: dict[ZoneKey, Room] = {
    "entry": Room(
        kind="entry", title=Text("入区登记", "Entry"), capacity=4, longest_min=20, check_min=10, box=(0, 0, 3, 2)
    ),
    "search": Room(
        kind="search", title=Text("安全检查", "Search"), capacity=4, longest_min=20, check_min=10, box=(0, 2, 3, 2)
    ),
    "medical": Room(
        kind="medical",
        title=Text("健康检查", "Medical check"),
        capacity=4,
        longest_min=30,
        check_min=10,
        box=(0, 4, 3, 2),
    ),
    "waiting": Room(
        kind="waiting",
        title=Text("候问区", "Waiting area"),
        capacity=8,
        longest_min=120,
        check_min=15,
        box=(3, 0, 5, 4),
    ),
    "interview_east": Room(
        kind="interview",
        title=Text("讯问区东", "Interview rooms east"),
        capacity=6,
        longest_min=180,
        check_min=30,
        box=(8, 0, 4, 2),
    ),
    "interview_west": Room(
        kind="interview",
        title=Text("讯问区西", "Interview rooms west"),
        capacity=6,
        longest_min=180,
        check_min=30,
        box=(8, 2, 4, 2),
    ),
    "meeting": Room(
        kind="meeting",
        title=Text("律师会见室", "Lawyer's meeting room"),
        capacity=2,
        longest_min=90,
        check_min=30,
        box=(3, 4, 3, 2),
    ),
    "rest": Room(
        kind="rest", title=Text("休息区", "Rest area"), capacity=6, longest_min=480, check_min=15, box=(6, 4, 6, 2)
    ),
    "exit": Room(
        kind="exit", title=Text("离区登记", "Exit"), capacity=4, longest_min=30, check_min=10, box=(0, 6, 12, 2)
    ),
}

_INSIDE: tuple[ZoneKey, ...] = (
    "waiting", "interview_east", "interview_west", "meeting", "rest", "medical", "exit",
)  # fmt: skip
NEXT: dict[ZoneKey, tuple[ZoneKey, ...]] = {
    "entry": ("search",),
    "search": ("medical",),
    "exit": (),
    **{zone: _INSIDE for zone in _INSIDE if zone != "exit"},
}
"""Where one may go next. Nobody gets past search and medical check, nobody comes back from the exit."""


def allowed(before: ZoneKey, after: ZoneKey) -> bool:
    """Whether a move is one the rules foresee; any other raises a wrong-zone alarm."""
    return after in NEXT[before]


def stay_until(zone: ZoneKey, since: datetime) -> datetime:
    """When a stay in a zone becomes an overstay."""
    return since + timedelta(minutes=ROOMS[zone].longest_min)


def next_check(zone: ZoneKey, last: datetime) -> datetime:
    """When the next look is due after the last one (or after coming in)."""
    return last + timedelta(minutes=ROOMS[zone].check_min)


def stage_due(opened: datetime, stage: Stage) -> datetime:
    """When a stage of a minor case must be over; for the trial that is the end of the 48 hours."""
    return opened + STAGE_LIMITS[stage]


def officers_needed(persons: int) -> int:
    """How many officers an escort needs: two for each person."""
    return OFFICERS_PER_PERSON * persons
