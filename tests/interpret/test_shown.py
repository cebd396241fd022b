"""Where a sheet shows fewer digits than its cell holds, both are judged and only the stored number proves anything."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import Certificate, ResultRow
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.combine import combine
from kratom_qc.interpret.derive import quantities
from kratom_qc.report.as_json import result_object
from tests.factory.sheets import told

MASS = ("as received", "mg/kg")


def read(*lines: tuple[str, str, str, str], **columns: tuple[str, str]) -> tuple[Result, ...]:
    """Results of (analyte, said, shown, unit) lines, each in a cell that stores a number; columns are (said, shown) too."""
    made = []
    for at, (analyte, said, shown, unit) in enumerate(lines, start=5):
        place = CellRef("a.xlsx", "Results", f"B{at}")
        more = {name: SourceText(both[0], place, both[1]) for name, both in columns.items()}
        made.append(
            ResultRow(
                SourceText(analyte, place), SourceText(said, place, shown, "number"), SourceText(unit, place), **more
            )
        )
    facts = {"batch_id": SourceText("L-1", CellRef("a.xlsx")), "form": SourceText("Leaf powder", CellRef("a.xlsx"))}
    (certificate,) = interpret([Certificate("a.xlsx", "0" * 64, facts, tuple(made))])
    unread = {reason.rule_id for reason in certificate.hold_reasons} - {"UNDATED", "IMPLAUSIBLE-VALUE"}
    assert not unread, unread
    return certificate.results


def ends(quantity: Quantity) -> tuple[str, str, str]:
    high = None if quantity.proven_high is None else quantity.proven_high
    return told(quantity.interval), f"{quantity.proven_low:f}", "∞" if high is None else f"{high:f}"


def test_of_two_results_both_are_judged_as_stored_and_as_shown() -> None:
    found, _ = combine(read(("Lead", "0.46", "0.5", "mg/kg"), ("Lead", "0.96", "1", "mg/kg")))
    assert ends(found) == ("[0.46, 1]", "0.46", "0.96")


SHOWN = [  # said, shown, unit: what is judged, what is proven
    ("0.46", "0.5", "mg/kg", "[0.46, 0.5]", "0.46"),
    ("0.54", "0.5", "mg/kg", "[0.5, 0.54]", "0.54"),
    ("0.5", "", "mg/kg", "0.5", "0.5"),
    ("0.50", "0.5", "mg/kg", "0.5", "0.50"),
    ("0.04", "0.0", "mg/kg", "[0, 0.04]", "0.04"),
    ("0.26", "0", "mg/kg", "[0, 0.26]", "0.26"),
    ("1234.6", "1,235", "mg/kg", "[1234.6, 1235]", "1234.6"),
    ("1.5649%", "1.56%", "", "[15600, 15649]", "15649.0000"),
    ("1.5649%", "2%", "%", "[15649, 20000]", "15649.0000"),
    ("460", "0.5E+03", "ug/kg", "[0.46, 0.5]", "0.460"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "shown", "unit", "judged", "proven"), SHOWN)
def test_stored_and_shown_are_both_judged(said: str, shown: str, unit: str, judged: str, proven: str) -> None:
    (result,) = read(("Lead", said, shown, unit))
    quantity, hold_reasons = combine([result])
    assert ends(quantity) == (judged, proven, proven)
    assert (result.reported, result.shown, hold_reasons) == (said, shown, [])


def test_the_json_names_what_is_shown_only_where_it_differs() -> None:
    (one,), (other,) = read(("Lead", "0.46", "0.5", "mg/kg")), read(("Lead", "0.46", "", "mg/kg"))
    assert (result_object(one)["said"], result_object(one)["shown"], result_object(one)["low"]) == (
        "0.46",
        "0.5",
        "0.46",
    )
    assert "shown" not in result_object(other)


def test_what_is_shown_must_be_a_number_too() -> None:
    place = CellRef("a.xlsx", "Results", "B5")
    line = ResultRow(SourceText("Lead", place), SourceText("0.46", place, "ND"), SourceText("mg/kg", place))
    (certificate,) = interpret([Certificate("a.xlsx", "0" * 64, {"batch_id": SourceText("L", place)}, (line,))])
    (reason,) = [reason for reason in certificate.hold_reasons if reason.rule_id == "SHOWN-DIFFERS"]
    assert reason.ref == place
    assert "shows 'ND' but holds '0.46'" in reason.why
    assert told(combine(certificate.results).quantity.interval) == "[0, ∞)"


def test_a_sign_beside_a_rounded_number_bounds_by_the_larger() -> None:
    (result,) = read(("Lead", "0.046", "0.05", "mg/kg"), qualifier=("<", ""))
    assert told(combine([result])[0].interval) == "[0, 0.05)"


@pytest.mark.parametrize(("said", "shown", "bound"), [("0.046", "0.05", "0.05"), ("0.054", "0.05", "0.054")])
def test_a_rounded_bound_counts_at_its_larger(said: str, shown: str, bound: str) -> None:
    (result,) = read(("Lead", "<LOQ", "", "mg/kg"), loq=(said, shown))
    assert (told(result.interval), result.loq) == (f"[0, {bound})", Decimal(bound))


def test_two_certificates_still_prove_each_their_own() -> None:
    (rounded,), (other,) = read(("Lead", "0.54", "0.5", "mg/kg")), read(("Lead", "0.2", "", "mg/kg"))
    other = Result(**{name: getattr(other, name) for name in Result.__slots__} | {"certificate": "another"})
    found, _ = quantities([rounded, other], ProductFacts(""), [QuantityKey("lead", *MASS)])
    assert ends(found["lead", *MASS])[:2] == ("[0.2, 0.54]", "0.54")


SUM = ("7-oh-and-mp", *MASS)
RATIO = QuantityKey("mitragynine-to-7-oh", "as received", "1")
SERVING = QuantityKey("mitragynine", "per serving", "mg/serving")
DERIVED = [  # what is computed of rounded cells: judged, proven
    (SUM, [("7-OH", "0.54", "0.5", "mg/kg"), ("MP", "0.50", "", "mg/kg")], "[1, 1.04]", "1.04"),
    (SUM, [("7-OH", "0.46", "0.5", "mg/kg"), ("MP", "0.46", "0.5", "mg/kg")], "[0.92, 1]", "0.92"),
    (RATIO, [("Mitragynine", "99", "100", "mg/kg"), ("7-OH", "1", "", "mg/kg")], "[99, 100]", "99"),
    (SERVING, [("Mitragynine", "1.5649%", "1.56%", "")], "[31.2, 31.298]", "31.298"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "lines", "judged", "proven"), DERIVED)
def test_what_is_computed_is_judged_both_ways_too(
    key: tuple[str, str, str], lines: list[tuple[str, str, str, str]], judged: str, proven: str
) -> None:
    found, _ = quantities(read(*lines), ProductFacts("", serving_g=Decimal(2)), [QuantityKey(*key)])
    quantity = found[key]
    assert told(quantity.interval) == judged
    assert quantity.proven_low == quantity.proven_high == Decimal(proven)


def test_a_share_of_rounded_cells_keeps_what_is_stored_as_proof() -> None:
    key = ("7-oh-share", "as received", "%")
    lines = [("Mitragynine", "96", "", "mg/kg"), ("7-OH", "2.04", "2.0", "mg/kg")]
    lines += [(name, "0.64", "", "mg/kg") for name in ("Paynantheine", "Speciogynine", "Speciociliatine")]
    both = quantities(read(*lines), ProductFacts(""), [QuantityKey(*key)])[0][key]
    stored = quantities(read(*((*line[:2], "", line[3]) for line in lines)), ProductFacts(""), [QuantityKey(*key)])[0][
        key
    ]
    assert both.interval.low < stored.interval.low
    assert (both.proven_low, both.proven_high) == (stored.proven_low, stored.proven_high)


AMOUNT = st.decimals(min_value=0, max_value=10, places=3)


@given(st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=4), AMOUNT)
def test_what_is_shown_never_makes_a_verdict_better(cells: list[tuple[Decimal, Decimal]], limit: Decimal) -> None:
    """It only widens what is judged, and proves nothing: a PASS may become a HOLD, never a FAIL or a HOLD a PASS."""
    (template,) = read(("Lead", "0.46", "", "mg/kg"))
    fields = {name: getattr(template, name) for name in Result.__slots__}
    stored = [
        Result(**fields | {"interval": Interval.exactly(value), "replicate": str(at)})
        for at, (value, _) in enumerate(cells)
    ]
    shown = [
        Result(
            **{name: getattr(result, name) for name in Result.__slots__}
            | {"shown": "?", "shown_interval": Interval.exactly(other)}
        )
        for result, (_, other) in zip(stored, cells, strict=True)
    ]
    key = ("lead", *MASS)
    before, after = (quantities(found, ProductFacts(""), [QuantityKey(*key)])[0][key] for found in (stored, shown))
    assert after.interval.hull(before.interval) == after.interval
    assert (after.proven_low, after.proven_high) == (before.proven_low, before.proven_high)
    acceptance_interval = Interval(Decimal(0), limit)
    passes_before, passes_after = (
        acceptance_interval.hull(quantity.interval) == acceptance_interval for quantity in (before, after)
    )
    assert passes_before or not passes_after
