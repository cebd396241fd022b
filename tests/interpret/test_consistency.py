"""Whether numbers fit each other: on one paper, and on papers beside each other. All of it holds or remarks, nothing passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from kratom_qc import vocabulary
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.combine import combine
from kratom_qc.interpret.compare import compare
from kratom_qc.interpret.consistency import consistency, fingerprint
from kratom_qc.interpret.plausible import ranges
from tests.factory.sheets import csv_bytes, read_csv, results

HEADER = ["Analyte", "Result", "Unit", "LOD", "LOQ", "Limit", "Status", "Basis"]
LEAF = (("Batch", "L-1"), ("Form", "Leaf powder"))


def read(*lines: str, facts: Sequence[tuple[str, str]] = LEAF, **more: str) -> InterpretedCertificate:
    """A certificate of lines `analyte | result | unit | LOD | LOQ | limit | verdict | basis`."""
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    head = [*facts, *((name.replace("_", " "), said) for name, said in more.items()), []]
    reading = read_csv([HEADER, *(row + [""] * (len(HEADER) - len(row)) for row in rows)], head=head)
    assert len(results(reading)) == len(lines)
    return reading.certificates[0]


def doubted(certificate: InterpretedCertificate, rule: str) -> list[HoldReason]:
    return [hold_reason for hold_reason in certificate.hold_reasons if hold_reason.rule_id == rule]


def remarked(certificate: InterpretedCertificate, code: str) -> list[Remark]:
    return [remark for remark in certificate.remarks if remark.code == code]


def test_an_ordinary_certificate_gives_no_cause_for_anything() -> None:
    certificate = read(
        "Mitragynine | 1.42 | % | 0.001 | 0.01 | 0.5 - 2.5 % | Pass",
        "7-Hydroxymitragynine | 0.012 | % | 0.001 | 0.003 | NMT 0.04 | Pass",
        "Lead | 0.31 | mg/kg | 0.01 | 0.03 | NMT 1.2 | Pass",
        "Cadmium | <0.03 | mg/kg | 0.01 | 0.03 | < 0.82 | Pass",
        "TAMC | 12000 | cfu/g | | 10 | NMT 10,000,000 cfu/g | Pass",
        "Salmonella | Absent in 25 g | | | | Absent in 25 g | Pass",
        "Moisture | 8.1 | % | | | NMT 12 | Pass",
        "Water activity | 0.51 | | | | | ",
        Date_Issued="2026-03-04",
        Method="HPLC-DAD",
    )
    assert certificate.hold_reasons == ()
    assert [remark.code for remark in certificate.remarks] == ["basis-unstated"]


# ---------------------------------------------------------------- a number and its own bounds

BOUNDS = [
    ("Lead | 0.02 | mg/kg | 0.01 | 0.05", "below-own-loq", "'0.02 mg/kg' of Lead lies below its own LOQ of 0.05 mg/kg"),
    ("Lead | 0.005 | mg/kg | 0.01 | 0.05", "below-own-lod", "'0.005' of Lead lies below its own LOD"),
    ("Mitragynine | 0.004 | % | 10 ppm | 100 ppm", "below-own-loq", "below its own LOQ of 100 mg/kg"),
    ("Lead | 0.05 | mg/kg | 0.01 | 0.05", "", ""),
    ("Lead | <0.02 | mg/kg | 0.01 | 0.05", "", ""),
    ("Lead | ND | mg/kg | 0.01 | 0.05", "", ""),
    ("Lead | 0.02 est. | mg/kg | 0.01 | 0.05", "", ""),
    ("Lead | 0.20 | mg/kg | 0.05 | 0.01", "lod-above-loq", "LOD of Lead is above its LOQ"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "told"), BOUNDS)
def test_a_number_below_its_own_bound_is_remarked(line: str, code: str, told: str) -> None:
    certificate = read(line)
    found = [remark for remark in certificate.remarks if remark.code.startswith(("below-own", "lod-above"))]
    assert [remark.code for remark in found] == ([code] if code else [])
    assert all(told in remark.message and remark.ref.cell == "B5" for remark in found)


# ---------------------------------------------------------------- the laboratory against itself

ITSELF, EXCEEDED = "LABORATORY-CONTRADICTS-ITSELF", "OWN-LIMIT-EXCEEDED"
OWN_LIMITS = [  # result, unit, printed limit, verdict: what follows
    ("1.40", "mg/kg", "NMT 1.2", "Pass", ITSELF),
    ("1.40", "mg/kg", "1.2", "Pass", ITSELF),
    ("1.40", "mg/kg", "≤ 1.2 ppm", "Complies", ITSELF),
    ("1400", "ug/kg", "≤ 1.2 ppm", "✔ Pass", ITSELF),
    ("1.40", "mg/kg", "Max. 1.2 µg/g", "Pass", ITSELF),
    ("1.40", "mg/kg", "1.2 max", "Pass", ITSELF),
    ("1.2", "mg/kg", "< 1.2", "Pass", ITSELF),
    ("0.01", "mg/kg", "ND", "Pass", ITSELF),
    (">2", "mg/kg", "NMT 1.2", "Pass", ITSELF),
    ("1.40", "mg/kg", "NMT 1.2", "", EXCEEDED),
    ("1.40", "mg/kg", "NMT 1.2", "Tested", EXCEEDED),
    ("1.40", "mg/kg", "NMT 1.2", "Fail", ""),  # as it says: LABORATORY-SAID-FAIL holds it
    ("0.40", "mg/kg", "NMT 1.2", "Fail", "verdict-against-own-limit"),
    ("ND", "mg/kg", "Not Detected", "Fail", "verdict-against-own-limit"),
    ("0.40", "mg/kg", "NMT 1.2", "Pass", ""),
    ("1.2", "mg/kg", "NMT 1.2", "Pass", ""),
    ("1.24", "mg/kg", "NMT 1.2", "Pass", ""),  # 1.2, rounded as USP 7.20 does
    ("1.25", "mg/kg", "NMT 1.2", "Pass", ""),
    ("<2", "mg/kg", "NMT 1.2", "Pass", ""),  # not proven to be above
    ("<2", "mg/kg", "NMT 1.2", "Fail", ""),  # nor to be within
    ("1.40", "mg/kg", "10 µg/day", "Pass", ""),  # another kind of unit
    ("1.40", "mg/kg", "1.2 mg/kg dry weight", "Pass", ""),
    ("1.40", "mg/kg", "Report Results", "Pass", ""),
    ("1.40", "mg/kg", "N/A", "Pass", ""),
    ("1.40", "mg/kg", "< 1 – 5 ppm", "Pass", ""),  # two limits
    ("1.40", "mg/kg", "USP <232>", "Pass", ""),
    ("ND", "mg/kg", "ND", "Pass", ""),
    ("1.40", "mg/kg", "höchstens 1.2 mg/kg", "", EXCEEDED),
    ("1.40", "mg/kg", "tidak lebih dari 1.2", "", EXCEEDED),
    ("0.40", "mg/kg", "min. 1.2", "", EXCEEDED),
    ("1.40", "mg/kg", "1,200", "", ""),  # 1.2 or 1200
    ("1400", "mg/kg", "1,200", "", EXCEEDED),
]  # fmt: skip


@pytest.mark.parametrize(("said", "unit", "limit", "verdict", "expected"), OWN_LIMITS)
def test_a_verdict_is_held_against_the_limit_printed_beside_it(
    said: str, unit: str, limit: str, verdict: str, expected: str
) -> None:
    certificate = read(f"Lead | {said} | {unit} | | | {limit} | {verdict}")
    hold_reasons = doubted(certificate, ITSELF) + doubted(certificate, EXCEEDED)
    remarks = [remark for remark in certificate.remarks if remark.code.endswith("-own-limit")]
    assert [hold_reason.rule_id for hold_reason in hold_reasons] + [remark.code for remark in remarks] == (
        [expected] if expected else []
    )
    for why in [*(hold_reason.why for hold_reason in hold_reasons), *(remark.message for remark in remarks)]:
        assert f"'{said} {unit}' of Lead" in why
        assert f"own limit '{limit}'" in why


OTHER_KINDS = [
    ("Mitragynine | 0.4 | % | | | 1.0 - 2.0 % | Pass", ITSELF),
    ("Mitragynine | 0.4 | % | | | NLT 1.0 % | Pass", ITSELF),
    ("Mitragynine | 0.4 | % | | | ≥ 1.0 | Pass", ITSELF),
    ("Mitragynine | 1.4 | % | | | 1.0 | Pass", ""),  # a bare number beside an alkaloid may be anything
    ("Mitragynine | 1.4 | % | | | 80-120 % of label claim | Pass", ""),
    ("Salmonella | Present in 25 g | | | | Absent in 25 g | Pass", ITSELF),
    ("Salmonella | Absent in 10 g | | | | Absent in 25 g | Pass", ""),  # our rulebooks judge the portion
    ("E. coli | 30 | cfu/g | | | None detected in 10 g | Pass", ITSELF),
    ("TAMC | 2x10^5 | cfu/g | | | 10^5 cfu/g | Pass", ITSELF),
    ("TAMC | TNTC | cfu/g | | | NMT 10,000 | Pass", ""),
    ("Moisture | 14.2 | % | | | NMT 12.0 % | Pass", ITSELF),
    ("Moisture | 11.2 | % | | | NMT 12.0 % | Pass", ""),
]


@pytest.mark.parametrize(("line", "expected"), OTHER_KINDS)
def test_every_kind_of_result_is_held_against_its_own_limit(line: str, expected: str) -> None:
    proof = "Cadmium | 0.10 | mg/kg | | | NMT 1,000.5"
    assert [hold_reason.rule_id for hold_reason in read(line, proof).hold_reasons if hold_reason.rule_id == ITSELF] == (
        [expected] if expected else []
    )


def test_an_overall_pass_speaks_for_the_rows_without_a_verdict() -> None:
    line = "Lead | 1.40 | mg/kg | | | NMT 1.2"
    assert len(doubted(read(line, facts=(*LEAF, ("Overall Result", "Pass"))), ITSELF)) == 1
    assert doubted(read(line), ITSELF) == []


# ---------------------------------------------------------------- sizes

SIZES = [  # line, what is doubted or remarked, the unit that was probably meant
    ("Lead | 14000 | ppm", "IMPLAUSIBLE-VALUE", ""),  # swapped with mitragynine
    ("Mitragynine | 0.31 | ppm", "IMPLAUSIBLE-VALUE", ""),
    ("Lead | 1400 | mg/kg", "IMPLAUSIBLE-VALUE", "divided by 1000, as if µg/kg were meant for mg/kg"),
    ("Mitragynine | 14 | mg/kg", "IMPLAUSIBLE-VALUE", "times 1000, as if mg/g were meant for mg/kg"),
    ("Mitragynine | 14 | g/g", "IMPLAUSIBLE-VALUE", "divided by 1000, as if mg/g were meant for g/g"),
    ("Lead | 300 | mg/kg", "unit-slip", "divided by 1000, as if µg/kg were meant for mg/kg"),
    ("Lead | 0.3 | ug/kg", "unit-slip", "times 1000, as if mg/kg were meant for ug/kg"),
    ("Aflatoxin B1 | 1.2 | ppm", "unit-slip", "divided by 1000, as if µg/kg were meant for ppm"),
    ("Water activity | 51 | ", "IMPLAUSIBLE-VALUE", ""),
    ("pH | 15 | ", "IMPLAUSIBLE-VALUE", ""),
    ("Moisture | 108 | %", "IMPLAUSIBLE-VALUE", ""),
    ("Mitragynine | 14000 | ppm", "", ""),
    ("Mitragynine | 1.4 | %", "", ""),
    ("Mitragynine | 14 | mg/g", "", ""),
    ("Lead | 0.3 | mg/kg", "", ""),
    ("Lead | 300 | ug/kg", "", ""),
    ("Lead | <0.0003 | mg/kg", "", ""),
    ("Lead | ND | mg/kg | 0.0003", "", ""),
    ("Nickel | 7.4 | mg/kg", "", ""),
]


@pytest.mark.parametrize(("line", "expected", "slip"), SIZES)
def test_a_size_that_cannot_be_holds_and_an_odd_one_is_remarked(line: str, expected: str, slip: str) -> None:
    certificate = read(line)
    found = [(hold_reason.rule_id, hold_reason.why) for hold_reason in doubted(certificate, "IMPLAUSIBLE-VALUE")]
    found += [(remark.code, remark.message) for remark in remarked(certificate, "unit-slip")]
    assert [code for code, _ in found] == ([expected] if expected else [])
    assert all(line.split(" | ")[1] in why and slip in why for _, why in found)


def test_a_range_counts_for_the_products_it_names() -> None:
    extract = (("Batch", "L-1"), ("Form", "Extract"))
    assert doubted(read("Mitragynine | 45 | %"), "IMPLAUSIBLE-VALUE")
    assert not doubted(read("Mitragynine | 45 | %", facts=extract), "IMPLAUSIBLE-VALUE")
    assert not doubted(read("Mitragynine | 45 | %", facts=LEAF[:1]), "IMPLAUSIBLE-VALUE")


def test_every_published_range_has_its_source_and_its_possible_holds_its_usual() -> None:
    for analyte, rows in ranges().items():
        assert analyte in vocabulary.analytes()
        for row in rows:
            assert len(row.source) > 20
            assert row.possible.hull(row.usual) == row.possible
            assert set(row.products) <= set(vocabulary.product_forms())


# ---------------------------------------------------------------- sums

SUMS = [
    (["Mitragynine | 60 | %", "Speciogynine | 50 | %"], "SUM-OVER-100", "110 % by mass"),
    (["Mitragynine | 800 | mg/g", "Moisture | 25 | %"], "SUM-OVER-100", "105 % by mass"),
    (["Moisture | 60.0 | %", "Total ash | 41 | %"], "SUM-OVER-100", "101 % by mass"),
    (["Moisture | 60.0 | %", "Total ash | 40.5 | %"], "SUM-OVER-100", "100.5 % by mass"),
    (["Moisture | 60.0 | %", "Total ash | 40.05 | %"], "", ""),  # by rounding
    (["Moisture | 60 | %", "Dry matter | 40 | %", "Acid-insoluble ash | 20 | %"], "", ""),  # parts of another
    (["Mitragynine | 60 | %", "Mitragynine | 600 | mg/g"], "", ""),  # said twice
    (["Mitragynine | 60 | % | | | | | dry", "Moisture | 50 | %"], "", ""),  # two wholes
    (["Mitragynine | >60 | %", "Speciogynine | >50 | %"], "SUM-OVER-100", "110 % by mass"),
    (["Mitragynine | <60 | %", "Speciogynine | <50 | %"], "", ""),
    (["Total alkaloids | 60 | %", "Mitragynine | 55 | %"], "", ""),
    (["Total alkaloids | 1.5 | %", "Mitragynine | 1.4 | %", "Paynantheine | 0.3 | %"], "PARTS-ABOVE-TOTAL", "17000 mg/kg"),
    (["Total alkaloids | 1.7 | %", "Mitragynine | 1.4 | %", "Paynantheine | 0.3 | %"], "", ""),
    (["Total alkaloids | 1.6 | %", "Mitragynine | 1.4 | %", "Paynantheine | 0.3 | %"], "", ""),  # by rounding
    (["Total aflatoxins | 4 | ppb", "Aflatoxin B1 | 9.1 | ppb"], "PARTS-ABOVE-TOTAL", "0.0091 mg/kg"),
    (["Total aflatoxins | <4 | ppb", "Aflatoxin B1 | 9.1 | ppb"], "PARTS-ABOVE-TOTAL", "0.0091 mg/kg"),
    (["Total aflatoxins | 4 | ppb", "Aflatoxin B1 | <9.1 | ppb"], "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected", "told"), SUMS)
def test_parts_are_not_more_than_their_whole(lines: list[str], expected: str, told: str) -> None:
    rules = ("SUM-OVER-100", "PARTS-ABOVE-TOTAL")
    found = [hold_reason for hold_reason in read(*lines, facts=LEAF[:1]).hold_reasons if hold_reason.rule_id in rules]
    assert [hold_reason.rule_id for hold_reason in found] == ([expected] if expected else [])
    assert all(told in hold_reason.why for hold_reason in found)


ABOVE_THE_MAIN = [
    (["Mitragynine | 1.4 | %", "Mitraciliatine | 5 | %"], ["Mitraciliatine"]),
    (["Mitragynine | 1.4 | %", "Rhynchophylline | >2 | %"], ["Rhynchophylline"]),
    (["Mitragynine | 14 | mg/g", "Ajmalicine | 5 | %", "Speciofoline | 2 | %"], ["Ajmalicine", "Speciofoline"]),
    (["Mitragynine | <0.1 | %", "Paynantheine | 0.3 | %"], ["Paynantheine"]),
    (["Mitragynine | 1.4 | %", "Paynantheine | 1.4 | %"], []),
    (["Mitragynine | 1.4 | %", "Paynantheine | <5 | %"], []),
    (["Mitragynine | >1.4 | %", "Paynantheine | 2 | %"], []),
    (["Mitragynine | 1.4 | %", "Caffeine | 5 | %"], []),  # no alkaloid of kratom: its own limits speak
    (["Mitraciliatine | 5 | %"], []),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "held"), ABOVE_THE_MAIN)
def test_no_alkaloid_of_leaf_is_more_than_mitragynine(lines: list[str], held: list[str]) -> None:
    reasons = read(*lines, facts=LEAF[:1]).hold_reasons
    found = [reason.why for reason in reasons if "no leaf grows so" in reason.why]
    assert [name for name in held if any(f"of {name} is more than" in why for why in found)] == held
    assert len(found) == len(held)


# ---------------------------------------------------------------- all over

METALS = ("Lead", "Cadmium", "Arsenic", "Mercury", "Nickel", "Chromium", "Copper", "Zinc")


def lines_of(*said: str) -> list[str]:
    """`result | LOQ | limit` for one metal after another."""
    rows = ([part.strip() for part in f"{line}||".split("|")] for line in said)
    return [
        f"{name} | {row[0]} | mg/kg | | {row[1]} | {row[2]}"
        for name, row in zip((*METALS, "Cobalt", "Tin", "Silver"), rows, strict=False)
    ]


ALL_OVER = [
    ("equals-limit-all-over", ["1.2||1.2", "0.82||0.82", "2.0||NMT 2.0", "0.40||0.40", "5.0||<=5.0"], "5 of 5 numbers"),
    ("equals-limit-all-over", ["1.2||1.2"] * 5 + ["0.31||1.2"] * 3, "5 of 8 numbers"),
    ("", ["1.2||1.2"] * 4, ""),
    ("", ["1.2||1.2"] * 5 + ["0.31||1.2"] * 6, ""),
    ("half-loq-all-over", ["0.025|0.05"] * 5, "5 of 5 numbers equal their LOQ or half of it"),
    ("half-loq-all-over", ["0.050|0.05", "0.025|0.05", "0.025|0.05", "0.050|0.05", "0.050|0.05"], "5 of 5"),
    ("half-loq-all-over", ["0.05|0.05"] * 5 + ["0.31|0.05"] * 3, "5 of 8"),
    ("", ["0.050|0.05"] * 4 + ["0.31|0.05"] * 4, ""),
    ("", ["<0.05|0.05"] * 8, ""),
    ("one-digit-results", ["0.2", "0.3", "0.1", "0.04", "5"], "5 of 5 numbers are printed with a single digit"),
    ("", ["0.2", "0.3", "0.1", "0.04", "0.31"], ""),
    ("", ["0.2", "0.3", "0.1", "0.04"], ""),
    ("", ["0.2", "0.3", "0.1", "0.04", "5", "0.31"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "said", "told"), ALL_OVER)
def test_what_is_alike_all_over_is_remarked(expected: str, said: list[str], told: str) -> None:
    found = [
        remark
        for remark in read(*lines_of(*said)).remarks
        if remark.code.endswith("-all-over") or (remark.code == "one-digit-results" and "half-loq" not in expected)
    ]
    assert [remark.code for remark in found] == ([expected] if expected else [])
    assert all(told in remark.message and "'" in remark.message for remark in found)


# ---------------------------------------------------------------- the same thing twice


def test_a_result_that_stands_twice_counts_once_and_is_noted() -> None:
    certificate = read("Lead | 0.31 | mg/kg", "Lead | 0.310 | mg/kg", "Cadmium | 0.31 | mg/kg", "Lead | 0.31 | mg/kg")
    (remark,) = remarked(certificate, "duplicate-result")
    assert (remark.severity, remark.ref.cell) == ("note", "B6")
    assert remark.message == "'0.31 mg/kg' of Lead at B5 stands 3 times, last at B8; it counts once"
    quantity, hold_reasons = combine([result for result in certificate.results if result.analyte == "lead"])
    assert (quantity.interval, hold_reasons) == (Interval.exactly(Decimal("0.31")), [])


NOT_TWICE = [
    ("Salmonella | Absent in 10 g", "Salmonella | Absent in 25 g"),
    ("Lead | 0.2 | mg/kg", "Lead | 200 | ppb"),  # a free check, not a repeat
    ("Lead | 0.2 | mg/kg", "Lead | 0.2 | mg/kg | | | | | dry"),
    ("Lead | 0.2 | mg/kg", "Lead | 0.3 | mg/kg"),
]


@pytest.mark.parametrize("lines", NOT_TWICE)
def test_what_differs_in_its_key_is_no_repeat(lines: tuple[str, str]) -> None:
    assert remarked(read(*lines), "duplicate-result") == []


# ---------------------------------------------------------------- dates

DATES = [  # fact → day, …: what is told
    ({"Date_Sampled": "2026-03-05", "Date_Tested": "2026-03-04"}, "tested 2026-03-04 is before sampled 2026-03-05"),
    ({"Date_Tested": "2026-03-05", "Date_Issued": "2026-03-04"}, "issued 2026-03-04 is before tested 2026-03-05"),
    ({"Manufactured": "2026-03-05", "Date_Tested": "2026-03-04"}, "tested 2026-03-04 is before manufactured 2026-03-05"),
    ({"Date_Issued": "2026-03-05", "Expires": "2026-03-04"}, "expires 2026-03-04 is before issued 2026-03-05"),
    ({"Manufactured": "2026-03-05", "Expires": "2026-03-04"}, "expires 2026-03-04 is before manufactured 2026-03-05"),
    ({"Date_Sampled": "2026-03-04", "Date_Tested": "2026-03-04", "Date_Issued": "2026-03-05", "Expires": "2028-01-01"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("dates", "told"), DATES)
def test_dates_that_cannot_be_are_a_doubt(dates: dict[str, str], told: str) -> None:
    assert all(date.fromisoformat(day) for day in dates.values())
    found = [hold_reason.why for hold_reason in doubted(read("Lead | 0.31 | mg/kg", **dates), "DATES-IMPOSSIBLE")]
    assert len(found) == bool(told)
    assert all(told in why for why in found)


# ---------------------------------------------------------------- papers beside each other

NUMBERS = [(name, f"0.{at}3") for at, name in enumerate(METALS, start=1)]


class Paper(NamedTuple):
    """A file that is read where a test looks into it, and not where the tests are collected."""

    name: str
    content: bytes

    @property
    def certificates(self) -> list[InterpretedCertificate]:
        return read_content(self.name, self.content).certificates


def paper(
    name: str, batch: str = "L-1", number: str = "", lab: str = "", numbers: Sequence[tuple[str, str]] = tuple(NUMBERS)
) -> Paper:
    """One laboratory's certificate in a file of its own."""
    facts = [["Batch", batch], ["Form", "Leaf powder"], ["Certificate No.", number], ["Laboratory", lab], []]
    rows = [[analyte, said, "mg/kg"] for analyte, said in numbers]
    return Paper(name, csv_bytes([*facts, ["Analyte", "Result", "Unit"], *rows]))


def beside(*readings: Paper | Reading) -> dict[str, list[str]]:
    """Batch → the rules of what certificates say about each other."""
    found = compare(certificate for reading in readings for certificate in reading.certificates)
    return {
        batch: [hold_reason.rule_id for hold_reason in hold_reasons]
        for batch, hold_reasons in found.hold_reasons.items()
    }


COPIED = "RESULTS-OF-ANOTHER-BATCH"
REUSED = "CERTIFICATE-ID-REUSED"
OTHER = [(name, f"{said}1") for name, said in NUMBERS]
ND_BESIDE = [*NUMBERS, ("Cobalt", "ND")]
PAPERS = [
    ("copied under another batch", [paper("a.csv", "A"), paper("b.csv", "B")], {"A": [COPIED], "B": [COPIED]}),
    ("under another laboratory", [paper("a.csv", lab="One"), paper("b.csv", lab="Two")], {"L-1": [COPIED, COPIED]}),
    ("issued again by one laboratory", [paper("a.csv", lab="One", number="1"), paper("b.csv", lab="one ", number="2")], {}),
    ("the same paper without its laboratory", [paper("a.csv", lab="One"), paper("b.csv")], {}),
    ("other non-detects hide no copy", [paper("a.csv", "A"), paper("b.csv", "B", numbers=ND_BESIDE)],
     {"A": [COPIED], "B": [COPIED]}),
    ("other zeros hide no copy", [paper("a.csv", "A"), paper("b.csv", "B", numbers=[(n, s + "0") for n, s in NUMBERS])],
     {"A": [COPIED], "B": [COPIED]}),
    ("seven numbers may agree", [paper("a.csv", "A", numbers=NUMBERS[:7]), paper("b.csv", "B", numbers=NUMBERS[:7])], {}),
    ("one number differs", [paper("a.csv", "A"), paper("b.csv", "B", numbers=[*NUMBERS[:7], OTHER[7]])], {}),
    ("a number for two batches", [paper("a.csv", "A", "C-1", "One"), paper("b.csv", "B", "C-1", "One", OTHER)],
     {"A": [REUSED], "B": [REUSED]}),
    ("a number with another result", [paper("a.csv", "A", "C-1"), paper("b.csv", "A", "C-1", numbers=[*NUMBERS[:7], OTHER[7]])],
     {"A": [REUSED]}),
    ("a certificate of two pages",
     [paper("a.csv", "A", "C-1", numbers=NUMBERS[:4]), paper("b.csv", "A", "C-1", numbers=NUMBERS[4:])], {}),
    ("a number of two laboratories", [paper("a.csv", "A", "C-1", "One"), paper("b.csv", "B", "C-1", "Two", OTHER)], {}),
    ("no number", [paper("a.csv", "A", "N/A"), paper("b.csv", "B", "N/A", numbers=OTHER)], {}),
    ("ids that are one to a reader", [paper("a.csv", "LOT-1"), paper("b.csv", "lot 1", numbers=OTHER)],
     {"LOT-1": ["BATCH-ID-TWINS"], "1": ["BATCH-ID-TWINS"]}),
]  # fmt: skip


@pytest.mark.parametrize(("story", "readings", "held"), PAPERS, ids=[story for story, _, _ in PAPERS])
@pytest.mark.parametrize("order", [1, -1])
def test_papers_beside_each_other(story: str, readings: list[Paper], held: dict[str, list[str]], order: int) -> None:
    assert beside(*readings[::order]) == held, story


def test_a_doubt_names_the_other_batch_and_its_file() -> None:
    found = compare(
        a for r in (paper("a.csv", "A", lab="One"), paper("b.csv", "B", lab="Two")) for a in r.certificates
    ).hold_reasons
    assert "results equal batch 'B' of Two in b.csv in 8 of 8 numbers" in found["A"][0].why
    assert found["A"][0].ref == CellRef("a.csv", "", "B1")
    twin = compare(
        a for r in (paper("a.csv", "X-1"), paper("b.csv", "x-1", numbers=OTHER)) for a in r.certificates
    ).hold_reasons
    assert "batch 'X-1' of a.csv and batch 'x-1' of b.csv" in twin["X-1"][0].why


def test_one_paper_may_certify_many_batches_under_one_number() -> None:
    rows = [["Batch", "Certificate No.", "Analyte", "Result", "Unit"], ["A", "C-1", "Lead", "0.2", "ppm"],
            ["B", "C-1", "Lead", "0.3", "ppm"]]  # fmt: skip
    assert beside(read_csv(rows, head=())) == {}


def test_two_files_of_one_name_are_remarked() -> None:
    one, other, again = (
        paper("a/coa.csv", "A"),
        paper("b/COA.csv", "B", numbers=OTHER),
        paper("b/x.csv", "B", numbers=OTHER),
    )
    found = compare(a for r in (one, other) for a in r.certificates).remarks
    assert {batch: [remark.code for remark in remarks] for batch, remarks in found.items()} == {
        "A": ["same-file-name"],
        "B": ["same-file-name"],
    }
    assert "b/COA.csv" in found["A"][0].message
    assert compare(a for r in (one, again) for a in r.certificates).remarks == {}


def test_a_fingerprint_is_of_the_numbers_alone() -> None:
    (one,), (other,), (third,) = (
        reading.certificates
        for reading in (
            paper("a.csv", "A", "1", "One"),
            paper("b.csv", "B", "2", "Two", NUMBERS[::-1]),
            paper("c.csv", numbers=OTHER),
        )
    )
    assert fingerprint(one) == fingerprint(other) != fingerprint(third)
    assert fingerprint(one) is not None
    assert len(fingerprint(one) or "") == 64
    assert fingerprint(replace(one, results=one.results[:7])) is None


# ---------------------------------------------------------------- many of everything


def _made(number: int, analytes: Sequence[str], seed: int) -> InterpretedCertificate:
    (template,) = paper("a.csv").certificates
    found = tuple(
        replace(template.results[0], analyte=analyte, interval=Interval.exactly(Decimal(seed * 100 + at + 1) / 1000))
        for at, analyte in enumerate(analytes)
    )
    return replace(
        template,
        batch_id=f"LOT-{number}",
        sha256=str(number),
        file=f"{number}.csv",
        certificate_id=str(seed),
        results=found,
    )


@pytest.mark.parametrize("copies", [False, True])
def test_five_hundred_certificates_are_compared_each_with_all(copies: bool) -> None:
    analytes = list(vocabulary.analytes())[:60]
    everyone = [_made(number, analytes, 0 if copies else number) for number in range(500)]
    found = compare(everyone)
    assert len(found.hold_reasons) == (500 if copies else 0)


@pytest.mark.parametrize("distinct", [1, 20_000])
def test_twenty_thousand_results_of_one_thing_do_not_hang(distinct: int) -> None:
    (lead,) = read("Lead | 0.2 | mg/kg").results
    crowd: list[Result] = [
        replace(lead, interval=Interval.exactly(Decimal(at % distinct + 1)), ref=CellRef("a.csv", "", f"B{at}"))
        for at in range(20_000)
    ]
    quantity, hold_reasons = combine(crowd)
    assert quantity.interval == Interval(Decimal(1), Decimal(distinct))
    assert [hold_reason.rule_id for hold_reason in hold_reasons] == (["RESULTS-CONTRADICT"] if distinct > 1 else [])


def test_the_checks_say_nothing_of_nothing() -> None:
    assert consistency([], None, "", None) == ([], [])
    assert compare([]).hold_reasons == {}
