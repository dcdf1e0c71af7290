"""Linear regression with absorbed fixed effects, weights and a declared kind of standard error.

Kinds of covariance, with K = columns + parameters of absorbed effects:

- ``iid``: RSS/(n - K) x (X'WX)^-1; t(n - K).
- ``hc1``: heteroscedasticity-robust sandwich x n/(n - K); t(n - K).
- ``crv1``: clustered sandwich x G/(G-1) x (n-1)/(n-K'); t(G - 1). K' leaves out effects nested in the clusters
  (Cameron and Miller 2015, Journal of Human Resources 50).
- ``crv3``: cluster jackknife as in ``inference.clusters``; t(G - 1). Effects not nested in the clusters enter as
  columns, so that leaving out a cluster also changes them.
- ``multiway``: ``inference.multiway``, each part x G/(G-1) x (n-1)/(n-K'); K' leaves out effects nested in any of
  the dimensions; t(smallest G - 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.absorption import Codes, absorb, absorbed_parameters, singletons
from evaluation.effects.inference.clusters import Array, EstimatingEquations, cluster_covariance
from evaluation.effects.inference.multiway import multiway_covariance
from evaluation.effects.model_matrix import codes_of, is_nested
from evaluation.effects.solving import Solution, solve
from evaluation.settings import DataProblem, InputProblem

Kind = Literal["iid", "hc1", "crv1", "crv3", "multiway"]
CONSTANT = "constant"
COLUMNS = ["estimate", "se", "low", "high", "p", "n", "clusters"]

# Residuals whose squares are a smaller share of the outcome's own are rounding: the fit is exact.
EXACT = 1e-22


@dataclass(frozen=True)
class LinearFit:
    """A fitted regression.

    ``table``: index regressors (after the constant where no effect is absorbed), columns COLUMNS; ``clusters`` is the
    number in the smallest dimension, or n where errors are not clustered. ``covariance`` is of the rows that have an
    estimate. ``parameters`` is the K or K' of the factor, ``df`` the degrees of freedom of t. ``not_identified`` lists
    regressors that do not vary apart from effects and earlier regressors; their rows are empty. A regressor that is
    other than zero in a single cluster has no interval and no p: its error by CRV1 means nothing (CRV3 has none).
    ``warnings``: value by code of ``warning_texts.WARNINGS``.
    """

    table: pd.DataFrame
    covariance: Array
    kind: Kind
    n: int
    parameters: int
    df: int
    clusters: tuple[int, ...]
    residual_sum_of_squares: float
    not_identified: list[str]
    warnings: dict[str, object]


def least_squares(
    frame: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    effects: Sequence[str] = (),
    weights: str | None = None,
    kind: Kind = "iid",
    clusters: Sequence[str] = (),
    level: float = 0.95,
) -> LinearFit:
    """Regress ``outcome`` on numeric ``regressors``, absorbing any number of ``effects``; a constant without effects.

    ``weights`` (a column, positive) are those of weighted least squares. Rows with an empty needed value are left out
    and counted in the warnings. Raises InputProblem: unknown columns, values that are no numbers or infinite, an
    outcome that does not vary or is fitted exactly, no rows to spare, weights not positive, fewer than two clusters,
    cluster variables too few or too many for the kind.
    """
    numbers = [outcome, *regressors, *([weights] if weights else [])]
    used, left_out = complete_rows(frame, numbers, [*effects, *clusters])
    # column by column into the one array that everything happens in
    both = np.empty((len(used), 1 + (not effects) + len(regressors)), order="F")
    names = [*([] if effects else [CONSTANT]), *regressors]
    both[:, 0] = used[outcome].to_numpy(dtype=float)
    for position, name in enumerate(names, start=1):
        both[:, position] = 1.0 if name is CONSTANT else used[name].to_numpy(dtype=float)
    weighing = used[weights].to_numpy(dtype=float) if weights else None
    codes = {name: codes_of(used[name]) for name in dict.fromkeys([*effects, *clusters])}
    absorbed, groups = [codes[name] for name in effects], [codes[name] for name in clusters]
    _check(both, weighing, kind, groups)
    return _fit(both, names, absorbed, weighing, kind, groups, level, left_out)


def fit_columns(
    outcome: Array,
    matrix: Array,
    names: Sequence[str],
    *,
    effects: Sequence[Codes] = (),
    weights: Array | None = None,
    kind: Kind = "iid",
    clusters: Sequence[Codes] = (),
    level: float = 0.95,
    left_out: int = 0,
    constant: bool = True,
) -> LinearFit:
    """``least_squares`` on arrays: outcome (n), matrix (n x k) of columns ``names``, codes from 0 without gaps.

    ``constant`` False adds none (one that is transformed is among the columns already).
    """
    added = constant and not effects
    both = np.asfortranarray(np.column_stack([outcome, *([np.ones(len(outcome))] if added else []), matrix]))
    _check(both, weights, kind, clusters)
    columns = [CONSTANT, *names] if added else list(names)
    return _fit(both, columns, effects, weights, kind, clusters, level, left_out)


def complete_rows(frame: pd.DataFrame, numbers: Sequence[str], others: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Rows with every needed value, and how many were left out. Raises InputProblem for columns that are not there,
    are no numbers where numbers are needed, hold an infinite number, or when no row is complete."""
    needed = list(dict.fromkeys([*numbers, *others]))
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputProblem(
            f"В таблице нет столбцов {', '.join(missing)}. Исправьте названия.",
            f"The table has no columns {', '.join(missing)}. Correct the names.",
        )
    words = [name for name in dict.fromkeys(numbers) if not pd.api.types.is_numeric_dtype(frame[name])]
    if words:
        raise InputProblem(
            f"В столбцах {', '.join(words)} не числа, а регрессии нужны числа. Уберите их или сделайте эффектами.",
            f"The columns {', '.join(words)} are no numbers, and a regression needs numbers. "
            "Take them out or make them effects.",
        )
    gaps = [name for name in needed if _has_gaps(frame[name])]
    complete = frame if not gaps else frame[frame[gaps].notna().all(axis=1)]
    if complete.empty:
        raise InputProblem(
            f"Нет ни одной строки, где заполнены все столбцы {', '.join(needed)}.",
            f"There is no row in which all of the columns {', '.join(needed)} are filled.",
        )
    return complete, len(frame) - len(complete)


def _has_gaps(values: pd.Series) -> bool:
    # a finite sum has neither gaps nor infinities in it, and is found in a fraction of the time
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else "other"
    if kind in ("i", "u", "b"):
        return False
    if kind == "f" and np.isfinite(values.to_numpy().sum()):
        return False
    return bool(values.isna().any())


def _check(both: Array, weights: Array | None, kind: Kind, clusters: Sequence[Codes]) -> None:
    # one infinite value makes the sum infinite or undefined; sums of finite values are finite here
    if not all(np.isfinite(both[:, position].sum()) for position in range(both.shape[1])):
        raise InputProblem(
            "Среди чисел есть бесконечные. Исправьте их или уберите строки.",
            "Some of the numbers are infinite. Correct them or take the rows out.",
        )
    if weights is not None and not (np.isfinite(weights) & (weights > 0)).all():
        raise InputProblem(
            "Веса должны быть положительными числами. Исправьте столбец весов.",
            "Weights must be positive numbers. Correct the column of weights.",
        )
    if np.ptp(both[:, 0]) == 0:
        raise DataProblem(
            "Исход одинаков во всех строках: объяснять нечего. Возьмите другой исход.",
            "The outcome is the same in all rows: there is nothing to explain. Take another outcome.",
        )
    fits = {"iid": not clusters, "hc1": not clusters, "multiway": len(clusters) >= 2}.get(kind, len(clusters) == 1)
    if not fits:
        raise InputProblem(
            f"Ошибки вида {kind} и признаков кластера {len(clusters)} не подходят друг к другу: iid и hc1 без "
            "кластеров, crv1 и crv3 с одним признаком, multiway с двумя и более.",
            f"Errors of kind {kind} and {len(clusters)} cluster variables do not fit: iid and hc1 take none, crv1 and "
            "crv3 one, multiway two or more.",
        )


def _fit(
    both: Array,
    names: Sequence[str],
    effects: Sequence[Codes],
    weights: Array | None,
    kind: Kind,
    clusters: Sequence[Codes],
    level: float,
    left_out: int,
) -> LinearFit:
    """``both``: outcome and columns, stored by column; it is overwritten."""
    n = len(both)
    nested = [any(is_nested(codes, groups) for groups in clusters) for codes in effects]
    absorbed, columns = list(effects), list(names)
    if kind == "crv3" and not all(nested):
        absorbed = [codes for codes, inside in zip(effects, nested, strict=True) if inside]
        both, columns = _with_indicators(both, columns, effects, nested)
        nested = [True] * len(absorbed)
    alone = [name for place, name in enumerate(columns, 1) if any(_in_one(both[:, place], one) for one in clusters)]
    lengths = np.array([np.sqrt(both[:, position] @ both[:, position]) for position in range(both.shape[1])])
    total = _squares(both[:, 0], weights)
    both = absorb(both, absorbed, weights, in_place=True)
    solution = solve(both[:, 1:], both[:, 0], weights, lengths[1:])
    rss = _squares(solution.residuals, weights)
    counted = [codes for codes, inside in zip(absorbed, nested, strict=True) if not inside]
    # an effect counted beside one that is not has lost the constant to it
    parameters = len(solution.kept) + absorbed_parameters(counted) - (0 < len(counted) < len(absorbed))
    if n <= parameters:
        raise DataProblem(
            f"Строк {n}, а параметров {parameters}: оценить модель нельзя. Уберите переменные или эффекты.",
            f"{n} rows do not suffice for {parameters} parameters. Take out variables or effects.",
        )
    if rss <= EXACT * total:
        raise InputProblem(
            "Исход точно складывается из переменных и эффектов: ошибки нет, и судить о ней нельзя. "
            "Уберите переменную, из которой исход посчитан.",
            "The outcome is an exact combination of regressors and effects: there is no error to judge by. "
            "Take out the variable that the outcome was computed from.",
        )
    covariance, df, sizes, repaired = _covariance(both[:, 1:], weights, solution, kind, clusters, parameters, rss)
    position = {columns[place]: order for order, place in enumerate(solution.kept)}
    lost = [name for name in names if name not in position]
    found = [name for name in names if name in position]
    chosen = [position[name] for name in found]
    covariance = covariance[np.ix_(chosen, chosen)]
    table = _table(names, found, solution.coefficients[chosen], covariance, df, level)
    # other clusters cannot tell of the error of what only one was exposed to
    alone = [name for order, name in enumerate(found) if name in alone or np.isnan(covariance[order, order])]
    table.loc[alone, ["low", "high", "p"]] = np.nan
    table["n"], table["clusters"] = n, min(sizes, default=n)
    warnings = {
        "rows_without_value": left_out,
        "not_identified": ", ".join(lost),
        "singleton_rows": singletons(effects),
        "covariance_repaired": int(repaired),
        "one_treated_cluster": ", ".join(alone),
    }
    told = {code: value for code, value in warnings.items() if value not in (0, "")}
    return LinearFit(table, covariance, kind, n, parameters, df, sizes, rss, lost, told)


def _in_one(column: Array, groups: Codes) -> bool:
    """Whether the column is other than zero in one cluster alone."""
    # most columns differ from zero in several clusters within their first rows
    for rows in (min(len(column), 1_000), len(column)):
        exposed = groups[:rows][column[:rows] != 0]
        if len(exposed) and (exposed != exposed[0]).any():
            return False
    return bool(len(exposed))


def _with_indicators(
    both: Array, names: Sequence[str], effects: Sequence[Codes], nested: Sequence[bool]
) -> tuple[Array, list[str]]:
    """Outcome, indicators of the effects that are not nested, then the columns, with all names but the outcome's."""
    indicators, added = [], []
    free = not any(nested)
    for number, codes in enumerate(effects):
        if nested[number]:
            continue
        # the first such effect has the constant in it where no absorbed effect has
        for one in range(0 if free else 1, int(codes.max()) + 1):
            indicators.append(codes == one)
            added.append(f"({number}={one})")
        free = False
    return np.asfortranarray(np.column_stack([both[:, 0], *indicators, both[:, 1:]])), [*added, *names]


def _covariance(
    design: Array,
    weights: Array | None,
    solution: Solution,
    kind: Kind,
    clusters: Sequence[Codes],
    parameters: int,
    rss: float,
) -> tuple[Array, int, tuple[int, ...], bool]:
    """Covariance of the kept columns, degrees of freedom, clusters by dimension, whether it was repaired."""
    n = len(design)
    if len(solution.kept) < design.shape[1]:
        design = design[:, solution.kept]
    scores = solution.residuals if weights is None else weights * solution.residuals
    if kind == "iid":
        return rss / (n - parameters) * solution.inverse, n - parameters, (), False
    if kind == "hc1":
        by_row = design * scores[:, None]
        meat = n / (n - parameters) * by_row.T @ by_row
        return solution.inverse @ meat @ solution.inverse, n - parameters, (), False
    made = multiway_covariance(design, scores, solution.inverse, clusters, parameters)
    if kind == "crv3":
        ones = np.ones(n) if weights is None else weights
        equations = EstimatingEquations(design, ones, scores, clusters[0])
        return cluster_covariance(equations, "crv3"), made.df, made.clusters, False
    return made.matrix, made.df, made.clusters, made.repaired


def _squares(residuals: Array, weights: Array | None) -> float:
    return float(residuals @ residuals if weights is None else (weights * residuals) @ residuals)


def _table(
    names: Sequence[str], found: Sequence[str], estimates: Array, covariance: Array, df: int, level: float
) -> pd.DataFrame:
    """Estimate, se, low, high, p of ``names``; those not ``found`` are empty."""
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    ratios = np.divide(estimates, errors, out=np.full(len(found), np.nan), where=errors > 0)
    half = np.where(errors > 0, stats.t.ppf(0.5 + level / 2, df) * errors, np.nan)
    columns = [estimates, errors, estimates - half, estimates + half, 2 * stats.t.sf(np.abs(ratios), df)]
    return pd.DataFrame(np.column_stack(columns), list(found), COLUMNS[:5]).reindex(list(names))
