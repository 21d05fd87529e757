"""Task lists to begin with: what is usually ordered for a kind of call or clue, read from ``templates.toml``.

A template proposes; the officer changes, adds and leaves out. Must not know centres: a line says in words whose list it
stands on, and which kinds of unit may take it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.field import UnitKind
from hub.domain.kinds import KINDS
from hub.domain.model import Key, Text
from hub.errors import HubError

SHIPPED = Path(__file__).resolve().with_name("templates.toml")
DEFAULT = "free"


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task. ``group``: the line of work whose list it stands on. ``within_min``: due so long after it is issued.

    ``units``: kinds of unit that may take it; ``drone``: a drone may. With neither it is a group's. ``sector``: what it
    covers of the ground around the place.
    """

    title: Text
    group: Text
    within_min: Annotated[int, Meta(ge=1, le=2880)]
    units: tuple[UnitKind, ...] = ()
    drone: bool = False
    sector: Literal["north", "east", "south", "west"] | None = None


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task list. ``kinds``: kinds of call it is for. ``words``: a clue whose title has one of them is likely to be of
    this sort. ``operation``: what the operation is called.
    """

    key: Key
    title: Text
    operation: Text
    kinds: tuple[Key, ...] = ()
    words: tuple[str, ...] = ()
    lines: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template: tuple[Template, ...]


def read(path: Path = SHIPPED) -> tuple[Template, ...]:
    """The templates of a file, in its order. Raises ``HubError`` naming the file and what is wrong with it."""
    try:
        templates = msgspec.toml.decode(path.read_bytes(), type=_File).template
    except (OSError, ValueError) as error:
        raise HubError(f"{path}: {error}") from error
    wrong = _wrong(templates)
    if wrong:
        raise HubError(f"{path}: {'; '.join(wrong)}")
    return templates


def _wrong(templates: tuple[Template, ...]) -> list[str]:
    out, keys, taken = [], set[str](), dict[str, str]()
    for template in templates:
        if template.key in keys:
            out.append(f"two templates {template.key!r}")
        keys.add(template.key)
        for kind in template.kinds:
            if kind not in KINDS:
                out.append(f"{template.key}: {kind!r} is no kind of call")
            elif kind in taken:
                out.append(f"{template.key}: {kind!r} is taken by {taken[kind]}")
            taken.setdefault(kind, template.key)
    if DEFAULT not in keys:
        out.append(f"no template {DEFAULT!r}, for everything else")
    return out


@lru_cache(maxsize=1)
def shipped() -> tuple[Template, ...]:
    """The templates that come with the hub."""
    return read()
