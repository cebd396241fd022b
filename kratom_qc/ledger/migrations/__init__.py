"""How the ledger's tables came to be, step by step; Alembic takes those that a database lacks."""
