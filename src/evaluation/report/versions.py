"""What the numbers were computed with, for whoever repeats them."""

from __future__ import annotations

import datetime as dt
import platform
from importlib.metadata import version

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "pyarrow", "geopandas", "matplotlib")


def computed_with(package: str, plan_declared_on: dt.date | None) -> dict[str, str]:
    """Facts of the run by name (see ``blocks.FACTS``): the package's version, the plan's day, Python and LIBRARIES."""
    return {
        "package": package,
        "plan_declared_on": str(plan_declared_on or ""),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
