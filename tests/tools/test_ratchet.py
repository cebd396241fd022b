"""The lists that may only become shorter hold nothing that needs no place on them any more."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import SLOW

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_that_may_hold_a_complex_function_holds_one() -> None:
    ignores = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"][
        "per-file-ignores"
    ]
    listed = {name for name, rules in ignores.items() if "C901" in rules}
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format=json", "--select=C901"]
    told = subprocess.run([*ruff, "kratom_qc", "flows"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert {str(Path(one["filename"]).relative_to(ROOT)) for one in json.loads(told.stdout)} == listed


@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_is_slow_is_there(name: str) -> None:
    assert list((ROOT / "tests").rglob(name))
