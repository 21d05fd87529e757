"""What a sheet needs besides the picture: words of states and kinds, names of centres, ground, needs of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.field import Tally
from hub.domain.model import Text
from hub.paper.views import Sketch

Labels = Mapping[str, Mapping[str, Text]]
HUB = Text("情指行中心", "Command hub")
_BARE = Sketch()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """So many of any of these kinds of unit (``drone`` is one)."""

    title: Text
    kinds: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a sheet needs besides the picture. ``asked``: what the case is said to need, in the order it is filled.

    ``labels``: words of states and kinds, group → value → text. ``centres``: name → words. ``ground``: to sketch on.
    """

    labels: Labels
    centres: Mapping[str, Text] = field(default_factory=dict)
    ground: Sketch = _BARE
    asked: Sequence[Asked] = ()

    def word(self, group: str, value: str) -> Text:
        """The words of a state or kind; the value itself when there are none."""
        return self.labels.get(group, {}).get(value, Text(value, value))

    def owner(self, name: str) -> Text:
        """The words of a centre, or of the hub."""
        return HUB if name == "hub" else self.centres.get(name, Text(name, name))


def counted(tally: Tally) -> Text:
    """A result in words: ``查控嫌疑人 70 人``."""
    value = f"{tally.value:,.0f}" if tally.value == int(tally.value) else f"{tally.value:,.2f}"
    unit = tally.unit or Text("", "")
    return Text(f"{tally.title.zh} {value} {unit.zh}".rstrip(), f"{tally.title.en} {value} {unit.en}".rstrip())
