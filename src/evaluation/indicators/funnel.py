"""Which places lie further from the mean than chance in counting explains: control limits of a funnel plot.

After Spiegelhalter (2005, Statistics in Medicine 24, 1185-1202): limits are exact quantiles of the law of counts,
interpolated between whole counts so that they draw as lines. Interpolated is the mid-distribution function
G(x) = P(X < x) + P(X = x) / 2, which treats both sides alike. (Interpolating P(X <= x) instead lays
both limits about half a count lower: more than the nominal share lies above the upper one, less below the lower one.)

With a ``target`` set from outside counts are Poisson (rates) or binomial (shares). Where the mean of the same places is
the target, each place is part of it; given the total, counts are binomial or hypergeometric, which is exact also where
one place holds a large part of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.indicators.smoothing import checked_counts
from evaluation.settings import InputProblem

LEVELS: dict[str, float] = {"95": 0.95, "998": 0.998}
POINT_COLUMNS = [
    "unit_id", "observed", "exposure", "expected", "value", "ratio", "z", "low_95", "high_95", "low_998", "high_998",
    "chance_95", "chance_998", "flag",
]  # fmt: skip
LIMIT_COLUMNS = ["exposure", "target", "low_95", "high_95", "low_998", "high_998"]
# in this order from far below to far above; ``no_exposure``: nothing to divide by
FLAGS = ("below_998", "below_95", "within", "above_95", "above_998", "no_exposure")
FEWEST_PLACES = 3
CURVE_POINTS = 160


@dataclass(frozen=True)
class Funnel:
    """``points``: POINT_COLUMNS, one row a place as given; ``limits``: LIMIT_COLUMNS over the range of exposures.

    Values, target and limits are told per ``scale``. ``z``: distance from expected in standard deviations of the law.
    ``chance_*``: probability that a place like all others is flagged at that level; not exactly the nominal 5 % or
    0.2 %, because counts are whole (``expected_flagged_*`` sums them). ``phi``: mean squared z, with the outer
    ``winsorised`` share of z drawn in at each end; ``phi_raw`` without that. Where ``is_widened``, limits are drawn
    sqrt(phi) times as far from the target, and ``chance_*`` still tells the law's own.
    """

    points: pd.DataFrame
    limits: pd.DataFrame
    target: float
    law: str
    phi: float
    phi_raw: float
    winsorised: float
    is_widened: bool
    scale: float

    @property
    def expected_flagged_95(self) -> float:
        return float(self.points["chance_95"].sum())

    @property
    def expected_flagged_998(self) -> float:
        return float(self.points["chance_998"].sum())


def rate_funnel(
    frame: pd.DataFrame,
    scale: float = 1.0,
    target: float | None = None,
    widen: bool = True,
    winsorise: float = 0.1,
) -> Funnel:
    """Funnel of counts per exposure: ``frame`` has unit_id, observed (a count), exposure (residents).

    ``target``: a rate set from outside (per ``scale``); by default the places' own, all counts over all exposures.
    ``widen``: allow for variation beyond chance, by sqrt(phi), where phi exceeds 1 + 2 sqrt(2 / places), two standard
    errors of phi above 1; ``winsorise``: share of z drawn in at each end before that, so that far-off places do not
    hide themselves. Raises InputProblem for counts that are none, a target that is none, fewer than three places.
    """
    return _funnel(frame, "rate", scale, target, widen, winsorise)


def share_funnel(
    frame: pd.DataFrame, target: float | None = None, widen: bool = True, winsorise: float = 0.1
) -> Funnel:
    """Funnel of parts of a whole, as ``rate_funnel``: ``observed`` of ``exposure`` trials succeeded."""
    return _funnel(frame, "share", 1.0, target, widen, winsorise)


def _funnel(
    frame: pd.DataFrame, kind: str, scale: float, target: float | None, widen: bool, winsorise: float
) -> Funnel:
    counts = checked_counts(frame, kind)
    known = counts.dropna(subset=["exposure"])
    _check(len(known), kind, scale, target, winsorise)
    total, cases = float(known["exposure"].sum()), float(known["observed"].sum())
    level = cases / total if target is None else target / scale
    law = _Law(kind, level, total if target is None else np.inf, cases)
    expected = known["exposure"].to_numpy() * level
    spread = law.spread(known["exposure"].to_numpy())
    distance = known["observed"].to_numpy() - expected
    z = np.divide(distance, spread, out=np.zeros(len(known)), where=spread > 0)
    phi_raw, phi = float(np.mean(z**2)), float(np.mean(winsorised(z, winsorise) ** 2))
    is_widened = bool(widen and phi > 1 + 2 * np.sqrt(2 / len(known)))
    wide = float(np.sqrt(phi)) if is_widened else 1.0

    points = known.assign(expected=expected, z=z, flag="within")
    points["value"] = scale * points["observed"] / points["exposure"]
    points["ratio"] = np.divide(points["observed"], expected, out=np.full(len(known), np.nan), where=expected > 0)
    for name, share in LEVELS.items():
        exact = law.limits(known["exposure"].to_numpy(), share)
        points[f"chance_{name}"] = law.outside(known["exposure"].to_numpy(), *exact)
        low, high = _widened(exact, expected, wide, known["exposure"].to_numpy() if kind == "share" else np.inf)
        points[f"low_{name}"] = scale * low / points["exposure"]
        points[f"high_{name}"] = scale * high / points["exposure"]
        # a count on the limit itself, but for rounding, is not outside
        points.loc[points["observed"] < low - 1e-9, "flag"] = f"below_{name}"
        points.loc[points["observed"] > high + 1e-9, "flag"] = f"above_{name}"
    points = counts[["unit_id"]].join(points.drop(columns="unit_id"))
    points["flag"] = points["flag"].fillna("no_exposure")
    limits = _curve(law, known["exposure"].to_numpy(), level, scale, wide)
    return Funnel(
        points[POINT_COLUMNS], limits, scale * level, law.name, phi, phi_raw, winsorise, is_widened, scale
    )  # fmt: skip


def winsorised(z: np.ndarray, share: float) -> np.ndarray:
    """``z`` with values beyond the ``share`` and 1 - ``share`` quantiles set to these."""
    if share == 0:
        return z
    low, high = np.quantile(z, [share, 1 - share])
    return np.clip(z, low, high)


def _check(places: int, kind: str, scale: float, target: float | None, winsorise: float) -> None:
    if places < FEWEST_PLACES:
        raise InputProblem(
            f"Воронка: территорий со знаменателем {places}, нужно не меньше {FEWEST_PLACES}. Сравнивать не с чем.",
            f"Funnel: {places} places have a denominator, at least {FEWEST_PLACES} are needed: nothing to compare.",
        )
    highest = np.inf if kind == "rate" else scale
    if target is not None and not 0 < target < highest:
        ru = "положительное число" if kind == "rate" else "доля между 0 и 1"
        en = "a positive number" if kind == "rate" else "a share between 0 and 1"
        raise InputProblem(
            f"Воронка: целевое значение {target} не годится, ожидалось: {ru}. Исправьте его.",
            f"Funnel: the target {target} does not do, expected was {en}. Correct it.",
        )
    if not 0 <= winsorise < 0.5:
        raise InputProblem(
            f"Воронка: доля подтягиваемых крайних значений {winsorise} не годится, ожидалось от 0 до 0,5.",
            f"Funnel: the share to winsorise {winsorise} does not do, expected was 0 to below 0.5.",
        )


@dataclass(frozen=True)
class _Law:
    """The law of a place's count at a common ``level``; ``total``, ``cases`` of all places where they set the level."""

    kind: str
    level: float
    total: float
    cases: float

    @property
    def name(self) -> str:
        if np.isinf(self.total):
            return "poisson" if self.kind == "rate" else "binomial"
        return "binomial_given_total" if self.kind == "rate" else "hypergeometric"

    def of(self, exposure: np.ndarray) -> Any:
        if self.name == "poisson":
            return stats.poisson(exposure * self.level)
        if self.name == "binomial":
            return stats.binom(exposure, self.level)
        if self.name == "binomial_given_total":
            return stats.binom(self.cases, np.minimum(exposure / self.total, 1.0))
        return stats.hypergeom(self.total, self.cases, exposure)

    def spread(self, exposure: np.ndarray) -> np.ndarray:
        """Standard deviation of the count."""
        return np.sqrt(np.maximum(np.asarray(self.of(exposure).var(), dtype=float), 0.0))

    def limits(self, exposure: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
        """Counts between which the middle ``share`` of the law lies, interpolated between whole counts."""
        law = self.of(exposure)
        tail = (1 - share) / 2
        return self._quantile(law, tail), self._quantile(law, 1 - tail)

    @staticmethod
    def _quantile(law: Any, p: float) -> np.ndarray:
        first, last = (np.asarray(end, dtype=float) for end in law.support())
        at = np.asarray(law.ppf(p), dtype=float)
        middle = law.cdf(at) - law.pmf(at) / 2
        lower = np.where(middle >= p, at - 1, at)
        below = law.cdf(lower) - law.pmf(lower) / 2
        above = law.cdf(lower + 1) - law.pmf(lower + 1) / 2
        step = np.asarray(above - below, dtype=float)
        part = np.divide(p - below, step, out=np.zeros_like(step), where=step > 0)
        return np.asarray(np.clip(lower + part, first, last))

    def outside(self, exposure: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Probability of a count below ``low`` or above ``high``."""
        law = self.of(exposure)
        return np.asarray(law.cdf(np.ceil(low - 1e-9) - 1) + law.sf(np.floor(high + 1e-9)), dtype=float)


def _widened(
    exact: tuple[np.ndarray, np.ndarray], expected: np.ndarray, wide: float, most: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    low, high = (expected + (end - expected) * wide for end in exact)
    return np.maximum(low, 0.0), np.minimum(high, most)


def _curve(law: _Law, exposure: np.ndarray, level: float, scale: float, wide: float) -> pd.DataFrame:
    """Limits over the range of exposures, closer together where they bend; whole trials for shares."""
    grid = np.geomspace(exposure.min(), exposure.max(), CURVE_POINTS)
    grid = np.unique(np.concatenate([grid.round() if law.kind == "share" else grid, exposure]))
    curve = pd.DataFrame({"exposure": grid, "target": scale * level})
    for name, share in LEVELS.items():
        exact = law.limits(grid, share)
        low, high = _widened(exact, grid * level, wide, grid if law.kind == "share" else np.inf)
        curve[f"low_{name}"], curve[f"high_{name}"] = scale * low / grid, scale * high / grid
    return curve[LIMIT_COLUMNS]
