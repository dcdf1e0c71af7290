"""Programme evaluation workbench: from an institute's spreadsheets to reports that can be rerun.

For work by hand, in a notebook:

    import evaluation

    step = evaluation.open_step("06_estimate_outcomes", 2025)   # what a pipeline's notebook begins with
    year = evaluation.open_year(2025)                           # a year to look at, without writing
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

# openpyxl writes otherwise where lxml happens to be installed; workbooks must be the same bytes everywhere
os.environ.setdefault("OPENPYXL_LXML", "False")

__version__ = "0.1.0"
__all__ = ["open_step", "open_year", "show_results"]


def __getattr__(name: str) -> Any:
    # only when asked for: a command that needs no table must start at once, and no step hangs on what explores
    if name in __all__:
        return getattr(import_module(f"{__name__}.exploring"), name)
    raise AttributeError(f"module 'evaluation' has no attribute {name!r}; for work by hand: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
