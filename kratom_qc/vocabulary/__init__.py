"""One name per analyte, one unit per quantity: the words of `words/*.toml`.

The words are looked up as `vocabulary.unit(text)`; what is made of them (`methods`, `problems`,
`derived`, `wording`) is imported by its module.
"""

from __future__ import annotations

from kratom_qc.vocabulary.analyte_names import (
    Analyte,
    ambiguous_names,
    analyte,
    analyte_by_cas,
    analyte_in_table,
    analyte_spellings,
    analytes,
    cas_numbers,
    meanings_of,
    nearest_analytes,
)
from kratom_qc.vocabulary.conclusions import is_good_verdict
from kratom_qc.vocabulary.described import described_well, good_answers
from kratom_qc.vocabulary.headers import (
    TABLES,
    basis_line,
    column_role,
    column_roles,
    footnote,
    form_line,
    header_words,
    is_bare_total,
    may_hold_verdicts,
    nearest_headers,
    unit_line,
)
from kratom_qc.vocabulary.ids import is_another_lot, is_placeholder, lot
from kratom_qc.vocabulary.keys import LONGEST_NAME, folded, header_key, unit_key, word_key
from kratom_qc.vocabulary.labels import (
    fact_name,
    fact_names,
    is_answer,
    is_title,
    label_languages,
    label_words,
    may_begin_label,
    names_customer,
    plain_label,
    status_of_paper,
)
from kratom_qc.vocabulary.lists import WORDS, closest, nearest_hint
from kratom_qc.vocabulary.products import (
    FormWords,
    form_spellings,
    form_words,
    forms_in,
    made_from,
    names_product,
    names_strain,
    nearest_forms,
    other_substances,
    potent_words,
    product_form,
    product_forms,
    product_in_name,
    product_names,
    says_plant_only,
    strains_in,
)
from kratom_qc.vocabulary.statuses import nearest_statuses, status, status_words
from kratom_qc.vocabulary.units import (
    Unit,
    basis_in,
    known_units,
    nearest_units,
    unit,
    units,
    without_portion,
    without_statistic,
)

__all__ = [
    "LONGEST_NAME",
    "WORDS",
    "Analyte",
    "FormWords",
    "Unit",
    "analyte",
    "analyte_by_cas",
    "analyte_in_table",
    "analytes",
    "basis_in",
    "basis_line",
    "check_all",
    "closest",
    "column_role",
    "column_roles",
    "described_well",
    "fact_name",
    "fact_names",
    "folded",
    "footnote",
    "form_line",
    "form_words",
    "forms_in",
    "header_key",
    "is_another_lot",
    "is_answer",
    "is_bare_total",
    "is_good_verdict",
    "is_placeholder",
    "is_title",
    "known_units",
    "label_languages",
    "lot",
    "made_from",
    "may_begin_label",
    "may_hold_verdicts",
    "meanings_of",
    "names_customer",
    "names_product",
    "names_strain",
    "nearest_analytes",
    "nearest_forms",
    "nearest_headers",
    "nearest_hint",
    "nearest_statuses",
    "nearest_units",
    "other_substances",
    "plain_label",
    "potent_words",
    "product_form",
    "product_forms",
    "product_in_name",
    "product_names",
    "says_plant_only",
    "status",
    "status_of_paper",
    "strains_in",
    "unit",
    "unit_key",
    "unit_line",
    "without_portion",
    "without_statistic",
    "word_key",
]


def check_all() -> None:
    """Load every word list, so that a mistake in one is an error at start and not in the middle of
    a run. Raises RulebookError."""
    lists = (
        *(analyte_spellings, ambiguous_names, cas_numbers, units, status_words, form_spellings),
        *(good_answers, label_words),
    )
    for load in lists:
        load()
    for table in TABLES:
        header_words(table)
