"""A floor plan as an empty frame; ``assets/52-plan.js`` draws the zones in it from the feed. Knows no centre."""

from __future__ import annotations

import dataclasses
import json

from dash import html

from hub.show import Plan
from layouts.panels.words import data, filled, panel


def plan(declared: Plan) -> html.Section:
    """The frame, which carries the declaration: which table holds zones and what their fields are called."""
    said = dataclasses.asdict(declared)
    said.pop("title")
    box = html.Div(
        filled("plan-zones", "plan-zones"), id="plan-box", className="plan-box", **data(plan=json.dumps(said))
    )
    return panel("plan", declared.title, [box])
