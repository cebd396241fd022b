"""The sheets and columns of a workbook of limits: what each column says, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kratom_qc import vocabulary
from kratom_qc.app.proposal.plain import HEAD, KEYS
from kratom_qc.domain.limit import (
    BookKind,
    DecisionRule,
    Evidence,
    LimitKind,
    LimitStatus,
    Rounding,
)
from kratom_qc.domain.quantity import Basis
from kratom_qc.vocabulary.derived import derived_kinds

README, BOOKS, LIMITS, WORDS = "Read me", "Rulebooks", "Limits", "Words"
ENTRIES = ("limit", "override")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading is the key of the TOML file. `offers` are words of a drop-down,
    `from_list` the column of the sheet of words that it takes them from; `free` says that other
    words, or several of them, may be typed too."""

    key: str
    width: int
    says: str
    offers: tuple[str, ...] = ()
    from_list: str = ""
    free: bool = False


_BOOLEAN = ("true", "false")
_ABOUT: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("rulebook", 16, "The rulebook it stands in", from_list="rulebooks"),
        Column(
            "entry",
            9,
            "A limit of its own, or an override of one in a rulebook that this one extends",
            ENTRIES,
        ),
        Column("id", 32, "Its id, once in all rulebooks"),
        Column("kind", 14, "What kind of limit it is", tuple(LimitKind)),
        Column("of", 24, "The analyte or derived quantity", from_list="analytes"),
        Column("text", 46, "The words its source prints. They must say what the columns say"),
        Column("min", 10, "The least that is accepted, as a plain number: 0.5"),
        Column("max", 10, "The most that is accepted, as a plain number: 1.2"),
        Column("strict", 8, "true: the number itself is not accepted (<, >)", _BOOLEAN),
        Column(
            "unit",
            14,
            "The unit of the numbers, as the text prints it",
            from_list="units",
            free=True,
        ),
        Column("basis", 13, "Of the sample as received if blank", tuple(Basis)),
        Column(
            "products",
            22,
            "The forms it speaks of, if not all: leaf_powder, capsule",
            from_list="products",
            free=True,
        ),
        Column("status", 13, "Only in_force and adopted decide", tuple(LimitStatus)),
        Column("effective_from", 14, 'The first day: 2026-04-01, 2026-04, 2026 or "unknown"'),
        Column("effective_to", 14, 'The last day, or "open", or "unknown"'),
        Column("pending_from", 14, "The first day on which it may stand, nobody knows"),
        Column("evidence", 13, "How well the source is known", tuple(Evidence)),
        Column("because", 60, "The source: act, rule, standard or page, and where it stands"),
        Column("checked_on", 12, "The day somebody compared it with its source"),
        Column("locator", 36, "Where a person looks again"),
        Column("supersedes", 24, "The ids of limits whose successor it is"),
        Column(
            "when_missing", 13, "What silence means: hold the batch, or note it", ("hold", "note")
        ),
        Column("silence_because", 36, "Why silence is only noted"),
        Column("portion", 9, "Absence in so many grams"),
        Column("lod_at_most", 12, "How deep the method must look"),
        Column("lod_because", 28, "Why so deep, where the text does not say"),
        Column("requires", 24, "Product forms allowed, or fields of a certificate", free=True),
        Column("searched", 36, "Where no law was found: what was searched"),
        Column("confirmed_by", 20, "Who confirmed that there is none, and when"),
        Column("present", 22, "Of a profile: what was found", from_list="analytes"),
        Column("absent", 28, "Of a profile: what was looked for and not found"),
        Column("applies", 10, "declared: only where a claim is declared", ("declared",)),
        Column("screen", 8, "true: it only warns", _BOOLEAN),
        Column("advisory", 28, "Why it is shown and does not decide"),
        Column("decision_rule", 13, "Simple acceptance, or with a guard band", tuple(DecisionRule)),
        Column("guard", 8, "r of the guard band w = r·U"),
        Column("default_uncertainty", 12, "U in % of the value where none is stated"),
        Column("rounding", 11, "Whether the result is rounded first", tuple(Rounding)),
        Column("operator", 10, "unknown: the source prints none", ("printed", "unknown")),
        Column("multiplier", 10, "By how much a criterion 10^n may be exceeded"),
        Column("multiplier_because", 28, "Where the multiplier comes from"),
        Column("sum", 12, "lower_bound: what was not found counts 0", ("lower_bound",)),
        Column("sum_because", 28, "Where that comes from"),
        Column("title", 44, "What people call the rulebook"),
        Column("extends", 26, "The rulebooks it lies under"),
        Column("covers", 44, "The product forms it speaks of, if not all"),
        Column("version", 13, "Its version"),
        Column("max_age_days", 13, "How long it is good for once it was checked"),
        Column("certificate_max_age_days", 16, "How old a certificate may be"),
    )
}
LIMIT_COLUMNS = tuple(_ABOUT[key] for key in ("rulebook", "entry", "id", *KEYS))
BOOK_COLUMNS = (
    Column("rulebook", 16, "Its id: the name of its file"),
    *(
        Column("kind", 11, "Whose limits they are", tuple(BookKind))
        if key == "kind"
        else _ABOUT[key]
        for key in HEAD
    ),
)


def words(rulebooks: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The words of long drop-downs by the heading of their column on the sheet of words."""
    return {
        "rulebooks": rulebooks,
        "analytes": tuple(dict.fromkeys((*vocabulary.analytes(), *derived_kinds()))),
        "units": tuple(vocabulary.known_units()),
        "products": tuple(vocabulary.product_forms()),
    }
