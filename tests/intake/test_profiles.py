"""A profile describes what header words alone cannot say; the same batch reads alike with it, and what it leaves out refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from kratom_qc.app.reading import read_content
from kratom_qc.cli.layout_trial import layout_draft, layout_list, layout_test
from kratom_qc.domain.errors import RulebookError, UsageError
from kratom_qc.intake.layout import profiles
from tests.factory.sheets import (
    Rows,
    canonical,
    codes,
    csv_bytes,
    csv_file,
    read_csv,
    read_xlsx,
    results,
    told,
    troubles,
    unread,
    xlsx_file,
)
from tests.intake.test_shapes import BATCH
from tests.intake.test_shapes_blocks import ALL, LEAF, METALS, square

MUTE: Rows = [
    ["EXAMPLE ANALYTICAL LIMS EXPORT 7"], ["LOSNR", "L-1"], ["ART", LEAF], ["DAT", "03/04/2026"], [],
    ["P_GRP", "P_BEZ", "P_WERT", "P_EINH", "P_NG", "P_KZ"],
    ["Alkaloide", "Mitragynine", "1,520", "%", "", "x"], ["", "7-OH", "0,012", "%", "", ""],
    ["Metalle", "Lead", "0,210", "mg/kg", "0,010", ""], ["", "Cadmium", "<0,050", "mg/kg", "", ""],
    ["", "Mercury", "ND", "mg/kg", "0,010", ""],
    ["Mikro", "Salmonella", "Absent in 25 g", "", "", ""], ["", "TAMC", "1200", "CFU/g", "", ""],
    ["*** END OF EXPORT ***"],
]  # fmt: skip
TURNED: Rows = [
    ["Sample Column Labs"], [], ["#", "Ref", "L-1"], ["1", "Kind", LEAF], ["2", "MG", "1.52"], ["3", "7OH", "0.012"],
    *([str(number), f"{name} ({unit})" if unit else name, said] for number, (name, said, unit) in enumerate(ALL[2:], start=4)),
    [], ["", "Signed", "J. Doe"],
]  # fmt: skip


def test_the_same_batch_reads_alike_with_a_profile() -> None:
    mute, turned = read_csv(square(MUTE), ";", head=()), read_xlsx({"Overview 1": TURNED})
    assert [canonical(mute), canonical(read_xlsx(MUTE)), canonical(turned)] == [BATCH] * 3
    assert str(mute.certificates[0].issued_on) == "2026-04-03"
    for reading, name in ((mute, "example-mute-headers"), (turned, "example-turned")):
        (remark,) = [remark for remark in reading.certificates[0].remarks if remark.code == "profile"]
        assert name in remark.message


def changed(row: int, column: int, said: str) -> Rows:
    """The mute export with one cell changed."""
    rows = [list(line) for line in square(MUTE)]
    rows[row - 1][column - 1] = said
    return rows


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        ("a column that the profile does not name", changed(6, 6, "P_NEW"), [("profile-mismatch", "")]),
        ("a column that the profile names, gone", changed(6, 5, "LOD"), [("profile-mismatch", "")]),
        ("a fact gone", changed(2, 2, ""), [("profile-mismatch", "B2")]),
        ("a month in the second place", changed(4, 2, "04/13/2026"), [("ambiguous-date", "")]),
        ("a label that names another batch", changed(5, 1, "Lot: L-2"), [("fact-contradicts", "B2")]),
        ("a result without its analyte", changed(8, 2, ""), [("result-without-analyte", "C8")]),
        ("a result under the end", [*changed(1, 1, MUTE[0][0]), ["", "Nickel", "9"]], [("stray-result", "B15")]),
    ],
)
def test_what_a_profile_does_not_cover_holds(what: str, rows: Rows, expected: list[tuple[str, str]]) -> None:
    reading = read_csv(square(rows), ";", head=())
    assert not reading.refusals
    assert set(expected) <= set(troubles(reading)), what


def test_a_column_that_the_profile_does_not_name_is_read_by_nobody() -> None:
    assert {"F6", "F7"} <= set(unread(read_csv(square(changed(6, 6, "P_NEW")), ";", head=())))


def test_a_number_is_read_by_the_decimal_mark_that_the_profile_states() -> None:
    reading = read_csv(square(changed(7, 3, "1.520")), ";", head=())
    assert told(results(reading)[0].interval) == "15200000"


def test_a_file_that_no_profile_recognises_is_read_without_one() -> None:
    assert codes(read_csv(square([["SOMEBODY ELSE"], *MUTE[1:]]), ";", head=())) != []


# ---------------------------------------------------------------- the loader

GOOD = """
id = "mine"
laboratory = "Mine"
title = "My layout"
[recognise]
headers = ["Prm", "Wrt"]
[[table]]
header = ["Prm", "Wrt"]
columns = { "Prm" = "analyte", "Wrt" = { role = "result", unit = "mg/kg" } }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's own profiles, in force."""
    monkeypatch.setenv("KRATOM_QC_LAYOUTS", str(tmp_path))
    return tmp_path


WRONG: list[tuple[str, str, str]] = [
    ('id = "mine"', 'id = "My Layout"', ":2: id 'My Layout' must be small letters"),
    ('laboratory = "Mine"', "", ":1: has no 'laboratory'"),
    ('title = "My layout"', 'title = "My layout"\ncolour = "blue"', ":5: unknown key 'colour'"),
    ('headers = ["Prm", "Wrt"]\n[[table]]', "[[table]]", ":5 [recognise]: states no condition"),
    ('"analyte"', '"analyt"', ":9 [[table]] 1: Prm 'analyt' is an unknown role"),
    ('"analyte"', '"fact:lot"', "Prm 'fact:lot' is an unknown role"),
    ('"analyte"', '"analyte:Unobtainium"', "Prm 'analyte:Unobtainium' is an unknown role"),
    ("mg/kg", "furlong", "unit 'furlong' is an unknown unit"),
    ('role = "result", unit', 'role = "result", units', "unknown key 'units', nearest: unit"),
    ('"Wrt" = { role = "result", unit = "mg/kg" }', '"Wrt" = "analyte"', "name analyte twice"),
    ("[[table]]", '[numbers]\ndecimal_mark = ";"\n[[table]]', ":8 [numbers]: decimal_mark ';' must be one of"),
    (
        "[[table]]",
        '[dates]\norder = "year-first"\n[[table]]',
        "order 'year-first' must be one of day-first, month-first",
    ),
    ("[[table]]", '[facts]\nbatch_id = "below"\n[[table]]', "batch_id 'below' must be a cell"),
    ("[[table]]", '[facts]\nlot = "B4"\n[[table]]', ":8 [facts]: 'lot' is no fact"),
    ("[[table]]", '[[table]]\nkind = "diagonal"', "kind 'diagonal' must be one of list, wide, transposed"),
    ("[[table]]", '[[table]]\nkind = "transposed"', "must be the column that holds the names"),
    ("[[table]]", '[[table]]\nfill_down = ["Wrt"]', "holds measurements"),
    ('header = ["Prm", "Wrt"]', "header = 0", "must be a row"),
    ('"Prm" =', '"row 3" =', "must name a column"),
    ('id = "mine"', 'id = "mine', ":2: not readable as TOML"),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_a_profile_with_a_mistake_is_refused_by_file_and_key(folder: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    (folder / "mine.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(RulebookError, match=r"mine\.toml") as caught:
        profiles.read_profile(folder / "mine.toml")
    assert expected in str(caught.value)


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD.replace("mg/kg", "furlong").replace('"analyte"', '"analyt"'))
    (folder / "other.toml").write_text("id = 7")
    with pytest.raises(RulebookError) as caught:
        profiles.load()
    assert all(word in str(caught.value) for word in ("furlong", "analyt", "other.toml:1: id"))


def test_an_id_stands_for_one_profile(folder: Path) -> None:
    for name in ("one.toml", "two.toml"):
        (folder / name).write_text(GOOD)
    with pytest.raises(RulebookError, match="the id 'mine' is taken"):
        profiles.load()


def test_two_profiles_that_recognise_one_file_hold_it_and_its_words_are_read(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    (folder / "theirs.toml").write_text(GOOD.replace('"mine"', '"theirs"'))
    assert codes(read_csv([["Prm", "Wrt"], ["Lead", "0.2"]]))[-1] == "two-profiles"
    reading = read_csv([["Batch", "L-1"], ["Prm", "Wrt"], [], ["Analyte", "Result"], ["Lead", "0.2 ppm"]])
    (certificate,) = reading.certificates
    (held,) = [reason for reason in certificate.hold_reasons if reason.rule_id == "TWO-PROFILES"]
    assert "'mine' and 'theirs'" in held.why
    assert [result.reported for result in certificate.results] == ["0.2 ppm"]


def test_the_shipped_profiles_are_sound_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert layout_list() == 0
    assert "example-mute-headers" in capsys.readouterr().out


# ---------------------------------------------------------------- draft, test, use

STRANGE: Rows = [
    ["Losnr", "L-1"], ["Form", LEAF], [], ["Wirkstoff XY", "Zahlwert", "Masseinh", "Wie", "Urteil"],
    *([*row, "HPLC 7", "Pass"] for row in ALL),
]  # fmt: skip


def test_a_draft_reads_the_file_it_was_drafted_from(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Round trip: drafted, guesses accepted as they stand, tested, and from then on read like any other."""
    file = csv_file(folder, square(STRANGE), "strange.csv")
    raw = file.read_bytes()
    profile = folder / "strange.toml"
    assert layout_draft(file, profile) == 0
    assert profile.read_text().count("# ?") >= 5
    assert layout_test(profile, [file]) == 0
    assert "7 results" in capsys.readouterr().out
    assert canonical(read_content("strange.csv", raw)) == BATCH


def test_what_nobody_can_guess_is_left_out_of_a_draft_and_read_by_nobody(folder: Path) -> None:
    rows = [["Losnr", "L-1"], [], ["Wirkstoff XY", "Zahlwert", "Masseinh", "Qqq"], *([*row, "9.9"] for row in METALS)]
    file = csv_file(folder, square(rows), "strange.csv")
    assert layout_draft(file, folder / "strange.toml") == 0
    assert '# "Qqq" = "ignored"  # ?' in (folder / "strange.toml").read_text()
    assert {"D3", "D4"} <= set(unread(read_content("strange.csv", file.read_bytes())))


@pytest.mark.parametrize(
    "rows",
    [
        MUTE,
        TURNED,
        [["a", "b"]],
        [['say "no"', "back\\slash"], ["1", "2"]],
        [["Prm\nx", "Wrt\t[1]*"], ["Lead", "0.2"]],
        [[" ", "x"], ["1"]],
    ],
)
def test_a_draft_always_loads(folder: Path, rows: Rows) -> None:
    assert layout_draft(xlsx_file(folder, {"Sheet 1": rows}), folder / "draft.toml") == 0
    assert profiles.read_profile(folder / "draft.toml").id == "certificate"


def test_a_draft_never_overwrites(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    with pytest.raises(UsageError, match="exists already"):
        layout_draft(csv_file(folder, square(STRANGE)), folder / "mine.toml")


def test_a_profile_that_does_not_recognise_a_file_says_which_condition_failed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.toml").write_text(GOOD.replace("headers", 'cells = { "A1" = "MINE*" }\nheaders'))
    assert layout_test(folder / "mine.toml", [csv_file(folder, [["Yours", "x"], ["Prm", "Wrt"]])]) == 3
    out = " ".join(capsys.readouterr().out.split())
    assert "not recognised" in out
    assert "the cell A1 does not say 'MINE*' but 'Yours'" in out


def test_a_sheet_that_a_profile_does_not_describe_is_read_by_its_words(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD.replace("[[table]]", '[[table]]\nsheet = "One"'))
    one, two = [["Lot", "L-1"], [], ["Prm", "Wrt"], ["Lead", "0.2"]], [["Analyte", "Result (ppm)"], ["Nickel", "0.3"]]
    found = results(read_xlsx({"One": one, "Two": two, "Three": [["Prm", "Wrt"], ["x", "y"]], "Four": []}))
    assert [(result.analyte, result.reported) for result in found] == [("lead", "0.2"), ("nickel", "0.3")]


def test_a_table_that_does_not_stand_where_the_profile_expects_it_refuses(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD.replace('header = ["Prm", "Wrt"]\ncolumns', "header = 40\ncolumns"))
    reading = read_csv([["Prm", "Wrt"], ["Lead", "0.2"]])
    (mismatch,) = [one for one in reading.refusals if one.code == "PROFILE-MISMATCH"]
    assert "'mine'" in mismatch.message


def test_columns_without_a_header_are_named_by_their_letter(folder: Path) -> None:
    (folder / "mine.toml").write_text(
        GOOD.replace('header = ["Prm", "Wrt"]', "header = 4")
        .replace('["Prm", "Wrt"]', '["Prm"]')
        .replace('"Wrt"', '"column C"')
    )
    reading = read_content(
        "x.csv", csv_bytes([["Lot", "L-1", ""], ["Form", LEAF, ""], ["", "", ""], ["Prm", "", ""], ["Lead", "", "0.2"]])
    )
    assert [(one.analyte, one.reported, one.reported_unit) for one in results(reading)] == [("lead", "0.2", "mg/kg")]
