"""One thread a test process: several processes with threads of their own block each other on few cores.

What one module of tests leaves to the collector is collected before the next begins: a warning about it would
otherwise come up within another test, and fail it where that test takes warnings for errors.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Generator

import pytest

os.environ.setdefault("OPENPYXL_LXML", "False")  # as the package says, before a test imports openpyxl itself
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

_left_behind: set[str] = set()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect garbage before the first test of every module, outside of that test's filters of warnings."""
    if item.path.as_posix() not in _left_behind:
        _left_behind.add(item.path.as_posix())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
    return (yield)
