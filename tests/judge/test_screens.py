"""What a careful reader finds odd is warned of, and nothing more: a batch in words, and the screens that warn of it.

Every batch is judged twice, with the screens and without: its verdicts are the same.
"""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.finding import Outcome
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import markets_of
from tests.factory import REAL, book, certificate, clean_leaf, finding, judged, limit, lot, row

BOOKS = load_rulebooks(REAL)
MARKETS = markets_of(BOOKS)
SCREENS = {one.rule_id for one in BOOKS["screens"].limits}
ND = {"LOD": "0.0001"}
MINOR = ("Paynantheine", "Speciogynine", "Speciociliatine")
NO_MINOR = [row(name, "ND", "%", **ND) for name in MINOR]


def leaf(*more: dict[str, str], **changes: tuple[str, str] | None):
    return [*clean_leaf(**changes), *more]


def alkaloids(unit: str, **amounts: str):
    return [row(name.replace("_", " "), said, unit) for name, said in amounts.items()]


def pure(*more: dict[str, str], mitragynine: str = "45", paynantheine: str = "6", seven: str = "0.2"):
    said = {"Mitragynine": mitragynine, "Paynantheine": paynantheine, "Speciogynine": "4", "Speciociliatine": "5"}
    return [*alkaloids("%", **said), row("7-OH", seven, "%"), *more]


def spiked(**changes: tuple[str, str] | None):
    return leaf(*NO_MINOR, **dict.fromkeys(MINOR), **{"7-Hydroxymitragynine": ("0.03", "%"), **changes})


LEAF_SCREENS = {"WARN-RATIO-PAYNANTHEINE", "WARN-RATIO-SPECIOGYNINE", "WARN-RATIO-SPECIOCILIATINE"}
STORIES = {  # batch in words: form, rows, claim of (analyte, mg/kg), what warns
    "a clean leaf": ("leaf powder", leaf(), None, set()),
    "a clean crushed leaf": ("crushed leaf", leaf(), None, set()),
    "thin leaf": (
        "leaf powder",
        leaf(Mitragynine=("0.29", "%"), **dict.fromkeys(MINOR)),
        None,
        {"WARN-LEAF-MIT-LOW", "WARN-7OH-MIT-RATIO"},
    ),
    "leaf as strong as an extract": (
        "capsules",
        leaf(Mitragynine=("3.1", "%"), **dict.fromkeys(MINOR)),
        None,
        {"WARN-LEAF-MIT-HIGH"},
    ),
    "7-OH at the most of authentic leaf": ("leaf powder", leaf(**{"7-Hydroxymitragynine": ("0.04", "%")}), None, set()),
    "7-OH beyond leaf": ("leaf powder", leaf(**{"7-Hydroxymitragynine": ("0.041", "%")}), None, {"WARN-LEAF-7OH"}),
    "7-OH too much for so little mitragynine": (
        "leaf powder",
        leaf(Mitragynine=("1.0", "%"), **{"7-Hydroxymitragynine": ("0.031", "%")}),
        None,
        {"WARN-7OH-MIT-RATIO"},
    ),
    "7-OH without the minor alkaloids": ("leaf powder", spiked(), None, {"WARN-SPIKED-PROFILE", *LEAF_SCREENS}),
    "the same, one of them found": (
        "leaf powder",
        leaf(*NO_MINOR[:2], Paynantheine=None, Speciogynine=None, **{"7-Hydroxymitragynine": ("0.03", "%")}),
        None,
        {"WARN-RATIO-PAYNANTHEINE", "WARN-RATIO-SPECIOGYNINE"},
    ),
    "the same, nobody looked for them": (
        "leaf powder",
        leaf(**dict.fromkeys(MINOR), **{"7-Hydroxymitragynine": ("0.03", "%")}),
        None,
        set(),
    ),
    "the same, the laboratory says `<LOQ`, which may be there": (
        "leaf powder",
        leaf(
            *(row(name, "<LOQ", "%", LOQ="0.3") for name in MINOR),
            **dict.fromkeys(MINOR),
            **{"7-Hydroxymitragynine": ("0.03", "%")},
        ),
        None,
        set(),
    ),
    "no 7-OH and no minor alkaloids": (
        "leaf powder",
        [*spiked(**{"7-Hydroxymitragynine": None}), row("7-OH", "ND", "%", **ND)],
        None,
        LEAF_SCREENS,
    ),
    "7-OH tablets": (
        "tablets",
        leaf(*NO_MINOR, **dict.fromkeys(MINOR), Mitragynine=("0.5", "%"), **{"7-Hydroxymitragynine": ("5", "%")}),
        None,
        {"WARN-SPIKED-PROFILE", "WARN-LARGEST-7OH", "WARN-LEAF-7OH", "WARN-7OH-MIT-RATIO", *LEAF_SCREENS},
    ),
    "paynantheine below its share": (
        "leaf powder",
        leaf(Paynantheine=("0.20", "%")),
        None,
        {"WARN-RATIO-PAYNANTHEINE"},
    ),
    "paynantheine at its least": ("leaf powder", leaf(Paynantheine=("0.21", "%")), None, set()),
    "paynantheine at its most": ("leaf powder", leaf(Paynantheine=("0.70", "%")), None, set()),
    "paynantheine above its share": (
        "leaf powder",
        leaf(Paynantheine=("0.71", "%")),
        None,
        {"WARN-RATIO-PAYNANTHEINE"},
    ),
    "speciogynine above its share": (
        "leaf powder",
        leaf(Speciogynine=("0.71", "%")),
        None,
        {"WARN-RATIO-SPECIOGYNINE"},
    ),
    "speciociliatine above its share": (
        "crushed leaf",
        leaf(Speciociliatine=("0.85", "%")),
        None,
        {"WARN-RATIO-SPECIOCILIATINE"},
    ),
    "paynantheine more than mitragynine": (
        "extract",
        pure(mitragynine="20", paynantheine="21"),
        None,
        {"WARN-LARGEST-PAYNANTHEINE"},
    ),
    "an extract, whose ratios nobody published": ("extract", pure(paynantheine="1"), None, set()),
    "pseudoindoxyl in a drink": (
        "liquid",
        [*alkaloids("mg/mL", Mitragynine="4"), row("MP", "trace", "mg/mL"), row("MGM-15", "ND", "mg/mL", LOD="0.001")],
        None,
        {"WARN-MP"},
    ),
    "MGM-15 and MGM-16 in gummies": (
        "gummies",
        [row("MGM-15", "0.1", "mg/kg"), row("MGM-16", "Detected", "mg/kg")],
        None,
        {"WARN-MGM15", "WARN-MGM16"},
    ),
    "kava in a drink": ("liquid", [row("Total kavalactones", "2", "mg/mL")], None, {"WARN-KAVA-BLEND"}),
    "more alkaloids than product": ("extract", pure(mitragynine="95"), None, {"WARN-SUM-ALKALOIDS"}),
    "a serving of more than leaf users take": (
        "leaf powder",
        leaf(Mitragynine=("2.1", "%"), **dict.fromkeys(MINOR)),
        "10 g",
        {"WARN-LEAF-MIT-SERVING"},
    ),
    "a serving of the most that leaf users take": (
        "leaf powder",
        leaf(Mitragynine=("2.059", "%"), **dict.fromkeys(MINOR)),
        "10 g",
        set(),
    ),
    "the sum of alkaloids is the claimed strength": ("extract", pure(), ("total-alkaloids", "600000"), set()),
    "the sum of alkaloids is less than claimed": (
        "extract",
        pure(),
        ("total-alkaloids", "700000"),
        {"WARN-CLAIM-TOTAL"},
    ),
    "the sum of alkaloids is more than claimed": (
        "extract",
        pure(),
        ("total-alkaloids", "500000"),
        {"WARN-CLAIM-TOTAL"},
    ),
    "all alkaloids together are less than the mitragynine claimed": (
        "extract",
        pure(),
        ("mitragynine", "603000"),
        {"WARN-CLAIM-MIT-ABOVE-SUM"},
    ),
    "all alkaloids together are the mitragynine claimed": ("extract", pure(), ("mitragynine", "602000"), set()),
}


def declared() -> FactsFile:
    rows = []
    for story, (_, _, said, _) in STORIES.items():
        if isinstance(said, tuple):
            claim = Claim(said[0], Decimal(said[1]), "mg/kg")
            rows.append((lot(story), "*", ProductFacts(story, claims=(claim,))))
        elif said:
            rows.append((lot(story), "*", ProductFacts(story, serving_g=Decimal(said.removesuffix(" g")))))
    return FactsFile(tuple(rows))


def everyone(books):
    readings = [certificate(lot(story), *rows, form=form) for story, (form, rows, *_) in STORIES.items()]
    return judged(readings, books, markets=MARKETS, home=["us"], facts=declared(), beside=CrossCertificateChecks())


@pytest.fixture(scope="module")
def verdicts():
    return everyone(BOOKS)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same rulebooks without a screen."""
    folder = tmp_path_factory.mktemp("books") / "expectations"
    shutil.copytree(REAL, folder)
    nothing = limit("NOTHING", "tin", "not more than 1 mg/kg", max="1", unit="mg/kg", status="guidance")
    (folder / "screens.toml").write_text(book(nothing, kind="standard"), encoding="utf-8")
    return everyone(load_rulebooks(folder))


def warned(verdict):
    return {one.rule_id for one in verdict.findings if one.rulebook == "screens" and one.outcome is Outcome.FAIL}


@pytest.mark.parametrize("story", STORIES)
def test_what_warns(verdicts, story):
    assert warned(verdicts[lot(story)]) == STORIES[story][3]


@pytest.mark.parametrize("story", STORIES)
def test_a_screen_changes_no_verdict(verdicts, without, story):
    one, other = verdicts[lot(story)], without[lot(story)]
    assert (one.decision, one.markets) == (other.decision, other.markets)
    assert not [finding.rule_id for finding in one.findings if finding.rulebook == "screens" and finding.decides]


AT_THE_EDGE = {
    "7-OH at the most of authentic leaf": "WARN-LEAF-7OH",
    "paynantheine at its least": "WARN-RATIO-PAYNANTHEINE",
    "paynantheine at its most": "WARN-RATIO-PAYNANTHEINE",
    "a serving of the most that leaf users take": "WARN-LEAF-MIT-SERVING",
    "the sum of alkaloids is the claimed strength": "WARN-CLAIM-TOTAL",
    "all alkaloids together are the mitragynine claimed": "WARN-CLAIM-MIT-ABOVE-SUM",
    "the same, one of them found": "WARN-SPIKED-PROFILE",
}


@pytest.mark.parametrize("story", AT_THE_EDGE)
def test_a_screen_is_met_at_its_edge(verdicts, story):
    assert finding(verdicts[lot(story)], AT_THE_EDGE[story]).outcome == "PASS"


UNSURE = {
    "the same, nobody looked for them": "MISSING",
    "the same, the laboratory says `<LOQ`, which may be there": "INCONCLUSIVE",
}


@pytest.mark.parametrize("story", UNSURE)
def test_a_profile_nobody_can_tell_warns_of_nothing(verdicts, story):
    assert finding(verdicts[lot(story)], "WARN-SPIKED-PROFILE").outcome == UNSURE[story]


def test_every_screen_warns_of_some_story():
    assert set().union(*(warns for *_, warns in STORIES.values())) == SCREENS - {
        "WARN-LARGEST-SPECIOGYNINE",  # as paynantheine
        "WARN-LARGEST-SPECIOCILIATINE",
    }


def test_the_stories_pass_hold_and_fail(verdicts):
    assert {str(verdict.decision) for verdict in verdicts.values()} == {"PASS", "HOLD", "FAIL"}
    assert verdicts[lot("paynantheine above its share")].decision == "PASS"
