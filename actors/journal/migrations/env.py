"""alembic runs on the engine the journal hands it, in one transaction."""

from alembic import context

from actors.journal.tables import metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
