"""One file for each kind of work; each has a `router`, which `portal.application` includes."""
