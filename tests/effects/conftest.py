"""Models and reference data shared by the tests of estimation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.settings import Model, Text

BENCHMARKS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "benchmarks"
WORDS = Text(ru="слова", en="words")


@pytest.fixture(scope="session")
def declare() -> Callable[..., Model]:
    def make(outcome: str, exposures: tuple[str, ...], family: str = "ols", **more: Any) -> Model:
        values = {"name": "m", "question": "Q", "estimand": WORDS, "assumption": WORDS, "design": "association"} | more
        return Model(outcome=outcome, exposures=exposures, family=family, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def benchmark() -> Callable[[str], pd.DataFrame]:
    def read(name: str) -> pd.DataFrame:
        path = BENCHMARKS / name
        if not path.exists():
            pytest.skip(f"reference data {name} do not lie beside the repository")
        return pd.read_csv(path)

    return read


@pytest.fixture(scope="session")
def published(benchmark: Callable[[str], pd.DataFrame]) -> Callable[[str, str, str], tuple[float, float]]:
    """Published value and tolerance by id, words of the specification and quantity."""

    def look(reference: str, specification: str, quantity: str) -> tuple[float, float]:
        table = benchmark("reference_results.csv")
        found = table[
            (table["id"] == reference)
            & table["spec"].str.contains(specification, regex=False)
            & (table["quantity"] == quantity)
        ]
        return float(found["published"].iloc[0]), float(found["tolerance"].iloc[0])

    return look
