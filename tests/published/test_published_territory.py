"""Moran's I and Geary's C of the example maps that other packages document."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pytest
from reference import Reference, agree, beside, rows

from evaluation.territory.clusters import geary, moran

REFERENCES = ("columbus", "guerry", "stl")


def numbered(values: pd.Series) -> pd.Series:
    """Values by the number of their row, as the lists of neighbours name them."""
    return values.set_axis([f"{place + 1:03d}" for place in range(len(values))])


def listed(name: str) -> pd.DataFrame:
    pairs = beside(name)
    return pd.DataFrame({"unit_id": pairs["i"].map("{:03d}".format), "neighbour_id": pairs["j"].map("{:03d}".format),
                         "basis": "edge"})  # fmt: skip


@pytest.mark.parametrize("row", rows("columbus"))
def test_crime_in_columbus(row: Reference) -> None:
    """Anselin (1988): 49 neighbourhoods, rows of weights that sum to one."""
    crime, pairs = numbered(beside("COL_OLD.csv")["CRIME"]), listed("COL_nb.csv")
    found = moran(crime, pairs)
    assert (found.n, found.missing, found.islands) == (49, 0, 0)
    ours = {
        "I": found.value, "Var rand": found.variance_randomisation, "Var norm": found.variance_normality,
        "C": geary(crime, pairs).value,
    }  # fmt: skip
    agree(row, ours[row.quantity])


@pytest.mark.parametrize("row", rows("guerry"))
def test_moral_statistics_of_france(row: Reference) -> None:
    """Guerry (1833): 85 departments, borders and corners."""
    agree(row, moran(numbered(beside("guerry85.csv")[row.quantity]), listed("guerry85_nb.csv")).value)


@functools.cache
def homicides() -> tuple[pd.Series, pd.DataFrame]:
    """Homicide rates of counties around St. Louis and their neighbours, from the files that libpysal brings."""
    libpysal = pytest.importorskip("libpysal")
    folder = Path(libpysal.__file__).parent / "examples" / "stl"
    lines = (folder / "stl.gal").read_text(encoding="ascii").splitlines()[1:]
    pairs = [
        (head.split()[0].zfill(3), neighbour.zfill(3))
        for head, tail in zip(lines[::2], lines[1::2], strict=True)
        for neighbour in tail.split()
    ]
    rates = pd.read_csv(folder / "stl_hom.csv")["HR8893"]
    frame = pd.DataFrame(pairs, columns=["unit_id", "neighbour_id"]).assign(basis="edge")
    return numbered(rates), frame


@pytest.mark.parametrize("row", rows("stl"))
def test_homicides_around_st_louis(row: Reference) -> None:
    found = moran(*homicides())
    agree(row, {"I": found.value, "p_norm": found.p_normality}[row.quantity])
