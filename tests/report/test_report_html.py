"""The pages: what a reviewer must find on them, and what a vendor's words must never do to them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.html import batch_page, page_name, summary_page
from kratom_qc.report.limits import limits_page
from kratom_qc.report.summary import summary_row
from kratom_qc.vocabulary.wording import THIN
from tests.report import report_batches as given
from tests.report.report_batches import verdict

PROGRAM = "kratom_qc 0.1.0"
HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    '"><img src=x onerror=alert(1)>',
    "{% raw %}",
    "' onload='x",
    "]]>&amp;",
    '</style></title><script>x</script>";}',
    "\\22\\27*/url(//x)",
)


class Page(HTMLParser):
    """A page's elements and its text, as a browser would see them."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.pieces).replace(THIN, " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def page(of: Verdict) -> Page:
    return Page(batch_page(of, program=PROGRAM))


def summary(*verdicts: Verdict, refused: tuple[tuple[str, str, list[Problem]], ...] = ()) -> Page:
    rows = [summary_row(one, page_name(one.batch.batch_id)) for one in verdicts]
    return Page(summary_page(rows, refused, judged_on=given.DAY, program=PROGRAM))


# ---------------------------------------------------------------- what must be found


def test_a_reason_tells_words_cell_value_limit_dates_and_leads_to_its_source() -> None:
    seen = page(given.SPIKED)
    for said in (
        "<1.0",
        "ppm",
        "Results!C13",
        given.FILE,
        "below 1 mg/kg",
        "Cd < 0.82 µg/g",
        "SPEC-METALS-CD",
        "in force, date unknown",
        "the method cannot see the limit",
    ):
        assert said in seen.text
    assert "the law of leaf_powder, section 1" not in seen.text  # the page of limits has it, once
    assert ("a", "href", "limits.html#leaf_powder-SPEC-METALS-CD") in seen.attributes


def test_every_link_to_a_limit_leads_to_its_place_on_the_page_of_limits() -> None:
    books = {one.id: one for one in given.BOOKS} | {"leaf_powder": replace(given.BOOKS[0], limits=(given.CD_SPEC,))}
    limits = Page(limits_page(books, day=given.DAY, program=PROGRAM))
    places = {f"limits.html#{value}" for _, name, value in limits.attributes if name == "id"}
    failed = page(verdict(given.CADMIUM_OPEN))
    leading = [value for _, name, value in failed.attributes if name == "href" and value.startswith("limits.html#")]
    assert leading
    assert set(leading) <= places


def test_a_pass_says_that_there_is_no_reason() -> None:
    text = page(given.CLEAN).text
    assert "No reason to hold or fail." in text
    assert "Why some markets are closed" not in text


def test_a_pass_that_one_market_refuses_says_both() -> None:
    text = page(given.MERCURY_IN_CZ).text
    assert text.index("No reason to hold or fail.") < text.rindex("Why some markets are closed")
    assert "0.2 mg/kg lies wholly above the limit" in text


def test_a_batch_that_fails_nowhere_claims_no_absence_of_reasons() -> None:
    assert "No reason to hold or fail." not in page(given.SPIKED).text
    assert "No reason to hold or fail." not in page(verdict(given.NICKEL_SILENT)).text


NOTED = given.finding(replace(given.PB_SPEC, rule_id="US-PB-GUIDE", status="guidance"), Outcome.PASS, given.LEAD)


def between(text: str, start: str, end: str) -> str:
    return text[text.rindex(start) : text.rindex(end)]


def test_what_does_not_decide_is_shown_apart() -> None:
    text = page(verdict(*given.CLEAN.findings, NOTED)).text
    shown = between(text, "Shown, not deciding", "Neither tested")
    assert "Mitragynine : (7-OH + MP) ratio at most 30; FAIL mitragynine at least 100 times 7-OH + MP" in shown
    assert "US-DEA-RATIO (proposed): 30 is below 100" in shown
    assert "Met: 1 guidance." in shown
    untested = between(text, "Neither tested", "Provenance")
    assert "Conditions for the seller that no laboratory can test: Rules of us 1." in untested
    assert "Toxic elements: 2 tested; not Nickel." in untested


def findings_table(of: Verdict) -> str:
    return between(page(of).text, "Every limit that decides", "Provenance").partition("Shown, not deciding")[0]


def test_what_decides_nothing_stands_outside_the_limits_that_decide() -> None:
    every = verdict(*given.CLEAN.findings, NOTED)
    table = findings_table(every)
    others = ("US-NI-NOTE", "US-PB-GUIDE", "US-AGE", "US-DEA-RATIO")
    assert not [rule for rule in others if rule in table.partition("Neither tested")[0]]
    assert "SPEC-METALS-PB" in table
    assert page(every).text.count("US-DEA-RATIO") == 1


def test_a_required_assay_nobody_reported_stays_among_the_limits_that_decide() -> None:
    mercury = findings_table(given.SPIKED).partition("Cadmium")[0]
    assert "Mercury ; MISSING" in mercury
    assert "Hg < 0.4 µg/g SPEC-METALS-HG: nobody measured mercury" in mercury


def test_a_long_list_of_summands_counted_as_nothing_is_small_print_and_stands_once() -> None:
    names = "Ajmalicine, Corynoxine, Mitraphylline"
    why = f"2.1 % lies above the limit (7-OH ÷ total (sum of Mitragynine; not measured and counted as 0: {names}))"
    failed = verdict(
        given.finding(given.MIT_SPEC, Outcome.FAIL, given.MITRAGYNINE, why=why),
        given.finding(given.HG_SPEC, Outcome.FAIL, given.MERCURY, why=why),
        given.finding(given.HG_CZ, Outcome.FAIL, given.MERCURY, why=why, market="cz"),
    )
    seen = page(failed)
    assert seen.text.count(names) == 1
    assert f"not measured and counted as 0: {names}" in seen.pieces
    assert "2.1 % lies above the limit (7-OH ÷ total (sum of Mitragynine; 3 not measured, counted as 0))" in seen.text
    assert failed.findings[0].why == why


def classes(of: Verdict) -> list[tuple[str, str]]:
    return [(tag, value) for tag, name, value in page(of).attributes if name == "class" and value]


def test_one_page_never_shows_another_batchs_words() -> None:
    other = replace(given.MERCURY, reported="0.2 mg", method="ICP-MS", ref=given.MERCURY.ref._replace(cell="Z9"))
    first, second = given.MERCURY_IN_CZ, verdict(given.finding(given.HG_SPEC, Outcome.PASS, other))
    alone = batch_page(second, program=PROGRAM)
    batch_page(first, program=PROGRAM)
    assert batch_page(second, program=PROGRAM) == alone
    assert "Results!Z9" in page(second).text
    assert "C14" not in page(second).text
    assert "0.2 mg mg/kg" in page(second).text


def test_every_result_keeps_the_laboratorys_words_and_unknown_names() -> None:
    odd = given.result("Mitragynol B", "0,3", given.span("0.3", "0.3"), "C99", known=False)
    text = page(verdict(given.GOOD_MITRAGYNINE, results=(given.MITRAGYNINE, odd))).text
    assert "1.39 % w/w 13 900 mg/kg (1.39 %)" in text
    assert "Mitragynol B unknown analyte 0,3 mg/kg" in text


def test_provenance_gives_hashes_dates_declarations_and_the_program() -> None:
    facts = ProductFacts("LOT-*", serving_g=Decimal("2.50"), sha256="ef" * 32)
    old = given.book("us", checked=date(2026, 1, 1))
    old = replace(old, limits=(replace(given.PB_SPEC, checked_on=old.checked_on, max_age_days=30),))
    text = page(verdict(given.GOOD_LEAD, facts=facts, rulebooks=(given.BOOKS[0], old))).text
    for said in (
        given.SHA,
        "ef" * 32,
        "ISO/IEC 17025 no. 1163",
        "N-2411",
        "tested 2026-11-02, issued 2026-11-05",
        "Declared by the vendor",
        "2.5 g",
        "1 rulebook overdue : us . Compare them with their sources",
        PROGRAM,
        "Not legal advice.",
    ):
        assert said in text
    lines = "\n".join(f"{one} {'cd' * 32}" for one in ("leaf_powder", "us"))
    assert hashlib.sha256(lines.encode()).hexdigest() in text
    assert f"us {'cd' * 8}" in text


def test_a_remark_told_twice_stands_once() -> None:
    remark = Remark("x", "warning", "LOD above LOQ", CellRef(given.FILE, "Results", "D4"))
    assert page(verdict(given.GOOD_LEAD, remarks=(remark,))).text.count("LOD above LOQ") == 1


# ---------------------------------------------------------------- what must never happen


@pytest.mark.parametrize("words", HOSTILE)
def test_a_vendors_words_are_text_everywhere(words: str) -> None:
    odd = given.result(
        words,
        words,
        given.span("1", "1"),
        "C1",
        known=False,
        method=words,
        stated_verdict=words,
        species=words,
        reported_unit=words,
        text=words,
    )
    hold_reason = given.trouble("UNKNOWN-ANALYTE", f"{words} is not known", "C1", words)
    hostile = verdict(
        hold_reason,
        results=(odd,),
        batch_id=words,
        laboratory=words,
        remarks=(Remark("x", "note", words, CellRef(words, words, words)),),
        facts=ProductFacts(words, sha256=words),
    )
    refused = ((words, words, [Problem("code", words, CellRef(words, words, words), words)]),)
    for seen in (page(hostile), summary(hostile, refused=refused)):
        assert words in "".join(seen.pieces)
        assert not {"script", "img"} & set(seen.tags)
        assert not [name for _, name, _ in seen.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "html",
    [
        batch_page(given.SPIKED, program=PROGRAM),
        batch_page(given.CLEAN, program=PROGRAM),
        summary_page([summary_row(given.CLEAN, "x.html")], (), judged_on=given.DAY, program=PROGRAM),
    ],
)
def test_a_page_needs_nothing_but_itself(html: str) -> None:
    seen = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(seen.tags)
    outside = [value for _, name, value in seen.attributes if name in ("src", "href", "xlink:href", "srcset", "action")]
    assert all(value.startswith(("#", "limits.html#")) or value in ("x.html", "limits.html") for value in outside)
    style = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"@import|url\((?!#)", style)


def test_headings_are_in_order_and_colour_is_never_alone() -> None:
    seen = page(given.SPIKED)
    levels = [int(tag[1]) for tag in seen.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert ("html", "lang", "en") in seen.attributes
    assert {"FAIL", "INCONCLUSIVE", "MISSING"} <= {piece.strip() for piece in seen.pieces}


def test_links_on_the_page_lead_somewhere() -> None:
    seen = page(given.SPIKED)
    ids = {value for _, name, value in seen.attributes if name == "id"}
    assert {value[1:] for _, name, value in seen.attributes if name == "href" and value[0] == "#"} <= ids


def test_the_same_verdict_gives_the_same_bytes() -> None:
    again = verdict(*given.SPIKED.findings)
    assert batch_page(given.SPIKED, program=PROGRAM) == batch_page(again, program=PROGRAM)


# ---------------------------------------------------------------- summary and names


def test_a_summary_lists_worst_first_and_links_each_page() -> None:
    clean, spiked = replace_id(given.CLEAN, "A-1"), replace_id(given.SPIKED, "Z-9")
    seen = summary(clean, spiked)
    assert seen.text.index("Z-9") < seen.text.index("A-1")
    assert ("a", "href", page_name("Z-9")) in seen.attributes
    assert "all 3 limits met; 1 not tested us, cz, us-ri" in seen.text
    assert "no market" in seen.text


def test_a_summary_lists_every_problem_of_a_refused_file() -> None:
    problems = [
        Problem("unknown-unit", "the unit is not known", CellRef("bad.csv", "S", "C4"), "mgs"),
        Problem("empty", "nothing in it", CellRef("bad.csv")),
    ]
    text = summary(refused=(("bad.csv", "12" * 32, problems),)).text
    assert "0 batches judged, 1 file refused" in text
    for said in ("S!C4", "mgs", "the unit is not known", "unknown-unit", "nothing in it", "12" * 32):
        assert said in text


def replace_id(of: Verdict, batch_id: str) -> Verdict:
    return replace(of, batch=replace(of.batch, batch_id=batch_id))


@pytest.mark.parametrize(
    "batch_id", ["../../etc/passwd", "a/b\\c", "", ".", "..", "CON", "x" * 500, "Šarže 12", "a\0b", "\ud800"]
)
def test_a_page_name_never_is_a_path(batch_id: str) -> None:
    assert re.fullmatch(r"(?!\.)[A-Za-z0-9_.-]{0,60}-[0-9a-f]{8}\.html", page_name(batch_id))


def test_page_names_never_meet_even_where_case_does_not_count() -> None:
    ids = ["LOT-1", "lot-1", "LOT/1", "LOT 1", "x" * 60, "x" * 61, "000123", "123"]
    assert len({page_name(batch_id).casefold() for batch_id in ids}) == len(ids)
    assert page_name("LOT_1.a").startswith("LOT_1.a-")
