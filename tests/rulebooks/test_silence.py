"""A batch of which nothing is known never passes: said by the linter for every rulebook, and shown by the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.verdict import Decision
from kratom_qc.judge.verdicts import judge
from kratom_qc.rulebooks import vacuity
from kratom_qc.rulebooks.load import load_rulebooks, rulebooks_of
from kratom_qc.rulebooks.scope import markets_of
from tests.factory import REAL, batches_of, book, interpreted, limit, written

PRODUCTS = ("leaf_powder", "crushed_leaf", "extract", "capsule", "liquid", "edible")
# What a certificate's head can say, and no result; no date, which would hold on the days before it.
HEAD = {"accreditation": "17025", "product_name": "Green"}


def untested(books, products=PRODUCTS):
    """One batch of every product with a certificate that states everything but a result."""
    papers = [replace(interpreted(product, product=product), **HEAD) for product in products]
    return batches_of(papers, books)


def decisions(books, on, products=PRODUCTS):
    """(product, market) → what is decided of an untested batch there, by the real engine."""
    markets = markets_of(books)
    verdicts = judge(untested(books, products), books, markets=markets, home=markets[:1], on=on).verdicts()
    return {(verdict.batch.product, market): said for verdict in verdicts for market, said in verdict.markets.items()}


@pytest.mark.parametrize("on", [date(2000, 1, 1), date(2026, 11, 22), date(2099, 12, 31)], ids=str)
def test_no_market_passes_an_untested_batch_of_any_product(on):
    said = decisions(load_rulebooks(REAL), on)
    assert len(said) == len(PRODUCTS) * len(markets_of(load_rulebooks(REAL)))
    assert [where for where, decision in said.items() if decision is Decision.PASS] == []


DAYS = ("unknown", "2026-01-01")
rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            ("amount", "not_detected", "described", "product_class", "certificate", "unread", "ban")
        ),
        "status": st.sampled_from(("in_force", "in_force", "in_force", "proposed")),
        "when_missing": st.sampled_from(("hold", "note")),
        "screen": st.sampled_from((False, False, True)),
        "effective_from": st.sampled_from(DAYS),
        "effective_to": st.sampled_from(("open", "open", "2027-06-30")),
    }
)
OWN = {
    "amount": {"of": "lead", "text": "not more than 3 mg/kg", "max": "3", "unit": "mg/kg"},
    "not_detected": {"of": "mgm-15", "text": "MGM-15 not detected"},
    "described": {"of": "appearance", "text": "described"},
    "product_class": {"text": "leaf powder may be sold", "requires": ["leaf_powder"]},
    "certificate": {"text": "the laboratory is named", "requires": ["laboratory"]},
    "unread": {"text": "annex 3"},
    "ban": {"text": "kratom is banned"},
}


def written_row(at: int, row: dict[str, object]) -> str:
    fields = {**row, **OWN[row["kind"]]}
    if row["when_missing"] == "note":
        fields["silence_because"] = "no test of it is ordered"
    if row["status"] == "proposed":
        fields["effective_to"] = "open"
    return limit(f"L{at}", **fields)


HOLDS = {"kind": "amount", "status": "in_force", "when_missing": "hold", "screen": False, "effective_to": "open"}
CLASS = {**HOLDS, "kind": "product_class", "effective_from": "unknown"}


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # an example costs an engine run: not shrunk
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    product=st.lists(rows, min_size=1, max_size=2, unique_by=lambda row: row["kind"]),
    law=st.lists(rows, min_size=1, max_size=2, unique_by=lambda row: row["kind"]),
)
@example([{**HOLDS, "effective_from": "2026-01-01"}], [CLASS])
@example([{**HOLDS, "effective_from": "unknown"}], [CLASS])
def test_the_linter_refuses_silence_exactly_where_the_engine_would_pass_it(tmp_path, product, law):
    """Both ways: what it lets through never passes, and what it calls a PASS in silence is one."""
    folder = written(
        tmp_path,
        leaf_powder=book(*(written_row(at, row) for at, row in enumerate(product))),
        us=book(
            *(written_row(at, row) for at, row in enumerate(law, 10)), kind="market", covers=["leaf_powder", "extract"]
        ),
    )
    books = rulebooks_of({file.stem: file for file in folder.glob("*.toml")})
    try:
        load_rulebooks(folder)
        refused = ""
    except RulebookError as error:
        refused = str(error)
    days = [date(2025, 6, 1), date(2027, 3, 1), date(2028, 1, 1)]
    passed = [day for day in days if Decision.PASS in decisions(books, day, ("leaf_powder",)).values()]
    assert bool(passed) == ("would PASS in us" in refused)


def test_silence_is_judged_on_every_day_something_begins_or_ends(tmp_path):
    books = load_rulebooks(
        written(
            tmp_path,
            leaf_powder=book(
                limit("A", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg", effective_to="2026-11"),
                limit("B", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg", effective_from="2026-12-01"),
            ),
        )
    )
    days = vacuity._days(books["leaf_powder"].limits, date(2026, 1, 1))
    assert days == [date(2026, 1, 1), date(2026, 12, 1)]
