"""Deltas: keyed upserts and removals. They merge and re-apply harmlessly."""

from __future__ import annotations

from hub.picture.rows import Row

Delta = dict[str, dict[str, Row | None]]
"""table → id → new row, or ``None`` for a removal. ``{}`` says the fact changed nothing (older or repeated)."""


def merge(older: Delta, newer: Delta) -> Delta:
    """Both deltas as one; applying it equals applying ``older`` then ``newer``. Neither argument is changed."""
    out: Delta = {table: dict(rows) for table, rows in older.items()}
    merge_into(out, newer)
    return out


def merge_into(older: Delta, newer: Delta) -> None:
    """The same, changing ``older`` in place."""
    for table, rows in newer.items():
        older.setdefault(table, {}).update(rows)
