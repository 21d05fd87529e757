"""Golden samples of protective security: for every type one record to take and one to refuse. Written by hand."""

from hub.centre import Sample

PLACE = '"place":{"zh":"样例广场","en":"Sample Square"}'
EVENT = f"""{{"id":"EV-0105-1","rev":3,"kind":"fair","state":"planned","level":"yellow",{PLACE},
"position":{{"lon":104.05,"lat":30.67,"frame":"WGS84"}},"starts_at":"2026-01-05T13:30:00+08:00",
"ends_at":"2026-01-05T17:30:00+08:00","posts":10,"posts_manned":0,"checkpoints":2,"checkpoints_manned":0,
"expected":5000,"capacity":8000}}"""
POST = f"""{{"id":"CP-02","rev":9,"kind":"joint","state":"manned",{PLACE},"staff":6,"staff_planned":6,
"agencies":["police","medical"],"since_at":"2026-01-05T08:00:00+08:00"}}"""
ZONE = f"""{{"id":"CZ-01","rev":4,"kind":"square","state":"near",{PLACE},"count":4400,"capacity":5000,
"net_per_min":12.5}}"""
ALARM = f"""{{"id":"SA-0105-0801","rev":1,"kind":"perimeter","state":"raised","site":"KS-01",{PLACE},
"raised_at":"2026-01-05T08:01:00+08:00"}}"""
LEVEL = f"""{{"id":"LV-01","rev":2,"kind":"site","state":"orange",{PLACE},
"since_at":"2026-01-05T08:00:00+08:00","reason":"major_event","previous":"yellow"}}"""


def _as(data: str, old: str, new: str) -> str:
    return data.replace(f'"state":"{old}"', f'"state":"{new}"')


SAMPLES = (
    Sample(type="cn.hub.protected_event.planned.v1", data=EVENT),
    Sample(
        type="cn.hub.protected_event.planned.v1",
        data=EVENT.replace("8000", "-1"),
        bad="a venue that holds less than none",
    ),
    Sample(type="cn.hub.protected_event.readied.v1", data=_as(EVENT, "planned", "ready")),
    Sample(type="cn.hub.protected_event.readied.v1", data=_as(EVENT, "planned", "off"), bad="no such state"),
    Sample(type="cn.hub.protected_event.started.v1", data=_as(EVENT, "planned", "running")),
    Sample(
        type="cn.hub.protected_event.started.v1",
        data=EVENT.replace("样例广场", "电话 02812345678"),
        bad="a telephone number where a place name belongs",
    ),
    Sample(type="cn.hub.protected_event.closed.v1", data=_as(EVENT, "planned", "closed")),
    Sample(
        type="cn.hub.protected_event.closed.v1",
        data=EVENT.replace('"EV-0105-1"', '"the march on Sunday"'),
        bad="words where a code belongs",
    ),
    Sample(type="cn.hub.duty_post.reported.v1", data=POST),
    Sample(type="cn.hub.duty_post.reported.v1", data=POST.replace("medical", "volunteers"), bad="no such agency"),
    Sample(type="cn.hub.crowd_zone.counted.v1", data=ZONE),
    Sample(type="cn.hub.crowd_zone.counted.v1", data=ZONE.replace("4400", "-4"), bad="fewer than no people"),
    Sample(type="cn.hub.site_alarm.raised.v1", data=ALARM),
    Sample(type="cn.hub.site_alarm.raised.v1", data=ALARM.replace("+08:00", ""), bad="a time without its offset"),
    Sample(
        type="cn.hub.site_alarm.acknowledged.v1",
        data=_as(ALARM, "raised", "acknowledged").replace(
            '"state"', '"acknowledged_at":"2026-01-05T08:02:00Z","state"'
        ),
    ),
    Sample(
        type="cn.hub.site_alarm.acknowledged.v1",
        data=_as(ALARM, "raised", "acknowledged").replace("KS-01", "ask the guard"),
        bad="words where a site code belongs",
    ),
    Sample(
        type="cn.hub.site_alarm.cleared.v1",
        data=_as(ALARM, "raised", "cleared").replace('"state"', '"cause":"animal","state"'),
    ),
    Sample(
        type="cn.hub.site_alarm.cleared.v1",
        data=_as(ALARM, "raised", "cleared").replace('"state"', '"cause":"protest","state"'),
        bad="a cause outside the closed list",
    ),
    Sample(type="cn.hub.protection_level.raised.v1", data=LEVEL),
    Sample(type="cn.hub.protection_level.raised.v1", data=_as(LEVEL, "orange", "black"), bad="no such level"),
    Sample(type="cn.hub.protection_level.lowered.v1", data=LEVEL.replace("orange", "blue")),
    Sample(
        type="cn.hub.protection_level.lowered.v1",
        data=LEVEL.replace("major_event", "petition"),
        bad="a reason outside the closed list",
    ),
    Sample(type="cn.hub.protection_level.stated.v1", data=LEVEL),
    Sample(
        type="cn.hub.protection_level.stated.v1", data=LEVEL.replace('"rev":2', '"rev":0'), bad="revisions start at 1"
    ),
)
