"""Golden samples of case handling, written by hand: what must be taken and what must be refused."""

from hub.centre import Sample

HELD = """{"id":"03","rev":5,"number":"03号","state":"occupied","zone":"interview_east",
"since_at":"2026-01-05T09:10:00+08:00","entered_at":"2026-01-05T08:10:00+08:00",
"leave_by":"2026-01-06T08:10:00+08:00","checked_at":"2026-01-05T09:30:00+08:00",
"next_check_at":"2026-01-05T10:00:00+08:00","medical":false}"""
FREE = '{"id":"03","rev":9,"number":"03号","state":"free"}'
ZONE = """{"id":"waiting","rev":3,"kind":"waiting","state":"in_use","title":{"zh":"候问区","en":"Waiting area"},
"capacity":8,"occupied":3,"plan":{"left":3,"top":0,"wide":5,"high":4},"alarms":0}"""
RAISED = """{"id":"CA-03-1","rev":1,"kind":"check_missed","state":"raised","priority":3,"zone":"waiting",
"number":"03号","raised_at":"2026-01-05T09:45:00+08:00"}"""
SEEN = RAISED.replace('"raised"', '"acknowledged"').rstrip("}") + ',"acknowledged_at":"2026-01-05T09:45:30+08:00"}'
CLEARED = RAISED.replace('"raised"', '"cleared"').rstrip("}") + ',"cleared_at":"2026-01-05T09:48:00+08:00"}'
AREA = """{"id":"area","rev":4,"title":{"zh":"执法办案管理中心","en":"Case-handling area"},"state":"safe",
"accident_free_since":"2022-03-07T00:00:00+08:00","occupied":7,"capacity":16,"checks_today":61,
"checks_late_today":0,"alarms":0}"""
OPENED = """{"id":"MC-0105-0801","rev":1,"kind":"dangerous_driving","state":"investigation",
"opened_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-07T08:00:00+08:00"}"""
TRIED = """{"id":"MC-0105-0801","rev":4,"kind":"dangerous_driving","state":"closed",
"opened_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-07T08:00:00+08:00",
"investigated_at":"2026-01-06T02:00:00+08:00","prosecuted_at":"2026-01-06T10:00:00+08:00",
"closed_at":"2026-01-06T17:00:00+08:00"}"""
MOVED = TRIED.replace('"closed"', '"trial"').replace(',\n"closed_at":"2026-01-06T17:00:00+08:00"', "")
ASKED = """{"id":"ES-0105-0801","rev":1,"kind":"to_court","state":"requested","persons":2,"officers":0,
"requested_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-05T11:00:00+08:00"}"""
OUT = """{"id":"ES-0105-0801","rev":3,"kind":"to_court","state":"under_way","persons":2,"officers":4,
"requested_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-05T11:00:00+08:00","team":"押解2组",
"set_out_at":"2026-01-05T08:20:00+08:00"}"""
BACK = OUT.replace('"under_way"', '"done"').rstrip("}") + ',"done_at":"2026-01-05T09:20:00+08:00"}'
WANTED = """{"id":"PA-0105-0801","rev":1,"kind":"phone","state":"requested","items":2,
"requested_at":"2026-01-05T08:00:00+08:00","due_at":"2026-01-06T08:00:00+08:00"}"""
VALUED = (
    WANTED.replace('"requested"', '"done"').rstrip("}") + ',"done_at":"2026-01-05T18:00:00+08:00","value_yuan":6400}'
)
PLANNED = """{"id":"TR-0105-1","rev":1,"kind":"first_aid","state":"planned","starts_at":"2026-01-05T09:00:00+08:00",
"ends_at":"2026-01-05T10:30:00+08:00","seats":36}"""
STARTED = PLANNED.replace('"planned"', '"running"').replace('"seats":36', '"seats":36,"present":31')
ENDED = STARTED.replace('"running"', '"done"')
NOT_48H = "2026-01-07T09:00:00+08:00"

SAMPLES = (
    Sample(type="cn.hub.custody.entered.v1", data=HELD.replace("interview_east", "entry")),
    Sample(type="cn.hub.custody.entered.v1", data=HELD.replace("03号", "a name"), bad="a name is no number"),
    Sample(type="cn.hub.custody.moved.v1", data=HELD),
    Sample(type="cn.hub.custody.moved.v1", data=HELD.replace("interview_east", "104.05,30.67"), bad="not a zone"),
    Sample(type="cn.hub.custody.checked.v1", data=HELD),
    Sample(
        type="cn.hub.custody.checked.v1",
        data=HELD.replace('"leave_by":"2026-01-06', '"leave_by":"2026-01-07'),
        bad="kept longer than 24 hours",
    ),
    Sample(type="cn.hub.custody.left.v1", data=FREE),
    Sample(
        type="cn.hub.custody.left.v1",
        data=HELD.replace('"occupied"', '"free"'),
        bad="a free place that still remembers the stay",
    ),
    Sample(type="cn.hub.custody.stated.v1", data=HELD),
    Sample(
        type="cn.hub.custody.stated.v1",
        data=FREE.replace('"free"', '"occupied"'),
        bad="occupied without zone or next check",
    ),
    Sample(type="cn.hub.custody_zone.counted.v1", data=ZONE),
    Sample(type="cn.hub.custody_zone.counted.v1", data=ZONE.replace(":3,", ":-1,"), bad="fewer than nobody"),
    Sample(type="cn.hub.custody_zone.counted.v1", data=ZONE.replace("in_use", "full"), bad="3 of 8 is not full"),
    Sample(type="cn.hub.custody_alarm.raised.v1", data=RAISED),
    Sample(type="cn.hub.custody_alarm.raised.v1", data=RAISED.replace(":3,", ":9,"), bad="no such priority"),
    Sample(type="cn.hub.custody_alarm.acknowledged.v1", data=SEEN),
    Sample(
        type="cn.hub.custody_alarm.acknowledged.v1",
        data=RAISED.replace('"raised"', '"acknowledged"'),
        bad="acknowledged at no time",
    ),
    Sample(type="cn.hub.custody_alarm.cleared.v1", data=CLEARED),
    Sample(
        type="cn.hub.custody_alarm.cleared.v1",
        data=RAISED.replace('"raised"', '"cleared"'),
        bad="cleared at no time",
    ),
    Sample(type="cn.hub.custody_area.stated.v1", data=AREA),
    Sample(type="cn.hub.custody_area.stated.v1", data=AREA.replace(":61", ":-61"), bad="fewer than no checks"),
    Sample(type="cn.hub.minor_case.opened.v1", data=OPENED),
    Sample(
        type="cn.hub.minor_case.opened.v1",
        data=OPENED.replace("2026-01-07T08:00:00+08:00", NOT_48H),
        bad="due 49 hours after the opening",
    ),
    Sample(type="cn.hub.minor_case.moved.v1", data=MOVED),
    Sample(
        type="cn.hub.minor_case.moved.v1",
        data=OPENED.replace('"investigation"', '"trial"'),
        bad="tried without having been prosecuted",
    ),
    Sample(type="cn.hub.minor_case.closed.v1", data=TRIED),
    Sample(
        type="cn.hub.minor_case.closed.v1",
        data=TRIED.replace("2026-01-06T10:00", "2026-01-06T01:00"),
        bad="prosecuted before it was investigated",
    ),
    Sample(type="cn.hub.escort.requested.v1", data=ASKED),
    Sample(type="cn.hub.escort.requested.v1", data=ASKED.replace(":2,", ":0,"), bad="an escort of nobody"),
    Sample(type="cn.hub.escort.assigned.v1", data=ASKED.replace('"requested"', '"assigned"')),
    Sample(type="cn.hub.escort.assigned.v1", data=ASKED.replace('"requested"', '"lost"'), bad="no such state"),
    Sample(type="cn.hub.escort.set_out.v1", data=OUT),
    Sample(
        type="cn.hub.escort.set_out.v1",
        data=OUT.replace('"officers":4', '"officers":3'),
        bad="three officers for two persons",
    ),
    Sample(type="cn.hub.escort.done.v1", data=BACK),
    Sample(type="cn.hub.escort.done.v1", data=OUT.replace('"under_way"', '"done"'), bad="done at no time"),
    Sample(type="cn.hub.escort.cancelled.v1", data=ASKED.replace('"requested"', '"cancelled"')),
    Sample(type="cn.hub.escort.cancelled.v1", data=ASKED.replace('"persons":2,', ""), bad="of how many persons"),
    Sample(type="cn.hub.appraisal.requested.v1", data=WANTED),
    Sample(type="cn.hub.appraisal.requested.v1", data=WANTED.replace(":2,", ":0,"), bad="nothing to appraise"),
    Sample(type="cn.hub.appraisal.started.v1", data=WANTED.replace('"requested"', '"under_way"')),
    Sample(
        type="cn.hub.appraisal.started.v1",
        data=VALUED.replace('"done"', '"under_way"'),
        bad="a value before the appraisal is done",
    ),
    Sample(type="cn.hub.appraisal.done.v1", data=VALUED),
    Sample(type="cn.hub.appraisal.done.v1", data=VALUED.replace("6400", "-1"), bad="a value below zero"),
    Sample(type="cn.hub.training.planned.v1", data=PLANNED),
    Sample(type="cn.hub.training.planned.v1", data=PLANNED.replace(":36", ":-1"), bad="fewer than no seats"),
    Sample(type="cn.hub.training.started.v1", data=STARTED),
    Sample(type="cn.hub.training.started.v1", data=STARTED.replace(":31", ":501"), bad="more than the base holds"),
    Sample(type="cn.hub.training.ended.v1", data=ENDED),
    Sample(
        type="cn.hub.training.ended.v1",
        data=ENDED.replace("10:30:00+08:00", "10:30:00"),
        bad="a time without its offset",
    ),
)
