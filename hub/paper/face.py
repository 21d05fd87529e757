"""The one font of every sheet: how wide text is, and small static fonts that hold just what is printed.

The file is a variable font (weights 100 to 900); a PDF takes static ones, so two are cut out of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from hub.paper.page import POINT_MM, Style

WEIGHTS = {False: 400.0, True: 700.0}
MISSING = "〓"
"""What printers have always put where a sign is missing."""
_TABLES_LEFT_OUT = [
    "GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG", "VVAR", "DSIG", "meta",
    "HVAR",  # the same widths stand in the outlines' variations
]  # fmt: skip

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it says at length what it cuts from a font


class Face:
    """Measures text with the file's own widths, all of them read once (half a second). Safe to use from any thread."""

    def __init__(self, file: Path) -> None:
        """``file``: a variable TrueType font with a weight axis. Raises ``OSError`` when it cannot be read."""
        self.file = file
        with TTFont(file, lazy=True) as font:
            names, em = font.getBestCmap(), font["head"].unitsPerEm
            self._signs = frozenset(map(chr, names))
            self._widths = {
                bold: _odd_widths(names, font.getGlyphSet(location={"wght": weight}), em)
                for bold, weight in WEIGHTS.items()
            }

    def clean(self, text: str) -> str:
        """The text with a mark in place of each sign the font does not have; line ends stay, tabs become spaces."""
        return "".join(
            sign if sign == "\n" or sign in self._signs else " " if sign.isspace() else MISSING for sign in text
        )

    def width(self, text: str, style: Style) -> float:
        """Millimetres; ``text`` as ``clean`` gives it."""
        widths = self._widths[style.bold]
        return sum(widths.get(sign, 1.0) for sign in text) * style.size * POINT_MM

    def static(self, signs: Iterable[str]) -> Mapping[bool, bytes]:
        """Static TrueType fonts, plain and bold, with these signs and no others; the same signs give the same bytes."""
        return _static(self.file, "".join(sorted(set(signs))))


def _odd_widths(names: Mapping[int, str], glyphs: Mapping[str, Any], em: int) -> dict[str, float]:
    """Widths in ems of the signs that are not just one em wide, as nearly all Chinese ones are."""
    found = ((chr(code), round(glyphs[name].width)) for code, name in names.items())
    return {sign: width / em for sign, width in found if width != em}


@lru_cache(maxsize=16)
def _static(file: Path, signs: str) -> Mapping[bool, bytes]:
    options = Options(
        layout_features=[], name_IDs=[1, 2], notdef_outline=True, hinting=False, glyph_names=False,
        drop_tables=_TABLES_LEFT_OUT, recalc_timestamp=False,
    )  # fmt: skip
    few = BytesIO()
    with TTFont(file, lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[ord(sign) for sign in signs])
        subsetter.subset(font)
        font.save(few)
    return {bold: _instance(few.getvalue(), weight) for bold, weight in WEIGHTS.items()}


def _instance(few: bytes, weight: float) -> bytes:
    out = BytesIO()
    with TTFont(BytesIO(few), recalcTimestamp=False) as font:
        instantiateVariableFont(font, {"wght": weight}, inplace=True)
        font.save(out)
    return out.getvalue()
