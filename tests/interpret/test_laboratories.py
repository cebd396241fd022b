"""The register of laboratories as a file: strict, and every mistake told at once with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from kratom_qc import settings
from kratom_qc.app import policy
from kratom_qc.domain.errors import RulebookError
from kratom_qc.interpret.laboratories import load_register

GOOD = """
[[laboratory]]
name = "Harbor Analytical"
also = ["Harbor Analytical*", "HAL"]
accreditation = "4961.01"
body = "A2LA"
scope = ["alkaloid", "element", "salmonella"]
valid_until = 2027-05-31
qualified_until = 2027-01-31
qualified_because = "split samples of three lots, QA-2026-014"

[[laboratory]]
name = "Culture House"
accreditation = "AT-2914"
body = "ANAB"
scope = ["microbe"]
valid_until = 2026-12-31
qualified_until = 2026-12-31
qualified_because = "QA-2026-015"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "laboratories.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_register_is_read(tmp_path: Path) -> None:
    one, other = load_register(written(tmp_path, GOOD)).laboratories
    assert (one.name, one.accreditation, one.body) == ("Harbor Analytical", "4961.01", "A2LA")
    assert (one.valid_until, one.qualified_until) == (date(2027, 5, 31), date(2027, 1, 31))
    assert other.scope == {"microbe"}


FAULTS = [  # what stands there, what stands there instead, the line and the mistake told
    ('name = "Culture House"\n', "", ":12 [[laboratory]] 2: has no 'name'"),
    ('body = "ANAB"\n', "", ":12 [[laboratory]] 2: has no 'body'"),
    ('body = "ANAB"', 'body = ""', ":15 [[laboratory]] 2: body '' must not be blank"),
    ('body = "ANAB"', "body = 7", ":15 [[laboratory]] 2: body '7' must be a text in quotes"),
    ('scope = ["microbe"]\n', "", ":12 [[laboratory]] 2: has no 'scope'"),
    ('scope = ["microbe"]', "scope = []", ":16 [[laboratory]] 2: scope '[]' must hold at least 1"),
    ('scope = ["microbe"]', 'scope = "microbe"', ":16 [[laboratory]] 2: scope must be a list of texts"),
    ('scope = ["microbe"]', 'scope = ["microbes"]', "scope 'microbes' is no analyte and no family of analytes; families are adulterant, "),
    ("valid_until = 2026-12-31", 'valid_until = "2026-12-31"', "must be a date, as 2026-11-22 without quotes"),
    ("valid_until = 2026-12-31", "valid_until = 2026-12-31T00:00:00", "must be a date, as 2026-11-22 without quotes"),
    ("valid_until = 2026-12-31\n", "", ":12 [[laboratory]] 2: has no 'valid_until'"),
    ("qualified_until = 2026-12-31\n", "", ":12 [[laboratory]] 2: has no 'qualified_until'"),
    ('qualified_because = "QA-2026-015"', "", ":12 [[laboratory]] 2: has no 'qualified_because'"),
    ('body = "ANAB"', 'body = "ANAB"\nvalid_from = 2020-01-01', ":16 [[laboratory]] 2: unknown key 'valid_from'"),
    ('name = "Culture House"', 'name = "harbor  analytical LLC"', ":13 [[laboratory]] 2: goes by a name of Harbor Analytical too"),
    ('name = "Culture House"', 'name = "hal"', "goes by a name of Harbor Analytical too"),
    ("[[laboratory]]\nname = \"Harbor", "[laboratories]\n\n[[laboratory]]\nname = \"Harbor", "unknown key 'laboratories', nearest: laboratory"),
    ("scope = [", "scope = [[", "not readable as TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "told"), FAULTS)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, there: str, instead: str, told: str) -> None:
    assert there in GOOD
    with pytest.raises(RulebookError) as error:
        load_register(written(tmp_path, GOOD.replace(there, instead, 1)))
    assert told in str(error.value)
    assert str(tmp_path / "laboratories.toml") in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("scope", "scopes").replace('body = "ANAB"', "")
    with pytest.raises(RulebookError) as error:
        load_register(written(tmp_path, text))
    assert len(str(error.value).splitlines()) == 5


def test_a_laboratory_written_as_one_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"write every one under \[\[laboratory\]\]"):
        load_register(written(tmp_path, "[laboratory]\nname = 'x'"))


# ---------------------------------------------------------------- settings

SETTINGS = [
    ({"LABORATORIES": "nowhere.toml"}, "nowhere.toml: cannot be read: No such file or directory"),
    ({"HOLD_LABORATORIES": "yes"}, "KRATOM_QC_LABORATORIES names none"),
    ({"HOLD_LABORATORIES": "perhaps"}, "KRATOM_QC_HOLD_LABORATORIES is 'perhaps'; it must be yes or no"),
]


@pytest.mark.parametrize(("said", "told"), SETTINGS)
def test_a_register_that_is_not_there_is_an_error_at_start(monkeypatch, tmp_path, said, told) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in said.items():
        monkeypatch.setenv(f"KRATOM_QC_{name}", value)
    with pytest.raises(RulebookError) as error:
        policy.load_policy()
    assert told in str(error.value)
    assert error.value.exit_status == 70


def test_the_settings_name_the_register_and_whether_it_holds(monkeypatch, tmp_path) -> None:
    assert (settings.load().laboratories, settings.load().hold_laboratories) == (None, False)
    monkeypatch.setenv("KRATOM_QC_LABORATORIES", str(written(tmp_path, GOOD)))
    warning = policy.load_policy().laboratories
    monkeypatch.setenv("KRATOM_QC_HOLD_LABORATORIES", "yes")
    holding = policy.load_policy().laboratories
    assert (warning.hold, holding.hold, len(holding.laboratories)) == (False, True, 2)
    assert warning.sha256 == holding.sha256 != ""
