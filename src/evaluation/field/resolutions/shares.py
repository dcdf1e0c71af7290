"""Shares of records that come in groups, and the agreement of two coders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.survey.intervals import share_interval


@dataclass(frozen=True)
class Share:
    """A share with its interval, of ``n`` records in ``clusters`` groups; all missing without a record."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int


def clustered_share(hits: pd.Series, clusters: pd.Series) -> Share:
    """Share of ``hits`` (true, false) whose records come in ``clusters``, such as recommendations of one event.

    The error is that of a ratio with groups as units drawn: with residual sums e_g over a group's records,
    se^2 = G / (G - 1) * sum(e_g^2) / n^2 (Cochran 1977, Sampling Techniques, section 9A.2, without the correction for
    a finite population); the interval is on the logit scale with G - 1 degrees of freedom, at 0 and 1 Korn and
    Graubard's. With one group no error can be told. Groups without a name count as a group each.
    """
    n = len(hits)
    if n == 0:
        return Share(None, None, None, 0, 0)
    values = hits.to_numpy(dtype=float)
    names = clusters.astype("object").where(clusters.notna(), pd.Series(range(n), index=clusters.index))
    codes, groups = pd.factorize(names)
    share, count = float(values.mean()), len(groups)
    if count < 2:
        return Share(share, None, None, n, count)
    residuals = np.bincount(codes, values - share, count)
    error = float(np.sqrt(count / (count - 1) * (residuals**2).sum()) / n)
    # at 0 and 1 only the number of groups is sure to be independent
    size = n if 0 < share < 1 else count
    low, high = share_interval(share, error, count - 1, size)
    return Share(share, low, high, n, count)


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders on ``n`` texts: the share coded alike, and kappa with its interval."""

    alike: float | None
    kappa: float | None
    low: float | None
    high: float | None
    n: int


def coder_agreement(first: pd.Series, second: pd.Series) -> Agreement:
    """Cohen's kappa of texts that both coders gave a code, with the 95 % interval.

    kappa = (po - pe) / (1 - pe) (Cohen 1960, Educational and Psychological Measurement 20); its variance is that of
    Fleiss, Cohen and Everitt (1969, Psychological Bulletin 72), which holds away from the null. Kappa is not defined
    where both coders gave every text the same single code.
    """
    both = first.notna() & second.notna()
    n = int(both.sum())
    if n == 0:
        return Agreement(None, None, None, None, 0)
    codes = sorted(set(first[both]) | set(second[both]))
    shares = pd.crosstab(first[both], second[both]).reindex(index=codes, columns=codes, fill_value=0).to_numpy() / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    alike, chance = float(np.trace(shares)), float(rows @ columns)
    if chance >= 1:
        return Agreement(alike, None, None, None, n)
    kappa = (alike - chance) / (1 - chance)
    keep = 1 - kappa
    diagonal = float((np.diag(shares) * (1 - (rows + columns) * keep) ** 2).sum())
    off = shares * (columns[:, None] + rows[None, :]) ** 2
    elsewhere = keep**2 * float(off.sum() - np.trace(off))
    variance = (diagonal + elsewhere - (kappa - chance * keep) ** 2) / (n * (1 - chance) ** 2)
    half = 1.959963984540054 * float(np.sqrt(max(variance, 0.0)))
    return Agreement(alike, kappa, max(-1.0, kappa - half), min(1.0, kappa + half), n)
