"""Golden samples of grand supervision, written by hand: what must be taken and what must be refused."""

from hub.centre import Sample

CHANNEL = """{"id":"mayor","rev":4,"kind":"mailbox","state":"speaking","title":{"zh":"市长信箱","en":"Mayor's mailbox"},
"received_today":12,"last_at":"2026-01-05T08:02:00+08:00"}"""
ORDER = """{"id":"GD-0105-0801","rev":1,"kind":"noise","channel":"hotline_12345","state":"received",
"received_at":"2026-01-05T08:00:00+08:00","category":{"zh":"噪声扰民","en":"Noise"},
"due_at":"2026-01-05T16:00:00+08:00","unit":{"zh":"生态环境局","en":"Environment"},
"place":{"zh":"样例街区","en":"Sample quarter"},"position":{"lon":104.05,"lat":30.67,"frame":"WGS84"}}"""
FOREIGN = """{"id":"1-1262691971","rev":1,"kind":"graffiti","channel":"website","state":"closed",
"received_at":"2018-12-31T23:55:30-08:00","closed_at":"2019-01-02T22:20:05-08:00",
"position":{"lon":-118.53,"lat":34.24,"frame":"WGS84"}}"""
MERGED = (
    ORDER.replace('"received"', '"merged"').rstrip("}")
    + '},"closed_at":"2026-01-05T08:06:00+08:00","merged_into":"GD-0105-0800"}'
)
ASSIGNED = ORDER.replace('"received"', '"assigned"').rstrip("}") + '},"assigned_at":"2026-01-05T08:20:00+08:00"}'
LATE = ASSIGNED.rstrip("}") + ',"overdue":true}'
ANSWERED = ASSIGNED.replace('"assigned"', '"answered"').rstrip("}") + ',"answered_at":"2026-01-05T11:00:00+08:00"}'
REVISITED = (
    ANSWERED.replace('"answered"', '"revisited"').rstrip("}")
    + ',"revisited_at":"2026-01-05T11:40:00+08:00","satisfied":true}'
)
CLOSED = REVISITED.replace('"revisited"', '"closed"').rstrip("}") + ',"closed_at":"2026-01-05T12:00:00+08:00"}'
SENT = """{"id":"FL-0105-0801","rev":1,"kind":"wages","state":"diverted","incident":"110-0105-0801",
"diverted_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-05T12:00:00+08:00",
"community":{"zh":"样例社区","en":"Sample community"},"department":{"zh":"人社局","en":"Labour and social security"}}"""
SIGNED = (
    SENT.replace('"diverted"', '"signed"').rstrip("}")
    + '},"community_signed_at":"2026-01-05T08:05:00+08:00","department_signed_at":"2026-01-05T08:09:00+08:00"}'
)
SETTLED = SIGNED.replace('"signed"', '"settled"').rstrip("}") + ',"settled_at":"2026-01-05T10:00:00+08:00"}'
VISITED = (
    SETTLED.replace('"settled"', '"revisited"').rstrip("}")
    + ',"revisited_at":"2026-01-05T10:30:00+08:00","satisfied":true}'
)
DONE = VISITED.replace('"revisited"', '"closed"').rstrip("}") + ',"closed_at":"2026-01-05T10:40:00+08:00"}'
UNIT = """{"id":"station_west","rev":3,"kind":"station","state":"good",
"title":{"zh":"西门派出所","en":"West Gate station"},
"score":95.5,"rank":2,"out_of":7,"rank_before":3,"marks":[{"kind":"late_arrival","count":1}]}"""
FOUND = """{"id":"SF-01051020-0a1b","rev":1,"kind":"repeat_complaint","state":"found","scope":"place",
"about":{"zh":"样例街区 · 噪声扰民","en":"Sample quarter: Noise"},"evidence":4,"threshold":4,
"found_at":"2026-01-05T10:20:00+08:00","first_at":"2026-01-05T01:10:00+08:00",
"last_at":"2026-01-05T10:20:00+08:00","orders":["GD-0105-0101","GD-0105-0801"]}"""
REVIEWED = (
    FOUND.replace('"found"', '"reviewed"').rstrip("}")
    + ',"verdict":"accepted","reviewed_by":"0312","reviewed_at":"2026-01-05T10:40:00+08:00"}'
)
NOTICED = REVIEWED.replace('"reviewed"', '"noticed"').rstrip("}") + ',"notice":"DC-01051020-0a1b"}'
ISSUED = """{"id":"DC-01051020-0a1b","rev":1,"kind":"repeat_complaint","state":"issued","finding":"SF-01051020-0a1b",
"about":{"zh":"样例街区 · 噪声扰民","en":"Sample quarter: Noise"},"issued_by":"0312",
"issued_at":"2026-01-05T10:50:00+08:00","due_at":"2026-01-05T22:50:00+08:00"}"""
RECTIFIED = ISSUED.replace('"issued"', '"rectified"').rstrip("}") + ',"rectified_at":"2026-01-05T16:00:00+08:00"}'
ENDED = RECTIFIED.replace('"rectified"', '"closed"').rstrip("}") + ',"closed_at":"2026-01-05T17:00:00+08:00"}'


def _order(verb: str, good: str, bad: str, why: str) -> tuple[Sample, Sample]:
    return _pair(f"work_order.{verb}", good, bad, why)


def _call(verb: str, good: str, bad: str, why: str) -> tuple[Sample, Sample]:
    return _pair(f"diverted_call.{verb}", good, bad, why)


def _pair(name: str, good: str, bad: str, why: str) -> tuple[Sample, Sample]:
    return Sample(type=f"cn.hub.{name}.v1", data=good), Sample(type=f"cn.hub.{name}.v1", data=bad, bad=why)


SAMPLES = (
    *_pair("intake_channel.counted", CHANNEL, CHANNEL.replace(":12", ":-1"), "fewer than no orders"),
    *_order("received", ORDER, ORDER.replace("08:00:00+08:00", "08:00:00", 1), "a time without its offset"),
    *_order("updated", ASSIGNED, ORDER.replace('"received"', '"lost"'), "no such state"),
    *_order("merged", MERGED, MERGED.replace("GD-0105-0800", "GD-0105-0801"), "a duplicate of itself"),
    *_order("assigned", ASSIGNED, ASSIGNED.replace('"kind":"noise",', ""), "an order of no kind"),
    *_order(
        "overdue",
        LATE,
        LATE.replace('"due_at":"2026-01-05T16:00:00+08:00",', ""),
        "overdue without a due time",
    ),
    *_order("answered", ANSWERED, ANSWERED.replace('"hotline_12345"', '""'), "a channel without a name"),
    *_order(
        "revisited",
        REVISITED,
        REVISITED.replace('"revisited_at":"2026-01-05T11:40:00+08:00",', ""),
        "satisfied, but nobody asked",
    ),
    *_order("closed", CLOSED, CLOSED.replace('"WGS84"', '"WGS72"'), "an unknown frame of reference"),
    Sample(type="cn.hub.work_order.closed.v1", data=FOREIGN),
    *_order("cancelled", ORDER.replace('"received"', '"cancelled"'), ORDER.replace('"rev":1,', ""), "no revision"),
    *_call("sent", SENT, SENT.replace('"110-0105-0801"', '""'), "of no call"),
    *_call("signed", SIGNED, SENT.replace('"diverted"', '"signed"'), "signed for by nobody"),
    *_call("settled", SETTLED, SIGNED.replace('"signed"', '"settled"'), "settled at no time"),
    *_call("revisited", VISITED, VISITED.replace(',"satisfied":true', ""), "a revisit without an answer"),
    *_call("closed", DONE, SETTLED.replace('"settled"', '"closed"'), "closed without a revisit"),
    *_call("returned", SENT.replace('"diverted"', '"returned"'), SENT.replace('"wages"', "7"), "a kind is text"),
    *_pair("unit_index.ranked", UNIT, UNIT.replace('"rank":2', '"rank":8'), "eighth of seven"),
    *_pair(
        "supervision_finding.found",
        FOUND,
        FOUND.replace('"evidence":4', '"evidence":3'),
        "less evidence than the rule asks for",
    ),
    *_pair(
        "supervision_finding.reviewed",
        REVIEWED,
        FOUND.replace('"found"', '"reviewed"'),
        "reviewed by nobody",
    ),
    *_pair(
        "supervision_finding.noticed",
        NOTICED,
        NOTICED.replace('"accepted"', '"rejected"'),
        "a notice about a rejected finding",
    ),
    *_pair("supervision_notice.issued", ISSUED, ISSUED.replace('"0312"', '"the rule"'), "issued by no officer"),
    *_pair(
        "supervision_notice.rectifying",
        ISSUED.replace('"issued"', '"rectifying"'),
        ISSUED.replace('"repeat_complaint"', '"bad_mood"'),
        "no such model",
    ),
    *_pair(
        "supervision_notice.rectified",
        RECTIFIED,
        ISSUED.replace('"issued"', '"rectified"'),
        "rectified at no time",
    ),
    *_pair("supervision_notice.closed", ENDED, RECTIFIED.replace('"rectified"', '"closed"'), "closed at no time"),
)
