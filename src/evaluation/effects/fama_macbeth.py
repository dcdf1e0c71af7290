"""Means of yearly cross-sections (Fama and MacBeth 1973, Journal of Political Economy 81).

A regression is fitted in every period; the estimate is the mean of the periods' coefficients and its error comes from
their spread over time: it allows for any dependence between units within a period, and for none between periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import t_interval
from evaluation.effects.linear import CONSTANT, complete_rows
from evaluation.effects.solving import solve
from evaluation.settings import InputProblem


@dataclass(frozen=True)
class MeanOfCrossSections:
    """``table``: index constant and regressors, columns estimate, se, low, high, p, n, periods. ``by_period``: index
    period, the coefficients of each. ``warnings``: value by code of ``warning_texts.WARNINGS``."""

    table: pd.DataFrame
    by_period: pd.DataFrame
    n: int
    warnings: dict[str, object]


def fama_macbeth(
    frame: pd.DataFrame, outcome: str, regressors: Sequence[str], *, period: str = "year", level: float = 0.95
) -> MeanOfCrossSections:
    """Mean over periods of the coefficients of ``outcome`` on a constant and ``regressors``.

    se = standard deviation of the coefficients (divisor T - 1) / sqrt(T); t with T - 1 degrees of freedom. Periods
    with no more rows than columns, or in which a column does not vary by itself, are left out and counted in the
    warnings, as are rows with an empty needed value. Raises InputProblem when fewer than two periods are left.
    """
    used, left_out = complete_rows(frame, [outcome, *regressors], [period])
    names = [CONSTANT, *regressors]
    found: dict[object, np.ndarray] = {}
    n = skipped = 0
    for label, rows in used.groupby(period, sort=True):
        matrix = np.column_stack([np.ones(len(rows)), *[rows[name].to_numpy(dtype=float) for name in regressors]])
        if len(rows) > len(names):
            solution = solve(matrix, rows[outcome].to_numpy(dtype=float))
            if len(solution.kept) == len(names):
                found[label] = solution.coefficients
                n += len(rows)
                continue
        skipped += 1
    if len(found) < 2:
        raise InputProblem(
            f"Периодов, в которых регрессию можно оценить, {len(found)}: нужно хотя бы два. Добавьте годы или уберите "
            "переменные.",
            f"There are {len(found)} periods in which the regression can be fitted, and two are needed. Add years or "
            "take out variables.",
        )
    by_period = pd.DataFrame.from_dict(found, orient="index", columns=names).rename_axis(period)
    estimates, periods = by_period.mean(), len(by_period)
    errors = by_period.std(ddof=1) / np.sqrt(periods)
    rows_of_table = [
        (estimates[name], errors[name], *t_interval(estimates[name], errors[name], periods - 1, level), n, periods)
        for name in names
    ]
    table = pd.DataFrame(rows_of_table, index=names, columns=["estimate", "se", "low", "high", "p", "n", "periods"])
    counts = {"rows_without_value": left_out, "periods_left_out": skipped}
    return MeanOfCrossSections(table, by_period, n, {code: value for code, value in counts.items() if value})
