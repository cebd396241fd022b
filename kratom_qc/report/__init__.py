"""Verdicts become pages that people read. Same verdict, same bytes: no clock, no randomness."""
