"""Simulated samples and the independent library's view of the same sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest


def clustered(seed: int = 5, strata: int = 4, psus: int = 12, rows: int = 900) -> pd.DataFrame:
    """Rows with stratum, psu (named within strata), fpc (PSUs of the stratum), w, y, x, yes (0/1), count, group."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"h": random.integers(0, strata, rows), "i": random.integers(0, psus, rows)})
    shift = random.normal(size=(strata, psus))[frame["h"], frame["i"]]
    frame["stratum"] = frame["h"].map("stratum {}".format)
    frame["psu"] = frame["i"].map("{:02d}".format)
    frame["place"] = frame["stratum"] + frame["psu"]
    frame["fpc"] = 30.0 + 10 * frame["h"]
    frame["w"] = random.uniform(5, 60, rows)
    frame["x"] = random.normal(size=rows) + 0.3 * shift + 3
    frame["y"] = 10 + 2 * frame["x"] + shift + random.normal(size=rows)
    frame["yes"] = (frame["y"] > 17).astype(float)
    frame["count"] = random.poisson(np.exp(0.2 * frame["x"])).astype(float)
    frame["group"] = np.array(["a", "b", "c"])[random.integers(0, 3, rows)]
    return frame


def svy_sample(frame: pd.DataFrame, **design: Any) -> Any:
    """``frame`` as a sample of the library svy; the test is skipped where it is not installed."""
    svy = pytest.importorskip("svy")
    polars = pytest.importorskip("polars")
    plain = polars.DataFrame({name: column.to_list() for name, column in frame.items()})
    return svy.Sample(plain, svy.Design(**design))
