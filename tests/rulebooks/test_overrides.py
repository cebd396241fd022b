"""A rulebook that extends another may replace one of its limits, visibly, and never to release more."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks.lineages import lineage
from tests.factory import book, certificate, finding, judged, limit, row, rulebooks

MG = "mg/kg"
NOTED = {"when_missing": "note", "silence_because": "the law orders no test"}


def override(**own: object) -> str:
    """One `[[override]]` of PB with its reason."""
    return _rewritten(limit("PB", **{**_NOTHING, "because": "the state says so", **own}))


_NOTHING = dict.fromkeys(("kind", "of", "text", "status", "evidence"), "")


def _rewritten(text: str) -> str:
    return text.replace("[[limit]]", "[[override]]")


def lead(**more: object) -> str:
    return limit("PB", "lead", **{"text": "not more than 3 mg/kg", "max": "3", "unit": MG, **more})


def lead_between(**more: object) -> str:
    return limit("PB", "lead", **{"text": "1–3 mg/kg", "min": "1", "max": "3", "unit": MG, **more})


def salmonella(**more: object) -> str:
    return limit("PB", "salmonella", **{"text": "absent in 25 g", "kind": "not_detected", "portion": "25", **more})


def mgm(**more: object) -> str:
    return limit("PB", "mgm-15", **{"text": "not detected", "kind": "not_detected", **more})


DEEP = {"text": "not detected, LOD of 0.05 mg/kg or less", "lod_at_most": "0.05", "unit": MG}
CLASS = limit("PB", text="leaf powder and crushed leaf", kind="product_class", requires=["leaf_powder", "crushed_leaf"])
PAPER = limit("PB", text="laboratory and method", kind="certificate", requires=["laboratory", "method"])
BAN = limit("PB", text="may not be sold", kind="ban")
GUARDED = {"decision_rule": "guarded"}


def loaded(folder, base: str, *own: str):
    return rulebooks(
        folder, us=book(base, kind="market"), us_tx=book(*own, kind="market", title="Texas", extends=["us"])
    )


# ---------------------------------------------------------------- what loosens a limit that decides is refused

LOOSER = {
    "a higher maximum": (lead(), {"max": "4", "text": "not more than 4 mg/kg"}, "it would accept more"),
    "a maximum that is reached": (
        lead(strict=True, text="less than 3 mg/kg"),
        {"strict": False, "text": "not more than 3 mg/kg"},
        "it would accept more",
    ),
    "a lower minimum": (lead_between(), {"min": "0.5", "text": "0.5–3 mg/kg"}, "it would accept more"),
    "a limit that moved": (lead_between(), {"min": "2", "max": "4", "text": "2–4 mg/kg"}, "it would accept more"),
    "a rounding": (lead(), {"rounding": "usp-7.20"}, "it would accept more"),
    "a multiplier": (
        limit("PB", "tamc", "not more than 1,000 cfu/g", max="1000", unit="cfu/g"),
        {"multiplier": "2", "multiplier_because": "USP <2021>"},
        "it would accept more",
    ),
    "a status that does not decide": (lead(), {"status": "guidance"}, "it would not decide any more"),
    "a law taken back": (BAN, {"status": "withdrawn"}, "it would not decide any more"),
    "a mere advice": (lead(), {"advisory": "for information"}, "it would not decide any more"),
    "a mere screen": (lead(), {"screen": True}, "it would not decide any more"),
    "silence": (lead(), NOTED, "silence would not hold any more"),
    "no guard band": (lead(**GUARDED), {"decision_rule": "simple"}, "its guard band would be narrower"),
    "a narrower guard band": (lead(**GUARDED), {"guard": "0.5"}, "its guard band would be narrower"),
    "a smaller default uncertainty": (
        lead(**GUARDED, default_uncertainty="20"),
        {"default_uncertainty": "10"},
        "its default uncertainty would be smaller",
    ),
    "an uncertainty where none was supposed": (
        lead(**GUARDED),
        {"default_uncertainty": "10"},
        "an unstated uncertainty would not hold any more",
    ),
    "a lower-bound sum": (
        limit("PB", "pah4", "not more than 50 ug/kg", max="50", unit="ug/kg"),
        {"sum": "lower_bound", "sum_because": "(EU) 2023/915"},
        "what was not detected would count nothing",
    ),
    "only where declared": (
        limit("PB", "claim-mitragynine", "at least 90 % of label claim", min="90", unit="% of label claim"),
        {"applies": "declared"},
        "it would apply to fewer batches",
    ),
    "a smaller portion": (
        salmonella(),
        {"portion": "10", "text": "absent in 10 g"},
        "it would be content with a smaller portion",
    ),
    "a shallower look": (
        mgm(**DEEP),
        {"lod_at_most": "0.1", "text": "not detected, LOD of 0.1 mg/kg or less"},
        "it would be content with a shallower look",
    ),
    "one more product form": (
        CLASS,
        {"requires": ["leaf_powder", "capsule"], "text": "leaf powder and capsules"},
        "it would require less",
    ),
    "one word of the certificate less": (PAPER, {"requires": ["laboratory"], "text": "laboratory"}, "it would require less"),
    "only some products": (lead(), {"products": ["extract"]}, "it would speak of fewer products"),
    "other products": (lead(products=["extract"]), {"products": ["capsule"]}, "it would speak of fewer products"),
    "a later beginning": (lead(), {"effective_from": "2027"}, "it would begin later"),
    "a beginning in the same year": (
        lead(effective_from="2026"),
        {"effective_from": "2026-02"},
        "it would begin later",
    ),
    "an end": (lead(), {"effective_to": "2030"}, "it would end earlier"),
    "an earlier end": (lead(effective_to="2030"), {"effective_to": "2030-06"}, "it would end earlier"),
    "a figure believed at last": (
        lead(evidence="memory"),
        {"evidence": "secondary"},
        "a figure nobody has confirmed would be believed",
    ),
    "a figure believed no more": (
        lead(),
        {"evidence": "memory"},
        "a figure from memory proves nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", LOOSER)
def test_an_override_may_not_loosen_what_decides(tmp_path, way):
    base, own, words = LOOSER[way]
    with pytest.raises(RulebookError) as refused:
        loaded(tmp_path, base, override(**own))
    told = str(refused.value)
    assert f"PB: loosens PB of us, which decides: {words}" in told
    assert re.match(r"us-tx\.toml:[0-9]+ PB: ", told)
    assert "\n" not in told


@pytest.mark.parametrize(
    ("base", "own", "told"),
    [
        (lead(), {"kind": "ban"}, "an override cannot change kind"),
        (lead(), {"of": "cadmium"}, "an override cannot change of"),
        (lead(), {"unit": "ppm", "text": "not more than 3 ppm"}, "an override cannot change unit"),
        (lead(), {"basis": "dry"}, "an override cannot change basis"),
        (lead(), {"because": "", "max": "2", "text": "not more than 2 mg/kg"}, "an override needs its reason"),
        (lead(), {"max": "2"}, "the text 'not more than 3 mg/kg' says <= 3, the limit <= 2"),
        (lead(), {"status": "enforced"}, "status 'enforced' must be one of in_force"),
        (lead(), {"portion": "25"}, "portion has no meaning in a limit of the kind amount"),
        (salmonella(), {"guard": "0.5"}, "guard has no meaning in a limit of the kind not_detected"),
    ],
    ids=str,
)
def test_an_override_asks_the_same_question_and_says_why(tmp_path, base, own, told):
    with pytest.raises(RulebookError) as refused:
        loaded(tmp_path, base, override(**own))
    assert told in str(refused.value)
    assert re.match(r"us-tx\.toml:[0-9]+ PB: ", str(refused.value))


def test_only_what_a_rulebook_lies_under_can_be_overridden(tmp_path):
    tighter = override(max="2", text="not more than 2 mg/kg")
    books = {"us": book(lead(), kind="market"), "cz": book(tighter, kind="market")}
    with pytest.raises(RulebookError, match=r"cz\.toml:\d+ PB: overrides a limit that no rulebook it extends holds"):
        rulebooks(tmp_path / "a", **books)
    with pytest.raises(RulebookError, match=r"us-tx\.toml:\d+ PB: the id stands twice"):
        loaded(tmp_path / "b", lead(), tighter, tighter)


def test_a_rulebook_that_covers_fewer_products_cannot_override_what_decides_for_all(tmp_path):
    tighter = override(max="2", text="not more than 2 mg/kg")
    with pytest.raises(RulebookError, match="it would speak of fewer products"):
        rulebooks(
            tmp_path,
            us=book(lead(), kind="market"),
            us_tx=book(tighter, kind="market", extends=["us"], covers=["leaf_powder"]),
        )


# ---------------------------------------------------------------- what tightens is accepted, and told

TIGHTER = {
    "a lower maximum": (lead(), {"max": "2", "text": "not more than 2 mg/kg"}, "max: 3 → 2"),
    "a maximum that is not reached": (lead(), {"strict": True, "text": "less than 3 mg/kg"}, "strict: not said → True"),
    "a minimum beside it": (lead(), {"min": "1", "text": "1–3 mg/kg"}, "min: not said → 1"),
    "a strict rounding": (
        lead(strict=True, text="less than 3 mg/kg"),
        {"rounding": "usp-7.20"},
        "rounding: not said → usp-7.20",
    ),
    "a guard band": (lead(), GUARDED, "decision_rule: not said → guarded"),
    "a wider guard band": (lead(**GUARDED, guard="0.5"), {"guard": "0.8"}, "guard: 0.5 → 0.8"),
    "a larger default uncertainty": (
        lead(**GUARDED, default_uncertainty="10"),
        {"default_uncertainty": "20"},
        "default_uncertainty: 10 → 20",
    ),
    "a smaller multiplier": (
        limit(
            "PB",
            "tamc",
            "not more than 1,000 cfu/g",
            max="1000",
            unit="cfu/g",
            multiplier="2",
            multiplier_because="USP",
        ),
        {"multiplier": "1.5"},
        "multiplier: 2 → 1.5",
    ),
    "a larger portion": (salmonella(), {"portion": "100", "text": "absent in 100 g"}, "portion: 25 → 100"),
    "a portion": (
        limit("PB", "salmonella", "absent", kind="not_detected"),
        {"portion": "100", "text": "absent in 100 g"},
        "portion: not said → 100",
    ),
    "a depth": (mgm(), {key: value for key, value in DEEP.items() if key != "unit"}, "lod_at_most: not said → 0.05"),
    "a deeper look": (
        mgm(**DEEP),
        {"lod_at_most": "0.01", "text": "not detected, LOD of 0.01 mg/kg or less"},
        "lod_at_most: 0.05 → 0.01",
    ),
    "one product form less": (
        CLASS,
        {"requires": ["leaf_powder"], "text": "leaf powder"},
        "requires: ['leaf_powder', 'crushed_leaf'] → ['leaf_powder']",
    ),
    "one word of the certificate more": (
        PAPER,
        {"requires": ["method", "laboratory", "tested_on"], "text": "method, laboratory, tested on"},
        "requires: ['laboratory', 'method'] → ['method', 'laboratory', 'tested_on']",
    ),
    "more products": (
        lead(products=["extract"]),
        {"products": ["extract", "capsule"]},
        "products: ['extract'] → ['extract', 'capsule']",
    ),
    "an earlier beginning": (
        lead(effective_from="2026"),
        {"effective_from": "2025-12-31"},
        "effective_from: 2026 → 2025-12-31",
    ),
    "a later end": (lead(effective_to="2030-06"), {"effective_to": "2030"}, "effective_to: 2030-06 → 2030"),
    "no end": (lead(effective_to="2030"), {"effective_to": "open"}, "effective_to: 2030 → open"),
    "silence that holds": (lead(**NOTED), {"when_missing": "hold"}, "when_missing: note → hold"),
    "guidance that is adopted": (lead(status="guidance"), {"status": "adopted"}, "status: guidance → adopted"),
    "guidance with another figure": (
        lead(status="guidance"),
        {"max": "5", "text": "not more than 5 mg/kg"},
        "max: 3 → 5",
    ),
    "a proposal taken back": (lead(status="proposed"), {"status": "withdrawn"}, "status: proposed → withdrawn"),
}


@pytest.mark.parametrize("way", TIGHTER)
def test_an_override_may_tighten_and_says_what_it_changed(tmp_path, way):
    base, own, change = TIGHTER[way]
    books = loaded(tmp_path, base, override(**own))
    (replacing,) = books["us-tx"].limits
    assert (replacing.overrides, replacing.because) == ("us", "the state says so")
    assert change in replacing.changes
    assert all(": " in told and " → " in told for told in replacing.changes)
    assert [one.rule_id for one in books["us"].limits] == ["PB"]
    assert [(one.id, len(one.limits)) for one in lineage(books, "us-tx")] == [("us", 0), ("us-tx", 1)]


# ---------------------------------------------------------------- chains, siblings, and who sees what


def at_most(figure: str) -> str:
    return override(max=figure, text=f"not more than {figure} mg/kg")


@pytest.fixture
def family(tmp_path):
    """us 3 → us-tx 2 → us-ut (under Texas) 1; us-ga (a sibling) 2.5; zz under Georgia and Utah."""
    return rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("CD", "cadmium", "not more than 9 mg/kg", max="9", unit=MG),
            limit("OURS", "lead", "not more than 9 mg/kg", max="9", unit=MG),
        ),
        us=book(lead(), kind="market"),
        us_tx=book(at_most("2"), kind="market", extends=["us"]),
        us_ut=book(at_most("1"), kind="market", extends=["us-tx"]),
        us_ga=book(at_most("2.5"), kind="market", extends=["us"]),
        zz_both=book(kind="market", extends=["us-ga", "us-ut"]),
    )


def test_a_chain_of_overrides_leaves_the_last_one(family):
    def asked(market):
        return [
            (one.id, str(limit.acceptance_interval.high)) for one in lineage(family, market) for limit in one.limits
        ]

    assert asked("us") == [("us", "3")]
    assert asked("us-tx") == [("us-tx", "2")]
    assert asked("us-ut") == [("us-ut", "1")]
    assert asked("us-ga") == [("us-ga", "2.5")]
    assert asked("zz-both") == [("us-ga", "2.5"), ("us-ut", "1")]
    assert [one.overrides for name in ("us-tx", "us-ut", "us-ga") for one in family[name].limits] == [
        "us",
        "us-tx",
        "us",
    ]


def test_an_override_of_an_override_may_not_loosen_either(tmp_path):
    with pytest.raises(
        RulebookError, match=r"us-ut\.toml:\d+ PB: loosens PB of us-tx, which decides: it would accept more"
    ):
        rulebooks(
            tmp_path,
            us=book(lead(), kind="market"),
            us_tx=book(at_most("2"), kind="market", extends=["us"]),
            us_ut=book(at_most("2.5"), kind="market", extends=["us-tx"]),
        )


MARKETS = ("us", "us-tx", "us-ut", "us-ga", "zz-both")


@pytest.mark.parametrize(
    ("said", "passes"),
    [("0.9", MARKETS), ("1.5", ("us", "us-tx", "us-ga")), ("2.2", ("us", "us-ga")), ("2.9", ("us",)), ("3.1", ())],
)
def test_every_market_judges_by_its_own_override(family, said, passes):
    """Whichever other markets are asked in the same run."""
    leaf = [certificate("L", row("Lead", said, MG), row("Cadmium", "1", MG))]
    together = judged(leaf, family, markets=MARKETS)["L"].markets
    alone = {market: judged(leaf, family, markets=[market])["L"].markets[market] for market in MARKETS}
    assert together == alone == {market: "PASS" if market in passes else "FAIL" for market in MARKETS}


def test_a_guarded_override_is_not_read_beside_the_limit_it_replaces(tmp_path):
    """3.1 ± 0.2 fails three simply and is a conditional fail with a guard band: Texas says so, whoever else is asked."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(limit("CD", "cadmium", "not more than 9 mg/kg", max="9", unit=MG)),
        us=book(lead(), kind="market"),
        us_tx=book(override(decision_rule="guarded"), kind="market", extends=["us"]),
    )
    leaf = [certificate("L", row("Lead", "3.1 ± 0.2", MG), row("Cadmium", "1", MG))]
    both = judged(leaf, books, markets=["us", "us-tx"])["L"]
    assert dict(both.markets) == {"us": "FAIL", "us-tx": "HOLD"}
    assert both.decision == "FAIL"
    texas = judged(leaf, books, markets=["us", "us-tx"], home=["us-tx"])["L"]
    assert texas.decision == "HOLD"
    assert finding(judged(leaf, books, markets=["us-tx"])["L"], "PB").conditional == "conditional fail"


def test_a_limit_keeps_the_day_somebody_checked_it(tmp_path):
    earlier = date(2026, 1, 1)
    books = rulebooks(
        tmp_path,
        us=book(lead(checked_on=earlier), kind="market"),
        us_tx=book(at_most("2"), kind="market", extends=["us"]),
        us_ut=book(override(checked_on=date(2026, 2, 2)), kind="market", extends=["us"]),
    )
    days = {name: one.checked_on for name, one_book in books.items() for one in one_book.limits}
    assert days == {"us": earlier, "us-tx": earlier, "us-ut": date(2026, 2, 2)}
