"""The look: one table of colours, and what is made of it; sizes that can be read from the farthest chair."""

from __future__ import annotations

import json
import re
from math import atan, pi

import pytest

from layouts import theme
from layouts.app import assets_folder

ALARM = ("p1", "p2", "p3", "p4", "late")
STYLES = sorted(assets_folder().glob("*.css"))


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_desk_is_sixteen_pixels() -> None:
    assert theme.root_px() == 16.0


@pytest.mark.parametrize(("pitch", "eye"), [(0.9, 6.0), (1.25, 4.0), (1.5, 6.0), (1.8, 10.0), (0.63, 6.0)])
def test_names_subtend_22_arc_minutes_and_the_smallest_text_16(pitch: float, eye: float) -> None:
    def arcmin(rem: float) -> float:
        glyph_mm = theme.root_px(pitch, eye) * rem * theme.CJK_FILL * pitch
        return 2 * atan(glyph_mm / (2 * eye * 1000)) * 180 / pi * 60

    assert arcmin(theme.NAME_REM) == pytest.approx(22, abs=0.3)
    assert arcmin(theme.SMALLEST_REM) >= 15.7


def test_farther_eyes_and_finer_pixels_need_more_pixels() -> None:
    assert theme.root_px(0.9, 8) > theme.root_px(0.9, 6) > theme.root_px(1.8, 6)


@pytest.mark.parametrize(
    ("pitch", "eye"), [(0.9, None), (None, 6), (0, 6), (-1, 6), (0.9, 0), (float("nan"), 6), (0.9, 1e9)]
)
def test_impossible_geometry_is_refused(pitch: float | None, eye: float | None) -> None:
    with pytest.raises(ValueError, match="geometry"):
        theme.root_px(pitch, eye)


def test_a_very_near_eye_never_gets_less_than_12_pixels() -> None:
    assert theme.root_px(5, 0.5) == 12.0


def test_style_sheet_holds_every_token_and_the_root() -> None:
    sheet = theme.css(42.1)
    assert all(f"--{name}: {value};" in sheet for name, value in theme.TOKENS.items())
    assert "font-size: 42.1px" in sheet


@pytest.mark.parametrize("ground", ["page", "panel", "inner"])
@pytest.mark.parametrize(
    ("text", "least"), [("strong", 7.0), ("text", 7.0), ("second", 4.5), ("third", 4.5), ("late", 4.5)]
)
def test_text_can_be_read_on_every_ground(ground: str, text: str, least: float) -> None:
    assert contrast(theme.TOKENS[text], theme.TOKENS[ground]) >= least


def test_alarm_colours_mean_alarms_only() -> None:
    others = json.dumps([theme.plotly_template(), theme.grid_theme(), theme.COLOURWAY]).lower()
    for name in ALARM:
        assert theme.TOKENS[name] not in others
        assert [key for key, value in theme.TOKENS.items() if value == theme.TOKENS[name]] == [name]


def test_styles_use_tokens_that_exist_and_never_an_alarm_colour_by_value() -> None:
    sheets = {sheet: sheet.read_text("utf-8") for sheet in STYLES}
    own = set(theme.TOKENS) | {"family", "name", "small", "progress"}
    own |= set(re.findall(r"(?<![\w(])--([\w-]+)\s*:", "".join(sheets.values())))
    for sheet, text in sheets.items():
        assert set(re.findall(r"var\(--([\w-]+)", text)) <= own, sheet.name
        assert not [name for name in ALARM if theme.TOKENS[name] in text.lower()], sheet.name


def test_no_style_writes_text_below_the_smallest_size() -> None:
    for sheet in STYLES:
        for size in re.findall(r"font-size:\s*(\d*\.?\d+)rem", sheet.read_text("utf-8")):
            assert float(size) >= theme.SMALLEST_REM, f"{sheet.name}: {size}rem"


def test_nothing_blinks_faster_than_once_a_second_and_only_the_mark_of_a_raised_p1() -> None:
    animations = re.findall(r"^(.*)animation:\s*(\w+) ([\d.]+)s", "\n".join(s.read_text("utf-8") for s in STYLES), re.M)
    assert [(name, float(seconds)) for _, name, seconds in animations] == [("blink", 1.0)]
    assert '[data-priority="1"][data-state="raised"] .mark' in animations[0][0]
