"""The first screen of a batch page: what is decided, in a sentence, what is left to do, a picture and a map."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import market_words, page, us_map
from kratom_qc.report.html import batch_page
from kratom_qc.report.kept import reported
from kratom_qc.report.lead import Task
from kratom_qc.report.picture import MOST
from kratom_qc.report.rendering import css_string
from kratom_qc.vocabulary.jurisdictions import states
from tests.report import report_batches as given
from tests.report.report_batches import GOOD_LEAD, book, finding, limit, result, span, verdict
from tests.report.test_report_html import PROGRAM, Page

SAMPLES = Path(__file__).parents[2] / "sample_reports" / "reports"


def said(of: Verdict) -> str:
    return " ".join(page.batch_page(of).first.sentences).replace("\u202f", " ")


def tasks(of: Verdict) -> dict[str, Task]:
    return {task.what: task for task in page.batch_page(of).first.tasks}


# ---------------------------------------------------------------- the sentence


def test_a_pass_says_how_much_it_rests_on_and_what_nobody_looked_for() -> None:
    assert said(given.CLEAN) == (
        "All 3 required limits met. No adulterant panel was tested. May be sold in 3 of 3 markets."
    )


def test_a_fail_names_the_worst_with_its_limit_and_counts_the_rest() -> None:
    assert said(given.SPIKED) == (
        "Not to be released. Mitragynine 1.39 % does not meet the limit: mitragynine 0.3–1 % w/w; 2 more reasons. "
        "1 of 4 required limits met. No adulterant panel was tested. May be sold in 0 of 3 markets."
    )


def test_a_hold_says_what_was_not_measured_or_cannot_be_decided() -> None:
    waits = "Not to be released before a person has answered what is below."
    assert said(verdict(GOOD_LEAD, *given.MERCURY_MISSING)).startswith(f"{waits} Mercury was not measured. 1 of 2")
    undecided = "Cadmium below 1 mg/kg leaves open whether the limit is met: Cd < 0.82 µg/g."
    assert f"{waits} {undecided}" in said(verdict(GOOD_LEAD, given.CADMIUM_OPEN))
    doubt = given.trouble("UNKNOWN-ANALYTE", "'Mitragynol B' is not a known analyte", "A33", "Mitragynol B")
    assert f"{waits} 'Mitragynol B' is not a known analyte." in said(verdict(GOOD_LEAD, doubt))


def test_a_batch_that_nothing_proves_never_sounds_like_a_pass() -> None:
    assert "No limit that decides was met, so nothing proves this batch." in said(verdict(given.NICKEL_SILENT))
    assert "limits met" not in said(verdict(given.NICKEL_SILENT))


def test_an_adulterant_that_was_tested_is_not_told_as_untested() -> None:
    tested = result("kavain", "ND", span("0", "1", high_open=True), "C9")
    panel = verdict(GOOD_LEAD, results=(tested,))
    assert "No adulterant panel was tested." in said(verdict(GOOD_LEAD))
    family = page.annex.hazard_families()["adulterants"].members
    panel = verdict(GOOD_LEAD, results=(replace(tested, analyte=min(family)),))
    assert "adulterant" not in said(panel)


# ---------------------------------------------------------------- fifty states


FIFTY = tuple(sorted(states()))
BOOKS = (
    book("leaf_powder", "product"),
    *(replace(book(one, extends=("us",) if one != "us" else ()), title=one.upper()) for one in ("us", *FIFTY)),
)


def rule(market: str, kind: str, outcome: Outcome) -> Finding:
    asks = limit(f"{market.upper()}-LAW", market, "", "the law", kind=kind, unit="", searched="the code")
    return finding(asks, outcome, market=market)


def of_the_states(*findings: Finding) -> Verdict:
    return verdict(GOOD_LEAD, *findings, rulebooks=BOOKS, markets=("us", *FIFTY))


MISSISSIPPI = limit("MS-HG", "us-ms", "mercury", "mercury below 0.15 ppm", span("0", "0.15", high_open=True))
MIXED = of_the_states(
    rule("us-al", "ban", Outcome.FAIL),
    rule("us-ar", "ban", Outcome.FAIL),
    rule("us-tx", "unread", Outcome.INCONCLUSIVE),
    rule("us-ak", "no_statute", Outcome.INCONCLUSIVE),
    finding(MISSISSIPPI, Outcome.FAIL, given.MERCURY, market="us-ms"),
)


def test_the_states_are_told_by_what_they_say() -> None:
    assert said(MIXED).endswith(
        "May be sold in 45 states; not in MS; banned in 2; 1 undecided; 1 without a rule we know."
    )


def test_no_state_is_open_to_a_batch_that_fails() -> None:
    failed = of_the_states(finding(given.PB_SPEC, Outcome.FAIL, given.LEAD), rule("us-al", "ban", Outcome.FAIL))
    assert said(failed).endswith("May be sold in no state; banned in 1.")
    assert us_map.answers(failed) == ()
    assert '<svg class="map"' not in batch_page(failed, program=PROGRAM)


def test_the_map_has_every_state_once_and_says_what_its_market_says() -> None:
    drawn = us_map.answers(MIXED)
    tiles = [tile for answer in drawn for tile in answer.tiles]
    assert sorted(f"us-{tile.name.lower()}" for tile in tiles) == sorted((*FIFTY, "us-dc"))
    assert len({(tile.x, tile.y) for tile in tiles}) == len(tiles)
    by_name = {tile.name: answer.says for answer in drawn for tile in answer.tiles}
    assert by_name["DC"] == "not asked"
    for standing in MIXED.standings:
        if standing.market in states():
            assert by_name[standing.market[3:].upper()] == market_words.said(standing)
    assert sum(answer.states for answer in drawn) == 50


def test_the_map_is_read_without_its_colours() -> None:
    seen = Page(batch_page(MIXED, program=PROGRAM))
    html = batch_page(MIXED, program=PROGRAM)
    assert len(re.findall(r'<pattern id="h-', html)) == 3
    for answer in us_map.answers(MIXED):
        assert answer.sign * len(answer.tiles) in seen.pieces or not answer.sign
    signs = [answer.sign for answer in us_map.answers(MIXED)]
    assert len(set(signs)) == len(signs)


def test_markets_that_are_no_states_and_places_within_them_are_told_beside_the_map() -> None:
    oceanside = replace(book("us-al-mobile", extends=("us-al",)), title="Mobile, Alabama")
    open_state = verdict(
        GOOD_LEAD,
        rule("us-al-mobile", "ban", Outcome.FAIL),
        rulebooks=(*BOOKS, oceanside),
        markets=("us", *FIFTY, "us-al-mobile"),
    )
    first = page.batch_page(open_state).first
    assert first.elsewhere == ("Beyond the states", (("may be sold", "US"), ("banned", "Mobile, Alabama")))
    assert first.cautions[0] == "But in US-AL, Mobile: banned"


# ---------------------------------------------------------------- what is left for a person


def test_nothing_is_left_of_a_clean_batch() -> None:
    assert tasks(given.CLEAN) == {}
    assert "Nothing is left for a person" in Page(batch_page(given.CLEAN, program=PROGRAM)).text


def test_every_cause_says_what_to_do_about_it_once() -> None:
    left = tasks(given.SPIKED)
    assert [(what, task.about) for what, task in left.items()] == [
        ("Outside the limit", "Mitragynine"),
        ("Cannot be decided", "Cadmium"),
        ("Not tested", "Mercury"),
    ]
    assert all(task.do for task in left.values())


def test_a_rule_that_nobody_has_confirmed_is_looked_up_and_not_tested_again() -> None:
    pending = replace(given.CD_SPEC, pending_from="2026-07")
    (task,) = tasks(verdict(GOOD_LEAD, finding(pending, Outcome.INCONCLUSIVE, given.CADMIUM))).values()
    assert (task.what, task.about) == ("A rule nobody has confirmed", "Cadmium")
    assert "no test can answer that" in task.do


def test_unread_texts_come_first_with_their_words() -> None:
    held = verdict(GOOD_LEAD, given.trouble("TEXT-UNREAD", "a text that nobody has read", "A9"))
    ref = CellRef(given.FILE, "Results", "A9")
    entry = AccountEntry(SourceText("Retested <b>twice</b>", ref), Fate.UNREAD)
    certificate = replace(held.batch.certificates[0], texts=(entry,))
    held = replace(held, batch=replace(held.batch, certificates=(certificate,)))
    (task,) = tasks(held).values()
    assert (task.what, task.about) == ("1 text that nobody has read", "“Retested <b>twice</b>”")
    assert "`" not in task.do
    html = batch_page(held, program=PROGRAM)
    assert "<b>twice</b>" not in html
    assert html.index("Retested &lt;b&gt;twice") < html.index('id="reasons"') < html.index('id="unread"')
    assert html.count("Retested &lt;b&gt;twice") == 2


def test_what_fails_is_left_before_what_nobody_has_read() -> None:
    unread = given.trouble("TEXT-UNREAD", "a text that nobody has read", "A9")
    failed = verdict(finding(given.PB_SPEC, Outcome.FAIL, given.LEAD), unread)
    entry = AccountEntry(SourceText("Retested", CellRef(given.FILE, "Results", "A9")), Fate.UNREAD)
    certificate = replace(failed.batch.certificates[0], texts=(entry,))
    failed = replace(failed, batch=replace(failed.batch, certificates=(certificate,)))
    assert list(tasks(failed)) == ["Outside the limit", "1 text that nobody has read"]


def test_a_rulebook_overdue_is_named() -> None:
    old = book("us", checked=date(2026, 1, 1))
    old = replace(old, limits=(replace(given.PB_SPEC, checked_on=old.checked_on, max_age_days=30),))
    assert tasks(verdict(GOOD_LEAD, rulebooks=(given.BOOKS[0], old)))["1 rulebook overdue"].about == "us"


# ---------------------------------------------------------------- the picture


def test_the_picture_stands_worst_first_and_says_what_nobody_measured() -> None:
    rows = page.batch_page(given.SPIKED).first.picture.rows
    assert [(row.outcome, row.subject) for row in rows] == [
        ("FAIL", "Mitragynine"),
        ("INCONCLUSIVE", "Cadmium"),
        ("MISSING", "Mercury"),
        ("PASS", "Lead"),
    ]
    assert (rows[2].value, rows[2].bar, rows[2].limit) == ("not measured", None, "< 0.4\u202fmg/kg")
    assert rows[0].limit == "0.3–1\u202f%"


def test_of_many_limits_the_picture_shows_potency_and_what_comes_nearest() -> None:
    many = [
        finding(
            replace(given.PB_SPEC, rule_id=f"R{n}", subject=f"metal {n}"),
            Outcome.PASS,
            replace(given.MERCURY, analyte=f"metal {n}", interval=span(str(n / 100), str(n / 100))),
        )
        for n in range(30)
    ]
    drawn = page.batch_page(verdict(*many, given.GOOD_MITRAGYNINE)).first.picture
    assert (len(drawn.rows), drawn.more) == (MOST, 21)
    assert [row.subject for row in drawn.rows[:3]] == ["Mitragynine", "metal 29", "metal 28"]


def test_only_limits_of_the_batchs_own_verdict_are_drawn() -> None:
    rows = page.batch_page(given.MERCURY_IN_CZ).first.picture.rows
    assert [(row.subject, row.outcome) for row in rows] == [("Mercury", "PASS"), ("Lead", "PASS")]


# ---------------------------------------------------------------- the sheet of paper


@pytest.mark.parametrize("text", ['"}</style><script>', "\\", "LOT\n1", "a\0b", "\ud800", "Šarže 12", "*/ url(x)"])
def test_an_id_in_the_style_sheet_is_letters_digits_and_numbers_of_signs(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*", css_string(text))
    html = batch_page(replace(given.CLEAN, batch=replace(given.CLEAN.batch, batch_id=text)), program=PROGRAM)
    style = html[html.index("<style>") : html.index("</style>")]
    assert f'@bottom-left{{content:"{css_string(text)}"' in style


def test_every_sheet_bears_batch_hash_and_its_number() -> None:
    html = batch_page(given.CLEAN, program=PROGRAM)
    report, _ = reported(page.batch_page(given.CLEAN, program=PROGRAM))
    assert report.sha256 in html[html.index("@bottom-center") : html.index("@bottom-right")]
    assert f"<code>{report.sha256}</code>" in html
    assert 'counter(page) " of " counter(pages)' in html


def test_what_is_folded_stays_off_the_paper_unless_somebody_opens_it() -> None:
    html = batch_page(given.MERCURY_IN_CZ, program=PROGRAM)
    assert "details:not([open]){display:none}" in html
    assert "<details open" not in html
    assert html.count("<details>") >= 3


def test_pages_of_the_samples_are_small() -> None:
    sizes = sorted(path.stat().st_size for path in SAMPLES.glob("*.html") if path.stem not in ("index", "limits"))
    assert sizes[len(sizes) // 2] < 28_000
    assert sizes[-1] <= 30_000
