"""Runs the steps on the connection that ``streams.migrations.bring`` gives, inside its transaction."""

from alembic import context

from streams.migrations import VERSION_TABLE
from streams.tables import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SCHEMA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
