"""Great Expectations, imported without what nothing here uses: charts (altair), statistical
distributions (scipy.stats) and a deep copy of every field for each of its model classes cost it
half of the seconds that it takes to load.

Both modules are put in its way as modules that load when somebody looks into them, and taken out
of it again, so that whoever else imports one gets it whole. (Not `importlib.util.LazyLoader`: with
Python 3.11 it loads already where the import system looks whether a module is there.)
"""

from __future__ import annotations

import copy
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pydantic.v1.fields import ModelField

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
_UNUSED = ("altair", "scipy.stats")


class _NotYet(ModuleType):
    """A module that is loaded by the first look into it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system looks whether it is there
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def _copied(field: ModelField, _memo: object) -> ModelField:
    """A field that a model class inherits, as pydantic may change it there: its own attributes,
    what is said of it and its validators. What they hold is never changed in place."""
    copied = copy.copy(field)
    copied.field_info = copy.copy(field.field_info)
    copied.class_validators = dict(field.class_validators)
    return copied


@contextmanager
def _in_its_way(names: tuple[str, ...]) -> Iterator[None]:
    put = {name: _NotYet(name) for name in names if name not in sys.modules}
    sys.modules.update(put)
    ModelField.__deepcopy__ = _copied  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del ModelField.__deepcopy__  # type: ignore[attr-defined]
        for name, module in put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with _in_its_way(_UNUSED):
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import MulticolumnMapExpectation
    from great_expectations.expectations.metrics.map_metric_provider import (
        MulticolumnMapMetricProvider,
        multicolumn_condition_partial,
    )
    from great_expectations.render import (
        LegacyDiagnosticRendererType,
        LegacyRendererType,
        RenderedStringTemplateContent,
    )
    from great_expectations.render.renderer.renderer import renderer

__all__ = [
    "DataContextConfig",
    "InMemoryStoreBackendDefaults",
    "LegacyDiagnosticRendererType",
    "LegacyRendererType",
    "MulticolumnMapExpectation",
    "MulticolumnMapMetricProvider",
    "PandasExecutionEngine",
    "ProgressBarsConfig",
    "RenderedStringTemplateContent",
    "gx",
    "gxe",
    "multicolumn_condition_partial",
    "renderer",
]
