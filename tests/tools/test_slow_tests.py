"""Every name that `make test-fast` leaves out is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SLOW

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(SLOW))
def test_what_is_slow_is_there(name: str) -> None:
    assert list((ROOT / "tests").rglob(name))
