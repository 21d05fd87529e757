"""Which type of fact goes to which table: all of it visible here. Must not know how rows are shown."""

from hub.picture.fold import Fold, keep

from .events import EVENTS, TABLES

_TABLE_OF = {table.data: table.name for table in TABLES}

FOLDS: dict[str, Fold] = {type_: keep(_TABLE_OF[data]) for type_, data in EVENTS.items()}
"""Every fact type has one table and every fact is the whole state of its entity: newest revision wins, everywhere."""
