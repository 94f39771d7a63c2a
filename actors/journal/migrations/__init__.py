"""alembic's home; a revision is never changed once it was released."""
