"""Golden samples of criminal intelligence: for every type one record to take and one to refuse. Written by hand."""

from hub.centre import Sample

PLACE = '"place":{"zh":"样例社区","en":"Sample Community"}'
T0 = "2026-01-05T08:00:00+08:00"
T1 = "2026-01-05T08:12:00+08:00"
DUE = "2026-01-05T08:15:00+08:00"

CASE = f'{{"id":"CA-0105-0801","rev":1,"kind":"theft","state":"opened","level":"district",{PLACE},\
"opened_at":"{T0}","loss_yuan":1200.0}}'
WARNING = f'{{"id":"FW-0105-0801","rev":1,"kind":"officer","state":"issued","priority":1,{PLACE},\
"issued_at":"{T0}","due_at":"{DUE}","risk_yuan":250000.0}}'
MISSED = WARNING.replace('"issued",', '"unanswered","calls":3,"call_result":"no_answer",')
SENT = MISSED.replace('"unanswered",', f'"officer_sent","officer_sent_at":"{T1}",')
PAYMENT = f'{{"id":"PS-0105-0801","rev":1,"kind":"officer","state":"requested","channel":"bank","level":"district",\
"amount_yuan":250000.0,"requested_at":"{T0}","warning":"FW-0105-0801"}}'
STOPPED = PAYMENT.replace('"requested",', f'"stopped","stopped_yuan":240000.0,"stopped_at":"{T1}",')
FROZEN = STOPPED.replace('"stopped",', f'"frozen","frozen_yuan":230000.0,"frozen_at":"{T1}",')
RECOVERED = FROZEN.replace('"frozen",', f'"recovered","recovered_yuan":230000.0,"recovered_at":"{T1}",')
ANALYSIS = f'{{"id":"JA-0105-0801","rev":1,"kind":"data","state":"requested","level":"district",\
"requested_at":"{T0}","due_at":"{DUE}","clue":"CL-0105-0801","agencies":4}}'
ANSWER = ANALYSIS.replace('"requested",', f'"answered","finding":"confirmed","records":1200,"answered_at":"{T1}",')
REFERRAL = f'{{"id":"RF-0105-0801","rev":1,"kind":"report","state":"sent","level":"city","subject":"PS-0105-0801",\
"sent_at":"{T0}","due_at":"{DUE}","amount_yuan":230000.0}}'
DESK = f'{{"id":"LD-01","rev":3,"kind":"banks","state":"linked","level":"city","open":2,"answered_today":31,\
"answer_min":6.5,"heard_at":"{T0}"}}'


def _pair(verb: str, good: str, old: str, new: str, why: str) -> tuple[Sample, Sample]:
    """A good record and the same one with ``old`` replaced by ``new``, to be refused because of ``why``."""
    type_ = f"cn.hub.{verb}.v1"
    return Sample(type=type_, data=good), Sample(type=type_, data=good.replace(old, new), bad=why)


def _in(record: str, old: str, new: str) -> str:
    return record.replace(f'"state":"{old}"', f'"state":"{new}"')


SAMPLES = (
    *_pair("case.opened", CASE, "1200.0", "-1200.0", "a loss below nothing"),
    *_pair("case.updated", _in(CASE, "opened", "investigating"), '"district"', '"village"', "no such level"),
    *_pair(
        "case.solved",
        _in(CASE, "opened", "solved").replace('"loss_yuan"', f'"solved_at":"{T1}","suspects":2,"loss_yuan"'),
        f'"solved_at":"{T1}",',
        "",
        "solved at no time",
    ),
    *_pair("fraud_warning.issued", WARNING, '"priority":1', '"priority":0', "priorities are 1 to 4"),
    *_pair(
        "fraud_warning.called",
        WARNING.replace('"issued",', '"called","calls":1,"call_result":"answered",'),
        '"call_result":"answered",',
        "",
        "a call without a result",
    ),
    *_pair("fraud_warning.unanswered", MISSED, '"no_answer"', '"answered"', "answered and unanswered"),
    *_pair("fraud_warning.officer_sent", SENT, f'"officer_sent_at":"{T1}",', "", "sent at no time"),
    *_pair(
        "fraud_warning.dissuaded", _in(SENT, "officer_sent", "dissuaded"), '"calls":3', '"calls":99', "too many calls"
    ),
    *_pair(
        "fraud_warning.closed",
        _in(SENT, "officer_sent", "closed").replace('"calls"', '"outcome":"prevented","calls"'),
        '"prevented"',
        '"he was foolish"',
        "free text where an outcome belongs",
    ),
    *_pair("payment_stop.requested", PAYMENT, "250000.0", '"250000"', "an amount that is no number"),
    *_pair("payment_stop.stopped", STOPPED, "240000.0", "260000.0", "more stopped than asked for"),
    *_pair("payment_stop.frozen", FROZEN, "230000.0", "245000.0", "more frozen than stopped"),
    *_pair(
        "payment_stop.recovered", RECOVERED, '"recovered_yuan":230000.0', '"recovered_yuan":230001.0', "too much back"
    ),
    *_pair("payment_stop.refused", _in(PAYMENT, "requested", "refused"), '"bank"', '"shell"', "no such channel"),
    *_pair("joint_analysis.requested", ANALYSIS, '"clue":"CL-0105-0801",', "", "about neither a clue nor a case"),
    *_pair("joint_analysis.started", _in(ANALYSIS, "requested", "working"), '"data"', '"face"', "no such analysis"),
    *_pair("joint_analysis.answered", ANSWER, '"finding":"confirmed",', "", "an answer without a finding"),
    *_pair("referral.sent", REFERRAL, '"subject":"PS-0105-0801",', "", "a referral of nothing"),
    *_pair("referral.received", _in(REFERRAL, "sent", "received"), DUE, "tomorrow", "a due time that is none"),
    *_pair("referral.answered", _in(REFERRAL, "sent", "answered"), '"city"', '"nation"', "no such level"),
    *_pair("linked_desk.reported", DESK, '"open":2', '"open":-2', "fewer than no requests waiting"),
)
