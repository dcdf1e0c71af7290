"""Ties between pairs of units against traits of pairs: regression with permuted units (MRQAP).

The rows and columns of a tie matrix depend on each other, so ordinary errors are wrong. The double semi-partialling of
Dekker, Krackhardt and Snijders (2007, Psychometrika 72) permutes, for each trait, what the other traits do not explain
of it, units as wholes, and compares t statistics; it holds its size under collinear traits and skewed ties.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem

DYAD_COLUMNS = ["trait", "estimate", "statistic", "p", "n", "units", "draws", "warning"]
FEWEST_UNITS = 5
_CELLS_AT_ONCE = 4_000_000


def dyad_regression(
    ties: Array, traits: Mapping[str, Array], *, draws: int = 999, seed: int = 1, directed: bool = True
) -> pd.DataFrame:
    """Least squares of ``ties`` (units x units) on a constant and ``traits`` (each units x units): DYAD_COLUMNS.

    The diagonal never counts; without ``directed`` only pairs below it do, and matrices must be symmetric.
    ``statistic`` is the t of ordinary least squares, p = (1 + permutations at least as far from zero) / (1 + draws).
    A trait that does not vary apart from the others has no numbers and the warning ``not_identified``. Raises
    InputProblem for matrices that are not square, differ in size, have gaps, or hold fewer than five units.
    """
    names = list(traits)
    size = _checked(ties, traits, directed)
    rows, columns = np.nonzero(~np.eye(size, dtype=bool)) if directed else np.tril_indices(size, -1)
    outcome = np.asarray(ties, dtype=float)[rows, columns]
    values = {name: np.asarray(traits[name], dtype=float)[rows, columns] for name in names}
    generator = np.random.default_rng(seed)
    orders = np.array([generator.permutation(size) for _ in range(draws)], dtype=np.intp).reshape(draws, size)
    out = []
    for name in names:
        rest = [np.ones(len(rows)), *(values[other] for other in names if other != name)]
        others, rank = _basis(np.column_stack(rest))
        own = values[name] - others @ (others.T @ values[name])
        row: dict[str, object] = {"trait": name, "n": len(rows), "units": size, "draws": draws, "warning": None}
        if np.linalg.norm(own) <= 1e-9 * max(float(np.linalg.norm(values[name])), 1.0):
            row |= {"estimate": np.nan, "statistic": np.nan, "p": np.nan, "warning": f"not_identified={name}"}
        else:
            left = outcome - others @ (others.T @ outcome)
            freedom = len(rows) - rank - 1
            estimate, statistic = _t(own[None], left, freedom)
            matrix = np.zeros((size, size))
            matrix[rows, columns] = own
            if not directed:
                matrix = matrix + matrix.T
            drawn = _drawn(matrix, orders, rows, columns, others, left, freedom)
            reached = np.abs(drawn) >= abs(statistic[0]) * (1 - 1e-12)
            p = float((1 + reached.sum()) / (1 + draws))
            row |= {"estimate": float(estimate[0]), "statistic": float(statistic[0]), "p": p}
        out.append(row)
    return pd.DataFrame(out, columns=DYAD_COLUMNS)


def tie_matrix(ties: pd.DataFrame, units: list[str], weights: pd.Series | None = None) -> Array:
    """Ties (columns from_unit, to_unit) as a matrix, from rows to columns, in the order of ``units``.

    Sums of ``weights`` over the ties of a pair, or their number; ties with a unit that is not listed are left out.
    """
    index = pd.Index(units)
    first, second = index.get_indexer(ties["from_unit"]), index.get_indexer(ties["to_unit"])
    known = (first >= 0) & (second >= 0)
    matrix = np.zeros((len(units), len(units)))
    amounts = np.ones(len(ties)) if weights is None else weights.to_numpy(dtype=float)
    np.add.at(matrix, (first[known], second[known]), amounts[known])
    return matrix


def _drawn(
    matrix: Array, orders: np.ndarray, rows: np.ndarray, columns: np.ndarray, others: Array, left: Array, freedom: int
) -> Array:
    """t statistics of the permuted trait, in blocks that fit in memory."""
    found = [np.empty(0)]
    step = max(1, _CELLS_AT_ONCE // len(rows))
    for start in range(0, len(orders), step):
        block = orders[start : start + step]
        moved = matrix[block[:, rows], block[:, columns]]
        moved = moved - (moved @ others) @ others.T
        found.append(_t(moved, left, freedom)[1])
    return np.concatenate(found)


def _t(tested: Array, left: Array, freedom: int) -> tuple[Array, Array]:
    """Coefficient and t of each row of ``tested`` (already free of the other columns, as is ``left``)."""
    length = (tested**2).sum(axis=1)
    slope = np.divide(tested @ left, length, out=np.zeros(len(length)), where=length > 0)
    rest = np.maximum(left @ left - slope**2 * length, 0.0)
    spread = np.sqrt(rest / freedom)
    statistic = np.divide(slope * np.sqrt(length), spread, out=np.full(len(length), np.inf), where=spread > 0)
    return slope, statistic


def _basis(matrix: Array) -> tuple[Array, int]:
    """Orthonormal columns that span those of ``matrix``, and how many there are."""
    left, sizes, _ = np.linalg.svd(matrix, full_matrices=False)
    rank = int((sizes > sizes[0] * 1e-10).sum())
    return left[:, :rank], rank


def _checked(ties: Array, traits: Mapping[str, Array], directed: bool) -> int:
    size = len(ties)
    for name, matrix in {"ties": ties, **traits}.items():
        values = np.asarray(matrix, dtype=float)
        if values.shape != (size, size):
            raise InputProblem(
                f"Матрица «{name}» имеет размер {values.shape}, а нужен {size} x {size}: все территории по порядку.",
                f"The matrix '{name}' is {values.shape}; {size} x {size} is needed: all units in the same order.",
            )
        apart = values[~np.eye(size, dtype=bool)]
        if not np.isfinite(apart).all():
            raise InputProblem(
                f"В матрице «{name}» есть пустые клетки ({int((~np.isfinite(apart)).sum())}). Заполните их или уберите "
                "территории, о которых ничего не известно.",
                f"The matrix '{name}' has empty cells ({int((~np.isfinite(apart)).sum())}). Fill them in, or leave out "
                "the units of which nothing is known.",
            )
        if not directed and not np.allclose(values, values.T):
            raise InputProblem(
                f"Матрица «{name}» несимметрична, а связи объявлены взаимными. Укажите directed=True.",
                f"The matrix '{name}' is not symmetric, but ties are declared mutual. Say directed=True.",
            )
    if size < FEWEST_UNITS:
        raise InputProblem(
            f"Территорий {size}: для перестановок нужно не меньше {FEWEST_UNITS}.",
            f"{size} units: permutations need at least {FEWEST_UNITS}.",
        )
    return size
