"""Limits as dated data: loaded strictly, linted, overridden only towards the stricter side."""
