"""What a certificate may say in other words: units, orders, spellings, zeros, copies, neighbours."""

from __future__ import annotations

import tomllib
from decimal import Decimal

from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.app.reading import read_content
from kratom_qc.domain.interval import plain
from tests.factory import CLEAN_LEAF, long_csv, row
from tests.judge.properties.leaf import (
    FACTS,
    MASS,
    NUMERIC,
    PRESENCE,
    accepted,
    batches,
    changed,
    judged,
    law,
    leaves,
    number,
    paper,
    wild,
)
from tests.judge.properties.pure import Case, judged_property
from tests.judge.properties.relations import same
from tests.judge.properties.shapes import SHAPES

chances = st.randoms(use_true_random=False)
UNITS = {  # unit: what a number in it is multiplied with to say the same in another
    "%": {"mg/g": "10", "g/kg": "10", "mg/kg": "10000", "ppm": "10000", "µg/g": "10000", "% w/w": "1", "g/100 g": "1"},
    "mg/kg": {"ppm": "1", "ug/g": "1", "mcg/g": "1", "ppb": "1000", "µg/kg": "1000", "%": "0.0001", "mg/g": "0.001"},
    "ug/kg": {"ppb": "1", "ng/g": "1", "mg/kg": "0.001"},
}
SPELLINGS = {
    row["name"]: [row["name"], *row.get("spellings", ())]
    for row in tomllib.loads((vocabulary.WORDS / "analytes.toml").read_text(encoding="utf-8"))["analyte"]
}


@judged_property(leaves(at_least=1), chances)
def test_m6_the_same_amount_in_another_unit_is_the_same(bench, rows, chance):
    name = chance.choice([name for name in rows if name in MASS])
    unit, factor = chance.choice(sorted(UNITS[rows[name]["Unit"]].items()))
    again = changed(rows, name, Unit=unit)
    for column in ("Result", "LOD", "LOQ"):
        said = rows[name].get(column, "")
        if number(said) is not None:
            sign = said[: len(said) - len(said.lstrip("<>≤≥"))]
            again[name][column] = sign + plain(number(said) * Decimal(factor))
    same(accepted(bench, rows), accepted(bench, again))


@judged_property(leaves(), chances)
def test_m7_the_order_of_rows_and_columns_says_nothing(bench, rows, chance):
    names = chance.sample(sorted(rows), len(rows))
    columns = chance.sample(["Analyte", "Result", "Unit", "LOD", "LOQ"], 5)
    again = {name: {column: rows[name].get(column, "") for column in columns} for name in names}
    same(accepted(bench, rows), accepted(bench, again))


@judged_property(leaves(), chances)
def test_m8_an_exact_copy_of_a_row_says_nothing(bench, rows, chance):
    copies = {f"{name} again": rows[name] for name in chance.sample(sorted(rows), 2)}
    same(accepted(bench, rows), accepted(bench, {**rows, **copies}))


@judged_property(leaves(), leaves(), chances)
def test_m9_other_lots_change_nothing(bench, rows, other, chance):
    """The lot alone, mixed with another lot's rows in one file, and beside another lot's file."""
    other = {**other, "Paynantheine": row("Paynantheine", "0.26", "%")}  # nobody measures two samples alike
    both = [*({**said, "Batch": "L"} for said in rows.values()), *({**said, "Batch": "O"} for said in other.values())]
    chance.shuffle(both)
    readings = [paper(rows.values()), paper(other.values(), name="other.csv", Batch="O")]
    chance.shuffle(readings)
    alone = accepted(bench, rows)
    for beside in ([read_content("mixed.csv", long_csv(both, **FACTS))], readings):
        (verdict,) = (one for one in judged(bench, *beside) if one.batch.batch_id == "L")
        same(alone, verdict)


@judged_property(
    leaves(),
    st.sampled_from(sorted(SHAPES)),
    st.sampled_from(("Sheet1", "List1", "Tabelle1", "Results", "COA", "Lead")),
)
def test_m10_the_shape_and_format_of_the_file_say_nothing(bench, rows, shape, sheet):
    """Long or below a header block, as csv of three kinds, xlsx, xls and ods, under a sheet name that says nothing else."""
    (verdict,) = judged(bench, SHAPES[shape](rows, {"Batch": "L", **FACTS}, sheet))
    same(accepted(bench, rows), verdict)


@judged_property(leaves(), chances)
def test_m11_a_declared_spelling_says_the_same(bench, rows, chance):
    again = dict(rows)
    for name in chance.sample([name for name in rows if name in SPELLINGS], 3):
        again[name] = {**rows[name], "Analyte": chance.choice(SPELLINGS[name])}
    same(accepted(bench, rows), accepted(bench, again))


@judged_property(leaves(at_least=1), chances)
def test_m15_more_zeros_say_nothing(bench, rows, chance):
    again = dict(rows)
    for name in [name for name in wild(rows) if name in MASS]:
        said = rows[name]["Result"]
        zeros = chance.choice(["0", "000"]) if "." in said else chance.choice([".0", ".00"])
        again[name] = {**rows[name], "Result": said + zeros}
    same(accepted(bench, rows), accepted(bench, again))


@judged_property(leaves(), chances)
def test_m11_other_words_for_absence_in_a_portion_say_the_same(bench, rows, chance):
    words = {"Absent in {} g": "", "Negative": "/{} g", "ND/{}g": "", "Not detected in {} g": "", "0/{} g": ""}
    again = {**rows, **{name: row(name, *CLEAN_LEAF[name]) for name in PRESENCE}}
    before = accepted(bench, again)
    for name, grams in PRESENCE.items():
        said, unit = chance.choice(sorted(words.items()))
        again[name] = row(name, said.format(grams), unit.format(grams))
    same(before, accepted(bench, again))


# A clean leaf may be sold here; the other markets ban it, ask for what it does not show, or rest on what nobody has read.
MERRY = ("us", "us-az", "us-co", "us-fl", "us-ga", "us-ne", "us-nv", "us-ok", "us-sc", "us-sd", "us-tx")
CLEAN = {
    "Mitragynine": ("0.9", "2.4"), "7-Hydroxymitragynine": ("0.001", "0.009"), "Speciociliatine": ("0.1", "0.4"),
    "Arsenic": ("0.01", "0.4"), "Cadmium": ("0.01", "0.5"), "Lead": ("0.01", "0.5"), "Mercury": ("0.005", "0.09"),
    "Benzo(a)pyrene": ("0.5", "9"), "Benz(a)anthracene": ("0.5", "9"), "Benzo(b)fluoranthene": ("0.5", "9"),
    "Chrysene": ("0.5", "9"), "TAMC": ("10", "9000000"), "TYMC": ("10", "90000"),
}  # fmt: skip


@judged_property(
    st.fixed_dictionaries({name: st.decimals(*ends, places=3) for name, ends in CLEAN.items()}), saw=("PASS",)
)
def test_a_clean_leaf_passes_where_leaf_can(bench, amounts):
    """None of the properties holds because nothing ever passes."""
    rows = {name: row(name, *said) for name, said in CLEAN_LEAF.items()}
    unit = {name: NUMERIC[name][0] for name in amounts}
    rows |= {name: row(name, plain(amount), unit[name]) for name, amount in amounts.items()}
    verdict = bench.judge(Case(batches([paper(rows.values())], MERRY), law(), MERRY, ("us",)))[0]
    assert (verdict.decision, dict(verdict.markets)) == ("PASS", dict.fromkeys(MERRY, "PASS"))
