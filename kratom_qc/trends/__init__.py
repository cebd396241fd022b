"""Trends over batches: control charts, capability, agreement of laboratories. They warn and never
change a verdict."""
