"""`kratom-qc limits export`, `import`, `diff`: QA people review and propose in a workbook, and see what they would change."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import get_origin

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from kratom_qc.app.proposal import reading
from kratom_qc.app.proposal.differences import differences, effect
from kratom_qc.app.proposal.draft import drafted
from kratom_qc.app.proposal.export import workbook
from kratom_qc.app.proposal.plain import BOOLEANS, DAYS, HEAD, KEYS, LISTS, WHOLE, plain_book
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.limit import Evidence, LimitKind, LimitStatus
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.rulebooks import rulebook_file
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.schema import LIMIT_KEYS, ROWS, Head
from kratom_qc.settings import Caps
from tests.factory import REAL, book, limit, written

MG = "mg/kg"


def lead(rule_id: str = "PB", **more: object) -> str:
    return limit(rule_id, "lead", "not more than 3 mg/kg", **{"max": "3", "unit": MG, **more})


LEAF = """# Our leaf.

[rulebook]
title = "Leaf"
kind = "product"
extends = ["common"]
version = "7" # the seventh
checked_on = 2026-11-22

[defaults]
status = "adopted"
evidence = "specification"

# ---------------------------------------------------------------- metals

[[limit]]
id = "PB" # lead
kind = "amount"
of = "lead"
max = "0.050"
unit = "mg/kg"
text = "not more than 0.050 mg/kg"
because = "our specification, 1E5 and =1+1 are texts"

# mercury was too much
[[limit]]
id = "HG"
kind = "amount"
of = "mercury"
max = 0.1
unit = "mg/kg"
products = [
    "leaf_powder", # the powder
    "extract",
]
text = "not more than 0.1 mg/kg"
because = "our specification, section 2"

[[override]]
id = "CD"
status = "adopted"
when_missing = "hold"
products = []
silence_because = ""
because = "our specification, section 3"

# ---------------------------------------------------------------- microbes

[[limit]]
id = "SALM"
kind = "not_detected"
of = "salmonella"
portion = "25"
text = "absent in 25 g"
because = "our specification, section 4"
"""
COMMON = book(
    limit(
        "CD",
        "cadmium",
        "not more than 1 mg/kg",
        max="1",
        unit=MG,
        status="guidance",
        when_missing="note",
        silence_because="nobody asks for it",
        products=["leaf_powder"],
    ),
    kind="standard",
)
US = book(lead("US-PB", evidence="secondary"), kind="market", covers=["leaf_powder"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three small rulebooks as those of the settings, with an override, comments, defaults and a list on several lines."""
    at = written(tmp_path / "expectations", leaf_powder=LEAF, common=COMMON, us=US)
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(at))
    monkeypatch.setenv("COLUMNS", "160")
    return at


def told(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code, *capsys.readouterr()


def plain(folder):
    return {file.stem: plain_book(rulebook_file.read(file)) for file in sorted(folder.glob("*.toml"))}


EXPORTED: dict[str, bytes] = {}


def exported(folder):
    """The folder as a workbook to change; the same rulebooks are exported once."""
    books = list(plain(folder).values())
    if repr(books) not in EXPORTED:
        EXPORTED[repr(books)] = workbook(books)
    return openpyxl.load_workbook(io.BytesIO(EXPORTED[repr(books)]))


def edited(folder, tmp_path, change, name="proposal.xlsx"):
    """The exported workbook after `change(workbook)`."""
    sheets = exported(folder)
    change(sheets)
    sheets.save(tmp_path / name)
    return tmp_path / name


def cell(sheets, rule_id: str, key: str, sheet: str = "Limits"):
    table = sheets[sheet]
    names = {head.value: head.column for head in table[1]}
    by = "id" if sheet == "Limits" else "rulebook"
    row = max(row for row in range(2, table.max_row + 1) if table.cell(row, names[by]).value == rule_id)  # the override
    return table.cell(row, names[key])


def setting(rule_id: str, **keys: object):
    def change(sheets):
        for key, value in keys.items():
            cell(sheets, rule_id, key).value = value

    return change


# ---------------------------------------------------------------- there and back


def _is_list(field):
    return get_origin(field.annotation) is tuple


def test_every_key_of_a_rulebook_has_a_column():
    assert {*KEYS, "id"} == LIMIT_KEYS
    assert set(HEAD) == set(Head.model_fields)
    lists = {key for model in ROWS.values() for key, field in model.model_fields.items() if _is_list(field)}
    assert {key for key in LISTS if key in KEYS} == lists


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Our real rulebooks, exported by the real command."""
    file = tmp_path_factory.mktemp("export") / "limits.xlsx"
    with pytest.raises(SystemExit) as end:
        cli.main(["limits", "export", str(file)])
    assert end.value.code == 0
    return file


def test_an_export_that_nobody_touched_proposes_nothing(capsys, tmp_path, ours):
    status, out, _ = told(capsys, "limits", "import", ours, "--output", tmp_path / "drafts")
    assert (status, out) == (0, "No difference\n")
    assert not list((tmp_path / "drafts").iterdir())


def test_a_workbook_holds_every_limit_as_text(ours):
    sheets = openpyxl.load_workbook(ours)
    assert sheets.sheetnames == ["Read me", "Limits", "Rulebooks", "Words"]
    rows = [row for sheet in ("Limits", "Rulebooks") for row in sheets[sheet].iter_rows()]
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert {cell.number_format for row in rows for cell in row} == {"@"}
    assert sheets["Limits"].max_row - 1 == sum(len(one.limits) for one in load_rulebooks(REAL).values())
    assert sheets["Limits"].freeze_panes == "D2"
    assert sheets["Limits"].auto_filter.ref


def test_drop_downs_offer_what_a_rulebook_may_say(folder):
    sheets = exported(folder)
    names = {head.column_letter: head.value for head in sheets["Limits"][1]}
    offered = {
        names[str(rule.sqref).split(":")[0].rstrip("0123456789")]: rule.formula1
        for rule in sheets["Limits"].data_validations.dataValidation
        if rule.type == "list"
    }
    assert offered["kind"] == f'"{",".join(LimitKind)}"'
    assert offered["status"] == f'"{",".join(LimitStatus)}"'
    assert offered["evidence"] == f'"{",".join(Evidence)}"'
    assert offered["unit"].startswith("'Words'!$C$2:")
    assert offered["products"].startswith("'Words'!$D$2:")
    assert all(len(formula) <= 257 for formula in offered.values())


# ---------------------------------------------------------------- one cell, one difference

texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=20),
    st.sampled_from(
        [
            "1E5",
            "0.050",
            "=1+1",
            "2026-04",
            "'",
            " 3",
            " ",
            "\u00a0 ",
            "TRUE",
            "_x0041_",
            "<1.2",
            "+3",
            "-",
            "a\nb",
            "€ µ ř",
        ]
    ),
)
# A limit of LEAF whose cell is emptied would take them from the defaults again: such a draft is refused.
FROM_THE_DEFAULTS = ("status", "evidence")
keys = st.sampled_from([key for key in KEYS if key not in (*LISTS, *BOOLEANS, *DAYS, *WHOLE)])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule_id=st.sampled_from(["PB", "HG", "CD", "SALM", "US-PB"]), key=keys, text=texts)
@example(rule_id="PB", key="status", text=" ")
@example(rule_id="CD", key="status", text=" ")
def test_any_edit_of_one_cell_is_exactly_that_difference(folder, rule_id, key, text):
    before, sheets = plain(folder), exported(folder)
    stem = "us" if rule_id == "US-PB" else "leaf_powder"
    target = next(
        row[0].row for row in sheets["Limits"].iter_rows(min_row=2) if (row[0].value, row[2].value) == (stem, rule_id)
    )
    at = next(head.column for head in sheets["Limits"][1] if head.value == key)
    sheets["Limits"].cell(target, at).value = text.replace("_x", "_x005F_x")
    sheets["Limits"].cell(target, at).data_type = "s"
    out = io.BytesIO()
    sheets.save(out)
    after = reading.of_workbook("x.xlsx", open_workbook("x.xlsx", out.getvalue(), Caps())).books
    was = before[stem].rows[rule_id].keys.get(key, "")
    found = [
        (one.rulebook, one.rule_id, one.change, one.key, one.before, one.after) for one in differences(before, after)
    ]
    now = text if text.strip() else ""  # a cell that holds only blanks is an empty cell
    assert found == ([(stem, rule_id, "changed", key, was, now)] if now != was else [])
    # and the draft says just that, with every comment where it was
    file = folder / f"{stem}.toml"
    said = file.read_text(encoding="utf-8")
    if stem == "leaf_powder" and rule_id != "CD" and key in FROM_THE_DEFAULTS and not now:
        with pytest.raises(RulebookError, match="the draft would not say what was proposed"):
            drafted(after[stem], said, rulebook_file.read(file))
        return
    draft = drafted(after[stem], said, rulebook_file.read(file))
    changed = {line for line in said.splitlines() if line not in draft.splitlines()}
    assert all(line.startswith(f"{key} =") for line in changed)


@pytest.mark.parametrize(
    ("rule_id", "key", "text"),
    [
        ("PB", "strict", "true"),
        ("HG", "products", "extract"),
        ("HG", "products", "[]"),
        ("SALM", "supersedes", "PB, HG"),
        ("PB", "checked_on", "2026-11-01"),
        ("CD", "because", '""'),
    ],
)
def test_words_lists_and_days_keep_their_kind(folder, tmp_path, rule_id, key, text):
    file = edited(folder, tmp_path, setting(rule_id, **{key: text}))
    after = reading.read(file.name, file.read_bytes(), Caps()).books["leaf_powder"]
    now = folder / "leaf_powder.toml"
    draft = tmp_path / "leaf_powder.toml"
    draft.write_text(drafted(after, now.read_text(encoding="utf-8"), rulebook_file.read(now)), encoding="utf-8")
    row = next(row for row in rulebook_file.read(draft).rows if row.id == rule_id)
    kind = bool if key == "strict" else list if key in LISTS else date if key == "checked_on" else str
    assert type(row.keys[key]) is kind
    assert plain_book(rulebook_file.read(draft)).rows[rule_id].keys[key] == text


# ---------------------------------------------------------------- drafts


def test_a_draft_changes_its_lines_and_no_others(folder, tmp_path, capsys):
    def change(sheets):
        setting("PB", max="0.04", text="not more than 0.04 mg/kg", strict=None, checked_on="2026-11-23")(sheets)
        setting("HG", products="leaf_powder")(sheets)
        sheets["Limits"].delete_rows(cell(sheets, "SALM", "id").row)
        cell(sheets, "leaf_powder", "version", "Rulebooks").value = "8"

    file = edited(folder, tmp_path, change)
    status, _, err = told(capsys, "limits", "import", file, "--output", tmp_path / "drafts")
    assert status == 0, err
    expected = (
        LEAF.replace('version = "7" # the seventh', 'version = "8" # the seventh')
        .replace('max = "0.050"', 'max = "0.04"')
        .replace('text = "not more than 0.050 mg/kg"', 'text = "not more than 0.04 mg/kg"')
        .replace('=1+1 are texts"\n', '=1+1 are texts"\nchecked_on = 2026-11-23\n')
        .replace('products = [\n    "leaf_powder", # the powder\n    "extract",\n]', 'products = ["leaf_powder"]')
    )
    expected = expected[: expected.index('[[limit]]\nid = "SALM"')].rstrip() + "\n"
    assert (tmp_path / "drafts" / "leaf_powder.toml").read_text(encoding="utf-8") == expected
    assert [path.name for path in (tmp_path / "drafts").iterdir()] == ["leaf_powder.toml"]


def test_a_draft_stands_in_the_place_of_its_rulebook(folder, tmp_path, capsys):
    file = edited(folder, tmp_path, setting("PB", max="0.04", text="not more than 0.04 mg/kg"))
    assert told(capsys, "limits", "import", file, "--output", tmp_path / "drafts")[0] == 0
    (one,) = [
        one
        for one in load_rulebooks(folder, [tmp_path / "drafts" / "leaf_powder.toml"])["leaf_powder"].limits
        if one.rule_id == "PB"
    ]
    assert str(one.acceptance_interval.high) == "0.04"
    assert told(capsys, "limits", "lint", tmp_path / "drafts" / "leaf_powder.toml")[0] == 0


def test_a_new_rulebook_and_a_new_limit_are_drafted(folder, tmp_path, capsys):
    def change(sheets):
        heads = sheets["Rulebooks"]
        names = {head.value: head.column for head in heads[1]}
        row = heads.max_row + 1
        for key, value in {
            "rulebook": "us-zz",
            "title": "Zz",
            "kind": "market",
            "extends": "us",
            "covers": "leaf_powder, extract",
            "version": "1",
            "checked_on": "2026-11-22",
            "max_age_days": "30",
        }.items():
            heads.cell(row, names[key]).value = value
        table = sheets["Limits"]
        names = {head.value: head.column for head in table[1]}
        row = table.max_row + 1
        for key, value in {
            "rulebook": "us-zz",
            "entry": "limit",
            "id": "ZZ-AS",
            "kind": "amount",
            "of": "arsenic",
            "text": "arsenic less than 2 ppm",
            "max": "2",
            "strict": "true",
            "unit": "ppm",
            "status": "in_force",
            "evidence": "secondary",
            "because": "Act 1 of 2027, section 2",
            "effective_from": "2027-01-01",
        }.items():
            table.cell(row, names[key]).value = value

    file = edited(folder, tmp_path, change)
    status, out, err = told(capsys, "limits", "import", file, "--output", tmp_path / "drafts")
    assert status == 0, err
    assert "+ ZZ-AS  tighter (one more limit decides)" in out
    books = load_rulebooks(folder, [tmp_path / "drafts" / "us-zz.toml"])
    assert (books["us-zz"].extends, books["us-zz"].max_age_days) == (("us",), 30)
    assert [
        (one.rule_id, str(one.acceptance_interval.high), one.acceptance_interval.high_open)
        for one in books["us-zz"].limits
    ] == [("ZZ-AS", "2", True)]


# ---------------------------------------------------------------- what is refused

CHANGES = {
    "a number": (setting("PB", max=0.05), "Limits!H3: '0.05' is a number: format the cell as text"),
    "a date": (setting("PB", effective_from=date(2026, 4, 1)), "Limits!N3: '2026-04-01' is a date"),
    "a formula": (setting("PB", max="=1/20"), "is a formula"),
    "a truth value": (setting("PB", strict=True), "Limits!I3: 'TRUE' is a truth value"),
    "a day as text that is none": (setting("PB", checked_on="tomorrow"), "checked_on 'tomorrow' must be a day"),
    "a truth value that is none": (setting("PB", strict="yes"), "strict 'yes' must be true or false"),
    "a list without blanks": (setting("HG", products="leaf_powder,extract"), "must be words with a comma and a blank"),
    "a heading nobody knows": (
        lambda sheets: setattr(sheets["Limits"]["F1"], "value", "wording"),
        "Limits!F1: 'wording' is no column",
    ),
    "a heading twice": (lambda sheets: setattr(sheets["Limits"]["F1"], "value", "of"), "Limits!F1: 'of' stands twice"),
    "a column that is gone": (
        lambda sheets: sheets["Limits"].delete_cols(6),
        "Limits!A1: has no column text; a column that is gone would empty its key",
    ),
    "a word under no heading": (
        lambda sheets: sheets["Limits"].cell(3, 60).__setattr__("value", "see me"),
        "Limits!BH3: 'see me' stands under no column",
    ),
    "a sheet of somebody else": (
        lambda sheets: sheets.create_sheet("Notes").__setitem__("A1", "x"),
        "proposal.xlsx Notes: not a sheet of limits",
    ),
    "a sheet that is gone": (lambda sheets: sheets.remove(sheets["Rulebooks"]), "has no sheet 'Rulebooks'"),
    "merged cells": (lambda sheets: sheets["Limits"].merge_cells("F3:G3"), "Limits!F3: merged cells"),
    "a cell struck out": (
        lambda sheets: setattr(cell(sheets, "PB", "max"), "font", Font(strike=True)),
        "Limits!H3: '0.050': this cell is struck out",
    ),
    "no rulebook": (setting("PB", rulebook=None), "Limits!A3: the row names no rulebook"),
    "a rulebook that has no head": (
        setting("PB", rulebook="leaf"),
        "Limits!A3: 'leaf' is on no row of the sheet Rulebooks",
    ),
    "no id": (setting("PB", id=None), "Limits!C3: the row has no id"),
    "an id twice": (setting("PB", id="HG"), "Limits!C4: HG stands twice in leaf_powder"),
    "an entry that is none": (setting("PB", entry="rule"), "Limits!B3: entry 'rule' must be limit or override"),
    "a blank that the defaults would fill": (
        setting("PB", evidence=None),
        "Limits!Q3: evidence of PB is blank, and the defaults of leaf_powder say 'specification'; write what should hold",
    ),
    "a rulebook named as a path": (
        lambda sheets: setattr(sheets["Rulebooks"]["A2"], "value", "../us"),
        "Rulebooks!A2: '../us' is no name for a rulebook",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_spreadsheet_made_of_it_is_refused_at_its_cell(folder, tmp_path, capsys, name):
    change, says = CHANGES[name]
    file = edited(folder, tmp_path, change)
    status, out, err = told(capsys, "limits", "import", file, "--output", tmp_path / "drafts")
    assert (status, out) == (70, "")
    assert says in err
    assert not (tmp_path / "drafts").exists()


def test_everything_that_is_wrong_is_told_at_once(folder, tmp_path):
    def change(sheets):
        setting("PB", max=0.05, effective_from=date(2026, 4, 1))(sheets)
        setting("HG", max="=1")(sheets)
        sheets.create_sheet("Notes")["A1"] = "x"
        sheets["Rulebooks"]["B2"].value = 7

    file = edited(folder, tmp_path, change)
    with pytest.raises(RulebookError) as error:
        reading.read(file.name, file.read_bytes(), Caps())
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "proposal.xlsx Notes",
        "proposal.xlsx Rulebooks!B2",
        "proposal.xlsx Limits!H3",
        "proposal.xlsx Limits!N3",
        "proposal.xlsx Limits!H4",
    ]


def test_rows_that_a_filter_hides_are_read_all_the_same(folder, tmp_path, capsys):
    def change(sheets):
        for row in range(3, 6):
            sheets["Limits"].row_dimensions[row].hidden = True

    assert told(capsys, "limits", "import", edited(folder, tmp_path, change))[:2] == (0, "No difference\n")


def test_sorted_rows_and_columns_say_the_same(folder, tmp_path, capsys):
    def change(sheets):
        table = sheets["Limits"]
        rows = [[one.value for one in row] for row in table.iter_rows()]
        order = sorted(range(len(rows[0])), key=lambda at: str(rows[0][at]))
        rows = [rows[0], *sorted(rows[1:], key=lambda row: str(row[2]))]
        for at, row in enumerate(rows, 1):
            for to, of in enumerate(order, 1):
                table.cell(at, to).value = row[of]

    assert told(capsys, "limits", "import", edited(folder, tmp_path, change))[:2] == (0, "No difference\n")


def test_a_file_that_is_no_workbook_is_refused(folder, tmp_path, capsys):
    (tmp_path / "x.xlsx").write_text("limits", encoding="utf-8")
    status, out, err = told(capsys, "limits", "import", tmp_path / "x.xlsx")
    assert (status, out) == (70, "")
    assert "x.xlsx" in err
    assert told(capsys, "limits", "import", tmp_path / "nowhere.xlsx")[0] == 66
    assert told(capsys, "limits", "import", folder)[0] == 64


@pytest.mark.usefixtures("folder")
def test_an_export_never_writes_over_a_file_unasked(tmp_path, capsys):
    (tmp_path / "x.xlsx").write_text("mine", encoding="utf-8")
    assert told(capsys, "limits", "export", tmp_path / "x.xlsx")[0] == 64
    assert (tmp_path / "x.xlsx").read_text(encoding="utf-8") == "mine"
    assert told(capsys, "limits", "export", tmp_path / "x.xlsx", "--force")[0] == 0
    assert told(capsys, "limits", "export", tmp_path / "x.csv")[0] == 64


# ---------------------------------------------------------------- the whole is linted


def test_a_proposal_with_a_mistake_is_shown_told_at_its_cell_and_not_written(folder, tmp_path, capsys):
    def change(sheets):
        setting("PB", max="0.5")(sheets)  # and the text still says 0.050
        setting("SALM", of="salmonela")(sheets)
        setting("US-PB", because="TODO")(sheets)

    file = edited(folder, tmp_path, change)
    status, out, err = told(capsys, "limits", "import", file, "--output", tmp_path / "drafts")
    assert status == 70
    assert "max: '0.050' → '0.5'" in out
    assert err.splitlines() == [
        "kratom-qc: proposal.xlsx Limits!F3: leaf_powder PB: the text 'not more than 0.050 mg/kg' says <= 0.05, the limit <= 0.5",
        "proposal.xlsx Limits!E6: leaf_powder SALM: of 'salmonela' is no analyte and no derived quantity "
        "(nearest: Salmonella)",
        "proposal.xlsx Limits!R7: us US-PB: because 'TODO' is a placeholder, not a source or a reason",
    ]
    assert not (tmp_path / "drafts").exists()


# ---------------------------------------------------------------- tighter, looser

EFFECTS = {
    "a smaller maximum": ("PB", {"max": "0.04", "text": "not more than 0.04 mg/kg"}, "tighter"),
    "a larger maximum": ("PB", {"max": "0.06", "text": "not more than 0.06 mg/kg"}, "looser"),
    "strict": ("PB", {"strict": "true", "text": "less than 0.050 mg/kg"}, "tighter"),
    "silence noted": ("PB", {"when_missing": "note", "silence_because": "rare"}, "looser"),
    "only proposed": ("PB", {"status": "proposed"}, "looser"),
    "an end": ("PB", {"effective_to": "2030"}, "looser"),
    "for one product": ("PB", {"products": "leaf_powder"}, "looser"),
    "for one product more": ("HG", {"products": "leaf_powder, extract, liquid"}, "tighter"),
    "a larger portion": ("SALM", {"portion": "100", "text": "absent in 100 g"}, "tighter"),
    "smaller and silent": (
        "PB",
        {"max": "0.04", "text": "not more than 0.04 mg/kg", "when_missing": "note", "silence_because": "rare"},
        "tighter and looser",
    ),
    "another source": ("PB", {"because": "our specification, section 9"}, ""),
    "another substance": ("PB", {"of": "arsenic"}, ""),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_change_is_marked_tighter_or_looser(folder, tmp_path, capsys, name):
    rule_id, keys, direction = EFFECTS[name]
    file = edited(folder, tmp_path, setting(rule_id, **keys))
    status, out, err = told(capsys, "limits", "import", file, "--json")
    assert status == 0, err
    found = [json.loads(line) for line in out.splitlines()]
    assert {one["key"]: one["after"] for one in found} == keys
    assert {one["direction"] for one in found} == {direction or None}


def test_a_limit_that_goes_is_looser_and_one_that_comes_tighter(folder, tmp_path, capsys):
    def change(sheets):
        cell(sheets, "SALM", "id").value = "SALM-2"

    _, out, _ = told(capsys, "limits", "import", edited(folder, tmp_path, change), "--json")
    found = {(one["rule_id"], one["change"]): one["direction"] for one in map(json.loads, out.splitlines())}
    assert found == {("SALM", "removed"): "looser", ("SALM-2", "added"): "tighter"}


def test_what_never_decides_is_neither(folder):
    limits = {one.rule_id: one for one in load_rulebooks(folder)["common"].limits}
    assert effect(limits["CD"], replace(limits["CD"], acceptance_interval=None)).direction == ""
    assert effect(limits["CD"], None).direction == ""


# ---------------------------------------------------------------- diff


def test_two_folders_a_rulebook_and_a_workbook_are_compared(folder, tmp_path, capsys):
    changed = LEAF.replace("0.050", "0.040")
    other = written(tmp_path / "other", leaf_powder=changed, common=COMMON, us=US)
    draft = written(tmp_path / "draft", leaf_powder=changed) / "leaf_powder.toml"
    file = edited(folder, tmp_path, setting("PB", max="0.040", text="not more than 0.040 mg/kg"))
    said = [told(capsys, "limits", "diff", folder, after) for after in (other, draft, file)]
    assert [status for status, *_ in said] == [0, 0, 0]
    assert len({out for _, out, _ in said}) == 1
    assert "~ PB  tighter" in said[0][1]
    assert "max: '0.050' → '0.040'" in said[0][1]
    assert told(capsys, "limits", "diff", other, draft)[1] == "No difference\n"


def test_a_draft_with_a_mistake_is_compared_and_refused(folder, tmp_path, capsys):
    draft = written(tmp_path / "draft", leaf_powder=LEAF.replace('max = "0.050"', 'max = "0.5"')) / "leaf_powder.toml"
    status, out, err = told(capsys, "limits", "diff", folder, draft)
    assert status == 70
    assert "max: '0.050' → '0.5'" in out
    assert "leaf_powder.toml:22 PB: the text" in err


def test_a_difference_of_two_folders_that_is_not_there_ends_with_66(folder, tmp_path, capsys):
    assert told(capsys, "limits", "diff", folder, tmp_path / "nowhere")[0] == 66
