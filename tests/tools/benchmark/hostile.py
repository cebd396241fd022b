"""Every hostile file of `tests/hostile`, read in a confined child: how long each takes to be refused. One line of JSON."""

from __future__ import annotations

import json

from tests.hostile.cases import CASES
from tests.hostile.runner import outcome


def main() -> None:
    """Seconds of computing of every file, the slowest by name."""
    took = {}
    for case in CASES:
        for name, build in case.files.items():
            came = outcome(name, build())
            if came.reading.refusals:
                took[f"{case} ({came.reading.refusals[0].code})"] = came.seconds
    slowest = max(took, key=lambda name: took[name])
    print(json.dumps({"files": len(took), "seconds": sum(took.values()), "slowest": slowest, "most": took[slowest]}))


if __name__ == "__main__":
    main()
