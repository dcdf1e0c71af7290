"""Separation: coefficients that have no finite estimate because some rows are told apart perfectly.

Sources: Albert and Anderson (1984, Biometrika 71) for binary outcomes; Correia, Guimaraes and Zylkin (2019,
arXiv 1903.01633) for counts. Both conditions are linear programmes, solved only where an estimator did not converge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import optimize

from evaluation.effects.inference.clusters import Array
from evaluation.settings import DataProblem, InputProblem

_SMALL = 1e-7


def separating_direction(inequalities: Array, equalities: Array | None = None) -> Array | None:
    """d with ``inequalities`` @ d >= 0, not all zero, and ``equalities`` @ d = 0; None where there is none."""
    k = inequalities.shape[1]
    # Each row's product is at most one, so that the programme is bounded: its value is zero or at least somewhere one.
    result = optimize.linprog(
        -inequalities.sum(axis=0),
        A_ub=np.vstack([-inequalities, inequalities]),
        b_ub=np.concatenate([np.zeros(len(inequalities)), np.ones(len(inequalities))]),
        A_eq=equalities if equalities is not None and len(equalities) else None,
        b_eq=np.zeros(len(equalities)) if equalities is not None and len(equalities) else None,
        bounds=[(None, None)] * k,
        method="highs",
    )
    if result.status != 0 or -result.fun < _SMALL:
        return None
    return np.asarray(result.x)


def binary_separation(outcome: Array, matrix: Array, names: Sequence[str]) -> list[str]:
    """Columns by which a 0/1 outcome is separated, completely or in part; empty where it is not."""
    signs = 2 * outcome - 1
    return _named(separating_direction(signs[:, None] * matrix), names)


def count_separation(outcome: Array, matrix: Array, names: Sequence[str]) -> list[str]:
    """Columns that tell some zero rows apart from all positive rows; empty where there are none."""
    direction = separating_direction(-matrix[outcome == 0], matrix[outcome > 0]) if (outcome == 0).any() else None
    return _named(direction, names)


def separated_by(inequalities: Array, names: Sequence[str]) -> list[str]:
    """Columns of a direction along which no row's inequality is ever violated; empty where there is none."""
    return _named(separating_direction(inequalities), names)


def _named(direction: Array | None, names: Sequence[str]) -> list[str]:
    if direction is None:
        return []
    large = np.abs(direction) > _SMALL * max(1.0, float(np.abs(direction).max()))
    found = [name for name, used in zip(names, large, strict=True) if used]
    return [name for name in found if name != "constant"] or found


def refuse_separation(columns: Sequence[str]) -> None:
    """Raise InputProblem naming the separating columns; nothing where there are none."""
    if not columns:
        return
    shown = ", ".join(columns[:6]) + (", …" if len(columns) > 6 else "")
    raise DataProblem(
        f"исход полностью разделён столбцами {shown}: для части строк он всегда один и тот же, коэффициент бесконечен. "
        "Уберите столбец или объедините его редкие значения.",
        f"the outcome is perfectly separated by the columns {shown}: for some rows it is always the same, and the "
        "coefficient is infinite. Remove the column or join its rare values.",
    )


def no_convergence(what_ru: str, what_en: str) -> InputProblem:
    """What to say when the estimator found no maximum."""
    return DataProblem(
        f"оценка не сошлась ({what_ru}): максимума правдоподобия не найдено. Возьмите меньше переменных или другой "
        "вид модели.",
        f"the estimate did not converge ({what_en}): no maximum of the likelihood was found. Take fewer variables or "
        "another family of model.",
    )
