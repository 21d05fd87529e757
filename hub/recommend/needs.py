"""What is usually needed, by kind of call: the shipped templates, read from ``needs.toml``, and how they are found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.domain.kinds import KINDS
from hub.domain.model import Count, Key, Text
from hub.errors import HubError
from hub.recommend.model import Need, Seconds

SHIPPED = Path(__file__).resolve().with_name("needs.toml")
DEFAULT, CLUE = "other", "clue"


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``kinds``: the kinds of call it is for (none: only by its key). ``needs`` in the order they are filled."""

    key: Key
    title: Text
    kinds: tuple[Key, ...] = ()
    drones: Count = 0
    drones_within_s: Seconds | None = None
    needs: Annotated[tuple[Need, ...], Meta(max_length=20)] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template: tuple[Template, ...]


class Templates:
    """All templates, found by key or by kind of call."""

    def __init__(self, templates: Sequence[Template]) -> None:
        """Raises ``HubError`` when two have the same key or claim the same kind, a kind is not in the catalogue, or
        the one for everything else (``other``) or the one for clues (``clue``) is missing.
        """
        self.all = tuple(templates)
        self._by_key = {template.key: template for template in templates}
        self._by_kind: dict[str, Template] = {}
        if len(self._by_key) != len(templates) or not {DEFAULT, CLUE} <= set(self._by_key):
            raise HubError(f"templates need keys of their own, and {DEFAULT!r} and {CLUE!r} among them")
        for template in templates:
            for kind in template.kinds:
                if kind not in KINDS or kind in self._by_kind:
                    raise HubError(f"template {template.key}: kind {kind!r} is not a kind of call, or is taken already")
                self._by_kind[kind] = template

    def named(self, key: str) -> Template | None:
        """The template of that key, or the one for calls of that kind; ``None`` when there is neither."""
        return self._by_key.get(key) or self._by_kind.get(key)

    def of_kind(self, kind: str) -> Template:
        """The template for calls of a kind; the one for everything else when none claims it."""
        return self._by_kind.get(kind, self._by_key[DEFAULT])


def read(path: Path) -> Templates:
    """Templates from a TOML file. Raises ``HubError`` naming the file and what is wrong in it."""
    try:
        return Templates(msgspec.toml.decode(path.read_bytes(), type=_File).template)
    except (OSError, ValueError) as error:
        raise HubError(f"templates {path}: {error}") from error


@lru_cache(maxsize=1)
def shipped() -> Templates:
    """The templates of this package."""
    return read(SHIPPED)
