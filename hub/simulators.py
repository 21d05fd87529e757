"""Which simulators a process runs: the hub's own feed with its stories, and the centres'. Knows no centre by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.centre import Centre
from hub.domain.events import Emission, Stream
from hub.errors import HubError
from hub.field import simulate as field
from hub.field import topics
from hub.field.script import load
from hub.field.world import World
from hub.producer import Part

FIELD = "field"
"""Name under which ``hub simulate --centre`` knows the hub's own feed."""
CENTRE_WARM_UP_S = 3600.0
FIELD_WARM_UP_S = 3 * 3600.0
POSITIONS_WARM_UP_S = 60.0


def parts(
    centres: Sequence[Centre], streams: Sequence[Stream], stories: Path, names: Sequence[str] | None
) -> list[Part]:
    """The simulators of the named centres (``field`` is the hub's own feed), all for ``None``.

    A story speaks on several topics; a process of one centre plays that centre's lines of it. ``stories``: the folder
    of story files; ``streams``: every event type they may use. Raises ``HubError`` for an unknown name or a broken
    story.
    """
    by_name = {centre.name: centre for centre in centres}
    unknown = [name for name in names or () if name not in by_name and name != FIELD]
    if unknown:
        raise HubError(f"--centre {unknown[0]}: no such centre; there are {', '.join([FIELD, *by_name])}")
    chosen = [FIELD, *by_name] if names is None else list(dict.fromkeys(names))
    spoken = {by_name[name].topic for name in chosen if name != FIELD}
    if FIELD in chosen:
        spoken |= {stream.topic for stream in topics.STREAMS}
    script = load(stories, {kind: data for stream in streams for kind, data in stream.events.items()})

    def events(world: World, start: float, end: float) -> Iterator[Emission]:
        return (e for e in field.events(world, start, end, script) if e.topic in spoken)

    def positions(world: World, start: float, end: float) -> Iterator[Emission]:
        return field.positions(world, start, end, script)

    out = [Part(events, FIELD_WARM_UP_S)]
    out += [Part(by_name[name].simulate, CENTRE_WARM_UP_S) for name in chosen if name != FIELD]
    if FIELD in chosen:
        out.append(Part(positions, POSITIONS_WARM_UP_S))
    return out
