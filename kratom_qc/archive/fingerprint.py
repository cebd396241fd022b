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
from operator import attrgetter, itemgetter
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
# One encoder for all: making one costs as much as a finding does.
_json = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode
_WORDS = FINDING.index("why")


class Fingerprint(NamedTuple):
    """`basis`: everything a verdict rests on; `outcome`: what a person decides on."""

    basis: str
    outcome: str


class FindingMark(NamedTuple):
    """One finding as the hashes of a batch take it up."""

    order: str  # by which the findings of a batch are sorted
    text: str  # its JSON in `basis`
    against: list[str] | None  # its cells in `outcome`; none where it decides nothing against


def mark(finding: Mapping[str, Any]) -> FindingMark:
    """What the hashes take of the row of a finding."""
    cells = _finding(finding)
    against = _settled(cells) if _decides_against(cells) else None
    return FindingMark(str(cells), _json(cells), against)


def of(verdicts: Sequence[Mapping[str, Any]], findings: Iterable[Mapping[str, Any]]) -> Fingerprint:
    """The hashes of one batch, from all its rows of one pass."""
    return of_marks(verdicts, map(mark, findings))


def of_marks(verdicts: Sequence[Mapping[str, Any]], marks: Iterable[FindingMark]) -> Fingerprint:
    """The hashes of one batch, from its rows of verdicts and what `mark` takes of the others."""
    batch = next(row for row in verdicts if row["market"] is None)
    markets = [_market(row) for row in verdicts if row["market"] is not None]
    ordered = sorted(marks, key=attrgetter("order"))
    findings = ",".join([finding.text for finding in ordered])
    against = sorted(finding.against for finding in ordered if finding.against is not None)
    return Fingerprint(
        _hash(f"[{_json(_own(batch))},{_json(markets)},[{findings}]]"),
        _hash(_json([batch["verdict"], batch["product"], batch["certificates"], markets, against])),
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


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
