"""Trends over what a store holds."""
