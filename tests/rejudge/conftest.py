"""The archive of the sample certificates, made once, and what every rejudging of it would read again."""

from pathlib import Path

import pytest

from kratom_qc.app.store import history_of
from kratom_qc.archive.history import History
from tests.rejudge.archived_samples import archive


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    """A store that holds the sample certificates, judged on the day of the samples. Never written to."""
    return archive(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def history(samples) -> History:
    return history_of(samples)
