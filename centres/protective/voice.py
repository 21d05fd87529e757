"""How this centre's simulated facts are placed and signed. Must not know what they are about."""

from __future__ import annotations

from functools import partial

from hub.field.voice import beside as aside
from hub.field.voice import place_at, speaker
from hub.field.world import World

from .events import SOURCE, TOPIC, PlaceName

RESTATE_S = 120.0
signed = speaker(TOPIC, SOURCE)
beside = partial(aside, slope=-0.5)
"""Beside place number ``n``, so that symbols do not cover it: ``aside_deg`` degrees east, half of that south."""


def named(world: World, n: int) -> PlaceName:
    """The name of place number ``n`` (counted round) where people live or work."""
    name = place_at(world, n).name
    return PlaceName(name.zh, name.en)
