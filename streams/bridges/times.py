"""Times as strangers write them → epoch seconds. Knows formats, zones and clock changes, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.errors import BadPayload, HubError
from streams.bridges.mapping import Moment

_EARLIEST, _LATEST = 946684800.0, 4102444800.0  # what the hub takes at all: 2000-01-01 .. 2100-01-01
Reader = Callable[[str], float]
"""Text → epoch seconds (UTC); raises ``BadPayload`` saying what is wrong with it."""


def reader(moment: Moment, default: Moment, where: str) -> Reader:
    """A reader for a time written as ``moment`` says, ``default`` for what it leaves out.

    Raises ``HubError`` (naming ``where``) for an unknown zone or a format that needs one and has none.
    """
    given = moment.format or default.format or "iso"
    formats = [given] if isinstance(given, str) else list(given)
    ambiguous = moment.ambiguous or default.ambiguous or "earlier"
    zone = _zone(moment.zone or default.zone, where)
    for each in formats:
        if zone is None and each not in ("iso", "epoch_s", "epoch_ms") and "%z" not in each:
            raise HubError(f'{where}: format {each!r} has no offset, so it needs zone (for example "Asia/Shanghai")')

    @lru_cache(maxsize=4096)
    def read(text: str) -> float:
        for each in formats:
            try:
                found = _one(text, each, zone, ambiguous)
            except (ValueError, OverflowError):
                continue
            if _EARLIEST < found < _LATEST:
                return found
            raise BadPayload(f"time {text!r} is outside 2000..2100")
        raise BadPayload(f"{text!r} is not a time like {' or '.join(formats)}")

    return read


def _one(text: str, format: str, zone: ZoneInfo | None, ambiguous: str) -> float:
    if format in ("epoch_s", "epoch_ms"):
        return float(text) / (1000 if format == "epoch_ms" else 1)
    moment = datetime.fromisoformat(text) if format == "iso" else datetime.strptime(text, format)  # noqa: DTZ007
    if moment.tzinfo is not None:
        return moment.timestamp()
    if zone is None:
        raise BadPayload(f"{text!r} has no offset and the mapping names no zone")
    return _localised(moment, zone, ambiguous)


def _localised(naive: datetime, zone: ZoneInfo, ambiguous: str) -> float:
    """Wall time in a zone to epoch seconds. PEP 495: ``fold`` 0 is the first of two, in the gap both are wrong."""
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.timestamp()
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise BadPayload(f"{naive} does not exist in {zone.key}: the clocks went forward")
    if ambiguous == "refuse":
        raise BadPayload(f"{naive} happened twice in {zone.key}: the clocks went back")
    return (first if ambiguous == "earlier" else second).timestamp()


def _zone(name: str | None, where: str) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise HubError(f'{where}: {name!r} is no IANA time zone (for example "Asia/Shanghai")') from error
