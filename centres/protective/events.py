"""Facts of protective security: protected events, posts, crowd zones, alarms of key sites, protection levels.

Can never be stored: a person, a belief, a group, an opinion or a message. Ids are short codes, places have bounded
names without long numbers, everything else is a number, a time, a position or one of a closed list of words.
Crowds are totals of a zone. Must not know panels or folds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from hub.domain.model import Fact, Instant, Position, Text
from hub.picture.rows import JSON, Table

NAME = "protective"
TOPIC = "centre.protective.events"
SOURCE = "/centre/protective/demo"

Code = Annotated[str, Meta(pattern=r"^[A-Z]{1,3}-[0-9]{2,4}(-[0-9]{1,4})?\Z")]
"""``CP-07``, ``EV-1123-2``: letters and at most two short numbers, so that no word and no long number fits."""
PlaceWord = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^(?!.*[0-9]{5})[^@<>{}\n\r]+\Z")]
Staff = Annotated[int, Meta(ge=0, le=2000)]
People = Annotated[int, Meta(ge=0, le=500_000)]
Capacity = Annotated[int, Meta(ge=10, le=500_000)]
PerMinute = Annotated[float, Meta(ge=-5000, le=5000)]

Level = Literal["red", "orange", "yellow", "blue"]
EventKind = Literal["conference", "match", "concert", "festival", "exam", "fair"]
EventState = Literal["planned", "ready", "running", "closed"]
PostKind = Literal["post", "checkpoint", "joint"]
PostState = Literal["manned", "relief", "unmanned"]
Agency = Literal["police", "traffic", "fire", "medical", "urban", "metro", "guard"]
ZoneKind = Literal["entrance", "stand", "square", "corridor", "platform"]
ZoneState = Literal["normal", "busy", "near", "over"]
AlarmKind = Literal["perimeter", "gate_forced", "gate_held", "intercom", "power"]
AlarmState = Literal["raised", "acknowledged", "cleared"]
AlarmCause = Literal["weather", "animal", "works", "fault", "intrusion", "drill"]
LevelKind = Literal["district", "site"]
LevelReason = Literal["routine", "holiday", "major_event", "weather", "exercise"]


class PlaceName(Text, frozen=True):
    """The public name of a place: short, one line, no run of five digits."""

    zh: PlaceWord
    en: PlaceWord


class ProtectedEvent(Fact, frozen=True, kw_only=True):
    """A protected event with its plan. ``posts``/``checkpoints``: planned; ``*_manned``: of those, manned now.

    ``expected``: visitors the organiser has applied for; ``capacity``: what the venue may hold.
    """

    id: Code
    kind: EventKind
    state: EventState
    level: Level
    place: PlaceName
    starts_at: Instant
    ends_at: Instant
    posts: Staff
    posts_manned: Staff
    checkpoints: Staff
    checkpoints_manned: Staff
    expected: People
    capacity: Capacity
    position: Position | None = None


class Post(Fact, frozen=True, kw_only=True):
    """A post, a checkpoint or a joint-duty post. ``staff``: how many stand there; ``agencies``: who sends them."""

    id: Code
    kind: PostKind
    state: PostState
    place: PlaceName
    staff: Staff
    staff_planned: Staff
    agencies: Annotated[tuple[Agency, ...], Meta(min_length=1, max_length=7)]
    since_at: Instant
    event: Code | None = None
    position: Position | None = None


class CrowdZone(Fact, frozen=True, kw_only=True):
    """People counted in a zone as one total. ``net_per_min``: change of the count per minute."""

    id: Code
    kind: ZoneKind
    state: ZoneState
    place: PlaceName
    count: People
    capacity: Capacity
    net_per_min: PerMinute | None = None
    position: Position | None = None


class SiteAlarm(Fact, frozen=True, kw_only=True):
    """A perimeter or access alarm of a key site. ``cause``: what it proved to be, ``None`` until it is cleared."""

    id: Code
    kind: AlarmKind
    state: AlarmState
    site: Code
    place: PlaceName
    raised_at: Instant
    acknowledged_at: Instant | None = None
    cleared_at: Instant | None = None
    cause: AlarmCause | None = None
    position: Position | None = None


class ProtectionLevel(Fact, frozen=True, kw_only=True):
    """The level in force for the district or a key site. ``state`` is the level; ``previous`` what it was before."""

    id: Code
    kind: LevelKind
    state: Level
    place: PlaceName
    since_at: Instant
    reason: LevelReason
    previous: Level | None = None
    position: Position | None = None


EVENTS: dict[str, type[Fact]] = {
    "cn.hub.protected_event.planned.v1": ProtectedEvent,
    "cn.hub.protected_event.readied.v1": ProtectedEvent,
    "cn.hub.protected_event.started.v1": ProtectedEvent,
    "cn.hub.protected_event.closed.v1": ProtectedEvent,
    "cn.hub.duty_post.reported.v1": Post,
    "cn.hub.crowd_zone.counted.v1": CrowdZone,
    "cn.hub.site_alarm.raised.v1": SiteAlarm,
    "cn.hub.site_alarm.acknowledged.v1": SiteAlarm,
    "cn.hub.site_alarm.cleared.v1": SiteAlarm,
    "cn.hub.protection_level.raised.v1": ProtectionLevel,
    "cn.hub.protection_level.lowered.v1": ProtectionLevel,
    "cn.hub.protection_level.stated.v1": ProtectionLevel,
}


def _off_the_map(fact: SiteAlarm) -> Mapping[str, JSON]:
    """A cleared alarm stays in the list and leaves the map."""
    return {"position": None} if fact.state == "cleared" else {}


TABLES = (
    Table(name="protective_posts", title=Text("岗位", "Posts"), data=Post, owner=NAME, expected_s=90.0),
    Table(name="protective_events", title=Text("安保活动", "Protected events"), data=ProtectedEvent, owner=NAME),
    Table(name="protective_zones", title=Text("人流区域", "Crowd zones"), data=CrowdZone, owner=NAME, expected_s=90.0),
    Table(
        name="protective_alarms",
        title=Text("重点部位告警", "Site alarms"),
        data=SiteAlarm,
        owner=NAME,
        derive=_off_the_map,
    ),
    Table(
        name="protective_levels", title=Text("防护等级", "Levels"), data=ProtectionLevel, owner=NAME, expected_s=150.0
    ),
)
