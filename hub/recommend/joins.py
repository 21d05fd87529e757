"""Which matters a centre joins and what it would do there: ``joins.toml`` in the centre's own folder.

A centre without such a file joins only what it found or has in hand. Must not know any centre.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from hub.centre import Centre
from hub.domain.model import Key, Text
from hub.errors import HubError
from hub.health import Look
from hub.recommend.model import Partner

FILE = "joins.toml"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    joins: dict[Key, Text] = {}


def read(folder: Path, known: Collection[str]) -> Mapping[str, Text]:
    """Template key → what the centre does there; ``{}`` without a file. ``known``: the templates there are.

    Raises ``HubError`` naming the file when it cannot be read or speaks of a template there is not.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        joins = msgspec.toml.decode(path.read_bytes(), type=_File).joins
    except (OSError, ValueError) as error:
        raise HubError(f"{path}: {error}") from error
    strange = sorted(set(joins) - set(known))
    if strange:
        raise HubError(f"{path}: there is no template {', '.join(strange)}; there are: {', '.join(sorted(known))}")
    return joins


def partners(
    centres: Sequence[Centre], joins: Mapping[str, Mapping[str, Text]], looks: Mapping[str, Look]
) -> list[Partner]:
    """The centres as the recommender sees them. ``joins``: centre → what ``read`` gave; ``looks``: centre → how its
    topic looks just now (a centre that is not in it has never been heard: ``lost``).
    """
    return [
        Partner(name=c.name, title=c.title, joins=joins.get(c.name, {}), look=looks.get(c.name, "lost"))
        for c in centres
    ]
