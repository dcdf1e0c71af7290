"""One thread a test process: several processes with threads of their own block each other on few cores.

What one module of tests leaves to the collector is collected before the next begins: a warning about it would
otherwise come up within another test, and fail it where that test takes warnings for errors. What collection of the
tests made stays to the end, and the collector no longer looks at it: some hundred thousand objects, every time.

Tests are shared out between processes by module, those of the demonstration all to one.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

os.environ.setdefault("OPENPYXL_LXML", "False")  # as the package says, before a test imports openpyxl itself
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

_left_behind: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect garbage before the first test of every module, outside of that test's filters of warnings."""
    if item.path.as_posix() not in _left_behind:
        _left_behind.add(item.path.as_posix())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return _ByFile(config, log)


class _ByFile(LoadFileScheduling):
    """One module is one process's; so is the demonstration, for which another process would only wait."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/end_to_end"
        return folder if nodeid.startswith(f"{folder}/") else str(super()._split_scope(nodeid))
