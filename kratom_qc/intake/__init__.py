"""A file becomes certificates in the laboratory's own words, every word with its file, sheet and
cell."""
