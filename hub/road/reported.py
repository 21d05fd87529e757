"""The road of a clue as far as folds guard it: a centre reports, the hub owns the clue afterwards."""

from __future__ import annotations

from hub.domain.events import Event
from hub.domain.field import Clue
from hub.errors import BadPayload
from hub.picture.delta import Delta
from hub.picture.fold import Fold, Picture, keep
from hub.road.guard import walked

REPORTED = "cn.hub.clue.reported.v1"


def reported_by(centre: str) -> Fold:
    """The fold of a clue report on a centre's own topic: only its own clue, only as ``reported``.

    Raises ``BadPayload`` when a centre claims another's clue or a later step: those are the hub's to decide.
    """
    store = keep("clues")

    def fold(picture: Picture, event: Event) -> Delta:
        clue = event.data
        if not isinstance(clue, Clue) or clue.origin != centre or clue.state != "reported":
            raise BadPayload(f"{centre} may only report its own clues, state reported")
        if clue.owner != centre:
            raise BadPayload(f"{centre} may not give clue {clue.id} to {clue.owner}: it reports, the hub decides")
        walked(clue)
        held = picture.get("clues", clue.id)
        if held is not None and isinstance(held.fact, Clue):
            if held.fact.origin != centre:
                raise BadPayload(f"clue {clue.id} belongs to {held.fact.origin}")
            if held.fact.state != "reported":
                return {}  # the hub has taken it further: an old report changes nothing
        return store(picture, event)

    return fold
