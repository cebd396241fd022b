"""The store of `make demo`, made once, and a folder like the one a reader of the documents works in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.docs.documents import ROOT

SAMPLES = ROOT / "sample_reports" / "certificates"
# The names that the documents use for files of one's own, and the samples that stand for them.
FILES = {
    "certificate.xlsx": "01-clean-leaf-harbor-botanics.xlsx",
    "chemistry.xlsx": "04a-chemistry-great-basin.xlsx",
    "micro.csv": "04b-microbiology-culture-house.csv",
    "bad.xlsx": "15-refused-quick-and-cheap.xlsx",
}


def _with_the_repository(folder: Path) -> None:
    """A folder from which the repository's data is reached by the paths that documents print."""
    for name in ("sample_reports", "expectations"):
        (folder / name).symlink_to(ROOT / name)
    for path in ("bin/kratom-qc", ".venv/bin/kratom-qc"):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kratom_qc "$@"\n', encoding="utf-8")
        (folder / path).chmod(0o755)


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the recipe of `make demo` makes, once for all processes that run tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with FileLock(shared / "demo.lock"):
        if not (shared / "demo").exists():
            _make_demo(shared / "making")
            (shared / "making").rename(shared / "demo")
    return shared / "demo" / "demo_store"


def _make_demo(folder: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^demo:.*\n\t@?\$\(BIN\)/(kratom-qc run .*)$", makefile, re.MULTILINE)
    day = re.search(r"^DAY := (\S+)$", makefile, re.MULTILINE)
    assert recipe is not None, "the Makefile's recipe of `demo` is not found"
    assert day is not None
    folder.mkdir()
    _with_the_repository(folder)
    command = f".venv/bin/{recipe[1]}".replace("$(DAY)", day[1])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, capture_output=True, env=environment)


@pytest.fixture
def desk(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder: files under the names of the documents, an inbox, and a store that knows all of it."""
    _with_the_repository(tmp_path)
    for name, sample in FILES.items():
        shutil.copy(SAMPLES / sample, tmp_path / name)
    shutil.copy(ROOT / "sample_reports" / "products.toml", tmp_path / "products.toml")
    shutil.copytree(SAMPLES, tmp_path / "inbox")
    for name in ("store", "demo_store"):
        shutil.copytree(demo_store, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path
