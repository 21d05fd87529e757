"""What a sheet of paper says, as plain values. Made from the picture by ``gather``; must not know how it is drawn.

Incidents' free text (title, reason) and anything about a person have no field here, so no sheet can print them.
Times are epoch seconds, ages seconds, points (lon, lat) in degrees, WGS-84; ``None`` is "not known" or "not yet".
"""

from __future__ import annotations

import msgspec

from hub.domain.model import Text

Point = tuple[float, float]


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on every page: which state was printed, when, where and by whom.

    ``badge``: words of a mode that is not the real thing (demo, exercise, replay), ``None`` when the data are real.
    ``by``: account id; ``by_name``: what the account is called. ``utc_offset_min``: the hub's local time.
    """

    state_hash: str
    printed_at: float
    by: str
    by_name: Text
    district: Text
    badge: Text | None = None
    utc_offset_min: int = 480


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet is about: an operation, or an incident without one. ``id``: of the row; ``number``: as it is called.

    ``kind``, ``place``, ``priority``: of the incident. ``centres``: words for those that take part.
    """

    id: str
    number: str
    title: Text
    state: Text
    started_at: float
    closed_at: float | None = None
    incident: str | None = None
    kind: Text | None = None
    place: Text | None = None
    priority: int | None = None
    clue: str | None = None
    clue_title: Text | None = None
    centres: tuple[Text, ...] = ()
    results: tuple[Text, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One task as its list prints it. ``number``: its place in the whole list of the case, from 1.

    ``dropped``: refused, cancelled or expired, so that nobody does it.
    """

    id: str
    number: int
    title: Text
    assignee: Text
    state: Text
    issued_at: float
    unit: str | None = None
    accept_by: float | None = None
    due_at: float | None = None
    ended_at: float | None = None
    late: bool = False
    dropped: bool = False
    progress: float | None = None
    cause: Text | None = None
    result: Text | None = None
    results: tuple[Text, ...] = ()


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or drone of the case. ``ordered_at``, ``arrived_at``: from the incident or the task it was sent for.

    ``age_s``: how old what is known of it is at the time of printing.
    """

    id: str
    call_sign: str
    kind: Text
    status: Text
    age_s: float
    team: Text | None = None
    ordered_at: float | None = None
    arrived_at: float | None = None
    point: Point | None = None
    drone: bool = False
    notes: Text | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever gets a sheet of a task list: a team, a police type, a centre."""

    name: Text
    lines: tuple[Line, ...]
    resources: tuple[Resource, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a log: when, about what (``task T-1``), what happened, who did it (an account, or a fact's source).

    ``routine``: a delivery or the like, for the log alone.
    """

    at: float
    about: Text
    what: Text
    by: str
    detail: Text | None = None
    routine: bool = False


class Mark(msgspec.Struct, frozen=True):
    """A thing on the sketch. ``shape``: ``incident``, ``unit`` or ``drone``."""

    shape: str
    label: str
    point: Point


class Way(msgspec.Struct, frozen=True):
    """A street or the bank of a river."""

    line: tuple[Point, ...]
    name: Text


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """Geometry of a briefing's sketch: the district's ``outline``, its larger ``ways``, ``areas`` of tasks."""

    outline: tuple[Point, ...] = ()
    ways: tuple[Way, ...] = ()
    areas: tuple[tuple[Point, ...], ...] = ()
    marks: tuple[Mark, ...] = ()


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of need comes to. ``required``: ``None`` when nobody has said (left free for the pen).

    ``kinds``: any of them will do. ``have``: assigned to the case; ``free``: available in the district besides.
    """

    title: Text
    kinds: tuple[Text, ...]
    have: int
    free: int
    required: int | None = None

    @property
    def more(self) -> int | None:
        """How many are still needed; ``None`` while nobody said how many are required."""
        return None if self.required is None else max(0, self.required - self.have)


class TaskList(msgspec.Struct, frozen=True, kw_only=True):
    """任务清单, ICS-204: a sheet for each group."""

    stamp: Stamp
    case: Case
    groups: tuple[Group, ...]


class ActivityLog(msgspec.Struct, frozen=True, kw_only=True):
    """ICS-214: what happened, oldest first. ``cut``: how many older entries there are beyond what was read."""

    stamp: Stamp
    case: Case
    resources: tuple[Resource, ...]
    entries: tuple[Entry, ...]
    cut: int = 0


class Briefing(msgspec.Struct, frozen=True, kw_only=True):
    """ICS-201. ``groups`` are its organisation and, through their lines, its objectives; ``actions`` what happened.

    ``cut``: as in the log.
    """

    stamp: Stamp
    case: Case
    sketch: Sketch
    groups: tuple[Group, ...]
    actions: tuple[Entry, ...]
    resources: tuple[Resource, ...]
    cut: int = 0


class PlanningSheet(msgspec.Struct, frozen=True, kw_only=True):
    """ICS-215: what is needed, what is there, what is missing, by kind of resource."""

    stamp: Stamp
    case: Case
    groups: tuple[Group, ...]
    needs: tuple[Need, ...]


View = TaskList | ActivityLog | Briefing | PlanningSheet
