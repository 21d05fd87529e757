"""Who acts in a request. On loopback an account is chosen by a switch; where sign-in comes, it ends in an ``Actor``
here.

Must not know what an actor may do: that is ``hub.access``.
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request

from hub.access import DUTY, Actor
from hub.road.reasons import refused

HEADER, COOKIE = "hub-actor", "hub_actor"
Find = Callable[[str], Actor | None]
"""Account id → the actor, ``None`` when there is no such account."""


def actor_of(request: Request, find: Find) -> Actor:
    """The actor of a request: by header ``Hub-Actor``, then cookie ``hub_actor``, then the duty officer. Raises
    ``Refused`` for an account that does not exist.
    """
    said = request.headers.get(HEADER) or _cookie(request) or DUTY
    actor = find(said)
    if actor is None:
        raise refused("no_account", f"没有账户 {said}", f"there is no account {said}")
    return actor


def _cookie(request: Request) -> str | None:
    try:
        jar = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None
