"""Specification × results → findings → verdict."""
