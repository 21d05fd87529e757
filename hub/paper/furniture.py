"""What is the same on every page: title, mode badge, code of the state, page number, who printed it when."""

from __future__ import annotations

import segno

from hub.paper import times
from hub.paper.face import Face
from hub.paper.flow import FULL, LEFT, Flow
from hub.paper.lines import broken
from hub.paper.page import Fill, Op, Stroke, Style, Words, block
from hub.paper.views import Case, Stamp
from hub.paper.words import FORMS, PAGE_OF, PRIVACY, WORDS, Form

TOP, BOTTOM = 37.0, 277.0
CODE_MM = 25.0
_ROWS = 2
_UP = 9.0
_TITLE, _SUB, _LINE = Style(size=19, bold=True), Style(size=9, ink=60), Style(size=9)
_FOOT, _FOOT_NUMBER = Style(size=6.8, ink=50), Style(size=9, bold=True)


def flow(face: Face) -> Flow:
    """An empty sheet between the furniture."""
    return Flow(ruler=face.width, clean=face.clean, top=TOP, bottom=BOTTOM)


def code(stamp: Stamp, form: str, case: Case) -> str:
    """What the square code says: results written by hand can be keyed back against this state."""
    return f"hub:{stamp.state_hash}:{form}:{case.id}"


def furnish(sheet: Flow, face: Face, form: str, stamp: Stamp, case: Case) -> None:
    """Put head and foot on every page of a finished sheet."""
    marks = _code(code(stamp, form, case), LEFT + FULL - CODE_MM, _UP)
    for number, page in enumerate(sheet.pages, start=1):
        head = _head(face, FORMS[form], stamp, case)
        page[:0] = [*head, *marks, *_foot(face, stamp, number, len(sheet.pages))]


def _head(face: Face, form: Form, stamp: Stamp, case: Case) -> list[Op]:
    where = face.clean(f"{stamp.district.zh}情指行中心  {stamp.district.en} command hub")
    out: list[Op] = [Words(LEFT, _UP + 2.0, where, _FOOT), Words(LEFT, _UP + 11.0, form.title.zh, _TITLE)]
    beside = LEFT + face.width(form.title.zh, _TITLE) + 4
    out += [
        Words(beside, _UP + 7.4, form.ics, Style(size=9, bold=True)),
        Words(beside, _UP + 11.0, form.title.en, _SUB),
    ]
    if stamp.badge is not None:
        out += _badge(face, f"{stamp.badge.zh} {stamp.badge.en}")
    wide = FULL - CODE_MM - 5
    about = face.clean(f"{case.number}  {case.title.zh}  {case.title.en}")
    lines = broken(about, wide, lambda t: face.width(t, _LINE))
    if len(lines) > _ROWS:  # said in full in the form's first field
        lines = [*lines[: _ROWS - 1], lines[_ROWS - 1][:-1] + "…"]
    return out + [Words(LEFT, _UP + 17.6 + row * _LINE.leading, text, _LINE) for row, text in enumerate(lines)]


def _badge(face: Face, text: str) -> list[Op]:
    """White on black, so that it is seen on any copy: data that are not the real thing must not pass as such."""
    style = Style(size=12, bold=True, ink=255)
    wide = face.width(text, style) + 5
    x = LEFT + FULL - CODE_MM - 5 - wide
    return [block(x, _UP, wide, 8.0, 0), Words(x + 2.5, _UP + 5.6, text, style)]


def _code(text: str, x: float, y: float) -> list[Op]:
    """The square code (error level M) with its quiet zone, as runs of dark squares."""
    matrix = [list(row) for row in segno.make_qr(text, error="m").matrix]
    size = CODE_MM / len(matrix)
    out: list[Op] = []
    for down, row in enumerate(matrix):
        across = 0
        while across < len(row):
            run = next((n for n, dark in enumerate(row[across:]) if not dark), len(row) - across)
            if run:
                out.append(_run(x + across * size, y + down * size, run * size, size))
            across += max(run, 1)
    return out


def _run(x: float, y: float, wide: float, high: float) -> Fill:
    return block(x, y, wide, high * 1.02, 0)  # a hair over: no white seam between two rows on a screen


def _foot(face: Face, stamp: Stamp, number: int, of: int) -> list[Op]:
    pages = f"{PAGE_OF.zh.format(number, of)} · {PAGE_OF.en.format(number, of)}"
    right = LEFT + FULL - face.width(pages, _FOOT_NUMBER)
    moment = f"{times.local(stamp.printed_at, stamp.utc_offset_min):%Y-%m-%d %H:%M:%S}"
    said = (
        f"{_pair('printed')} {moment} {times.zone(stamp.utc_offset_min)} · "
        f"{_pair('by')} {stamp.by} {stamp.by_name.zh} {stamp.by_name.en}",
        f"{_pair('hash')} {stamp.state_hash[:8]} · {stamp.state_hash}",
        f"{PRIVACY.zh} · {PRIVACY.en}",
    )
    out: list[Op] = [Stroke(((LEFT, BOTTOM + 2.4), (LEFT + FULL, BOTTOM + 2.4)), 0.3)]
    out.append(Words(right, BOTTOM + 6.4, pages, _FOOT_NUMBER))
    y = BOTTOM + 6.0
    for text in said:
        for line in broken(face.clean(text), right - LEFT - 4, lambda t: face.width(t, _FOOT)):
            out.append(Words(LEFT, y, line, _FOOT))
            y += _FOOT.leading
    return out


def _pair(key: str) -> str:
    return f"{WORDS[key].zh} {WORDS[key].en}"
