"""Many hypotheses: adjusted p values within a declared family.

Bonferroni, Holm and Romano-Wolf keep the chance of any false rejection, whatever (Bonferroni, Holm) or in the large
(Romano-Wolf) the dependence; Hochberg does for independent or positively dependent tests; Benjamini-Hochberg keeps the
expected share of false rejections among all. An adjusted p is the smallest level at which its hypothesis is rejected.

Sources: Holm (1979, Scandinavian Journal of Statistics 6); Hochberg (1988, Biometrika 75); Benjamini and Hochberg
(1995, Journal of the Royal Statistical Society B 57); Romano and Wolf (2005, Econometrica 73; 2016, Statistics and
Probability Letters 113, for p values).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array, EstimatingEquations
from evaluation.effects.inference.inversion import TIE
from evaluation.effects.inference.wild import collapse, multipliers_for, statistics
from evaluation.effects.panel import restricted_equations
from evaluation.settings import InputProblem, Model

Method = Literal["bonferroni", "holm", "hochberg", "benjamini_hochberg"]


def adjust(p_values: Sequence[float] | Array, method: Method = "holm") -> Array:
    """Adjusted p values in the given order. An empty (NaN) p stays empty and does not count as a hypothesis."""
    p = np.asarray(p_values, dtype=float)
    known = np.isfinite(p)
    out = np.full(len(p), np.nan)
    tested = p[known]
    m = len(tested)
    order = np.argsort(tested, kind="stable")
    rank = np.arange(1, m + 1)
    rising = tested[order]
    if method == "bonferroni":
        adjusted = m * rising
    elif method == "holm":
        adjusted = np.maximum.accumulate((m - rank + 1) * rising)
    elif method == "hochberg":
        adjusted = np.minimum.accumulate(((m - rank + 1) * rising)[::-1])[::-1]
    else:
        adjusted = np.minimum.accumulate((m / rank * rising)[::-1])[::-1]
    found = np.empty(m)
    found[order] = np.minimum(adjusted, 1.0)
    out[known] = found
    return out


@dataclass(frozen=True)
class JointDraws:
    """Absolute statistics of H hypotheses: ``observed`` (H) and ``drawn`` under them (draws x H), dependence kept.

    ``enumerated``: the draws are all possible ones, the observed among them.
    """

    observed: Array
    drawn: Array
    enumerated: bool = False


def romano_wolf(joint: JointDraws) -> Array:
    """Step-down adjusted p of H hypotheses.

    The largest statistic is compared with the largest of all in each draw, the next with the largest of the others, and
    so on; the observed statistics count as one draw.
    """
    order = np.argsort(-joint.observed, kind="stable")
    largest = np.maximum.accumulate(joint.drawn[:, order[::-1]], axis=1)[:, ::-1]
    reached = (largest >= joint.observed[order] * (1 - TIE)).sum(axis=0)
    own = 0 if joint.enumerated else 1
    out = np.empty(len(joint.observed))
    out[order] = np.maximum.accumulate((own + reached) / (own + len(joint.drawn)))
    return out


def joint_wild_draws(
    tests: Sequence[tuple[EstimatingEquations, int, Sequence[object]]], *, draws: int = 9_999, seed: int = 1
) -> JointDraws:
    """Joint draws of the restricted wild bootstrap.

    Each test has restricted equations, the tested column and the names of its clusters in the order of their numbers.
    A cluster gets the same multiplier in every test that it has part in.
    """
    names = sorted({str(name) for _, _, clusters in tests for name in clusters})
    position = {name: index for index, name in enumerate(names)}
    chosen = multipliers_for(len(names), draws, seed)
    blocks = list(chosen.blocks())
    found = []
    for equations, column, clusters in tests:
        own = [position[str(name)] for name in clusters]
        parts = (block[:, own] for block in blocks)
        found.append(statistics(collapse(equations, column), parts, by_value=False).at(0.0))
    both = np.column_stack(found)
    return JointDraws(both[0], both[1:], chosen.enumerated)


def romano_wolf_regressions(
    hypotheses: Sequence[tuple[pd.DataFrame, Model, str]], *, draws: int = 9_999, seed: int = 1
) -> Array:
    """Adjusted p of a family of regressions: (rows of ``sample.estimation_sample``, model, exposure) each.

    Models may differ in outcome, family, rows and exposures; what joins them is the names of clusters. Raises
    InputProblem for a family whose models have different kinds of clusters.
    """
    kinds = sorted({model.clusters for _, model, _ in hypotheses})
    if len(kinds) > 1:
        raise InputProblem(
            f"Поправка Романо — Вольфа: у моделей семейства разные кластеры ({', '.join(kinds)}). Укажите одни.",
            f"Romano-Wolf: the models of a family have different clusters ({', '.join(kinds)}). Declare the same.",
        )
    tests = []
    for rows, model, exposure in hypotheses:
        equations, column = restricted_equations(rows, model, exposure)
        tests.append((equations, column, sorted(rows[model.clusters].unique())))
    return romano_wolf(joint_wild_draws(tests, draws=draws, seed=seed))
