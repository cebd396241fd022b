"""The word lists: one meaning for a spelling, and every meaning found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError

ANALYTES = tomllib.loads((vocabulary.WORDS / "analytes.toml").read_text(encoding="utf-8"))["analyte"]
LANGUAGES = tomllib.loads((vocabulary.WORDS / "analyte_languages.toml").read_text(encoding="utf-8"))


def test_there_are_at_least_250_analytes() -> None:
    assert len(vocabulary.analytes()) >= 250
    assert len({analyte.name for analyte in vocabulary.analytes().values()}) == len(ANALYTES)


def test_every_spelling_finds_its_analyte_and_no_other() -> None:
    printed = [(row["id"], [row["id"], row["name"], *row.get("spellings", ())]) for row in ANALYTES]
    printed += [(known, said.split(" · ")) for names in LANGUAGES.values() for known, said in names.items()]
    wrong = [
        (spelling, known, found.id if found else None)
        for known, spellings in printed
        for spelling in spellings
        if (found := vocabulary.analyte(spelling)) is None or found.id != known
    ]
    assert wrong == []


def test_no_name_swallows_what_the_reader_reads_out_of_it() -> None:
    """`Salmonella in 25 g`: a portion, or a basis, that stands in a name is lost if the whole is a name."""
    names = {name for names in LANGUAGES.values() for said in names.values() for name in said.split(" · ")}
    read = {name for name in names if vocabulary.without_portion(name) != name}
    assert read | {name for name in names if vocabulary.basis_in(name, bare=False).basis} == set()


def test_every_cas_number_finds_its_analyte() -> None:
    wrong = [
        (number, row["id"])
        for row in ANALYTES
        for number in row.get("cas", ())
        if (found := vocabulary.analyte_by_cas(number)) is None or found.id != row["id"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("printed", "analyte"),
    [
        ("Mitragynine", "mitragynine"), ("MITRAGYNINE", "mitragynine"), ("mitragynin", "mitragynine"), ("MIT", "mitragynine"),
        ("7-OH", "7-hydroxymitragynine"), ("7-Hydroxymitragynine", "7-hydroxymitragynine"),
        ("7-hydroxymitragynin", "7-hydroxymitragynine"), ("7‑OH‑mitragynine", "7-hydroxymitragynine"),
        ("7-HMG", "7-hydroxymitragynine"), ("MP", "mitragynine-pseudoindoxyl"), ("MGM-15", "mgm-15"), ("mgm 15", "mgm-15"),
        ("Lead", "lead"), ("Pb", "lead"), ("Lead (Pb)", "lead"), ("Pb - Lead", "lead"), ("olovo", "lead"), ("olovo (Pb)", "lead"),
        ("Lead, total", "lead"), ("rtuť", "mercury"), ("rtut", "mercury"), ("kadmium", "cadmium"), ("arsen", "arsenic"),
        ("nikl", "nickel"), ("Arsenic (inorganic)", "arsenic-inorganic"), ("Mercury (methyl)", "methylmercury"),
        ("E. coli", "e-coli"), ("Escherichia coli", "e-coli"), ("Salmonella spp.", "salmonella"), ("r. Salmonella", "salmonella"),
        ("Total Aerobic Microbial Count", "tamc"), ("TAMC", "tamc"), ("CPM", "tamc"), ("Total Plate Count", "tamc"),
        ("Total Yeast & Mold", "tymc"), ("Total Combined Yeasts and Molds Count", "tymc"),
        ("Bile-Tolerant Gram-Negative Bacteria", "btgn"), ("Aflatoxin B1", "aflatoxin-b1"),
        ("Benzo[a]pyrene", "benzo-a-pyrene"), ("benzo(a)pyren", "benzo-a-pyrene"), ("Moisture", "moisture"),
        ("vlhkost", "moisture"),
        ("Appearance", "appearance"), ("Methanol", "methanol"),
    ],
)  # fmt: skip
def test_a_laboratory_s_name_is_understood(printed: str, analyte: str) -> None:
    found = vocabulary.analyte(printed)
    assert found is not None
    assert found.id == analyte


@pytest.mark.parametrize(
    "printed",
    ["Unobtainium", "MG", "LOD", "DDT", "Heavy metals", "Pesticides", "Aflatoxins", "Lead (Cd)", "Lead - Cadmium",
    "Lead, Cadmium",
     "Mercury (ethyl)", "Batch", "", "-", "E. coli O157", "50-32-8"],
)  # fmt: skip
def test_a_name_of_two_things_or_none_is_not_guessed(printed: str) -> None:
    found = vocabulary.analyte(printed)
    assert found is None or found.id not in ("lead", "cadmium", "mercury", "e-coli", "mitragynine")


def test_the_nearest_names_help_the_person_who_must_decide() -> None:
    assert "Mitragynine" in vocabulary.nearest_analytes("Mitragynien")
    assert vocabulary.nearest_analytes("zzzzzz") == ()


@pytest.mark.parametrize(
    ("header", "role"),
    [("Analyte", "analyte"), ("PARAMETER", "analyte"), ("ukazatel", "analyte"), ("Result", "result"), ("výsledek", "result"),
     ("vysledek", "result"), ("naměřená hodnota", "result"), ("Qualifier", "qualifier"), ("<", "qualifier"), ("Unit", "unit"),
     ("jednotka", "unit"), ("LOD", "lod"), ("mez detekce", "lod"), ("LOQ", "loq"), ("RL", "loq"), ("mez stanovitelnosti", "loq"),
     ("LOD/LOQ", "lod_loq"), ("Limit", "limit"), ("Spec.", "limit"), ("Status", "verdict"), ("hodnocení", "verdict"),
     ("±U", "uncertainty"), ("U (k=2)", "uncertainty"), ("rozšířená nejistota", "uncertainty"), ("Method", "method"),
     ("CAS #", "cas"),
     ("Basis", "basis"), ("Notes", "ignored"), ("Batch", None), ("Lead", None), ("Colour of the van", None)],
)  # fmt: skip
def test_a_header_word_has_one_role(header: str, role: str | None) -> None:
    assert vocabulary.column_role(header) == role


@pytest.mark.parametrize(
    ("label", "fact"),
    [("Batch", "batch_id"), ("Lot No.", "batch_id"), ("LOT / BATCH NO", "batch_id"), ("šarže:", "batch_id"), ("Lab",
    "laboratory"),
     ("Certificate No.", "certificate_id"), ("číslo protokolu", "certificate_id"), ("Matrix", "form"), ("Product",
     "product_name"),
     ("vzorek", "product_name"), ("Date Received", "received_on"), ("datum přijetí", "received_on"),
     ("datum vystavení", "issued_on"),
     ("Serving Size", "serving_size"), ("Servings Per Container", "servings_per_container"), ("Net Weight", "net_content"),
     ("Client", "other"), ("Sample ID", "sample_id"), ("Lead", None), ("Colour of the van", None)],
)  # fmt: skip
def test_a_label_states_one_fact(label: str, fact: str | None) -> None:
    assert vocabulary.fact_name(label) == fact


@pytest.mark.parametrize(
    ("printed", "product"),
    [("Leaf powder", "leaf_powder"), ("Powdered Leaf", "leaf_powder"), ("prášek z listů", "leaf_powder"),
     ("crushed leaf", "crushed_leaf"), ("Extract", "extract"), ("Tablets", "capsule"), ("kapsle", "capsule"),
     ("Kratom Shot", "liquid"),
     ("Gummies", "edible"), ("Socks", None)],
)  # fmt: skip
def test_a_product_form_is_understood(printed: str, product: str | None) -> None:
    assert vocabulary.product_form(printed) == product


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("Red Bali Kratom Powder 250 g", "leaf_powder"),
        ("Gold 45 % extract", "extract"),
        ("Extract capsules", "capsule"),
        ("Red Bali", None),
    ],
)
def test_a_product_s_name_says_its_form_only_where_it_says_one(name: str, product: str | None) -> None:
    assert vocabulary.product_in_name(name) == product


@pytest.mark.parametrize(
    ("said", "meaning"),
    [("V", "opinion_good"), ("Vn", "opinion_conditional"), ("N", "opinion_bad"), ("X", None),
     ("Tested", "not_evaluated"),
     ("Preliminary", "preliminary"), ("Final", "final"), ("OOS", "opinion_bad")],
)  # fmt: skip
def test_the_czech_letters_are_verdicts_and_tested_is_none(said: str, meaning: str) -> None:
    assert vocabulary.status(said) == meaning


SPOILED = [
    ("analytes.toml", '\n[[analyte]]\nid = "newer"\nname = "Newer"\nclass = "element"\nspellings = ["Pb"]\n', "Pb"),
    (
        "analytes.toml",
        '\n[[analyte]]\nid = "newer"\nname = "Newer"\nclass = "element"\ncas = ["7439-92-1"]\n',
        "7439-92-1",
    ),
    ("analytes.toml", '\n[[analyte]]\nid = "newer"\nname = "..."\nclass = "element"\n', "nothing to compare"),
    ("analyte_languages.toml", '\n[xx]\ncadmium = "olovo"\n', "olovo"),
    ("analyte_languages.toml", '\n[xx]\nunobtainium = "ununoctium"\n', "unobtainium"),
    ("units.toml", '\n[[unit]]\ncanonical = "mg/kg"\nname = "newer"\nfactor = "2"\nspellings = ["ppm"]\n', "ppm"),
]


@pytest.mark.parametrize(("file", "more", "said"), SPOILED)
def test_a_spelling_used_twice_refuses_the_word_list(words: Path, file: str, more: str, said: str) -> None:
    path = words / file
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(RulebookError, match=said):
        vocabulary.check_all()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("statuses.toml", 'too_many = ["TNTC"', 'too_many = ["ND", "TNTC"'),
        ("headers.toml", 'lod = ["LOD"', 'lod = ["LOQ", "LOD"'),
        ("labels.toml", 'en = ["Batch"', 'en = ["Laboratory", "Batch"'),
        ("products.toml", '  "extract", "extracts"', '  "capsule", "extract", "extracts"'),
    ],
)
def test_a_word_of_two_meanings_refuses_the_word_list(words: Path, file: str, old: str, new: str) -> None:
    path = words / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookError, match="stand for one thing only"):
        vocabulary.check_all()


def test_the_unspoiled_word_lists_load(words: Path) -> None:
    vocabulary.check_all()
    assert vocabulary.analyte("Pb") is not None
    assert words.exists()


@given(
    st.sampled_from(ANALYTES),
    st.sampled_from(
        [
            str.upper,
            str.lower,
            str.title,
            lambda text: f"  {text} ",
            lambda text: text.replace("-", "–"),
            lambda text: text.replace(" ", "\u00a0"),
        ]
    ),
)
def test_case_blanks_and_kinds_of_dash_do_not_count(row: dict[str, str], dressed: object) -> None:
    assert callable(dressed)
    found = vocabulary.analyte(dressed(row["name"]))
    assert found is not None
    assert found.id == row["id"]
