"""Prefect flows: thin. They name tasks and order; they contain no rule."""
