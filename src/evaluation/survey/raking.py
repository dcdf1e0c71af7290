"""Weights that agree with known margins of the population, within bounds.

Calibration with the raking distance or, with bounds, the logit distance (Deville and Särndal 1992, JASA 87, cases 2
and 6; Deville, Särndal and Sautory 1993, JASA 88, 1013-1020), solved by Newton's method. A margin that cannot be met
is refused in words: weights that hide it would be worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from evaluation.settings import InputProblem
from evaluation.survey.design import Array, Calibration
from evaluation.survey.margins import checked_margins

MOST_STEPS = 100
CLOSE = 1e-10
FLAT = 30.0


@dataclass(frozen=True, eq=False)
class Raked:
    """``weights`` (n,) after the fit; ``max_gap`` is the largest gap to a margin as a share of the population."""

    weights: Array
    calibration: Calibration
    variables: tuple[str, ...]
    bounds: tuple[float, float] | None
    iterations: int
    max_gap: float


def rake(
    sample: pd.DataFrame,
    base: Array,
    margins: pd.DataFrame,
    bounds: tuple[float, float] | None = None,
) -> Raked:
    """Fit ``base`` (n,) to ``margins`` (variable, level, count or share), whose variables are columns of ``sample``.

    ``base`` is first brought to the population's size; ``bounds`` are the least and the largest change of a weight
    after that, such as (0.3, 3). With shares alone the population is the sum of ``base``.

    Raises InputProblem that names variable and level: missing values in a margin's column, answers that the margin
    does not know, levels that nobody in the sample has, margins whose totals disagree, bounds that do not hold 1 or
    that cannot be kept.
    """
    base = np.asarray(base, dtype=float)
    if len(base) != len(sample) or not (np.isfinite(base) & (base > 0)).all():
        raise InputProblem(
            "исходные веса должны быть положительными числами, по одному на анкету.",
            "the base weights must be positive numbers, one a response.",
        )
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1]:
        raise InputProblem(
            f"границы весов {bounds[0]:g} и {bounds[1]:g} невозможны: нижняя от 0 до 1, верхняя больше 1.",
            f"the bounds of weights {bounds[0]:g} and {bounds[1]:g} are impossible: the lower lies between 0 and 1, "
            "the upper above 1.",
        )
    population, margins = checked_margins(margins, float(base.sum()))
    base = base * (population / base.sum())
    calibration, wanted = _levels(sample, base, margins)
    # rows with the same levels change alike, so that only their combinations are fitted
    cell, cells = calibration.cells()
    change, steps = _fit(cells, wanted, bounds)
    weights = base * change[cell]
    gap = float(np.abs(calibration.sums(weights) - wanted).max() / population)
    variables = tuple(margins["variable"].unique())
    if not gap < 1e-8:
        _refuse_bounds(cells, wanted, bounds, variables)
    return Raked(weights, calibration, variables, bounds, steps, gap)


def _levels(sample: pd.DataFrame, base: Array, margins: pd.DataFrame) -> tuple[Calibration, Array]:
    codes, names, wanted = [], [], []
    for variable, rows in margins.groupby("variable", sort=False):
        if variable not in sample:
            raise InputProblem(
                f"граница совокупности названа по «{variable}», а такого столбца в ответах нет.",
                f"a margin of the population is by '{variable}', and the responses have no such column.",
            )
        given = sample[variable]
        if missing := int(given.isna().sum()):
            raise InputProblem(
                f"«{variable}» не указан в {missing} анкетах из {len(given)}: вес по нему не посчитать. Заполните "
                "пропуски, объявите уровень для них или уберите эту переменную.",
                f"'{variable}' is missing in {missing} of {len(given)} responses: no weight can be computed by it. "
                "Fill it in, declare a level for them, or leave the variable out.",
            )
        levels = tuple(rows.loc[rows["count"] > 0, "level"])
        numbers, named = pd.factorize(given)
        met = {str(name) for name in named}
        unknown = sorted(met - set(levels))
        if unknown:
            raise InputProblem(
                f"уровень «{unknown[0]}» переменной «{variable}» есть в ответах, а в границах совокупности его нет "
                f"(или там ноль). Известны: {', '.join(levels)}.",
                f"level '{unknown[0]}' of '{variable}' is among the responses and not among the population's margins "
                f"(or is zero there). They know: {', '.join(levels)}.",
            )
        empty = [level for level in levels if level not in met]
        if empty:
            raise InputProblem(
                f"уровень «{empty[0]}» переменной «{variable}» не назвал ни один опрошенный: весом его не восполнить. "
                "Объедините его с соседним уровнем и в ответах, и в границах.",
                f"nobody in the sample has level '{empty[0]}' of '{variable}': no weight can make up for it. Merge "
                "it with a neighbouring level in the responses and in the margins.",
            )
        place = {level: number for number, level in enumerate(levels)}
        codes.append(np.array([place[str(name)] for name in named], dtype=np.intp)[numbers])
        names.append(levels)
        wanted.append(rows.loc[rows["count"] > 0, "count"].to_numpy(dtype=float))
    return Calibration(tuple(codes), tuple(names), base), np.concatenate(wanted)


def _fit(calibration: Calibration, wanted: Array, bounds: tuple[float, float] | None) -> tuple[Array, int]:
    """The factor on each row's weight: Newton's method on the margins' multipliers, halving steps that do not help."""
    base, size = calibration.base, float(wanted.max())
    multipliers = np.zeros(len(wanted))
    change, slope = _changed(np.zeros(len(base)), bounds)
    gap = wanted - calibration.sums(base * change)
    for step in range(1, MOST_STEPS + 1):
        if np.abs(gap).max() < CLOSE * size:
            return change, step - 1
        curvature = calibration.cross_products(base * slope)
        direction = np.linalg.pinv(curvature, rcond=1e-11, hermitian=True) @ gap
        length = 1.0
        for _ in range(40):
            tried = multipliers + length * direction
            change, slope = _changed(calibration.spread(tried), bounds)
            left = wanted - calibration.sums(base * change)
            if np.abs(left).sum() < np.abs(gap).sum():
                break
            length /= 2
        else:
            break
        multipliers, gap = tried, left
    return change, step


def _changed(index: Array, bounds: tuple[float, float] | None) -> tuple[Array, Array]:
    """The factor on each weight and its derivative by ``index``; 1 and 1 at zero."""
    if bounds is None:
        grown = np.exp(np.clip(index, -FLAT, FLAT))
        return grown, grown
    low, high = bounds
    steepness = (high - low) / ((1 - low) * (high - 1))
    grown = np.exp(np.clip(steepness * index, -FLAT, FLAT))
    under = (high - 1) + (1 - low) * grown
    change = (low * (high - 1) + high * (1 - low) * grown) / under
    return change, steepness * (high - low) * (high - 1) * (1 - low) * grown / under**2


def _refuse_bounds(
    calibration: Calibration, wanted: Array, bounds: tuple[float, float] | None, variables: tuple[str, ...]
) -> None:
    """Say which level stays farthest from its margin when all gaps together are as small as the bounds allow.

    ``calibration`` has one row a combination of levels.
    """
    base = calibration.base
    indicators = np.zeros((len(wanted), len(base)))
    for start, codes in zip(calibration.starts, calibration.codes, strict=False):
        indicators[start + codes, np.arange(len(base))] = 1
    low, high = bounds or (0.0, np.inf)
    levels = len(wanted)
    solved = optimize.linprog(
        np.concatenate([np.zeros(len(base)), np.ones(2 * levels)]),
        A_eq=np.hstack([indicators, np.eye(levels), -np.eye(levels)]),
        b_eq=wanted,
        bounds=[*[(low * one, high * one) for one in base], *[(0, None)] * (2 * levels)],
    )
    found = solved.x[len(base) : len(base) + levels] - solved.x[len(base) + levels :]
    worst = int(np.abs(found / wanted).argmax())
    margin = int(np.searchsorted(calibration.starts, worst, side="right")) - 1
    variable, level = variables[margin], calibration.levels[margin][worst - calibration.starts[margin]]
    if abs(found[worst]) > 1e-7 * wanted[worst]:
        reached = wanted[worst] - found[worst]
        kept = ("", "") if bounds is None else (f" при границах {low:g}–{high:g}", f" within {low:g} to {high:g}")
        raise InputProblem(
            f"веса не согласуются с границами совокупности{kept[0]}: уровень «{level}» переменной «{variable}» "
            f"достигает {reached:.6g} вместо {wanted[worst]:.6g}. Расширьте границы весов или объедините уровни.",
            f"the weights cannot meet the margins{kept[1]}: level '{level}' of '{variable}' reaches {reached:.6g} "
            f"instead of {wanted[worst]:.6g}. Widen the bounds or merge levels.",
        )
    raise InputProblem(
        f"подгонка весов не сошлась за {MOST_STEPS} шагов: границы весов едва выполнимы (ближе всего к пределу "
        f"уровень «{level}» переменной «{variable}»). Расширьте их или объедините уровни.",
        f"the fit of weights did not converge in {MOST_STEPS} steps: the bounds can barely be kept (nearest to the "
        f"limit is level '{level}' of '{variable}'). Widen them or merge levels.",
    )
