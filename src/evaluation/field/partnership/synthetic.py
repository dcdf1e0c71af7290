"""Synthetic control: one base unit beside the mixture of others that went the same way before.

Weights are not negative and add up to 1; they bring the mixture's outcomes before the start as near as they can come
to the unit's own, and of all weights that do so equally well the most even ones are taken. p comes from placebos in
space: every donor is treated as if it had been the base unit, and the ratio of the root mean squared gaps after and
before is ranked (Abadie, Diamond and Hainmueller 2010, Journal of the American Statistical Association 105).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from evaluation.effects.inference.clusters import Array
from evaluation.settings import DataProblem

FEWEST_BEFORE = 4
FEWEST_AFTER = 1
FEWEST_DONORS = 10
EVENNESS = 1e-6
"""Penalty on uneven weights beside the fit, relative to the outcomes' spread: it only breaks ties."""
FLOOR = 0.01
"""A fit before the start that is nearer than this part of the donors' spread counts as being that far: a mixture of
more donors than years can fit by accident, and a ratio to nothing would tell nothing."""
POOR_FIT = 0.25
"""Gaps before the start above this part of the donors' spread: the mixture is not the unit's double."""
LEVEL = 0.95


@dataclass(frozen=True)
class SyntheticControl:
    """One base unit. ``weights`` by donor; ``path``: year, is_before, actual, synthetic; gaps are actual - synthetic.

    ``placebo_gaps``: mean gap after the start of every donor treated as the base unit, ``placebo_ratios`` its ratio of
    gaps, both in the order of ``donors``.
    """

    unit_id: str
    start: int
    donors: tuple[str, ...]
    weights: Array
    path: pd.DataFrame
    gap: float
    gap_before: float
    ratio: float
    relative_fit: float
    placebo_gaps: Array
    placebo_ratios: Array

    @property
    def p(self) -> float:
        """Rank of the unit's ratio among its own and all placebos'."""
        return float((1 + (self.placebo_ratios >= self.ratio * (1 - 1e-9)).sum()) / (1 + len(self.placebo_ratios)))


def simplex_weights(target: Array, donors: Array, evenness: float = EVENNESS) -> Array:
    """Weights w >= 0 with sum 1 that minimise ||target - donors @ w||^2 + evenness s^2 ||w||^2.

    ``target``: years; ``donors``: years x units; s is the root mean square of the donors' distances. On the simplex
    the target can be taken into every column, which makes the problem homogeneous; its solution is then that of a
    non-negative least squares problem, up to scale, and exact (Wolfe 1976, Mathematical Programming 11).
    """
    apart = donors - target[:, None]
    scale = float(np.sqrt((apart**2).mean())) or 1.0
    count = donors.shape[1]
    rows = np.vstack([apart / scale, np.sqrt(evenness) * np.eye(count), np.ones((1, count))])
    aim = np.zeros(len(rows))
    aim[-1] = 1.0
    found, _ = nnls(rows, aim)
    return np.asarray(found / found.sum())


def synthetic_control(
    outcome: pd.DataFrame, unit: str, donors: Sequence[str], start: int, *, fewest_before: int = FEWEST_BEFORE,
    like: SyntheticControl | None = None,
) -> SyntheticControl:  # fmt: skip
    """``outcome``: units x years without gaps for ``unit``; donors with a gap are left out.

    ``like``: another unit's control of the same outcome, whose placebos serve again where start and donors agree.
    Raises DataProblem where the years before or after the start, or the donors, are too few.
    """
    years = [int(year) for year in outcome.columns]
    before = np.array([year < start for year in years])
    _refuse(unit, int(before.sum()), int((~before).sum()), fewest_before)
    complete = outcome.loc[[donor for donor in sorted(donors) if donor in outcome.index and donor != unit]].dropna()
    if len(complete) < FEWEST_DONORS:
        raise DataProblem(
            f"территорий, из которых можно составить двойника для {unit}, всего {len(complete)}, нужно хотя бы "
            f"{FEWEST_DONORS}: p не может стать малым.",
            f"there are only {len(complete)} units to make a double of {unit} of, at least {FEWEST_DONORS} are needed: "
            "p cannot become small.",
        )
    values = complete.to_numpy(dtype=float).T
    own = outcome.loc[unit].to_numpy(dtype=float)
    spread = float(values[before].std()) or 1.0
    weights = simplex_weights(own[before], values[before])
    gaps = own - values @ weights
    gap, near, ratio = _gaps(gaps, before, spread)
    names = tuple(str(name) for name in complete.index)
    if like is not None and (like.start, like.donors) == (start, names):
        others = like.placebo_gaps, like.placebo_ratios
    else:
        placebos = [_placebo(values, before, place, spread) for place in range(values.shape[1])]
        others = np.array([each[0] for each in placebos]), np.array([each[2] for each in placebos])
    path = pd.DataFrame({"year": years, "is_before": before, "actual": own, "synthetic": own - gaps})
    return SyntheticControl(
        unit, start, names, weights, path, gap, near, ratio, near / spread, *others,
    )  # fmt: skip


def joint_placebo(controls: Sequence[SyntheticControl], draws: int, seed: int) -> tuple[float, float, float]:
    """p, and the ends of the interval of the mean gap, over several base units.

    Each draw takes for every unit one of its donors, different ones where several units share them; the mean ratio
    and the mean gap of what is drawn stand beside the observed. The interval takes the mean gap less the middle
    ``LEVEL`` of the placebos' mean gaps; with fewer than 1 / (1 - LEVEL) of them there is none.
    """
    rng = np.random.default_rng(seed)
    order = [rng.permuted(np.tile(np.arange(len(one.donors)), (draws, 1)), axis=1) for one in controls]
    ratios, gaps = np.zeros(draws), np.zeros(draws)
    taken: list[np.ndarray] = []
    for one, places in zip(controls, order, strict=True):
        names = np.array(one.donors)[places]
        free = np.ones(names.shape, dtype=bool)
        for earlier in taken:
            free &= names != earlier[:, None]
        first = free.argmax(axis=1)
        chosen = np.take_along_axis(places, first[:, None], axis=1)[:, 0]
        taken.append(np.array(one.donors)[chosen])
        ratios += one.placebo_ratios[chosen] / len(controls)
        gaps += one.placebo_gaps[chosen] / len(controls)
    if len(controls) == 1:  # every placebo once
        ratios, gaps = controls[0].placebo_ratios, controls[0].placebo_gaps
    ratio = float(np.mean([one.ratio for one in controls]))
    p = float((1 + (ratios >= ratio * (1 - 1e-9)).sum()) / (1 + len(ratios)))
    if len(gaps) < 1 / (1 - LEVEL) - 1e-9:
        return p, float("nan"), float("nan")
    low, high = np.quantile(gaps, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = float(np.mean([one.gap for one in controls]))
    return p, mean - float(high), mean - float(low)


def _placebo(values: Array, before: np.ndarray, place: int, spread: float) -> tuple[float, float, float]:
    others = np.delete(values, place, axis=1)
    gaps = values[:, place] - others @ simplex_weights(values[before, place], others[before])
    return _gaps(gaps, before, spread)


def _gaps(gaps: Array, before: np.ndarray, spread: float) -> tuple[float, float, float]:
    """Mean gap after the start, root mean squared gap before it, and their ratio in roots of mean squares."""
    near, far = (float(np.sqrt((gaps[part] ** 2).mean())) for part in (before, ~before))
    return float(gaps[~before].mean()), near, far / max(near, FLOOR * spread)


def _refuse(unit: str, before: int, after: int, fewest_before: int) -> None:
    if before < fewest_before:
        raise DataProblem(
            f"{unit}: лет до начала работы всего {before}, нужно хотя бы {fewest_before}. По такому короткому ряду "
            "двойник подбирается случайно; дождитесь новых лет или сравните с похожими.",
            f"{unit}: there are only {before} years before the start, at least {fewest_before} are needed. A double "
            "found from so short a series is found by accident; wait for more years or compare with neighbours.",
        )
    if after < FEWEST_AFTER:
        raise DataProblem(
            f"{unit}: нет ни одного года после начала работы.",
            f"{unit}: there is no year after the start.",
        )
