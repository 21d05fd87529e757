"""The newest fix of a thing that moves, beside its newest fact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("hub_row", sa.Column("fix", sa.LargeBinary))
