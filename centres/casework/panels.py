"""What law enforcement and case handling shows, as data. Must not know any widget, and must not read a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hub.domain.model import Text
from hub.field.world import HOUR, local_hour
from hub.picture.rows import JSON
from hub.show import Chart, Panels, Plan, Rows, Series, Stays, Tile

from .events import Appraisal, Area, Custody, CustodyAlarm, Escort, MinorCase
from .floor import PLAN_HIGH, PLAN_WIDE, ROOMS
from .grids import CASE_KINDS, CASE_STATES, GRIDS

DAY_S = 24 * HOUR


def area(rows: Rows) -> Area | None:
    """The area's own row, ``None`` before its first report."""
    return next((row.fact for row in rows("casework_area").values() if isinstance(row.fact, Area)), None)


def cases(rows: Rows) -> list[MinorCase]:
    """Facts of the 48-hour cases."""
    return [row.fact for row in rows("casework_cases").values() if isinstance(row.fact, MinorCase)]


def safe_days(rows: Rows, now: float) -> float | None:
    """Whole days since the last accident."""
    known = area(rows)
    return None if known is None else max(0, (now - known.accident_free_since.timestamp()) // DAY_S)


def in_custody(rows: Rows, now: float) -> float | None:
    """Occupied custody places; ``None`` before the first report."""
    places = [row.fact for row in rows("casework_custody").values() if isinstance(row.fact, Custody)]
    return sum(place.state == "occupied" for place in places) if places else None


def open_alarms(rows: Rows, now: float) -> float | None:
    """Alarms of the area that are not cleared."""
    alarms = [row.fact for row in rows("casework_alarms").values() if isinstance(row.fact, CustodyAlarm)]
    return sum(alarm.state != "cleared" for alarm in alarms)


def overdue_checks(rows: Rows, now: float) -> float | None:
    """Occupied places whose next check should have been made by now."""
    places = [row.fact for row in rows("casework_custody").values() if isinstance(row.fact, Custody)]
    if not places:
        return None
    return sum(place.next_check_at is not None and place.next_check_at.timestamp() < now for place in places)


def within_48h(rows: Rows, now: float) -> float | None:
    """Fraction of decided cases (closed, or past their 48 hours) that were closed in time; ``None`` without any."""
    decided = [case for case in cases(rows) if case.closed_at is not None or case.due_at.timestamp() < now]
    kept = sum(case.closed_at is not None and case.closed_at <= case.due_at for case in decided)
    return kept / len(decided) if decided else None


def escorts_out(rows: Rows, now: float) -> float | None:
    """Escort runs that are under way."""
    runs = [row.fact for row in rows("casework_escorts").values() if isinstance(row.fact, Escort)]
    return sum(run.state == "under_way" for run in runs)


def appraised_today(rows: Rows, now: float) -> float | None:
    """Value of the property whose appraisal was done since midnight, yuan."""
    midnight = now - local_hour(now) * HOUR
    asked = [row.fact for row in rows("casework_appraisals").values() if isinstance(row.fact, Appraisal)]
    return sum(x.value_yuan or 0.0 for x in asked if x.done_at is not None and x.done_at.timestamp() >= midnight)


def by_zone(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """How many are in each zone, and how many it holds."""
    held = {row["id"]: row for row in rows}
    shown = [(key, room) for key, room in ROOMS.items() if key in held]
    labels = [room.title for _, room in shown]
    return [
        Series(name=Text("在区人数", "In the zone"), x=labels, y=[held[key]["occupied"] for key, _ in shown]),
        Series(name=Text("容量", "Capacity"), x=labels, y=[held[key]["capacity"] for key, _ in shown]),
    ]


def by_stage(rows: Sequence[Mapping[str, JSON]], now: float) -> list[Series]:
    """48-hour cases by kind, one series a stage."""
    counts = Counter((row["state"], row["kind"]) for row in rows)
    labels = list(CASE_KINDS.values())
    return [
        Series(name=text, x=labels, y=[counts[state, kind] for kind in CASE_KINDS])
        for state, text in CASE_STATES.items()
    ]


PANELS = Panels(
    headline="safe_days",
    tiles=(
        Tile(id="safe_days", title=Text("安全无事故", "Days without accident"), value=safe_days, format="days"),
        Tile(id="in_custody", title=Text("在区人数", "In custody"), value=in_custody),
        Tile(id="alarms", title=Text("未解除告警", "Open alarms"), value=open_alarms, target=0, target_is="at_most"),
        Tile(
            id="checks", title=Text("逾期未巡查", "Checks overdue"), value=overdue_checks, target=0, target_is="at_most"
        ),
        Tile(
            id="within_48h",
            title=Text("48小时办结率", "Closed within 48 h"),
            value=within_48h,
            format="percent",
            target=0.95,
        ),
        Tile(id="escorts", title=Text("押解途中", "Escorts under way"), value=escorts_out),
        Tile(id="appraised", title=Text("今日认定价值", "Appraised today"), value=appraised_today, format="money"),
    ),
    grids=GRIDS,
    charts=(
        Chart(
            id="zones", title=Text("各区在区人数", "People by zone"), table="casework_zones", kind="bar", series=by_zone
        ),
        Chart(
            id="stages",
            title=Text("48小时案件进度", "48-hour cases by stage"),
            table="casework_cases",
            kind="bar",
            series=by_stage,
        ),
    ),
    plan=Plan(
        table="casework_zones",
        title=Text("办案区平面", "Floor plan"),
        wide=PLAN_WIDE,
        high=PLAN_HIGH,
        stays=Stays(table="casework_custody"),
    ),
)
