"""A printed page as a list of marks, in millimetres from its upper left corner. Must not know what makes it a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDE, HIGH = 210.0, 297.0
"""A4, upright."""
POINT_MM = 25.4 / 72
XY = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How words look. ``size``: points. ``ink``: 0 black to 255 white."""

    size: float = 9.0
    bold: bool = False
    ink: int = 0

    @property
    def leading(self) -> float:
        """From one line to the next, millimetres."""
        return self.size * POINT_MM * 1.36


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; ``y`` is its base line."""

    x: float
    y: float
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points. ``dash``: millimetres on and off, 0 for solid."""

    points: Sequence[XY]
    width: float = 0.2
    ink: int = 0
    dash: float = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled polygon without an edge."""

    points: Sequence[XY]
    ink: int = 0


Op = Words | Stroke | Fill
Page = list[Op]
Ruler = Callable[[str, Style], float]
"""(text, style) → its width, millimetres."""


def box(x: float, y: float, wide: float, high: float, width: float = 0.2) -> Stroke:
    """The edge of a rectangle."""
    return Stroke(((x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)), width)


def block(x: float, y: float, wide: float, high: float, ink: int) -> Fill:
    """A filled rectangle."""
    return Fill(((x, y), (x + wide, y), (x + wide, y + high), (x, y + high)), ink)
