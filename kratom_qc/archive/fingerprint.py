"""Hashes of what a verdict rests on, from its rows in the archive: whoever has the tables can make
them again.

Both are the SHA-256 of JSON with sorted keys and without blanks. `basis` covers everything: the
batch's own verdict, its certificates, rulebooks and declarations, what every market says, every
finding. `outcome` covers what a person decides on; it stays the same on another day, and where a
limit changes that changes nothing for this batch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

OWN = (
    *("batch_id", "product", "verdict", "home_markets", "certificates", "rulebooks"),
    *("facts_sha256", "facts", "doubts"),
)
MARKET = ("market", "verdict", "says", "rule_id")
FINDING = (
    *("rulebook", "rule_id", "market", "analyte", "outcome", "decides", "why"),
    *("file", "sheet", "cell"),
)
COLUMNS = {"verdicts": tuple(dict.fromkeys((*OWN, *MARKET))), "findings": ("batch_id", *FINDING)}
_own, _market, _finding = itemgetter(*OWN), itemgetter(*MARKET), itemgetter(*FINDING)
_WORDS = FINDING.index("why")


class Fingerprint(NamedTuple):
    """`basis`: everything a verdict rests on; `outcome`: what a person decides on."""

    basis: str
    outcome: str


def of(verdicts: Sequence[Mapping[str, Any]], findings: Iterable[Mapping[str, Any]]) -> Fingerprint:
    """The hashes of one batch, from all its rows of one pass, in their order."""
    batch = next(row for row in verdicts if row["market"] is None)
    markets = [_market(row) for row in verdicts if row["market"] is not None]
    finding_rows = [_finding(row) for row in findings]
    against = sorted(map(_settled, filter(_decides_against, finding_rows)))
    return Fingerprint(
        _hash([_own(batch), markets, sorted(finding_rows, key=str)]),
        _hash([batch["verdict"], batch["product"], batch["certificates"], markets, against]),
    )


def _decides_against(finding: tuple[Any, ...]) -> bool:
    _, _, _, _, outcome, decides, *_ = finding
    return bool(decides) and outcome != "PASS"


def _settled(finding: tuple[Any, ...]) -> list[str]:
    """A finding as far as it is the same on another day. Its words may count days; those of causes
    to hold name what was not understood, and count."""
    words = finding[_WORDS] if finding[0] == "integrity" else ""
    cells = (*finding[:_WORDS], words, *finding[_WORDS + 1 :])
    return ["" if value is None else str(value) for value in cells]


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
