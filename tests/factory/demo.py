"""What `make demo` makes: one release pass over the samples, as a flow with a Prefect server of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]


class Demo(NamedTuple):
    """The store, never written to, and what the command printed."""

    store: Path
    printed: str


def with_the_repository(folder: Path) -> None:
    """A folder from which the repository's data is reached by the paths that documents print."""
    for name in ("sample_reports", "expectations"):
        (folder / name).symlink_to(ROOT / name)
    for path in ("bin/kratom-qc", ".venv/bin/kratom-qc"):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kratom_qc "$@"\n', encoding="utf-8")
        (folder / path).chmod(0o755)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What the recipe of `make demo` makes, once for all processes that run tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with FileLock(shared / "demo.lock"):
        if not (shared / "demo").exists():
            _make_demo(shared / "making")
            (shared / "making").rename(shared / "demo")
    return Demo(shared / "demo" / "demo_store", (shared / "demo" / "printed").read_text(encoding="utf-8"))


def _make_demo(folder: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^demo:.*\n\t@?\$\(BIN\)/(kratom-qc run .*)$", makefile, re.MULTILINE)
    day = re.search(r"^DAY := (\S+)$", makefile, re.MULTILINE)
    assert recipe is not None, "the Makefile's recipe of `demo` is not found"
    assert day is not None
    folder.mkdir()
    with_the_repository(folder)
    command = f".venv/bin/{recipe[1]}".replace("$(DAY)", day[1])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_API")}
    environment |= {"PYTHONPATH": str(ROOT), "COLUMNS": "140"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder / "printed").write_text(done.stdout, encoding="utf-8")
