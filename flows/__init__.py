"""Prefect flows: thin. They make tasks of plain functions; they contain no rule."""
