"""Decisions: their answers, the audit chain with what guards it, and drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables, and triggers that keep the audit as it was written."""
    op.create_table(
        "hub_answer",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_hub_answer_at", "hub_answer", ["at"])
    op.create_table(
        "hub_draft",
        sa.Column("actor", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_hub_draft_at", "hub_draft", ["at"])
    _audit()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def _audit() -> None:
    op.create_table(
        "hub_audit",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("table", sa.String, nullable=False),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("before", sa.String, nullable=False),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("facts", sa.String, nullable=False),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("centre", sa.String, nullable=False),
        sa.Column("node", sa.String, nullable=False),
        sa.Column("mac", sa.String, nullable=False),
    )
    op.create_index("ix_hub_audit_at", "hub_audit", ["at"])
    op.create_index("hub_audit_entity", "hub_audit", ["table", "entity", "seq"])
    op.create_table(
        "hub_audit_base",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("mac", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("seal", sa.String, nullable=False),
    )
    op.execute(f"INSERT INTO hub_audit_base VALUES (1, 0, '{'0' * 64}', 0, '', '')")  # noqa: S608 - nobody's input


_NEXT = "coalesce((SELECT max(seq) FROM hub_audit), (SELECT max(seq) FROM hub_audit_base), 0) + 1"
_LEFT_BEHIND = "coalesce((SELECT max(seq) FROM hub_audit_base), 0)"
_FORWARD = (
    "NEW.one = OLD.one AND ((NEW.seq = OLD.seq AND NEW.mac = OLD.mac AND OLD.key = '') OR (NEW.seq > OLD.seq AND "
    "NEW.key = OLD.key AND NEW.mac = (SELECT mac FROM hub_audit WHERE seq = NEW.seq)))"
)


def _guard_sqlite() -> None:
    for name, event, table, wrong in (
        ("hub_audit_insert", "INSERT", "hub_audit", f"NEW.seq <> {_NEXT}"),
        ("hub_audit_update", "UPDATE", "hub_audit", "1"),
        ("hub_audit_delete", "DELETE", "hub_audit", f"OLD.seq > {_LEFT_BEHIND}"),
        ("hub_audit_base_insert", "INSERT", "hub_audit_base", "1"),
        ("hub_audit_base_update", "UPDATE", "hub_audit_base", f"coalesce(NOT ({_FORWARD}), 1)"),
        ("hub_audit_base_delete", "DELETE", "hub_audit_base", "1"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION hub_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF NEW.seq = {_NEXT} THEN RETURN NEW; END IF; "
        f"ELSIF TG_OP = 'DELETE' THEN IF OLD.seq <= {_LEFT_BEHIND} THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION 'hub_audit is append only'; END $guard$"
    )
    op.execute(
        "CREATE FUNCTION hub_audit_base_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {_FORWARD} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'hub_audit_base is append only'; END $guard$"
    )
    for table in ("hub_audit", "hub_audit_base"):
        op.execute(
            f"CREATE TRIGGER {table}_rows BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_guard()"
        )
