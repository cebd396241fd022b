"""A wrong limit is refused when it is loaded, with the file, the rule and what is wrong: that is how wrong limits enter."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from factory import book, limit, rulebooks, span, written

from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks.load import load_rulebooks

MG = "mg/kg"


def lead(text="not more than 3 mg/kg", **more: object) -> str:
    return limit("PB", "lead", text, **{"max": "3", "unit": MG, **more})


def missing(key: str) -> str:
    return "\n".join(line for line in lead().splitlines() if not line.startswith(f"{key} ="))


# ---------------------------------------------------------------- the printed text says something else

SAYS_ELSE = {
    "another number": (lead("not more than 4 mg/kg"), "says <= 4, the limit <= 3"),
    "ten times the number": (lead("not more than 30 mg/kg"), "says <= 30, the limit <= 3"),
    "another operator": (lead("at least 3 mg/kg"), "says >= 3, the limit <= 3"),
    "a strict operator": (lead("less than 3 mg/kg"), "says < 3, the limit <= 3"),
    "an operator that is not strict": (lead(strict=True), "says <= 3, the limit < 3"),
    "another unit": (lead("not more than 3 µg/kg"), "is in 'µg/kg', the limit in 'mg/kg'"),
    "another kind of unit": (lead("not more than 3 mg per serving"), "is in 'mg per serving'"),
    "a unit nobody knows": (lead("not more than 3 furlongs"), "no unit the word list knows"),
    "no number": (lead("not more than some mg/kg"), "prints no number"),
    "no operator": (lead("lead 3 mg/kg"), "prints no operator"),
    "an operator where the source has none": (
        lead(operator="unknown"),
        "prints an operator, the limit says it is unknown",
    ),
    "only one end of two": (lead(min="1"), "says <= 3, the limit"),
    "a range, the limit one end": (lead("1–3 mg/kg"), "says <= 3 and >= 1, the limit <= 3"),
    "another end of a range": (lead("1–3 mg/kg", min="2"), "says <= 3 and >= 1, the limit <= 3 and >= 2"),
    "a second limit that the data leaves out": (
        lead("not less than 0.5 mg/kg and not more than 3 mg/kg", min="0.5", max=""),
        "3",
    ),
    "a lower figure after the first": (lead("not more than 3 mg/kg, for children not more than 1 mg/kg"), "1"),
    "another basis": (lead("not more than 3 mg/kg dry weight"), "dry"),
    "the basis is not in the text": (lead(basis="dry"), "dry"),
    "a violation read as a permission": (lead("less than 3 mg/kg is prohibited"), "says >= 3, the limit <= 3"),
    "another portion": (
        limit("PB", "salmonella", "absent in 10 g", kind="not_detected", portion="25"),
        "says 10 g, the limit 25",
    ),
    "a portion the data leaves out": (
        limit("PB", "salmonella", "absent in 25 g", kind="not_detected"),
        "says 25 g, the limit nothing",
    ),
    "no portion": (
        limit("PB", "salmonella", "absent", kind="not_detected", portion="25"),
        "the portion of 25 g is not in the text",
    ),
    "an amount where nothing may be": (
        limit("PB", "mgm-15", "not more than 3 ppm", kind="not_detected"),
        "prints an amount",
    ),
}
WRONG = {
    "minimum above maximum": (lead("4–3 mg/kg", min="4"), "min 4 is more than max 3"),
    "neither minimum nor maximum": (lead(max=""), "an amount needs min or max"),
    "an unknown analyte": (
        limit("PB", "leed", "not more than 3 mg/kg", max="3", unit=MG),
        "'leed' is no analyte and no derived quantity",
    ),
    "an unknown unit": (lead(unit="mgs"), "unit 'mgs' is not known"),
    "no unit": (lead(unit=""), "has no 'unit'"),
    "a unit of another kind than the analyte's": (lead("not more than 3 cfu/g", unit="cfu/g"), "cfu/g"),
    "a unit that is no concentration": (lead("not more than 3 g", unit="g"), "g"),
    "an unknown product": (lead(products=["lozenge"]), "products 'lozenge' is no product; known are leaf_powder"),
    "an unknown kind": (lead(kind="amonut"), "kind 'amonut' must be one of amount"),
    "an unknown status": (lead(status="enforced"), "status 'enforced' must be one of in_force"),
    "an unknown evidence": (lead(evidence="hearsay"), "evidence 'hearsay' must be one of primary"),
    "an unknown decision rule": (lead(decision_rule="guard"), "decision_rule 'guard' must be one of"),
    "an unknown rounding": (lead(rounding="usp"), "rounding 'usp' must be one of"),
    "an unknown basis": (lead(basis="wet"), "basis 'wet' must be one of"),
    "an unknown silence": (lead(when_missing="ignore"), "when_missing 'ignore' must be one of hold, note"),
    "an unknown operator": (lead("lead 3 mg/kg", operator="unkown"), "operator 'unkown' must be one of"),
    "an unknown key": (lead(maximum="3"), "unknown key 'maximum', nearest: max"),
    "note without a reason": (lead(when_missing="note"), 'when_missing = "note" needs its reason'),
    "no source": (missing("because"), "has no 'because'"),
    "no status": (missing("status"), "has no 'status'"),
    "no evidence": (missing("evidence"), "has no 'evidence'"),
    "no text": (missing("text"), "has no 'text'"),
    "no id": (missing("id"), "has no 'id'"),
    "a date in words": (lead(effective_from="soon"), "effective_from 'soon' is not a date"),
    "a date of another order": (lead(effective_from="01.02.2026"), "effective_from '01.02.2026' is not a date"),
    "a month that does not exist": (lead(effective_from="2026-13"), "effective_from '2026-13'"),
    "a day that does not exist": (lead(effective_to="2026-02-30"), "effective_to '2026-02-30'"),
    "an end before its beginning": (lead(effective_from="2026-05-01", effective_to="2025-01-01"), "2025-01-01"),
    "a number that is not plain": (lead(max="3e0"), "max '3e0' must be a plain decimal number"),
    "a negative number": (lead(max="-3"), "max '-3' must be a plain decimal number"),
    "a number that is none": (lead(max="nan"), "max 'nan' must be a plain decimal number"),
    "an id twice": (lead() + lead(), "the id stands twice"),
    "an id that is no text": (lead(id=5), "id"),
    "a text that is no text": (lead(text=5), "text"),
    "strict in quotes": (lead("less than 3 mg/kg", strict="false"), "strict"),
    "screen in quotes": (lead(screen="false"), "screen"),
    "an analyte on a ban": (
        limit("PB", "lead", "may not be sold", kind="ban"),
        "of has no meaning in a limit of the kind ban",
    ),
    "a basis on what is not detected": (
        limit("PB", "mgm-15", "not detected", kind="not_detected", basis="dry"),
        "basis has no meaning in a limit of the kind not_detected",
    ),
    "a portion on an amount": (lead(portion="25"), "portion"),
    "a maximum on not_detected": (limit("PB", "mgm-15", "not detected", kind="not_detected", max="3"), "max"),
    "a portion of nothing": (limit("PB", "salmonella", "absent in 0 g", kind="not_detected", portion="0"), "portion"),
    "a portion and a LOD": (
        limit("PB", "salmonella", "absent in 25 g", kind="not_detected", portion="25", lod_at_most="1"),
        "cannot both stand",
    ),
    "a class of no products": (limit("PB", text="pure leaf", kind="product_class"), "has no 'requires'"),
    "a class of unknown products": (
        limit("PB", text="pure leaf", kind="product_class", requires=["leaf"]),
        "requires 'leaf' is no product; known are leaf_powder",
    ),
    "a certificate field nobody knows": (
        limit("PB", text="signed", kind="certificate", requires=["signature"]),
        "requires 'signature' must list fields of a certificate (laboratory",
    ),
}


@pytest.mark.parametrize("mistake", {**SAYS_ELSE, **WRONG})
def test_a_limit_is_refused_for(tmp_path, mistake):
    text, says = {**SAYS_ELSE, **WRONG}[mistake]
    with pytest.raises(RulebookError) as error:
        rulebooks(tmp_path, leaf_powder=book(text))
    assert "leaf_powder.toml" in str(error.value)
    assert says in str(error.value)
    if mistake not in ("no id", "an id that is no text"):
        assert "PB" in str(error.value)


# ---------------------------------------------------------------- whole files

FILES = {
    "no limit at all": (
        "[rulebook]\ntitle='x'\nkind='product'\nversion='1'\nchecked_on=2026-01-01\n",
        "holds no limit",
    ),
    "an empty file": ("", "has no 'rulebook'"),
    "not TOML": ("[rulebook\n", "not readable as TOML"),
    "a key twice": ("[rulebook]\ntitle='x'\ntitle='y'\n", "not readable as TOML"),
    "an unknown key of the rulebook": (book(lead(), owner="me"), "[rulebook]: unknown key 'owner'"),
    "an unknown table": (book(lead()) + "[[limits]]\nid='x'\n", "unknown key 'limits', nearest: limit"),
    "an unknown kind of rulebook": (book(lead(), kind="law"), "kind 'law' must be one of product, market, standard"),
    "a date that is text": (book(lead(), checked_on="2026-01-01"), "checked_on '2026-01-01' must be a date"),
    "a product nobody knows": (book(lead(), covers=["leaf"]), "covers 'leaf' is no product; known are leaf_powder"),
    "extends what is not there": (book(lead(), extends=["usp"]), "extends 'usp', which has no rulebook"),
    "extends itself": (book(lead(), extends=["leaf_powder"]), "extends itself"),
    "an age in quotes": (book(lead(), certificate_max_age_days="730"), "certificate_max_age_days"),
    "an age below nothing": (book(lead(), certificate_max_age_days=-1), "certificate_max_age_days"),
    "an unknown default": (
        book() + "[defaults]\ncolour='red'\n" + lead(),
        "leaf_powder.toml:8 [defaults]: unknown key 'colour'",
    ),
    "a limit without a header of its own": (
        "limit = [{id='x'}]\n" + book(),
        "write every limit as a table of its own, under [[limit]]",
    ),
    "a head that is a list": ("[[rulebook]]\ntitle='x'\n", "rulebook"),
    "a limit that is no list": (
        "[rulebook]\ntitle='x'\nkind='product'\nversion='1'\nchecked_on=2026-01-01\n[limit]\nid='x'\n",
        "limit",
    ),
}


@pytest.mark.parametrize("mistake", FILES)
def test_a_rulebook_is_refused_for(tmp_path, mistake):
    text, says = FILES[mistake]
    with pytest.raises(RulebookError) as error:
        rulebooks(tmp_path, leaf_powder=text)
    assert "leaf_powder.toml" in str(error.value)
    assert says in str(error.value)


def test_a_circle_of_rulebooks_is_refused(tmp_path):
    with pytest.raises(RulebookError, match=r"extends itself by way of"):
        rulebooks(
            tmp_path,
            us=book(lead(), kind="market", extends=["us-tx"]),
            us_tx=book(lead(), kind="market", extends=["us"]),
        )


def test_a_rulebook_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "leaf_powder.toml").write_bytes(book(lead("not more than 3 µg/g")).encode("latin-1"))
    with pytest.raises(RulebookError, match=r"leaf_powder\.toml: not readable"):
        load_rulebooks(tmp_path)


@pytest.mark.parametrize("folder", ["empty", "not-there"])
def test_a_folder_without_rulebooks_is_refused(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RulebookError, match="no rulebook"):
        load_rulebooks(tmp_path / folder)


def test_every_mistake_of_every_file_is_told_at_once(tmp_path):
    written(
        tmp_path,
        leaf_powder=book(
            lead("not more than 4 mg/kg"), limit("CD", "cadmum", "not more than 1 mg/kg", max="1", unit=MG)
        ),
        extract=book(limit("AS", "arsenic", "not more than 1 mg/kg", max="1", unit="mgs", status="laws")),
        us="[rulebook",
        cz=book(
            limit("CZ", "mercury", "not more than 1 mg/kg", max="1", unit=MG, when_missing="note"),
            kind="market",
            extends=["eu"],
        ),
        liquid=book(limit("GOOD", "lead", "not more than 1 mg/kg", max="1", unit=MG)),
    )
    with pytest.raises(RulebookError) as error:
        load_rulebooks(tmp_path)
    told = str(error.value)
    for part in (
        r"leaf_powder\.toml:11 PB: the text",
        r"leaf_powder\.toml:21 CD: of 'cadmum'",
        r"extract\.toml:13 AS: status",
        r"status 'laws'",
        r"us\.toml:1: not readable",
        r"cz\.toml:18 CZ: when_missing",
    ):
        assert re.search(part, told), (part, told)
    assert "GOOD" not in told


def test_one_limit_with_three_mistakes_names_them_all(tmp_path):
    with pytest.raises(RulebookError) as error:
        rulebooks(tmp_path, leaf_powder=book(lead(status="x", evidence="y", colour="red")))
    assert re.findall(r"PB: ([^'\n]+) '", str(error.value)) == ["status", "evidence", "unknown key"]


# ---------------------------------------------------------------- what sources print, and what it means

PRINTED = {
    "Total Aerobic Microbial Count NMT <10,000 cfu/g": ("max", "10000", True),
    "Total Aerobic Microbial Count NMT <=10,000,000 cfu/g": ("max", "10000000", False),
    "NMT 10,000 cfu/g": ("max", "10000", False),
    "not more than 10,000 cfu/g": ("max", "10000", False),
    "no more than 10000 cfu/g": ("max", "10000", False),
    "may not exceed 10,000 cfu/g": ("max", "10000", False),
    "at most 10,000 cfu/g": ("max", "10000", False),
    "≤ 10,000 cfu/g": ("max", "10000", False),
    "<= 10,000 cfu/g": ("max", "10000", False),
    "below 10,000 cfu/g": ("max", "10000", True),
    "less than 10,000 cfu/g": ("max", "10000", True),
    "under 10,000 cfu/g": ("max", "10000", True),
    "<10,000 cfu/g": ("max", "10000", True),
    "greater than 10,000 cfu/g is prohibited": ("max", "10000", False),
    "more than 10,000 cfu/g is adulterated": ("max", "10000", False),
    "10,000 cfu/g or more": ("min", "10000", False),
    "10,000 cfu/g or less": ("max", "10000", False),
    "10,000 cfu/g or more is prohibited": ("max", "10000", True),
    "NMT 10^4 cfu/g": ("max", "10000", False),
    "≤ 1 × 10⁴ cfu/g": ("max", "10000", False),
    "10,000 cfu/g": None,
    "not less than 10,000 cfu/g": ("min", "10000", False),
    "NLT 10,000 cfu/g": ("min", "10000", False),
    "at least 10,000 cfu/g": ("min", "10000", False),
    "≥ 10,000 cfu/g": ("min", "10000", False),
    "more than 10,000 cfu/g": ("min", "10000", True),
    "greater than 10,000 cfu/g": ("min", "10000", True),
    "> 10,000 cfu/g": ("min", "10000", True),
    "less than 10,000 cfu/g is prohibited": ("min", "10000", False),
}


@pytest.mark.parametrize("text", PRINTED)
def test_only_what_the_text_prints_is_accepted(tmp_path, text):
    accepted = []
    for end in ("max", "min"):
        for strict in (False, True):
            try:
                rulebooks(
                    tmp_path / f"{end}{strict}",
                    leaf_powder=book(
                        limit(
                            "T",
                            "tamc",
                            text,
                            unit="cfu/g",
                            strict=strict,
                            **{end: "10000000" if "10,000,000" in text else "10000"},
                        )
                    ),
                )
            except RulebookError:
                continue
            accepted.append((end, "10000000" if "10,000,000" in text else "10000", strict))
    assert accepted == ([PRINTED[text]] if PRINTED[text] else [])


def test_a_unit_written_otherwise_is_the_same_unit(tmp_path):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("A", "lead", "not more than 3 ppm", max="3", unit="ug/g"),
            limit("B", "lead", "not more than 3 µg/g", max="3", unit="ppm"),
            limit("C", "mitragynine", "not more than 2.5 % w/w", max="2.5", unit="%"),
        ),
    )
    assert [(one.unit, one.acceptance_interval) for one in books["leaf_powder"].limits] == [
        (MG, span("0", "3")),
        (MG, span("0", "3")),
        (MG, span("0", "25000")),
    ]


def test_a_number_is_an_exact_decimal_with_or_without_quotes(tmp_path):
    text = book(lead("not more than 0.1 mg/kg", max="0.1")).replace('max = "0.1"', "max = 0.1")
    assert rulebooks(tmp_path, leaf_powder=text)["leaf_powder"].limits[0].acceptance_interval.high == Decimal("0.1")


def test_a_limit_takes_what_its_rulebook_says_of_all(tmp_path):
    head = book() + '[defaults]\nstatus = "proposed"\nevidence = "memory"\nbecause = "a bill"\n'
    found = rulebooks(
        tmp_path, leaf_powder=head + '[[limit]]\nid = "X"\nkind = "ban"\ntext = "banned"\nstatus = "in_force"\n'
    )
    one = found["leaf_powder"].limits[0]
    assert (one.status, one.evidence, one.because) == ("in_force", "memory", "a bill")
