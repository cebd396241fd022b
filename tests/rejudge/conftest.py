"""The builders in tests/factory.py can be imported from here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pytest
from archived_samples import archive

from kratom_qc.archive.history import History


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    """A store that holds the sample certificates, judged on the day of the samples. Never written to."""
    return archive(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def history(samples) -> History:
    return History(samples)
