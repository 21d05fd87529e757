"""A view as a PDF: the form that belongs to it, laid out and furnished. The libraries it prints with come in here, so
that only who prints waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from hub.paper import forms, furniture
from hub.paper.face import Face
from hub.paper.flow import Flow
from hub.paper.pdf import pdf
from hub.paper.views import ActivityLog, Briefing, PlanningSheet, TaskList, View
from hub.paper.words import FORMS

_FORMS: Mapping[type[View], tuple[str, Callable[[Flow, Any], None]]] = {
    TaskList: ("task_list", forms.task_list),
    ActivityLog: ("activity_log", forms.activity_log),
    Briefing: ("briefing", forms.briefing),
    PlanningSheet: ("planning_sheet", forms.planning_sheet),
}


def print_out(view: View, font: Path) -> bytes:
    """A view as PDF. ``font``: the variable font of the screens. Raises ``OSError`` when that cannot be read."""
    face = _face(font)
    name, fill = _FORMS[type(view)]
    sheet = furniture.flow(face)
    fill(sheet, view)
    furniture.furnish(sheet, face, name, view.stamp, view.case)
    return pdf(
        sheet.pages,
        face,
        title=f"{FORMS[name].title.zh} {FORMS[name].title.en} {view.case.number}",
        subject=furniture.code(view.stamp, name, view.case),
        author=view.stamp.by,
        created=view.stamp.printed_at,
    )


@lru_cache(maxsize=2)
def _face(font: Path) -> Face:
    return Face(font)
