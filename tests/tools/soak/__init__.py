"""A day's work in half an hour, with trouble."""
