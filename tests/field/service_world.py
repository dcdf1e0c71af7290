"""The simulated files of a congress's services for one year, read as received files are, without a whole simulation."""

from __future__ import annotations

import datetime as dt
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "cleaning"))

from cleaning_helpers import KEY, NO_ALIASES, NO_DECISIONS, codebook, krasnoyarsk

from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.programme import clean_programme
from evaluation.cleaning.workbook import read_received
from evaluation.field.services.territory import units_of_year
from evaluation.simulate.files.services import FILES
from evaluation.simulate.mess import Ledger, names_of
from evaluation.territory.registry import in_force

YEAR = 2025
DAY = dt.date(YEAR, 12, 31)
LAST_DAY = pd.Timestamp(DAY)
SEED = 5


@cache
def view(year: int = YEAR, seed: int = SEED) -> Any:
    """What the writers need of a year's view: units in force, their residents, a seed."""
    now = in_force(krasnoyarsk(), dt.date(year, 12, 31))
    before = in_force(krasnoyarsk(), dt.date(2024, 1, 1))
    residents = now[["unit_id"]].assign(population=30_000 + 1_000 * now.index)
    return SimpleNamespace(year=year, seed=seed, names=names_of(now, before), tables={"territories": residents})


@cache
def units() -> pd.DataFrame:
    return units_of_year(krasnoyarsk(), view().tables["territories"], DAY)


def truth(source: str, **more: Any) -> pd.DataFrame:
    """The clean rows of a register as simulated."""
    return FILES[source].frame(view(), **more)


def written(folder: Path) -> Ledger:
    """Every register's file in ``folder``; what was planted in them."""
    ledger = Ledger()
    for part in FILES.values():
        name = part.name(YEAR)
        (folder / name).write_bytes(part.write(view(), part.frame(view()), name, ledger))
    return ledger


def cleaned(folder: Path) -> Cleaned:
    received = {source: read_received(folder / part.name(YEAR), source) for source, part in FILES.items()}
    return clean_programme(
        received, YEAR, krasnoyarsk(), NO_ALIASES, NO_DECISIONS, codebook(), KEY, DAY, "04"
    )  # fmt: skip
