"""Regressions of survey answers, with errors that follow from how the sample was drawn.

The variance is the sandwich: the inverse information on either side of the design's covariance of the weighted scores'
totals by PSU (Binder 1983, International Statistical Review 51, 279-292). Intervals are Student's t with the design's
degrees of freedom less the regressors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from evaluation.settings import DataProblem, InputProblem
from evaluation.survey.design import Array, Design
from evaluation.survey.intervals import critical
from evaluation.survey.likelihoods import Family, Solved, fit_linear_model, fit_ordered
from evaluation.survey.taylor import Mask, covariance, domain_degrees_of_freedom

COEFFICIENT_COLUMNS = ["term", "estimate", "se", "low", "high", "t", "p"]
CONSTANT = "constant"
MOST_CATEGORIES = 20


@dataclass(frozen=True, eq=False)
class SurveyRegression:
    """``table`` of COEFFICIENT_COLUMNS, one row a term; ``covariance`` (k, k) of the estimates.

    ``n`` rows entered and ``dropped`` rows of the domain lacked the outcome or a regressor. ``df`` of the intervals;
    None, with errors of NaN and the reason in ``note``, where the sample has no computable error.
    """

    table: pd.DataFrame
    covariance: Array
    n: int
    dropped: int
    df: int | None
    note: str


def survey_glm(
    design: Design, frame: pd.DataFrame, outcome: str, regressors: Sequence[str], family: Family = "gaussian",
    domain: Mask | None = None,
) -> SurveyRegression:  # fmt: skip
    """Generalised linear model with the canonical link of ``outcome`` on a constant and ``regressors``.

    ``frame`` has the design's rows. A regressor of texts or categories becomes indicators of all its levels but the
    first, named ``name=level``. Rows with a missing value leave the domain, not the design. Raises InputProblem for
    columns that are absent, an outcome that does not suit the family, collinear regressors and too few rows.
    """
    answers, matrix, names, rows, dropped = _prepared(design, frame, outcome, regressors, domain, constant=True)
    wrong = (
        (family == "binomial" and not np.isin(answers, (0.0, 1.0)).all())
        or (family == "poisson" and bool((answers < 0).any()))
    )  # fmt: skip
    if wrong:
        wanted = {"binomial": ("0 или 1", "0 or 1"), "poisson": ("чисел от 0", "numbers of zero or more")}[family]
        raise InputProblem(
            f"исход «{outcome}» для модели {family} должен состоять из {wanted[0]}.",
            f"the outcome '{outcome}' of a {family} model must consist of {wanted[1]}.",
        )
    solved = fit_linear_model(answers, matrix, design.weights[rows], family)
    return _result(design, solved, names, rows, dropped)


def survey_ordered_logit(
    design: Design, frame: pd.DataFrame, outcome: str, regressors: Sequence[str], domain: Mask | None = None
) -> SurveyRegression:
    """Proportional-odds logit of a rating on ``regressors``; the cuts are named ``cut_1`` and so on.

    A positive coefficient raises the odds of every higher answer. Raises as ``survey_glm`` does.
    """
    answers, matrix, names, rows, dropped = _prepared(design, frame, outcome, regressors, domain, constant=False)
    levels, category = np.unique(answers, return_inverse=True)
    if not 2 <= len(levels) <= MOST_CATEGORIES:
        raise InputProblem(
            f"у исхода «{outcome}» {len(levels)} значений, а упорядоченному логиту нужно от 2 до {MOST_CATEGORIES}.",
            f"the outcome '{outcome}' has {len(levels)} values; an ordered logit takes 2 to {MOST_CATEGORIES}.",
        )
    solved = fit_ordered(category.astype(np.intp), len(levels), matrix, design.weights[rows])
    return _result(design, solved, [*names, *[f"cut_{one}" for one in range(1, len(levels))]], rows, dropped)


def _prepared(
    design: Design, frame: pd.DataFrame, outcome: str, regressors: Sequence[str], domain: Mask | None, *, constant: bool
) -> tuple[Array, Array, list[str], Mask, int]:
    absent = [name for name in (outcome, *regressors) if name not in frame]
    if absent or len(frame) != design.n:
        raise InputProblem(
            f"для регрессии нет столбцов {', '.join(absent) or '—'}; строк {len(frame)}, в выборке {design.n}.",
            f"the regression lacks the columns {', '.join(absent) or '-'}; {len(frame)} rows, the sample has "
            f"{design.n}.",
        )
    wanted = np.ones(design.n, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    rows = wanted & frame[[outcome, *regressors]].notna().all(axis=1).to_numpy()
    used = frame.loc[rows]
    names, columns = ([CONSTANT], [np.ones(len(used))]) if constant else ([], [])
    for name in regressors:
        values = used[name]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            names.append(name)
            columns.append(values.to_numpy(dtype=float))
            continue
        levels = sorted(values.astype(str).unique())
        names += [f"{name}={level}" for level in levels[1:]]
        columns += [(values.astype(str) == level).to_numpy(dtype=float) for level in levels[1:]]
    matrix = np.column_stack(columns) if columns else np.empty((len(used), 0))
    _refuse_collinear(matrix, names, constant)
    return used[outcome].to_numpy(dtype=float), matrix, names, rows, int(wanted.sum() - rows.sum())


def _refuse_collinear(matrix: Array, names: list[str], constant: bool) -> None:
    if len(matrix) <= len(names) + 1:
        raise DataProblem(
            f"строк без пропусков {len(matrix)}, а оценить надо {len(names)} коэффициентов.",
            f"there are {len(matrix)} rows without missing values for {len(names)} coefficients.",
        )
    full = matrix if constant else np.column_stack([np.ones(len(matrix)), matrix])
    scaled = full / np.maximum(np.abs(full).max(axis=0), 1e-300)
    kept: list[int] = []
    for column in range(full.shape[1]):
        if np.linalg.matrix_rank(scaled[:, [*kept, column]], tol=1e-9 * np.sqrt(len(full))) == len(kept):
            name = names[column if constant else column - 1]
            raise InputProblem(
                f"переменная «{name}» постоянна или складывается из остальных: уберите её.",
                f"the regressor '{name}' is constant or made up of the others: leave it out.",
            )
        kept.append(column)


def _result(design: Design, solved: Solved, names: list[str], rows: Mask, dropped: int) -> SurveyRegression:
    k = len(names)
    bread = np.linalg.inv(solved.information)
    notes = list(design.notes)
    spread, degrees = np.full((k, k), np.nan), None
    if design.probability:
        # the cuts of an ordered logit take the constant's place
        degrees = domain_degrees_of_freedom(design, rows) + 1 - k
        if (design.drawn_share == 1).all():
            spread, degrees = np.zeros((k, k)), None
        elif degrees < 1:
            notes.append("no_degrees_of_freedom")
            degrees = None
        else:
            influence = np.zeros((design.n, k))
            influence[rows] = (design.weights[rows, None] * solved.scores) @ bread
            spread = covariance(design, influence)
    se = np.sqrt(np.diag(spread))
    half = se * (critical(degrees) if degrees is not None else 1.0)
    t = np.divide(solved.coefficients, se, out=np.full(k, np.nan), where=se > 0)
    p = 2 * special.stdtr(degrees, -np.abs(t)) if degrees is not None else np.full(k, np.nan)
    table = pd.DataFrame(
        {
            "term": names, "estimate": solved.coefficients, "se": se, "low": solved.coefficients - half,
            "high": solved.coefficients + half, "t": t, "p": p,
        },
        columns=COEFFICIENT_COLUMNS,
    )  # fmt: skip
    return SurveyRegression(table, spread, int(rows.sum()), dropped, degrees, "; ".join(notes))
