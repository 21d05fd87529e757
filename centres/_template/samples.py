"""Golden samples of the template centre: for every type one record that must be taken and one that must be refused.

``data`` is the JSON of the fact alone (the envelope is the hub's). ``bad`` says why it is refused, in one line.
Must not be produced by the code it tests: it is written by hand.
"""

from hub.centre import Sample

LAMP = """{"id":"LP-001","rev":7,"kind":"street","state":"ok","place":{"zh":"样例街","en":"Sample Street"},
"position":{"lon":104.05,"lat":30.67,"frame":"WGS84"},"power_w":58.5,"since_at":"2026-01-05T08:00:00+08:00"}"""
FAULT = """{"id":"LF-0105-0801","rev":1,"kind":"dark","state":"opened","lamp":"LP-001",
"place":{"zh":"样例街","en":"Sample Street"},"opened_at":"2026-01-05T08:10:00+08:00",
"due_at":"2026-01-05T11:10:00+08:00"}"""

SAMPLES = (
    Sample(type="cn.hub.template_lamp.reported.v1", data=LAMP),
    Sample(type="cn.hub.template_lamp.reported.v1", data=LAMP.replace("58.5", "-1"), bad="power below zero"),
    Sample(type="cn.hub.template_fault.opened.v1", data=FAULT),
    Sample(
        type="cn.hub.template_fault.opened.v1",
        data=FAULT.replace("08:10:00+08:00", "08:10:00"),
        bad="a time without its offset",
    ),
    Sample(type="cn.hub.template_fault.assigned.v1", data=FAULT.replace('"opened"', '"assigned"')),
    Sample(type="cn.hub.template_fault.assigned.v1", data=FAULT.replace('"opened"', '"lost"'), bad="no such state"),
    Sample(type="cn.hub.template_fault.fixed.v1", data=FAULT.replace('"opened"', '"fixed"')),
    Sample(type="cn.hub.template_fault.fixed.v1", data=FAULT.replace('"LP-001"', '""'), bad="the lamp has no id"),
)
