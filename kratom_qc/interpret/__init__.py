"""Words become intervals in canonical units."""
