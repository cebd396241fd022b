"""By what a result was obtained: what the words of a method column name, and a list in which nothing stands twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary import methods

GC, LC, HS = "gas-chromatography", "liquid-chromatography", "headspace"

# What a method column says → the techniques and manners it names
NAMED = [
    ("GC-MS", [GC]),
    ("GC/MS", [GC]),
    ("GCMS", [GC]),
    ("gc – ms", [GC]),
    ("GC-MS/MS", [GC]),
    ("GC-FID", [GC]),
    ("G.C.", [GC]),
    ("GC7890", [GC]),
    ("SOP 44 (GC-MS/MS)", [GC]),
    ("Gas Chromatography", [GC]),
    ("plynová chromatografie", [GC]),
    ("Plynovou chromatografií s MS", [GC]),
    ("Gaschromatographie", [GC]),
    ("cromatografía de gases", [GC]),
    ("HS-GC-FID", [HS]),
    ("headspace GC", [HS]),
    ("Headspace-GC/MS", [HS]),
    ("USP <467>", [HS]),
    ("HPLC-UV", [LC]),
    ("HPLC-DAD, AOAC 2017.14", [LC]),
    ("AOAC 2017.14", [LC]),
    ("HPLC-UV/VIS", [LC]),
    ("UPLC", [LC]),
    ("UHPLC-PDA", [LC]),
    ("LC-MS/MS 402", [LC]),
    ("LCMSMS", [LC]),
    ("kapalinová chromatografie", [LC]),
    ("KCKT", [LC]),
    ("GC-MS / HPLC", [GC, LC]),
    ("HPLC or GC", [LC, GC]),
    ("TLC", ["thin-layer"]),
    ("HPTLC", ["thin-layer"]),
    ("Immunoassay", ["immunoassay"]),
    ("Lateral flow", ["test-strip"]),
    ("lateral-flow immunoassay", ["test-strip"]),
    ("Fentanyl test strips", ["test-strip"]),
    ("Marquis reagent", ["colour-test"]),
    ("colour spot test", ["colour-test"]),
    ("ELISA", ["elisa"]),
    ("ATR-FTIR", ["infrared"]),
    ("Raman", ["raman"]),
    ("UV-Vis", ["photometry"]),
    ("ICP-MS, USP <730>", ["elemental"]),
    ("qPCR", ["pcr"]),
    ("Aerobic plate count", ["culture"]),
    ("LC-MS/MS screen", [LC, "screen"]),
    ("Qualitative", ["qualitative"]),
    ("semi-quantitative", ["qualitative"]),
    ("quantitative screening", ["quantitative"]),
    ("SOP 12", []),
    ("in-house", []),
    ("AOAC", []),
    ("", []),
    ("XGCX", []),  # a technique is a word of its own
    ("glcp", []),
    ("VLCD", []),
    ("AccuScreen", []),
]


@pytest.mark.parametrize(("said", "means"), NAMED)
def test_a_method_names_its_techniques(said: str, means: list[str]) -> None:
    assert [one.technique.id for one in methods.techniques_in(said)] == means


def test_every_spelling_names_its_technique_as_printed() -> None:
    rows = tomllib.loads((vocabulary.WORDS / "methods.toml").read_text(encoding="utf-8"))
    wrong = [
        (word, [one.technique.id for one in methods.techniques_in(text)])
        for row in (*rows["technique"], *rows["manner"])
        for word in (*row["spellings"], *row.get("initials", ()))
        for text in (word, word.upper(), word.replace("-", " "), f"SOP 7: {word}.")
        if [one.technique.id for one in methods.techniques_in(text)] != [row["id"]]
    ]
    assert wrong == []


# Lines that state methods → what each part says of whom (no family: of everything)
LINES = [
    ("GC-MS", [("GC-MS", "")]),
    ("Alkaloids by HPLC-DAD", [("HPLC-DAD", "alkaloid")]),
    ("Alkaloids by HPLC, residual solvents by GC-MS", [("HPLC", "alkaloid"), ("GC-MS", "solvent")]),
    ("Alkaloids by HPLC; residual solvents by GC-MS", [("HPLC", "alkaloid"), ("GC-MS", "solvent")]),
    ("Alkaloids by HPLC and pesticides by GC-MS/MS", [("HPLC", "alkaloid"), ("GC-MS/MS", "pesticide")]),
    ("Alkaloids, solvents by GC-MS", [("GC-MS", "alkaloid solvent")]),
    ("Alkaloids and solvents by GC-MS", [("GC-MS", "alkaloid solvent")]),
    ("GC-MS: solvents, 7-OH, HPLC: minors", [("GC-MS", "alkaloid solvent"), ("HPLC", "alkaloid")]),
    ("Alkaloids by HPLC and GC-MS", [("HPLC", "alkaloid"), ("GC-MS", "alkaloid")]),
    ("Methods: HPLC-DAD, ICP-MS, HS-GC.", [("HPLC-DAD", ""), ("ICP-MS", "element"), ("HS-GC", "solvent")]),
    ("Methods: HPLC, GC-MS", [("HPLC", ""), ("GC-MS", "")]),
    ("Qualitative and quantitative analysis of kratom by HPLC", [("HPLC", "alkaloid")]),
    ("Solvents of HPLC grade were used", [("HPLC", "solvent")]),
    ("Storage: cool and dry", []),
    # a person may be called so
    ("Method GC", [("GC", "")]),
    ("Analysed by GC", [("GC", "")]),
    ("GC", []),
    ("Approved: GC", []),
    ("Reviewed by G.C. Miller", []),
    ("GC Botanicals, lot GC-1023", []),
    ("LC, laboratory manager", []),
]


@pytest.mark.parametrize(("line", "parts"), LINES)
def test_a_line_says_which_family_was_measured_by_what(line: str, parts: list[tuple[str, str]]) -> None:
    told = [
        (", ".join(one.words for one in clause.techniques), " ".join(sorted(clause.families)))
        for clause in methods.clauses(line)
    ]
    assert told == parts


# ---------------------------------------------------------------- the list


FAULTS = [
    ('spellings = ["ELISA"]', 'spellings = ["HP-LC"]', "'HP-LC' stands for liquid-chromatography and for elisa"),
    ('spellings = ["ELISA"]', 'spellings = ["--"]', "'--' of elisa has nothing to compare"),
    ('id = "elisa"\n', "", ":54 [[technique]] 8: has no 'id'"),
    ('id = "elisa"\n', 'id = "elisa"\nkind = "x"\n', " elisa: unknown key 'kind'"),
    ('of = ["solvent"]', 'of = ["solvents"]', "of 'solvents' is no family of analytes"),
    ('techniques = ["infrared"', 'techniques = ["infra-red"', "[[unfit]] 5: techniques 'infra-red' is no technique"),
    ('unless = ["liquid-chromatography"]', 'unless = ["HPLC"]', "[[unfit]] 5: unless 'HPLC' is no technique"),
    ('analytes = ["mgm-16"]', 'analytes = ["mgm-17"]', "analytes 'mgm-17' is no analyte"),
    ('source = "as for MGM-15', 'source = ""\n# "', " [[unfit]] 4: source '' must not be blank"),
    ("[subjects]\n", '[subjects]\nmetals = ["Fe"]\n', "is no family of analytes"),
    ("[subjects]\n", '[subjects]\nelement_ = ["VOC"]\n', "is no family of analytes"),
    ('element = ["metal"', 'element = ["VOC"', "'VOC' stands for solvent and for element"),
    ("[subjects]", "[others]\n\n[subjects]", "unknown key 'others'"),
]


@pytest.mark.parametrize(("there", "instead", "told"), FAULTS)
def test_a_mistake_in_the_list_is_told(words: Path, there: str, instead: str, told: str) -> None:
    path = words / "methods.toml"
    text = path.read_text(encoding="utf-8")
    assert there in text
    path.write_text(text.replace(there, instead, 1), encoding="utf-8")
    with pytest.raises(RulebookError) as error:
        methods.check()
    assert told in str(error.value)
    assert "words/methods.toml" in str(error.value)


def test_all_mistakes_of_the_list_are_told_at_once(words: Path) -> None:
    path = words / "methods.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('id = "raman"', 'ident = "raman"').replace("mgm-16", "mgm-17"), encoding="utf-8")
    with pytest.raises(RulebookError) as error:
        methods.check()
    assert [part in str(error.value) for part in ("has no 'id'", "'ident'", "mgm-17")] == [True] * 3
