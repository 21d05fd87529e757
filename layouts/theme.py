"""The one table of colours and sizes, and what is made of it: CSS, the plotly template, the grid's theme.

Also the size of the root font from a wall's geometry. Must not know pages or data.
"""

from __future__ import annotations

import json
from math import pi, tan
from typing import Any

TOKENS: dict[str, str] = {
    # ground, quiet
    "page": "#0b0e12",
    "panel": "#12161c",
    "inner": "#0e1217",
    "raised": "#1a212a",
    "hairline": "#1e252e",
    "edge": "#2b3541",
    # text
    "strong": "#eef3f8",
    "text": "#c6d0da",
    "second": "#8d99a6",
    "third": "#76828f",
    # alarms and lateness: used for nothing else on any page
    "p1": "#ff4d4f",
    "p2": "#ff9f1c",
    "p3": "#ffd60a",
    "p4": "#3aa0ff",
    "late": "#ffb84d",
    # interaction: drones and what is selected
    "blue": "#2f6db5",
    "sky": "#7fb4ff",
    # map
    "land": "#0d1116",
    "block": "#121820",
    "street": "#1c232c",
    "road": "#2a333e",
    "water": "#12283a",
    "park": "#10191a",
    "unit": "#8fa3b8",
}

FAMILY = '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'
NAME_REM = 1.125
"""Size of names and status words; everything else is measured against it."""
SMALLEST_REM = 0.8125
"""No text on any page is smaller: 22' for names then gives 16' for it (wall.md 4.1)."""
DESK_PX = 16.0
NAME_ARCMIN = 22.0
CJK_FILL = 0.9
"""How much of the font size a Chinese glyph fills."""
COLOURWAY = ("#7fb4ff", "#8fa3b8", "#4d86c9", "#c6d0da", "#5f7186", "#a9c7ee", "#3c5068", "#dfe8f1")
"""Colours of chart series: blues and greys, never an alarm's."""


def root_px(pitch_mm: float | None = None, eye_m: float | None = None) -> float:
    """Root font size in px so that names subtend 22 arc-minutes for the farthest eye; 16 without a geometry.

    ``pitch_mm``: distance of pixels. ``eye_m``: farthest viewer. h = 2 d tan(θ/2) (NUREG-0700; ISO 9241-3), px = h /
    pitch, and a Chinese glyph fills 0.9 of its font size. Never below 12 px; ``ValueError`` for impossible geometry.
    """
    if pitch_mm is None and eye_m is None:
        return DESK_PX
    if pitch_mm is None or eye_m is None or not 0.05 <= pitch_mm <= 20 or not 0.2 <= eye_m <= 100:
        raise ValueError("geometry: give pitch_mm (0.05 to 20) and eye_m (0.2 to 100) together")
    height_mm = 2 * eye_m * 1000 * tan(NAME_ARCMIN / 60 * pi / 180 / 2)
    return max(12.0, round(height_mm / pitch_mm / CJK_FILL / NAME_REM, 1))


def css(root: float = DESK_PX) -> str:
    """The style sheet of tokens: custom properties, the web font, the root size in px."""
    lines = "\n".join(f"  --{name}: {value};" for name, value in TOKENS.items())
    return f"""{_face("100 599", "Regular")}{_face("600 900", "Bold")}:root {{
{lines}
  --family: {FAMILY};
  --name: {NAME_REM}rem;
  --small: {SMALLEST_REM}rem;
  font-size: {root:g}px;
}}
"""


def _face(weights: str, style: str) -> str:
    """One half of the weights: installed static fonts have no range of their own, so bold needs its own names."""
    return f"""@font-face {{
  font-family: "Noto Sans SC"; font-weight: {weights}; font-display: swap;
  src: local("Noto Sans CJK SC {style}"), local("NotoSansCJKsc-{style}"), local("NotoSansSC-{style}"),
       url("/fonts/NotoSansSC.ttf") format("truetype");
}}
"""


def plotly_template() -> dict[str, Any]:
    """The plotly template (``layout.template``) of every chart."""
    axis = {
        "gridcolor": TOKENS["hairline"],
        "linecolor": TOKENS["edge"],
        "zerolinecolor": TOKENS["edge"],
        "tickcolor": TOKENS["edge"],
        "tickfont": {"color": TOKENS["second"], "size": 13},
        "title": {"font": {"color": TOKENS["second"], "size": 13}},
        "automargin": True,
    }
    return {
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(COLOURWAY),
            "font": {"family": FAMILY, "color": TOKENS["text"], "size": 13},
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": TOKENS["second"]}},
            "hoverlabel": {
                "bgcolor": TOKENS["raised"],
                "bordercolor": TOKENS["edge"],
                "font": {"family": FAMILY, "color": TOKENS["strong"]},
            },
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "bargap": 0.35,
        },
        "data": {"bar": [{"type": "bar", "marker": {"line": {"width": 0}}}]},
    }


def grid_theme() -> dict[str, str]:
    """AG Grid's theme as dash-ag-grid takes it: quartz with our parameters."""
    params = {
        "backgroundColor": TOKENS["panel"],
        "foregroundColor": TOKENS["text"],
        "headerBackgroundColor": TOKENS["inner"],
        "headerTextColor": TOKENS["second"],
        "borderColor": TOKENS["hairline"],
        "rowBorder": {"color": TOKENS["hairline"]},
        "rowHoverColor": TOKENS["raised"],
        "selectedRowBackgroundColor": TOKENS["raised"],
        "oddRowBackgroundColor": TOKENS["panel"],
        "accentColor": TOKENS["sky"],
        "browserColorScheme": "dark",
        "wrapperBorder": False,
        "wrapperBorderRadius": 0,
        "borderRadius": 3,
        "fontFamily": FAMILY,
        "fontSize": "0.9375rem",
        "headerFontSize": "0.8125rem",
        "headerFontWeight": 500,
        "cellHorizontalPadding": "0.625rem",
        "rowHeight": "2.75rem",
        "headerHeight": "2.75rem",
    }
    return {"function": f"themeQuartz.withParams({_script(params)})"}


def _script(params: dict[str, Any]) -> str:
    """A JavaScript literal that the grid's expression parser reads (JSON is one)."""
    return json.dumps(params, ensure_ascii=False)
