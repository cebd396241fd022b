"""A folder like the one a reader of the documents works in."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.documents import ROOT
from tests.factory.demo import Demo, with_the_repository

SAMPLES = ROOT / "sample_reports" / "certificates"
# The names that the documents use for files of one's own, and the samples that stand for them.
FILES = {
    "certificate.xlsx": "01-clean-leaf-harbor-botanics.xlsx",
    "chemistry.xlsx": "04a-chemistry-great-basin.xlsx",
    "micro.csv": "04b-microbiology-culture-house.csv",
    "bad.xlsx": "21-refused-no-lot-paper-street.csv",
}


@pytest.fixture
def desk(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder: files under the names of the documents, an inbox, and a store that knows all of it."""
    with_the_repository(tmp_path)
    for name, sample in FILES.items():
        shutil.copy(SAMPLES / sample, tmp_path / name)
    shutil.copy(ROOT / "sample_reports" / "products.toml", tmp_path / "products.toml")
    shutil.copytree(SAMPLES, tmp_path / "inbox")
    (tmp_path / "password").write_text("correct horse battery\n", encoding="utf-8")
    for name in ("store", "demo_store"):
        shutil.copytree(demo.store, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path
