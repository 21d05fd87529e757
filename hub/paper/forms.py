"""The four forms, field by field, numbered as their ICS counterparts. State is printed; what nobody knows is left free
for the pen, and so is the result column of every list.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.paper import cells, times
from hub.paper.flow import FULL, Bit, Cell, Flow
from hub.paper.sketch import sketch
from hub.paper.views import ActivityLog, Briefing, Case, Group, PlanningSheet, Resource, Stamp, TaskList
from hub.paper.words import BOLD, LABEL, LARGE, SMALL, WORDS, both, head, label, said, section

_PEN = 9.0
"""Least height of a row somebody writes in."""
_SIGN = 28.5
"""Room that the boxes for signatures take."""
_SKETCH = 92.0


def task_list(sheet: Flow, view: TaskList) -> None:
    """ICS-204: a page of its own for each group, so that it can be handed out."""
    off = view.stamp.utc_offset_min
    for group in view.groups or (Group(name=WORDS["no_tasks"], lines=()),):
        sheet.page()
        _top(sheet, view.case, off)
        sheet.row(
            [
                [*label("group", "3"), *both(group.name, LARGE)],
                [*label("place"), *both(view.case.place)],
                [*label("centres"), *cells.centres(view.case)],
            ],
            [FULL / 3] * 3,
        )
        sheet.row([label("chief", "4"), label("supervisor"), label("contact")], [FULL / 3] * 3, least=11)
        _resources_204(sheet, group.resources)
        _assignments(sheet, group, off)
        sheet.row([label("special", "7")], [FULL], least=18)
        sheet.row([label("radio", "8"), label("channel")], [FULL / 2, FULL / 2], least=11)
        _signatures(sheet, view.stamp, "9", "prepared", "approved", "received")


def activity_log(sheet: Flow, view: ActivityLog) -> None:
    """ICS-214: what happened, with room for more by hand."""
    off = view.stamp.utc_offset_min
    sheet.page()
    _top(sheet, view.case, off)
    where = f"{view.stamp.district.zh}情指行中心 {view.stamp.district.en} command hub"
    sheet.row(
        [label("name", "3"), label("position", "4"), [*label("agency", "5"), Bit(where, SMALL)]], [50, 50, 86], least=12
    )
    rows = [[said(r.call_sign, BOLD), both(r.kind), both(r.team)] for r in view.resources]
    sheet.table(
        [head("resource"), head("kind"), head("team")],
        rows or [cells.nothing("no_resources", 3)],
        [50, 50, 86],
        title=section("resources", "6"),
    )
    sheet.gap(2)
    entries = [cells.entry(entry, off) for entry in view.entries] or [cells.nothing("no_entries", 4)]
    if view.cut:
        entries.insert(0, [[], [], cells.older(view.cut), []])
    widths = [25.0, 36.0, 93.0, 32.0]
    sheet.table(
        [head("time"), head("about"), head("activity"), head("by_whom")], entries, widths, title=section("log", "7")
    )
    for _ in range(3):
        sheet.row([[], [], [], []], widths, least=_PEN)
    _signatures(sheet, view.stamp, "8", "prepared")


def briefing(sheet: Flow, view: Briefing) -> None:
    """ICS-201: situation, sketch, objectives, actions, organisation, resources."""
    off, case = view.stamp.utc_offset_min, view.case
    sheet.page()
    sheet.row(
        [
            [*label("incident", "1"), *cells.named(case, case.title.zh)],
            [*label("number", "2"), *said(case.number, BOLD)],
            [*label("initiated", "3"), *said(times.full(case.started_at, off))],
        ],
        [90, 48, 48],
    )
    sheet.row([section("map", "4")], [FULL], shade=215)
    sheet.picture(lambda x, y, wide, high: sketch(view.sketch, sheet.ruler, x, y, wide, high), _SKETCH)
    sheet.row([section("situation", "5")], [FULL], shade=215)
    sheet.row(
        [
            [*label("kind"), *both(case.kind)],
            [*label("place"), *both(case.place)],
            [*label("priority"), *said(None if case.priority is None else str(case.priority), BOLD)],
            [*label("clue"), *said(case.clue, SMALL), *(both(case.clue_title) if case.clue_title else [])],
        ],
        [44, 60, 20, 62],
    )
    sheet.row(
        [[*label("centres"), *cells.centres(case)], [*label("results"), *cells.results(case)]], [FULL / 2, FULL / 2]
    )
    sheet.row([label("safety")], [FULL], least=15)
    lines = sorted((line for group in view.groups for line in group.lines), key=lambda line: line.number)
    widths = [10.0, 78.0, 40.0, 22.0, 36.0]
    sheet.gap(2)
    sheet.table(
        [head("no"), head("task"), head("assigned"), head("until"), head("state")],
        [cells.objective(line, off) for line in lines] or [cells.nothing("no_tasks", 5)],
        widths,
        title=section("objectives", "7"),
    )
    sheet.gap(2)
    actions = [cells.entry(entry, off)[:3] for entry in view.actions]
    if view.cut:
        actions.insert(0, [[], [], cells.older(view.cut)])
    sheet.table(
        [head("time"), head("about"), head("activity")],
        actions or [cells.nothing("no_entries", 3)],
        [25, 40, 121],
        title=section("actions", "8"),
    )
    sheet.gap(2)
    groups: list[list[Cell]] = [[both(g.name), said(str(len(g.lines))), [], []] for g in view.groups] or [
        cells.nothing("no_tasks", 4)
    ]
    sheet.row([label("organisation", "9"), label("chief")], [50, 136], least=10)
    sheet.table([head("group"), head("tasks"), head("leader"), head("contact")], groups, [70, 20, 50, 46], least=_PEN)
    sheet.gap(2)
    sheet.table(
        [head("resource"), head("kind"), head("ordered"), head("eta"), head("arrived"), head("notes")],
        [cells.summary(r, off) for r in view.resources] or [cells.nothing("no_resources", 6)],
        [34, 30, 25, 22, 25, 50],
        title=section("summary", "10"),
    )
    _signatures(sheet, view.stamp, "6", "prepared", "approved")


def planning_sheet(sheet: Flow, view: PlanningSheet) -> None:
    """ICS-215: totals by kind, then every piece of work with its own required, have and need."""
    off = view.stamp.utc_offset_min
    sheet.page()
    _top(sheet, view.case, off)
    totals: list[list[Cell]] = [
        [
            both(need.title),
            cells.kinds(need),
            cells.count(need.required),
            cells.count(need.have),
            cells.count(need.more),
            cells.count(need.free),
        ]
        for need in view.needs
    ]
    sheet.table(
        [head("need"), head("kind"), head("required"), head("have"), head("more"), head("free")],
        totals or [cells.nothing("no_resources", 6)],
        [52, 46, 22, 22, 22, 22],
        title=section("kinds", "11–13"),
    )
    sheet.gap(2)
    rows = [cells.work(group, line, off) for group in view.groups for line in group.lines]
    sheet.table(
        [
            [Bit("", LABEL)],
            [Bit("3–4", LABEL), *head("group")],
            [Bit("5", LABEL), *head("task")],
            [Bit("6", LABEL), *head("resource")],
            head("required"),
            head("have"),
            head("more"),
            [Bit("9", LABEL), *head("reporting")],
            [Bit("10", LABEL), *head("arrival")],
        ],
        rows or [cells.nothing("no_tasks", 9)],
        [9, 30, 46, 20, 16, 12, 12, 21, 20],
        title=section("assignments", "5"),
        least=_PEN,
    )
    sheet.row([label("overhead", "7"), label("equipment", "8")], [FULL / 2, FULL / 2], least=18)
    _signatures(sheet, view.stamp, "14", "prepared")


def _top(sheet: Flow, case: Case, off: int) -> None:
    """Fields 1 and 2 of every form but the briefing."""
    until = times.full(case.closed_at, off) or f"{WORDS['since'].zh} {WORDS['since'].en}"
    sheet.row(
        [
            [*label("incident", "1"), *cells.named(case, f"{case.number} {case.title.zh}")],
            [*label("period", "2"), *said(f"{times.full(case.started_at, off)} – {until}")],
        ],
        [FULL / 2, FULL / 2],
    )


def _signatures(sheet: Flow, stamp: Stamp, number: str, *who: str) -> None:
    """A box for each who signs, all on one page; whoever printed it stands in the first."""
    sheet.gap(2)
    sheet.keep(_SIGN)
    widths = [FULL / len(who)] * len(who)
    by = [Bit(f"{stamp.by} {stamp.by_name.zh} {stamp.by_name.en}", SMALL)]
    sheet.row([[*label(key, number if n == 0 else ""), *(by if n == 0 else [])] for n, key in enumerate(who)], widths)
    sheet.row([label("signature") for _ in who], widths, least=_PEN + 2)
    sheet.row([label("date") for _ in who], widths, least=_PEN - 1)


def _resources_204(sheet: Flow, resources: Sequence[Resource]) -> None:
    rows: list[list[Cell]] = [
        [said(r.call_sign, BOLD), both(r.kind), [], [], cells.status(r), both(r.notes) if r.notes else []]
        for r in resources
    ]
    sheet.table(
        [head("resource"), head("kind"), head("leader"), head("persons"), head("status"), head("remarks")],
        rows or [[[], [], [], [], both(WORDS["no_resources"], SMALL), []]],
        [28, 28, 32, 16, 38, 44],
        title=section("resources", "5"),
        least=_PEN,
    )


def _assignments(sheet: Flow, group: Group, off: int) -> None:
    rows = [cells.assignment(group, line, off) for line in group.lines]
    sheet.table(
        [head("no"), head("task"), head("assigned"), head("due"), head("state"), head("feedback")],
        rows or [cells.nothing("no_tasks", 6)],
        [9, 49, 24, 34, 31, 39],
        title=section("assignments", "6"),
        least=15,
    )
