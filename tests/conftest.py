"""What all tests share: how hypothesis looks for counterexamples."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the examples are the same on every run, so that a landing is judged by its change; elsewhere each run tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
