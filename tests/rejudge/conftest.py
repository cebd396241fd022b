"""The archive of the sample certificates, and what every rejudging of it would read again."""

from pathlib import Path

import pytest

from kratom_qc.app.store import history_of
from kratom_qc.archive.history import History
from tests.factory.demo import Demo


@pytest.fixture(scope="session")
def samples(demo: Demo) -> Path:
    """The store that `make demo` makes: the sample certificates, judged on the day of the samples. Never written to."""
    return demo.store


@pytest.fixture
def history(samples) -> History:
    return history_of(samples)
