"""Verdicts become pages people read. Same verdict, same bytes: no clock, no randomness, no network."""
