"""Rulebooks as a workbook that QA people review and propose in, and back: strictly read, compared,
linted, drafted."""
