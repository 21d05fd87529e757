"""Golden samples of basic control: for every type one record to take and one to refuse. Written by hand."""

from hub.centre import Sample

PLACE = '"place":{"zh":"样例社区","en":"Sample Community"}'
MORNING = "2026-01-05T08:00:00+08:00"
LATER = "2026-01-05T10:30:00+08:00"
DUE = "2026-01-08T08:00:00+08:00"

PATROL = f'{{"id":"PT-001","rev":5,"kind":"foot","state":"on_plan","grid":"G-01",{PLACE},"visits":4,"planned":4,\
"coverage":0.91,"visited_at":"{MORNING}"}}'
DEVICE = f'{{"id":"DV-001","rev":5,"kind":"smoke","state":"healthy",{PLACE},"battery_pct":81.0,"heard_at":"{MORNING}"}}'
ALARM = f'{{"id":"DA-0105-0801","rev":1,"kind":"fire","state":"raised","device":"DV-001",{PLACE},\
"raised_at":"{MORNING}"}}'
DISPUTE = f'{{"id":"DS-0105-0801","rev":1,"kind":"wages","state":"registered","channel":"110",{PLACE},\
"registered_at":"{MORNING}","due_at":"{DUE}","people":23,"amount_yuan":186000.0,"incident":"IC-0105-0801"}}'
SIGNED = DISPUTE.replace('"registered",', f'"signed","party":"community","signed_at":"{LATER}",')
SETTLED = SIGNED.replace('"signed",', f'"settled","settled_at":"{LATER}",')
REPORT = f'{{"id":"QR-0105-0801","rev":1,"kind":"fire_lane","state":"received","code":"QC-0001",{PLACE},\
"received_at":"{MORNING}","due_at":"{DUE}"}}'
READING = f'{{"id":"RD-001","rev":5,"kind":"transport","state":"normal",{PLACE},"value":96.5}}'
INSPECTION = f'{{"id":"IN-0105-0801","rev":1,"kind":"joint","state":"planned","module":"hazardous",\
"basis":"hazchem_rules","agencies":["police","emergency"],{PLACE},"planned_at":"{MORNING}"}}'
FOUND = INSPECTION.replace('"planned",', f'"rectifying","hazards":3,"fixed":1,"result":"minor","due_at":"{DUE}",')
REQUEST = f'{{"id":"RQ-0105-0801","rev":1,"kind":"seal","state":"received",{PLACE},"received_at":"{MORNING}",\
"due_at":"{DUE}"}}'


def _pair(verb: str, good: str, old: str, new: str, why: str) -> tuple[Sample, Sample]:
    """A good record and the same one with ``old`` replaced by ``new``, to be refused because of ``why``."""
    type_ = f"cn.hub.{verb}.v1"
    return Sample(type=type_, data=good), Sample(type=type_, data=good.replace(old, new), bad=why)


def _in(record: str, old: str, new: str) -> str:
    return record.replace(f'"state":"{old}"', f'"state":"{new}"')


SAMPLES = (
    *_pair("grid_patrol.reported", PATROL, "0.91", "1.2", "more than the whole grid covered"),
    *_pair("community_device.reported", DEVICE, "81.0", "181.0", "a battery above 100 %"),
    *_pair("device_alarm.raised", ALARM, '"fire"', '"face"', "no such kind of alarm"),
    *_pair("device_alarm.acknowledged", _in(ALARM, "raised", "acknowledged"), "+08:00", "", "a time without offset"),
    *_pair(
        "device_alarm.cleared",
        _in(ALARM, "raised", "cleared").replace('"device"', '"outcome":"false","device"'),
        '"false"',
        '"unknown"',
        "no such outcome",
    ),
    *_pair("dispute.registered", DISPUTE, "186000.0", '"a lot"', "an amount that is no number"),
    *_pair("dispute.signed", SIGNED, '"party":"community",', "", "signed for by nobody"),
    *_pair(
        "dispute.mediating", _in(SIGNED, "signed", "mediating"), '"community"', '"gang"', "none of the five parties"
    ),
    *_pair("dispute.settled", SETTLED, f'"settled_at":"{LATER}",', "", "settled at no time"),
    *_pair(
        "dispute.followed_up",
        _in(SETTLED, "settled", "followed_up").replace('"people"', '"satisfied":true,"people"'),
        "true",
        '"very"',
        "satisfied is yes, no or not asked",
    ),
    *_pair("dispute.referred", _in(SIGNED, "signed", "referred"), '"people":23', '"people":-1', "fewer than no people"),
    *_pair("qr_report.received", REPORT, '"fire_lane"', '"my neighbour shouts"', "free text where a kind belongs"),
    *_pair("qr_report.assigned", _in(REPORT, "received", "assigned"), '"QC-0001"', '""', "no code"),
    *_pair("qr_report.answered", _in(REPORT, "received", "answered"), '"rev":1', '"rev":-1', "revisions start at 1"),
    *_pair("industry_reading.reported", READING, '"transport"', '"casino"', "no such module"),
    *_pair(
        "industry_reading.exceeded",
        _in(READING, "normal", "high").replace("96.5", "240.0"),
        '"high"',
        '"normal"',
        "a value above the band called normal",
    ),
    *_pair("inspection.planned", INSPECTION, '"hazchem_rules"', '"habit"', "no legal basis"),
    *_pair("inspection.started", _in(INSPECTION, "planned", "running"), ',"emergency"', "", "joint, but one agency"),
    *_pair("inspection.found", FOUND, '"fixed":1', '"fixed":4', "more hazards fixed than found"),
    *_pair("inspection.closed", _in(FOUND, "rectifying", "closed"), '"minor"', '"fine"', "no such result"),
    *_pair("service_request.received", REQUEST, '"seal"', '"favour"', "no such kind of request"),
    *_pair("service_request.accepted", _in(REQUEST, "received", "accepted"), DUE, "soon", "a due time that is none"),
    *_pair("service_request.answered", _in(REQUEST, "received", "answered"), f',"due_at":"{DUE}"', "", "no due time"),
)
