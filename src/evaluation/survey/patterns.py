"""Which answers are missing together, and whether they are missing as if by lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from evaluation.settings import DataProblem
from evaluation.survey.answer_matrix import ANSWERED, NOT_ASKED, AnswerMatrix, row_groups

Floats = NDArray[np.float64]
PATTERN_COLUMNS = ["group", "pattern", "n", "share", "missing_items", "not_asked_items"]
OBSERVED, MISSING, SKIPPED = "observed", "missing", "not_asked"
MOST_ITERATIONS = 1000
TOLERANCE = 1e-8
SINGULAR = 1e-9


@dataclass(frozen=True)
class LittleTest:
    """Little's test that values are missing completely at random; a small ``p`` speaks against it.

    ``n`` rows with at least one value (rows without any are left out), ``patterns`` of missing values among them.
    """

    statistic: float
    df: int
    p: float
    n: int
    patterns: int


def missing_patterns(
    matrix: AnswerMatrix, items: Sequence[str], group: pd.Series | None = None, most: int | None = None
) -> pd.DataFrame:
    """PATTERN_COLUMNS and one column an item (observed, missing or not_asked), the commonest pattern first.

    Missing is whatever was asked and has no value: no answer, refused, don't know, unreadable. ``group`` (in the order
    of the responses; empty = not known, a group by itself) splits the table; ``share`` is within the group. With
    ``most`` the rarer patterns of a group are put together in a row without a pattern, so that the counts still add
    up to all responses.
    """
    places = [matrix.items.index(name) for name in items if name in matrix.items]
    absent = [name for name in items if name not in matrix.items]
    states = matrix.item_states[:, places]
    kind = np.where(states == ANSWERED, 0, np.where(states == NOT_ASKED, 2, 1)).astype(np.int8)
    n = len(matrix.response_ids)
    named = pd.Series("all" if group is None else group.to_numpy(), index=range(n), dtype="object")
    named = named.where(named.notna(), "unknown").astype(str)
    numbers = row_groups(*kind.T, named)
    frame = pd.DataFrame(
        {"group": named, "number": numbers, "missing": (kind == 1).sum(1), "skipped": (kind == 2).sum(1)}
    )
    frame["row"] = np.arange(n)
    table = frame.groupby(["group", "number"], sort=False).agg(
        n=("row", "size"), row=("row", "first"), missing_items=("missing", "first"), skipped=("skipped", "first")
    )
    table = table.reset_index().sort_values(["group", "n", "missing_items", "row"], ascending=[True, False, True, True])
    table["pattern"] = table.groupby("group").cumcount() + 1
    words = np.array([OBSERVED, MISSING, SKIPPED], dtype=object)
    for position, name in enumerate(name for name in items if name in matrix.items):
        table[name] = words[kind[table["row"], position]]
    for name in absent:
        table[name] = SKIPPED
    table["not_asked_items"] = table["skipped"] + len(absent)
    if most is not None:
        rare = table[table["pattern"] > most]
        rest = rare.groupby("group", sort=True)["n"].sum().reset_index()
        table = pd.concat([table[table["pattern"] <= most], rest]).sort_values("group", kind="stable")
    table["share"] = table["n"] / table.groupby("group")["n"].transform("sum")
    counts = dict.fromkeys(["pattern", "n", "missing_items", "not_asked_items"], "Int64")
    return table[[*PATTERN_COLUMNS, *items]].astype(counts).reset_index(drop=True)


def normal_moments(values: Floats) -> tuple[Floats, Floats]:
    """Maximum-likelihood mean (p,) and covariance (p, p) of a normal sample with missing values (NaN), by EM.

    Source: Little and Rubin (2002, Statistical Analysis with Missing Data, section 11.2). Raises DataProblem where the
    covariance becomes singular or the steps do not settle.
    """
    n, p = values.shape
    known = np.isfinite(values)
    groups = row_groups(*known.T)
    patterns = [np.flatnonzero(groups == number) for number in range(int(groups.max()) + 1)]
    gaps = [(rows, known[rows[0]]) for rows in patterns if not known[rows[0]].all()]
    mean = np.nanmean(values, axis=0)
    covariance = np.diag(np.nanvar(values, axis=0))
    scale = np.sqrt(np.diag(covariance))
    for _ in range(MOST_ITERATIONS):
        filled = np.where(known, values, mean)
        extra = np.zeros((p, p))
        _refuse_singular(covariance, scale)
        for rows, seen in gaps:
            cross = covariance[np.ix_(seen, ~seen)]
            slope = np.linalg.solve(covariance[np.ix_(seen, seen)], cross)
            filled[np.ix_(rows, ~seen)] = mean[~seen] + (values[np.ix_(rows, seen)] - mean[seen]) @ slope
            extra[np.ix_(~seen, ~seen)] += len(rows) * (covariance[np.ix_(~seen, ~seen)] - cross.T @ slope)
        new_mean = filled.mean(axis=0)
        centred = filled - new_mean
        new_covariance = (centred.T @ centred + extra) / n
        moved = max(
            float(np.max(np.abs(new_mean - mean) / scale)),
            float(np.max(np.abs(new_covariance - covariance) / np.outer(scale, scale))),
        )
        mean, covariance = new_mean, new_covariance
        if moved < TOLERANCE:
            return mean, covariance
    raise DataProblem(
        f"Тест Литтла: оценка средних и ковариаций не сошлась за {MOST_ITERATIONS} шагов. Уберите вопросы, которые "
        "почти никогда не отвечены вместе.",
        f"Little's test: means and covariances did not settle in {MOST_ITERATIONS} steps. Leave out items that are "
        "hardly ever answered together.",
    )


def _refuse_singular(covariance: Floats, scale: Floats) -> None:
    if np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < SINGULAR:
        raise DataProblem(
            "Тест Литтла: один вопрос однозначно следует из других. Уберите его.",
            "Little's test: one item follows exactly from others. Leave it out.",
        )


def little_mcar(frame: pd.DataFrame) -> LittleTest:
    """Little's (1988, Journal of the American Statistical Association 83) test on numeric columns.

    The statistic sums over patterns of missing values n_j (m_j - mu_j)' S_j^-1 (m_j - mu_j), m_j being the means of the
    pattern's rows, mu and S the maximum-likelihood mean and covariance; chi-squared with sum(p_j) - p degrees of
    freedom. It supposes roughly normal values: of ratings with few answers its p is a rough guide. A large p is no
    proof, and missing depending on the missing value itself cannot be seen at all.

    Raises DataProblem with fewer than two columns, for a column that is not numeric, wholly missing or does not vary,
    where nothing is missing, and with too few rows for the covariances.
    """
    wrong = [str(name) for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    if wrong or frame.shape[1] < 2:
        raise DataProblem(
            f"Тест Литтла: нужны хотя бы два числовых вопроса{f'; «{wrong[0]}» — не число' if wrong else ''}.",
            f"Little's test: at least two numeric items are needed{f'; {wrong[0]!r} is no number' if wrong else ''}.",
        )
    values = frame.to_numpy(dtype="float64", na_value=np.nan)
    values = values[np.isfinite(values).any(axis=1)]
    known = np.isfinite(values)
    for position, name in enumerate(frame.columns):
        seen = values[known[:, position], position]
        if len(seen) == 0 or np.ptp(seen) == 0:
            raise DataProblem(
                f"Тест Литтла: у вопроса «{name}» нет двух разных ответов. Уберите его.",
                f"Little's test: the item '{name}' has no two different answers. Leave it out.",
            )
    n, p = values.shape
    if known.all() or n <= 2 * p:
        raise DataProblem(
            f"Тест Литтла: {'пропусков нет' if known.all() else f'строк {n}, нужно больше {2 * p}'}.",
            f"Little's test: {'nothing is missing' if known.all() else f'{n} rows, more than {2 * p} are needed'}.",
        )
    mean, covariance = normal_moments(values)
    groups = row_groups(*known.T)
    statistic, df = 0.0, -p
    for number in range(int(groups.max()) + 1):
        rows = values[groups == number]
        seen = np.isfinite(rows[0])
        gap = rows[:, seen].mean(axis=0) - mean[seen]
        statistic += len(rows) * float(gap @ np.linalg.solve(covariance[np.ix_(seen, seen)], gap))
        df += int(seen.sum())
    if df <= 0:  # one pattern, which no row leaves: the column that lacks in it is wholly missing, refused above
        raise DataProblem("Тест Литтла: картина пропусков одна.", "Little's test: there is one pattern alone.")
    return LittleTest(statistic, df, float(special.chdtrc(df, statistic)), n, int(groups.max()) + 1)
