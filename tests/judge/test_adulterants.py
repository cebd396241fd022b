"""What may not be in kratom at all, group by group: found it fails, looked for and absent it passes, untested it is listed."""

from __future__ import annotations

import pytest

from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, certificate, clean_leaf, finding, judged, lot, row, rules

BOOKS = load_rulebooks(REAL)
PANELS = """
opioids              Morphine, Codeine, 6-MAM, Heroin, Thebaine, Dihydrocodeine, Hydrocodone, Hydromorphone, Oxycodone,
                     Oxymorphone, Methadone, Buprenorphine, Tramadol, O-Desmethyltramadol, Tapentadol, Opioid screen
fentanyls            Fentanyl, Fentanyl analogues, Carfentanil, Norfentanyl, Acetylfentanyl, Furanylfentanyl, Sufentanil,
                     Remifentanil, U-47700
nitazenes            Isotonitazene, Metonitazene, Etonitazene, Protonitazene, Butonitazene, Clonitazene, Flunitazene, Etazene,
                     Metodesnitazene, N-Desethyl isotonitazene, Etonitazepyne, Protonitazepyne, Etonitazepipne, Nitazene panel
chlorphines          SR-17018, Chlorphine, Cychlorphine, 5,6-Dichloro desmethylchlorphine, Brorphine
tianeptine, phenibut Tianeptine, Phenibut
stimulants           Phenethylamine, Pseudoephedrine, Ephedrine, Phenylephrine, Amphetamine, Methamphetamine, MDMA, Cocaine,
                     1,3-DMAA, Caffeine
benzodiazepines      Alprazolam, Bromazolam, Chlordiazepoxide, Clonazepam, Clonazolam, Bromonordiazepam, Diazepam, Nordiazepam,
                     Estazolam, Etizolam, Flualprazolam, Flubromazolam, Flunitrazepam, Lorazepam, Midazolam, Nitrazepam, Oxazepam,
                     Phenazepam, Temazepam, Triazolam, Benzodiazepines (screen)
cannabinoids         JWH-018, JWH-073, JWH-250, AM-2201, UR-144, XLR-11, AB-FUBINACA, AB-PINACA, AB-CHMINACA, ADB-BUTINACA,
                     MDMB-4en-PINACA, MDMB-FUBINACA, 5F-ADB, 5F-MDMB-PICA, CUMYL-PEGACLONE, HHC, THCP, THC-O,
                     Synthetic cannabinoids (screen)
semi-synthetics      7-Acetoxymitragynine, 3-Dehydromitragynine, 9-Hydroxycorynantheidine, 10-Hydroxycorynantheidine,
                     Tetrahydropalmatine, Akuammine
kava                 Total kavalactones, Kavain, Dihydrokavain, Methysticin, Dihydromethysticin, Yangonin, Desmethoxyyangonin,
                     Flavokawain A, Flavokawain B, Flavokawain C
"""


def _panels() -> dict[str, str]:
    """Name as laboratories print it → its group."""
    found: dict[str, str] = {}
    group = ""
    for line in PANELS.strip().splitlines():
        group = line[:21].strip() or group
        for name in line[21:].replace("5,6-", "5;6-").replace("1,3-", "1;3-").split(","):
            if name.strip():
                found[name.strip().replace(";", ",")] = group
    return found


NAMES = _panels()
SAID = {"found": ("0.02", {}), "seen": ("Detected", {}), "looked for": ("ND", {"LOD": "0.01"}), "silent": ("ND", {})}


@pytest.fixture(scope="module")
def verdicts():
    readings = [
        certificate(lot(f"{name} {way}"), *clean_leaf(), row(name, said, "mg/kg", **more))
        for name in NAMES
        for way, (said, more) in SAID.items()
    ]
    return judged(
        [*readings, certificate("clean", *clean_leaf())], BOOKS, markets=["us"], beside=CrossCertificateChecks()
    )


def panel(verdict):
    """The adulterant panel's finding of the analyte that stands last on the certificate."""
    analyte = verdict.batch.certificates[0].results[-1].analyte
    (one,) = (one for one in verdict.findings if one.rulebook == "adulterants" and one.analyte == analyte)
    return one


def every(verdicts, way, told):
    """What is told of the verdict over each adulterant, by name."""
    return {name: told(verdicts[lot(f"{name} {way}")]) for name in NAMES}


@pytest.mark.parametrize("way", ["found", "seen"])
def test_an_adulterant_found_fails_the_batch(verdicts, way):
    outcomes = every(verdicts, way, lambda verdict: (panel(verdict).outcome, verdict.decision))
    assert outcomes == dict.fromkeys(NAMES, ("FAIL", "FAIL"))


def test_an_adulterant_looked_for_and_not_found_passes(verdicts):
    outcomes = every(
        verdicts, "looked for", lambda verdict: (panel(verdict).outcome, panel(verdict).decides, verdict.decision)
    )
    assert outcomes == dict.fromkeys(NAMES, ("PASS", True, "PASS"))


def test_a_non_detect_that_says_not_how_deep_it_looked_is_no_evidence(verdicts):
    outcomes = every(
        verdicts,
        "silent",
        lambda verdict: (panel(verdict).outcome, panel(verdict).decides, panel(verdict).when_missing),
    )
    assert outcomes == dict.fromkeys(NAMES, ("MISSING", False, "note"))


def test_every_adulterant_nobody_tested_is_listed(verdicts):
    listed = [one for one in verdicts["clean"].findings if one.rulebook == "adulterants"]
    assert len(listed) == len(BOOKS["adulterants"].limits) == len(NAMES)
    assert {(one.outcome, one.decides) for one in listed} == {("MISSING", False)}
    assert verdicts["clean"].decision == "PASS"


OTHERS = {  # found where the panel is silent: a person must decide
    "Xylazine": "leaf powder",
    "Gabapentin": "capsules",
    "Kavain": "extract",
    "Yangonin": "liquid",
    "THC": "gummies",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_no_panel_names_holds(name):
    verdict = judged([certificate("L", row(name, "3", "mg/kg"), form=OTHERS[name])], BOOKS, markets=["us"])["L"]
    assert "FOUND-WITHOUT-LIMIT" in rules(verdict)


REQUIRED = {
    "extract": ("extract", "SPEC-EXTRACT-{}", True),
    "liquid": ("liquid", "SPEC-LIQUID-{}", True),
    "edible": ("gummies", "SPEC-EDIBLE-{}", True),
    "leaf powder": ("leaf powder", "SPEC-LEAF-{}", False),
    "crushed leaf": ("crushed leaf", "SPEC-LEAF-{}", False),
    "capsule": ("capsules", "SPEC-LEAF-{}", False),
}


@pytest.mark.parametrize("product", REQUIRED)
def test_who_must_show_mp_and_mgm(product):
    """What is made from extracts must; ordinary leaf is not held for want of the assay."""
    form, rule, required = REQUIRED[product]
    verdict = judged([certificate("L", *clean_leaf(), form=form)], BOOKS, markets=["us"])["L"]
    asked = [finding(verdict, rule.format(name)) for name in ("MP", "MGM15", "MGM16")]
    assert {(one.outcome, one.decides) for one in asked} == {("MISSING", required)}
