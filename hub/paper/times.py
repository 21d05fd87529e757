"""Times on paper: local, to the minute; a date only where it is needed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hub.domain.model import Text


def local(at: float, offset_min: int) -> datetime:
    """Epoch seconds as the hub's local time."""
    return datetime.fromtimestamp(at, tz=timezone(timedelta(minutes=offset_min)))


def full(at: float | None, offset_min: int) -> str | None:
    """``2026-11-23 12:05``; ``None`` stays ``None``."""
    return None if at is None else f"{local(at, offset_min):%Y-%m-%d %H:%M}"


def short(at: float | None, offset_min: int) -> str | None:
    """``11-23 12:05``."""
    return None if at is None else f"{local(at, offset_min):%m-%d %H:%M}"


def precise(at: float, offset_min: int) -> str:
    """``11-23 12:05:09``."""
    return f"{local(at, offset_min):%m-%d %H:%M:%S}"


def zone(offset_min: int) -> str:
    """``UTC+8``, ``UTC+5:30``."""
    hours, minutes = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")


def age(seconds: float) -> Text:
    """How long ago, in the unit in which it is a small number: ``4 s ago``, ``12 min ago``, ``3.5 h ago``."""
    if seconds < 90:
        return Text(f"{seconds:.0f} 秒前", f"{seconds:.0f} s ago")
    if seconds < 5400:
        return Text(f"{seconds / 60:.0f} 分钟前", f"{seconds / 60:.0f} min ago")
    if seconds < 172_800:
        return Text(f"{seconds / 3600:.1f} 小时前", f"{seconds / 3600:.1f} h ago")
    return Text(f"{seconds / 86_400:.0f} 天前", f"{seconds / 86_400:.0f} d ago")
