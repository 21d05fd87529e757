"""The guard at the topics: what a fact says of a clue, a task or an operation must be a road that can be walked.

A fact carries its whole road (``hops``), so most of it is judged by itself: the steps must lead from one to the next,
and to the state and the owner it claims. Against the row that is held: newer revisions only go on, they never rewrite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.domain.events import Event
from hub.domain.field import Clue, Hop
from hub.errors import BadPayload
from hub.picture.delta import Delta
from hub.picture.fold import Fold, Picture, keep
from hub.road.states import CLUE, NEW, Machine

HUB = "hub"
HOPS_MAX = 200


def guarded(machine: Machine) -> Fold:
    """The fold of a table whose rows walk that machine. Raises ``BadPayload`` for what cannot have happened."""
    store = keep(machine.table)

    def fold(picture: Picture, event: Event) -> Delta:
        fact: Any = event.data
        if isinstance(fact, Clue):
            walked(fact)
        row = picture.get(machine.table, fact.id)
        if row is not None and row.order < (fact.epoch, fact.rev):
            _goes_on(machine, row.fact, fact)
        return store(picture, event)

    return fold


def _goes_on(machine: Machine, held: Any, fact: Any) -> None:
    if not machine.reachable(held.state, fact.state):
        raise BadPayload(f"{machine.table} {fact.id}: {held.state} never becomes {fact.state}")
    kept = len(held.hops)
    if kept and not fact.hops:
        raise BadPayload(f"{machine.table} {fact.id}: revision {fact.rev} tells no road, revision {held.rev} does")
    if kept < HOPS_MAX and fact.hops[:kept] != held.hops:
        raise BadPayload(f"{machine.table} {fact.id}: revision {fact.rev} tells another road than revision {held.rev}")


def walked(clue: Clue) -> None:
    """Raise ``BadPayload`` when the hops of a clue do not lead to its state and its owner."""
    if len(clue.hops) >= HOPS_MAX:
        return  # the beginning is no longer there
    if not clue.hops:
        raise BadPayload(f"clue {clue.id}: it tells no road")
    places = walk(clue.hops)
    if not places:
        verbs = " → ".join(hop.verb for hop in clue.hops)
        raise BadPayload(f"clue {clue.id}: no road goes {verbs}")
    if (clue.state, clue.owner) not in places:
        said = ", ".join(sorted(f"{state} with {owner}" for state, owner in places))
        raise BadPayload(f"clue {clue.id}: its road ends {said}, it claims {clue.state} with {clue.owner}")


def walk(hops: Sequence[Hop]) -> set[tuple[str, str]]:
    """(state, owner) that a clue's hops may have led to; one verb may lead to several states. Empty: a wrong road."""
    places = {(NEW, NEW)}
    for hop in hops:
        places = {
            (state, owner_after(hop, owner)) for before, owner in places for state in CLUE.steps(before, hop.verb)
        }
    return places


def owner_after(hop: Hop, owner: str) -> str:
    """Who owns a clue after a step: a transfer changes nothing until it is signed for."""
    if hop.verb == "reported":
        return hop.sender
    if hop.verb == "signed":
        return hop.sender
    if hop.verb in ("triaged", "returned", "recalled", "closed"):
        return HUB
    return owner
