"""Fills pages from top to bottom: ruled rows of cells, tables whose heads come again on every page.

A row that fits no page is cut between lines of text; no line is ever cut. Must not know what a form is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hub.paper.lines import broken
from hub.paper.page import WIDE, Op, Page, Ruler, Stroke, Style, Words, block, box

LEFT = 12.0
FULL = WIDE - 2 * LEFT
"""Width of what is printed, millimetres."""
PAD = 1.2
_FEWEST = 14.0
"""A piece of a cut row is at least this high (mm), or it begins on the next page."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A paragraph of a cell."""

    text: str
    style: Style = Style()  # noqa: RUF009  # a frozen value


Cell = Sequence[Bit]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    style: Style


@dataclass(slots=True, kw_only=True)
class Flow:
    """Pages being filled. ``top``, ``bottom``: where the room for rows begins and ends, millimetres."""

    ruler: Ruler
    clean: Callable[[str], str]
    top: float
    bottom: float
    pages: list[Page] = field(default_factory=list)
    _y: float = 0.0
    _again: Callable[[], None] | None = None

    def page(self) -> None:
        """Begin a page; inside a table its heads are drawn again."""
        self.pages.append([])
        self._y = self.top
        if self._again is not None:
            again, self._again = self._again, None
            again()
            self._again = again

    def gap(self, high: float) -> None:
        """Room before what follows, unless a page has just begun."""
        if self._y > self.top:
            self._y += high

    def keep(self, high: float) -> None:
        """Begin a page if less than that is left, so that what follows stays together."""
        if not self.pages or self._y + high > self.bottom:
            self.page()

    def row(
        self, cells: Sequence[Cell], widths: Sequence[float], *, least: float = 0.0, shade: int | None = None
    ) -> None:
        """One ruled row. ``widths``: millimetres; ``least``: least height, room for the pen; ``shade``: its ground."""
        left = [self._lines(cell, wide - 2 * PAD) for cell, wide in zip(cells, widths, strict=True)]
        while True:
            high = max(least, max(_high(lines) for lines in left) + 2 * PAD)
            self.keep(min(high, _FEWEST))
            room = self.bottom - self._y
            if high <= room:
                self._draw(left, widths, high, shade)
                return
            if high <= self._fresh():
                self.page()
                continue
            now = [_fitting(lines, room - 2 * PAD) for lines in left]
            if not any(now):
                self.page()
                continue
            self._draw([lines[:n] for lines, n in zip(left, now, strict=True)], widths, room, shade)
            left = [lines[n:] for lines, n in zip(left, now, strict=True)]
            least = 0.0
            self.page()

    def table(
        self,
        heads: Sequence[Cell],
        rows: Sequence[Sequence[Cell]],
        widths: Sequence[float],
        *,
        title: Cell | None = None,
        least: float = 0.0,
    ) -> None:
        """Rows under heads. ``title``: a line over the heads that comes again with them."""

        def head() -> None:
            if title is not None:
                self.row([title], [sum(widths)], shade=215)
            self.row(heads, widths, shade=238)

        self.keep(34.0)
        head()
        self._again = head
        for cells in rows:
            self.row(cells, widths, least=least)
        self._again = None

    def picture(self, ops: Callable[[float, float, float, float], Sequence[Op]], high: float) -> None:
        """A frame of that height and the full width; ``ops(x, y, wide, high)`` draws into it."""
        self.keep(high)
        self.pages[-1] += [*ops(LEFT, self._y, FULL, high), box(LEFT, self._y, FULL, high)]
        self._y += high

    def _fresh(self) -> float:
        """Height a row may have on a page of its own; heads that come again take a little of it."""
        return self.bottom - self.top - (20.0 if self._again is not None else 0.0)

    def _lines(self, cell: Cell, wide: float) -> list[_Line]:
        return [
            _Line(line, bit.style)
            for bit in cell
            for line in broken(self.clean(bit.text), wide, lambda text, style=bit.style: self.ruler(text, style))  # type: ignore[misc]
        ]

    def _draw(self, cells: Sequence[Sequence[_Line]], widths: Sequence[float], high: float, shade: int | None) -> None:
        page, x = self.pages[-1], LEFT
        if shade is not None:
            page.append(block(x, self._y, sum(widths), high, shade))
        for lines, wide in zip(cells, widths, strict=True):
            y = self._y + PAD
            for line in lines:
                page.append(Words(x + PAD, y + line.style.leading * 0.76, line.text, line.style))
                y += line.style.leading
            x += wide
        page.append(box(LEFT, self._y, sum(widths), high))
        x = LEFT
        for wide in widths[:-1]:
            x += wide
            page.append(Stroke(((x, self._y), (x, self._y + high))))
        self._y += high


def _high(lines: Sequence[_Line]) -> float:
    return sum(line.style.leading for line in lines)


def _fitting(lines: Sequence[_Line], room: float) -> int:
    """How many of the lines fit."""
    count = 0
    for line in lines:
        room -= line.style.leading
        if room < 0:
            break
        count += 1
    return count
