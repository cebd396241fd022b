"""One portal for the tests of a file: starting one costs a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.serving import Portal, served


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with served(tmp_path_factory.mktemp("portal")) as found:
        yield found
