"""A panel that the settings require and nobody tested holds; declarations that cannot be hold; the page says which families
nobody tested."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kratom_qc import settings
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.errors import RulebookError
from kratom_qc.interpret.facts import merged
from tests.factory import DAY, book, certificate, limit, row, rulebooks, rules

MG = "mg/kg"
PANELS = [  # the setting, what else was tested, whether it holds
    ({}, [], False),
    ({"leaf_powder": ("adulterants",)}, [], True),
    ({"leaf_powder": ("adulterants",)}, [row("Fentanyl", "ND", MG, LOD="0.1")], False),
    ({"leaf_powder": ("adulterants",)}, [row("Fentanyl", "NT", "")], True),
    ({"leaf_powder": ("elements",)}, [], False),
    ({"extract": ("adulterants",)}, [], False),
]


@pytest.mark.parametrize(("required", "more", "holds"), PANELS)
def test_a_required_panel_that_nobody_tested_holds(tmp_path, required, more, holds):
    lead = limit("PB", "lead", "not more than 1 mg/kg", max="1", unit=MG)
    books = rulebooks(tmp_path, leaf_powder=book(lead))
    policy = replace(JudgementPolicy(books, (), (), DAY), required_panels=required)
    found = collect([certificate("L-1", row("Lead", "0.1", MG), *more)], policy)
    (verdict,) = judge_batches(found, policy).verdicts()
    assert ("PANEL-NOT-TESTED" in rules(verdict)) is holds
    assert str(verdict.decision) == ("HOLD" if holds else "PASS")


def test_the_setting_names_products_and_families(monkeypatch):
    monkeypatch.setenv("KRATOM_QC_REQUIRED_PANELS", "extract=adulterants,pesticides; liquid = adulterants")
    assert settings.load().required_panels == {"extract": ("adulterants", "pesticides"), "liquid": ("adulterants",)}
    for wrong in ("extrct=adulterants", "extract=metals"):
        monkeypatch.setenv("KRATOM_QC_REQUIRED_PANELS", wrong)
        with pytest.raises(RulebookError, match="KRATOM_QC_REQUIRED_PANELS names"):
            settings.load()


DECLARED = [  # what is declared, how much of it cannot be
    ({}, 0),
    ({"serving_g": "2.4", "servings_per_day": "3", "net_g": "60"}, 0),
    ({"serving_g": "0.0001"}, 1),
    ({"serving_g": "500"}, 1),
    ({"servings_per_day": "0.001"}, 1),
    ({"density_g_per_ml": "1000"}, 1),
    ({"serving_g": "30", "net_g": "10"}, 1),
    ({"serving_g": "30", "servings_per_container": "2", "net_g": "10"}, 1),
    ({"serving_g": "3", "servings_per_container": "33", "net_g": "100"}, 0),
    ({"serving_g": "3", "servings_per_container": "100", "net_g": "60"}, 1),
    ({"serving_g": "0.2", "servings_per_container": "30", "net_g": "60"}, 1),
    ({"serving_ml": "1", "servings_per_container": "10", "net_ml": "60"}, 1),
    ({"serving_g": "0.0001", "servings_per_day": "1000"}, 2),
]


@pytest.mark.parametrize(("declared", "wrong"), DECLARED)
def test_a_declaration_that_cannot_be_is_told(declared, wrong):
    facts = ProductFacts("*", **{name: Decimal(text) for name, text in declared.items()})
    reasons = merged(facts, ()).hold_reasons
    assert [reason.rule_id for reason in reasons] == ["FACT-IMPLAUSIBLE"] * wrong
