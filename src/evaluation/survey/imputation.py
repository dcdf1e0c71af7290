"""Multiple imputation by chained equations, and Rubin's rules that put the imputations together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import special
from statsmodels.imputation.mice import MICEData
from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

from evaluation.settings import DataProblem

Floats = NDArray[np.float64]
RUBIN_COLUMNS = ["term", "estimate", "se", "df", "low", "high", "p", "riv", "fmi", "relative_efficiency", "imputations"]
INTERCEPT = "intercept"
DONORS = 5
LEAST_ROWS_PER_TERM = 5


@dataclass(frozen=True, eq=False)
class Imputed:
    """A model on imputed data beside the one on complete rows alone.

    ``estimates`` has RUBIN_COLUMNS and complete_estimate, complete_se; ``missing`` has variable, missing, share.
    ``n`` rows went in, ``complete`` of them have every value.
    """

    estimates: pd.DataFrame
    missing: pd.DataFrame
    n: int
    complete: int


def rubin(
    estimates: Floats, variances: Floats, complete_df: float, terms: Sequence[str], level: float = 0.95
) -> pd.DataFrame:
    """RUBIN_COLUMNS from m imputations: ``estimates`` and ``variances`` (m, terms).

    T = W + (1 + 1/m) B. Degrees of freedom after Barnard and Rubin (1999, Biometrika 86), ``complete_df`` being those
    without missing values; riv = (1 + 1/m) B / W; fmi = (riv + 2/(df + 3)) / (riv + 1); relative efficiency
    1 / (1 + fmi/m) (Rubin 1987, Multiple Imputation for Nonresponse in Surveys, chapters 3 and 4).
    """
    m = len(estimates)
    if m < 2:
        raise DataProblem(
            "Множественное заполнение: нужны хотя бы два заполнения.",
            "Multiple imputation: at least two imputations are needed.",
        )
    point = estimates.mean(axis=0)
    within, between = variances.mean(axis=0), estimates.var(axis=0, ddof=1)
    added = (1 + 1 / m) * between
    total = within + added
    lam = added / total
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - lam)
    df = 1 / (lam**2 / (m - 1) + 1 / observed)
    riv = added / within
    fmi = (riv + 2 / (df + 3)) / (riv + 1)
    se = np.sqrt(total)
    half = special.stdtrit(df, (1 + level) / 2) * se
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": point,
            "se": se,
            "df": df,
            "low": point - half,
            "high": point + half,
            "p": 2 * special.stdtr(df, -np.abs(point / se)),
            "riv": riv,
            "fmi": fmi,
            "relative_efficiency": 1 / (1 + fmi / m),
            "imputations": m,
        },
        columns=RUBIN_COLUMNS,
    )


def impute(
    frame: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    model: Literal["linear", "logit"],
    seed: int,
    *,
    auxiliary: Sequence[str] = (),
    imputations: int = 20,
    burn_in: int = 10,
    between: int = 5,
    most_missing: float = 0.5,
) -> Imputed:
    """Estimate ``outcome`` on ``regressors`` with missing values imputed by predictive mean matching.

    ``auxiliary`` variables help to impute and are in no model. All are numeric columns of ``frame`` (categories as 0/1
    columns). Rows where all of them lack are left out; ``burn_in`` cycles pass before the first imputation and
    ``between`` before every further one. The same ``seed`` gives the same numbers, and the global random numbers of
    NumPy are not touched. It is right where values are missing depending on what is observed (MAR), which no data
    can show.

    Raises DataProblem where a variable is not numeric, wholly missing or constant, where a larger share than
    ``most_missing`` lacks, where nothing lacks, with too few complete rows, and where the logit's outcome is not 0/1
    or is told apart exactly.
    """
    names = list(dict.fromkeys([outcome, *regressors, *auxiliary]))
    data = _checked(frame, names, outcome, model, most_missing)
    complete = data.dropna()
    if len(complete) < LEAST_ROWS_PER_TERM * (len(names) + 1):
        raise DataProblem(
            f"Множественное заполнение: полных строк {len(complete)}, нужно хотя бы "
            f"{LEAST_ROWS_PER_TERM * (len(names) + 1)}. Возьмите меньше переменных.",
            f"Multiple imputation: {len(complete)} complete rows, at least {LEAST_ROWS_PER_TERM * (len(names) + 1)} "
            "are needed. Take fewer variables.",
        )
    if len(complete) == len(data):
        raise DataProblem(
            "Множественное заполнение: пропусков нет, заполнять нечего. Оцените модель обычным образом.",
            "Multiple imputation: nothing is missing. Estimate the model in the ordinary way.",
        )
    # the names of items need not be names that a formula can hold
    plain = {name: f"v{position}" for position, name in enumerate(names)}
    chain = MICEData(data.rename(columns=plain), k_pmm=DONORS, rng=np.random.default_rng(seed))
    fits = []
    for number in range(imputations):
        chain.update_all(burn_in if number == 0 else between)
        fits.append(_fit(chain.data[plain[outcome]], chain.data[[plain[name] for name in regressors]], model))
    terms = [INTERCEPT, *regressors]
    table = rubin(np.array([fit[0] for fit in fits]), np.array([fit[1] for fit in fits]), len(data) - len(terms), terms)
    used = data[[outcome, *regressors]].dropna()
    alone, variance = _fit(used[outcome], used[list(regressors)], model)
    lacking = data.isna().sum()
    missing = pd.DataFrame(
        {"variable": names, "missing": lacking[names].to_numpy(), "share": lacking[names].to_numpy() / len(data)}
    )
    estimates = table.assign(complete_estimate=alone, complete_se=np.sqrt(variance))
    return Imputed(estimates, missing, len(data), len(used))


def _checked(frame: pd.DataFrame, names: Sequence[str], outcome: str, model: str, most_missing: float) -> pd.DataFrame:
    """The variables as plain numbers, rows without any value left out."""
    for name in names:
        if name not in frame.columns or not pd.api.types.is_numeric_dtype(frame[name]):
            raise DataProblem(
                f"Множественное заполнение: «{name}» — не числовой столбец. Категории дайте столбцами из 0 и 1.",
                f"Multiple imputation: '{name}' is no numeric column. Give categories as columns of 0 and 1.",
            )
    data = frame[list(names)].astype("float64").dropna(how="all").reset_index(drop=True)
    for name in names:
        share = float(data[name].isna().mean()) if len(data) else 1.0
        if share > most_missing:
            raise DataProblem(
                f"Множественное заполнение: у «{name}» нет {share:.0%} значений, допустимо {most_missing:.0%}. "
                "Столько заполнять значит выдумывать: уберите переменную.",
                f"Multiple imputation: '{name}' lacks {share:.0%} of its values, {most_missing:.0%} are allowed. "
                "To impute so many is to make them up: leave the variable out.",
            )
        known = data[name].dropna()
        if np.isinf(known).any() or known.nunique() < 2:
            raise DataProblem(
                f"Множественное заполнение: у «{name}» нет двух разных конечных значений. Уберите переменную.",
                f"Multiple imputation: '{name}' has no two different finite values. Leave the variable out.",
            )
    if model == "logit" and not set(data[outcome].dropna()) <= {0.0, 1.0}:
        raise DataProblem(
            f"Множественное заполнение: в логит-модели исход «{outcome}» должен быть 0 или 1.",
            f"Multiple imputation: the outcome '{outcome}' of a logit must be 0 or 1.",
        )
    return data


def _fit(outcome: pd.Series, regressors: pd.DataFrame, model: str) -> tuple[Floats, Floats]:
    """Coefficients and their variances, the intercept first."""
    design = np.column_stack([np.ones(len(outcome)), regressors.to_numpy(dtype="float64")])
    y = outcome.to_numpy(dtype="float64")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise DataProblem(
            "Множественное заполнение: одна переменная модели следует из других. Уберите её.",
            "Multiple imputation: one variable of the model follows from others. Leave it out.",
        )
    fit = sm.OLS(y, design).fit() if model == "linear" else _logit(y, design)
    return np.asarray(fit.params), np.asarray(fit.bse) ** 2


def _logit(y: Floats, design: Floats) -> sm.Logit:
    problem = DataProblem(
        "Множественное заполнение: логит-модель не оценивается, исход предсказывается без ошибки или почти. "
        "Возьмите меньше переменных.",
        "Multiple imputation: the logit cannot be estimated, its outcome is predicted without error or nearly so. "
        "Take fewer variables.",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PerfectSeparationWarning)
            fit = sm.Logit(y, design).fit(disp=0, warn_convergence=False)
    except (PerfectSeparationError, PerfectSeparationWarning, np.linalg.LinAlgError) as error:
        raise problem from error
    if not fit.mle_retvals["converged"] or not np.isfinite(fit.bse).all():
        raise problem
    return fit
