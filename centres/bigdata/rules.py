"""The rules of this centre as pure functions: what may be disclosed, what drift means, what a finding may say.

Must not know where numbers come from or how they are shown.
"""

from __future__ import annotations

import re
from typing import Literal

from hub.domain.model import Text

SMALLEST_COUNT = 5
"""A count below this is not disclosed: it could point at a household or a person."""
HOT_AT = 10
LONGEST_TEXT = 300
LONG_NUMBER = re.compile(r"\d{7,}")
WATCH_AT, DRIFT_AT = 0.1, 0.25
"""Bounds of the population stability index (PSI) as they are commonly used: below 0.1 stable, above 0.25 shifted."""

ModelState = Literal["stable", "watch", "drifting"]
HotSpotState = Literal["suppressed", "usual", "raised", "hot"]


def disclose(count: int) -> int | None:
    """The count when it may be shown, ``None`` when it is below ``SMALLEST_COUNT`` (zero included)."""
    return count if count >= SMALLEST_COUNT else None


def cell_state(calls: int | None, complaints: int | None, usual: float) -> HotSpotState:
    """What a cell is, from disclosed counts; ``usual``: calls this cell has at this hour, averaged over weeks."""
    if calls is None and complaints is None:
        return "suppressed"
    if calls is not None and calls >= HOT_AT and calls >= 1.5 * usual:
        return "hot"
    return "raised" if calls is not None and calls >= 1.2 * usual else "usual"


def drift_state(psi: float) -> ModelState:
    """What a population stability index says about a model."""
    if psi >= DRIFT_AT:
        return "drifting"
    return "watch" if psi >= WATCH_AT else "stable"


def precision(confirmed: int, returned: int) -> float | None:
    """Share of fed-back findings that were confirmed; ``None`` before the first result came back."""
    return confirmed / returned if returned else None


def check_about_data(text: Text) -> None:
    """``ValueError`` when an explanation is too long, or holds a run of digits that may be a telephone, card or
    identity number: explanations describe data, not people.
    """
    for said in (text.zh, text.en):
        if len(said) > LONGEST_TEXT:
            raise ValueError(f"an explanation has at most {LONGEST_TEXT} characters")
        if LONG_NUMBER.search(said):
            raise ValueError("an explanation holds no long numbers (telephone, card, identity)")
