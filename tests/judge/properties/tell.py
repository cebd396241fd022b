"""Certificates from standard input, a JSON list of csv texts, to one hash of everything judged of them.

    python -m properties.tell <papers.json

Run by `test_determinism` in another process, with another hash seed, time zone and locale.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence

from kratom_qc.app.reading import read_content
from kratom_qc.report.as_json import judged
from tests.judge.properties.leaf import HOME, MARKETS, batches, law
from tests.judge.properties.pure import Case, read


def told(papers: Sequence[str]) -> str:
    """What is judged of these certificates, each beside no other, as `check --json` would print it."""
    digest = hashlib.sha256()
    for at, paper in enumerate(papers):
        reading = read_content(f"{at}.csv", paper.encode())
        case = Case(batches([reading]), law(), MARKETS, HOME)
        groups = case.groups()
        verdicts = case.verdicts(groups, read(groups, case.batches))
        digest.update(json.dumps(judged(reading.file, reading.sha256, verdicts)).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    print(told(json.load(sys.stdin)))
