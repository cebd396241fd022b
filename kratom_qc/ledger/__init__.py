"""Who did what when, and what counts: an append-only journal in SQL, and tables derived from it."""
