"""Columns of a declared model for estimators that take indicators, and plain refusals of data no estimator can use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.model_matrix import Sample, build_design, codes_of, independent_columns, select_rows
from evaluation.settings import DataProblem, InputProblem, Model

MOST_COLUMNS = 400


@dataclass(frozen=True)
class Regressors:
    """Independent columns, the constant first, exposures last; ``lost`` lists exposures that vary with the others."""

    names: list[str]
    matrix: Array
    lost: list[str]

    def last(self, name: str) -> Regressors:
        """The same columns with ``name`` at the end."""
        position = self.names.index(name)
        order = [index for index in range(len(self.names)) if index != position] + [position]
        return Regressors([self.names[index] for index in order], self.matrix[:, order], self.lost)

    def without_last(self) -> Regressors:
        return Regressors(self.names[:-1], self.matrix[:, :-1], self.lost)


@contextmanager
def within(model: Model) -> Iterator[None]:
    """Refusals raised inside name the model of the plan."""
    try:
        yield
    except InputProblem as problem:
        ru, en = problem.messages["ru"], problem.messages["en"]
        if ru.startswith("План"):
            raise
        raise type(problem)(f"План, модель «{model.name}»: {ru}", f"Plan, model '{model.name}': {en}") from None


def usable_rows(frame: pd.DataFrame, model: Model, extra: Sequence[str] = ()) -> Sample:
    """Rows by ``select_rows``.

    Raises InputProblem where none is left, where they lie in a single cluster, and for declared weights of rows, which
    the families built on this do not take.
    """
    if model.weights is not None:
        raise InputProblem(
            f"веса строк (weights: {model.weights}) вид модели {model.family} не берёт. Уберите их или возьмите ols.",
            f"a model of family {model.family} takes no weights of rows (weights: {model.weights}). Remove them or "
            "take ols.",
        )
    sample = select_rows(frame, model, extra)
    if sample.frame.empty:
        raise DataProblem(
            "нет ни одной строки со всеми нужными значениями. Проверьте столбцы модели и географию.",
            "no row has all the values that are needed. Check the model's columns and geography.",
        )
    if sample.frame[model.clusters].nunique() < 2:
        raise DataProblem(
            f"все строки лежат в одном кластере ({model.clusters}): погрешность оценить нельзя.",
            f"all rows lie in one cluster ({model.clusters}): the error cannot be estimated.",
        )
    return sample


def regressors_of(frame: pd.DataFrame, model: Model, exposures: Sequence[str] | None = None) -> Regressors:
    """Constant, indicators of fixed effects and of text controls, controls and exposures, without combinations.

    Raises InputProblem when the indicators would be more than these estimators can carry.
    """
    wanted = list(model.exposures if exposures is None else exposures)
    design = build_design(frame, model, wanted)
    names, matrix = list(design.names), design.matrix
    if design.absorbed is not None:
        levels = int(design.absorbed.max()) + 1
        if levels > MOST_COLUMNS:
            raise InputProblem(
                f"постоянный эффект имеет {levels} уровней; этот вид модели выдерживает {MOST_COLUMNS}. "
                "Возьмите family: poisson или ols.",
                f"a fixed effect has {levels} levels; this family of model can carry {MOST_COLUMNS}. "
                "Take family: poisson or ols.",
            )
        indicators = np.equal.outer(design.absorbed, np.arange(1, levels)).astype(float)
        matrix = np.column_stack([np.ones(len(frame)), indicators, matrix])
        names = ["constant", *[f"effect={level}" for level in range(1, levels)], *names]
    kept = independent_columns(matrix)
    if len(kept) >= len(frame):
        raise DataProblem(
            f"строк {len(frame)}, а переменных {len(kept)}: оценить нельзя.",
            f"{len(frame)} rows for {len(kept)} variables: nothing can be estimated.",
        )
    held = [names[index] for index in kept]
    return Regressors(held, matrix[:, kept], [name for name in wanted if name not in held])


def orthonormal(matrix: Array) -> tuple[Array, Array]:
    """(Z, T): columns of unit mean square spanning those of ``matrix`` in their order, and T with matrix @ T = Z.

    Coefficients g of Z are coefficients T @ g of ``matrix``. On Z every optimiser sees a well-scaled problem, whether
    a column is a year, a population or an indicator.
    """
    if matrix.shape[1] == 0:
        return matrix, np.empty((0, 0))
    basis, upper = np.linalg.qr(matrix)
    scale = np.sqrt(len(matrix))
    return np.asarray(basis * scale), np.asarray(np.linalg.inv(upper) * scale)


def exposed_clusters(frame: pd.DataFrame, model: Model, exposure: str) -> int:
    """Clusters in which the exposure is ever other than zero."""
    exposed = frame[exposure].to_numpy(dtype=float) != 0
    return int(np.unique(codes_of(frame[model.clusters])[exposed]).size)


def log_offset(frame: pd.DataFrame, model: Model) -> Array:
    """Logarithm of the offset's column; zeros where the model declares none."""
    if model.offset is None:
        return np.zeros(len(frame))
    return np.log(frame[model.offset].to_numpy(dtype=float))
