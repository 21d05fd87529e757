"""Makes a PDF of finished pages: fonts inside, text that can be copied, the same pages always the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdf import FPDF
from fpdf.fonts import TTFFont

from hub.paper.face import Face
from hub.paper.page import Fill, Op, Page, Stroke, Words

_FAMILY = "sheet"
_STYLES = {False: "", True: "B"}


def pdf(pages: Sequence[Page], face: Face, *, title: str, subject: str, author: str, created: float) -> bytes:
    """The file. ``created``: epoch seconds that stand in it as its time of creation."""
    file = FPDF(unit="mm", format="A4")
    file.set_auto_page_break(False)
    file.set_margin(0)
    file.set_lang("zh-CN")
    file.set_title(title)
    file.set_subject(subject)
    file.set_author(author)
    file.set_creator("hub")
    file.set_producer("hub")
    file.set_creation_date(datetime.fromtimestamp(int(created), tz=UTC))
    with TemporaryDirectory(prefix="hub-paper-") as folder:  # the library takes fonts from files only
        _fonts(file, face, pages, Path(folder))
        for page in pages:
            file.add_page()
            for op in page:
                _draw(file, op)
        out = bytes(file.output())
        for font in file.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
    return out


def _fonts(file: FPDF, face: Face, pages: Sequence[Page], folder: Path) -> None:
    fonts = face.static({sign for page in pages for op in page if isinstance(op, Words) for sign in op.text})
    for bold, style in _STYLES.items():
        path = folder / f"{_FAMILY}{style}.ttf"
        path.write_bytes(fonts[bold])
        file.add_font(_FAMILY, style, path)


def _draw(file: FPDF, op: Op) -> None:
    match op:
        case Words(x, y, text, style):
            if text:
                file.set_font(_FAMILY, _STYLES[style.bold], style.size)
                file.set_text_color(style.ink)
                file.text(x, y, text)
        case Stroke(points, width, ink, dash):
            file.set_line_width(width)
            file.set_draw_color(ink)
            file.set_dash_pattern(dash, dash)
            file.polyline(list(points))
        case Fill(points, ink):
            file.set_fill_color(ink)
            file.polygon(list(points), style="F")
