"""`kratom-qc report` and `check --report`: one batch as a file, and one clear sentence where that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from kratom_qc.app.store import ledger_of
from kratom_qc.archive.pages import PageWriter, pages
from kratom_qc.archive.store import table_path
from kratom_qc.cli import main as cli
from tests.app.stores import LEAD, certificate, passed


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("report")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    return root


def status(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(list(map(str, arguments)))
    return end.value.code


def test_a_batch_of_a_store_is_written_as_the_name_of_the_file_says(root, tmp_path, capsys):
    for name, starts in (("a.pdf", b"%PDF-1.7"), ("a.xlsx", b"PK"), ("a.HTML", b"<!doctype html>")):
        assert status("report", "L-FAIL", "--store", root / "store", "--to", tmp_path / name) == 0
        assert (tmp_path / name).read_bytes().startswith(starts)
    assert "a.pdf" in capsys.readouterr().err
    assert b"on hold" in (tmp_path / "a.HTML").read_bytes()


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (("L-FAIL", "--to", "a.docx"), 64, "ends in .html, .pdf or .xlsx"),
        (("L-FAIL", "--to", "a.pdf", "--format", "xlsx"), 64, "let its name say so"),
        (("L-NONE", "--to", "a.pdf"), 66, "is no batch"),
        (("L-FAIL", "--to", "a.pdf", "--pass", "999"), 66, "no pass has the number 999"),
    ],
)
def test_what_cannot_be_written_is_told_in_a_sentence(root, tmp_path, monkeypatch, capsys, asked, code, told):
    monkeypatch.chdir(tmp_path)
    assert status("report", *asked, "--store", root / "store") == code
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_two_batches_are_compared_on_a_page(root, capsys):
    assert status("reports", "compare", "L-PASS", "L-FAIL", "--store", root / "store") == 0
    page = capsys.readouterr().out
    assert "1 of 1 results differ" in page
    assert "0.4 mg/kg" in page.replace("\u202f", " ")
    assert status("reports", "compare", "L-PASS", "L-NONE", "--store", root / "store") == 66
    assert "is no batch" in capsys.readouterr().err


def test_a_pass_of_an_earlier_version_kept_no_report_and_says_what_to_do(root, capsys):
    """This is the last test of the module: it takes something away."""
    newest = ledger_of(root / "store").newest_passes(1)[0]
    path = table_path(root / "store", "pages", newest.pass_id)
    kept = list(pages(path))
    writer = PageWriter(path)
    for page in kept:
        writer.add(page._replace(kept=None))
    writer.close()
    assert status("report", "L-FAIL", "--store", root / "store") == 66
    assert "kratom-qc run --again L-FAIL" in capsys.readouterr().err


def test_check_writes_the_report_of_one_batch(tmp_path, capsys):
    (tmp_path / "one.csv").write_bytes(certificate("L-1", "0.4"))
    (tmp_path / "two.csv").write_bytes(certificate("L-2", "0.4"))
    assert status("check", tmp_path / "one.csv", "--report", tmp_path / "one.pdf") in (1, 2)
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    assert status("check", tmp_path, "--report", tmp_path / "both.pdf") == 64
    assert "L-1, L-2" in capsys.readouterr().err
