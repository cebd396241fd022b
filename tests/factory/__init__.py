"""Builders that tests share: a rulebook from a few words, a laboratory's long csv, a verdict, and the nouns of the domain.

Workbooks cell by cell are made by `sheets`, `ods` and `xls`; `witnesses` reads them with other readers.
"""

from tests.factory.certificates import CLEAN_LEAF, REQUIRED_OF_LEAF, certificate, clean_leaf, long_csv, lot, row
from tests.factory.domain import batches_of, interpreted, result, span
from tests.factory.judging import finding, judged, rules
from tests.factory.rulebooks import DAY, REAL, book, limit, rulebooks, written

__all__ = [
    "CLEAN_LEAF", "DAY", "REAL", "REQUIRED_OF_LEAF", "batches_of", "book", "certificate", "clean_leaf", "finding",
    "interpreted", "judged", "limit", "long_csv", "lot", "result", "row", "rulebooks", "rules", "span", "written",
]  # fmt: skip
