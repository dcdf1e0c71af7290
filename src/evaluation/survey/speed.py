"""How long responses took: against the wave's median, on the logarithm of time, and page by page."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_TIMES = 10
NORMAL_CONSISTENCY = 1.4826  # median absolute deviation to standard deviation, normal distribution


def durations(responses: pd.DataFrame) -> Floats:
    """(n,) seconds that each response took: ``duration_s``, else submitted less started; NaN where unknown or <= 0."""
    n = len(responses)
    out = np.full(n, np.nan)
    if "duration_s" in responses.columns:
        out = responses["duration_s"].to_numpy(dtype="float64", na_value=np.nan, copy=True)
    if {"started_at", "submitted_at"} <= set(responses.columns):
        started = responses["started_at"].to_numpy(dtype="datetime64[us]")
        submitted = responses["submitted_at"].to_numpy(dtype="datetime64[us]")
        both = ~np.isnat(started) & ~np.isnat(submitted)
        between = np.full(n, np.nan)
        between[both] = (submitted[both] - started[both]) / np.timedelta64(1, "s")
        out = np.where(np.isfinite(out), out, between)
    return np.where(out > 0, out, np.nan)


def of_median(seconds: Floats) -> Floats:
    """(n,) time as a share of the median; NaN for all with fewer than LEAST_TIMES known times."""
    known = seconds[np.isfinite(seconds)]
    if len(known) < LEAST_TIMES:
        return np.full(len(seconds), np.nan)
    return np.asarray(seconds / np.median(known))


def log_deviation(seconds: Floats) -> Floats:
    """(n,) distance of log time from its median in robust standard deviations (1.4826 MAD); negative is fast.

    Times of answering are skewed to the right, so that a distance on the plain scale would never find the fast.
    NaN for all with fewer than LEAST_TIMES known times or where most took the same time.
    """
    logs = np.log(seconds)
    known = logs[np.isfinite(logs)]
    if len(known) < LEAST_TIMES:
        return np.full(len(seconds), np.nan)
    middle = np.median(known)
    spread = NORMAL_CONSISTENCY * np.median(np.abs(known - middle))
    return np.asarray((logs - middle) / spread) if spread > 0 else np.full(len(seconds), np.nan)


def fast_pages(page_times: pd.DataFrame, response_ids: pd.Index, fraction: float) -> Floats:
    """(n,) share of a response's pages that took less than ``fraction`` of the page's median time.

    ``page_times`` has response_id, page and seconds. Pages with fewer than LEAST_TIMES known times do not count.
    """
    known = page_times[page_times["seconds"] > 0]
    groups = known.groupby("page")["seconds"]
    counted = known[(groups.transform("size") >= LEAST_TIMES).to_numpy()]
    is_fast = counted["seconds"] < fraction * counted.groupby("page")["seconds"].transform("median")
    return is_fast.groupby(counted["response_id"]).mean().reindex(response_ids).to_numpy(dtype="float64")
