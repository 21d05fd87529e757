"""Golden samples of big-data investigation, written by hand: what must be taken and what must be refused."""

from hub.centre import Sample

MODEL = """{"id":"M-11","rev":9,"kind":"flow","title":{"zh":"数据倒卖链条","en":"Data-trading chains"},
"version":"2.1","state":"watch","run_at":"2026-01-05T08:00:00+08:00","read":212000,"hits":31,"drift":0.14,
"returned":40,"confirmed":26,"runs_today":4,"duration_s":28.5}"""
FOUND = """{"id":"BF-11-004096","rev":1,"kind":"flow","state":"found","model":"M-11",
"model_title":{"zh":"数据倒卖链条","en":"Data-trading chains"},"version":"2.1",
"items":[{"zh":"案件办理数据","en":"Case records"},{"zh":"反诈预警数据","en":"Anti-fraud warnings"}],"records":31,
"explanation":{"zh":"212000条记录中31条出现相同数据包特征",
"en":"31 of 212,000 records show the mark of the same data package"},
"found_at":"2026-01-05T08:00:28+08:00","place":{"zh":"样例网格","en":"Sample cell"}}"""
REVIEW = '"verdict":"accepted","reviewed_by":"0312","reviewed_at":"2026-01-05T08:21:00+08:00"}'
REVIEWED = FOUND.replace('"found"', '"reviewed"').rstrip("}") + "}," + REVIEW
REPORTED = (
    REVIEWED.replace('"reviewed"', '"reported"').rstrip("}")
    + ',"reported_at":"2026-01-05T08:24:00+08:00","clue":"CL-0105-07"}'
)
UNREVIEWED = FOUND.replace('"found"', '"reported"').rstrip("}") + '},"reported_at":"2026-01-05T08:24:00+08:00"}'
SOURCE = """{"id":"calls","rev":3,"kind":"calls","title":{"zh":"110接警数据","en":"110 calls"},"state":"fresh",
"records":812000,"records_today":412,"updated_at":"2026-01-05T08:00:00+08:00","every_min":2}"""
CELL = """{"id":"G-07","rev":3,"kind":"calls","state":"hot","place":{"zh":"样例网格","en":"Sample cell"},
"position":{"lon":104.05,"lat":30.67,"frame":"WGS84"},"hours":6,"calls":14,"complaints":9,"usual":6.5}"""
QUIET = """{"id":"G-08","rev":3,"kind":"none","state":"suppressed","place":{"zh":"样例网格","en":"Sample cell"},
"position":{"lon":104.06,"lat":30.67,"frame":"WGS84"},"hours":6}"""

SAMPLES = (
    Sample(type="cn.hub.model.ran.v1", data=MODEL),
    Sample(type="cn.hub.model.ran.v1", data=MODEL.replace('"hits":31', '"hits":212001'), bad="more hits than records"),
    Sample(type="cn.hub.model.stated.v1", data=MODEL),
    Sample(type="cn.hub.model.stated.v1", data=MODEL.replace('"watch"', '"stable"'), bad="drift 0.14 is not stable"),
    Sample(type="cn.hub.model.stated.v1", data=MODEL.replace(":26", ":41"), bad="more confirmed than came back"),
    Sample(type="cn.hub.finding.found.v1", data=FOUND),
    Sample(
        type="cn.hub.finding.found.v1",
        data=FOUND.replace("31条出现", "13800001111出现"),
        bad="an explanation with a telephone number",
    ),
    Sample(type="cn.hub.finding.reviewed.v1", data=REVIEWED),
    Sample(
        type="cn.hub.finding.reviewed.v1",
        data=REVIEWED.replace('"0312"', '"the model"'),
        bad="reviewed by something that has no duty number",
    ),
    Sample(type="cn.hub.finding.reported.v1", data=REPORTED),
    Sample(type="cn.hub.finding.reported.v1", data=UNREVIEWED, bad="reported without a review"),
    Sample(
        type="cn.hub.finding.reported.v1",
        data=REPORTED.replace('"accepted"', '"rejected"'),
        bad="a rejected finding is not reported",
    ),
    Sample(type="cn.hub.data_source.counted.v1", data=SOURCE),
    Sample(type="cn.hub.data_source.counted.v1", data=SOURCE.replace("412,", "-4,"), bad="fewer than no rows"),
    Sample(type="cn.hub.hot_spot.counted.v1", data=CELL),
    Sample(type="cn.hub.hot_spot.counted.v1", data=QUIET),
    Sample(
        type="cn.hub.hot_spot.counted.v1",
        data=CELL.replace('"complaints":9', '"complaints":3'),
        bad="a count below five would be disclosed",
    ),
)
